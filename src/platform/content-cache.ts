import { randomUUID } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Config } from './config.ts';
import { type ContentFile, openContentFile } from './content-file.ts';

/**
 * Results kept by the content they were made of, across runs, branches and users: what it holds follows from the
 * content alone. A cache of this machine: losing it costs time and nothing else.
 */
export interface ContentCache {
  /** What is known, by key. `kind` names the maker and its version: another version knows nothing of the old one's. */
  read(kind: string, keys: readonly string[]): Map<string, Uint8Array>;
  /** Keeps results. Never throws: a full disk is logged, and the next run does the work again. */
  write(kind: string, entries: Iterable<readonly [key: string, value: Uint8Array]>): void;
  close(): void;
}

/** Where a cache is and how large it may grow. Plain data, so that a thread can open the same one. */
export interface ContentCachePlace {
  /** Folder of the file; it is made when it is missing. */
  readonly folder: string;
  /** Most bytes the file may take. Reaching it, what was used least recently goes. */
  readonly maxBytes: number;
}

/** The cache of a data folder, as large as the settings allow. */
export function cachePlace(config: Pick<Config, 'DATA_DIR' | 'CACHE_MEGABYTES'>): ContentCachePlace {
  return { folder: join(config.DATA_DIR, 'cache'), maxBytes: config.CACHE_MEGABYTES * 1_000_000 };
}

export interface ContentCacheOptions extends ContentCachePlace {
  /** Told when the file cannot be used, once in a while. */
  readonly log: CacheLog;
}

/** What of a log a cache needs: threads have none of the whole. */
export interface CacheLog {
  warn(what: object, message: string): void;
}

/**
 * Opens the cache of a folder. Any number of threads and processes may have the same one open. The file is touched at
 * first use; one that is broken is put aside and begun anew, one that is locked or cannot be written knows nothing.
 */
export function openContentCache(options: ContentCacheOptions): ContentCache {
  return new SqliteCache(options);
}

/** How long a cache that could not be used is left alone, so that a run does not wait for it again and again. */
const AWAY_MILLISECONDS = 10_000;
/** The share of the most bytes that one value may take. */
const LARGEST_SHARE = 0.25;
/** Below this, setting up the compression takes longer than writing what it would save. */
const LEAST_COMPRESSED = 1024;
/** The file's own bookkeeping for one entry, roughly. */
const ENTRY_BYTES = 256;
/** Primary result codes of SQLite. */
const CODES = { error: 1, busy: 5, corrupt: 11, notDatabase: 26 } as const;

/**
 * Rows as the statements of the file give them. They are looked at by hand: every thread opens a cache, and loading a
 * library for it takes longer than the reading.
 */
type Row = Readonly<Record<string, unknown>>;

function numberIn(row: Row | undefined, column: string): number {
  const value = row?.[column];
  if (typeof value !== 'number') throw new BrokenValueError(`${column} is no number`);
  return value;
}

function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new BrokenValueError(`${column} is no text`);
  return value;
}

function bytesIn(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new BrokenValueError(`${column} holds no bytes`);
  return value;
}

class SqliteCache implements ContentCache {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #log: CacheLog;
  #open: ContentFile | null = null;
  #closed = false;
  #awayUntil = Number.NEGATIVE_INFINITY;

  constructor({ folder, maxBytes, log }: ContentCacheOptions) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#log = log;
  }

  read(kind: string, keys: readonly string[]): Map<string, Uint8Array> {
    if (keys.length === 0) return new Map();
    return this.#attempt((open) => readEntries(open, kind, keys)) ?? new Map();
  }

  write(kind: string, entries: Iterable<readonly [string, Uint8Array]>): void {
    const packed: Packed[] = [];
    for (const [key, value] of entries) {
      const entry = pack(key, value);
      if (entry.bytes.length <= this.#maxBytes * LARGEST_SHARE) packed.push(entry);
    }
    if (packed.length === 0) return;
    this.#attempt((open) => inTransaction(open, () => writeEntries(open, kind, packed, this.#maxBytes)));
  }

  close(): void {
    this.#closed = true;
    this.#shut();
  }

  /** Does something with the file; a broken one is begun anew, once. Null when it cannot be had. */
  #attempt<Result>(act: (open: ContentFile) => Result): Result | null {
    for (let anew = false; !this.#closed && performance.now() >= this.#awayUntil; anew = true) {
      try {
        this.#open ??= openContentFile(this.#folder);
        return act(this.#open);
      } catch (error) {
        this.#shut();
        if (anew || !isBroken(error)) this.#leave(error);
        else if (!this.#putAside(error)) return null;
      }
    }
    return null;
  }

  #leave(error: unknown): void {
    this.#awayUntil = performance.now() + AWAY_MILLISECONDS;
    this.#log.warn({ err: error, folder: this.#folder }, 'the cache of results cannot be used for now');
  }

  /** Takes a broken file out of the way, the folder as a whole: others may have it open, and it has companions. */
  #putAside(broken: unknown): boolean {
    const aside = `${this.#folder}-broken-${randomUUID()}`;
    try {
      renameSync(this.#folder, aside);
      rmSync(aside, { recursive: true, force: true });
    } catch (error) {
      this.#leave(error);
      return false;
    }
    this.#log.warn({ err: broken, folder: this.#folder }, 'the cache of results was broken and is begun anew');
    return true;
  }

  #shut(): void {
    try {
      this.#open?.database.close();
    } catch (error) {
      this.#log.warn({ err: error, folder: this.#folder }, 'the cache of results could not be closed');
    }
    this.#open = null;
  }
}

