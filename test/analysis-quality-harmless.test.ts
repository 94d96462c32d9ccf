import { describe, expect, it } from 'vitest';
import type { AnalyserInput } from '../src/code/analyser.ts';
import type { RawFinding } from '../src/code/findings.ts';
import { withoutMeant } from '../src/code/quality/oxlint-meant.ts';
import { analyseQuality } from '../src/code/quality/quality.ts';
import type { ContentCache } from '../src/platform/content-cache.ts';
import { type Files, memoryCache, treeOf, writeTree } from './analysed-tree.ts';

async function analyse(files: Files, more: Partial<AnalyserInput> = {}): Promise<readonly RawFinding[]> {
  return (await analyseQuality(await treeOf(files, more))).findings;
}

/** Findings of a rule as `severity line`, in order. */
async function told(rule: string, file: string, ...lines: string[]): Promise<string[]> {
  const findings = await analyse({ [file]: text(...lines) });
  return findings
    .filter((one) => one.rule === rule)
    .sort((a, b) => a.line - b.line)
    .map(({ severity, line }) => `${severity} ${line}`);
}

const text = (...lines: string[]) => `${lines.join('\n')}\n`;

describe('what is kept of a file', () => {
  const said = (findings: readonly RawFinding[]) => findings.map(({ rule, line }) => `${rule}:${line}`).sort();
  const unserved = text('scrollToField(1);', 'var unused = 2;');
  const focused = text('fit("a", () => { expect(1).toBe(1); });');

  it.each([
    ['from where pages are served', 'public/js/tabs.js', 'lib/js/tabs.js', unserved],
    ['to where pages are served', 'lib/js/tabs.js', 'public/js/tabs.js', unserved],
    ['from a folder of tests', 'src/__tests__/a.js', 'src/a.js', focused],
    ['to a folder of tests', 'src/a.js', 'src/__tests__/deep/a.js', focused],
  ])('does not go with it %s', async (_, from, to, content) => {
    const cache = memoryCache();
    const before = said(await analyse({ [from]: content }, { cache }));
    const moved = said(await analyse({ [to]: content }, { cache }));
    expect(moved).toEqual(said(await analyse({ [to]: content })));
    expect(moved).not.toEqual(before);
  });

  it('does not go with it when the whole tree is moved below a folder of tests', async () => {
    const cache = memoryCache();
    const files = { 'a.test.js': text('it("a", () => 1);'), 'b.js': focused };
    const before = said(await analyse(files, { cache }));
    const moved = said(await analyse(files, { cache, root: await writeTree(files, '__tests__/tree') }));
    expect(moved).toEqual(said(await analyse(files, { root: await writeTree(files, '__tests__/tree') })));
    expect(moved).not.toEqual(before);
  });

  it('is taken where a file was moved to a folder that tells nothing of it', async () => {
    const cache = memoryCache();
    const before = said(await analyse({ 'src/a.js': unserved }, { cache }));
    const written: string[] = [];
    const watched: ContentCache = { ...cache, write: (kind) => void written.push(kind) };
    expect(said(await analyse({ 'other/a.js': unserved }, { cache: watched }))).toEqual(before);
    expect(before).not.toEqual([]);
    expect(written.filter((kind) => kind.includes('oxlint') || kind.includes('facts'))).toEqual([]);
  });
});

describe('what nobody uses', () => {
  it('is said of the files that were analysed only', async () => {
    const findings = await analyse({
      'package.json': '{"private": true}',
      'src/a.js': text('export function gone() {}'),
      'pkg/a.py': text('def _gone():', '    pass'),
    });
    const messages = findings.filter(({ rule }) => rule.startsWith('unused-')).map(({ message }) => message);
    expect(messages.sort()).toEqual([
      'No file that was analysed mentions the private function `_gone` again.',
      'No other file that was analysed mentions the function `gone`, and this one does not use it either.',
    ]);
  });
});

