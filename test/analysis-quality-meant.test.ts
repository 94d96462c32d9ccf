// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the cases are programs as text, with templates of their own
import { describe, expect, it } from 'vitest';
import { analyseQuality } from '../src/code/quality/quality.ts';
import { type Files, treeOf } from './analysed-tree.ts';

/** Findings as `rule file:line`, in order. */
async function look(files: Files): Promise<string[]> {
  const { findings } = await analyseQuality(await treeOf(files));
  return findings.map(({ rule, file, line }) => `${rule} ${file}:${line}`).sort();
}

const text = (...lines: string[]) => `${lines.join('\n')}\n`;

describe('a script that a page loads beside others', () => {
  it('has names from libraries and from its siblings, but no variable that nobody declares', async () => {
    const found = await look({
      'static/js/tabs.js': text(
        'const tabs = document.querySelectorAll(".tab");',
        'tabs.forEach((tab) => { tab.addEventListener("click", openTab); });',
        'const chart = new ApexCharts(tabs[0], { theme: Themes });',
        'htmx.process(chart.element);',
        'scrollToField(chart);',
        'for (constraint of tabs) {', // 6
        '  chart.add(constraint.start);',
        '}',
        'chart.size(limit);', // 9
        'angular',
        '  .module("tabs");',
        'limited', // 12
        'chart.show();',
      ),
      'static/js/fields.js': text('function openTab(event) { event.target.classList.add("open"); }'),
    });
    expect(found).toEqual([
      'eslint/no-undef static/js/tabs.js:12',
      'eslint/no-undef static/js/tabs.js:6',
      'eslint/no-undef static/js/tabs.js:9',
    ]);
  });

  it('is no module: that has only what it imports', async () => {
    const found = await look({
      'static/js/tabs.js': text("import { a } from './a.js';", 'openTab(document.body, a);', 'new ApexCharts(a);'),
      'static/js/fields.js': text('function openTab(event) { event.target.classList.add("open"); }'),
    });
    expect(found).toEqual(['eslint/no-undef static/js/tabs.js:2', 'eslint/no-undef static/js/tabs.js:3']);
  });
});

describe('what a linter takes for a fault of a script', () => {
  it('is none for names that the tree declares for all files, runes, and places that the names beside leave out', async () => {
    const found = await look({
      'src/ambient.d.ts': text(
        'declare global {',
        '  const RELEASE: string;',
        '  function track(): void;',
        '}',
        'export {};',
      ),
      'src/vendor.d.ts': text('declare const BUILT: string;'),
      'src/own.ts': text('declare const HIDDEN: string;', 'export const own = HIDDEN;'),
      'src/names.js': text('export const all = [RELEASE, BUILT, track()];', 'export const none = [HIDDEN];'), // 2
      'src/count.svelte.js': text('export const count = $state(0);', 'export const other = $stated(0);'), // 2
      'src/plain.js': text('export const count = $state(0);'), // 1
      'src/sparse.js': text(
        'export const [, name] = JSON.parse("[]") ?? [, "none"];',
        'const [, first] = /a(b)/.exec(name) ?? [, "b"];',
        'export const holes = [1, , first];', // 3
      ),
    });
    expect(found.filter((one) => /no-undef|no-sparse/.test(one))).toEqual([
      'eslint/no-sparse-arrays src/sparse.js:3',
      'eslint/no-undef src/count.svelte.js:2',
      'eslint/no-undef src/names.js:2',
      'eslint/no-undef src/plain.js:1',
    ]);
  });

  it('is none in loops that are left from within, snippets, code in texts, functions of modules, second declarations', async () => {
    const found = await look({
      'src/loops.js': text(
        'export function first(list) {',
        '  for (let at = 0; true; at += 1) if (list[at] > 0) return at;',
        '}',
        'export function none(list) { if (true) return list; }', // 4
      ),
      'src/texts.js': text(
        'const value = read();',
        "export const inner = 'new Function(`return ${value.slice(7)}`)()';",
        "export const snippet = 'while (${1:value}) {${2}}';",
        "export const forgotten = 'value: ${value}';", // 4
      ),
      'src/modules.ts': text(
        'import * as TE from "./task";',
        'import list from "./list";',
        'export const done = TE.map((one: number) => { if (one > 0) return one; });',
        'export const lost = list.map((one: number) => { if (one > 0) return one; });', // 4
      ),
      'src/again.js': text(
        'export function names(all) {',
        '  var name;',
        '  for (var at = 0; at < all.length; at++) { var name = all[at]; print(name); }',
        '}',
        'export function nothing() { let other; return other; }', // 5
      ),
      'static/made.js': text(
        'if (!RED) {',
        '  var RED = {};',
        '}',
        'RED.debug = 1;',
        'BLUE.debug = 1;',
        'let BLUE = {};',
      ),
    });
    expect(
      found.filter((one) => /no-constant|template-curly|array-callback|no-unassigned|before-define/.test(one)),
    ).toEqual([
      'eslint/array-callback-return src/modules.ts:4',
      'eslint/no-constant-condition src/loops.js:4',
      'eslint/no-template-curly-in-string src/texts.js:4',
      'eslint/no-unassigned-vars src/again.js:5',
      'eslint/no-use-before-define static/made.js:5',
    ]);
  });
});

