import { hash } from 'node:crypto';
import { parsedLanguageOf } from '../languages.ts';
import type { SourceFile } from '../source-file.ts';
import { decodeSource, readSourceBytesSync, type Skip } from '../source-text.ts';
import { type ParsedSource, parseSource } from '../symbols.ts';

/** One file as the parser saw it. */
export interface ParsedFile extends ParsedSource {
  readonly path: string;
}

/** One file parsed, or why it was left out. Plain JSON. */
export type FileResult = { readonly file: ParsedFile } | { readonly skip: Skip };

/** What a parser makes of a text: the same for the same text under the same name. Plain JSON. */
export type ParseResult = { readonly source: ParsedSource } | { readonly failure: string };

/** What became of a file that was to be parsed. */
export type FileParse = { readonly sha256: string; readonly result: ParseResult } | { readonly skip: Skip };

/** Whether the symbols of a file are read. */
export function isParsed(file: Pick<SourceFile, 'path' | 'lines'>): boolean {
  return file.lines !== null && parsedLanguageOf(file.path) !== null;
}

/**
 * Reads and parses one file of a folder, with the hash of the bytes that were parsed. Never rejects: what goes wrong is
 * the answer. Waits for the disk, so it belongs into a thread. `root` is a resolved path; `held` are the file's bytes
 * where they were read before.
 */
export async function parseFile(
  root: string,
  path: string,
  maxBytes: number,
  held: Uint8Array | null = null,
): Promise<FileParse> {
  // What stands in shared memory is copied: not every reader of text takes it from there.
  const read = held === null ? readSourceBytesSync(root, path, maxBytes) : { bytes: Buffer.from(held) };
  if ('reason' in read) return { skip: { path, ...read } };
  const decoded = decodeSource(read.bytes);
  if ('reason' in decoded) return { skip: { path, ...decoded } };
  const sha256 = hash('sha256', read.bytes);
  try {
    // By its name alone: the same text means the same in every folder.
    return { sha256, result: { source: await parseSource(nameOf(path), decoded.text) } };
  } catch (error) {
    return { sha256, result: { failure: error instanceof RangeError ? 'nested too deeply' : 'the parser failed' } };
  }
}

/** What a result is kept under: the content, and the name, whose ending tells the language and the dialect. */
export function resultKey(sha256: string, path: string): string {
  return `${sha256}/${nameOf(path)}`;
}

/** A kept result as it stands in a pack, without taking it apart. `kept` is the JSON of a ParseResult. */
export function resultAt(path: string, kept: string): string {
  const named = `{"path":${JSON.stringify(path)},`;
  if (kept.startsWith(SOURCE)) return `{"file":${named}${kept.slice(SOURCE.length)}`;
  const { failure }: { failure: string } = JSON.parse(kept);
  return JSON.stringify({ skip: { path, reason: 'parser-failed', detail: failure } satisfies Skip });
}

/** How the JSON of a result with symbols begins. */
const SOURCE = '{"source":{';

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
