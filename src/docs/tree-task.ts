import type { Finding } from '../code/findings.ts';
import type { ThreadTask } from '../platform/thread-pool.ts';
import type { Coverage } from './engine/coverage.ts';
import type { Page } from './engine/patch.ts';
import type { RepositoryFacts } from './engine/project-model.ts';

/** What is to be documented, and how much of it. Plain data. */
export interface TreeDocumentationRequest {
  readonly root: string;
  /** Inventory and parsed files, packed. */
  readonly packed: Uint8Array;
  readonly repository: RepositoryFacts;
  /** Files that are meant; null for the whole project. */
  readonly only: readonly string[] | null;
  /** What those files are called together; null for the whole project. */
  readonly title: string | null;
}

/** What the docs engine makes of a tree or of a part of it. */
export interface TreeDocumentation {
  /** At paths that are free. */
  readonly pages: readonly Page[];
  readonly coverage: Coverage;
  /** Faults of documents and comments, of the meant files only. */
  readonly findings: readonly Finding[];
  /** Limits that were reached, one sentence each. */
  readonly limitsReached: readonly string[];
}

/** What documents a tree in a thread, which alone loads the engine. */
export const DOCUMENT_TREE: ThreadTask<TreeDocumentationRequest, TreeDocumentation> = {
  module: new URL('./tree-documentation.ts', import.meta.url),
};