describe('in Python', () => {
  it('a default that all calls share is harmless where it is only looked into', async () => {
    const found = await told(
      'B006',
      'pkg/a.py',
      'def f(a, choices=[], names={}):', // 1, 1
      '    """Goes through `choices`, returns names."""',
      '    if not choices and a in names:',
      '        return [c.long for c in choices], names.get(a), len(names)',
      '    return {**names, "b": names["a"], "c": choices[0].long}',
      'def g(a, seen=[]):', // 6
      '    seen.append(a)',
      '    return len(seen)',
      'def h(a, rest={}):', // 9
      '    rest["a"] = a',
      'def k(a, given=[]):', // 11
      '    return given',
      'def m(self, given=[]):', // 13
      '    self.given = given',
      'def n(go, given=[]):', // 15
      '    return go(given)',
      'def o(a, given=[]):', // 17
      '    given += a',
      'def p(a, given={}):', // 19
      '    given["a"].append(a)',
      'def q(a, given=[]):', // 21
      '    return a or given',
      'def r(a, given=[]):', // 23
      '    given[0].parts.append(a)',
    );
    expect(found).toEqual(['low 1', 'low 1', ...[6, 9, 11, 13, 15, 17, 19, 21, 23].map((line) => `medium ${line}`)]);
  });

  it('a loop that takes over the name of what it goes through is harmless where nobody asks for it again', async () => {
    const found = await told(
      'B020',
      'pkg/a.py',
      'def f(make, values):',
      '    task = make(1)',
      '    for task in task.parts():', // 3
      '        yield task',
      '    for values in values:', // 5
      '        print(values)',
      'def g(key, go):',
      '    for key in key.split(","):', // 8
      '        go(key)',
      '    return key',
    );
    expect(found).toEqual(['low 3', 'medium 5', 'medium 8']);
  });

  it('a module may have put a name of its choice among its names', async () => {
    const lines = ['def f(options):', '    for one in options:', '        globals()[one] = 1', '    print(size)'];
    expect(await told('F821', 'pkg/a.py', ...lines)).toEqual([]);
    const fixed = lines.map((line) => line.replace('[one]', '["one"]'));
    expect(await told('F821', 'pkg/a.py', ...fixed)).toEqual(['high 4']);
    expect(await told('F821', 'pkg/a.py', ...lines.map((line) => line.replace(' = ', ' == ')))).toEqual(['high 4']);
  });

  it('what is switched off by hand weighs little, and a condition that is a slip does not', async () => {
    const found = await told(
      'eslint/no-constant-condition',
      'src/a.js',
      'export function a(b) {',
      '  if (0) b();', // 2
      '  if (false) b();', // 3
      '  if ("b") b();', // 4
      '  return 0 ? b : null;', // 5
      '}',
    );
    expect(found).toEqual(['low 2', 'low 3', 'high 4', 'high 5']);
  });

  it('what is said to be of a type is taken at its word, but not what is said to be anything', async () => {
    const found = await told(
      'eslint/no-unsafe-optional-chaining',
      'src/a.ts',
      "export const a = (b?: { c: string[] }) => (b?.c as string[]).join('/');",
      "export const d = (b?: { c: any }) => (b?.c as any).join('/');",
      "export const e = (b?: { c: string[] }) => (b?.c).join('/');",
    );
    expect(found).toEqual(['low 1', 'high 2', 'high 3']);
  });

  it('a package may list its own modules, and nothing that is not there', async () => {
    const findings = await analyse({
      'src/pkg/__init__.py': text('__all__ = ["bar", "parts", "gone"]'),
      'src/pkg/bar.py': text('a = 1'),
      'src/pkg/parts/__init__.py': text('a = 1'),
      'src/gone.py': text('__all__ = ["bar"]'),
      'src/bar.py': text('a = 1'),
    });
    expect(findings.filter(({ rule }) => rule === 'F822').map(({ file, message }) => `${file} ${message}`)).toEqual([
      'src/gone.py Undefined name `bar` in `__all__`',
      'src/pkg/__init__.py Undefined name `gone` in `__all__`',
    ]);
  });

  it('what is timed is called on the spot, what is kept is not', async () => {
    const found = await told(
      'B023',
      'pkg/a.py',
      'from timeit import timeit',
      'def f(runs, later):',
      '    for run in runs:',
      '        print(timeit(lambda: run(1), number=2))',
      '        later.timeit(lambda: run(1))', // 5
      '        print(timeit(run, setup=later.append(lambda: run(1))))', // 6
    );
    expect(found).toEqual(['medium 5', 'medium 6']);
  });

  it('what an object calls its log may take any arguments, one of the standard library may not', async () => {
    const lines = [
      'def f(self, logger, error):',
      '    self.app.log.error("failed", error)',
      '    logger.error("failed", error)',
    ];
    expect(await told('PLE1205', 'pkg/a.py', ...lines)).toEqual(['low 2', 'high 3']);
    expect(await told('PLE1205', 'pkg/a.py', ...lines, 'import logging')).toEqual(['high 2', 'high 3']);
  });

  it('one handler that catches the one of two names is told once', async () => {
    const lines = ['try:', '    f()', 'except KeyError or ValueError:', '    g()'];
    const rules = await Promise.all(['B030', 'PLW0711'].map((rule) => told(rule, 'pkg/a.py', ...lines)));
    expect(rules).toEqual([[], ['high 3']]);
  });

  it('a group is used once though a loop around has a name of its own for it', async () => {
    const found = await told(
      'B031',
      'pkg/a.py',
      'from itertools import groupby',
      'def f(rows, more, by):',
      '    for a, items in groupby(rows, by):',
      '        for one in items:',
      '            print(a, one)',
      '        for b, items in groupby(more, by):',
      '            print(b, list(items))',
      '    for a, items in groupby(rows, by):',
      '        print(a, list(items))',
      '        print(a, list(items))', // 10
    );
    expect(found).toEqual(['medium 10']);
  });

  it('a rule says what to do, where its linter does not', async () => {
    const findings = await analyse({
      'pkg/a.py': text('import log', 'A = 1,', 'log.error("failed", A)', 'def f():', '    return B'),
    });
    const advised = findings.map(({ rule, suggestion }) => `${rule}: ${suggestion}`).sort();
    expect(advised).toEqual([
      'COM818: Remove the comma, or write the tuple with its parentheses.',
      'F821: Define or import it, or correct the name.',
    ]);
  });

  it('parameters are told where the class decides them, not where it inherits them', async () => {
    const found = await told(
      'many-parameters',
      'pkg/a.py',
      'class A(B):',
      '    def send(self, a, b, c, d, e, f, g):',
      '        return super().send(a, b, c, d, e, f, g)',
      '    def other(self, a, b, c, d, e, f, g):', // 4
      '        return super().send(a, b, c, d, e, f, g)',
      '    def __init__(self, a, b, c, d, e, f, g):', // 6
      '        super().__init__(a, b, c, d, e, f, g)',
    );
    expect(found).toEqual(['low 4', 'low 6']);
  });
});

