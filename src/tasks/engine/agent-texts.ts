import type { SourceFile } from '../../code/source-file.ts';
import { RefusedRequest } from './agent-copy.ts';

/** What lies in a folder, one entry a line, folders with the number of files in them. @throws RefusedRequest */
export function listed(
  files: readonly Pick<SourceFile, 'path' | 'lines' | 'size'>[],
  folder: string,
  room: number,
): string {
  const prefix = folder === '' ? '' : `${folder}/`;
  const inside = files.filter(({ path }) => path.startsWith(prefix));
  if (inside.length === 0 && folder !== '')
    throw new RefusedRequest(`There is no folder ${JSON.stringify(folder.slice(0, 200))}`);
  const folders = new Map<string, number>();
  const here: string[] = [];
  for (const { path, lines, size } of inside) {
    const rest = path.slice(prefix.length);
    const slash = rest.indexOf('/');
    if (slash < 0) here.push(`${rest} ${lines === null ? `${size} bytes` : `${lines} lines`}`);
    else folders.set(rest.slice(0, slash), (folders.get(rest.slice(0, slash)) ?? 0) + 1);
  }
  const names = [...folders].map(([name, count]) => `${name}/ ${count} files`);
  const all = [...names.sort(), ...here.sort()];
  let size = 0;
  const kept = all.filter((line, index) => {
    size += line.length + 1;
    return index === 0 || size <= room;
  });
  const more = all.length - kept.length;
  return [`${folder || '.'}: ${inside.length} files`, ...kept, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

/**
 * A text with one stretch of it replaced, which must stand there once. Models write lines with a newline alone; the
 * file keeps its own ends of lines. @throws RefusedRequest
 */
export function newText(text: string, { find, replace }: { readonly find: string; readonly replace: string }): string {
  if (find === '') throw new RefusedRequest('The file exists: say what is to be replaced');
  const isWindows = text.includes('\r\n') && !/(?<!\r)\n/.test(text);
  const plain = isWindows ? text.replaceAll('\r\n', '\n') : text;
  const wanted = isWindows ? find.replaceAll('\r\n', '\n') : find;
  const at = plain.indexOf(wanted);
  if (at < 0)
    throw new RefusedRequest('The text to find does not stand in the file; numbers of lines are no part of it');
  if (plain.indexOf(wanted, at + 1) >= 0) {
    throw new RefusedRequest('The text to find stands there more than once: take more lines around it');
  }
  const put = isWindows ? replace.replaceAll('\r\n', '\n') : replace;
  const made = plain.slice(0, at) + put + plain.slice(at + wanted.length);
  return isWindows ? made.replaceAll('\n', '\r\n') : made;
}
