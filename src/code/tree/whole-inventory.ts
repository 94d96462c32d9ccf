import type { ContentCache } from '../../platform/content-cache.ts';
import { readManifests } from '../manifests.ts';
import { readPackages } from '../packages.ts';
import { type ListedTree, readListedTree } from '../source-tree.ts';
import { type ReadTree, readChangedTree } from '../tree-states.ts';
import type { TakenInventory } from './inventory.ts';
import { packPart } from './packed.ts';
import { isParsed } from './parse-file.ts';

interface WholeInventory {
  readonly listed: ListedTree;
  readonly tracked: readonly string[];
  /** Where it is kept what files held in which state, and when the listing began; null to read every file. */
  readonly seen: { readonly cache: ContentCache; readonly kind: string; readonly time: number } | null;
}

/** Reads the files of a listed tree that are not known in their state, and its manifests. */
export async function readWholeInventory({
  listed,
  tracked,
  seen,
}: WholeInventory): Promise<TakenInventory & { isLasting: boolean }> {
  const { tree, opened, isLasting }: ReadTree =
    seen === null
      ? { tree: readListedTree(listed), opened: listed.looked.length, isLasting: false }
      : readChangedTree(listed, seen.cache, seen.kind, seen.time);
  const manifests = await readManifests(listed.root, tree);
  const packages = await readPackages(listed.root, tree, manifests);
  const packed = packPart({ tree, manifests, packages, tracked });
  return { packed, tracked, parsable: tree.files.filter(isParsed).length, opened, isLasting };
}
