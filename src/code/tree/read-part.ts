import { openContentCache } from '../../platform/content-cache.ts';
import type { Looked } from '../source-file.ts';
import { type ChangedFiles, readChangedFiles, readFiles } from '../tree-states.ts';
import type { UnfinishedInventory } from './inventory.ts';

/** Some files of a listed checkout. */
export interface TreePart {
  readonly unfinished: UnfinishedInventory;
  readonly looked: readonly Looked[];
}

/** Reads the files of a part that are not known in their state. */
export function readPart({ unfinished: { root, limits, kept, time }, looked }: TreePart): ChangedFiles {
  if (kept === null) return readFiles({ root, limits, looked });
  const cache = openContentCache({ ...kept.place, log: { warn: () => undefined } });
  try {
    return readChangedFiles({ root, limits, looked }, { cache, kind: `${kept.kind} files`, time });
  } finally {
    cache.close();
  }
}

/** Thread entry. Texts are cheaper to hand over than what they say: the serving thread only passes them on. */
export default function readPartOf(part: { unfinished: UnfinishedInventory; looked: string }): string {
  return JSON.stringify(readPart({ ...part, looked: JSON.parse(part.looked) }));
}
