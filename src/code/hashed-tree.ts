import type { ContentCachePlace } from '../platform/content-cache.ts';
import { sourceVersion } from '../platform/source-version.ts';
import type { ThreadPool, ThreadTask } from '../platform/thread-pool.ts';
import type { ListedFiles, ListingInquiry } from './list-and-hash.ts';
import { lookAhead } from './looked-ahead.ts';
import { resolveFolder, type SourceTree, type TreeLimits } from './source-tree.ts';

/** A tree and what its files hold, by hash. */
export interface HashedTree {
  /** The resolved path of its folder. */
  readonly root: string;
  readonly tree: SourceTree;
  /** SHA-256 of each file's bytes in hex, by path. */
  readonly hashes: ReadonlyMap<string, string>;
}

const LISTING_MODULE = new URL('./list-and-hash.ts', import.meta.url);
const LIST_AND_HASH: ThreadTask<ListingInquiry, ListedFiles> = { module: LISTING_MODULE };

export interface HashedTreeOptions {
  readonly signal: AbortSignal;
  readonly limits?: Partial<TreeLimits>;
  /** Absolute paths of folders that are not read. */
  readonly excluded?: readonly string[];
  /** Where it is kept what files held in which state: those that are in it still are not opened again. */
  readonly kept?: ContentCachePlace;
}

/**
 * Lists the files of a folder and hashes them, in a thread of `pool`. Rejects with a ValidationError when `root` is no
 * readable folder, and with the signal's reason when it is aborted.
 */
export async function readHashedTree(
  root: string,
  pool: ThreadPool,
  { signal, limits = {}, excluded = [], kept }: HashedTreeOptions,
): Promise<HashedTree> {
  const folder = await resolveFolder(root);
  // Git is started here, where a signal can kill it: a thread that is ended would leave it running.
  const ahead = await lookAhead(folder, pool, signal);
  const before = kept === undefined ? null : { place: kept, kind: `hashed ${sourceVersion(LISTING_MODULE)}` };
  const read = await pool.run(LIST_AND_HASH, { root: folder, ahead, limits, excluded, before }, { signal });
  return { root: folder, ...read };
}
