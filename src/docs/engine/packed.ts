import { firstPart, packJson, textsOf } from '../../code/packed-parts.ts';
import { withStubSignatures } from '../../code/python-stubs.ts';
import type { Skip } from '../../code/source-text.ts';
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

/** The inventory of a pack, whatever follows it. */
export function inventoryIn(pack: Uint8Array): Inventory {
  const first = textsOf(pack).next();
  const inventory: Inventory = JSON.parse(first.done === true ? '{}' : first.value);
  return inventory;
}

/** The inventory and the parsed files of a pack whose first part is the inventory. */
export function unpack(pack: Uint8Array): { inventory: Inventory; parsed: ParsedTree } {
  const parts = textsOf(pack);
  const first = parts.next();
  const inventory: Inventory = JSON.parse(first.done === true ? '{}' : first.value);
  return { inventory, parsed: collect(parts) };
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
