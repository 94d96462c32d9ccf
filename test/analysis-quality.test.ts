import { existsSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LineIndex } from '../src/code/lines.ts';
import { withPythonTree } from '../src/code/python-grammar.ts';
import { measureFunctions } from '../src/code/quality/complexity.ts';
import { pythonFlow } from '../src/code/quality/python-flow.ts';
import { copyTree } from '../src/code/quality/python-nodes.ts';
import { analyseQuality, measureTree } from '../src/code/quality/quality.ts';
import { scriptFlow } from '../src/code/quality/script-flow.ts';
import { type Files, memoryCache, treeOf } from './analysed-tree.ts';

/** Findings as `severity rule file:line`, in order. */
async function look(files: Files): Promise<string[]> {
  const { findings } = await analyseQuality(await treeOf(files));
  return findings.map(({ severity, rule, file, line }) => `${severity} ${rule} ${file}:${line}`).sort();
}

function ofScript(text: string) {
  const { program } = parseSync('a.ts', text, { preserveParens: false });
  return measureFunctions(scriptFlow({ text, lines: new LineIndex(text), visit: () => undefined }, program));
}

async function ofPython(text: string) {
  const { tree } = await withPythonTree(text, copyTree);
  return measureFunctions(pythonFlow(text, tree));
}

const figures = ({ name, cyclomatic, cognitive }: ReturnType<typeof ofScript>[number]) => [name, cyclomatic, cognitive];

describe('type parameters of Python', () => {
  it('are read with their defaults, with each place where it is, and broken ones are told', async () => {
    const source = [
      'class Box[T = int, *Ts = *tuple[int, str], **P = [str, int]](Base[T]):',
      '    def get[K: (str, bytes) = str](self, key: K) -> K:',
      '        return key',
      'type Pair[A, B = dict[str, A]] = tuple[A, B]',
    ].join('\n');
    const functions = await ofPython(`${source}\ndef last(x):\n    return x\n`);
    expect(functions.map(({ name }) => name)).toEqual(['get', 'last']);
    const { gaps } = await analyseQuality(
      await treeOf({ 'box.py': source, 'broken.py': 'class Box[T = int:\n    pass\n' }),
    );
    expect(gaps.map(({ file }) => file)).toEqual(['broken.py']);
  });
});

