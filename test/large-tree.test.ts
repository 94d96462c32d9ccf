import { realpath, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHashedTree } from '../src/code/hashed-tree.ts';
import { compareBytes, readSourceTree } from '../src/code/source-tree.ts';
import { type PackedInventory, takeInventory } from '../src/code/tree/inventory.ts';
import { inventoryIn, unpackParsed } from '../src/code/tree/packed.ts';
import { parsePacked } from '../src/code/tree/parse-tree.ts';
import { HealthReadings } from '../src/docs/health/health-readings.ts';
import { createThreadPool, type ThreadPool } from '../src/platform/thread-pool.ts';
import { makeScratch } from './scratch.ts';
import { makeProject } from './story.ts';

/** Enough that several threads share it. */
const COUNT = 2_200;

let pool: ThreadPool;
let root: string;
let place: { folder: string; maxBytes: number };

const pathOf = (number: number) =>
  `packages/p${number % 40}/fixtures/case-number-${number}/input.${endings[number % 4]}`;
const endings = ['ts', 'py', 'txt', 'min.js'];
const textOf = (number: number) => `${'# word\n'.repeat((number % 9) + 1)}x${number} = ${number}\n`;

beforeAll(async () => {
  pool = createThreadPool({ threads: 2 });
  const numbers = Array.from({ length: COUNT }, (_, number) => number);
  const files = Object.fromEntries(numbers.map((number) => [pathOf(number), textOf(number)]));
  root = await realpath(
    await makeProject({ ...files, 'package.json': '{"name":"large"}', 'vendor/a.js': 'x\n', 'README.md': '# Large\n' }),
  );
  place = { folder: join(await makeScratch('cache'), 'cache'), maxBytes: 50_000_000 };
}, 120_000);
afterAll(() => pool.close());

const treeIn = ({ packed }: PackedInventory) => inventoryIn(packed).tree;

describe('a checkout of thousands of files', () => {
  it('is listed by several threads as by one that looks at each file when it comes to it', async () => {
    // What git tracks and is not there, is a link, or lies behind one; and what it does not track.
    await unlink(join(root, pathOf(4)));
    await unlink(join(root, pathOf(8)));
    await symlink('nowhere', join(root, pathOf(8)));
    const elsewhere = await makeScratch('elsewhere');
    await rename(join(root, 'packages/p7'), join(elsewhere, 'p7'));
    await symlink(join(elsewhere, 'p7'), join(root, 'packages/p7'));
    await writeFile(join(root, 'new.ts'), 'export const young = 1;\n');
    const expected = await readSourceTree(root);
    expect(expected.files.length).toBeGreaterThan(1_500);
    const kept = { place, kind: 'listed' };
    const first = await takeInventory(root, pool, { kept });
    expect(treeIn(first)).toEqual(expected);
    const { tree, hashes } = await readHashedTree(root, pool, { signal: new AbortController().signal });
    expect(tree).toEqual(expected);
    expect([...hashes]).toEqual(expected.files.map(({ path, sha256 }) => [path, sha256]));
    // What lies behind a link may lie elsewhere another time: it is opened anew.
    const behind = Array.from({ length: COUNT }, (_, number) => number).filter((number) => number % 40 === 7).length;
    const opened = async () => (await takeInventory(root, pool, { kept })).opened;
    await expect.poll(opened, { timeout: 20_000 }).toBe(behind);
    await writeFile(join(root, pathOf(0)), 'export const other = 2;\n');
    const after = await takeInventory(root, pool, { kept });
    expect(after.opened).toBe(behind + 1);
    expect(treeIn(after)).toEqual(await readSourceTree(root));
    await expect(takeInventory(root, pool, { signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow(
      'stopped',
    );
  }, 120_000);
});

describe('a file that was opened once', () => {
  it('is not opened again for its symbols or its words, however many threads read the tree', async () => {
    for (const threads of [1, 2]) {
      const alone = createThreadPool({ threads });
      const paths = Array.from({ length: 2_100 }, (_, number) => `source/part${number % 30}/file${number}.py`);
      const texts = Object.fromEntries(paths.map((path, number) => [path, `word${number} = ${number}\n`]));
      const folder = await realpath(
        await makeProject({ ...texts, 'source/large.py': `large = 1\n${'#\n'.repeat(40_000)}` }),
      );
      const inventory = await takeInventory(folder, alone);
      await rm(join(folder, 'source'), { recursive: true });
      const { parts } = await parsePacked({ root: folder, files: inventory.files, pool: alone });
      await alone.close();
      const { files, skips } = unpackParsed(parts);
      const declared = new Map(files.map((file) => [file.path, file.declared]));
      for (const [number, path] of paths.entries()) expect(declared.get(path)).toEqual([`word${number}`]);
      // What is not held for its size is asked for again, and gone.
      expect(skips.map(({ path, reason }) => [path, reason])).toEqual([['source/large.py', 'unreadable']]);
      const { words } = new HealthReadings(folder, treeIn(inventory), null, inventory.held).words(new Set());
      expect(paths.filter((_, number) => !words.has(`word${number}`))).toEqual([]);
      expect(words.has('large')).toBe(false);
    }
  }, 120_000);
});

describe('the order of paths', () => {
  it('is that of their bytes, whatever characters they have', () => {
    const paths = [
      'a',
      'a/b',
      'a.b',
      'ab',
      'Z',
      'é',
      'z\u{1F600}',
      'z\uFF5E',
      'z\uD7FF',
      '\u{1F600}\u{1F601}',
      '\u{1F600}\u{1F600}',
      '',
    ];
    const bytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));
    for (const one of paths) {
      for (const other of paths) expect(Math.sign(compareBytes(one, other))).toBe(bytes(one, other));
    }
  });
});
