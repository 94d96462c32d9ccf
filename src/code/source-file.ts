import { hash } from 'node:crypto';
import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Declaration } from './git-attributes.ts';
import { hasBinaryExtension, languageOf, parsedLanguageOf } from './languages.ts';
import { foreignScript, generatedByName, generatedByText, leftOutAsDeclared } from './left-out.ts';
import { countLines } from './lines.ts';
import { decodeSource, errorCode, isInside, readSourceBytesSync, type Skip, type TextEncoding } from './source-text.ts';

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
  /** SHA-256 of its bytes in hex; null for a file that is too large to be read whole. */
  readonly sha256: string | null;
}

const HEAD_BYTES = 4_096;

/** Where a file is looked for, and how much of it is read at most. `root` is a resolved path. */
export interface Place {
  readonly root: string;
  readonly maxFileBytes: number;
}

/** What the file system tells of a regular file without opening it: another one when its content may be another. */
export type FileState = Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino' | 'dev'>;

/** A regular file that was not opened yet. */
export interface LookedFile {
  readonly path: string;
  readonly state: FileState;
  /** A folder on the way to it is a link. */
  readonly isBehindLink: boolean;
  /** What the repository itself says of it; absent where it says nothing. */
  readonly declared?: Declaration;
}

/** What stands at a path: a file that may be read, or why it is left out. */
export type Looked = LookedFile | Skip;

/**
 * Looks at one path without opening it. Null when it is gone. Never throws. Waits for the disk, so it belongs into a
 * thread. `folders` remembers over many paths which folders are links or stand behind one.
 */
export function lookAt(root: string, path: string, folders: Map<string, boolean>): Looked | null {
  let found: Stats;
  try {
    found = lstatSync(`${root}/${path}`);
  } catch (error) {
    const code = errorCode(error);
    if (path.includes('\uFFFD')) return { path, reason: 'unreadable', detail: 'its name is not UTF-8' };
    // Git lists files that the working copy has deleted: they are not there, so nothing was left out.
    return code === 'ENOENT' || code === 'ENOTDIR' ? null : { path, reason: 'unreadable', detail: code };
  }
  if (found.isSymbolicLink()) return describeLink(root, path);
  if (found.isDirectory()) return { path, reason: 'submodule', detail: 'another repository inside this one' };
  if (!found.isFile()) return { path, reason: 'special-file', detail: 'a device, socket or FIFO' };
  const { size, mtimeMs, ctimeMs, ino, dev } = found;
  const isBehindLink = isLinked(root, path.slice(0, Math.max(0, path.lastIndexOf('/'))), folders);
  return { path, state: { size, mtimeMs, ctimeMs, ino, dev }, isBehindLink };
}

function isLinked(root: string, folder: string, folders: Map<string, boolean>): boolean {
  if (folder === '') return false;
  const known = folders.get(folder);
  if (known !== undefined) return known;
  const above = folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
  const linked =
    isLinked(root, above, folders) || lstatSync(join(root, folder), { throwIfNoEntry: false })?.isDirectory() !== true;
  folders.set(folder, linked);
  return linked;
}

function describeLink(root: string, path: string): Skip {
  try {
    const target = realpathSync.native(join(root, path));
    if (isInside(root, target)) return { path, reason: 'symlink', detail: 'a symbolic link inside the folder' };
    return { path, reason: 'symlink-outside', detail: 'a symbolic link that leads out of the folder' };
  } catch {
    return { path, reason: 'symlink', detail: 'a symbolic link to nothing' };
  }
}

/** Told the bytes of a file that was read whole: others may want to know what stands in it. */
export type TakeBytes = (path: string, bytes: Uint8Array) => void;

/** What is known of a file before it is read, and who is told its bytes. */
interface InspectOptions {
  readonly declared?: Declaration | undefined;
  readonly take?: TakeBytes | undefined;
}

/** Reads one regular file, once: what it is, or why it is left out. Never throws. Waits for the disk. */
export function inspectFile(
  place: Place,
  path: string,
  size: number,
  { declared, take = () => undefined }: InspectOptions = {},
): SourceFile | Skip {
  if (hasBinaryExtension(path)) return { path, reason: 'binary', detail: 'by its ending' };
  const name = path.slice(path.lastIndexOf('/') + 1);
  const generated = generatedByName(name, { isDenied: declared?.generated === false });
  if (generated !== null) return { path, ...generated };
  const language = languageOf(path);
  if (parsedLanguageOf(path) === null) return inspectOther(place, path, size, take);
  const byRepository = leftOutAsDeclared(declared);
  if (byRepository !== null) return { path, ...byRepository };
  const read = readSourceBytesSync(place.root, path, place.maxFileBytes);
  if ('reason' in read) return { path, ...read };
  const decoded = decodeSource(read.bytes);
  if ('reason' in decoded) return { path, ...decoded };
  const isForeign = declared?.vendored !== false;
  const byText = generatedByText(decoded.text) ?? (isForeign ? foreignScript(path, decoded.text) : null);
  if (byText !== null) return { path, ...byText };
  const { encoding } = decoded;
  const lines = countLines(decoded.text);
  take(path, read.bytes);
  return { path, size: read.bytes.length, language, encoding, lines, sha256: hashOf(read.bytes) };
}

/** A file whose symbols are not read: its beginning says whether it is text. */
function inspectOther(place: Place, path: string, size: number, take: TakeBytes): SourceFile | Skip {
  const isWhole = size <= place.maxFileBytes;
  const read = readSourceBytesSync(place.root, path, isWhole ? place.maxFileBytes : HEAD_BYTES, { headOnly: true });
  if ('reason' in read) return { path, ...read };
  const head = read.bytes.subarray(0, HEAD_BYTES);
  const wide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (!wide && head.includes(0)) return { path, reason: 'binary', detail: 'it holds NUL bytes' };
  const isRead = isWhole && read.bytes.length === read.size;
  if (isRead) take(path, read.bytes);
  const sha256 = isRead ? hashOf(read.bytes) : null;
  return { path, size, language: languageOf(path), encoding: null, lines: null, sha256 };
}

function hashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}