function readEntries(open: ContentFile, kind: string, keys: readonly string[]): Map<string, Uint8Array> {
  const known = new Map<string, Uint8Array>();
  const ids: number[] = [];
  for (const row of open.find.all(JSON.stringify(keys), kind)) {
    const bytes = bytesIn(row, 'bytes');
    known.set(textIn(row, 'key'), numberIn(row, 'compressed') === 1 ? unpack(bytes) : bytes);
    ids.push(numberIn(row, 'id'));
  }
  if (ids.length > 0) noteUse(open, ids);
  return known;
}

function noteUse(open: ContentFile, ids: readonly number[]): void {
  try {
    inTransaction(open, () => open.touch.run(numberIn(open.tick.get(), 'n'), JSON.stringify(ids)));
  } catch (error) {
    // Somebody writes for long: what was read is good all the same.
    if (codeOf(error) !== CODES.busy) throw error;
  }
}

interface Packed {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly compressed: 0 | 1;
}

function pack(key: string, value: Uint8Array): Packed {
  if (value.length >= LEAST_COMPRESSED) {
    const params = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 };
    const bytes = zstdCompressSync(value, { params });
    if (bytes.length < value.length * 0.9) return { key, bytes, compressed: 1 };
  }
  return { key, bytes: value, compressed: 0 };
}

function unpack(bytes: Uint8Array): Uint8Array {
  try {
    return zstdDecompressSync(bytes);
  } catch (error) {
    throw new BrokenValueError('A value does not hold what was written', { cause: error });
  }
}

class BrokenValueError extends Error {
  override readonly name = 'BrokenValueError';
}

function writeEntries(open: ContentFile, kind: string, entries: readonly Packed[], maxBytes: number): void {
  const tick = numberIn(open.tick.get(), 'n');
  for (const { key, bytes, compressed } of entries) {
    const id = numberIn(open.enter.get(kind, key, tick, bytes.length + ENTRY_BYTES), 'n');
    open.store.run(id, compressed, bytes);
  }
  makeRoom(open, maxBytes);
}

/** Drops what was used least recently until the file's used pages fit again, with room for some more. */
function makeRoom(open: ContentFile, maxBytes: number): void {
  let used = numberIn(open.used.get(), 'n');
  if (used <= maxBytes) return;
  while (used > maxBytes * 0.9) {
    const rows = open.oldest.all();
    if (rows.length === 0) return;
    let excess = used - maxBytes * 0.9;
    for (const row of rows) {
      if (excess <= 0) break;
      open.dropEntry.run(numberIn(row, 'id'));
      open.dropValue.run(numberIn(row, 'id'));
      excess -= numberIn(row, 'size');
    }
    used = numberIn(open.used.get(), 'n');
  }
}

function inTransaction(open: ContentFile, act: () => void): void {
  // IMMEDIATE: one that reads first and writes then would be refused, not kept waiting, when another writes meanwhile.
  open.database.exec('BEGIN IMMEDIATE');
  try {
    act();
    open.database.exec('COMMIT');
  } catch (error) {
    if (open.database.isTransaction) open.database.exec('ROLLBACK');
    throw error;
  }
}

/** Whether an error says that the file does not hold what it should, not that it cannot be had. */
function isBroken(error: unknown): boolean {
  if (error instanceof BrokenValueError) return true;
  const code = codeOf(error);
  return code === CODES.corrupt || code === CODES.notDatabase || code === CODES.error;
}

/** SQLite's primary result code of an error, null for any other error. */
function codeOf(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : null;
}
