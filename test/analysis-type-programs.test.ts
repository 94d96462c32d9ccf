import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AnalyserInput } from '../src/code/analyser.ts';
import { readSourceTree, resolveFolder } from '../src/code/source-tree.ts';
import { analyseTypes } from '../src/code/types/types.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';

async function inputOf(files: Readonly<Record<string, string>>, signal: AbortSignal): Promise<AnalyserInput> {
  const folder = mkdtempSync(join(tmpdir(), 'type-programs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const root = await resolveFolder(folder);
  const tree = await readSourceTree(root);
  const threads = createThreadPool({ threads: 1 });
  onTestFinished(() => threads.close());
  const hashes = new Map(
    tree.files.map(({ path }) => [
      path,
      createHash('sha256')
        .update(files[path] ?? '')
        .digest('hex'),
    ]),
  );
  const cache = { read: () => new Map(), write: () => undefined, close: () => undefined };
  return { root, files: tree.files, hashes, threads, cache, signal };
}

/** A program of many files, and two small ones with other settings that import from it and from each other. */
const LARGE = Object.fromEntries(
  Array.from({ length: 80 }, (_, index) => [`core/part${index}.ts`, `export const part${index}: number = ${index};\n`]),
);
const TREE = {
  ...LARGE,
  'core/tsconfig.json': '{"compilerOptions":{"strict":true},"include":["*.ts"]}',
  'core/wrong.ts': 'export const wrong: string = 1;\n',
  'core/broken.ts': 'export const half = (;\n',
  'core/uses.ts': "import { asked } from '../web/asked';\nexport const given: string = asked;\n",
  'web/tsconfig.json': '{"compilerOptions":{"strict":false},"include":["*.ts"]}',
  'web/asked.ts':
    "import { part1 } from '../core/part1';\nexport const asked: number = part1;\nlet x: string = part1;\n",
  'web/half.ts': "import { half } from '../core/broken';\nexport const more = half;\n",
  'tools/tsconfig.json': '{"compilerOptions":{"strict":true,"noUncheckedIndexedAccess":true},"include":["*.ts"]}',
  'tools/run.ts':
    "import { wrong } from '../core/wrong';\nconst list: number[] = [];\nexport const first: number = list[0];\nexport const text: number = wrong;\n",
};

describe('a tree of one large program and small ones', () => {
  it('is told of each file once, by the settings of its own program', async () => {
    const { findings, gaps } = await analyseTypes(await inputOf(TREE, new AbortController().signal));
    expect(findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`).sort()).toEqual([
      'core/uses.ts:2 TS2322',
      'core/wrong.ts:1 TS2322',
      'tools/run.ts:3 TS2322',
      'tools/run.ts:4 TS2322',
      'web/asked.ts:3 TS2322',
    ]);
    expect(gaps.map(({ file, reason }) => `${file ?? '*'}: ${reason}`)).toEqual([
      'core/broken.ts: It does not parse: line 1, Expression expected.',
      '*: Not installed, so taken as any type: ../core/broken.',
    ]);
  });

  it('leaves no compiler and no copy behind when it is ended', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'type-programs-'));
    onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
    const stop = new AbortController();
    const input = await inputOf(TREE, stop.signal);
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const copies = () => readdirSync(temporary).flatMap((name) => readdirSync(join(temporary, name)));
    const running = analyseTypes(input);
    running.catch(() => undefined);
    await vi.waitUntil(() => copies().includes('beside'), { timeout: 20_000, interval: 2 });
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
