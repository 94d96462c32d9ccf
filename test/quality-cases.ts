import type { Severity } from '../src/code/findings.ts';

/** A defect a rule is there for, and correct code that looks like it. */
export interface QualityCase {
  readonly rule: string;
  readonly language: 'py' | 'js' | 'ts' | 'tsx';
  readonly severity: Severity;
  readonly defect: string;
  readonly alike: string;
}

function cases(language: QualityCase['language'], rows: Readonly<Record<string, readonly [Severity, string, string]>>) {
  return Object.entries(rows).map(([name, [severity, defect, alike]]): QualityCase => {
    return { rule: name.split(' ')[0] ?? name, language, severity, defect, alike };
  });
}

const python = cases('py', {
  F401: ['low', 'import os', 'import os\nprint(os.name)'],
  F841: ['low', 'def f(a):\n    b = a()', 'def f(a):\n    _b = a()\n    return a'],
  F811: [
    'medium',
    'def f():\n    return 1\ndef f():\n    return 2',
    'try:\n    from x import f\nexcept ImportError:\n    def f():\n        return 2',
  ],
  F821: ['high', 'def f():\n    return missing', 'missing = 1\ndef f():\n    return missing'],
  F632: ['high', 'def f(a):\n    return a is "x"', 'def f(a):\n    return a is None'],
  F602: ['medium', 'A = "k"\nx = {A: 1, A: 2}', 'A = "k"\nB = "l"\nx = {A: 1, B: 2}'],
  F601: ['high', 'x = {"k": 1, "k": 2}', 'x = {"k": 1, "l": 2}'],
  F507: ['high', 'x = "%s %s" % (1,)', 'x = "%s %s" % (1, 2)'],
  F631: ['high', 'def f(a):\n    assert (a, "message")', 'def f(a):\n    assert a, "message"'],
  F901: ['medium', 'def f():\n    raise NotImplemented', 'def f():\n    raise NotImplementedError'],
  F541: ['low', 'x = f"plain"', 'y = 1\nx = f"{y}"'],
  E711: ['low', 'def f(a):\n    return a == None', 'def f(a):\n    return a is None'],
  E722: [
    'medium',
    'def f(a):\n    try:\n        a()\n    except:\n        print(1)',
    'def f(a):\n    try:\n        a()\n    except ValueError:\n        print(1)',
  ],
  S110: [
    'low',
    'def f(a):\n    try:\n        a()\n    except Exception:\n        pass',
    'def f(a):\n    try:\n        a()\n    except KeyError:\n        pass',
  ],
  B006: ['medium', 'def f(a=[]):\n    return a', 'def f(a=()):\n    return a'],
  B008: ['low', 'import time\ndef f(a=time.time()):\n    return a', 'def f(a=frozenset()):\n    return a'],
  B012: [
    'high',
    'def f(a):\n    try:\n        return a()\n    finally:\n        return 1',
    'def f(a):\n    try:\n        return a()\n    finally:\n        a.close()',
  ],
  B015: ['medium', 'def f(a):\n    a == 1', 'def f(a):\n    return a == 1'],
  B018: [
    'medium',
    'def f(a):\n    [a]',
    'def f(a):\n    a.loaded\n    try:\n        a\n    except NameError:\n        print(1)',
  ],
  B020: [
    'medium',
    'def f(xs):\n    for xs in xs:\n        print(xs)',
    'def f(xs):\n    for x in xs:\n        print(x)',
  ],
  B023: [
    'medium',
    'def f(xs):\n    return_all = []\n    for x in xs:\n        return_all.append(lambda: x)\n    return return_all',
    'def f(xs):\n    all_of = []\n    for x in xs:\n        all_of.append(lambda x=x: x)\n    return all_of',
  ],
  A001: [
    'low',
    'def f(a):\n    list = a()\n    return list',
    'def f(a):\n    items = a()\n    min = a.min\n    return items, min',
  ],
  ERA001: [
    'low',
    'x = 1\n# y = x + 1\n# print(y)\n# z = y\n',
    'x = 1\n# The value is taken as it is: nothing is added.\n# See the notes on it.\n# y = x + 1\n',
  ],
  PLR0124: ['high', 'def f(a):\n    return a == a', 'def f(a):\n    return a != a'],
  PLE0100: [
    'high',
    'class A:\n    def __init__(self):\n        yield 1',
    'class A:\n    def __iter__(self):\n        yield 1',
  ],
  PLE1205: ['high', 'import logging\nlogging.info("%s", 1, 2)', 'import logging\nlogging.info("%s %s", 1, 2)'],
  PLW0129: ['high', 'def f():\n    assert "text"', 'def f(a):\n    assert a == "text"'],
  PLR1704: [
    'low',
    'def f(a):\n    for a in (1, 2):\n        print(a)',
    'def f(a):\n    for b in (1, 2):\n        print(a, b)',
  ],
  SIM115: [
    'low',
    'def f(p):\n    s = open(p)\n    print(s.read())',
    'def f(p):\n    s = open(p)\n    try:\n        print(s.read())\n    finally:\n        s.close()',
  ],
  SIM222: [
    'high',
    'def f(a):\n    if a or True:\n        return 1\n    return 2',
    'def f(a, b):\n    if a or b:\n        return 1',
  ],
  B007: [
    'low',
    'def f(xs, go):\n    for a, b in xs:\n        go(a)',
    'def f(go):\n    for dummy in range(9):\n        go()',
  ],
  PLW1508: [
    'low',
    'import os\nLIMIT = os.environ.get("LIMIT", 10)',
    'import os\nLIMIT = int(os.environ.get("LIMIT", 10))\nRATE = float(\n    os.environ.get("RATE", 1.0)\n)',
  ],
  TRY203: [
    'low',
    'def f(a):\n    try:\n        a()\n    except ValueError:\n        raise',
    'def f(a):\n    try:\n        a()\n    except ValueError:\n        print(1)\n        raise',
  ],
  'unreachable-code': [
    'high',
    'def f(a):\n    return a\n    print(a)',
    'def f(a):\n    if a:\n        return a\n    print(a)',
  ],
  'constant-condition': [
    'low',
    'def f(a):\n    if False:\n        print(a)',
    'def f(a):\n    while True:\n        if a():\n            return',
  ],
  'duplicate-condition': [
    'high',
    'def f(a):\n    if a:\n        return 1\n    elif a:\n        return 2\n    return 3',
    'def f(a):\n    if a():\n        return 1\n    elif a():\n        return 2\n    return 3',
  ],
  'identical-branches': [
    'medium',
    'def f(a):\n    if a:\n        return "  "\n    else:\n        return "  "',
    'def f(a):\n    if a:\n        return "  "\n    else:\n        return " "',
  ],
  'identical-operands': ['medium', 'def f(a):\n    return a.x - a.x', 'def f(a):\n    return a.x * a.x - a.y()'],
  'loop-runs-once': [
    'medium',
    'def f(a):\n    while a():\n        print(a)\n        return 1\n    return 2',
    'def f(a):\n    while a():\n        if a.more():\n            continue\n        return 1\n    return 2',
  ],
  'loop-mutation': [
    'medium',
    'def f(xs):\n    for x in xs:\n        if x:\n            xs.remove(x)',
    'def f(xs, ys):\n    for x in list(xs):\n        xs.remove(x)\n    for y in ys:\n        if y:\n            ys.remove(y)\n            break\n    for y in ys:\n        ys.append(y)',
  ],
  'loop-mutation of a dictionary': [
    'medium',
    'def f(d):\n    for k, v in d.items():\n        if v:\n            del d[k]',
    'def f(d, e):\n    for k, v in d.items():\n        if v:\n            del e[k]',
  ],
  'useless-expression': ['medium', 'def f(a):\n    a + 1\n    return a', 'def f(a, b):\n    a >> b\n    return a + b'],
  'ignored-result': [
    'medium',
    'def f(a):\n    a.strip()\n    return a',
    'def f(a):\n    a = a.strip()\n    a.strip(1, 2)\n    a.replace("x")\n    return a',
  ],
  'ignored-result of a function': [
    'medium',
    'def f(a):\n    sorted(a)\n    return a',
    'def f(a):\n    try:\n        a.lower()\n    except AttributeError:\n        return None\n    return sorted(a)',
  ],
  'unused-private': ['low', 'def _unused():\n    return 1', 'def _used():\n    return 1\nprint(_used())'],
});