describe('a benchmark', () => {
  it('evaluates for the time that it takes, and other code for what comes out', async () => {
    const code = text(
      'class TimeCatalog:',
      '    def time_contains(self):',
      '        "a" in self.catalog', // 3
      '        self.name.strip()', // 4
      '        [self]', // 5
      '        self.size + 1', // 6
      '        assert (self, "a")', // 7
    );
    const files = ['pkg_benchmarks/catalog.py', 'pkg/benchmark_catalog.py', 'pkg/catalog.py', 'pkg/workbench/a.py'];
    const findings = await analyse(Object.fromEntries(files.map((file) => [file, code])));
    const lines = (file: string) => findings.filter((one) => one.file === file).map(({ line }) => line);
    expect(files.map((file) => lines(file).sort())).toEqual([[7], [7], [3, 4, 5, 6, 7], [3, 4, 5, 6, 7]]);
  });
});

describe('what never runs in Python', () => {
  it('is meant where an error behind an endless loop says so, and told anywhere else', async () => {
    const found = await told(
      'unreachable-code',
      'a.py',
      'def ask(url, go):',
      '    while True:',
      '        if go(url):',
      '            return url',
      '    raise ValueError("never")',
      'def wait(go):',
      '    while True:',
      '        go()',
      '    go()', // 9
      'def give(go):',
      '    return go',
      '    raise ValueError("never")', // 12
    );
    expect(found).toEqual(['high 9', 'high 12']);
  });
});