describe('complexity', () => {
  it('counts nesting, jumps to labels and runs of operators as the definitions say', () => {
    const text = `
      function primes(max) {
        let total = 0;
        outer: for (let i = 2; i <= max; i += 1) {
          for (let j = 2; j < i; j += 1) if (i % j === 0) continue outer;
          total += i;
        }
        return total;
      }
      function word(n) { switch (n) { case 1: return 'one'; case 2: return 'two'; default: return 'lots'; } }
      function mixed(a, b, c, d) { if (a && b && c || d && !(a && c)) return 1; else if (d) return 2; else return 3; }
      function caught(f) { try { if (f) f(); } catch (e) { while (f()) { f(); } } return f ? 1 : 2; }
      function again(n) { return n === 0 ? 1 : again(n - 1) + again(n - 2); }
      const fallback = (a) => a ?? 1;
    `;
    expect(ofScript(text).map(figures)).toEqual([
      ['primes', 4, 7],
      ['word', 3, 1],
      ['mixed', 8, 7],
      ['caught', 5, 5],
      ['again', 2, 2],
      ['fallback', 1, 0],
    ]);
  });

  it('counts a function inside to the one around, unless that only holds others', () => {
    const text = `
      function busy(list) { if (list) { list.map(function each(x) { if (x) return 1; return 2; }); } }
      function scope() { function inner(x) { if (x) { for (;;) break; } } return inner; }
      class A { method(x) { if (x) return 1; return 2; } }
    `;
    expect(ofScript(text).map(figures)).toEqual([
      ['busy', 2, 4],
      ['each', 2, null],
      ['scope', 1, 0],
      ['inner', 3, 3],
      ['method', 2, 1],
    ]);
  });

  it('measures a function that is declared inside by itself, and one that is written in place where it stands', async () => {
    const text = `
      function outer(list, go) {
        if (list) go();
        function declared(x) { if (x) { for (;;) break; } list.map((y) => { if (y) return 1; return 2; }); }
        const given = (x) => (x ? 1 : 2);
        list.map((x) => { if (x) { if (x.y) return declared(x); } return given(x); });
      }
      const plain = (list, go) => {
        if (list) go();
        go.on((x) => { if (x) go(x); });
      };
    `;
    const found = ofScript(text);
    expect(found.map((one) => [...figures(one), one.cyclomaticWithin])).toEqual([
      ['outer', 2, 6, 4],
      ['declared', 3, 5, 4],
      [null, 2, null, 2],
      ['given', 2, 1, 2],
      [null, 3, null, 3],
      ['plain', 2, 3, 3],
      [null, 2, null, 2],
    ]);
    const python = [
      'def outer(list, go):',
      '    if list:',
      '        go(lambda x: 1 if x else 2)',
      '    def inner(x):',
      '        if x:',
      '            while x: pass',
      '    return inner',
    ].join('\n');
    expect((await ofPython(python)).map(figures)).toEqual([
      ['outer', 2, 4],
      [null, 2, null],
      ['inner', 3, 3],
    ]);
  });

  it('is followed along the hardest ways of a dispatch, and one more of them never makes it easier', async () => {
    const way = (at: number) => `if (a.b${at}) { if (a.c) go(${at}); }`;
    const rows = {
      cases: (count: number) =>
        `switch (a.kind) { ${Array.from({ length: count }, (_, at) => `case ${at}: ${way(at)} break;`).join(' ')} }`,
      equals: (count: number) =>
        Array.from({ length: count }, (_, at) => `if (a.kind === '${at}' || a.kind === K.b) { ${way(at)} }`).join(
          ' else ',
        ),
      conditions: (count: number) =>
        Array.from({ length: count }, (_, at) => `if (a.kind${at} === '${at}') { ${way(at)} }`).join(' else '),
      truths: (count: number) =>
        `switch (true) { ${Array.from({ length: count }, (_, at) => `case a > ${at}: ${way(at)} break;`).join(' ')} }`,
    };
    const followed = (body: string) => ofScript(`function f(a, go) { ${body} }`)[0]?.followed;
    expect(Object.values(rows).map((row) => [1, 3, 4, 9].map((count) => followed(row(count))?.cognitive))).toEqual([
      [6, 16, 16, 16],
      [7, 21, 22, 22],
      [6, 18, 24, 54],
      [6, 16, 21, 46],
    ]);
    expect([1, 3, 4, 9].map((count) => followed(rows.cases(count))?.cyclomatic)).toEqual([4, 10, 10, 10]);
    const harder = `${rows.cases(4).slice(0, -1)} case 9: for (;;) { ${way(1)} } break; }`;
    expect(followed(harder)?.cognitive).toBe(16 + 4);
    const python = ['add', 'remove', 'update', 'get'].flatMap((name, at) => [
      `    ${at === 0 ? 'if' : 'elif'} op ${at === 2 ? "in ('a', 'b')" : `== '${name}'`}:`,
      '        for x in xs:',
      '            if x: go(x)',
    ]);
    const [flat] = await ofPython(['def f(op, xs, go):', ...python].join('\n'));
    expect([flat?.cognitive, flat?.followed]).toEqual([24, { cyclomatic: 10, cognitive: 19 }]);
  });

  it('says the same of the same function in Python', async () => {
    const text = [
      'def mixed(a, b, c, d):',
      '    if a and b and c or d and not (a and c):',
      '        return 1',
      '    elif d:',
      '        return 2',
      '    else:',
      '        return 3',
      'def caught(f):',
      '    try:',
      '        if f: f()',
      '    except ValueError:',
      '        while f(): f()',
      '    return 1 if f else 2',
      'def again(n):',
      '    return 1 if n == 0 else again(n - 1) + again(n - 2)',
      'def deco(f):',
      '    def wrapper(*args):',
      '        if args:',
      '            return f()',
      '        return [x for x in args if x]',
      '    return wrapper',
      'def word(n):',
      '    match n:',
      '        case 1: return "one"',
      '        case _: return "lots"',
    ].join('\n');
    expect((await ofPython(text)).map(figures)).toEqual([
      ['mixed', 8, 7],
      ['caught', 5, 5],
      ['again', 2, 2],
      ['deco', 1, 0],
      ['wrapper', 4, 1],
      ['word', 2, 1],
    ]);
  });

  it('counts parameters that are given by place, and levels of nesting', async () => {
    const text = [
      'class A:',
      '    def f(self, a, b: int, c=1, d: int = 2, *, e, f=None, **rest):',
      '        for x in a:',
      '            if x:',
      '                while b:',
      '                    pass',
      '            elif c:',
      '                pass',
    ].join('\n');
    expect(await ofPython(text)).toMatchObject([{ name: 'f', parameters: 4, nesting: 3 }]);
    expect(ofScript('function g(this: A, a, { b, c }, ...d) {}')).toMatchObject([{ parameters: 3, nesting: 0 }]);
  });
});

