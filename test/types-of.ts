import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readSourceTree, resolveFolder } from '../src/code/source-tree.ts';
import { analyseTypes } from '../src/code/types/types.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';

/** Texts of files, by path. */
type Files = Readonly<Record<string, string | readonly string[]>>;

/** What the analysis of types says of a tree: `severity file:line rule`, sorted. */
export async function typesOf(files: Files): Promise<string[]> {
  const { findings } = await analysisOf(files);
  return findings.map((one) => `${one.severity} ${one.file}:${one.line} ${one.rule}`).sort();
}

/** What the analysis of types could not look at in a tree, or had to assume: `file: reason`, sorted. */
export async function typeGapsOf(files: Files): Promise<string[]> {
  const { gaps } = await analysisOf(files);
  return gaps.map(({ file, reason }) => `${file ?? '*'}: ${reason}`).sort();
}

async function analysisOf(files: Files) {
  const folder = mkdtempSync(join(tmpdir(), 'types-of-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), `${[text].flat().join('\n')}\n`);
  }
  const root = await resolveFolder(folder);
  const tree = await readSourceTree(root);
  const threads = createThreadPool({ threads: 1 });
  onTestFinished(() => threads.close());
  return analyseTypes({
    root,
    files: tree.files,
    hashes: new Map(),
    threads,
    cache: { read: () => new Map(), write: () => undefined, close: () => undefined },
    signal: new AbortController().signal,
  });
}
