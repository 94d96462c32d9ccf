import { createHash } from 'node:crypto';
import type { ContentCache } from '../platform/content-cache.ts';
import type { LookedFile, SourceFile, TakeBytes } from './source-file.ts';
import type { Skip } from './source-text.ts';
import { inspectorOf, type ListedTree, type SourceTree, treeOf } from './source-tree.ts';

/**
 * How old a change must be, in milliseconds, for a file's state to tell it from the next one: two changes within one
 * tick of the file system's clock leave the same times, and the second would not be seen. Whole seconds speak for a
 * file system that keeps nothing finer, FAT keeps two.
 */
const TICK = { fine: 50, coarse: 2_000 } as const;

/** Whether a file that changes after `now` (milliseconds since 1970) is sure to have another state. */
function isSettled({ state: { mtimeMs, ctimeMs }, isBehindLink }: LookedFile, now: number): boolean {
  // The same file may be inside of the folder one day and outside the next, reached by a link.
  if (isBehindLink) return false;
  const tick = mtimeMs % 1000 === 0 && ctimeMs % 1000 === 0 ? TICK.coarse : TICK.fine;
  return Math.max(mtimeMs, ctimeMs) < now - tick;
}

/**
 * A hash of all that is listed and of the state of every file: the same means that no file needs to be read again. Null
 * while some file is so young that it could change unseen. `tracked` is what git says besides, `now` is when the
 * listing began.
 */
export function stateOfTree(
  { root, limits, looked, skips, limitsReached }: ListedTree,
  tracked: readonly string[],
  now: number,
): string | null {
  const numbers = new Float64Array(looked.length * 6);
  const names: (string | Skip)[] = [];
  let at = 0;
  for (const one of looked) {
    if ('reason' in one) {
      names.push(one);
      continue;
    }
    if (!isSettled(one, now)) return null;
    names.push(one.path);
    for (const part of tupleOf(one)) {
      numbers[at] = part;
      at += 1;
    }
  }
  const rest = JSON.stringify([root, limits, names, skips, limitsReached, tracked]);
  return createHash('sha256').update(rest).update(numbers).digest('hex');
}

/** All that a file's result comes from, save its path. */
function tupleOf({ state, declared }: LookedFile): [number, number, number, number, number, number] {
  const { size, mtimeMs, ctimeMs, ino, dev } = state;
  return [size, mtimeMs, ctimeMs, ino, dev, numberOf(declared?.generated) + 3 * numberOf(declared?.vendored)];
}

function numberOf(said: boolean | null | undefined): number {
  return said == null ? 0 : said ? 1 : 2;
}

/** What was seen at a path, and in which state. */
export type Seen = readonly [path: string, state: readonly number[], result: SourceFile | Skip];

/** What some files of a tree are, by what was seen of them the last time. Plain JSON. */
export interface ChangedFiles {
  /** In the order of the files. */
  readonly results: readonly (SourceFile | Skip)[];
  /** What is kept for the next time. */
  readonly seen: readonly Seen[];
  /** How many files had to be opened. */
  readonly opened: number;
  /** Whether they would be read the same as long as no file changes: no file failed to be read. */
  readonly isLasting: boolean;
}

/** Where it is kept what files held in which state, and when the listing began, in milliseconds since 1970. */
export interface SeenBefore {
  readonly cache: ContentCache;
  readonly kind: string;
  readonly time: number;
}

/** Files of a tree, all or some of those that are listed. */
export type SomeFiles = Pick<ListedTree, 'root' | 'limits' | 'looked'>;

/** Reads files as `readListedTree` does, and keeps nothing. `take` is told the bytes of each that is opened. */
export function readFiles(some: SomeFiles, take?: TakeBytes): ChangedFiles {
  const read = inspectorOf(some, take);
  const results = some.looked.map((file) => ('reason' in file ? file : read(file)));
  return { results, seen: [], opened: results.length, isLasting: false };
}

/** The same, but opens only the files whose state is not that of the last time. */
export function readChangedFiles(some: SomeFiles, { cache, kind, time }: SeenBefore, take?: TakeBytes): ChangedFiles {
  const key = keyOf(some);
  const kept = cache.read(kind, [key]).get(key);
  const before: readonly Seen[] = kept === undefined ? [] : JSON.parse(new TextDecoder().decode(kept));
  const known = new Map(before.map((one) => [one[0], one]));
  const seen: Seen[] = [];
  let opened = 0;
  let isLasting = true;
  const read = inspectorOf(some, take);
  const results = some.looked.map((file) => {
    if ('reason' in file) return file;
    const state = tupleOf(file);
    const last = known.get(file.path);
    const isSame = last !== undefined && isSettled(file, time) && last[1].every((part, at) => part === state[at]);
    if (!isSame) opened += 1;
    const result = isSame ? last[2] : read(file);
    if (isPassing(result)) isLasting = false;
    else if (isSettled(file, time)) seen.push([file.path, state, result]);
    return result;
  });
  return { results, seen, opened, isLasting };
}

/** What was seen of some files as JSON without its brackets, so that parts are put together as they are. */
export function seenText(seen: readonly Seen[]): string {
  return JSON.stringify(seen).slice(1, -1);
}

/** Keeps for the next time what was seen of all files of a tree, see `seenText`. */
export function keepSeen(
  tree: Pick<ListedTree, 'root' | 'limits'>,
  seen: readonly string[],
  { cache, kind }: Omit<SeenBefore, 'time'>,
): void {
  const json = `[${seen.filter((text) => text !== '').join(',')}]`;
  cache.write(kind, [[keyOf(tree), new TextEncoder().encode(json)]]);
}

/** Reads a listed tree by what was seen of it the last time, and keeps what is seen now. */
export function readChangedTree(listed: ListedTree, before: SeenBefore): SourceTree {
  const { results, seen } = readChangedFiles(listed, before);
  keepSeen(listed, [seenText(seen)], before);
  return treeOf(listed, results);
}

function keyOf({ root, limits }: Pick<ListedTree, 'root' | 'limits'>): string {
  return createHash('sha256').update(root).update(`\0${limits.maxFileBytes}`).digest('hex');
}

/** Whether another attempt may end otherwise although the file stays as it is. */
function isPassing(result: SourceFile | Skip): boolean {
  return 'reason' in result && (result.reason === 'unreadable' || result.reason === 'symlink-outside');
}
