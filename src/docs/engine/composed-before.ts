import { createHash } from 'node:crypto';
import { deserialize } from 'node:v8';
import type { ContentCache } from '../../platform/content-cache.ts';
import type { HealthFindings } from '../health/check-health.ts';
import type { Composed, ComposedPages } from './compose.ts';
import { choosePagePaths, type PagePaths } from './page-paths.ts';
import type { RepositoryFacts } from './project-model.ts';

export interface ComposedBefore {
  readonly root: string;
  /** The inventory as it stands in a pack, and what of it git tracks. */
  readonly packed: Uint8Array;
  readonly tracked: readonly string[];
  readonly repository: RepositoryFacts;
}

/**
 * What was composed of the same files before, null when it is not known. What comes out follows from the inventory,
 * which holds the hash of every file that is read, from the repository's facts and from the paths that are free.
 */
export async function composedBefore(
  cache: ContentCache,
  kind: string,
  { root, packed, tracked, repository }: ComposedBefore,
): Promise<Composed | null> {
  const key = composedKey(packed, repository, await choosePagePaths(root, { tracked }));
  const [pages, health] = [keptPages(kind), keptHealth(kind)].map((one) => cache.read(one, [key]).get(key));
  if (pages === undefined || health === undefined) return null;
  const composed: ComposedPages = deserialize(pages);
  const report: HealthFindings = deserialize(health);
  return { ...composed, health: report };
}

/** What pages and patches are kept as. */
export function keptPages(kind: string): string {
  return `${kind} pages`;
}

/** What health reports are kept as. */
export function keptHealth(kind: string): string {
  return `${kind} health`;
}

/** What pages are kept under. */
export function composedKey(packed: Uint8Array, repository: RepositoryFacts, paths: PagePaths): string {
  return createHash('sha256')
    .update(packed)
    .update(JSON.stringify([repository, paths]))
    .digest('hex');
}
