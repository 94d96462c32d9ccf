import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawArchitecture } from '../src/tasks/engine/architect.ts';
import { countBranches } from '../src/tasks/engine/branch-counts.ts';
import { readChurn } from '../src/tasks/engine/git-churn.ts';
import { checkout, commit, type Files, missingPlaces, runEngine } from './engine-runs.ts';

const branches = (count: number): string =>
  Array.from({ length: count }, (_, at) => `    if value == ${at}:\n        return ${at}\n`).join('');

const app: Files = {
  'pyproject.toml':
    '[project]\nname = "app"\ndependencies = ["requests>=2", "unused-thing"]\n\n[project.scripts]\napp = "app.web.main:run"\n',
  'app/__init__.py': '',
  'app/web/__init__.py': '',
  'app/web/main.py':
    'import requests\n\nfrom app.core.orders import total\n\n\ndef run():\n    return total(requests)\n',
  'app/core/__init__.py': '',
  'app/core/orders.py': `from app.core.prices import price\nfrom app.store.rows import rows\n\n\ndef total(value):\n${branches(20)}    return price(rows(value))\n`,
  'app/core/prices.py': 'from app.core.taxes import tax\n\n\ndef price(value):\n    return tax(value)\n',
  'app/core/taxes.py': 'from app.core.orders import total\n\n\ndef tax(value):\n    return total(value)\n',
  'app/store/__init__.py': '',
  'app/store/rows.py': 'def rows(value):\n    return [value]\n',
  'app/store/late.py': 'def late():\n    from app.core.orders import total\n    return total\n',
  'tests/test_store.py': 'from app.store.rows import rows\n\n\ndef test_rows():\n    assert rows(1) == [1]\n',
};

/** An app whose `orders.py` was changed twelve times within the year, and once long before. */
function grownApp(): string {
  const root = checkout(app);
  commit(root, { day: -700 });
  for (let day = 0; day < 12; day += 1) {
    writeFileSync(join(root, 'app/core/orders.py'), `${app['app/core/orders.py']}\n# ${day}\n`);
    commit(root, { day, author: day % 2 === 0 ? 'ada' : 'bob' });
  }
  return root;
}

const draw = async (root: string, prompt = 'Draw the architecture') => {
  const drawn = await runEngine(drawArchitecture, root, prompt, { type: 'ARCHITECT' });
  expect(missingPlaces(root, drawn.places)).toEqual([]);
  return drawn;
};

