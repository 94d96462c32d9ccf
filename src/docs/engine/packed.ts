import { gunzipSync, gzipSync } from 'node:zlib';
import type { Skip } from '../../code/source-text.ts';
import type { Inventory } from './inventory.ts';
import type { FileResult, ParsedFile } from './parse-file.ts';
import type { ParsedTree } from './parse-tree.ts';

const NEWLINE = 0x0a;

/**
 * One part of what was read, compressed. Parts are made and read in threads, so that the serving thread only hands
 * bytes on; parts written one after the other are a pack.
 */
export function packPart(part: Inventory | readonly FileResult[]): Uint8Array {
  return gzipSync(`${JSON.stringify(part)}\n`, { level: 1 });
}

/** The inventory and the parsed files of a pack whose first part is the inventory. */
export function unpack(pack: Uint8Array): { inventory: Inventory; parsed: ParsedTree } {
  const [first = '{}', ...rest] = linesOf(gunzipSync(pack));
  const inventory: Inventory = JSON.parse(first);
  return { inventory, parsed: collect(rest) };
}

/** The parsed files of the parts of `parsePacked`, in their order. */
export function unpackParsed(parts: readonly Uint8Array[]): ParsedTree {
  return collect(parts.flatMap((part) => [...linesOf(gunzipSync(part))]));
}

function collect(lines: readonly string[]): ParsedTree {
  const files: ParsedFile[] = [];
  const skips: Skip[] = [];
  for (const line of lines) {
    const results: FileResult[] = JSON.parse(line);
    for (const result of results) {
      if ('file' in result) files.push(result.file);
      else skips.push(result.skip);
    }
  }
  return { files, skips };
}

/** Line by line: the whole may be longer than a string can be. */
function* linesOf(bytes: Buffer): Generator<string> {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, start);
    yield bytes.toString('utf8', start, end < 0 ? bytes.length : end);
    start = end < 0 ? bytes.length : end + 1;
  }
}