describe('what is wrong', () => {
  const python = (lines: readonly string[]) => ({ 'pkg/a.py': `${lines.join('\n')}\n` });

  it('is found in Python, once for each defect', async () => {
    const found = await look(
      python([
        'import os', // 1 unused
        'def f(a, b=[]):', // 2 mutable default
        '    if a == a:', // 3 itself
        '        return b',
        '        print(a)', // 5 unreachable
        '    elif a is "x":', // 6 literal
        '        pass',
        '    d = {"k": 1, "k": 2}', // 8 duplicate key
        '    try:',
        '        undefined_name()', // 10
        '    except:', // 11
        '        pass',
        '    if False:', // 13
        '        d = 1',
        '    if a:',
        '        b = 2',
        '    elif a:', // 17
        '        b = 3',
        '    return d - d', // 19
        'def g(a):',
        '    if a:', // 21
        '        return 1',
        '    else:',
        '        return 1',
        'def h(a):',
        '    a == 1', // 26
        '    assert (a, "message")', // 27
        '    return "%s %s" % (a,)', // 28
      ]),
    );
    const at = (line: number) => found.filter((one) => one.endsWith(`:${line}`)).map((one) => one.split(' pkg')[0]);
    const lines = [1, 2, 3, 5, 6, 8, 10, 11, 13, 17, 19, 21, 26, 27, 28];
    expect(Object.fromEntries(lines.map((line) => [line, at(line)]))).toEqual({
      1: ['low F401'],
      2: ['medium B006'],
      3: ['high PLR0124'],
      5: ['high unreachable-code'],
      6: ['high F632'],
      8: ['high F601'],
      10: ['high F821'],
      11: ['medium E722'],
      13: ['low constant-condition'],
      17: ['high duplicate-condition'],
      19: ['medium identical-operands'],
      21: ['medium identical-branches'],
      26: ['medium B015'],
      27: ['high F631'],
      28: ['high F507'],
    });
    expect(found).toHaveLength(15);
  });

  it('is not found in Python that only looks like it', async () => {
    const found = await look({
      'pkg/__init__.py': 'from .a import f\n',
      ...python([
        'import os',
        'from typing import TYPE_CHECKING',
        'import click',
        'if TYPE_CHECKING:',
        '    from b import B',
        'def f(a: "B", b=None):',
        '    b = [] if b is None else b',
        '    while True:',
        '        if a():',
        '            break',
        '    print(os.name)',
        '    if a() and a():',
        '        b.append(1)',
        '    elif a():',
        '        b.append(2)',
        '    elif a():',
        '        b.append(3)',
        '    return b',
        'def empty():',
        '    return',
        '    yield',
        'def touch(response):',
        '    response.content',
        '    for x in response:',
        '        if x:',
        '            continue',
        '        return x',
        '    return None',
        '@click.command()',
        '@click.option("--a")',
        'def run(a, b, c, d, e, f, g, h):',
        '    print(a, b, c, d, e, f, g, h)',
      ]),
    });
    expect(found).toEqual([]);
  });

  it('is found in JavaScript and TypeScript, once for each defect', async () => {
    const found = await look({
      'src/a.js': [
        "import x from 'y';", // 1
        'export function f(a) {',
        '  if (a === a) return 1;', // 3
        '  const o = { k: 1, k: 2 };', // 4
        '  if (a == 3) o.k = 4;', // 5
        '  try { o.run(); } catch (e) {}', // 6
        '  if (a) o.k = 1; else if (a) o.k = 2;', // 7
        '  later(); const later = () => 1;', // 8
        '  if (typeof a === "strnig") return undefinedName;', // 9
        '  return o; o.k = 3;', // 10
        '}',
        'export function g(a) { a === 1; a.value; return a; }', // 12
      ].join('\n'),
      'src/b.ts': [
        'export class B {',
        '  private used = 1;',
        '  private unused(): number { return this.used; }', // 3
        '  go(x: boolean): number { return x ? 1 : 1; }', // 4
        '  all(x: number): boolean { return x - x === 0; }', // 5
        '}',
      ].join('\n'),
    });
    expect(found).toEqual(
      [
        'low eslint/no-unused-vars src/a.js:1',
        'high eslint/no-self-compare src/a.js:3',
        'high eslint/no-dupe-keys src/a.js:4',
        'low eslint/eqeqeq src/a.js:5',
        'low eslint/no-empty src/a.js:6',
        'high eslint/no-dupe-else-if src/a.js:7',
        'high eslint/no-use-before-define src/a.js:8',
        'high eslint/valid-typeof src/a.js:9',
        'medium eslint/no-undef src/a.js:9',
        'high eslint/no-unreachable src/a.js:10',
        'medium useless-expression src/a.js:12',
        'low unused-private src/b.ts:3',
        'medium identical-branches src/b.ts:4',
        'medium identical-operands src/b.ts:5',
      ].sort(),
    );
  });

  it('is not found in JavaScript and TypeScript that only looks like it', async () => {
    const found = await look({
      'src/a.ts': [
        "import type { T } from './t.js';",
        'export function f(a: T | null, _unused: number): number {',
        '  if (a == null) return 0;',
        '  while (true) { if (a.go() && a.go()) break; }',
        '  try { a.go(); } catch { /* it may be gone */ }',
        '  const { first, ...rest } = a;',
        '  return later(rest) + (a.x ? 1 : 2);',
        '}',
        'function later(x: object): number { return Object.keys(x).length; }',
        'export class Brand { private readonly __brand!: void; private n = 1; get(): number { return this.n; } }',
      ].join('\n'),
      'test/a.test.js': 'const a = require("a");\nit("x", () => { expect(a).to.be.true; });\n',
    });
    expect(found).toEqual([]);
  });

  it('is said of what is too large, but not in tests', async () => {
    const branch = (depth: number): string => (depth === 0 ? 'g();' : `if (a${depth}) { ${branch(depth - 1)} }`);
    const text = `export function f(a1, a2, a3, a4, a5, a6, a7) { ${branch(6)} }\nfunction g() {}\n`;
    expect(await look({ 'src/a.js': text, 'test/a.test.js': text })).toEqual([
      'low complex-function src/a.js:1',
      'low deep-nesting src/a.js:1',
      'low many-parameters src/a.js:1',
    ]);
  });
});

