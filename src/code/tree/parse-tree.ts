import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ThreadDiedError, type ThreadPool, type ThreadTask } from '../../platform/thread-pool.ts';
import { hasBoundedParser, parsedLanguageOf } from '../languages.ts';
import type { Skip } from '../source-text.ts';
import { DEFAULT_TREE_LIMITS, type SourceFile } from '../source-tree.ts';
import { packPart, unpackParsed } from './packed.ts';
import { isParsed, type ParsedFile } from './parse-file.ts';
import type { KeptResults, ParseBatch, ParsedBatch } from './parse-files.ts';

/** Parsed files in path order, and those that could not be parsed. Plain JSON. */
export interface ParsedTree {
  readonly files: readonly ParsedFile[];
  readonly skips: readonly Skip[];
}

/** What is needed of a file to parse it; its hash to know it again, and its bytes where they were read before. */
export type ParsableFile = Pick<SourceFile, 'path' | 'size' | 'lines'> & {
  readonly sha256?: string | null;
  readonly bytes?: Uint8Array | null;
};

/** The parts of a pack in path order, and what they took. */
export interface PackedParse {
  readonly parts: readonly Uint8Array[];
  /** Files a parser was run on. */
  readonly parsed: number;
  /** Files whose result was known by their content. */
  readonly known: number;
  /** Files that killed their parser or took too long: another time they may not. */
  readonly died: number;
  /** What the cache had to complain of. */
  readonly warnings: readonly string[];
}

export interface ParseTreeInput {
  readonly root: string;
  readonly files: readonly ParsableFile[];
  readonly pool: ThreadPool;
  readonly signal?: AbortSignal;
  /** Told after each batch with the number of files that are done, and how many of them were known. */
  readonly onProgress?: (done: number, total: number, known: number) => void;
  readonly maxFileBytes?: number;
  /** Where results are kept by content; absent, everything is parsed. */
  readonly kept?: KeptResults | null;
}

const PARSE_FILES: ThreadTask<ParseBatch, ParsedBatch> = { module: new URL('./parse-files.ts', import.meta.url) };
const PARSE_LARGE_FILE = fileURLToPath(new URL('./parse-large-file.ts', import.meta.url));

/** Every batch is one transaction of the cache, which has one writer at a time: small files come in large batches. */
const BATCH_FILES = 192;
const BATCH_BYTES = 512 * 1024;
/** The deepest nesting that fits into so many bytes was measured not to overflow a stack of 256 MB. */
const LARGEST_IN_THREAD = 256 * 1024;
/** A batch takes a tenth of a second; hostile text could take hours. */
const BATCH_MILLISECONDS = 60_000;
const LARGE_FILE_MILLISECONDS = 60_000;

/** Parses the files of a tree as `parsePacked` does, and unpacks the results in the caller's thread. */
export async function parseTree(input: ParseTreeInput): Promise<ParsedTree> {
  return unpackParsed((await parsePacked(input)).parts);
}

/**
 * Parses the files of a tree whose language is known, in the threads of `pool`, but for those whose content was parsed
 * before. Results are kept batch by batch, so that what is broken off repeats no finished batch. A file that kills its
 * thread is a named skip. Rejects with the signal's reason as soon as it is aborted; the threads at work are
 * terminated.
 */
export async function parsePacked(input: ParseTreeInput): Promise<PackedParse> {
  const files = input.files.filter(isParsed);
  const run: Run = {
    ...input,
    root: await realpath(input.root),
    maxFileBytes: input.maxFileBytes ?? DEFAULT_TREE_LIMITS.maxFileBytes,
    kept: input.kept ?? null,
    done: 0,
    parsed: 0,
    died: 0,
    warnings: [],
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
  const { parsed, done, died, warnings } = run;
  return { parts: parts.flat(), parsed, known: done - parsed, died, warnings };
}

interface Run extends ParseTreeInput {
  readonly maxFileBytes: number;
  readonly kept: KeptResults | null;
  done: number;
  parsed: number;
  died: number;
  readonly warnings: string[];
  readonly total: number;
}

function batchesOf(files: readonly ParsableFile[]): ParsableFile[][] {
  const batches: ParsableFile[][] = [];
  let batch: ParsableFile[] = [];
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

async function parseBatch(run: Run, batch: readonly ParsableFile[], signal: AbortSignal): Promise<Uint8Array[]> {
  signal.throwIfAborted();
  const parts = await parseSomehow(run, batch, signal);
  run.done += batch.length;
  run.onProgress?.(run.done, run.total, run.done - run.parsed);
  return parts;
}

async function parseSomehow(run: Run, files: readonly ParsableFile[], signal: AbortSignal): Promise<Uint8Array[]> {
  const [first] = files;
  const alone = files.length === 1 ? first : undefined;
  const language = alone === undefined ? null : parsedLanguageOf(alone.path);
  // A parser that overflows its stack takes its process along.
  const isLarge = language !== null && (alone?.size ?? 0) > LARGEST_IN_THREAD && !hasBoundedParser(language);
  const limit = AbortSignal.timeout(BATCH_MILLISECONDS);
  const batch = batchFor(run, files);
  try {
    const work = { ...batch, onlyKnown: isLarge };
    const done = await run.pool.run(PARSE_FILES, work, { signal: AbortSignal.any([signal, limit]) });
    run.warnings.push(...done.warnings);
    run.parsed += done.parsed;
    if (done.part !== null) return [done.part];
  } catch (error) {
    if (signal.aborted || !(limit.aborted || error instanceof ThreadDiedError)) throw error;
    if (alone !== undefined) {
      run.parsed += 1;
      const slow = `it took longer than ${BATCH_MILLISECONDS / 1000} s`;
      return [failed(run, alone.path, limit.aborted ? slow : 'the parser ran out of memory')];
    }
  }
  if (alone !== undefined) {
    run.parsed += 1;
    return [await parseInProcess(run, batch, alone.path, signal)];
  }
  // One of them killed or blocked the thread: only one at a time tells which.
  const parts: Uint8Array[] = [];
  for (const file of files) parts.push(...(await parseSomehow(run, [file], signal)));
  return parts;
}

function batchFor(run: Run, files: readonly ParsableFile[]): ParseBatch {
  return {
    root: run.root,
    files: files.map(({ path, sha256 = null, bytes = null }) => ({ path, sha256, bytes })),
    maxBytes: run.maxFileBytes,
    kept: run.kept,
    onlyKnown: false,
  };
}

function parseInProcess(run: Run, batch: ParseBatch, path: string, signal: AbortSignal): Promise<Uint8Array> {
  const options = {
    signal,
    encoding: 'buffer',
    timeout: LARGE_FILE_MILLISECONDS,
    killSignal: 'SIGKILL',
    maxBuffer: 256 * 1024 * 1024,
    env: { PATH: process.env.PATH },
  } as const;
  return new Promise((resolve, reject) => {
    const args = ['--max-old-space-size=1024', PARSE_LARGE_FILE];
    const child = execFile(process.execPath, args, options, (error, output) => {
      if (signal.aborted) reject(signal.reason);
      else resolve(error === null ? output : failed(run, path, 'the parser died on it'));
    });
    // A child that dies before it has read is told by how it ends.
    child.stdin?.on('error', () => undefined);
    const files = batch.files.map((file) => ({ ...file, bytes: null }));
    child.stdin?.end(JSON.stringify({ ...batch, files } satisfies ParseBatch));
  });
}

function failed(run: Run, path: string, detail: string): Uint8Array {
  run.died += 1;
  return packPart([{ skip: { path, reason: 'parser-failed', detail } }]);
}
