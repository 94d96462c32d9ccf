import { openContentCache } from '../../platform/content-cache.ts';
import { readGitOutput } from '../git-files.ts';
import { seenAhead } from '../looked-ahead.ts';
import { type ListedTree, listSourceTree } from '../source-tree.ts';
import { stateOfTree } from '../tree-states.ts';
import type { Inquiry, TakenInventory, UnreadInventory } from './inventory.ts';
import { inventoryFrom } from './kept-inventory.ts';

/** Below so many files, another thread costs more than it saves. */
const LEAST_FILES = 2_000;

/**
 * Thread entry: the inventory of a checkout. Where every file is in the state of an earlier time, it is the one of that
 * time; nothing is opened then, and the readers of manifests are not even loaded. Of a large checkout it gives parts
 * that several threads can read.
 */
export default async function readInventory(inquiry: Inquiry): Promise<TakenInventory | UnreadInventory> {
  const { root, ahead, limits, excluded, kept } = inquiry;
  const listing = ahead.git === null ? null : readGitOutput(ahead.git);
  const listed = await listSourceTree(root, { limits, excluded, listing, seen: seenAhead(ahead) });
  const tracked = [...new Set([listing?.files ?? [], listing?.submodules ?? []].flatMap((paths) => paths.map(topOf)))];
  if (kept === null) return readOrPart(inquiry, listed, tracked, null);
  // What it has to complain of is told when the files are parsed.
  const cache = openContentCache({ ...kept.place, log: { warn: () => undefined } });
  try {
    const state = stateOfTree(listed, tracked, ahead.time);
    const known = state === null ? undefined : cache.read(`${kept.kind} trees`, [state]).get(state);
    if (known !== undefined) return { ...inventoryFrom(known), tracked, opened: 0, held: null };
    return await readOrPart(inquiry, listed, tracked, state);
  } finally {
    cache.close();
  }
}

async function readOrPart(
  { ahead, kept, threads }: Inquiry,
  listed: ListedTree,
  tracked: readonly string[],
  state: string | null,
): Promise<TakenInventory | UnreadInventory> {
  const { looked, ...rest } = listed;
  const unfinished = { ...rest, tracked, state, time: ahead.time, kept };
  if (threads > 1 && looked.length >= LEAST_FILES) {
    const each = Math.ceil(looked.length / threads);
    const parts = Array.from({ length: threads }, (_, at) => JSON.stringify(looked.slice(at * each, (at + 1) * each)));
    return { unfinished, parts };
  }
  const { readPart } = await import('./read-part.ts');
  const { finishInventory } = await import('./finish-inventory.ts');
  return finishInventory(unfinished, [readPart({ unfinished, looked, parts: 1 })]);
}

/** The first two segments of a path. */
function topOf(path: string): string {
  const second = path.indexOf('/', path.indexOf('/') + 1);
  return second > 0 ? path.slice(0, second) : path;
}