describe('what is silenced', () => {
  it('stays silent in Python, by comment and by the settings of the project', async () => {
    const lines = [
      'import os  # noqa',
      'import re  # noqa: F401',
      'import io  # noqa: E501',
      'def f(x):',
      '    if False:  # noqa: W0125',
      '        x = x - x  # pylint: disable=R0124',
    ];
    expect(
      await look({
        'a.py': lines.join('\n'),
        'whole.py': '# ruff: noqa\nimport os\nif False:\n    pass\n',
        'pyproject.toml': '[tool.ruff.lint]\nignore = ["B006"]\n[tool.ruff.lint.per-file-ignores]\n"gen/*" = ["F"]\n',
        'gen/deep/b.py': 'import os\ndef f(a=[]):\n    return a is a\n',
        'own/ruff.toml': '[lint]\nignore = ["F401"]\n',
        'own/c.py': 'import os\ndef f(a=[]):\n    return a\n',
      }),
    ).toEqual(['high PLR0124 gen/deep/b.py:3', 'low F401 a.py:3', 'medium B006 own/c.py:2']);
  });

  it('stays silent in JavaScript by the comments of ESLint and oxlint', async () => {
    const text = [
      '/* eslint-disable complexity, max-params */',
      'export function f(a, b, c, d, e, g, h) {',
      '  // eslint-disable-next-line no-self-compare',
      '  if (a === a) return b;',
      '  return a - a; // oxlint-disable-line',
      '}',
      '/* eslint-enable max-params */',
      'export function k(a, b, c, d, e, g, h) { return h === h; }',
    ];
    expect(await look({ 'a.js': text.join('\n') })).toEqual([
      'high eslint/no-self-compare a.js:8',
      'low many-parameters a.js:8',
    ]);
  });

  it('stays silent where settings for a linter say so, read as data', async () => {
    const text = 'export const f = (a) => a === a;\nexport const g = (a) => { if (a == 1) return a; return 0; };\n';
    const off = (rule: string, level: unknown) => JSON.stringify({ rules: { [rule]: level } });
    expect(
      await look({
        'a.js': text,
        'one/.oxlintrc.json': `// a comment\n${off('eslint/no-self-compare', 'off')}`,
        'one/a.js': text,
        'one/on/.eslintrc.json': off('no-self-compare', ['error', {}]),
        'one/on/a.js': text,
        'two/package.json': JSON.stringify({
          eslintConfig: { overrides: [{ files: ['*.auto.js'], rules: { eqeqeq: 0 } }] },
        }),
        'two/b.auto.js': text,
        'two/b.js': text,
        'three/.eslintrc': JSON.stringify({
          rules: { 'no-unused-vars': 'off', '@typescript-eslint/no-unused-vars': 'error' },
        }),
        'three/c.ts': 'const a = 1;\n',
        'four/.eslintignore': '# not ours\nlib\n!lib/kept.js\n',
        'four/lib/d.js': text,
        'four/lib/kept.js': text,
        'broken/.eslintrc.json': '{"rules": ',
        'broken/e.ts': 'const a = 1;\n',
      }),
    ).toEqual([
      'high eslint/no-self-compare a.js:1',
      'high eslint/no-self-compare four/lib/kept.js:1',
      'high eslint/no-self-compare one/on/a.js:1',
      'high eslint/no-self-compare two/b.auto.js:1',
      'high eslint/no-self-compare two/b.js:1',
      'low eslint/eqeqeq a.js:2',
      'low eslint/eqeqeq four/lib/kept.js:2',
      'low eslint/eqeqeq one/a.js:2',
      'low eslint/eqeqeq one/on/a.js:2',
      'low eslint/eqeqeq two/b.js:2',
      'low eslint/no-unused-vars broken/e.ts:1',
      'low eslint/no-unused-vars three/c.ts:1',
    ]);
  });

  it('stays silent where a program that makes settings says so in so many words, without being run', async () => {
    const text = 'export const f = (a) => a === a;\nexport const g = (a) => { if (a == 1) return a; return 0; };\n';
    const settings = [
      "import recommended from '@eslint/js';",
      'const quiet = level();',
      'export default defineConfig([',
      '  ...recommended,',
      "  { ignores: ['made/**'] },",
      "  { rules: { eqeqeq: 'error', 'no-self-compare': quiet } },",
      "  { plugins: { own: { rules: { eqeqeq: 'off' } } }, rules: { eqeqeq: ['off', 'always'] } },",
      "  { files: ['**/*.auto.js'], rules: { 'no-self-compare': 0 } },",
      "  { files: ['**/*.part.js'], ignores: ['src/**'], rules: { 'no-self-compare': 'off' } },",
      ']);',
    ].join('\n');
    const found = {
      'eslint.config.mjs': settings,
      'made/a.js': text,
      'src/a.js': text,
      'src/b.auto.js': text,
      'src/c.part.js': text,
      'own/eslint.config.ts': "export default [{ rules: { eqeqeq: 'warn' } }];",
      'own/d.js': text,
      'deep/eslint.config.js': `export default ${'['.repeat(30_000)}${']'.repeat(30_000)};`,
    };
    const cache = memoryCache();
    const told = async () => {
      const { findings } = await analyseQuality(await treeOf(found, { cache }));
      return findings
        .map(({ rule, file }) => `${rule} ${file}`)
        .filter((one) => /eqeqeq|self-compare/.test(one))
        .sort();
    };
    const expected = [
      'eslint/eqeqeq own/d.js',
      'eslint/no-self-compare own/d.js',
      'eslint/no-self-compare src/a.js',
      'eslint/no-self-compare src/c.part.js',
    ];
    expect(await told()).toEqual(expected);
    expect(await told()).toEqual(expected);
  });

  it('stays silent by the codes that rules of our own are known by, and in files a project leaves out', async () => {
    const many = 'def f(a, b, c, d, e, g, h):\n    return a is b is c is d is e is g is h\n';
    expect(
      await look({
        'a.py': many,
        'one/ruff.toml': '[lint]\nextend-ignore = ["PLR0913"]\n',
        'one/a.py': many,
        'two/pyproject.toml': '[tool.ruff]\nextend-exclude = ["gen", "*_old.py"]\n',
        'two/gen/a.py': many,
        'two/a_old.py': many,
        'two/a.py': many,
      }),
    ).toEqual(['low many-parameters a.py:1', 'low many-parameters two/a.py:1']);
  });

  it('knows the Python a project asks for, where annotations are read late', async () => {
    const text = 'class Disk:\n    def copy(self) -> Disk:\n        return self\n';
    const asking = (version: string) => ({
      'pyproject.toml': `[project]\nname = "d"\nrequires-python = "${version}"\n`,
    });
    expect(await look({ 'a.py': text, ...asking('>=3.14') })).toEqual([]);
    expect(await look({ 'a.py': text, ...asking('>=3.99') })).toEqual([]);
    expect(await look({ 'a.py': text, ...asking('>=3.8') })).toEqual(['high F821 a.py:2']);
  });

  it('does not run what the tree says to a linter', async () => {
    const mark = join(tmpdir(), `quality-ran-${process.pid}`);
    const run = `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '');`;
    onTestFinished(() => rmSync(mark, { force: true }));
    const files = {
      '.oxlintrc.json': '{"jsPlugins": ["./plugin.cjs"], "extends": ["./plugin.cjs"], "rules": {"x/y": "error"}}',
      'plugin.cjs': run,
      'oxlint.config.ts': `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(mark)}, '');\nexport default {};\n`,
      'eslint.config.js': run,
      '.eslintrc.cjs': run,
      'src/a.js': 'export const f = (a) => a === a;\n',
    };
    expect(await look(files)).toContain('high eslint/no-self-compare src/a.js:1');
    expect(existsSync(mark)).toBe(false);
  });
});

