import { realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { analysers } from '../src/analyses/analysers.ts';
import type { AnalyserInput } from '../src/code/analyser.ts';
import { threadsFor } from '../src/code/analyser-threads.ts';
import { readHashedTree } from '../src/code/hashed-tree.ts';
import { measureTree } from '../src/code/quality/quality.ts';
import { decodeSource, readSourceBytes } from '../src/code/source-text.ts';
import { openContentCache } from '../src/platform/content-cache.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';

/** One run of the bench in a process of its own: arguments are the way, the tree and the folder of the cache. */
async function main(): Promise<void> {
  const [way = '', tree = '', folder = ''] = process.argv.slice(2);
  const root = await realpath(tree);
  const findings = way === 'ruff' ? await lintByHand(root) : await analyse(root, folder);
  process.stdout.write(JSON.stringify({ findings }));
}

/** What a job does between its checkout and its score, threads started anew. */
async function analyse(root: string, folder: string): Promise<number> {
  const pool = createThreadPool({ threads: 2 });
  const kept = { folder, maxBytes: 1_000_000_000 };
  const cache = openContentCache({ ...kept, log: console });
  const { signal } = new AbortController();
  const { tree, hashes } = await readHashedTree(root, pool, { signal, kept });
  const threads = threadsFor(tree.files, pool);
  const input: AnalyserInput = { root, files: tree.files, hashes, threads: threads.ofOthers, cache, signal };
  const quality = analysers.QUALITY(input).then(async (result) => {
    await measureTree(input);
    return result;
  });
  const types = analysers.TYPES({ ...input, threads: threads.ofTypes }).finally(threads.typesEnded);
  const all = await Promise.all([quality, analysers.SECURITY(input), types]);
  await pool.close();
  cache.close();
  return all.reduce((sum, { findings }) => sum + findings.length, 0);
}

/**
 * Ruff as its package for Node.js has it, over the Python files of a tree one after the other, with its own defaults.
 */
async function lintByHand(root: string): Promise<number> {
  const threads = createThreadPool({ threads: 1 });
  const { tree } = await readHashedTree(root, threads, { signal: new AbortController().signal });
  await threads.close();
  const { Workspace, PositionEncoding }: typeof import('@astral-sh/ruff-wasm-nodejs') = createRequire(import.meta.url)(
    '@astral-sh/ruff-wasm-nodejs',
  );
  const workspace = new Workspace(Workspace.defaultSettings(), PositionEncoding.Utf16);
  let findings = 0;
  for (const { path, size } of tree.files) {
    if (!/\.pyi?$/.test(path)) continue;
    const read = await readSourceBytes(root, path, size);
    const decoded = 'bytes' in read ? decodeSource(read.bytes) : read;
    if ('text' in decoded) findings += workspace.check(decoded.text).length;
  }
  return findings;
}

await main();
