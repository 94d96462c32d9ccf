import { createHash } from 'node:crypto';
import type { ContentCache } from '../platform/content-cache.ts';
import type { FileState, LookedFile, SourceFile } from './source-file.ts';
import type { Skip } from './source-text.ts';
import { inspectorOf, type ListedTree, readListedTree, type SourceTree } from './source-tree.ts';

/**
 * How old a change must be, in milliseconds, for a file's state to tell it from the next one: two changes within one
 * tick of the file system's clock leave the same times, and the second would not be seen. Whole seconds speak for a file
 * system that keeps nothing finer, FAT keeps two.
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
 * while some file is so young that it could change unseen. `tracked` is what git says besides, `now` is when the listing
 * began.
 */
export function stateOfTree(
  { root, limits, looked, skips, limitsReached }: ListedTree,
  tracked: readonly string[],
  now: number,
): string | null {
  const numbers = new Float64Array(looked.length * 5);
  const names: (string | Skip)[] = [];
  let at = 0;
  for (const one of looked) {
    if ('reason' in one) {
      names.push(one);
      continue;
    }
    if (!isSettled(one, now)) return null;
    names.push(one.path);
    for (const part of tupleOf(one.state)) {
      numbers[at] = part;
      at += 1;
    }
  }
  const rest = JSON.stringify([root, limits, names, skips, limitsReached, tracked]);
  return createHash('sha256').update(rest).update(numbers).digest('hex');
}

function tupleOf({ size, mtimeMs, ctimeMs, ino, dev }: FileState): [number, number, number, number, number] {
  return [size, mtimeMs, ctimeMs, ino, dev];
}

/** What was seen at a path, and in which state. */
type Seen = readonly [path: string, state: readonly number[], result: SourceFile | Skip];

/** A tree and how many files of it had to be opened. */
export interface ReadTree {
  readonly tree: SourceTree;
  readonly opened: number;
  /** Whether it would be read the same as long as no file changes: no file failed to be read. */
  readonly isLasting: boolean;
}

/**
 * Reads a listed tree as `readListedTree` does, but opens only the files whose state is not that of the last time, and
 * keeps what it saw under `kind`. `time` is when the listing began, in milliseconds since 1970.
 */
export function readChangedTree(listed: ListedTree, cache: ContentCache, kind: string, time: number): ReadTree {
  const key = createHash('sha256').update(listed.root).update(`\0${listed.limits.maxFileBytes}`).digest('hex');
  const kept = cache.read(kind, [key]).get(key);
  const seen: readonly Seen[] = kept === undefined ? [] : JSON.parse(new TextDecoder().decode(kept));
  const known = new Map(seen.map((one) => [one[0], one]));
  const now: Seen[] = [];
  let opened = 0;
  let isLasting = true;
  const read = inspectorOf(listed);
  const tree = readListedTree(listed, (file) => {
    const state = tupleOf(file.state);
    const before = known.get(file.path);
    const isSame = before !== undefined && isSettled(file, time) && before[1].every((part, at) => part === state[at]);
    if (!isSame) opened += 1;
    const result = isSame ? before[2] : read(file);
    if (isPassing(result)) isLasting = false;
    else if (isSettled(file, time)) now.push([file.path, state, result]);
    return result;
  });
  cache.write(kind, [[key, new TextEncoder().encode(JSON.stringify(now))]]);
  return { tree, opened, isLasting };
}

/** Whether another attempt may end otherwise although the file stays as it is. */
function isPassing(result: SourceFile | Skip): boolean {
  return 'reason' in result && (result.reason === 'unreadable' || result.reason === 'symlink-outside');
}
