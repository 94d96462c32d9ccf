import { readFile } from 'node:fs/promises';
import type { Inventory } from '../../code/tree/inventory.ts';
import { inventoryPart, unpack } from '../../code/tree/packed.ts';
import type { ParsedTree } from '../../code/tree/parse-tree.ts';
import { type ContentCache, openContentCache } from '../../platform/content-cache.ts';
import type { Composition } from './compose.ts';
import { composedKey } from './composed-before.ts';
import { choosePagePaths, type PagePaths } from './page-paths.ts';
import { describeProject, type ProjectModel } from './project-model.ts';

/** What is composed from. */
export interface PackedProject {
  readonly root: string;
  readonly inventory: Inventory;
  readonly parsed: ParsedTree;
  readonly model: ProjectModel;
  readonly paths: PagePaths;
  /** Null where nothing is kept. */
  readonly cache: ContentCache | null;
  /** What a composition of it is kept under. */
  readonly key: string;
}

/** Unpacks what was read of a checkout and describes it, for as long as `act` works with it. */
export async function withProject<Result>(
  { root, pack, repository, kept, readings }: Composition,
  act: (project: PackedProject) => Promise<Result>,
): Promise<Result> {
  const bytes = await readFile(pack);
  const { inventory, parsed } = unpack(bytes);
  const paths = await choosePagePaths(root, { tracked: inventory.tracked });
  const key = composedKey(inventoryPart(bytes), repository, paths);
  const model = describeProject(parsed, inventory.manifests, inventory.tree, repository, inventory.packages);
  const place = kept?.place ?? readings?.place;
  // What it has to complain of was told when the files were looked for.
  const cache = place === undefined ? null : openContentCache({ ...place, log: { warn: () => undefined } });
  try {
    return await act({ root, inventory, parsed, model, paths, cache, key });
  } finally {
    cache?.close();
  }
}
