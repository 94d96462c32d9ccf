import { askGit, type GitOutput, readGitOutput } from '../../code/git-files.ts';
import { type Manifest, readManifests } from '../../code/manifests.ts';
import {
  readSourceTree,
  resolveFolder,
  type SourceFile,
  type SourceTree,
  type TreeLimits,
} from '../../code/source-tree.ts';
import type { ThreadPool, ThreadTask } from '../../platform/thread-pool.ts';
import { packPart } from './packed.ts';
import { isParsed } from './parse-tree.ts';

/** What a checkout holds, before any of it is parsed. Plain JSON. */
export interface Inventory {
  readonly tree: SourceTree;
  readonly manifests: readonly Manifest[];
  /** Paths that git tracks, cut to two segments: what stands where pages may go. */
  readonly tracked: readonly string[];
}

interface Inquiry {
  readonly root: string;
  readonly git: GitOutput | null;
  readonly limits: Partial<TreeLimits>;
  readonly excluded: readonly string[];
}

/** An inventory, packed, and the files of it that are to be parsed. */
export interface PackedInventory {
  readonly packed: Uint8Array;
  readonly files: readonly SourceFile[];
}

const TAKE_INVENTORY: ThreadTask<Inquiry, PackedInventory> = { module: new URL(import.meta.url) };

export interface InventoryOptions {
  readonly signal?: AbortSignal;
  readonly limits?: Partial<TreeLimits>;
  /** Absolute paths of folders that are not read. */
  readonly excluded?: readonly string[];
}

/**
 * First step: lists the files and manifests of a checkout in a thread of `pool`.
 * Rejects with a ValidationError when `root` is no readable folder, and with the signal's reason when it is aborted.
 */
export async function takeInventory(
  root: string,
  pool: ThreadPool,
  { signal, limits = {}, excluded = [] }: InventoryOptions = {},
): Promise<PackedInventory> {
  const folder = await resolveFolder(root);
  // Git is started here, where a signal can kill it: a thread that is ended would leave it running.
  const git = await askGit(folder, signal);
  return pool.run(TAKE_INVENTORY, { root: folder, git, limits, excluded }, signal === undefined ? {} : { signal });
}

/** Thread entry. */
export default async function readInventory({ root, git, limits, excluded }: Inquiry): Promise<PackedInventory> {
  const listing = git === null ? null : readGitOutput(git);
  const tree = await readSourceTree(root, { limits, excluded, listing });
  const manifests = await readManifests(root, tree);
  const paths = [...(listing?.files ?? []), ...(listing?.submodules ?? [])];
  const tracked = [...new Set(paths.map((path) => path.split('/', 2).join('/')))];
  return { packed: packPart({ tree, manifests, tracked }), files: tree.files.filter(isParsed) };
}
