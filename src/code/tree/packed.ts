import { firstPart, packJson, textsOf } from '../packed-parts.ts';
import { withStubSignatures } from '../python-stubs.ts';
import type { Skip } from '../source-text.ts';
import type { Inventory } from './inventory.ts';
import type { FileResult, ParsedFile } from './parse-file.ts';
import type { ParsedTree } from './parse-tree.ts';

/**
 * One part of what was read, compressed, after its length. Parts are made and read in threads, so that the serving
 * thread only hands bytes on; parts written one after the other are a pack.
 */
export function packPart(part: Inventory | readonly FileResult[]): Uint8Array {
  return packJson(JSON.stringify(part));
}

/** The same of results that are JSON already. */
export function packResults(results: readonly string[]): Uint8Array {
  return packJson(`[${results.join(',')}]`);
}

/** The first part of a pack as it stands there: the inventory. */
export function inventoryPart(pack: Uint8Array): Uint8Array {
  return firstPart(pack);
}

/** The inventory of a pack, whatever follows it. @throws TypeError for bytes that are none */
export function inventoryIn(pack: Uint8Array): Inventory {
  return firstOf(textsOf(pack));
}

/** The parsed files of a pack, without unpacking its inventory. */
export function parsedIn(pack: Uint8Array): ParsedTree {
  const parts = textsOf(pack);
  parts.next();
  return collect(parts);
}

/** The inventory and the parsed files of a pack. @throws TypeError for bytes that are none */
export function unpack(pack: Uint8Array): { inventory: Inventory; parsed: ParsedTree } {
  const parts = textsOf(pack);
  return { inventory: firstOf(parts), parsed: collect(parts) };
}

function firstOf(parts: Iterator<string>): Inventory {
  const first = parts.next();
  if (first.done === true) throw new TypeError('A pack begins with its inventory');
  const inventory: Inventory = JSON.parse(first.value);
  return inventory;
}

/** The parsed files of the parts of `parsePacked`, in their order. */
export function unpackParsed(parts: readonly Uint8Array[]): ParsedTree {
  return collect(textsOf(Buffer.concat(parts)));
}

function collect(parts: Iterable<string>): ParsedTree {
  const files: ParsedFile[] = [];
  const skips: Skip[] = [];
  for (const part of parts) {
    const results: FileResult[] = JSON.parse(part);
    for (const result of results) {
      if ('file' in result) files.push(result.file);
      else skips.push(result.skip);
    }
  }
  return { files: withStubSignatures(files), skips };
}
