import { z } from 'zod';
import type { App } from '../app.ts';
import { readCoverage } from '../code/coverage/coverage.ts';
import type { HashedTree } from '../code/hashed-tree.ts';
import { measureTree } from '../code/quality/quality.ts';
import type { ThreadPool } from '../platform/thread-pool.ts';
import type { Work } from './progress.ts';

const share = z.object({ part: z.int(), of: z.int() }).nullable();

/** What is measured of a tree besides its findings, as it is kept for a later attempt; null where it could not be. */
const measures = z.object({
  /** The shares that enter the score. */
  complexity: share,
  duplication: share,
  documentation: share,
  coverage: z.object({ percent: z.number().nullable(), reason: z.string().nullable(), source: z.string().nullable() }),
  gaps: z.array(z.object({ file: z.string().nullable(), engine: z.string(), reason: z.string() })),
});
export type Measures = z.infer<typeof measures>;

/** What is measured, and the signal that ends it. */
export interface MeasuredTree {
  readonly hashed: HashedTree;
  /** Those that its analysers share. */
  readonly threads: ThreadPool;
  /** Whether the analysis of its quality came to an end: without it nothing but the coverage is measured. */
  readonly hasQuality: boolean;
  readonly signal: AbortSignal;
}

/**
 * Measures a tree, once: a later attempt takes it up again. What an analysis of its quality has just looked at is not
 * looked at again, so it is to be called after that. Rejects with the signal's reason, and with bugs.
 */
export function measure(
  app: App,
  work: Work,
  { hashed, threads, hasQuality, signal }: MeasuredTree,
): Promise<Measures> {
  return work.step<Measures>('measure', measures, async () => {
    const { root, tree, hashes } = hashed;
    const { cache } = app;
    const { coverage, reason } = await readCoverage(root, tree, { threads, signal });
    const source = coverage === null ? null : named(coverage.reports.map(({ path }) => path));
    const read = { percent: coverage?.percent ?? null, reason, source };
    if (!hasQuality) return { complexity: null, duplication: null, documentation: null, coverage: read, gaps: [] };
    const found = await measureTree({ root, files: tree.files, hashes, threads, cache, signal });
    const { complexity, duplication, documentation, reasons } = found;
    const gaps = Object.values(reasons).map((one) => ({ file: null, engine: 'millwright', reason: one }));
    return { complexity, duplication, documentation, coverage: read, gaps };
  });
}

/** How many reports are named; the rest is counted. */
const mostNamed = 5;

function named(paths: readonly string[]): string {
  const more = paths.length - mostNamed;
  return `${paths.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