describe('in JavaScript and TypeScript', () => {
  it('parameters are told where the class decides them, not where it inherits them', async () => {
    const found = await told(
      'many-parameters',
      'src/a.js',
      'export class A extends Object {',
      '  send(a, b, c, d, e, f, g) { return super.send(a, b, c, d, e, f, g); }',
      '  other(a, b, c, d, e, f, g) { return super.send(a, b, c, d, e, f, g); }', // 3
      '}',
    );
    expect(found).toEqual(['low 3']);
  });

  it('two braces are a placeholder of something else, and one placeholder may be looked for', async () => {
    const found = await told(
      'eslint/no-template-curly-in-string',
      'src/a.js',
      'export function f(name, value, domain) {',
      `  if (value === "$\{domain}") return value.replace("$\{name}", name);`,
      `  const help = "as in $\{{vault.<name>.key}}" + name;`,
      `  return help + "Hello $\{name}";`, // 4
      '}',
      `export const g = (name, a) => a === "Hello $\{name}" || a("$\{name}");`, // 6, 6
    );
    expect(found).toEqual(['medium 4', 'medium 6', 'medium 6']);
  });

  it('a loop takes the next one in its head, but a condition that assigns is told', async () => {
    const found = await told(
      'eslint/no-cond-assign',
      'src/a.js',
      'export function f(nodes, go, other) {',
      '  let node;',
      '  while (node = nodes.pop()) go(node);',
      '  while (node = other) go(node);', // 4
      '  if (node = nodes.pop()) go(node);', // 5
      '}',
    );
    expect(found).toEqual(['medium 4', 'medium 5']);
  });

  it('a switch is a cascade where every case goes on, and a slip where one of several does', async () => {
    const found = await told(
      'eslint/no-fallthrough',
      'src/a.js',
      'export function f(date, unit) {',
      '  switch (unit) {',
      '    case "year":',
      '      date.setMonth(0);',
      '    case "month":',
      '      date.setDate(1);',
      '    case "day":',
      '      date.setHours(0);',
      '  }',
      '  switch (unit) {',
      '    case "year":',
      '      date.setMonth(0);',
      '    case "month":', // 13
      '      date.setDate(1);',
      '      break;',
      '    case "day":',
      '      date.setHours(0);',
      '  }',
      '}',
    );
    expect(found).toEqual(['medium 13']);
  });

  it('a name is used before it is there only where it has no value yet', async () => {
    const found = await told(
      'eslint/no-use-before-define',
      'src/a.js',
      'mock("fs");',
      'import { mock } from "./mock.js";',
      'export function f(a) {',
      '  b = a;',
      '  return b.c;',
      '  var b;',
      '}',
      'const early = later + 1;', // 8
      'const later = early;',
      'const other = "import { later } from x";',
      'export const all = [other];',
    );
    expect(found).toEqual(['high 8']);
  });

  it('a promise that is made by waiting is harmless where all of it is tried', async () => {
    const found = await told(
      'eslint/no-async-promise-executor',
      'src/a.js',
      'export const f = (go) => new Promise(async (resolve, reject) => {', // 1
      '  try {',
      '    resolve(await go());',
      '  } catch (error) {',
      '    reject(error);',
      '  }',
      '});',
      'export const g = (go) => new Promise(async (resolve, reject) => {', // 8
      '  const a = await go();',
      '  try {',
      '    resolve(await a());',
      '  } catch (error) {',
      '    reject(error);',
      '  }',
      '});',
      'export const h = (go, log) => new Promise(async (resolve) => {', // 16
      '  try {',
      '    resolve(await go());',
      '  } catch (error) {',
      '    log(error);',
      '  }',
      '});',
    );
    expect(found).toEqual(['low 1', 'medium 8', 'medium 16']);
  });

  it('a variable of another block is harmless, and one that is declared again in its own is not', async () => {
    const found = await told(
      'eslint/no-redeclare',
      'src/a.js',
      'export function f(a, go) {',
      '  if (a) {',
      '    var one = go(1);',
      '    go(one);',
      '  } else {',
      '    var one = go(2);', // 6
      '    go(one);',
      '  }',
      '  var two = go(3);',
      '  go(two);',
      '  var two = go(4);', // 11
      '  go(two);',
      '}',
    );
    expect(found).toEqual(['low 6', 'medium 11']);
  });

  it('a chain that may end early is sure in the block that was entered for it', async () => {
    const found = await told(
      'eslint/no-unsafe-optional-chaining',
      'src/a.js',
      'export function f(a, b, go) {',
      '  if (a?.list?.parts && b) {',
      '    const { first } = a?.list?.parts;',
      '    go(first);',
      '  }',
      '  if (a?.list?.parts || b) {',
      '    const { first } = a?.list?.parts;', // 7
      '    go(first);',
      '  }',
      '  if (a?.list) {',
      '    const { first } = a?.list?.parts;', // 11: it ends early no more, but is the part there?
      '    go(first);',
      '  }',
      '  if (a?.list?.parts) {',
      '    go(b);',
      '  }',
      '  const { last } = a?.list?.parts;', // 17
      '  return last;',
      '}',
    );
    expect(found).toEqual(['high 7', 'low 11', 'high 17']);
  });

  it('one slip is told once: a condition that assigns a literal', async () => {
    const findings = await analyse({ 'src/a.js': text('export const f = (a) => { if (a.b = null) return a; };') });
    expect(findings.filter(({ severity }) => severity !== 'low').map(({ rule }) => rule)).toEqual([
      'eslint/no-constant-condition',
    ]);
  });

  it('a file that gives nothing but data is long by what it lists', async () => {
    const rows = (line: (at: number) => string) => Array.from({ length: 1100 }, (_, at) => line(at));
    const found = await analyse({
      'src/data.js': text('export default {', ...rows((at) => `  row${at}: ${at},`), '};'),
      'src/code.js': text('export default {', ...rows((at) => `  row${at}: () => ${at},`), '};'),
    });
    expect(found.filter(({ rule }) => rule === 'long-file').map(({ file }) => file)).toEqual(['src/code.js']);
  });

  it('a constructor may give what stands for its object, and nothing else', async () => {
    const found = await told(
      'eslint/no-constructor-return',
      'src/a.js',
      'export class A { constructor(go) { return new Proxy(this, go); } }',
      'export class B { constructor() { if (B.instance) return B.instance; B.instance = this; } }',
      'export class C {',
      '  constructor() {',
      '    const call = (a) => a;',
      '    Object.setPrototypeOf(call, C.prototype);',
      '    return call;',
      '  }',
      '}',
      'export class D {',
      '  constructor(call) {',
      '    if (!call) return null;', // 12
      '    return call;', // 13
      '  }',
      '}',
    );
    expect(found).toEqual(['medium 12', 'medium 13']);
  });

  it('to leave twice is harmless, and what is left behind is not', async () => {
    const found = await told(
      'eslint/no-unreachable',
      'src/a.js',
      'export function f(a, go) {',
      '  if (a) {',
      '    throw new Error("a");',
      '    return;', // 4
      '  }',
      '  return go(a);',
      '  go(2);', // 7
      '}',
    );
    expect(found).toEqual(['low 4', 'high 7']);
  });

  it('the branch that never runs is the one that asks again', async () => {
    const found = await told(
      'eslint/no-dupe-else-if',
      'src/a.js',
      'export function f(a, go) {',
      '  if (a === 1) go(1);',
      '  else if (a === 2 || a === 3) go(2);',
      '  else if (a === 3) go(3);', // 4
      '}',
    );
    expect(found).toEqual(['high 4']);
  });

  it('a negation in a comparison is left to the compiler where there is one', async () => {
    const lines = ['export const f = (a: boolean, b: boolean) => !a === b;'];
    const rule = 'unicorn/no-negation-in-equality-check';
    expect(await told(rule, 'src/a.ts', ...lines)).toEqual([]);
    expect(await told(rule, 'src/a.js', 'export const f = (a, b) => !a === b;')).toEqual(['medium 1']);
  });
});

