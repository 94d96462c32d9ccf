import { describe, expect, it, onTestFinished } from 'vitest';
import type { ContentCache } from '../src/platform/content-cache.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';
import { answerQuestion } from '../src/tasks/engine/ask.ts';
import { readQuestion } from '../src/tasks/engine/ask-question.ts';
import { termsOf, wordsIn } from '../src/tasks/engine/search-words.ts';
import { readTaskTree } from '../src/tasks/engine/task-tree.ts';
import { checkout, type Files, missingPlaces, runEngine, write } from './engine-runs.ts';

const shop: Files = {
  'pyproject.toml': '[project]\nname = "shop"\n',
  'shop/__init__.py': 'from .cart import Cart as Cart\n',
  'shop/cart.py': [
    '"""Shopping carts."""',
    'import os',
    '',
    'from .errors import OutOfStockError',
    '',
    'LIMIT = int(os.environ.get("CART_LIMIT", "99"))',
    '',
    '',
    'class Cart:',
    '    """What a customer is about to buy."""',
    '',
    '    def add(self, item, count=1):',
    '        """Puts an item into the cart.',
    '',
    '        Args:',
    '            item: What is added.',
    '        """',
    '        if _stock_of(item) < count:',
    '            raise OutOfStockError(f"Only {count} pieces of {item} are left in the warehouse")',
    '        self.items.append(item)',
    '',
    '    def add_all(self, items):',
    '        for item in items:',
    '            self.add(item)',
    '',
    '',
    'def _stock_of(item):',
    '    return item.stock',
    '',
  ].join('\n'),
  'shop/errors.py': 'class OutOfStockError(Exception):\n    """There is not enough of it."""\n',
  'shop/checkout.py': [
    'from shop import Cart',
    '',
    '',
    '# Cart is only spoken of here.',
    'def pay(cart: Cart):',
    '    """Retries a declined payment three times before giving up."""',
    '    text = "a Cart in a string"',
    '    return text',
    '',
  ].join('\n'),
  'shop/unrelated.py':
    'class Basket:\n    def add(self, item):\n        return item\n\n\ndef fill():\n    return Basket().add(1)\n',
  'tests/test_cart.py': 'from shop.cart import Cart\n\n\ndef test_add():\n    Cart().add(1)\n',
  'docs/payments.md': '# Payments\n\n## Refunds\n\nA refund is sent back to the original card within five days.\n',
};

const ask = async (prompt: string, files: Files = shop) => {
  const root = checkout(files);
  const answer = await runEngine(answerQuestion, root, prompt);
  expect(missingPlaces(root, answer.places)).toEqual([]);
  return {
    ...answer,
    confidence: answer.data?.confidence,
    at: answer.places.map(({ path, line }) => `${path}:${line}`),
  };
};

