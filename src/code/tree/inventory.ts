import type { ThreadPool, ThreadTask } from '../../platform/thread-pool.ts';
import { askGit, type GitOutput } from '../git-files.ts';
import type { Manifest } from '../manifests.ts';
import type { SourcePackage } from '../packages.ts';
import { resolveFolder, type SourceFile, type SourceTree, type TreeLimits } from '../source-tree.ts';
import { inventoryIn } from './packed.ts';
import { isParsed } from './parse-file.ts';
import type { KeptResults } from './parse-files.ts';

/** What a checkout holds, before any of it is parsed. Plain JSON. */
export interface Inventory {
  readonly tree: SourceTree;
  readonly manifests: readonly Manifest[];
  readonly packages: readonly SourcePackage[];
  /** Paths that git tracks, cut to two segments: what stands where pages may go. */
  readonly tracked: readonly string[];
}

/** Question to the thread that reads. */
export interface Inquiry {
  readonly root: string;
  readonly git: GitOutput | null;
  readonly limits: Partial<TreeLimits>;
  readonly excluded: readonly string[];
  readonly kept: KeptResults | null;
}

/** What a thread made of a checkout. */
export interface TakenInventory {
  readonly packed: Uint8Array;
  /** As in the inventory. */
  readonly tracked: readonly string[];
  /** How many of its files are to be parsed. */
  readonly parsable: number;
  /** How many files had to be opened; 0 when each is as it was the last time. */
  readonly opened: number;
}

/** An inventory, packed, and what of it is needed before it is unpacked. */
export interface PackedInventory extends TakenInventory {
  /** The files that are to be parsed. Unpacked when it is asked for: where nothing changed, nobody does. */
  readonly files: readonly SourceFile[];
}

/** The module whose version tells whether kept inventories are still right. */
export const INVENTORY_READER = new URL('./read-inventory.ts', import.meta.url);

const TAKE_INVENTORY: ThreadTask<Inquiry, TakenInventory> = { module: INVENTORY_READER };

export interface InventoryOptions {
  readonly signal?: AbortSignal;
  readonly limits?: Partial<TreeLimits>;
  /** Absolute paths of folders that are not read. */
  readonly excluded?: readonly string[];
  /** Where it is kept what files held in which state; absent, every file is read. */
  readonly kept?: KeptResults | null;
}

/**
 * First step: lists the files and manifests of a checkout in a thread of `pool`.
 * Rejects with a ValidationError when `root` is no readable folder, and with the signal's reason when it is aborted.
 */
export async function takeInventory(
  root: string,
  pool: ThreadPool,
  { signal, limits = {}, excluded = [], kept = null }: InventoryOptions = {},
): Promise<PackedInventory> {
  const folder = await resolveFolder(root);
  // Git is started here, where a signal can kill it: a thread that is ended would leave it running.
  const git = await askGit(folder, signal);
  const inquiry = { root: folder, git, limits, excluded, kept };
  const taken = await pool.run(TAKE_INVENTORY, inquiry, signal === undefined ? {} : { signal });
  let files: readonly SourceFile[] | null = null;
  return {
    ...taken,
    get files() {
      files ??= inventoryIn(taken.packed).tree.files.filter(isParsed);
      return files;
    },
  };
}
