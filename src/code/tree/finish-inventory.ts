import { openContentCache } from '../../platform/content-cache.ts';
import { readManifests } from '../manifests.ts';
import { readPackages } from '../packages.ts';
import { treeOf } from '../source-tree.ts';
import { type ChangedFiles, keepSeen } from '../tree-states.ts';
import type { TakenInventory, UnfinishedInventory } from './inventory.ts';
import { keptInventory } from './kept-inventory.ts';
import { packPart } from './packed.ts';
import { isParsed } from './parse-file.ts';

/** The inventory of a listed checkout and of what its files turned out to be, part by part; reads its manifests. */
export async function finishInventory(
  unfinished: UnfinishedInventory,
  parts: readonly ChangedFiles[],
): Promise<TakenInventory> {
  const { root, limits, tracked, kept, state, time } = unfinished;
  const tree = treeOf(
    unfinished,
    parts.flatMap(({ results }) => results),
  );
  const manifests = await readManifests(root, tree);
  const packages = await readPackages(root, tree, manifests);
  const packed = packPart({ tree, manifests, packages, tracked });
  const parsable = tree.files.filter(isParsed).length;
  if (kept !== null) {
    const cache = openContentCache({ ...kept.place, log: { warn: () => undefined } });
    const seen = parts.flatMap((part) => part.seen);
    keepSeen({ root, limits }, seen, { cache, kind: `${kept.kind} files`, time });
    const isLasting = parts.every((part) => part.isLasting);
    if (state !== null && isLasting) cache.write(`${kept.kind} trees`, [[state, keptInventory({ packed, parsable })]]);
    cache.close();
  }
  return { packed, tracked, parsable, opened: parts.reduce((sum, { opened }) => sum + opened, 0) };
}

/** Thread entry: the same of parts as other threads wrote them. */
export default function finishParts(task: {
  unfinished: UnfinishedInventory;
  parts: readonly string[];
}): Promise<TakenInventory> {
  return finishInventory(
    task.unfinished,
    task.parts.map((part): ChangedFiles => JSON.parse(part)),
  );
}