describe('a question about code', () => {
  it('is answered with where a class is defined and what it says of itself', async () => {
    const { content, summary, confidence, at } = await ask('Where is the Cart class defined?');
    expect(at[0]).toBe('shop/cart.py:9');
    expect(summary).toBe('`Cart` is defined in shop/cart.py:9: What a customer is about to buy.');
    expect(content).toContain('> What a customer is about to buy.');
    expect(confidence).toBe('high');
  });

  it('tells who uses a name, and not who only speaks of it', async () => {
    const { content, places } = await ask('Who uses `Cart`?');
    const uses = places.filter(({ what }) => / of Cart$/.test(what) && !/definition|comment/.test(what));
    expect(uses.map(({ path, line, what }) => `${path}:${line} ${what}`)).toEqual([
      'shop/checkout.py:5 reference of Cart',
      'shop/__init__.py:1 import of Cart',
      'shop/checkout.py:1 import of Cart',
      'tests/test_cart.py:5 call of Cart',
      'tests/test_cart.py:1 import of Cart',
    ]);
    expect(content).not.toContain('(by name)');
  });

  it('tells methods of one name apart, and says where only the name is the same', async () => {
    const { content } = await ask('Who calls Cart.add?');
    const lines = content.split('\n').filter((line) => line.includes('calls it'));
    expect(lines.find((line) => line.includes('self.add(item)'))).not.toContain('(by name)');
    expect(lines.find((line) => line.includes('Basket().add(1)'))).toContain('(by name)');
  });

  it('finds what is private too', async () => {
    const { at, confidence } = await ask('What does `_stock_of` do?');
    expect(at).toContain('shop/cart.py:27');
    expect(at).toContain('shop/cart.py:18');
    expect(confidence).toBe('medium');
  });

  it('finds where a message comes from although values are put into it', async () => {
    const { at, summary } = await ask('Where does "Only 3 pieces of tea are left in the warehouse" come from?');
    expect(at[0]).toBe('shop/cart.py:19');
    expect(summary).toContain('in `Cart.add`');
  });

  it('tells where an error is raised', async () => {
    const { content, at } = await ask('When is OutOfStockError raised?');
    expect(content).toContain('### Where it is raised');
    expect(at[0]).toBe('shop/cart.py:19');
  });

  it('tells how something is set, with its default', async () => {
    const { summary, at } = await ask('How is CART_LIMIT configured?');
    expect(summary).toContain('`CART_LIMIT` is set as an environment variable in shop/cart.py:6, default `"99"`');
    expect(at[0]).toBe('shop/cart.py:6');
  });

  it('is searched for in comments and documents where it names nothing', async () => {
    const payment = await ask('how often is a declined payment tried again?');
    expect(payment.at[0]).toBe('shop/checkout.py:5');
    const refund = await ask('how long until refunds are sent back to a card?');
    expect(refund.at[0]).toBe('docs/payments.md:3');
    expect(refund.confidence).not.toBe('high');
  });

  it('tells what a file offers', async () => {
    const { content, at } = await ask('What is in shop/errors.py?');
    expect(at).toContain('shop/errors.py:1');
    expect(content).toContain('`OutOfStockError` (class)');
    expect(content).toContain('Imported by 1 file: `shop/cart.py`.');
  });

  it('links into the repository at the commit', async () => {
    const root = checkout(shop);
    const repository = { name: 'shop', fullName: 'ada/shop', url: 'https://github.com/ada/shop.git' };
    const commit = 'a'.repeat(40);
    const { content } = await runEngine(answerQuestion, root, 'Where is `Cart` defined?', { repository, commit });
    expect(content).toContain(
      `[\`shop/cart.py:9-24\`](https://github.com/ada/shop/blob/${commit}/shop/cart.py#L9-L24)`,
    );
  });

  it('gives the same answer twice', async () => {
    const root = checkout(shop);
    const first = await runEngine(answerQuestion, root, 'Who calls add?');
    const again = await runEngine(answerQuestion, root, 'Who calls add?');
    expect(again.content).toBe(first.content);
  });
});

describe('a question without evidence', () => {
  it.each([
    ['Where is `frobnicate` defined?', '`frobnicate` was not found in the tree.'],
    ['Where is the websocket reconnect backoff computed?', 'Nothing in this tree answers the question.'],
    ['Where is the listener for kafka partitions of carts?', 'Nothing in this tree answers the question.'],
    ['What does src/nowhere/at_all.py do?', 'The tree has no `src/nowhere/at_all.py`.'],
    [
      'Where does "Quota of the tenant is exhausted" come from?',
      'No line has the text `Quota of the tenant is exhausted`.',
    ],
    ['?', 'Nothing in this tree answers the question.'],
  ])('is not answered: %s', async (prompt, summary) => {
    const answer = await ask(prompt);
    expect(answer).toMatchObject({
      summary,
      confidence: 'none',
      places: [],
      message: 'No answer was found in the tree',
    });
    expect(answer.content).toMatch(/Searched: \d+ files with \d+ lines/);
  });

  it('is told which names look like the one it asks for', async () => {
    const { content, confidence } = await ask('Where is `OutOfStokError` defined?');
    expect(content).toContain('Names that look like it: `OutOfStockError`.');
    expect(confidence).toBe('none');
  });

  it('is told so of a tree without files', async () => {
    expect((await ask('Where is `Cart`?', { '.gitkeep': '' })).confidence).toBe('none');
  });
});

describe('other languages', () => {
  it('finds a method of Go by its receiver, private or not, and its package’s uses', async () => {
    const files = {
      'go.mod': 'module example.com/app\n\ngo 1.22\n',
      'server.go':
        'package app\n\n// Server serves.\ntype Server struct{}\n\nfunc (s *Server) handle(path string) bool {\n\treturn path != ""\n}\n',
      'route.go': 'package app\n\nfunc Route(s *Server) bool {\n\treturn s.handle("/")\n}\n',
    };
    const { at, content } = await ask('Who calls Server.handle?', files);
    expect(at).toEqual(['route.go:4', 'server.go:6']);
    expect(content).toContain('in `Route` calls it');
  });

  it('follows names of TypeScript through files that pass them on', async () => {
    const files = {
      'package.json': '{"name":"lib"}',
      'src/deep/parse.ts': '/** Reads a query. */\nexport function parse(text: string): string {\n  return text;\n}\n',
      'src/index.ts': "export { parse } from './deep/parse.ts';\n",
      'src/use.ts': "import { parse } from './index.ts';\n\nexport const seen = parse('a');\n",
      'src/other.ts': "import { parse } from 'yaml';\n\nexport const other = parse('b');\n",
    };
    const { content } = await ask('Who calls `parse`?', files);
    const lineOf = (path: string) => content.split('\n').find((line) => line.includes(`${path}:3`));
    expect(lineOf('src/use.ts')).not.toContain('(by name)');
    expect(lineOf('src/other.ts')).toContain('(by name)');
  });
});