describe('what an operator is given', () => {
  it('is a list that is never nothing, and `?.` behind it superfluous', async () => {
    const found = await told(
      'eslint/no-unsafe-optional-chaining',
      'src/a.ts',
      'export const a = (x: any) => [...(x.list || [])?.filter(', // 1
      '  (y: any) => y?.b,',
      ')];',
      'export const b = (x: any) => [...(x?.list ?? ([] as string[]))?.map((y: any) => y)];', // 4
      'export const c = (x: any) => [...Object.keys(x)?.filter((y) => y)?.map((y) => y)];', // 5
      'export const d = (x: any) => [...(x.list ?? [])?.slice(1)];', // 6
      'export const e = (x: any) => [...(x || [])?.find((y: any) => y)];', // 7: finds nothing
      'export const f = (x: any) => { const { g } = (x ?? {})?.h; return g; };', // 8: there is no such field
      'export const g = (x: any, y: any) => [...(x || y)?.filter((z: any) => z)];', // 9
      'export const h = (x: any, y: any) => [...(x ? y : y || [])?.filter((z: any) => z)];', // 10
      'export const i = (x: any, y: any) => [...(x || [] && y)?.filter((z: any) => z)];', // 11
      'export const j = (x: any) => [...x?.list.filter((z: any) => z || [])];', // 12
      'export const k = (x: any) => ((x?.list || [])?.filter((z: any) => z)?.[0]).length;', // 13
    );
    const high = [7, 8, 9, 10, 11, 12, 13];
    expect(found).toEqual(['low 1', 'low 4', 'low 5', 'low 6', ...high.map((line) => `high ${line}`)]);
  });

  it('is a name in underscores that is filled in when the program is built, and any other text is constant', async () => {
    const findings = await analyse({
      'src/a.js': text(
        "export const a = (url, other) => url || '__API_HOST__' || other;",
        'export const b = (url) =>',
        '  url() ||',
        '  "__API_HOST__" ||',
        '  url;',
        "if ('__DEBUG__' === 'true') a();",
        "if (!'__DEBUG__') a();",
        "export const c = (url, other) => url || 'localhost' || other;", // 8
        "export const d = (url, other) => url || 'see __API_HOST__' || other;", // 9
        "if ('debug') a('__DEBUG__');", // 10
        "export const e = (url) => ({}) && '__API_HOST__' + url;", // 11
      ),
    });
    const constant = findings.filter(({ rule }) => rule.startsWith('eslint/no-constant'));
    expect(constant.map(({ severity, line }) => `${severity} ${line}`).sort()).toEqual([
      'high 10',
      'high 11',
      'high 8',
      'high 9',
    ]);
  });

  it('is a method that is chosen by its name where what the bracket gives is called, deeper than its statement', async () => {
    const found = await told(
      'eslint/no-unexpected-multiline',
      'src/a.js',
      'export const a = (color, theme) => {',
      '  return color(1)',
      "    [theme === 'light' ? 'lighten' : 'darken'](0.4 * (1 - theme.z))",
      '    .toHex();',
      '};',
      'export const b = (color, theme) => {',
      '  const c = color(1)',
      "    [theme ? 'lighten' : 'darken'](",
      '      theme,',
      '    );',
      '  return c;',
      '};',
      'export const d = (color, theme) => {',
      '  const e = color',
      '  [theme](e)', // 15: no deeper than the statement
      '  return e',
      '};',
      'export const f = (color, theme) => {',
      '  const g = color(1)',
      '    [theme].forEach(g);', // 20: a list
      '  const h = color',
      '    (theme || g).call();', // 22
      '};',
    );
    expect(found).toEqual(['high 15', 'high 20', 'high 22']);
  });

  it('is a fraction that is rounded to the nearest one, and a whole number becomes another', async () => {
    const found = await told(
      'eslint/no-loss-of-precision',
      'src/a.js',
      'export const weights = [',
      '  0.1279381953467521569740561652246953718517, -.99518721999702136017999740970073681,',
      '  6.02214076000000000000000001e23, 1_0.0000000000000000000000001,',
      '  9007199254740993,', // 4
      '  0x20000000000001,', // 5
      '  12345678901234567890.5,', // 6
      '  5123000000000000000000000000001e10,', // 7
      '];',
    );
    expect(found).toEqual(['medium 4', 'medium 5', 'medium 6', 'medium 7']);
  });

  it('is a mask to which bits are added, and a condition or a default is a slip', async () => {
    const found = await told(
      'oxc/bad-bitwise-operator',
      'src/a.js',
      'export function a(driver, names) {',
      '  let flags = driver.READ | driver.WRITE;',
      '  for (const name of names) flags = flags | driver[name];',
      '  let bits = 0;',
      '  for (const name of names) bits |= driver[name];',
      '  return [flags, bits];',
      '}',
      'export function b(options, driver) {',
      '  let size = 0;',
      '  options = options | driver.options;', // 10
      '  if (size | driver.size) size = 1;', // 11
      '  let given = driver.read || driver.write;',
      '  given = given | {};', // 13
      '  return [options, size, given];',
      '}',
    );
    expect(found).toEqual(['medium 10', 'medium 11', 'medium 13']);
  });

  it('is a bit that a condition chooses, in a place of a list too', async () => {
    const found = await told(
      'oxc/bad-bitwise-operator',
      'src/a.js',
      'export function a(key, parity, given) {',
      '  key[0] |= parity % 2 === 0 ? 1 : 0;',
      '  key[1] |= {};', // 3
      '  return key;',
      '}',
    );
    expect(found).toEqual(['medium 3']);
  });

  it('is a shape that is filled, and no array with one object in all places', async () => {
    const found = await told(
      'unicorn/no-array-fill-with-reference-type',
      'src/a.js',
      'export const a = (shape, color) => shape.rect(0, size(1), 2).fill({ color });',
      'export const b = (shape, color) =>',
      '  shape',
      '    .circle(0, 1)',
      '    .fill({ color });', // 5
      'export const c = (size) => new Array(size).fill({});', // 6
      'export const d = (list) => list.map((one) => one + 1).fill([]);', // 7
      'export const e = Array.from({ length: 3 }).fill({});', // 8
      'export const f = (list) => list.fill({});', // 9
    );
    expect(found).toEqual(['medium 6', 'medium 7', 'medium 8', 'medium 9']);
  });

  it('is told once where it is compared with what `typeof` never gives', async () => {
    const findings = await analyse({
      'src/a.js': text(
        'export const a = (b) => typeof window === undefined || b;',
        'export const c = (b) => ({}) && b;',
      ),
    });
    expect(findings.map(({ severity, rule, line }) => `${severity} ${rule} ${line}`)).toEqual([
      'high eslint/valid-typeof 1',
      'high eslint/no-constant-binary-expression 2',
    ]);
  });
});

