import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { readManifests } from '../src/code/manifests.ts';
import { tamedMarkdown } from '../src/code/markdown/author-text.ts';
import { docstringMarkdown } from '../src/code/markdown/docstring-markdown.ts';
import { sourceLinks } from '../src/code/markdown/source-links.ts';
import { drawModules, drawPackages } from '../src/code/modules/mermaid.ts';
import { readPackages } from '../src/code/packages.ts';
import { readSourceTree } from '../src/code/source-tree.ts';
import { parseTree } from '../src/code/tree/parse-tree.ts';
import { makeDocumentation } from '../src/docs/engine/documentation.ts';
import { wordsOf } from '../src/docs/engine/language-words.ts';
import { choosePagePaths } from '../src/docs/engine/page-paths.ts';
import type { Page } from '../src/docs/engine/patch.ts';
import { describeProject } from '../src/docs/engine/project-model.ts';
import { layOut } from '../src/docs/engine/signature-layout.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const pool = createThreadPool({ threads: 1 });
const folders: string[] = [];

afterEach(() => {
  for (const root of folders.splice(0)) rmSync(root, { recursive: true, force: true });
});
afterAll(() => pool.close());

async function pagesOf(
  files: Readonly<Record<string, string>>,
  url: string | null = null,
): Promise<{ root: string; pages: Map<string, string> }> {
  const root = mkdtempSync(join(tmpdir(), 'docs-pages-'));
  folders.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const tree = await readSourceTree(root);
  const manifests = await readManifests(root, tree);
  const packages = await readPackages(root, tree, manifests);
  const parsed = await parseTree({ root, files: tree.files, pool });
  const facts = { name: 'sample', url, commit: COMMIT };
  const model = describeProject(parsed, manifests, tree, facts, packages);
  const { pages } = await makeDocumentation(root, model, await choosePagePaths(root));
  return { root, pages: new Map(pages.map((one: Page) => [one.path, one.content])) };
}