describe('the architecture of a checkout', () => {
  it('names import cycles that happen at load, and shows the import behind each step', async () => {
    const { content, data } = await draw(grownApp());
    expect(data?.cycles).toEqual([['app/core/orders.py', 'app/core/prices.py', 'app/core/taxes.py']]);
    expect(content).toContain(
      '[`app/core/orders.py:1`](app/core/orders.py) imports `app/core/prices.py`; [`app/core/prices.py:1`](app/core/prices.py) imports `app/core/taxes.py`; [`app/core/taxes.py:1`](app/core/taxes.py) imports `app/core/orders.py`',
    );
  });

  it('puts what imports above what is imported', async () => {
    const { data } = await draw(grownApp());
    const layers = new Map<string, number>();
    for (const { label, layer } of Object.values(data?.layers ?? {})) layers.set(label, layer);
    const of = (label: string): number => layers.get(label) ?? Number.NaN;
    expect(of('app/store/rows.py')).toBe(0);
    expect(of('app/core/orders.py')).toBe(1);
    expect(of('app/core/prices.py')).toBe(1);
    expect(of('app/web/main.py')).toBe(2);
    // What is imported inside of a function does not run at load.
    expect(of('app/store/late.py')).toBe(0);
  });

  it('finds hot spots by complexity and commits of the last year', async () => {
    const { content, data } = await draw(grownApp());
    expect(Object.values(data?.hotSpots ?? {})[0]).toEqual({
      path: 'app/core/orders.py',
      complexity: 21,
      commits: 12,
      heat: 252,
    });
    expect(data?.history).toEqual({ commits: 12, since: '2025-01-12' });
    expect(content).toMatch(
      /1\. \*\*high\*\* — Hot spot `app\/core\/orders\.py`\. 12 commits .* No test file imports it\./,
    );
  });

  it('says that changes are not known where there is no history, and finds the rest', async () => {
    const bare = await draw(checkout(app));
    expect(bare.data?.history).toEqual({ commits: null, reason: 'the folder has no git history' });
    expect(bare.content).toContain('How often they change is not known: the folder has no git history.');
    expect(bare.content).not.toContain('Commits');
    const root = checkout(app);
    commit(root, { day: 0 });
    expect((await draw(root)).data?.history).toMatchObject({ commits: null });
  });

  it('tells entry points and dependencies, and those that nothing imports', async () => {
    const { content } = await draw(checkout(app));
    expect(content).toContain('| command | `app` | `app.web.main:run` | `pyproject.toml` |');
    expect(content).toContain('| `requests` | `>=2` | 1 |');
    expect(content).toContain('imported under that name by no source file outside of tests: `unused-thing`.');
  });

  it('shows the places a request speaks of, and none for the whole', async () => {
    const asked = await draw(checkout(app), 'Propose an architecture for the tax of prices');
    expect(asked.content).toContain('## Places the request speaks of');
    expect(asked.content).toMatch(/### `(?:tax|price)`: \[`app\/core\/(?:taxes|prices)\.py:4-5`\]/);
    expect((await draw(checkout(app))).content).not.toContain('## Places the request speaks of');
  });

  it('draws diagrams that hold nothing but nodes and arrows, whatever files are called', async () => {
    const { content } = await draw(
      checkout({
        'src/a"]-->b;.ts': "import { c } from './c.ts';\nexport const a = c;\n",
        'src/c.ts': 'export const c = 1;\n',
        'src/d`#.ts': "import { c } from './c.ts';\nexport const d = c;\n",
      }),
    );
    const diagrams = [...content.matchAll(/^```mermaid\n([\s\S]*?)\n```$/gm)].map((match) => match[1] ?? '');
    expect(diagrams.length).toBe(1);
    for (const line of diagrams.flatMap((text) => text.split('\n').slice(1)))
      expect(line).toMatch(/^ {2}n\d+(?:\["(?:[^"`<>;#]|#\d+;|<br\/>)*"\]| (?:-->|-\.->)(?:\|\d+\|)? n\d+)$/);
  });

  it('names folders that import each other, with the fewer imports as those to cut', async () => {
    const files: Record<string, string> = { 'package.json': '{"name":"x"}' };
    for (let at = 0; at < 12; at += 1) {
      files[`src/api/a${at}.ts`] = `import { b${at} } from '../data/b${at}.ts';\nexport const a${at} = b${at};\n`;
      files[`src/data/b${at}.ts`] = `export const b${at} = ${at};\n`;
    }
    files['src/data/b5.ts'] = "import { a3 } from '../api/a3.ts';\nexport const b5 = a3;\n";
    const { content } = await draw(checkout(files));
    expect(content).toContain('`src/api/` and `src/data/` import each other. 12 imports one way and 1 the other.');
    expect(content).toContain('[`src/data/b5.ts:1`](src/data/b5.ts) imports `src/api/a3.ts`');
  });

  it('is the same twice, and of an empty tree says that there is nothing', async () => {
    const root = grownApp();
    expect((await draw(root)).content).toBe((await draw(root)).content);
    const empty = await draw(checkout({ 'notes.txt': 'Nothing.\n' }));
    expect(empty.summary).toBe('0 source files, 0 import cycles, 0 risks (0 high).');
    expect(empty.content).toContain('None was found by the measures below.');
  });

  it('stops when the task is cancelled', async () => {
    const stop = new AbortController();
    const reason = new Error('cancelled');
    stop.abort(reason);
    await expect(runEngine(drawArchitecture, checkout(app), 'Draw', { signal: stop.signal })).rejects.toBe(reason);
  });
});

describe('branches', () => {
  it.each([
    [
      'go',
      'package a\nfunc (s *S) f(a int) int {\n\tif a > 1 && a < 9 {\n\t\treturn 1\n\t}\n\tfor range a {\n\t}\n\tswitch a {\n\tcase 1:\n\tcase 2:\n\tdefault:\n\t}\n\treturn 0\n}\n',
      'f',
      6,
    ],
    [
      'java',
      'class A { int f(int a) { if (a > 1 || a < 0) { return 1; } while (a > 0) { a--; } return a > 2 ? 1 : 0; } }',
      'f',
      5,
    ],
    ['rust', 'fn f(a: i32) -> i32 { if a > 1 { 1 } else { match a { 0 => 1, _ => 2 } } }', 'f', 4],
    ['c', 'static int *f(int a) { if (a) { return 0; } for (;;) { } }', 'f', 3],
    ['cpp', 'int A::f(int a) { for (auto x : y) { try { } catch (...) { } } return a ? 1 : 2; }', 'A::f', 4],
    ['csharp', 'class A { int F(int a) { if (a > 1) { return 1; } foreach (var x in y) { } return 0; } }', 'F', 3],
    ['ruby', 'def f(a)\n  return 1 if a\n  if a && b\n    2\n  elsif c\n    3\n  end\nend\n', 'f', 5],
    [
      'php',
      '<?php function f($a) { if ($a && $b) { return 1; } elseif ($c) { return 2; } foreach ($a as $b) { } }',
      'f',
      5,
    ],
  ] as const)('are counted in %s', async (language, text, name, cyclomatic) => {
    expect(await countBranches(language, text)).toMatchObject([{ name, cyclomatic }]);
  });
});

describe('the history of a checkout', () => {
  it('counts commits, lines and authors of files, also with odd names, and leaves out what is older than a year', async () => {
    const root = checkout({ 'a b.txt': 'one\n', 'ü.txt': 'one\n' });
    commit(root, { day: -400 });
    writeFileSync(join(root, 'a b.txt'), 'two\nthree\n');
    commit(root, { day: 1 });
    writeFileSync(join(root, 'ü.txt'), 'two\n');
    commit(root, { day: 2, author: 'bob' });
    const churn = await readChurn(root, new AbortController().signal);
    expect(churn.files === null ? churn : Object.fromEntries(churn.files)).toEqual({
      'a b.txt': { commits: 1, lines: 3, authors: 1 },
      'ü.txt': { commits: 1, lines: 2, authors: 1 },
    });
  });

  it('runs nothing that the folder configures', async () => {
    const root = checkout({ 'a.txt': 'one\n', '.gitattributes': '*.txt diff=evil\n' });
    commit(root, { day: 0 });
    writeFileSync(join(root, 'a.txt'), 'two\n');
    commit(root, { day: 1 });
    const witness = join(root, 'witness');
    const config = join(root, '.git', 'config');
    writeFileSync(
      config,
      `[diff "evil"]\n\ttextconv = touch ${witness};cat\n\tcommand = touch ${witness}\n[core]\n\tfsmonitor = touch ${witness}\n`,
    );
    expect(await readChurn(root, new AbortController().signal)).toMatchObject({ commits: 2 });
    const { existsSync } = await import('node:fs');
    expect(existsSync(witness)).toBe(false);
  });
});
