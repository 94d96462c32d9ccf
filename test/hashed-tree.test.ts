import { createHash } from 'node:crypto';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHashedTree } from '../src/code/hashed-tree.ts';
import { createThreadPool, type ThreadPool } from '../src/platform/thread-pool.ts';

let folder: string;
let root: string;
let threads: ThreadPool;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'millwright-hashed-')));
  root = await realpath(await mkdtemp(join(tmpdir(), 'millwright-tree-')));
  threads = createThreadPool({ threads: 1 });
});
afterAll(async () => {
  await threads.close();
  await rm(folder, { recursive: true, force: true });
  await rm(root, { recursive: true, force: true });
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('the hashes of a tree', () => {
  it('are those of the contents, with what was kept and without, and follow every change', async () => {
    const { signal } = new AbortController();
    const options = { signal, limits: { maxFileBytes: 64 } };
    const kept = { folder: join(folder, 'cache'), maxBytes: 10_000_000 };
    const large = `${'word '.repeat(40)}\n`;
    const texts: Record<string, string> = { 'a.ts': 'export const a = 1;\n', 'b.py': 'b = 1\n', 'c.txt': large };
    const write = () => Promise.all(Object.entries(texts).map(([path, text]) => writeFile(join(root, path), text)));
    const expected = () => Object.entries(texts).map(([path, text]) => [path, sha256(text)]);
    await write();
    const first = await readHashedTree(root, threads, { ...options, kept });
    expect([...first.hashes]).toEqual(expected());
    expect(await readHashedTree(root, threads, { ...options, kept })).toEqual(first);
    expect(await readHashedTree(root, threads, options)).toEqual(first);
    // As long as before: the size tells nothing.
    texts['a.ts'] = 'export const a = 2;\n';
    texts['c.txt'] = large.toUpperCase();
    await write();
    const changed = await readHashedTree(root, threads, { ...options, kept });
    expect([...changed.hashes]).toEqual(expected());
    expect(changed.tree.fingerprint).not.toBe(first.tree.fingerprint);
  });
});
