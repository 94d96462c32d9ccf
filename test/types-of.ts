import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readSourceTree, resolveFolder } from '../src/code/source-tree.ts';
import { analyseTypes } from '../src/code/types/types.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';

/** What the analysis of types says of a tree: `severity file:line rule`, sorted. */
export async function typesOf(files: Readonly<Record<string, string | readonly string[]>>): Promise<string[]> {
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
  const { findings } = await analyseTypes({
    root,
    files: tree.files,
    hashes: new Map(),
    threads,
    cache: { read: () => new Map(), write: () => undefined, close: () => undefined },
    signal: new AbortController().signal,
  });
  return findings.map((one) => `${one.severity} ${one.file}:${one.line} ${one.rule}`).sort();
}
