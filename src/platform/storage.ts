import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, opendir, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Readable } from 'node:stream';

/** What was stored: bytes and hex SHA-256. */
export interface StoredFile {
  readonly size: number;
  readonly sha256: string;
}

/**
 * Files by key. A key is 1–20 segments of ASCII letters, digits, `.`, `_`, `-` joined by `/`, at most 512 characters;
 * upper and lower case differ. Keys that do not fit throw InvalidStorageKeyError.
 */
export interface Storage {
  /** Stores the bytes whole or not at all; an earlier file of that key is replaced, its readers keep the old bytes. */
  put(key: string, data: Uint8Array | AsyncIterable<Uint8Array>): Promise<StoredFile>;
  /** Opens a file for reading. Throws StorageMissingError. Destroy the stream when it is not read to its end. */
  get(key: string): Promise<Readable>;
  /** Removes a file; one that is not there is fine. */
  remove(key: string): Promise<void>;
  /** Removes every file below `prefix`, whole segments: `jobs/1` removes `jobs/1/a`, not `jobs/10/a` nor `jobs/1`. */
  removePrefix(prefix: string): Promise<void>;
  /** The segments after `prefix` that have files below them: `jobs` gives 1 for `jobs/1/a`. In no order. */
  segmentsBelow(prefix: string): AsyncIterable<string>;
}

/** There is no file under the key. */
export class StorageMissingError extends Error {
  readonly key: string;

  constructor(key: string) {
    super(`Nothing is stored under ${key}`);
    this.name = new.target.name;
    this.key = key;
  }
}

/** A key or prefix outside the allowed form. Keys are made by the program, so this is a mistake in it. */
export class InvalidStorageKeyError extends Error {
  constructor() {
    super('A storage key is made of letters, digits, ".", "_" and "-" in segments joined by "/"');
    this.name = new.target.name;
  }
}

const incomingFolder = '~incoming';
const forgottenAfterMs = 24 * 60 * 60_000;

/** Storage in a folder of this machine, made when it is first written to. Any number of processes may share it. */
export function createFileStorage(folder: string): Storage {
  const incoming = join(folder, incomingFolder);
  let prepared: Promise<void> | undefined;
  return {
    async put(key, data) {
      const target = join(folder, fileOf(key));
      prepared ??= prepare(incoming);
      await prepared.catch((error: unknown) => {
        prepared = undefined;
        throw error;
      });
      const temporary = join(incoming, randomUUID());
      try {
        const stored = await write(temporary, data);
        await moveInto(temporary, target);
        return stored;
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    async get(key) {
      const handle = await openExisting(join(folder, fileOf(key)), key);
      return handle.createReadStream();
    },
    async remove(key) {
      const file = join(folder, fileOf(key));
      await unlink(file).catch(ignoreMissing);
      await removeEmptyParents(dirname(file), folder);
    },
    async removePrefix(prefix) {
      const below = join(folder, folderOf(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix));
      await rm(below, { recursive: true, force: true, maxRetries: 3 });
      await removeEmptyParents(dirname(below), folder);
    },
    segmentsBelow: (prefix) => foldersIn(join(folder, folderOf(prefix))),
  };
}

async function* foldersIn(folder: string): AsyncGenerator<string, void, undefined> {
  const opened = await opendir(folder).catch(ignoreMissing);
  for await (const entry of opened ?? []) {
    if (!entry.isDirectory() || !entry.name.endsWith('+')) continue;
    yield entry.name.slice(0, -1).replace(/!([a-z])/g, (_written, letter: string) => letter.toUpperCase());
  }
}

/** Makes the folder for unfinished writes and clears what killed processes left in it long ago. */
async function prepare(incoming: string): Promise<void> {
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  for (const name of await readdir(incoming)) {
    const file = join(incoming, name);
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > forgottenAfterMs) {
      await rm(file, { force: true });
    }
  }
}

async function write(file: string, data: Uint8Array | AsyncIterable<Uint8Array>): Promise<StoredFile> {
  const hash = createHash('sha256');
  let size = 0;
  await using handle = await open(file, 'wx', 0o600);
  for await (const chunk of data instanceof Uint8Array ? [data] : data) {
    hash.update(chunk);
    size += chunk.length;
    await handle.writeFile(chunk);
  }
  await handle.sync();
  return { size, sha256: hash.digest('hex') };
}

async function moveInto(temporary: string, target: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await rename(temporary, target);
      break;
    } catch (error) {
      // Somebody removed an empty folder in between.
      if (!isMissing(error) || attempt === 5) {
        throw error;
      }
    }
  }
  // Without this a power cut may forget the new name although the bytes are on disk.
  await using parent = await open(dirname(target), 'r').catch(() => undefined);
  await parent?.sync();
}

async function openExisting(file: string, key: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    throw isMissing(error) ? new StorageMissingError(key) : error;
  }
}

async function removeEmptyParents(from: string, root: string): Promise<void> {
  for (let folder = from; folder.startsWith(root + sep); folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
}

/**
 * Folders end in `+`, so that `a` and `a/b` can both be keys, and a capital is written `!a`, so that `A` and `a` are
 * two files on disks that do not tell case apart. Neither sign can be in a key.
 */
function fileOf(key: string): string {
  const segments = segmentsOf(key);
  const name = segments.pop() ?? '';
  return join(...segments.map((segment) => `${segment}+`), name);
}

function folderOf(prefix: string): string {
  return join(...segmentsOf(prefix).map((segment) => `${segment}+`));
}

function segmentsOf(key: string): string[] {
  const segments = key.split('/');
  const fits =
    key.length <= 512 &&
    segments.length <= 20 &&
    segments.every((segment) => /^[A-Za-z0-9._-]{1,120}$/.test(segment) && !/^\.\.?$/.test(segment));
  if (!fits) {
    throw new InvalidStorageKeyError();
  }
  return segments.map((segment) => segment.replace(/[A-Z]/g, (capital) => `!${capital.toLowerCase()}`));
}

function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) {
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
