import type { ContentCache } from '../platform/content-cache.ts';
import type { ThreadPool } from '../platform/thread-pool.ts';
import type { RawFinding } from './findings.ts';
import type { SourceFile } from './source-file.ts';

/** What an analyser looks at, and with what. */
export interface AnalyserInput {
  /** Resolved path of the tree. Nothing outside of it is read, nothing inside of it is written. */
  readonly root: string;
  /** The files that are kept, in path order: vendored, generated and minified ones are left out already. */
  readonly files: readonly SourceFile[];
  /** SHA-256 of each file's bytes in hex, by path: the key of what is known of it already. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly threads: ThreadPool;
  readonly cache: ContentCache;
  readonly signal: AbortSignal;
}

/** An engine that took part. */
export interface EngineRun {
  /** By the name its authors gave it. */
  readonly engine: string;
  readonly version: string;
  /** How many files it looked at, those known already among them. */
  readonly files: number;
}

/** Something that was not looked at. `file` is null where it concerns the whole tree. */
export interface Gap {
  readonly file: string | null;
  readonly engine: string;
  /** One sentence. */
  readonly reason: string;
}

/** What an analyser found. Independent of the order of files. Plain JSON. */
export interface AnalyserResult {
  readonly findings: readonly RawFinding[];
  readonly engines: readonly EngineRun[];
  readonly gaps: readonly Gap[];
}

/**
 * Looks at a tree. A file that breaks an engine is a gap, never a rejection; rejects with the signal's reason when it
 * is aborted, and the threads and child processes at work are ended.
 */
export type Analyser = (input: AnalyserInput) => Promise<AnalyserResult>;
