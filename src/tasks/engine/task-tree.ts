import type { AnalyserInput } from '../../code/analyser.ts';
import { resolveFolder, type SourceFile } from '../../code/source-tree.ts';
import type { Inventory } from '../../code/tree/inventory.ts';
import { takeInventory } from '../../code/tree/inventory.ts';
import { inventoryIn, parsedIn } from '../../code/tree/packed.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import { parsePacked } from '../../code/tree/parse-tree.ts';
import { sourceVersion } from '../../platform/source-version.ts';
import type { TaskBrief, TaskTools } from './task-engine.ts';

/** The module whose version tells whether kept symbols are still right. */
const PARSER = new URL('../../code/tree/parse-files.ts', import.meta.url);

/** A checkout as engines read it: what lies in it, and what the parsers saw in its sources. */
export interface TaskTree extends Inventory {
  /** The resolved path of its folder. */
  readonly root: string;
  /** All of it, compressed: threads are handed this and unpack it with `inventoryIn` and `parsedIn`. */
  readonly packed: Uint8Array;
  /** Parsed files in path order, unpacked in the caller's thread when they are first asked for. */
  readonly parsed: readonly ParsedFile[];
}

/**
 * Lists the files of a task's checkout and parses those whose language is known, in threads; a tree that was parsed
 * before is not parsed again. `onProgress` is told the
 * share that is done, 0 to 1. Rejects with a ValidationError when the checkout is no readable folder, and with the
 * signal's reason when the task is aborted.
 */
export async function readTaskTree(
  { root }: Pick<TaskBrief, 'root'>,
  { threads, cache, signal }: Pick<TaskTools, 'threads' | 'cache' | 'signal'>,
  onProgress: (share: number) => void = () => undefined,
): Promise<TaskTree> {
  const folder = await resolveFolder(root);
  const taken = await takeInventory(folder, threads, { signal });
  const inventory = inventoryIn(taken.packed);
  // The same files give the same symbols, whoever's they are.
  const kind = `task trees ${sourceVersion(PARSER)}`;
  const key = inventory.tree.fingerprint;
  const known = cache.read(kind, [key]).get(key);
  let parts = known === undefined ? [] : [known];
  if (known === undefined) {
    const found = await parsePacked({
      root: folder,
      files: taken.files,
      pool: threads,
      signal,
      onProgress: (done, total) => onProgress(done / total),
    });
    parts = [...found.parts];
    // A parser that died may not another time.
    if (found.died === 0) cache.write(kind, [[key, Buffer.concat(parts)]]);
  }
  const packed = Buffer.concat([taken.packed, ...parts]);
  let parsed: readonly ParsedFile[] | null = null;
  return {
    root: folder,
    packed,
    ...inventory,
    get parsed() {
      parsed ??= parsedIn(packed).files;
      return parsed;
    },
  };
}

/** What the analysers of `src/code` take: the files of a tree, or those of them that are wanted. */
export function analyserInput(
  { root, tree }: Pick<TaskTree, 'root' | 'tree'>,
  { threads, cache, signal }: Pick<TaskTools, 'threads' | 'cache' | 'signal'>,
  isWanted: (file: SourceFile) => boolean = () => true,
): AnalyserInput {
  const files = tree.files.filter(isWanted);
  const hashes = new Map(files.flatMap(({ path, sha256 }) => (sha256 === null ? [] : [[path, sha256] as const])));
  return { root, files, hashes, threads, cache, signal };
}