const script = cases('js', {
  'eslint/no-unused-vars': ['low', 'const a = 1;', 'const _a = 1;\nexport const f = (b, c) => c;'],
  'eslint/no-self-compare': ['high', 'export const f = (a) => a === a;', 'export const f = (a) => a !== a;'],
  'eslint/no-dupe-keys': ['high', 'export const a = { k: 1, k: 2 };', 'export const a = { k: 1, l: 2 };'],
  'eslint/no-duplicate-case': [
    'high',
    'export function f(a) { switch (a) { case 1: return 1; case 1: return 2; } return 3; }',
    'export function f(a) { switch (a) { case 1: return 1; case 2: return 2; } return 3; }',
  ],
  'eslint/no-dupe-else-if': [
    'high',
    'export function f(a) { if (a) return 1; else if (a) return 2; return 3; }',
    'export function f(a, b) { if (a) return 1; else if (b) return 2; return 3; }',
  ],
  'eslint/no-unreachable': [
    'high',
    'export function f(a) { return a; a.go(); }',
    'export function f(a) {\n  switch (a) {\n    case 1:\n      return 1;\n      break;\n    default:\n      return 2;\n  }\n}',
  ],
  'eslint/no-constant-condition': [
    'high',
    'export function f(a) { if (true) a(); }',
    'export function f(a) { while (true) { if (a()) return; } }',
  ],
  'eslint/no-constant-binary-expression': [
    'high',
    'export const f = (a) => ({} && a);',
    'export function f(a, m) { return (m = new Map()) && m.set(a, 1); }',
  ],
  'eslint/no-use-before-define': [
    'high',
    'export function f() { go(); const go = () => 1; }',
    'export function f() { go(); function go() { return 1; } }',
  ],
  'eslint/valid-typeof': [
    'high',
    'export const f = (a) => typeof a === "strnig";',
    'export const f = (a) => typeof a === "string";',
  ],
  'eslint/use-isnan': ['high', 'export const f = (a) => a === NaN;', 'export const f = (a) => Number.isNaN(a);'],
  'eslint/no-const-assign': [
    'high',
    'export function f() { const a = 1; a = 2; return a; }',
    'export function f() { let a = 1; a = 2; return a; }',
  ],
  'eslint/no-unsafe-finally': [
    'high',
    'export function f(a) { try { return a(); } finally { return 1; } }',
    'export function f(a) { try { return a(); } finally { a.close(); } }',
  ],
  'promise/no-new-statics': [
    'high',
    'export const f = () => new Promise.resolve(1);',
    'export const f = () => Promise.resolve(1);',
  ],
  'eslint/no-undef': [
    'medium',
    'export const f = () => missing;',
    'export const f = () => (typeof missing === "undefined" ? process.argv : globalThis);',
  ],
  'eslint/array-callback-return': [
    'medium',
    'export const f = (a) => a.map((x) => { x.go(); });',
    'export const f = (a) => a.filter((x) => { if (x.ok) return true; });',
  ],
  'eslint/array-callback-return of map': [
    'medium',
    'export const f = (a) =>\n  a\n    .map((x) => { if (x.ok) return x.go(); });',
    'export function f(a, b) {\n  a.list.map((x) => { x.go(b); });\n  a(b)\n    .map((x) => { x.go(b); });\n}',
  ],
  'eslint/no-redeclare': [
    'medium',
    'export function f(a) { var b = a; var b = 2; return b; }',
    "const escape = require('escape-html');\nmodule.exports = escape;",
  ],
  'eslint/no-unexpected-multiline': [
    'high',
    'export const f = (a, b) => {\n  const c = a\n  [b].forEach(c);\n};',
    "export const f = (a, b) =>\n  a(b)\n  [b]('/')\n  .expect(200);",
  ],
  'eslint/no-setter-return': [
    'medium',
    'export const a = { set b(c) { return c; } };',
    'export const a = (b, c) => Object.defineProperty(b, "c", {\n  get: () => c,\n  set: (d) => Object.assign(c, d),\n});',
  ],
  'oxc/bad-comparison-sequence': [
    'high',
    'export const f = (a, b, c) => a == b == c;',
    "export const f = (a, b) => a === 'after' !== !!b;",
  ],
  'eslint/no-useless-return': [
    'low',
    'export function f(a) {\n  a();\n  return;\n}',
    'export const f = () => {\n  return;\n};',
  ],
  'eslint/no-fallthrough': [
    'medium',
    'export function f(a) { switch (a) { case 1: a.go(); case 2: return 2; } return 3; }',
    'export function f(a) {\n  switch (a) {\n    case 1:\n      a.go();\n      // falls through\n    case 2:\n      return 2;\n  }\n  return 3;\n}',
  ],
  'eslint/no-cond-assign': [
    'medium',
    'export function f(a, b) { if (a = b) return 1; return a; }',
    'export function f(a, b) { if ((a = b())) return 1; return a; }',
  ],
  'eslint/no-self-assign': [
    'medium',
    'export class A { constructor(name) { this.name = this.name; } }',
    'export function f(a) { a.href = a.href; }',
  ],
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the defect is a text that looks like a template.
  'eslint/no-template-curly-in-string': [
    'medium',
    'export const f = (name) => "Hello ${name}";',
    'export const tag = "release ${version}";',
  ],
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above.
  'eslint/no-debugger': ['medium', 'export function f() { debugger; }', 'export function f() { return "debugger"; }'],
  'eslint/no-async-promise-executor': [
    'medium',
    'export const f = (a) => new Promise(async (done) => { done(await a()); });',
    'export const f = (a) => new Promise((done) => { done(a()); });',
  ],
  'eslint/no-empty': [
    'low',
    'export function f(a) { try { a(); } catch (e) {} }',
    'export function f(a) { try { a(); } catch { /* it is gone already */ }\n  while (a.next()) {}\n  try { a(); } catch {} // it is gone already\n}',
  ],
  'eslint/eqeqeq': ['low', 'export const f = (a) => a == 1;', 'export const f = (a) => a == null;'],
  'eslint/no-useless-catch': [
    'low',
    'export function f(a) { try { a(); } catch (e) { throw e; } }',
    'export function f(a) { try { a(); } catch (e) { throw new Error("a", { cause: e }); } }',
  ],
  'node/handle-callback-err': [
    'low',
    'export const f = (read) => read((err, data) => data.length);',
    'export const f = (read) => read((err, data) => (err ? 0 : data.length));',
  ],
  'identical-branches': [
    'medium',
    'export const f = (a) => (a ? "  " : "  ");',
    'export const f = (a) => (a ? "  " : " ");',
  ],
  'identical-operands': [
    'medium',
    'export const f = (a) => a.x - a.x;',
    'export const f = (a) => a.next() || a.next();',
  ],
  'useless-expression': [
    'medium',
    'export function f(a) { a === 1; return a; }',
    'export function f(a) { a.offsetHeight; return a === 1; }',
  ],
  'loop-runs-once': [
    'medium',
    'export function f(a) { for (let i = 0; i < a; i += 1) { a.go(i); break; } }',
    'export function f(a) { for (const x of a) { return x; } do { if (a.go()) continue; break; } while (a); return 0; }',
  ],
  'loop-mutation': [
    'medium',
    'export function f(a) { for (const x of a) { if (x) { a.splice(x, 1); } } }',
    'export function f(a) { for (const x of [...a]) { a.splice(x, 1); }\n  for (const x of a) { if (x) { a.splice(x, 1); break; } a.push(x); } }',
  ],
  'loop-mutation in forEach': [
    'medium',
    'export function f(a) { a.forEach((x, i) => { if (x) a.splice(i, 1); }); }',
    'export function f(a, b) { a.forEach((x, i) => { if (x) b.splice(i, 1); }); }',
  ],
  'ignored-result': [
    'medium',
    'export function f(a) { a.trim(); return a; }',
    'export function f(a, router) { router.replace("/x"); router.trim(1); return a.trim(); }',
  ],
  'ignored-result of an array': [
    'medium',
    'export function f(a) { a.filter((x) => x > 1); return a; }',
    'export function f(a, jobs) { jobs.filter("x"); return a.filter((x) => x > 1); }',
  ],
  'dropped-promise': [
    'medium',
    'export function f(a) { a.forEach(async (x) => { await x(); }); }',
    'export async function f(a) { await Promise.all(a.map(async (x) => { await x(); })); }',
  ],
  'loop-closure': [
    'medium',
    'export function f(a) { for (var i = 0; i < 3; i += 1) { setTimeout(() => a(i), 1); } }',
    'export function f(a) { for (let i = 0; i < 3; i += 1) { setTimeout(() => a(i), 1); }\n  for (var j = 0; j < 3; j += 1) { a.forEach((x) => x(j)); } }',
  ],
  'commented-code': [
    'low',
    'export const a = 1;\n// const b = a + 1;\n// go(b);\n// return b;\n',
    'export const a = 1;\n// The value (a) is taken as it is.\n// Nothing = is added; see the notes.\n// It is.\n/**\n * @example\n * const b = a;\n * go(b);\n */\nexport const c = 2;\n',
  ],
});

