import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  createFileStorage,
  InvalidStorageKeyError,
  type Storage,
  StorageMissingError,
} from '../src/platform/storage.ts';

let folder: string;
let storage: Storage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-'));
  storage = createFileStorage(join(folder, 'files'));
  return () => rm(folder, { recursive: true, force: true });
});

async function read(key: string): Promise<string> {
  return text(await storage.get(key));
}

async function filesOnDisk(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('file storage', () => {
  it('gives back the bytes it was given, with their size and hash', async () => {
    const bytes = randomBytes(300_000);
    const expected = { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
    expect(await storage.put('jobs/1/whole.bin', bytes)).toEqual(expected);
    async function* pieces() {
      yield bytes.subarray(0, 1000);
      yield bytes.subarray(1000);
    }
    expect(await storage.put('jobs/1/pieces.bin', pieces())).toEqual(expected);
    expect(await buffer(await storage.get('jobs/1/whole.bin'))).toEqual(bytes);
    expect(await buffer(await storage.get('jobs/1/pieces.bin'))).toEqual(bytes);
  });

  it('keeps files for their owner only', async () => {
    await storage.put('a', Buffer.from('x'));
    const [file = ''] = await filesOnDisk();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('says when there is nothing, by a type', async () => {
    await storage.put('a/b', Buffer.from('x'));
    for (const missing of ['c', 'a', 'a/b/c']) {
      await expect(storage.get(missing)).rejects.toBeInstanceOf(StorageMissingError);
    }
  });

  it('a write that breaks off leaves the earlier bytes and no rest', async () => {
    await storage.put('a', Buffer.from('earlier'));
    async function* breaking() {
      yield Buffer.from('half');
      throw new Error('The source broke');
    }
    await expect(storage.put('a', breaking())).rejects.toThrow('The source broke');
    expect(await read('a')).toBe('earlier');
    expect(await filesOnDisk()).toHaveLength(1);
  });

  it('of many writers at once one wins whole, and readers never see a mixture', async () => {
    const bodies = Array.from({ length: 12 }, (_, index) => String(index).repeat(50_000));
    await storage.put('same', Buffer.from(bodies[0] ?? ''));
    const seen = await Promise.all(
      bodies.flatMap((body) => [storage.put('same', Buffer.from(body)).then(() => body), read('same')]),
    );
    for (const body of [...seen, await read('same')]) {
      expect(bodies.includes(body)).toBe(true);
    }
  });

  it('a reader that has begun keeps the bytes it began with', async () => {
    await storage.put('a', Buffer.from('old'));
    const stream: Readable = await storage.get('a');
    await storage.put('a', Buffer.from('new'));
    await storage.remove('a');
    expect(await text(stream)).toBe('old');
  });

  it('tells keys apart by case and by folder', async () => {
    for (const key of ['a', 'A', 'a/b', 'A/b', 'a/B']) {
      await storage.put(key, Buffer.from(key));
    }
    for (const key of ['a', 'A', 'a/b', 'A/b', 'a/B']) {
      expect(await read(key)).toBe(key);
    }
    const names = (await filesOnDisk()).map((name) => name.toLowerCase());
    expect(new Set(names).size).toBe(5);
  });

  it('tells what has files below a prefix, in the names they were given', async () => {
    const below = async (prefix: string) => (await Array.fromAsync(storage.segmentsBelow(prefix))).toSorted();
    expect(await below('told')).toEqual([]);
    for (const key of ['told/1/a', 'told/1/b', 'told/Two/deep/c', 'told/3', 'told-too/4/d']) {
      await storage.put(key, Buffer.from('x'));
    }
    expect(await below('told')).toEqual(['1', 'Two']);
    await storage.removePrefix('told/1/');
    expect(await below('told')).toEqual(['Two']);
  });

  it('removes one file, and everything below a prefix but nothing beside it', async () => {
    for (const key of ['jobs/1/a', 'jobs/1/deep/b', 'jobs/10/a', 'jobs/1']) {
      await storage.put(key, Buffer.from('x'));
    }
    await storage.remove('jobs/10/never');
    await storage.removePrefix('jobs/1/');
    await storage.removePrefix('jobs/nothing');
    await expect(storage.get('jobs/1/deep/b')).rejects.toBeInstanceOf(StorageMissingError);
    expect(await read('jobs/10/a')).toBe('x');
    expect(await read('jobs/1')).toBe('x');
    await storage.remove('jobs/1');
    await expect(storage.get('jobs/1')).rejects.toBeInstanceOf(StorageMissingError);
  });

  it('writing beside removing of the same folder never fails', async () => {
    const rounds = Array.from({ length: 40 }, (_, index) => index);
    await Promise.all(
      rounds.flatMap((round) => [storage.put(`busy/${round}`, Buffer.from('x')), storage.remove(`busy/${round - 1}`)]),
    );
    expect(await read('busy/39')).toBe('x');
  });

  it.each([
    '',
    '/',
    '/etc/passwd',
    '../a',
    'a/../b',
    'a/..',
    './a',
    'a//b',
    'a/',
    'a\0b',
    'a b',
    'a\\b',
    'ä',
    '~incoming/a',
    '!a',
    'a+',
    'x'.repeat(513),
    `${'a/'.repeat(20)}a`,
  ])('refuses the key %j', async (key) => {
    await expect(storage.put(key, Buffer.from('x'))).rejects.toBeInstanceOf(InvalidStorageKeyError);
    await expect(storage.get(key)).rejects.toBeInstanceOf(InvalidStorageKeyError);
    await expect(storage.remove(key)).rejects.toBeInstanceOf(InvalidStorageKeyError);
  });

  it('refuses to remove everything', async () => {
    await expect(storage.removePrefix('')).rejects.toBeInstanceOf(InvalidStorageKeyError);
    await expect(storage.removePrefix('..')).rejects.toBeInstanceOf(InvalidStorageKeyError);
  });

  it('a second process finds what the first has stored', async () => {
    await storage.put('a', Buffer.from('x'));
    const other = createFileStorage(join(folder, 'files'));
    onTestFinished(() => other.remove('a'));
    expect(await text(await other.get('a'))).toBe('x');
  });
});
