import type { LeftOut } from '../../code/left-out-count.ts';
import type { Skip } from '../../code/source-text.ts';
import type { KeptResults } from '../../code/tree/parse-files.ts';
import type { ThreadPool, ThreadTask } from '../../platform/thread-pool.ts';
import type { HealthFindings } from '../health/check-health.ts';
import type { Coverage } from './coverage.ts';
import type { RepositoryFacts } from './project-model.ts';

export interface Composition {
  readonly root: string;
  /** File with the pack of the inventory and the parsed files. */
  readonly pack: string;
  readonly repository: RepositoryFacts;
  /** Where what is composed is kept, and under which version of what makes it; null to keep nothing. */
  readonly kept: KeptResults | null;
  /** Where it is kept what the health report read before, see `READ_FOR_HEALTH`; absent, it reads for itself. */
  readonly readings?: KeptResults;
}

/** What is made of a checkout save its health. */
export interface ComposedPages {
  /** In UTF-8. */
  readonly pages: readonly { readonly path: string; readonly content: Uint8Array }[];
  /** Unified diff that adds the pages, in UTF-8. */
  readonly patch: Uint8Array;
  readonly coverage: Coverage;
  readonly skips: readonly Skip[];
  readonly leftOut: readonly LeftOut[];
}

export interface Composed extends ComposedPages {
  readonly health: HealthFindings;
}

const COMPOSE_PAGES: ThreadTask<Composition, ComposedPages> = {
  module: new URL('./compose-pages.ts', import.meta.url),
};
const COMPOSE_HEALTH: ThreadTask<Composition, HealthFindings> = {
  module: new URL('./compose-health.ts', import.meta.url),
};

/** The modules whose versions tell whether kept compositions are still right. */
export const COMPOSERS: readonly URL[] = [COMPOSE_PAGES.module, COMPOSE_HEALTH.module];

/**
 * Makes the pages with their patch and the health report side by side, each in a thread of `pool`, and keeps them.
 * Rejects with the signal's reason when it is aborted; when one of the two fails, the other is ended.
 */
export async function composeTree(
  pool: ThreadPool,
  composition: Composition,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Composed> {
  const stop = new AbortController();
  const options = { signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]) };
  try {
    // The report takes longer: it is begun first.
    const [health, pages] = await Promise.all([
      pool.run(COMPOSE_HEALTH, composition, options),
      pool.run(COMPOSE_PAGES, composition, options),
    ]);
    return { ...pages, health };
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}
