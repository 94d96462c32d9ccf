import { openContentCache } from '../../platform/content-cache.ts';
import type { Looked } from '../source-file.ts';
import { readChangedFiles, readFiles, seenText } from '../tree-states.ts';
import { ByteHolder } from './held-bytes.ts';
import type { ReadPart, UnfinishedInventory } from './inventory.ts';

/** Some files of a listed checkout. */
export interface TreePart {
  readonly unfinished: UnfinishedInventory;
  readonly looked: readonly Looked[];
  /** How many parts there are. */
  readonly parts: number;
}

/** Reads the files of a part that are not known in their state. */
export function readPart({ unfinished: { root, limits, kept, time }, looked, parts }: TreePart): ReadPart {
  const holder = new ByteHolder(parts);
  const take = (path: string, bytes: Uint8Array): void => holder.hold(path, bytes);
  const read = (): ReturnType<typeof readFiles> => {
    if (kept === null) return readFiles({ root, limits, looked }, take);
    const cache = openContentCache({ ...kept.place, log: { warn: () => undefined } });
    try {
      return readChangedFiles({ root, limits, looked }, { cache, kind: `${kept.kind} files`, time }, take);
    } finally {
      cache.close();
    }
  };
  const { results, seen, opened, isLasting } = read();
  return {
    results: JSON.stringify(results),
    seen: seenText(seen),
    opened,
    isLasting,
    bytes: holder.shared(),
    places: holder.placesOf(results.map(({ path }) => path)),
  };
}

/** Thread entry. Texts are cheaper to hand over than what they say: the serving thread only passes them on. */
export default function readPartOf(part: Omit<TreePart, 'looked'> & { looked: string }): ReadPart {
  return readPart({ ...part, looked: JSON.parse(part.looked) });
}
