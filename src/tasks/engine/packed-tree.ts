import type { Manifest } from '../../code/manifests.ts';
import type { SourcePackage } from '../../code/packages.ts';
import { textsOf } from '../../code/packed-parts.ts';
import { withStubSignatures } from '../../code/python-stubs.ts';
import type { Skip } from '../../code/source-text.ts';
import type { SourceTree } from '../../code/source-tree.ts';
import type { ParsedSource } from '../../code/symbols.ts';

/** One file of a checkout with what its parser saw in it. */
export interface ParsedFile extends ParsedSource {
  readonly path: string;
}

/** What a checkout holds besides what is in its sources. */
export interface TreeInventory {
  readonly tree: SourceTree;
  readonly manifests: readonly Manifest[];
  readonly packages: readonly SourcePackage[];
}

/** The inventory of a packed checkout. */
export function inventoryOf(packed: Uint8Array): TreeInventory {
  const first = textsOf(packed).next();
  if (first.done === true) throw new TypeError('A pack begins with its inventory');
  const inventory: TreeInventory = JSON.parse(first.value);
  return inventory;
}

/** The parsed files of a packed checkout in path order, and those whose parser failed. */
export function parsedIn(packed: Uint8Array): {
  readonly files: readonly ParsedFile[];
  readonly skips: readonly Skip[];
} {
  const files: ParsedFile[] = [];
  const skips: Skip[] = [];
  const texts = textsOf(packed);
  texts.next();
  for (const text of texts) {
    const results: ({ readonly file: ParsedFile } | { readonly skip: Skip })[] = JSON.parse(text);
    for (const result of results) {
      if ('file' in result) files.push(result.file);
      else skips.push(result.skip);
    }
  }
  return { files: withStubSignatures(files), skips };
}
