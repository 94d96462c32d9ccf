import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { sourceVersion } from '../../platform/source-version.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import { version } from '../../version.ts';
import type { Analyser, AnalyserInput, EngineRun, Gap } from '../analyser.ts';
import { severities } from '../findings.ts';
import { parsedLanguageOf } from '../languages.ts';
import type { SourceFile } from '../source-file.ts';
import { DEFAULT_TREE_LIMITS } from '../source-tree.ts';
import { isLockfile } from './lockfiles.ts';
import type { ScanBatch, ScannedFile } from './scan-files.ts';
import { isBelow, trialProjects } from './trial-projects.ts';

const BATCH_FILES = 24;
const BATCH_BYTES = 512 * 1024;
const BYTES_WORTH_A_THREAD = 4 * 1024 * 1024;
/** How long one batch may take before its files are looked at one by one, and how long one file may take. */
const BATCH_MILLISECONDS = 30_000;
const FILE_MILLISECONDS = 10_000;

const task = { module: new URL('./scan-files.ts', import.meta.url) } satisfies ThreadTask<
  ScanBatch,
  readonly ScannedFile[]
>;

const kept = z.object({
  findings: z.array(
    z.object({
      rule: z.string(),
      engine: z.string(),
      severity: z.enum(severities),
      file: z.string(),
      line: z.int(),
      column: z.int().nullable(),
      endLine: z.int().nullable(),
      message: z.string(),
      suggestion: z.string().nullable(),
      cwe: z.string().nullable(),
      subject: z.string(),
    }),
  ),
  gap: z.string().nullable(),
});
type Kept = z.infer<typeof kept>;

/**
 * Looks for weaknesses: Python, JavaScript and TypeScript by rules that follow values through a file, Python by ruff's
 * rules S as well, every text file for secrets. Files are looked at in threads and apart from each other: one that was
 * seen before, under the same path with the same content, is answered from the cache.
 */
export const analyseSecurity: Analyser = async (input) => {
  input.signal.throwIfAborted();
  const files = input.files.filter(({ path }) => !isLockfile(path));
  const kind = `security ${versionOf('@astral-sh/ruff-wasm-nodejs')} ${versionOf('@secretlint/core')} ${sourceVersion(task.module)}`;
  const trials = await trialProjects(input.root, files);
  const isTrial = (path: string) => trials.some((folder) => isBelow(path, folder));
  const keys = new Map(
    files.flatMap(({ path }) => {
      const sha256 = input.hashes.get(path);
      return sha256 === undefined ? [] : [[path, keyOf(path, sha256, isTrial(path))] as const];
    }),
  );
  const known = readKnown(input, kind, keys);
  const results = new Map<string, Kept>(known);
  const unknown = files.filter(({ path }) => keys.has(path) && !known.has(path));
  const fresh = await scanAll({ ...input, isTrial }, unknown);
  const toKeep: [string, Uint8Array][] = [];
  for (const { path, findings, gap, isChanged } of fresh) {
    const result: Kept = { findings: [...findings], gap };
    results.set(path, result);
    const key = keys.get(path);
    if (key !== undefined && !isChanged) toKeep.push([key, Buffer.from(JSON.stringify(result))]);
  }
  input.cache.write(kind, toKeep);
  return {
    findings: files.flatMap(({ path }) => results.get(path)?.findings ?? []),
    engines: enginesOf(files),
    gaps: files.flatMap(({ path }): Gap[] => {
      const gap = keys.has(path) ? (results.get(path)?.gap ?? null) : 'The file is too large to be read.';
      return gap === null ? [] : [{ file: path, engine: 'millwright', reason: gap }];
    }),
  };
};

function keyOf(path: string, sha256: string, isTrial: boolean): string {
  return createHash('sha256')
    .update(`${path}\0${sha256}${isTrial ? '\0trial' : ''}`)
    .digest('hex');
}

/** What is looked at, and of which files it is known that they are there to try the others. */
interface ScanInput extends AnalyserInput {
  readonly isTrial: (path: string) => boolean;
}

function readKnown({ cache }: AnalyserInput, kind: string, keys: ReadonlyMap<string, string>): Map<string, Kept> {
  const values = cache.read(kind, [...keys.values()]);
  const known = new Map<string, Kept>();
  for (const [path, key] of keys) {
    const bytes = values.get(key);
    if (bytes === undefined) continue;
    try {
      known.set(path, kept.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))));
    } catch {
      // What cannot be read is made anew.
    }
  }
  return known;
}

