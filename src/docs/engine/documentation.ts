import { type InventoryOptions, takeInventory } from '../../code/tree/inventory.ts';
import { unpack } from '../../code/tree/packed.ts';
import { parsePacked } from '../../code/tree/parse-tree.ts';
import type { ThreadPool } from '../../platform/thread-pool.ts';
import { readExamples } from './examples.ts';
import { choosePagePaths, type PagePaths } from './page-paths.ts';
import { makePatch, type Page } from './patch.ts';
import { describeProject, type ProjectModel, type RepositoryFacts } from './project-model.ts';
import { writePages } from './write-pages.ts';

/** The finished documentation of a checkout. Plain JSON. */
export interface Documentation {
  readonly model: ProjectModel;
  readonly pages: readonly Page[];
  readonly patch: string;
}

/** Last step: the pages at paths that are free, and the patch that adds them. Writes nothing. */
export async function makeDocumentation(
  root: string,
  model: ProjectModel,
  paths: PagePaths,
): Promise<{ pages: Page[]; patch: string }> {
  const pages = writePages(model, paths, readExamples(root, model));
  return { pages, patch: await makePatch(root, pages) };
}

/**
 * All steps in a row, for callers that need no resuming between them. The pages are made in the caller's thread.
 * Rejects with a ValidationError when `root` is no readable folder, and with the signal's reason when it is aborted.
 */
export async function documentFolder(
  root: string,
  repository: RepositoryFacts,
  pool: ThreadPool,
  options: InventoryOptions & { onProgress?: (done: number, total: number) => void } = {},
): Promise<Documentation> {
  const { packed, files } = await takeInventory(root, pool, options);
  const { parts } = await parsePacked({
    root,
    files,
    pool,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    ...(options.limits?.maxFileBytes === undefined ? {} : { maxFileBytes: options.limits.maxFileBytes }),
  });
  const { inventory, parsed } = unpack(Buffer.concat([packed, ...parts]));
  const model = describeProject(parsed, inventory.manifests, inventory.tree, repository, inventory.packages);
  options.signal?.throwIfAborted();
  const paths = await choosePagePaths(root, { tracked: inventory.tracked });
  return { model, ...(await makeDocumentation(root, model, paths)) };
}
