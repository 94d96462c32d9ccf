import type { ThreadPool, ThreadTask } from '../../platform/thread-pool.ts';
import { type LookedAhead, lookAhead } from '../looked-ahead.ts';
import type { Manifest } from '../manifests.ts';
import type { SourcePackage } from '../packages.ts';
import { type ListedTree, resolveFolder, type SourceFile, type SourceTree, type TreeLimits } from '../source-tree.ts';
import { type HeldBytes, heldAt } from './held-bytes.ts';
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
  readonly ahead: LookedAhead;
  readonly limits: Partial<TreeLimits>;
  readonly excluded: readonly string[];
  readonly kept: KeptResults | null;
  /** How many threads may share the work. */
  readonly threads: number;
}

/** A listed checkout whose files are still to be read. */
export interface UnfinishedInventory extends Omit<ListedTree, 'looked'> {
  /** As in the inventory. */
  readonly tracked: readonly string[];
  /** Of the whole tree; null while it could change unseen. */
  readonly state: string | null;
  /** When the listing began, in milliseconds since 1970. */
  readonly time: number;
  readonly kept: KeptResults | null;
}

/** A large one, with its files in parts for several threads, each as JSON. */
export interface UnreadInventory {
  readonly unfinished: UnfinishedInventory;
  readonly parts: readonly string[];
}

/** What was read of a part. The texts are JSON: they are cheaper to hand over than what they say. */
export interface ReadPart {
  /** What the files are, in their order. */
  readonly results: string;
  /** What is kept for the next time, see `seenText`. */
  readonly seen: string;
  /** As in `ChangedFiles`. */
  readonly opened: number;
  readonly isLasting: boolean;
  /** Of the files that were opened, and where they are of each: see `ByteHolder`. */
  readonly bytes: SharedArrayBuffer;
  readonly places: Int32Array;
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
  /** What is held of the files that were opened; null where none was. */
  readonly held: HeldBytes | null;
}

/** A file that is to be parsed, with its bytes where they are held. */
export type ListedFile = SourceFile & { readonly bytes: Uint8Array | null };

/** An inventory, packed, and what of it is needed before it is unpacked. */
export interface PackedInventory extends TakenInventory {
  /** The files that are to be parsed. Unpacked when it is asked for: where nothing changed, nobody does. */
  readonly files: readonly ListedFile[];
}

/** The module whose version tells whether kept inventories are still right. */
export const INVENTORY_READER = new URL('./read-inventory.ts', import.meta.url);

const TAKE_INVENTORY: ThreadTask<Inquiry, TakenInventory | UnreadInventory> = { module: INVENTORY_READER };
const READ_PART: ThreadTask<{ unfinished: UnfinishedInventory; looked: string; parts: number }, ReadPart> = {
  module: new URL('./read-part.ts', import.meta.url),
};
const FINISH: ThreadTask<{ unfinished: UnfinishedInventory; parts: readonly ReadPart[] }, TakenInventory> = {
  module: new URL('./finish-inventory.ts', import.meta.url),
};

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
  const ahead = await lookAhead(folder, pool, signal);
  const inquiry = { root: folder, ahead, limits, excluded, kept, threads: pool.threads };
  const options = signal === undefined ? {} : { signal };
  const found = await pool.run(TAKE_INVENTORY, inquiry, options);
  const taken = 'parts' in found ? await readParts(found, pool, options) : found;
  let files: readonly ListedFile[] | null = null;
  return {
    ...taken,
    get files() {
      files ??= parsableFiles(taken);
      return files;
    },
  };
}

function parsableFiles({ packed, held }: TakenInventory): ListedFile[] {
  return inventoryIn(packed).tree.files.flatMap((file, index) =>
    isParsed(file) ? [{ ...file, bytes: held === null ? null : heldAt(held, index) }] : [],
  );
}

async function readParts(
  { unfinished, parts }: UnreadInventory,
  pool: ThreadPool,
  options: { signal?: AbortSignal },
): Promise<TakenInventory> {
  const each = { unfinished, parts: parts.length };
  const read = await Promise.all(parts.map((looked) => pool.run(READ_PART, { ...each, looked }, options)));
  return pool.run(FINISH, { unfinished, parts: read }, options);
}
