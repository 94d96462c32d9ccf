import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AnalyserInput } from '../src/code/analyser.ts';
import { judgeInThread } from '../src/code/types/judging.ts';
import type { EngineResult } from '../src/code/types/messages.ts';
import { checkPython } from '../src/code/types/pyright.ts';
import { DEFAULT_TYPE_LIMITS, typesAnalyser } from '../src/code/types/types.ts';
import { createThreadPool, type ThreadTask } from '../src/platform/thread-pool.ts';
import { treeOf, writeTree } from './analysed-tree.ts';

const FILES = {
  'app.py': 'x: int = ""\n',
  'tests/test_app.py': 'y: int = ""\n',
  'tests/test_more.py': 'z: int = ""\n',
};

/** A checker that runs out of memory while it is asked about tests, and else says one thing of each file. */
const SMALL_CHECKER = `
const { readFileSync, readdirSync } = require('node:fs');
const { dirname, join } = require('node:path');
const config = process.argv[process.argv.indexOf('-p') + 1];
const { exclude = [] } = JSON.parse(readFileSync(config, 'utf8'));
const root = dirname(config);
const paths = readdirSync(root, { recursive: true }).filter((path) => path.endsWith('.py') && !exclude.includes(path));
if (paths.some((path) => path.startsWith('tests'))) process.exit(134);
const range = { start: { line: 0, character: 9 }, end: { line: 0, character: 11 } };
const said = { severity: 'error', message: 'Type "str" is not assignable', rule: 'reportAssignmentType', range };
const generalDiagnostics = paths.map((path) => ({ file: join(root, path), ...said }));
console.log(JSON.stringify({ generalDiagnostics, summary: { filesAnalyzed: paths.length } }));
`;

async function checkSmall(files: Readonly<Record<string, string>>) {
  const path = join(await writeTree({ 'checker.cjs': SMALL_CHECKER }), 'checker.cjs');
  return checkPython(await treeOf(files), { path, version: '1' }, DEFAULT_TYPE_LIMITS);
}

describe('a tree that takes more than pyright may use', () => {
  it('is checked without its tests, which are named as left out, and is not kept as known', async () => {
    const { findings, gaps, files, complete } = await checkSmall(FILES);
    expect(findings.map(({ file, rule }) => `${file} ${rule}`)).toEqual(['app.py reportAssignmentType']);
    expect(gaps.map(({ reason }) => reason)).toEqual([
      '2 Python files of tests were not checked: with them pyright ran out of memory.',
    ]);
    expect({ files, complete }).toEqual({ files: 1, complete: false });
  });

  it('leaves out without its tests what its own settings leave out', async () => {
    const settings = JSON.stringify({ exclude: ['made.py'] });
    const { findings, gaps } = await checkSmall({
      ...FILES,
      'made.py': 'm: int = ""\n',
      'pyrightconfig.json': settings,
    });
    expect(findings.map(({ file }) => file)).toEqual(['app.py']);
    expect(gaps.map(({ reason }) => reason)).toContain(
      "1 of 4 Python files are left out by the project's own settings.",
    );
  });

  it('is told as not checked, with the limit, where there is nothing to leave out or that does not help', async () => {
    const alone = await checkSmall({ 'tests/test_app.py': FILES['tests/test_app.py'] });
    expect(alone.gaps.map(({ reason }) => reason)).toEqual(['Pyright ran out of memory.']);
    const hurried = typesAnalyser({ ...DEFAULT_TYPE_LIMITS, timeoutMs: 1 });
    const { findings, gaps } = await hurried(await treeOf(FILES));
    expect(findings).toEqual([]);
    expect(gaps.map(({ reason }) => reason)).toEqual([
      'Pyright did not finish within 0.001 seconds, and without the tests it did not finish within 0.0004 seconds.',
    ]);
  });
});

describe('the judgement of what an engine said', () => {
  const task = (name: string): ThreadTask<unknown, EngineResult> => ({
    module: new URL(`./fixtures/thread-tasks/${name}.mjs`, import.meta.url),
  });

  async function inputWithSmallThread(signal: AbortSignal): Promise<AnalyserInput> {
    const threads = createThreadPool({ threads: 1, heapMegabytes: 32 });
    onTestFinished(() => threads.close());
    return { ...(await treeOf(FILES)), threads, signal };
  }

  it('is missing and said to be where its thread runs out of memory, and the analysis goes on', async () => {
    const input = await inputWithSmallThread(new AbortController().signal);
    expect(await judgeInThread(input, 'tsc', task('greedy'), null)).toEqual({
      findings: [],
      gaps: [{ file: null, engine: 'tsc', reason: 'What it said could not be judged: the memory did not do for it.' }],
      files: 0,
      complete: false,
    });
  });

  it('ends in the middle of its work with the reason of who ended it', async () => {
    const stop = new AbortController();
    const input = await inputWithSmallThread(stop.signal);
    const flag = new SharedArrayBuffer(4);
    const judging = judgeInThread(input, 'tsc', task('spin'), flag);
    judging.catch(() => undefined);
    await vi.waitUntil(() => Atomics.load(new Int32Array(flag), 0) === 1, { timeout: 20_000, interval: 2 });
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(judging).rejects.toBe(reason);
  });
});
