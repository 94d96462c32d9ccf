import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ProcessTimeoutError, runProcess } from '../../platform/child-process.ts';
import { sourceVersion } from '../../platform/source-version.ts';
import { ThreadDiedError, type ThreadTask } from '../../platform/thread-pool.ts';
import type { AnalyserInput } from '../analyser.ts';
import type { SourceFile } from '../source-file.ts';
import { type FileFacts, fileFacts, type LintResult, lintResult } from './file-facts.ts';
import type { InspectBatch, InspectedFile, Inspection } from './inspect-files.ts';
import { contentKey, keep, readKept } from './kept.ts';
import type { RuffSettings } from './ruff-settings.ts';

const INSPECT_MODULE = new URL('./inspect-files.ts', import.meta.url);
const INSPECT: ThreadTask<InspectBatch, Inspection[]> = { module: INSPECT_MODULE };
const INSPECT_PROCESS = fileURLToPath(new URL('./inspect-process.ts', import.meta.url));

const BATCH_FILES = 32;
const BATCH_BYTES = 1024 * 1024;
const BYTES_WORTH_A_THREAD = 4 * 1024 * 1024;
/** The deepest nesting that fits into so many bytes does not overflow the stack of a thread. */
const LARGEST_IN_THREAD = 256 * 1024;
const MAX_FILE_BYTES = 2 * 1024 * 1024;
/** A batch takes a second at most; hostile text could take hours. */
const BATCH_MILLISECONDS = 60_000;

const inspections = z.array(
  z.object({
    path: z.string(),
    facts: fileFacts.nullable(),
    lint: lintResult.nullable(),
    failure: z.string().nullable(),
  }),
);

/** What is to be looked at. */
export interface InspectingRequest {
  readonly input: AnalyserInput;
  readonly files: readonly SourceFile[];
  /** What ruff is told for a file; null where it is not to be linted. */
  readonly settingsOf: (path: string) => RuffSettings | null;
  /** Of ruff; null where it is not installed, and then nothing is linted. */
  readonly ruffVersion: string | null;
}

/** What is known of each file now, by path. */
export interface Inspected {
  readonly facts: ReadonlyMap<string, FileFacts>;
  readonly lint: ReadonlyMap<string, LintResult>;
  readonly failures: ReadonlyMap<string, string>;
}

/**
 * Measures and lints files in threads, but for those whose content is known. Results are kept batch by batch. A file
 * that kills its thread or takes too long is a failure of its own. Rejects with the signal's reason only.
 */
export async function inspect(request: InspectingRequest): Promise<Inspected> {
  const run = new InspectingRun(request);
  const batches = batchesOf(run.readKnown());
  const stop = new AbortController();
  const signal = AbortSignal.any([request.input.signal, stop.signal]);
  const waiting = batches.values();
  const work = async () => {
    for (const batch of waiting) run.take(await inspectSomehow(run, batch, signal));
  };
  try {
    await Promise.all(Array.from({ length: lanesFor(batches, request.input.threads.threads) }, work));
  } catch (error) {
    // One that fails ends the others: nothing goes on working for an answer that nobody waits for.
    stop.abort(error);
    throw error;
  }
  return run;
}

/** Every thread compiles the parsers and ruff anew, which takes a second: little work is done sooner by one. */
function lanesFor(batches: readonly (readonly Wanted[])[], threads: number): number {
  const bytes = batches.flat().reduce((sum, { size }) => sum + size, 0);
  return Math.min(threads, 1 + Math.floor(bytes / BYTES_WORTH_A_THREAD));
}

interface Wanted extends InspectedFile {
  readonly size: number;
}