const typescript = cases('ts', {
  'unused-private': [
    'low',
    'export class A { private gone(): number { return 1; } }',
    'export class A { private there(): number { return 1; }\n  go(): number { return this.there(); } }',
  ],
  'eslint/no-unused-vars': [
    'low',
    "import { A, B } from './a.ts';\nexport const b: B = A === null ? 1 : 2;\ntype Gone = string;",
    "import type { A } from './a.ts';\nexport const b: A = 1;",
  ],
  'eslint/no-new-wrappers': [
    'medium',
    'export const a = (value: string) => {\n  const text = new String(value);\n  return text === value;\n};',
    'export const a = (value: string) => {\n  const text = new String(value) as Marked;\n  text.isMarked = true;\n  return text;\n};\nexport type Marked = string & { isMarked?: boolean };',
  ],
  'eslint/no-use-before-define where names are exported': [
    'high',
    'export const c = (() => {\n  const d = b + 1;\n  const b = 2;\n  return d * b;\n})();',
    'export { b as c };\nconst b = { d: 1 };\nexport {\n  e as f,\n};\nconst e = b;',
  ],
  'typescript/no-duplicate-enum-values': ['medium', 'export enum E { A = 1, B = 1 }', 'export enum E { A = 1, B = 2 }'],
});

const react = cases('tsx', {
  'react/jsx-key': [
    'medium',
    'export const L = ({ a }: { a: string[] }) => <ul>{a.map((x) => <li>{x}</li>)}</ul>;',
    'export const L = ({ a }: { a: string[] }) => <ul>{a.map((x) => <li key={x}>{x}</li>)}</ul>;',
  ],
  'react/rules-of-hooks': [
    'medium',
    'export function List({ a }: { a: boolean }) { if (a) { useState(1); } return <p />; }',
    'export function List() { useState(1); return <p />; }',
  ],
  'react/rules-of-hooks of the project': [
    'medium',
    "import { useContext } from 'react';\nimport { Theme } from './theme.ts';\nexport const List = async () => <p>{useContext(Theme)}</p>;",
    "import { Theme, useContext } from '../context.ts';\nexport const List = async () => <p>{useContext(Theme)}</p>;",
  ],
});

/** Every kind of rule by an example; sizes and duplication have tests of their own. */
export const qualityCases: readonly QualityCase[] = [...python, ...script, ...typescript, ...react];
