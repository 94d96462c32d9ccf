import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { hasBinaryExtension, languageOf, parsedLanguageOf } from './languages.ts';
import { generatedByName, generatedByText } from './left-out.ts';
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

/** Where a file is looked for, and how much of it is read at most. `root` is a resolved path. */
export interface Place {
  readonly root: string;
  readonly maxFileBytes: number;
}

/** Looks at one path: the file, why it is left out, or null when it is gone. Never rejects. */
export async function inspectPath(place: Place, path: string): Promise<SourceFile | Skip | null> {
  const absolute = join(place.root, path);
  let found: Awaited<ReturnType<typeof lstat>>;
  try {
    found = await lstat(absolute);
  } catch (error) {
    const code = errorCode(error);
    if (path.includes('\uFFFD')) return { path, reason: 'unreadable', detail: 'its name is not UTF-8' };
    // Git lists files that the working copy has deleted: they are not there, so nothing was left out.
    return code === 'ENOENT' || code === 'ENOTDIR' ? null : { path, reason: 'unreadable', detail: code };
  }
  if (found.isSymbolicLink()) return describeLink(place.root, path);
  if (found.isDirectory()) return { path, reason: 'submodule', detail: 'another repository inside this one' };
  if (!found.isFile()) return { path, reason: 'special-file', detail: 'a device, socket or FIFO' };
  return inspectFile(place, path, found.size);
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

async function inspectFile(place: Place, path: string, size: number): Promise<SourceFile | Skip> {
  if (hasBinaryExtension(path)) return { path, reason: 'binary', detail: 'by its ending' };
  const generated = generatedByName(path.slice(path.lastIndexOf('/') + 1));
  if (generated !== null) return { path, reason: 'generated', detail: generated };
  const language = languageOf(path);
  if (parsedLanguageOf(path) === null) return inspectHead(place, path, size, language);
  const read = await readSourceBytes(place.root, path, place.maxFileBytes);
  if ('reason' in read) return { path, ...read };
  const decoded = decodeSource(read.bytes);
  if ('reason' in decoded) return { path, ...decoded };
  const byText = generatedByText(decoded.text);
  if (byText !== null) return { path, reason: 'generated', detail: byText };
  return { path, size: read.bytes.length, language, encoding: decoded.encoding, lines: countLines(decoded.text) };
}

async function inspectHead(
  place: Place,
  path: string,
  size: number,
  language: string | null,
): Promise<SourceFile | Skip> {
  const head = await readSourceBytes(place.root, path, 4_096, { headOnly: true });
  if ('reason' in head) return { path, ...head };
  const wide = (head.bytes[0] === 0xff && head.bytes[1] === 0xfe) || (head.bytes[0] === 0xfe && head.bytes[1] === 0xff);
  if (!wide && head.bytes.includes(0)) return { path, reason: 'binary', detail: 'it holds NUL bytes' };
  return { path, size, language, encoding: null, lines: null };
}
