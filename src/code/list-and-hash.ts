import { createHash } from 'node:crypto';
import { type ContentCachePlace, openContentCache } from '../platform/content-cache.ts';
import { readGitOutput } from './git-files.ts';
import { type LookedAhead, seenAhead } from './looked-ahead.ts';
import { readSourceBytes } from './source-text.ts';
import { type ListedTree, listSourceTree, readListedTree, type SourceTree, type TreeLimits } from './source-tree.ts';
import { readChangedTree } from './tree-states.ts';

/** What is to be listed. Plain data. */
export interface ListingInquiry {
  readonly root: string;
  readonly ahead: LookedAhead;
  readonly limits: Partial<TreeLimits>;
  readonly excluded: readonly string[];
  /** Where it is kept what files held in which state, and as what; null for nowhere. */
  readonly before: KeptListing | null;
}

interface KeptListing {
  readonly place: ContentCachePlace;
  readonly kind: string;
}

/** The files of a tree and the SHA-256 of their bytes in hex, by path. */
export interface ListedFiles {
  readonly tree: SourceTree;
  readonly hashes: ReadonlyMap<string, string>;
}

const HASHED_AT_ONCE = 16;

/** Thread entry. */
export default async function listAndHash({
  root,
  ahead,
  limits,
  excluded,
  before,
}: ListingInquiry): Promise<ListedFiles> {
  const listing = ahead.git === null ? null : readGitOutput(ahead.git);
  const listed = await listSourceTree(root, { limits, excluded, listing, seen: seenAhead(ahead) });
  const tree = readTree(listed, before, ahead.time);
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

function readTree(listed: ListedTree, before: KeptListing | null, time: number): SourceTree {
  if (before === null) return readListedTree(listed);
  // A cache that cannot be used costs time and nothing else.
  const cache = openContentCache({ ...before.place, log: { warn: () => undefined } });
  try {
    return readChangedTree(listed, { cache, kind: before.kind, time });
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
