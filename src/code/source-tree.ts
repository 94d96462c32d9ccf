import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { ValidationError } from '../platform/errors.ts';
import { type GitListing, listGitFiles } from './git-files.ts';
import { hasBinaryExtension, languageOf, parsedLanguageOf } from './languages.ts';
import { generatedByName, generatedByText, isManifestName, isVendoredFolder } from './left-out.ts';
import { countLines } from './lines.ts';
import { decodeSource, errorCode, isInside, readSourceBytes, type Skip, type TextEncoding } from './source-text.ts';

/** One file of a checkout that is kept. `language` is null when the ending says nothing. */
export interface SourceFile {
  readonly path: string;
  /** Bytes on disk. */
  readonly size: number;
  readonly language: string | null;
  /** How the text was decoded; null for files whose symbols are not read. */
  readonly encoding: TextEncoding | null;
  /** Lines of text; null for files whose symbols are not read. */
  readonly lines: number | null;
}

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
  /** SHA-256 of paths and sizes: tells two trees apart, not two contents. */
  readonly fingerprint: string;
}

interface Walk {
  readonly root: string;
  readonly limits: TreeLimits;
  readonly signal: AbortSignal | undefined;
  readonly paths: string[];
  readonly skips: Skip[];
  readonly limitsReached: Set<string>;
  readonly vendored: Set<string>;
}

/**
 * Lists the files of a folder. Links are never followed, nothing outside the folder is read, special files are not
 * opened for reading. A git checkout is listed by git, so ignored files are absent; any other folder is walked.
 * Rejects with a ValidationError when `root` is no readable folder, and with the signal's reason when it is aborted.
 */
export async function readSourceTree(
  root: string,
  options: { signal?: AbortSignal; limits?: Partial<TreeLimits> } = {},
): Promise<SourceTree> {
  const walk: Walk = {
    root: await resolveRoot(root),
    limits: { ...DEFAULT_TREE_LIMITS, ...options.limits },
    signal: options.signal,
    paths: [],
    skips: [],
    limitsReached: new Set(),
    vendored: new Set(),
  };
  const listing = await listGitFiles(walk.root, walk.signal);
  if (listing === null) await walkFolder(walk, '', 0);
  else await takeListing(walk, listing);
  walk.paths.sort(compareBytes);
  const files = await inspectAll(walk);
  walk.skips.sort((a, b) => compareBytes(a.path, b.path));
  return {
    files,
    skips: walk.skips,
    limitsReached: [...walk.limitsReached],
    fingerprint: createHash('sha256').update(JSON.stringify(files)).digest('hex'),
  };
}

