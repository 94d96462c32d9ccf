import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type GitListing, listGitFiles } from './git-files.ts';
import { denialOf, isManifestName, isOutputListName, isVendoredFolder } from './left-out.ts';
import { inspectFile, type Looked, type LookedFile, lookAt, type SourceFile, type TakeBytes } from './source-file.ts';
import { errorCode, isInside, type Skip } from './source-text.ts';
import { vendoredFolders } from './vendored-folders.ts';

export type { SourceFile } from './source-file.ts';

/** What a walk may cost. Reaching one is said in `SourceTree.limitsReached`, never silent. */
export interface TreeLimits {
  readonly maxFiles: number;
  readonly maxFileBytes: number;
  /** Sum over the files whose text is read. */
  readonly maxTotalBytes: number;
  readonly maxDepth: number;
}

export const DEFAULT_TREE_LIMITS: TreeLimits = {
  maxFiles: 50_000,
  maxFileBytes: 2 * 1024 * 1024,
  maxTotalBytes: 256 * 1024 * 1024,
  maxDepth: 100,
};

/** Files of a checkout sorted by the bytes of their paths, and everything that was left out, by name. Plain JSON. */
export interface SourceTree {
  readonly files: readonly SourceFile[];
  readonly skips: readonly Skip[];
  readonly limitsReached: readonly string[];
  /** SHA-256 of paths, sizes and contents, save those of files too large to be read: tells two trees apart. */
  readonly fingerprint: string;
}

interface Walk {
  readonly root: string;
  readonly limits: TreeLimits;
  readonly signal: AbortSignal | undefined;
  readonly paths: string[];
  readonly skips: Skip[];
  readonly limitsReached: Set<string>;
  /** Paths of folders that are not to be read, relative to the root. */
  readonly excluded: ReadonlySet<string>;
  /** Folders that are named as left out already, with the files that were listed in them; null for unopened ones. */
  readonly named: Map<string, { readonly reason: 'excluded' | 'vendored'; files: number | null }>;
}

export interface TreeOptions {
  readonly signal?: AbortSignal;
  readonly limits?: Partial<TreeLimits>;
  /** Absolute paths of folders that are not read wherever they are, such as the data folder of this program. */
  readonly excluded?: readonly string[];
  /** What git knows of the folder, null for none; it is asked when this is absent. */
  readonly listing?: GitListing | null;
  /** Files that were looked at already: what was seen at a path, null for one that is still to be looked at. */
  readonly seen?: (path: string) => LookedFile | null;
}

/** What stands in a folder, looked at and not yet read. */
export interface ListedTree {
  readonly root: string;
  readonly limits: TreeLimits;
  /** In the order of their paths' bytes. */
  readonly looked: readonly Looked[];
  /** What was left out by its path alone. */
  readonly skips: readonly Skip[];
  readonly limitsReached: readonly string[];
}

/**
 * Lists the files of a folder. Links are never followed, nothing outside the folder is read, special files are not
 * opened for reading. A git checkout is listed by git, so ignored files are absent, and sources that its
 * `.gitattributes` declares to be generated or vendored are left out. Any other folder is walked: no repository speaks
 * for it, and what the patterns mean is not guessed.
 * Rejects with a ValidationError when `root` is no readable folder, and with the signal's reason when it is aborted.
 */
export async function readSourceTree(root: string, options: TreeOptions = {}): Promise<SourceTree> {
  return readListedTree(await listSourceTree(root, options));
}

/** The first half of `readSourceTree`: opens no file. */
export async function listSourceTree(root: string, options: TreeOptions = {}): Promise<ListedTree> {
  const resolved = await resolveFolder(root);
  const walk: Walk = {
    root: resolved,
    limits: { ...DEFAULT_TREE_LIMITS, ...options.limits },
    signal: options.signal,
    paths: [],
    skips: [],
    limitsReached: new Set(),
    excluded: new Set((options.excluded ?? []).flatMap((folder) => pathInside(resolved, folder) ?? [])),
    named: new Map(),
  };
  const listing = options.listing === undefined ? await listGitFiles(walk.root, walk.signal) : options.listing;
  if (listing === null) {
    await walkFolder(walk, '', 0);
    walk.paths.sort(compareBytes);
  } else takeListing(walk, listing);
  nameFolders(walk);
  const folders = new Map<string, boolean>();
  const looked = walk.paths.flatMap((path) => {
    const one = options.seen?.(path) ?? lookAt(resolved, path, folders);
    if (one === null || 'reason' in one) return one ?? [];
    const declared = listing?.declared?.get(path);
    return declared === undefined ? one : { ...one, declared };
  });
  return { root: resolved, limits: walk.limits, looked, skips: walk.skips, limitsReached: [...walk.limitsReached] };
}

/** The second half: reads each file once. */
export function readListedTree(listed: ListedTree): SourceTree {
  const read = inspectorOf(listed);
  return treeOf(
    listed,
    listed.looked.map((one) => ('reason' in one ? one : read(one))),
  );
}

/** The tree of a listing and of what its files turned out to be, in its order. */
export function treeOf(listed: Omit<ListedTree, 'looked'>, results: readonly (SourceFile | Skip)[]): SourceTree {
  const files: SourceFile[] = [];
  const skips = [...listed.skips];
  const limitsReached = new Set(listed.limitsReached);
  const { maxTotalBytes } = listed.limits;
  let total = 0;
  for (const result of results) {
    if ('reason' in result) {
      skips.push(result);
      continue;
    }
    const bytes = result.lines === null ? 0 : result.size;
    // What is too much alone leaves room for the smaller ones after it.
    if (total + bytes > maxTotalBytes) {
      limitsReached.add(`Not more than ${maxTotalBytes} bytes of source text were read.`);
      skips.push({ path: result.path, reason: 'limit', detail: 'past the total size that is read' });
      continue;
    }
    total += bytes;
    files.push(result);
  }
  return {
    files,
    skips: skips.sort((a, b) => compareBytes(a.path, b.path)),
    limitsReached: [...limitsReached],
    fingerprint: createHash('sha256').update(JSON.stringify(files)).digest('hex'),
  };
}

