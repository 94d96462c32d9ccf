import type { ThreadPool, ThreadTask } from '../platform/thread-pool.ts';
import { askGit, type GitOutput, stagedPaths } from './git-files.ts';
import { type LookedFile, lookAt } from './source-file.ts';

/** What git says of a checkout, with the states of the files that it tracks. Plain data, cheap to hand to a thread. */
export interface LookedAhead {
  readonly git: GitOutput | null;
  /** When the listing began, in milliseconds since 1970: before any file was looked at. */
  readonly time: number;
  /** Of the first tracked paths in git's order, see `NUMBERS`. */
  readonly states: Float64Array;
}

/** A part of git's listing for one thread. */
interface Part {
  readonly root: string;
  readonly staged: Uint8Array;
}

const LOOK: ThreadTask<Part, Float64Array> = { module: new URL(import.meta.url) };

/** What stands for one path: how to take it, size, times of change, and which file it is. */
const NUMBERS = 6;
const TAKEN = { asRegular: 1, behindLink: 2 } as const;
/** Below so many bytes of listing, another thread costs more than it saves. */
const LEAST_BYTES = 128 * 1024;
/** More files than are ever read; those after them are looked at when they are. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Asks git for the files of a checkout and looks at those that it tracks, in all threads of `pool`, while git still
 * goes through the folders for others. Nothing is looked at in a small checkout, or in a folder that is none. Rejects
 * with the signal's reason.
 */
export async function lookAhead(root: string, pool: ThreadPool, signal?: AbortSignal): Promise<LookedAhead> {
  const time = Date.now();
  const looks: Promise<Float64Array>[] = [];
  const options = signal === undefined ? {} : { signal };
  const git = await askGit(root, {
    ...options,
    onStaged: (staged) => {
      if (staged.length < LEAST_BYTES) return;
      for (const part of partsOf(staged.subarray(0, MOST_BYTES), pool.threads)) {
        const look = pool.run(LOOK, { root, staged: part }, options);
        // It is waited for below, after git.
        look.catch(() => undefined);
        looks.push(look);
      }
    },
  });
  return { git, time, states: joined(await Promise.all(looks)) };
}

/** Parts of a listing, each of whole entries and in memory of its own. */
function partsOf(staged: Uint8Array, count: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let start = 0; start < staged.length; ) {
    const end = staged.indexOf(0, start + Math.floor(staged.length / count));
    const next = end < 0 ? staged.length : end + 1;
    parts.push(new Uint8Array(staged.subarray(start, next)));
    start = next;
  }
  return parts;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Thread entry: looks at the paths of a part of git's listing. */
export default function lookAtFiles({ root, staged }: Part): Float64Array {
  const paths = stagedPaths(staged);
  const states = new Float64Array(paths.length * NUMBERS);
  const folders = new Map<string, boolean>();
  for (const [index, path] of paths.entries()) {
    const looked = lookAt(root, path, folders);
    if (looked === null || 'reason' in looked) continue;
    const { size, mtimeMs, ctimeMs, ino, dev } = looked.state;
    const taken = looked.isBehindLink ? TAKEN.behindLink : TAKEN.asRegular;
    states.set([taken, size, mtimeMs, ctimeMs, ino, dev], index * NUMBERS);
  }
  return states;
}

/** Gives what was seen at a path; null where nothing was looked at, or where no regular file stood. */
export function seenAhead({ git, states }: LookedAhead): (path: string) => LookedFile | null {
  if (git === null || states.length === 0) return () => null;
  const places = new Map(stagedPaths(git.staged).map((path, index) => [path, index * NUMBERS]));
  return (path) => {
    const at = places.get(path);
    if (at === undefined) return null;
    const number = (index: number): number => states[at + index] ?? 0;
    if (number(0) === 0) return null;
    const state = { size: number(1), mtimeMs: number(2), ctimeMs: number(3), ino: number(4), dev: number(5) };
    return { path, state, isBehindLink: number(0) === TAKEN.behindLink };
  };
}
