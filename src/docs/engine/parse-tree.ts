import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parsedLanguageOf } from '../../code/languages.ts';
import type { Skip } from '../../code/source-text.ts';
import { DEFAULT_TREE_LIMITS, type SourceFile } from '../../code/source-tree.ts';
import { ThreadDiedError, type ThreadPool, type ThreadTask } from '../../platform/thread-pool.ts';
import { packPart, unpackParsed } from './packed.ts';
import type { ParsedFile } from './parse-file.ts';
import type { ParseBatch } from './parse-files.ts';

/** Parsed files in path order, and those that could not be parsed. Plain JSON. */
export interface ParsedTree {
  readonly files: readonly ParsedFile[];
  readonly skips: readonly Skip[];
}

export interface ParseTreeInput {
  readonly root: string;
  readonly files: readonly SourceFile[];
  readonly pool: ThreadPool;
  readonly signal?: AbortSignal;
  /** Told after each batch with the number of files that are done. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly maxFileBytes?: number;
}

const PARSE_FILES: ThreadTask<ParseBatch, Uint8Array> = { module: new URL('./parse-files.ts', import.meta.url) };
const PARSE_LARGE_FILE = fileURLToPath(new URL('./parse-large-file.ts', import.meta.url));

const BATCH_FILES = 32;
const BATCH_BYTES = 1024 * 1024;
/** The deepest nesting that fits into so many bytes was measured not to overflow a stack of 256 MB. */
const LARGEST_IN_THREAD = 256 * 1024;
/** A batch takes a tenth of a second; hostile text could take hours. */
const BATCH_MILLISECONDS = 60_000;
const LARGE_FILE_MILLISECONDS = 60_000;

/** Whether the symbols of a file are read. */
export function isParsed(file: SourceFile): boolean {
  return file.lines !== null && parsedLanguageOf(file.path) !== null;
}

/** Parses the files of a tree as `parsePacked` does, and unpacks the results in the caller's thread. */
export async function parseTree(input: ParseTreeInput): Promise<ParsedTree> {
  return unpackParsed(await parsePacked(input));
}

/**
 * Parses the files of a tree whose language is known, in the threads of `pool`. Gives the parts of a pack in path
 * order. A file that kills its thread is a named skip. Rejects with the signal's reason as soon as it is aborted; the
 * threads at work are terminated.
 */
export async function parsePacked(input: ParseTreeInput): Promise<Uint8Array[]> {
  const files = input.files.filter(isParsed);
  const run: Run = {
    ...input,
    root: await realpath(input.root),
    maxFileBytes: input.maxFileBytes ?? DEFAULT_TREE_LIMITS.maxFileBytes,
    done: 0,
    total: files.length,
  };
  const batches = batchesOf(files);
  // One failing batch ends the others: nothing goes on working for an answer that nobody waits for.
  const stop = new AbortController();
  const signal = input.signal === undefined ? stop.signal : AbortSignal.any([input.signal, stop.signal]);
  const parts: Uint8Array[][] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < batches.length; at = next++)
      parts[at] = await parseBatch(run, batches[at] ?? [], signal);
  };
  try {
    await Promise.all(Array.from({ length: input.pool.threads }, work));
  } catch (error) {
    stop.abort(error);
    throw error;
  }
  return parts.flat();
}

interface Run extends ParseTreeInput {
  readonly maxFileBytes: number;
  done: number;
  readonly total: number;
}

function batchesOf(files: readonly SourceFile[]): SourceFile[][] {
  const batches: SourceFile[][] = [];
  let batch: SourceFile[] = [];
  let bytes = 0;
  for (const file of files) {
    const alone = file.size > LARGEST_IN_THREAD;
    if (batch.length > 0 && (alone || batch.length >= BATCH_FILES || bytes + file.size > BATCH_BYTES)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    if (alone) batches.push([file]);
    else {
      batch.push(file);
      bytes += file.size;
    }
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}

async function parseBatch(run: Run, batch: readonly SourceFile[], signal: AbortSignal): Promise<Uint8Array[]> {
  signal.throwIfAborted();
  const paths = batch.map((file) => file.path);
  const parts = await parseSomehow(run, paths, batch[0]?.size ?? 0, signal);
  run.done += batch.length;
  run.onProgress?.(run.done, run.total);
  return parts;
}

async function parseSomehow(
  run: Run,
  paths: readonly string[],
  size: number,
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  const [first] = paths;
  if (first !== undefined && paths.length === 1 && size > LARGEST_IN_THREAD && parsedLanguageOf(first) !== 'python') {
    return [await parseInProcess(run, first, signal)];
  }
  const limit = AbortSignal.timeout(BATCH_MILLISECONDS);
  try {
    const batch = { root: run.root, paths, maxBytes: run.maxFileBytes };
    return [await run.pool.run(PARSE_FILES, batch, { signal: AbortSignal.any([signal, limit]) })];
  } catch (error) {
    if (signal.aborted || !(limit.aborted || error instanceof ThreadDiedError)) throw error;
    if (first !== undefined && paths.length === 1) {
      const slow = `it took longer than ${BATCH_MILLISECONDS / 1000} s`;
      return [failed(first, limit.aborted ? slow : 'the parser ran out of memory')];
    }
  }
  // One of them killed or blocked the thread: only one at a time tells which.
  const parts: Uint8Array[] = [];
  for (const path of paths) parts.push(...(await parseSomehow(run, [path], 0, signal)));
  return parts;
}

function parseInProcess(run: Run, path: string, signal: AbortSignal): Promise<Uint8Array> {
  const args = ['--max-old-space-size=1024', PARSE_LARGE_FILE, run.root, path, String(run.maxFileBytes)];
  const options = {
    signal,
    encoding: 'buffer',
    timeout: LARGE_FILE_MILLISECONDS,
    killSignal: 'SIGKILL',
    maxBuffer: 256 * 1024 * 1024,
    env: { PATH: process.env.PATH },
  } as const;
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, options, (error, output) => {
      if (signal.aborted) reject(signal.reason);
      else resolve(error === null ? output : failed(path, 'the parser died on it'));
    });
  });
}

function failed(path: string, detail: string): Uint8Array {
  return packPart([{ skip: { path, reason: 'parser-failed', detail } }]);
}
