import { openContentCache } from '../../platform/content-cache.ts';
import { readGitOutput } from '../git-files.ts';
import { listSourceTree } from '../source-tree.ts';
import { stateOfTree } from '../tree-states.ts';
import type { Inquiry, TakenInventory } from './inventory.ts';

/**
 * Thread entry: the inventory of a checkout. Where every file is in the state of an earlier time, it is the one of that
 * time; nothing is opened then, and the readers of manifests are not even loaded.
 */
export default async function readInventory({ root, git, limits, excluded, kept }: Inquiry): Promise<TakenInventory> {
  const time = Date.now();
  const listing = git === null ? null : readGitOutput(git);
  const listed = await listSourceTree(root, { limits, excluded, listing });
  const paths = [...(listing?.files ?? []), ...(listing?.submodules ?? [])];
  const tracked = [...new Set(paths.map((path) => path.split('/', 2).join('/')))];
  if (kept === null) {
    const read = await loadReader();
    return read({ listed, tracked, seen: null });
  }
  // What it has to complain of is told when the files are parsed.
  const cache = openContentCache({ ...kept.place, log: { warn: () => undefined } });
  try {
    const state = stateOfTree(listed, tracked, time);
    const known = state === null ? undefined : cache.read(`${kept.kind} trees`, [state]).get(state);
    if (known !== undefined) return { ...withCount(known), tracked, opened: 0 };
    const read = await loadReader();
    const { isLasting, ...taken } = await read({ listed, tracked, seen: { cache, kind: `${kept.kind} files`, time } });
    if (state !== null && isLasting) cache.write(`${kept.kind} trees`, [[state, countFirst(taken)]]);
    return taken;
  } finally {
    cache.close();
  }
}

async function loadReader() {
  return (await import('./whole-inventory.ts')).readWholeInventory;
}

const COUNT_BYTES = 4;

function countFirst({ packed, parsable }: TakenInventory): Uint8Array {
  const bytes = Buffer.allocUnsafe(COUNT_BYTES + packed.length);
  bytes.writeUInt32LE(parsable);
  bytes.set(packed, COUNT_BYTES);
  return bytes;
}

function withCount(kept: Uint8Array): Pick<TakenInventory, 'packed' | 'parsable'> {
  const view = Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength);
  return { parsable: view.readUInt32LE(0), packed: new Uint8Array(view.subarray(COUNT_BYTES)) };
}
