import { describe, expect, it } from 'vitest';
import type { Analyser } from '../src/code/analyser.ts';
import { analyseQuality } from '../src/code/quality/quality.ts';
import { withoutComments } from '../src/code/types/tsc-comments.ts';
import { analyseTypes } from '../src/code/types/types.ts';
import { type Files, treeOf } from './analysed-tree.ts';

/** How an analysis ends that would take for ever and is called off as soon as others have a turn. */
async function calledOff(analyse: Analyser, files: Files): Promise<unknown> {
  const stop = new AbortController();
  const input = await treeOf(files, { signal: stop.signal });
  const ended = analyse(input).catch((error: unknown) => error);
  setTimeout(() => stop.abort('called off'), 300);
  return ended;
}

/** Lines enough that it counts as written by hand. */
const nested = (depth: number) => `export const a = ${'[\n'.repeat(depth)}${']\n'.repeat(depth)};\n`;
const long = `${'a'.repeat(200)}.ts`;
const pattern = `${'*a'.repeat(40)}*b`;
const wrong = 'const x: string = 1;\nexport { x };\n';

describe('hostile text in a tree', () => {
  it('does not end the process where a file that leads out of the tree is nested deeply', async () => {
    const far = "import secret from '/etc/passwd';\n";
    const { findings, gaps } = await analyseTypes(
      await treeOf({
        'small.ts': far + nested(30_000),
        'large.ts': far + nested(120_000),
        'wrong.ts': wrong,
      }),
    );
    expect(findings.map(({ file, rule }) => `${file} ${rule}`)).toEqual(['wrong.ts TS2322']);
    const reason = 'Not read: it refers to “/etc/passwd”, which lies outside of the tree.';
    expect(gaps.map((gap) => `${gap.file}: ${gap.reason}`).sort()).toEqual([
      `large.ts: ${reason}`,
      `small.ts: ${reason}`,
    ]);
  });

  it('does not end the process where JavaScript that does not parse in its comments is nested deeply', async () => {
    const written = (depth: number) => `/** @type {string[ */\nexport const b = 1;\n${nested(depth)}`;
    const files = [
      { path: 'small.js', text: written(30_000) },
      { path: 'large.js', text: written(120_000) },
    ];
    const place = { line: 1, column: 20, endLine: null, rule: 'TS1005', message: "']' expected." };
    const said = files.map(({ path }) => ({ file: path, ...place }));
    // What is too large to be parsed in a thread does not parse for the compiler either.
    expect((await withoutComments(said, files, await treeOf({}))).map(({ file }) => file)).toEqual(['large.js']);
  });

  it('lets the analysis of types be called off while patterns of a configuration are tried on paths', async () => {
    const files = { 'tsconfig.json': JSON.stringify({ include: [`${pattern}.ts`] }), [long]: wrong };
    expect(await calledOff(analyseTypes, files)).toBe('called off');
  });

  it('lets the analysis of quality be called off while patterns of a linter are tried on paths', async () => {
    const ignored = { '.eslintrc.json': JSON.stringify({ ignorePatterns: [pattern] }) };
    expect(await calledOff(analyseQuality, { ...ignored, [long]: 'export const a = 1;\nif (a) debugger;\n' })).toBe(
      'called off',
    );
  });

  it('reads past settings that are nested more deeply than can be read', async () => {
    const deep = '[\n'.repeat(60_000) + ']\n'.repeat(60_000);
    const names = ['package.json', '.eslintrc.json', '.oxlintrc.json', 'tsconfig.json', 'pyrightconfig.json'];
    const settings = Object.fromEntries(names.map((name) => [name, deep]));
    const files = { ...settings, 'wrong.ts': wrong, 'wrong.py': 'x: str = 1\n', 'loop.js': 'debugger;\n' };
    const input = await treeOf(files);
    const types = await analyseTypes(input);
    expect(types.findings.map(({ rule }) => rule).sort()).toEqual(['TS2322', 'reportAssignmentType']);
    expect((await analyseQuality(input)).findings.map(({ rule }) => rule)).toContain('eslint/no-debugger');
  });

  it('has thousands of lines of nothing read like any other text', async () => {
    const empty = '\n'.repeat(300_000);
    const input = await treeOf({ 'empty.ts': `${empty}${wrong}`, 'from.ts': `// from${empty}\n${wrong}` });
    const { findings } = await analyseTypes(input);
    expect(findings.map(({ file }) => file).sort()).toEqual(['empty.ts', 'from.ts']);
    expect((await analyseQuality(input)).gaps).toEqual([]);
  });

  it('takes names that every object of the language has for names like others', async () => {
    const script = 'a.toString();\na.hasOwnProperty(b);\na.constructor(1);\na.__defineGetter__();\nif (a) debugger;\n';
    const python = 'import a\n\na.toString()\na.constructor(1)\na.__proto__()\n';
    const { findings, gaps } = await analyseQuality(await treeOf({ 'names.mjs': script, 'names.py': python }));
    expect(gaps).toEqual([]);
    expect(findings.map(({ rule }) => rule)).toContain('eslint/no-debugger');
  });
});