describe('answers', () => {
  it('cannot be broken by what the code holds', async () => {
    const files = {
      'a.py': 'def run():\n    """```\n    # Not a heading <script>\n    ```"""\n    return "`" * 3  # ``` | `run`\n',
    };
    const { content } = await ask('What does `run` do?', files);
    expect(content.split('\n').filter((line) => /^#{1,6} /.test(line))).toEqual(['## `run`', '### Who uses it']);
    expect(content.match(/^`{3,}/gm)?.length).toBe((content.match(/^`{3,}/gm)?.length ?? 1) & ~1);
  });

  it('stop when the task is cancelled', async () => {
    const stop = new AbortController();
    const reason = new Error('cancelled');
    stop.abort(reason);
    await expect(runEngine(answerQuestion, checkout(shop), 'Where is Cart?', { signal: stop.signal })).rejects.toBe(
      reason,
    );
  });

  it('say how far they are, never backwards', async () => {
    const { reports } = await runEngine(answerQuestion, checkout(shop), 'Where is Cart?');
    expect(reports.at(-1)).toBe(1);
    expect(reports).toEqual([...reports].sort((a, b) => a - b));
  });
});

describe('a tree', () => {
  it('is parsed once, and again when a file changes', async () => {
    const threads = createThreadPool({ threads: 1 });
    onTestFinished(() => threads.close());
    const kept = new Map<string, Uint8Array>();
    const cache: ContentCache = {
      read: (kind, keys) =>
        new Map(
          keys.flatMap((key) => {
            const value = kept.get(`${kind} ${key}`);
            return value === undefined ? [] : [[key, value] as const];
          }),
        ),
      write: (kind, entries) => {
        for (const [key, value] of entries) kept.set(`${kind} ${key}`, value);
      },
      close: () => undefined,
    };
    const root = checkout(shop);
    const read = async () => {
      let batches = 0;
      const tools = { threads, cache, signal: new AbortController().signal };
      const tree = await readTaskTree({ root }, tools, () => {
        batches += 1;
      });
      return { batches, names: tree.parsed.flatMap(({ symbols }) => symbols.map(({ name }) => name)) };
    };
    const first = await read();
    expect(first.batches).toBe(1);
    expect(await read()).toEqual({ batches: 0, names: first.names });
    write(root, { 'shop/more.py': 'def more():\n    return 1\n' });
    const changed = await read();
    expect(changed).toMatchObject({ batches: 1, names: expect.arrayContaining(['more', 'Cart']) });
  });
});

describe('a question is read', () => {
  it.each([
    ['Where is `a.b` defined?', { kind: 'definition', names: ['a.b'] }],
    ['Who calls make_context?', { kind: 'uses', names: ['make_context'] }],
    ['Where is `Context.invoke` defined?', { kind: 'definition', names: ['Context.invoke'] }],
    ['What does parseURL() return?', { kind: 'meaning', names: ['parseURL'] }],
    ['How do I configure the timeout?', { kind: 'settings', names: [] }],
    ['Why do I get "no such file"?', { kind: 'meaning', quotes: ['no such file'] }],
    ['Where does the error "no such file" come from?', { kind: 'error', quotes: ['no such file'] }],
    ["What's in src/app.ts?", { paths: ['src/app.ts'], quotes: [] }],
    ['Where is Context.JSON defined?', { names: ['Context.JSON'], paths: [] }],
    ['What does std::vector do?', { names: ['std.vector'] }],
  ])('%s', (prompt, expected) => {
    expect(readQuestion(prompt)).toMatchObject(expected);
  });

  it('by words without their endings, identifiers split', () => {
    expect(wordsIn('parseURLPath max_retries HTTP2')).toEqual([
      'parseurlpath',
      'parse',
      'url',
      'path',
      'max',
      'retries',
      'http2',
      'http',
      '2',
    ]);
    expect(termsOf('Where are the retries of running jobs retried?')).toEqual(termsOf('retry runs job'));
  });

  it('in a time that grows with its length', () => {
    expect(readQuestion('`'.repeat(50_000)).names).toEqual([]);
    expect(readQuestion('where is '.repeat(20_000)).text.length).toBeLessThanOrEqual(4_000);
  });
});
