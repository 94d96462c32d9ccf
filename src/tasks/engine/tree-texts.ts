import type { SourceFile } from '../../code/source-file.ts';
import { decodeSource, readSourceBytesSync } from '../../code/source-text.ts';

/** The text of one file, line by line. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

const LARGEST_SOURCE = 2 * 1024 * 1024;
const LARGEST_OTHER = 256 * 1024;

/** Whether the text of a file is searched: sources, prose and settings; no data. */
export function isSearched({ lines, language, size, path }: SourceFile): boolean {
  if (lines !== null) return true;
  const largest = language === 'JSON' ? LARGEST_OTHER / 8 : LARGEST_OTHER;
  return (language !== null || /(?:^|\/)(?:Dockerfile|\.env)[\w.-]*$/.test(path)) && size <= largest;
}

/** Texts of a tree, one at a time, in path order; files that cannot be read are left out. Waits for the disk. */
export function* textsOfTree(root: string, files: readonly SourceFile[]): Generator<TextFile> {
  for (const { path } of files.filter(isSearched)) {
    const file = textAt(root, path);
    if (file !== null) yield file;
  }
}

/** The text of one file, or null. Waits for the disk. */
export function textAt(root: string, path: string): TextFile | null {
  const read = readSourceBytesSync(root, path, LARGEST_SOURCE);
  if ('reason' in read) return null;
  const decoded = decodeSource(read.bytes);
  if ('reason' in decoded) return null;
  const text = decoded.text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  return { path, text, lines: text.split('\n') };
}