describe('a size', () => {
  const repeated = (count: number, line: (at: number) => string) => Array.from({ length: count }, (_, at) => line(at));

  it('of a function is that of its code, not of what is said about it', async () => {
    const body = (count: number) => repeated(count, (at) => `    print(${at}, [\n        ${at},\n    ])`);
    const found = await look({
      'pkg/a.py': text(
        'def f():',
        '    """Says much.',
        ...repeated(300, (at) => `    Line ${at}`),
        '    """',
        ...body(12),
      ),
      'pkg/b.py': text('def g():', ...body(36)),
      'src/a.js': text('export function f(a) {', ...repeated(150, (at) => `  // ${at} is said.\n`), '}'),
    });
    expect(found.filter((one) => one.startsWith('long-function'))).toEqual(['long-function pkg/b.py:1']);
  });

  it('of a file is that of its code also where the language is one that the parser does not know', async () => {
    const head = ['// @flow', 'type Row = {| +id: number |};'];
    const said = repeated(300, (at) => `  // ${at} is said.\n  /*\n   * At length.\n   */`);
    const code = (count: number) => repeated(count, (at) => `  print(${at});`);
    const found = await look({
      'src/said.js': text(...head, ...said, ...code(900)),
      'src/code.js': text(...head, ...said, ...code(1100)),
    });
    expect(found.filter((one) => one.startsWith('long-file'))).toEqual(['long-file src/code.js:1']);
  });

  it('of a file is that of its code, not of the tables that it lists', async () => {
    const rows = repeated(1100, (at) => `  ['type/${at}', '${at}'],`);
    const found = await look({
      'src/table.js': text('const types = new Map([', ...rows, ']);', 'module.exports = (name) => types.get(name);'),
      'src/code.js': text('export const calls = [', ...repeated(1100, (at) => `  () => ${at},`), '];'),
      'pkg/table.py': text('TYPES = {', ...repeated(1100, (at) => `    "type/${at}": ${at},`), '}'),
    });
    expect(found.filter((one) => one.startsWith('long-file'))).toEqual(['long-file src/code.js:1']);
  });
});

describe('what only looks like a mistake in JavaScript', () => {
  it('is a number that is made an integer of 32 bits after a shift', async () => {
    const found = await look({
      'src/a.js': text(
        'export function f(a, flags) {',
        '  const same = flags & flags;', // 2
        '  let hash = 0;',
        '  for (const b of a) {',
        '    hash = (hash << 5) - hash + b;',
        '    hash = hash & hash;',
        '  }',
        '  return hash + same;',
        '}',
      ),
    });
    expect(found).toEqual(['identical-operands src/a.js:2']);
  });

  it('is a replacement that is made for what its function does', async () => {
    const found = await look({
      'src/a.js': text(
        'export function f(a, list) {',
        '  a.replace(/b/g, (c) => { list.push(c); });',
        '  a.replace(/b/g, (c) => list.push(c));',
        '  a.replace(/b/g, (c) => c.toUpperCase());', // 4
        '  return list;',
        '}',
      ),
    });
    expect(found).toEqual(['ignored-result src/a.js:4']);
  });

  it('is nothing where nothing is filtered out or only waited for', async () => {
    const found = await look({
      'src/a.js': text(
        'export const f = (a) => a.map((x) => { if (x.ok) return x.go(); }).filter(Boolean);',
        'export const g = (a) => a',
        '  .map((x) => {',
        '    if (x.ok) return x.go();',
        '  })',
        '  .filter((x) => !!x);',
        'export async function h(a) {',
        '  await Promise.all(a.map((x) => { if (x.ok) return x.go(); }));',
        '  const all = await Promise.all(a.map((x) => { if (x.ok) return x.go(); }));', // 9
        '  await Promise.all(a.map((x) => { x.go(); }));', // 10
        '  return all;',
        '}',
        'export const k = (a) => a.map((x) => { if (x.ok) return x.go(); }).filter((x) => x.ok);', // 13
      ),
    });
    const rule = 'eslint/array-callback-return src/a.js';
    expect(found).toEqual([`${rule}:10`, `${rule}:13`, `${rule}:9`]);
  });

  it('is a chain that was asked for before, on whose end the function has left', async () => {
    const found = await look({
      'src/a.js': text(
        'export function f(old) {',
        '  if (!old?.links) return undefined;',
        '  return { ...old, links: [1, ...old?.links] };',
        '}',
        'export function g(old, a) {',
        '  if (a) {',
        '    if (!old?.links) return undefined;',
        '  }',
        '  return [1, ...old?.links];', // 9
        '}',
      ),
    });
    expect(found).toEqual(['eslint/no-unsafe-optional-chaining src/a.js:9']);
  });

  it('is an element taken out that the loop has not come to', async () => {
    const found = await look({
      'src/a.js': text(
        'export function f(a) {',
        '  a.forEach((x, i) => { if (x.next) a.splice(i + 1, 1); });',
        '  a.forEach((x, i) => { if (x.gone) a.splice(i, 1); });', // 3
        '}',
      ),
    });
    expect(found).toEqual(['loop-mutation src/a.js:3']);
  });
});

describe('a function in a loop of Python', () => {
  it('sees the variable of its turn where it is called in that turn', async () => {
    const found = await look({
      'pkg/a.py': text(
        'def f(rows, go):',
        '    for row in rows:',
        '        read = lambda name: row[name]',
        '        go(read("a"), read("b"))',
        '    for row in rows:',
        '        def told():',
        '            return row.text',
        '        go(told())',
        '    for row in rows:',
        '        later = lambda: row.text', // 10
        '        go(later)',
        '    for row in rows:',
        '        last = lambda: row.text', // 13
        '        last()',
        '    for row in rows:',
        '        found = rows.get(',
        '            row.name,',
        '            lambda: row.text,',
        '        )',
        '        go(found())',
        '    return last()',
      ),
    });
    expect(found.filter((one) => one.startsWith('B023'))).toEqual(['B023 pkg/a.py:10', 'B023 pkg/a.py:13']);
  });
});