describe('what is there twice', () => {
  const block = (name: string) =>
    Array.from({ length: 14 }, (_, at) => `  ${name}.push(total(${at}, items[${at}]) * rate(${at + 1}));`).join('\n');
  const file = (name: string) => `export function ${name}(out, items, total, rate) {\n${block('out')}\n}\n`;

  it('names both places, outside of tests', async () => {
    const { findings } = await analyseQuality(
      await treeOf({ 'src/a.js': file('one'), 'src/b.js': file('two'), 'test/c.test.js': file('three') }),
    );
    const [found, ...others] = findings.filter(({ rule }) => rule === 'duplicated-block');
    expect(others).toEqual([]);
    expect(found).toMatchObject({ engine: 'jscpd', file: 'src/b.js', severity: 'low' });
    expect(found?.message).toMatch(/the same as src\/a\.js:\d+-\d+/);
  });

  it('is not said of imports and docstrings', async () => {
    const imports = Array.from({ length: 30 }, (_, at) => `import { name${at}, other${at} } from './module-${at}.js';`);
    const uses = Array.from({ length: 30 }, (_, at) => `name${at}, other${at}`).join(', ');
    const docs = `"""${'One line of prose about it, and more: a, b, c.\n'.repeat(20)}"""\n`;
    const found = await look({
      'src/a.js': `${imports.join('\n')}\nexport const all = [${uses}];\n`,
      'src/b.js': `${imports.join('\n')}\nexport const every = new Set([${uses}]);\n`,
      'src/a.py': `${docs}A = 1\n`,
      'src/b.py': `${docs}B = 2\n`,
    });
    expect(found.filter((one) => one.includes('duplicated'))).toEqual([]);
  });
});

