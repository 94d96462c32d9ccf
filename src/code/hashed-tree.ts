import { createHash } from 'node:crypto';
import { type ContentCachePlace, openContentCache } from '../platform/content-cache.ts';
import { sourceVersion } from '../platform/source-version.ts';
import type { ThreadPool, ThreadTask } from '../platform/thread-pool.ts';
import { readGitOutput } from './git-files.ts';
import { type LookedAhead, lookAhead, seenAhead } from './looked-ahead.ts';
import { readSourceBytes } from './source-text.ts';
import {
  type ListedTree,
  listSourceTree,
  readListedTree,
  resolveFolder,
  type SourceTree,
  type TreeLimits,
} from './source-tree.ts';
import { readChangedTree } from './tree-states.ts';

/** A tree and what its files hold, by hash. */
export interface HashedTree {
  /** The resolved path of its folder. */
  readonly root: string;
  readonly tree: SourceTree;
  /** SHA-256 of each file's bytes in hex, by path. */
  readonly hashes: ReadonlyMap<string, string>;
}

interface Inquiry {
  readonly root: string;
  readonly ahead: LookedAhead;
  readonly limits: Partial<TreeLimits>;
  readonly excluded: readonly string[];
  readonly kept: ContentCachePlace | null;
}

const LIST_AND_HASH: ThreadTask<Inquiry, Omit<HashedTree, 'root'>> = { module: new URL(import.meta.url) };

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
  const read = await pool.run(LIST_AND_HASH, { root: folder, ahead, limits, excluded, kept: kept ?? null }, { signal });
  return { root: folder, ...read };
}

const HASHED_AT_ONCE = 16;

/** Thread entry. */
export default async function listAndHash(inquiry: Inquiry): Promise<Omit<HashedTree, 'root'>> {
  const { root, ahead, limits, excluded } = inquiry;
  const listing = ahead.git === null ? null : readGitOutput(ahead.git);
  const listed = await listSourceTree(root, { limits, excluded, listing, seen: seenAhead(ahead) });
  const tree = readTree(listed, inquiry.kept, ahead.time);
  const hashes = new Map<string, string>(tree.files.map(({ path, sha256 }) => [path, sha256 ?? '']));
  // What is too large to be read at once was not hashed with the others.
  const large = tree.files.filter(({ sha256 }) => sha256 === null);
  for (let at = 0; at < large.length; at += HASHED_AT_ONCE) {
    const batch = large.slice(at, at + HASHED_AT_ONCE);
    const found = await Promise.all(batch.map(({ path, size }) => hashOf(root, path, size)));
    for (const [index, { path }] of batch.entries()) hashes.set(path, found[index] ?? '');
  }
  return { tree, hashes };
}

function readTree(listed: ListedTree, kept: ContentCachePlace | null, time: number): SourceTree {
  if (kept === null) return readListedTree(listed);
  // A cache that cannot be used costs time and nothing else.
  const cache = openContentCache({ ...kept, log: { warn: () => undefined } });
  try {
    const kind = `hashed ${sourceVersion(new URL(import.meta.url))}`;
    return readChangedTree(listed, { cache, kind, time });
  } finally {
    cache.close();
  }
}

/** A file that changes or goes away meanwhile is another one each time: what is found in it is not taken for known. */
async function hashOf(root: string, path: string, size: number): Promise<string> {
  const read = await readSourceBytes(root, path, size);
  const hash = createHash('sha256');
  return ('bytes' in read ? hash.update(read.bytes) : hash.update(`${path} ${read.reason} ${Date.now()}`)).digest(
    'hex',
  );
}