/** Orders strings by their UTF-8 bytes: the same on every machine, whatever its locale. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

async function resolveRoot(root: string): Promise<string> {
  try {
    const resolved = await realpath(root);
    if ((await lstat(resolved)).isDirectory()) return resolved;
  } catch (error) {
    throw new ValidationError(`The folder cannot be read (${errorCode(error)})`);
  }
  throw new ValidationError('That is a file, not a folder');
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
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (entry.name === '.git') continue;
      if (isVendoredFolder(entry.name, { inRoot: folder === '', besideManifest })) {
        skip(walk, path, 'vendored', 'a folder of foreign or built code');
      } else await walkFolder(walk, path, depth + 1);
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

async function takeListing(walk: Walk, listing: GitListing): Promise<void> {
  for (const path of listing.submodules) skip(walk, path, 'submodule', 'another repository inside this one');
  const folders = new Set<string>();
  for (const path of listing.files) {
    const slash = path.lastIndexOf('/');
    if (isManifestName(path.slice(slash + 1))) folders.add(slash < 0 ? '' : path.slice(0, slash));
  }
  for (const path of [...listing.files].sort(compareBytes)) {
    const vendored = vendoredAncestor(path, folders);
    if (vendored === null) {
      if (!takePath(walk, path)) return;
    } else if (!walk.vendored.has(vendored)) {
      walk.vendored.add(vendored);
      skip(walk, vendored, 'vendored', 'a folder of foreign or built code');
    }
  }
}

function vendoredAncestor(path: string, manifestFolders: ReadonlySet<string>): string | null {
  let start = 0;
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    const parent = path.slice(0, Math.max(0, start - 1));
    const stands = { inRoot: start === 0, besideManifest: manifestFolders.has(parent) };
    if (isVendoredFolder(path.slice(start, slash), stands)) return path.slice(0, slash);
    start = slash + 1;
  }
  return null;
}

function skip(walk: Walk, path: string, reason: Skip['reason'], detail: string): void {
  walk.skips.push({ path, reason, detail });
}

const INSPECTED_AT_ONCE = 16;

async function inspectAll(walk: Walk): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  let total = 0;
  for (let at = 0; at < walk.paths.length; at += INSPECTED_AT_ONCE) {
    walk.signal?.throwIfAborted();
    const batch = walk.paths.slice(at, at + INSPECTED_AT_ONCE);
    const found = await Promise.all(batch.map((path) => inspect(walk, path)));
    for (const [index, result] of found.entries()) {
      const path = batch[index] ?? '';
      if (result === null) continue;
      if ('reason' in result) {
        walk.skips.push(result);
        continue;
      }
      total += result.lines === null ? 0 : result.size;
      if (total > walk.limits.maxTotalBytes && result.lines !== null) {
        walk.limitsReached.add(`Source text past the first ${walk.limits.maxTotalBytes} bytes was not read.`);
        skip(walk, path, 'limit', 'past the total size that is read');
      } else files.push(result);
    }
  }
  return files;
}

/** The file, why it is left out, or null when it is gone. */
async function inspect(walk: Walk, path: string): Promise<SourceFile | Skip | null> {
  const absolute = join(walk.root, path);
  let found: Awaited<ReturnType<typeof lstat>>;
  try {
    found = await lstat(absolute);
  } catch (error) {
    const code = errorCode(error);
    if (path.includes('\uFFFD')) return { path, reason: 'unreadable', detail: 'its name is not UTF-8' };
    // Git lists files that the working copy has deleted: they are not there, so nothing was left out.
    return code === 'ENOENT' || code === 'ENOTDIR' ? null : { path, reason: 'unreadable', detail: code };
  }
  if (found.isSymbolicLink()) return describeLink(walk.root, path);
  if (found.isDirectory()) return { path, reason: 'submodule', detail: 'another repository inside this one' };
  if (!found.isFile()) return { path, reason: 'special-file', detail: 'a device, socket or FIFO' };
  return inspectFile(walk, path, found.size);
}

async function describeLink(root: string, path: string): Promise<Skip> {
  try {
    const target = await realpath(join(root, path));
    if (isInside(root, target)) return { path, reason: 'symlink', detail: 'a symbolic link inside the folder' };
    return { path, reason: 'symlink-outside', detail: 'a symbolic link that leads out of the folder' };
  } catch {
    return { path, reason: 'symlink', detail: 'a symbolic link to nothing' };
  }
}

async function inspectFile(walk: Walk, path: string, size: number): Promise<SourceFile | Skip> {
  if (hasBinaryExtension(path)) return { path, reason: 'binary', detail: 'by its ending' };
  const generated = generatedByName(path.slice(path.lastIndexOf('/') + 1));
  if (generated !== null) return { path, reason: 'generated', detail: generated };
  const language = languageOf(path);
  if (parsedLanguageOf(path) === null) return inspectHead(walk, path, size, language);
  const read = await readSourceBytes(walk.root, path, walk.limits.maxFileBytes);
  if ('reason' in read) return { path, ...read };
  const decoded = decodeSource(read.bytes);
  if ('reason' in decoded) return { path, ...decoded };
  const byText = generatedByText(decoded.text);
  if (byText !== null) return { path, reason: 'generated', detail: byText };
  return { path, size: read.bytes.length, language, encoding: decoded.encoding, lines: countLines(decoded.text) };
}

async function inspectHead(
  walk: Walk,
  path: string,
  size: number,
  language: string | null,
): Promise<SourceFile | Skip> {
  const head = await readSourceBytes(walk.root, path, 4_096, { headOnly: true });
  if ('reason' in head) return { path, ...head };
  const wide = (head.bytes[0] === 0xff && head.bytes[1] === 0xfe) || (head.bytes[0] === 0xfe && head.bytes[1] === 0xff);
  if (!wide && head.bytes.includes(0)) return { path, reason: 'binary', detail: 'it holds NUL bytes' };
  return { path, size, language, encoding: null, lines: null };
}