describe('what nobody uses', () => {
  it('is found among private names of Python and exports of an application', async () => {
    const files = {
      'package.json': '{"private": true, "scripts": {"start": "node src/main.js"}}',
      'src/main.js': "import { used } from './lib.js';\nused();\n",
      'src/lib.js': 'export function used() {}\nexport function unused() {}\nexport const table = { a: 1 };\n',
      'src/dynamic.js': 'export const run = () => 1;\n// table\n',
      'py/a.py':
        'def _used():\n    pass\ndef _unused():\n    pass\nclass A:\n    def _hook(self):\n        pass\n    def _gone(self):\n        pass\n',
      'py/b.py': 'from a import A, _used\n_used()\nclass B(A):\n    def _hook(self):\n        pass\n',
    };
    expect(await look(files)).toEqual([
      'low unused-export src/dynamic.js:1',
      'low unused-export src/lib.js:2',
      'low unused-private py/a.py:3',
      'low unused-private py/a.py:8',
    ]);
    const library = { ...files, 'package.json': '{"name": "library", "exports": "./src/main.js"}' };
    expect((await look(library)).filter((one) => one.includes('unused-export'))).toEqual([]);
  });
});

describe('an analysis', () => {
  const files = {
    'a.py': 'import os\n',
    'src/b.ts': 'export const f = (a: number) => a === a;\n',
    'src/c.js': 'export const g = (a) => a - a;\n',
  };

  it('looks at nothing again that it knows by its content', async () => {
    const input = await treeOf(files);
    const first = await analyseQuality(input);
    expect(first.findings).toHaveLength(3);
    // What is not there cannot be read, linted or compared again.
    for (const name of readdirSync(input.root)) rmSync(join(input.root, name), { recursive: true });
    expect(await analyseQuality(input)).toEqual(first);
    expect(await measureTree(input)).toMatchObject({ files: 3, functions: 2 });
    const changed = { ...input, hashes: new Map([...input.hashes, ['a.py', 'other']]) };
    expect((await analyseQuality(changed)).gaps).toContainEqual(expect.objectContaining({ file: 'a.py' }));
    expect(await measureTree(changed)).toMatchObject({ files: 2, functions: 2 });
    // As another process would, which has nothing but what is kept.
    expect(await measureTree({ ...input, hashes: new Map(input.hashes) })).toMatchObject({ files: 3, functions: 2 });
  });

  it('says the same whatever the order of the files', async () => {
    const input = await treeOf(files);
    const one = await analyseQuality(input);
    const other = await analyseQuality({ ...input, files: input.files.toReversed(), cache: memoryCache() });
    expect(other).toEqual(one);
  });

  it('names broken files as gaps and goes on', async () => {
    const deep = `export const x = ${'[\n'.repeat(200_000)}${']\n'.repeat(200_000)};\n`;
    const { findings, gaps } = await analyseQuality(
      await treeOf({ ...files, 'broken.py': 'def f(:\n', 'src/broken.js': 'const = ;\n', 'src/deep.js': deep }),
    );
    expect(findings.map(({ file }) => file).sort()).toEqual(['a.py', 'src/b.ts', 'src/c.js']);
    const told = new Set(gaps.map(({ file }) => file));
    expect(told).toEqual(new Set(['broken.py', 'src/broken.js', 'src/deep.js']));
  });

  it('ends when it is aborted', async () => {
    const stop = new AbortController();
    const input = await treeOf(files, { signal: stop.signal });
    const running = analyseQuality(input);
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    await expect(measureTree(input)).rejects.toThrow('enough');
  });

  it('measures what can be measured and says why the rest is not', async () => {
    const measured = await measureTree(
      await treeOf({
        'a.py':
          '# a comment\n"""About it."""\n\ndef f():\n    """Gives one."""\n    return 1\n\ndef g():\n    return 2\n',
        'main.go': 'package main\n',
        'README.md': '# It\n',
      }),
    );
    expect(measured).toMatchObject({
      linesOfCode: 4,
      files: 1,
      functions: 2,
      cyclomatic: { mean: 1, p90: 1, max: 1, over: 0 },
      complexity: { part: 0, of: 2 },
      duplication: { part: 0, of: 9 },
      documentation: { part: 1, of: 2 },
      documentedPercent: 50,
      reasons: {},
    });
    const nothing = await measureTree(await treeOf({ 'main.go': 'package main\n' }));
    expect(nothing).toMatchObject({ complexity: null, duplication: null, documentation: null });
    expect(Object.keys(nothing.reasons).sort()).toEqual(['complexity', 'documentation', 'duplication']);
  });
});
