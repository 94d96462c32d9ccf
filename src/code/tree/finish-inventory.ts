import { openContentCache } from '../../platform/content-cache.ts';
import { readManifests } from '../manifests.ts';
import { readPackages } from '../packages.ts';
import { treeOf } from '../source-tree.ts';
import { type ChangedFiles, keepSeen } from '../tree-states.ts';
import { heldOf } from './held-bytes.ts';
import type { ReadPart, TakenInventory, UnfinishedInventory } from './inventory.ts';
import { keptInventory } from './kept-inventory.ts';
import { packPart } from './packed.ts';
import { isParsed } from './parse-file.ts';

/** The inventory of a listed checkout and of what its files turned out to be, part by part; reads its manifests. */
export async function finishInventory(
  unfinished: UnfinishedInventory,
  parts: readonly ReadPart[],
): Promise<TakenInventory> {
  const { root, limits, tracked, kept, state } = unfinished;
  const results = parts.flatMap((part): ChangedFiles['results'] => JSON.parse(part.results));
  const tree = treeOf(unfinished, results);
  const files = new Set<unknown>(tree.files);
  const manifests = await readManifests(root, tree);
  const packages = await readPackages(root, tree, manifests);
  const packed = packPart({ tree, manifests, packages, tracked });
  const parsable = tree.files.filter(isParsed).length;
  if (kept !== null) {
    const cache = openContentCache({ ...kept.place, log: { warn: () => undefined } });
    const seen = parts.map((part) => part.seen);
    keepSeen({ root, limits }, seen, { cache, kind: `${kept.kind} files` });
    const isLasting = parts.every((part) => part.isLasting);
    if (state !== null && isLasting) cache.write(`${kept.kind} trees`, [[state, keptInventory({ packed, parsable })]]);
    cache.close();
  }
  const opened = parts.reduce((sum, part) => sum + part.opened, 0);
  const held = opened === 0 ? null : heldOf(parts, (index) => files.has(results[index]));
  return { packed, tracked, parsable, opened, held };
}

/** Thread entry: the same of parts that other threads read. */
export default function finishParts(task: {
  unfinished: UnfinishedInventory;
  parts: readonly ReadPart[];
}): Promise<TakenInventory> {
  return finishInventory(task.unfinished, task.parts);
}