describe('a large file with very many hits', () => {
  const hitsOf = (code: string, count: number) =>
    Array.from({ length: count }, (_, at) => {
      return { code, message: `'name${at}' is not defined.`, help: null, line: 1, column: 1, endLine: 1 };
    });

  it('is judged up to a limit where each hit takes a look at all of the text, and told from there on', () => {
    const long = ' '.repeat(1_000_000);
    const hits = hitsOf('unicorn/no-negation-in-equality-check', 150);
    expect(withoutMeant(hits, long, { name: 'a.ts', served: false })).toHaveLength(50);
    expect(withoutMeant(hits, 'short', { name: 'a.ts', served: false })).toEqual([]);
  });

  it('is judged whole where the text is looked at once for all of them', () => {
    const names = Array.from({ length: 5_000 }, (_, at) => `name${at}.go();`);
    const hits = hitsOf('eslint/no-undef', 5_000).map((hit, at) => ({ ...hit, line: at + 2 }));
    const page = ['name7 = document.body;', ...names].join('\n');
    const left = withoutMeant(hits, page, { name: 'a.js', served: true });
    expect(left.map(({ message }) => message)).toEqual(["'name7' is not defined."]);
  });
});

describe('a component', () => {
  const handler = (name: string) => [
    `  const ${name} = (list) => {`,
    '    for (const one of list) if (one.ok) { if (one.next && one.last) go(one); else stop(one); }',
    '  };',
  ];
  const body = ['  if (!a) return null;', ...['b', 'c', 'd', 'e'].flatMap(handler)];
  const uses = 'onClick={b} onKeyUp={c} onKeyDown={d} onBlur={e}';

  it('is as hard to follow as what it decides itself: its handlers stand for themselves', async () => {
    const found = await analyse({
      'src/a.jsx': text(
        'export const Panel = ({ a, go, stop }) => {', // 1
        ...body,
        `  return <div ${uses}>{a.b && <p />}{a.c && <p />}{a.d && a.e && <p />}</div>;`,
        '};',
        'export const Wrapped = memo(({ a, go, stop }) => {', // 17
        ...body,
        `  return <div ${uses} />;`,
        '});',
        'export const plain = ({ a, go, stop }) => {', // 33
        ...body.map((line) => line.replace(/^ {2}const \w+ = \((.*)$/, '  go.on(($1').replace(/^ {2}};$/, '  });')),
        '  return [b, c, d, e];',
        '};',
      ),
    });
    const complex = findings(found, 'complex-function');
    expect(complex).toEqual(['medium 33']);
  });

  it('is told where one of its handlers, or its own decisions, are hard to follow', async () => {
    const found = await analyse({
      'src/a.jsx': text(
        'export const Panel = ({ a, go, stop }) => {',
        '  const act = (list) => {', // 2
        '    for (const one of list) for (const other of one) for (const last of other) {',
        '      if (last.a) { if (last.b) { if (last.c || last.d) go(last); else stop(last); } }',
        '    }',
        '  };',
        '  return <div onClick={act}>{a}</div>;',
        '};',
        'export const Choice = ({ a }) => {', // 9
        ...Array.from({ length: 16 }, (_, at) => `  if (a === ${at}) return <p>{${at}}</p>;`),
        '  return <div />;',
        '};',
      ),
    });
    expect(findings(found, 'complex-function')).toEqual(['low 2', 'low 9']);
  });

  it('is long by its markup, and worse by its code', async () => {
    const markup = (count: number) => Array.from({ length: count }, (_, at) => `      <p key="${at}">{a}</p>`);
    const code = (count: number) => Array.from({ length: count }, (_, at) => `  go(a, [\n    ${at},\n  ]);`);
    const found = await analyse({
      'src/a.jsx': text(
        'export const Shown = ({ a, go }) => {',
        ...code(12),
        '  return (',
        '    <div>',
        ...markup(300),
        '    </div>',
        '  );',
        '};',
      ),
      'src/b.jsx': text('export const Done = ({ a, go }) => {', ...code(70), '  return <div>{a}</div>;', '};'),
    });
    const long = found.filter(({ rule }) => rule === 'long-function');
    expect(long.map(({ severity, file }) => `${severity} ${file}`).sort()).toEqual([
      'low src/a.jsx',
      'medium src/b.jsx',
    ]);
    expect(long.find(({ file }) => file === 'src/a.jsx')?.message).toContain('(302 of them markup)');
  });

  function findings(all: readonly RawFinding[], rule: string): string[] {
    return all
      .filter((one) => one.rule === rule)
      .sort((a, b) => a.line - b.line)
      .map(({ severity, line }) => `${severity} ${line}`);
  }
});

