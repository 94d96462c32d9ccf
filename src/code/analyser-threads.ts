import type { ThreadPool } from '../platform/thread-pool.ts';
import { shareOf } from '../platform/thread-share.ts';
import { parsedLanguageOf } from './languages.ts';
import type { SourceFile } from './source-file.ts';

/** Parsers and rules take a thread about a second to load and compile: it has to have as much to do. */
const BYTES_WORTH_A_THREAD = 4 * 1024 * 1024;
/** What is searched for secrets only is done in a tenth of the time. */
const SHARE_OF_OTHERS = 0.1;

/** The threads that the analysers of a tree use. */
export interface AnalyserThreads {
  /** Of the types, whose compilers wait for what is prepared there, and the answer for what is judged there. */
  readonly ofTypes: ThreadPool;
  /** Of all others: one fewer, of several, until the types are done, as the compilers need a processor themselves. */
  readonly ofOthers: ThreadPool;
  /** Says that the types are done, or not asked for. */
  typesEnded(): void;
}

/**
 * The threads of a pool that all analysers of a tree together use: of a small tree a single one, so that what one of
 * them has loaded is there for the others, and the processors are left to the compilers beside.
 */
export function threadsFor(files: readonly SourceFile[], pool: ThreadPool): AnalyserThreads {
  const isFollowed = (path: string) => /^(?:python|javascript|typescript)$/.test(parsedLanguageOf(path) ?? '');
  const bytes = files.reduce((sum, { path, size }) => sum + size * (isFollowed(path) ? 1 : SHARE_OF_OTHERS), 0);
  const ofTypes = shareOf(pool, 1 + Math.floor(bytes / BYTES_WORTH_A_THREAD));
  if (ofTypes.threads === 1) return { ofTypes, ofOthers: ofTypes, typesEnded: () => {} };
  const ofOthers = shareOf(ofTypes, ofTypes.threads, 1);
  return { ofTypes, ofOthers, typesEnded: () => ofOthers.release() };
}