/** Links of the pages that lead nowhere. */
function brokenLinks(root: string, pages: ReadonlyMap<string, string>): string[] {
  return [...pages].flatMap(([path, content]) =>
    [...content.replace(/^(```+)[\s\S]*?^\1/gm, '').matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
      if (/^https?:/.test(target)) return [];
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? path : join(dirname(path), decodeURIComponent(file));
      const page = pages.get(to);
      const found = page === undefined ? existsSync(join(root, to)) && anchor === undefined : true;
      const anchored = anchor === undefined || page?.includes(`<a id="${anchor}"></a>`) === true;
      return found && anchored ? [] : [`${path} -> ${target}`];
    }),
  );
}

const LIBRARY = {
  'package.json': JSON.stringify({
    name: 'adder',
    version: '1.0.0',
    main: 'dist/index.js',
    scripts: { test: 'vitest', prepublishOnly: 'x' },
  }),
  'src/index.ts': "export { add } from './add.ts';\n",
  'src/add.ts':
    '/** Adds two numbers. */\nexport function add(a: number, b: number): number {\n  return a + b;\n}\nexport const hidden = process.env.ADDER_MODE ?? "fast";\n',
  'src/inner.ts': 'export function inner(): void {}\n',
  'test/add.test.ts':
    "import { add } from '../src/index.ts';\nconst shared = 1;\ntest('needs what is outside', () => {\n  const sum = add(shared, 2);\n  expect(sum).toBe(3);\n});\ntest('adds', () => {\n  const sum = add(1, 2);\n  expect(sum).toBe(3);\n});\n",
};

describe('Pages of a library', () => {
  test('begin with the package manager, the import that exists and a whole test that calls it', async () => {
    const { root, pages } = await pagesOf(LIBRARY, 'https://github.com/ada/adder.git');
    const readme = pages.get('README.md') ?? '';
    expect(readme).toContain('```sh\nnpm install adder\n```');
    expect(readme).toContain("import { add } from 'adder';");
    const blob = `https://github.com/ada/adder/blob/${COMMIT}`;
    expect(readme).toContain(`[\`test/add.test.ts:8-9\`](${blob}/test/add.test.ts#L8-L9), “adds”`);
    expect(readme).toContain('```ts\nconst sum = add(1, 2);\nexpect(sum).toBe(3);\n```');
    expect(readme).not.toContain('shared');
    expect(readme).not.toContain('prepublishOnly');
    const api = pages.get('docs/API_DOCUMENTATION.md') ?? '';
    expect(api).toContain('| [`add`](#src-add-ts-add) | function | Adds two numbers. |');
    expect(api).toContain(`Function in [\`add.ts:2-4\`](${blob}/src/add.ts#L2-L4)`);
    expect(api.indexOf('## Other modules')).toBeLessThan(api.indexOf('### `src/inner.ts`'));
    expect(brokenLinks(root, pages)).toEqual([]);
  });

  test('list the settings with their defaults, and each page says who wrote it from what', async () => {
    const { root, pages } = await pagesOf(LIBRARY);
    expect(pages.get('docs/CONFIGURATION.md')).toContain(
      '| `ADDER_MODE` | `"fast"` | [`src/add.ts:5`](../src/add.ts) |',
    );
    expect(brokenLinks(root, pages)).toEqual([]);
    for (const content of pages.values())
      expect(content).toMatch(/\n<sub>Written by Millwright's local engine from commit 0123456\.<\/sub>\n$/);
  });
});

describe('Pages of a monorepo', () => {
  test('have a chapter for each package, with its place among the others', async () => {
    const { root, pages } = await pagesOf({
      'package.json': JSON.stringify({ name: 'all', private: true, workspaces: ['packages/*'] }),
      'packages/a/package.json': JSON.stringify({ name: '@x/a', version: '1.0.0', main: 'src/index.ts' }),
      'packages/a/src/index.ts': '/** One. */\nexport const one = 1;\n',
      'packages/b/package.json': JSON.stringify({
        name: '@x/b',
        description: 'Uses a.',
        dependencies: { '@x/a': 'workspace:*' },
      }),
      'packages/b/src/index.ts': "import { one } from '@x/a';\n/** Two. */\nexport const two = one + one;\n",
    });
    expect(pages.get('README.md')).toContain('| [`@x/b`](docs/packages/b.md) | Uses a. |');
    expect(pages.get('docs/ARCHITECTURE.md')).toContain('n0["@x/a"]\n  n1["@x/b"]\n  n1 --> n0');
    expect(pages.get('docs/packages/b.md')).toContain('- Uses [`@x/a`](a.md)');
    expect(pages.get('docs/packages/a.md')).toContain('- Used by [`@x/b`](b.md)');
    expect(pages.get('docs/packages/a.md')).toContain('#### `one`');
    expect(pages.get('docs/API_DOCUMENTATION.md')).not.toContain('#### `one`');
    expect(brokenLinks(root, pages)).toEqual([]);
  });

  test('draw no arrow that follows from others, unless packages need each other', () => {
    const one = (name: string, ...uses: string[]) => ({ name, path: name, uses });
    const drawn = drawPackages([one('a', 'b', 'c'), one('b', 'c'), one('c')]);
    expect(drawn).toEqual({
      text: 'flowchart LR\n  n0["a"]\n  n1["b"]\n  n2["c"]\n  n0 --> n1\n  n1 --> n2',
      implied: 1,
      hidden: 0,
    });
    expect(drawPackages([one('a', 'b', 'c'), one('b', 'c'), one('c', 'a')]).implied).toBe(0);
  });
});

describe('Pages for users', () => {
  test('show how a CommonJS package is loaded, and one declaration under two names only once', async () => {
    const { root, pages } = await pagesOf({
      'package.json': JSON.stringify({ name: 'shout', version: '1.0.0', main: 'index.js' }),
      'index.js':
        '/** Says it loudly. */\nfunction shout(text) {\n  return text.toUpperCase();\n}\nmodule.exports = { shout, yell: shout };\n',
    });
    expect(pages.get('README.md')).toContain("const { shout, yell } = require('shout');");
    const api = pages.get('docs/API_DOCUMENTATION.md') ?? '';
    expect(api).toContain('`yell` is another name of [`shout`](#index-js-shout).');
    expect(api.match(/^Says it loudly\.$/gm)).toHaveLength(1);
    expect(brokenLinks(root, pages)).toEqual([]);
    const modern = await pagesOf({
      'package.json': JSON.stringify({ name: 'shout', version: '1.0.0', type: 'module', main: 'index.js' }),
      'index.js': '/** Says it loudly. */\nexport function shout(text) {\n  return text.toUpperCase();\n}\n',
    });
    expect(modern.pages.get('README.md')).toContain("import { shout } from 'shout';");
  });

  test('take for an example only what calls the name through its own module', async () => {
    const { pages } = await pagesOf({
      'pyproject.toml': '[project]\nname = "fetcher"\nversion = "1"\n',
      'fetcher/__init__.py':
        'def get(url):\n    """Fetches."""\n\n\ndef put(url):\n    """Stores."""\n\n\nclass Jar:\n    """Holds."""\n',
      'tests/test_fetcher.py':
        'import fetcher\n\ndef test_jar():\n    jar = fetcher.Jar()\n    assert jar.get("a") is None\n\ndef test_put():\n    done = fetcher.put("a")\n    assert done is None\n',
    });
    const api = pages.get('docs/API_DOCUMENTATION.md') ?? '';
    const part = (name: string): string => api.split(`#### \`${name}\``)[1]?.split('#### ')[0] ?? '';
    expect(part('get')).not.toContain('Example');
    expect(part('put')).toContain('```python\ndone = fetcher.put("a")');
    expect(pages.get('README.md')).toContain('```python\nimport fetcher\n```');
  });

  test('tell attributes, type parameters and what is yielded, whether declared or not', async () => {
    const { pages } = await pagesOf({
      'src/box.py':
        'class Box:\n    """A box.\n\n    Attributes:\n        size (int): How much fits.\n    """\n\n    def items(self):\n        """All of it.\n\n        Yields:\n            str: One thing at a time.\n        """\n        yield "a"\n',
      'src/list.ts':
        '/**\n * A list.\n * @template Item what it holds\n */\nexport class List<Item> {\n  items: Item[] = [];\n}\n',
    });
    const api = pages.get('docs/API_DOCUMENTATION.md') ?? '';
    expect(api).toContain('| `size` | `int` | How much fits. |');
    expect(api).toContain('Yields `str`: One thing at a time.');
    expect(api).toContain('what it holds');
  });

  test('draw the packages of Go, and ask for no circles that its compiler refuses', async () => {
    const { root, pages } = await pagesOf({
      'go.mod': 'module example.org/tool\n\ngo 1.22\n',
      'tool.go': '// Package tool does it.\npackage tool\n\n// Run runs.\nfunc Run() {}\n',
      'more.go': 'package tool\n\n// More runs more.\nfunc More() {}\n',
      'internal/deep/x.go': 'package deep\n\n// Hidden hides.\nfunc Hidden() {}\n',
      'doc/a.go': 'package doc\n\nimport "example.org/tool"\n\n// A writes.\nfunc A() { tool.Run() }\n',
      'doc/b.go': 'package doc\n\nimport "example.org/tool"\n\n// B writes.\nfunc B() { tool.More() }\n',
    });
    const architecture = pages.get('docs/ARCHITECTURE.md') ?? '';
    expect(architecture).toContain('5 files in 3 folders with 1 import between them.');
    expect(architecture).toContain('```mermaid\nflowchart LR\n  n0["./"]\n  n1["doc/"]\n  n1 --> n0\n```');
    expect(architecture).toContain('| [`./`](API_DOCUMENTATION.md#tool-go) | `More`, `Run` | Package tool does it. |');
    expect(architecture).not.toContain('Import cycles');
    expect(pages.get('docs/API_DOCUMENTATION.md')).not.toContain('Hidden');
    expect(brokenLinks(root, pages)).toEqual([]);
  });
});

describe('Details', () => {
  test('a broken signature is still one of its language', () => {
    const many = Array.from({ length: 9 }, (_, index) => `parameter${index}`);
    const broken = (file: string, head: string, list: readonly string[]): string =>
      layOut(`${head}(${list.join(', ')})`, wordsOf(file));
    expect(broken('a.ts', 'function f', [...many, '...rest: string[]'])).toMatch(/ {2}\.\.\.rest: string\[\]\n\)$/);
    expect(broken('a.py', 'def f', many)).toMatch(/ {4}parameter8,\n\)$/);
    expect(broken('A.cs', 'void F', many)).toMatch(/ {4}parameter8\n\)$/);
    expect(broken('a.go', 'func (c *Command) F', many)).toMatch(/^func \(c \*Command\) F\(\n\tparameter0,\n/);
  });

  test('with many arrows those that follow from others are left out, and counted', () => {
    const modules = Array.from({ length: 8 }, (_, index) => `m${index}.ts`);
    const edges = modules.flatMap((from, index) => modules.slice(index + 1).map((to) => ({ from, to, atLoad: true })));
    const drawn = drawModules(modules, edges);
    expect(drawn).toMatchObject({ impliedEdges: 21, hiddenEdges: 0 });
    expect(drawn.text.match(/-->/g)).toHaveLength(7);
    expect(drawModules(modules.slice(0, 3), edges.slice(0, 2)).impliedEdges).toBe(0);
  });

  test('docstrings written in Markdown keep their lists, emphasis, fences and links', () => {
    const written = docstringMarkdown(
      'Sends it.\n\n**Parameters:**\n\n* **trust_env** - *(optional)* Use\nvariables.\n* **url** - Where.\n\n```\n>>> send()\n```\n\nSee [more][0] and [it](https://a.org/b).\n\n[0]: /quickstart\n\n1.  one\n2.  two\n\n:meta private:',
    );
    expect(written).toBe(
      'Sends it.\n\n**Parameters:**\n\n- **trust\\_env** - *(optional)* Use variables.\n- **url** - Where.\n\n```pycon\n>>> send()\n```\n\nSee more and [it](https://a.org/b).\n\n1. one\n2. two',
    );
  });

  test('links of an author lead on only to addresses', () => {
    const tamed = tamedMarkdown(
      'The [`Matcher`] of [a](../b.md), [c][d] and [e](https://e.org).\n\n[d]: https://d.org',
    );
    expect(tamed).toBe('The `Matcher` of a, [c](https://d.org) and [e](https://e.org).');
    expect(tamedMarkdown('A  \nb:\n\n```\nx  \n```')).toBe('A\nb:\n\n```\nx\n```');
  });

  test('links follow the host, and stay relative where it is unknown', () => {
    const link = (url: string | null) => sourceLinks({ url, commit: COMMIT }).lines('docs/A.md', 'src/a b.ts', 3, 9);
    expect(link('https://gitlab.com/g/p')).toContain(`https://gitlab.com/g/p/-/blob/${COMMIT}/src/a%20b.ts#L3-9`);
    expect(link('https://bitbucket.org/g/p')).toContain(`/src/${COMMIT}/src/a%20b.ts#lines-3:9`);
    expect(link('https://example.org/g/p')).toBe('[`a b.ts:3-9`](../src/a%20b.ts)');
    expect(link(null)).toBe('[`a b.ts:3-9`](../src/a%20b.ts)');
  });

  test('long signatures break at their own parameters, not inside of them', () => {
    const long = `function f<T extends (a: string) => void>(first: Map<string, number>, second: { a: 1, b: 2 } = { a: ",", b: 2 }): T`;
    expect(layOut(long, wordsOf('a.ts'))).toBe(
      'function f<T extends (a: string) => void>(\n  first: Map<string, number>,\n  second: { a: 1, b: 2 } = { a: ",", b: 2 },\n): T',
    );
  });
});