describe('A name that nothing declares', () => {
  it('is told once in a file, with the number of its uses, and each other name by itself', async () => {
    const uses = 'export const a = nowhere + 1;\nexport const b = nowhere + 2;\nexport const c = nobody;\n';
    const found = await analyse({ 'a.js': uses, 'b.js': 'export const d = nowhere;\n' });
    const told = found.filter(({ rule }) => rule === 'eslint/no-undef');
    expect(told.map((one) => `${one.file}:${one.line} ${one.message}`).sort()).toEqual([
      "a.js:1 'nowhere' is not defined. It is used 2 times in this file.",
      "a.js:3 'nobody' is not defined.",
      "b.js:1 'nowhere' is not defined.",
    ]);
  });
});

describe('A name that a comment announces', () => {
  it('is not told, and others of the file are', async () => {
    const text = '/* global translations, Chart:readonly */\ntranslations.load(Chart, nowhere);\nexport {};\n';
    const found = await analyse({ 'a.js': text });
    expect(found.filter(({ rule }) => rule === 'eslint/no-undef').map((one) => one.message)).toEqual([
      "'nowhere' is not defined.",
    ]);
  });
});

describe('A function of many ways', () => {
  it('weighs little where they stand side by side, and more where one stands in the other', async () => {
    const cases = Array.from({ length: 32 }, (_, at) => `    case ${at}:\n      return 'name ${at}';\n`).join('');
    const flat = `export function nameOf(kind) {\n  switch (kind) {\n${cases}    default:\n      return '';\n  }\n}\n`;
    const opened = Array.from({ length: 8 }, (_, at) => `${' '.repeat(2 + at)}if (a[${at}] && b[${at}] || c) {\n`).join(
      '',
    );
    const deep = `export function act(a, b, c) {\n${opened}  a.run(b);\n${'}'.repeat(8)}\n}\n`;
    const found = await analyse({ 'flat.js': flat, 'deep.js': deep });
    const weights = found.filter(({ rule }) => rule === 'complex-function').map((one) => `${one.severity} ${one.file}`);
    expect(weights.sort()).toEqual(['low flat.js', 'medium deep.js']);
  });

  it('weighs less where one value chooses a way of them, and as before where one way is hard or nothing chooses', async () => {
    const way = ['        for row in rows:', '            if row.a and row.b:', '                go(row)'];
    const names = ['add', 'get', 'remove', 'show', 'update'];
    const chain = (condition: (name: string) => string, last: readonly string[]) =>
      text(
        'def act(kind, rows, go):',
        ...names.flatMap((name, at) => [`    ${at === 0 ? 'if' : 'elif'} ${condition(name)}:`, ...way]),
        ...last,
      );
    const nested = (depth: number) => `${' '.repeat(8 + 4 * depth)}for row in rows.next:`;
    const found = await analyse({
      'flat.py': chain((name) => `kind == "${name}"`, []),
      'various.py': chain((name) => `kind.is_${name}()`, []),
      'hard.py': chain(
        (name) => `kind == "${name}"`,
        ['    elif kind == "hard":', ...[0, 1, 2, 3].map(nested), `${' '.repeat(24)}go(rows)`],
      ),
    });
    const told = found.filter(({ rule }) => rule === 'complex-function').map((one) => `${one.severity} ${one.file}`);
    expect(told.sort()).toEqual(['low flat.py', 'medium hard.py', 'medium various.py']);
  });

  it('is told with both figures of the same code', async () => {
    const inner = Array.from({ length: 7 }, (_, at) => `    if (one.a${at}) { if (one.b) go(one); }`);
    const found = await analyse({
      'a.js': text(
        'export function f(list, go) {',
        '  if (!list) return;',
        '  list.each((one) => {',
        ...inner,
        '  });',
        '}',
      ),
      'b.js': text(
        'export function f(list, go) {',
        '  function g(one) {',
        ...inner,
        '  }',
        '  if (list) g(list);',
        '}',
      ),
    });
    const said = found.filter(({ rule }) => rule === 'complex-function').map(({ message }) => message);
    expect(said.sort()).toEqual([
      '`f` is hard to follow: complexity cyclomatic 16, cognitive 36, with the functions written in place.',
      '`g` is hard to follow: complexity cyclomatic 15, cognitive 21.',
    ]);
  });
});
