import { decodeSource, readSourceBytes, type Skip } from '../../code/source-text.ts';
import { type ParsedSource, parseSource } from '../../code/symbols.ts';

/** One file as the parser saw it. */
export interface ParsedFile extends ParsedSource {
  readonly path: string;
}

/** One file parsed, or why it was left out. Plain JSON. */
export type FileResult = { readonly file: ParsedFile } | { readonly skip: Skip };

/** Reads and parses one file of a folder. Never rejects: what goes wrong is the answer. `root` is a resolved path. */
export async function parseFile(root: string, path: string, maxBytes: number): Promise<FileResult> {
  const read = await readSourceBytes(root, path, maxBytes);
  if ('reason' in read) return { skip: { path, ...read } };
  const decoded = decodeSource(read.bytes);
  if ('reason' in decoded) return { skip: { path, ...decoded } };
  try {
    return { file: { path, ...(await parseSource(path, decoded.text)) } };
  } catch (error) {
    const detail = error instanceof RangeError ? 'nested too deeply' : 'the parser failed';
    return { skip: { path, reason: 'parser-failed', detail } };
  }
}
