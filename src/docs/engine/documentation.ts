import { type Manifest, readManifests } from '../../code/manifests.ts';
import { readSourceTree, type SourceTree, type TreeLimits } from '../../code/source-tree.ts';
import type { ThreadPool } from '../../platform/thread-pool.ts';
import { choosePagePaths } from './page-paths.ts';
import { parseTree } from './parse-tree.ts';
import { makePatch, type Page } from './patch.ts';
import { describeProject, type ProjectModel, type RepositoryFacts } from './project-model.ts';
import { writePages } from './write-pages.ts';

/** What a checkout holds, before any of it is parsed. Plain JSON. */
export interface Inventory {
  readonly tree: SourceTree;
  readonly manifests: readonly Manifest[];
}

/** The finished documentation of a checkout. Plain JSON. */
export interface Documentation {
  readonly model: ProjectModel;
  readonly pages: readonly Page[];
  readonly patch: string;
}

/** First step: the files and manifests of a checkout. */
export async function takeInventory(
  root: string,
  options: { signal?: AbortSignal; limits?: Partial<TreeLimits> } = {},
): Promise<Inventory> {
  const tree = await readSourceTree(root, options);
  return { tree, manifests: await readManifests(root, tree, options.signal) };
}

/** Last step: the pages at paths that are free, and the patch that adds them. Writes nothing. */
export async function makeDocumentation(
  root: string,
  model: ProjectModel,
  signal?: AbortSignal,
): Promise<{ pages: Page[]; patch: string }> {
  const pages = writePages(model, await choosePagePaths(root, signal));
  signal?.throwIfAborted();
  return { pages, patch: await makePatch(root, pages) };
}

/**
 * All steps in a row, for callers that need no resuming between them. Rejects with a ValidationError when `root` is no
 * readable folder, and with the signal's reason when it is aborted.
 */
export async function documentFolder(
  root: string,
  repository: RepositoryFacts,
  pool: ThreadPool,
  options: {
    signal?: AbortSignal;
    limits?: Partial<TreeLimits>;
    onProgress?: (done: number, total: number) => void;
  } = {},
): Promise<Documentation> {
  const { tree, manifests } = await takeInventory(root, options);
  const parsed = await parseTree({
    root,
    files: tree.files,
    pool,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    ...(options.limits?.maxFileBytes === undefined ? {} : { maxFileBytes: options.limits.maxFileBytes }),
  });
  const model = describeProject(parsed, manifests, tree, repository);
  return { model, ...(await makeDocumentation(root, model, options.signal)) };
}