class InspectingRun implements Inspected {
  readonly facts = new Map<string, FileFacts>();
  readonly lint = new Map<string, LintResult>();
  readonly failures = new Map<string, string>();
  readonly request: InspectingRequest;
  readonly settings: RuffSettings[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #kinds: string[] = [];
  readonly #factsKind = `quality facts ${sourceVersion(INSPECT_MODULE)}`;

  constructor(request: InspectingRequest) {
    this.request = request;
  }

  /** Takes what the cache knows. Gives what is still to be done. */
  readKnown(): Wanted[] {
    const { input, files } = this.request;
    const keys = new Map(files.map(({ path }) => [path, contentKey(input.hashes, path)]));
    const numbers = new Map(files.map(({ path }) => [path, this.#settingsNumber(path)]));
    const all = [...keys.values()].filter((key) => key !== null);
    const facts = readKept(input.cache, this.#factsKind, all, fileFacts);
    const lints = this.#kinds.map((kind, number) => {
      const wanted = files.flatMap(({ path }) => (numbers.get(path) === number ? (keys.get(path) ?? []) : []));
      return readKept(input.cache, kind, wanted, lintResult);
    });
    return files.flatMap(({ path, size }): Wanted[] => {
      const key = keys.get(path) ?? '';
      const number = numbers.get(path) ?? null;
      const [known, linted] = [facts.get(key), number === null ? undefined : lints[number]?.get(key)];
      if (known !== undefined) this.facts.set(path, known);
      if (linted !== undefined) this.lint.set(path, linted);
      const settings = linted === undefined ? number : null;
      return known !== undefined && settings === null ? [] : [{ path, size, facts: known === undefined, settings }];
    });
  }

  take(found: readonly Inspection[]): void {
    const { cache, hashes } = this.request.input;
    const facts: [string, FileFacts][] = [];
    const lints = this.#kinds.map((): [string, LintResult][] => []);
    for (const one of found) {
      const key = contentKey(hashes, one.path);
      if (one.failure !== null) this.failures.set(one.path, one.failure);
      if (one.facts !== null) {
        this.facts.set(one.path, one.facts);
        if (key !== null) facts.push([key, one.facts]);
      }
      if (one.lint !== null) {
        this.lint.set(one.path, one.lint);
        if (key !== null) lints[this.#settingsNumber(one.path) ?? -1]?.push([key, one.lint]);
      }
    }
    keep(cache, this.#factsKind, facts);
    for (const [number, kind] of this.#kinds.entries()) keep(cache, kind, lints[number] ?? []);
  }

  #settingsNumber(path: string): number | null {
    const { ruffVersion, settingsOf } = this.request;
    const settings = ruffVersion === null ? null : settingsOf(path);
    if (settings === null) return null;
    const options = JSON.stringify(settings.options);
    const known = this.#numbers.get(options);
    if (known !== undefined) return known;
    const number = this.settings.push(settings) - 1;
    this.#numbers.set(options, number);
    const digest = createHash('sha256').update(options).digest('hex').slice(0, 16);
    this.#kinds.push(`quality ruff ${ruffVersion} ${sourceVersion(INSPECT_MODULE)} ${digest}`);
    return number;
  }
}

function batchesOf(files: readonly Wanted[]): Wanted[][] {
  const batches: Wanted[][] = [];
  let batch: Wanted[] = [];
  let bytes = 0;
  for (const file of files) {
    if (isLarge(file)) {
      batches.push([file]);
      continue;
    }
    if (batch.length >= BATCH_FILES || bytes + file.size > BATCH_BYTES) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.size;
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}

function isLarge({ path, size }: Wanted): boolean {
  return size > LARGEST_IN_THREAD && /\.[cm]?[jt]sx?$/.test(path);
}

async function inspectSomehow(
  run: InspectingRun,
  files: readonly Wanted[],
  signal: AbortSignal,
): Promise<Inspection[]> {
  signal.throwIfAborted();
  const { input } = run.request;
  const wanted = files.map(({ path, facts, settings }) => ({ path, facts, settings }));
  const batch: InspectBatch = { root: input.root, files: wanted, settings: run.settings, maxBytes: MAX_FILE_BYTES };
  const [first] = files;
  if (first !== undefined && files.length === 1 && isLarge(first)) return inspectInProcess(batch, first.path, signal);
  // Waiting for a thread is not its own time.
  const limit = AbortSignal.timeout(BATCH_MILLISECONDS * (input.threads.busy + 1));
  try {
    return await input.threads.run(INSPECT, batch, { signal: AbortSignal.any([signal, limit]) });
  } catch (error) {
    signal.throwIfAborted();
    if (!(limit.aborted || error instanceof ThreadDiedError)) throw error;
    if (first !== undefined && files.length === 1) {
      return [failed(first.path, limit.aborted ? slow : 'its parser ran out of memory')];
    }
  }
  // One of them killed or blocked the thread: only one at a time tells which.
  const found: Inspection[] = [];
  for (const file of files) found.push(...(await inspectSomehow(run, [file], signal)));
  return found;
}

async function inspectInProcess(batch: InspectBatch, path: string, signal: AbortSignal): Promise<Inspection[]> {
  try {
    const args = ['--max-old-space-size=1024', INSPECT_PROCESS];
    const input = JSON.stringify(batch);
    const options = { input, signal, timeoutMs: BATCH_MILLISECONDS, maxOutputBytes: 64 * 1024 * 1024 };
    const { exitCode, stdout } = await runProcess(process.execPath, args, options);
    if (exitCode === 0) return inspections.parse(JSON.parse(stdout));
    return [failed(path, 'its parser died on it')];
  } catch (error) {
    signal.throwIfAborted();
    return [failed(path, error instanceof ProcessTimeoutError ? slow : 'its parser died on it')];
  }
}

const slow = `it took longer than ${BATCH_MILLISECONDS / 1000} s`;

function failed(path: string, failure: string): Inspection {
  return { path, facts: null, lint: null, failure };
}