/** Reads a file of a listed tree; `take` is told its bytes. */
export function inspectorOf(
  { root, limits }: Pick<ListedTree, 'root' | 'limits'>,
  take?: TakeBytes,
): (file: LookedFile) => SourceFile | Skip {
  const place = { root, maxFileBytes: limits.maxFileBytes };
  return ({ path, state, declared }) => inspectFile(place, path, state.size, { declared, take });
}

/** Orders strings by their UTF-8 bytes: the same on every machine, whatever its locale. */
export function compareBytes(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let at = 0; at < end; at += 1) {
    const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (one === other) continue;
    // Halves of characters stand before others in UTF-16 that UTF-8 has before them.
    if (one >= 0xd800 && other >= 0xd800) return Buffer.compare(Buffer.from(a), Buffer.from(b));
    return one - other;
  }
  return a.length - b.length;
}

/** The real path of a folder. @throws ValidationError when it is none that can be read */
export async function resolveFolder(root: string): Promise<string> {
  try {
    const resolved = await realpath(root);
    if ((await lstat(resolved)).isDirectory()) return resolved;
  } catch (error) {
    throw await refusal(`The folder cannot be read (${errorCode(error)})`);
  }
  throw await refusal('That is a file, not a folder');
}

/** Loaded when it is needed: it brings GraphQL along, and a thread that lists files has no other use for that. */
async function refusal(message: string): Promise<Error> {
  const { ValidationError } = await import('../platform/errors.ts');
  return new ValidationError(message);
}

/** `folder` relative to `root` with forward slashes, or null when it does not lie in it. */
function pathInside(root: string, folder: string): string | null {
  const path = relative(root, folder);
  return path !== '' && isInside(root, folder) ? path.replaceAll(sep, '/') : null;
}

async function walkFolder(walk: Walk, folder: string, depth: number): Promise<void> {
  walk.signal?.throwIfAborted();
  if (depth > walk.limits.maxDepth) {
    walk.limitsReached.add(`Folders nested deeper than ${walk.limits.maxDepth} were not opened.`);
    skip(walk, folder, 'limit', 'nested too deeply');
    return;
  }
  let entries: Dirent[];
  try {
    entries = await readdir(join(walk.root, folder), { withFileTypes: true });
  } catch (error) {
    if (folder === '') throw await refusal(`The folder cannot be read (${errorCode(error)})`);
    skip(walk, folder, 'unreadable', errorCode(error));
    return;
  }
  entries.sort((a, b) => compareBytes(a.name, b.name));
  const besideManifest = entries.some((entry) => isManifestName(entry.name));
  const nested = folder !== '' && entries.some((entry) => entry.name === '.git');
  if (nested) {
    skip(walk, folder, 'submodule', 'another repository inside this one');
    return;
  }
  if (folder !== '' && entries.some((entry) => isOutputListName(entry.name))) {
    leaveOut(walk, folder, 'vendored', null);
    return;
  }
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (entry.name === '.git') continue;
      if (walk.excluded.has(path)) leaveOut(walk, path, 'excluded', null);
      else if (isVendoredFolder(entry.name, { inRoot: folder === '', besideManifest }))
        leaveOut(walk, path, 'vendored', null);
      else await walkFolder(walk, path, depth + 1);
    } else if (!takePath(walk, path)) return;
  }
}

function takePath(walk: Walk, path: string): boolean {
  if (walk.paths.length >= walk.limits.maxFiles) {
    walk.limitsReached.add(`Only the first ${walk.limits.maxFiles} files were looked at.`);
    return false;
  }
  walk.paths.push(path);
  return true;
}

/** Takes the paths of a listing, sorted. */
function takeListing(walk: Walk, listing: GitListing): void {
  for (const path of listing.submodules) skip(walk, path, 'submodule', 'another repository inside this one');
  const { declared } = listing;
  if (declared === null) walk.limitsReached.add('Git could not tell what .gitattributes declares.');
  const vendoredAbove = vendoredFolders(listing.files);
  for (const path of [...listing.files].sort(compareBytes)) {
    const excluded = excludedAncestor(walk, path);
    const vendored = excluded === null ? vendoredAbove(path, denialOf(declared?.get(path))) : null;
    if (excluded !== null) leaveOut(walk, excluded, 'excluded', 1);
    else if (vendored !== null) leaveOut(walk, vendored, 'vendored', 1);
    else if (!takePath(walk, path)) return;
  }
}

/** Notes a folder as left out, or one more file in it. */
function leaveOut(walk: Walk, folder: string, reason: 'excluded' | 'vendored', files: 1 | null): void {
  const known = walk.named.get(folder);
  if (known === undefined) walk.named.set(folder, { reason, files });
  else if (known.files !== null) known.files += 1;
}

/** Names each folder that was left out, once. */
function nameFolders(walk: Walk): void {
  for (const [path, { reason, files }] of walk.named) {
    const detail = reason === 'vendored' ? 'a folder of foreign or built code' : 'a folder of this program itself';
    walk.skips.push({ path, reason, detail, folderOf: files });
  }
}

function excludedAncestor(walk: Walk, path: string): string | null {
  return [...walk.excluded].find((folder) => path === folder || path.startsWith(`${folder}/`)) ?? null;
}

function skip(walk: Walk, path: string, reason: Skip['reason'], detail: string): void {
  walk.skips.push({ path, reason, detail });
}