/** Runs batches side by side. When one rejects, the others are ended before the rejection is passed on. */
async function scanAll(input: ScanInput, files: readonly SourceFile[]): Promise<ScannedFile[]> {
  const ending = new AbortController();
  const signal = AbortSignal.any([input.signal, ending.signal]);
  const waiting = batchesOf(files).values();
  const found: ScannedFile[] = [];
  const work = async () => {
    try {
      for (const batch of waiting) found.push(...(await scanBatch(input, batch, signal)));
    } catch (error) {
      ending.abort(error);
      throw error;
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: lanesFor(files, input.threads.threads) }, work));
  input.signal.throwIfAborted();
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
  return found;
}

/**
 * Every thread loads and compiles the rules anew, and what waits for a thread holds up the other analyses: little work
 * is left to one.
 */
function lanesFor(files: readonly SourceFile[], threads: number): number {
  // What is searched for secrets only is done in a tenth of the time.
  const isFollowed = (path: string) => /^(?:python|javascript|typescript)$/.test(parsedLanguageOf(path) ?? '');
  const bytes = files.reduce((sum, { path, size }) => sum + (isFollowed(path) ? size : size / 10), 0);
  return Math.min(threads, 1 + Math.floor(bytes / BYTES_WORTH_A_THREAD));
}

function batchesOf(files: readonly SourceFile[]): SourceFile[][] {
  const batches: SourceFile[][] = [];
  let bytes = 0;
  for (const file of files) {
    const last = batches.at(-1);
    if (last === undefined || last.length >= BATCH_FILES || bytes + file.size > BATCH_BYTES) {
      batches.push([file]);
      bytes = file.size;
    } else {
      last.push(file);
      bytes += file.size;
    }
  }
  return batches;
}

/** A batch whose thread dies or takes too long is looked at file by file, so that one bad file costs only itself. */
async function scanBatch(input: ScanInput, files: readonly SourceFile[], signal: AbortSignal): Promise<ScannedFile[]> {
  const batch = {
    root: input.root,
    files: files.map(({ path }) => ({
      path,
      sha256: input.hashes.get(path) ?? '',
      isTrial: input.isTrial(path),
    })),
    maxBytes: DEFAULT_TREE_LIMITS.maxFileBytes,
  };
  const limit = files.length > 1 ? BATCH_MILLISECONDS : FILE_MILLISECONDS;
  try {
    return [...(await runWithin(input, batch, signal, limit))];
  } catch {
    signal.throwIfAborted();
    const [only] = files;
    if (files.length === 1 && only !== undefined) {
      return [
        { path: only.path, findings: [], gap: 'The rules broke off on this file or took too long.', isChanged: true },
      ];
    }
    const results: ScannedFile[] = [];
    for (const file of files) results.push(...(await scanBatch(input, [file], signal)));
    return results;
  }
}

/** Runs a batch; the clock starts with it, so that waiting for a thread is not counted as its own time. */
async function runWithin(
  { threads }: AnalyserInput,
  batch: ScanBatch,
  signal: AbortSignal,
  milliseconds: number,
): Promise<readonly ScannedFile[]> {
  const waiting = Math.max(1, threads.busy + 1);
  const limit = AbortSignal.timeout(milliseconds * waiting);
  return threads.run(task, batch, { signal: AbortSignal.any([signal, limit]) });
}

function enginesOf(files: readonly SourceFile[]): EngineRun[] {
  if (files.length === 0) return [];
  const python = files.filter(({ path }) => parsedLanguageOf(path) === 'python').length;
  // Every file is searched for secrets.
  const engines: EngineRun[] = [{ engine: 'millwright', version, files: files.length }];
  if (python > 0) engines.push({ engine: 'ruff', version: versionOf('@astral-sh/ruff-wasm-nodejs'), files: python });
  engines.push({ engine: 'secretlint', version: versionOf('@secretlint/core'), files: files.length });
  return engines;
}

const manifest = z.object({ version: z.string() });

/** Version of an installed package. */
function versionOf(name: string): string {
  return manifest.parse(createRequire(import.meta.url)(`${name}/package.json`)).version;
}
