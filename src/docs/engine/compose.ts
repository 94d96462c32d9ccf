import type { Manifest } from '../../code/manifests.ts';
import type { Skip } from '../../code/source-text.ts';
import type { SourceTree } from '../../code/source-tree.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import type { Coverage } from './coverage.ts';
import { makeDocumentation } from './documentation.ts';
import type { ParsedTree } from './parse-tree.ts';
import { describeProject, type RepositoryFacts } from './project-model.ts';

export interface Composition {
  readonly root: string;
  readonly tree: SourceTree;
  readonly parsed: ParsedTree;
  readonly manifests: readonly Manifest[];
  readonly repository: RepositoryFacts;
}

export interface Composed {
  readonly pages: readonly { readonly path: string; readonly content: string }[];
  /** Unified diff that adds the pages. */
  readonly patch: string;
  readonly coverage: Coverage;
  readonly skips: readonly Skip[];
}

/** This module as a task for a thread. */
export const COMPOSE: ThreadTask<Composition, Composed> = { module: new URL(import.meta.url) };

/** Makes the model, the pages and the patch: pure work on plain data, heavy enough to want a thread. */
export default async function compose(input: Composition): Promise<Composed> {
  const model = describeProject(input.parsed, input.manifests, input.tree, input.repository);
  const { pages, patch } = await makeDocumentation(input.root, model);
  return { pages, patch, coverage: model.coverage, skips: model.skips };
}
