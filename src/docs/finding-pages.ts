import { NotFoundError } from '../platform/errors.ts';
import type { HealthFinding } from './health-report.ts';

/** Which part of a list is asked for: Relay's arguments. The sizes have been held to their limits before. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
}

/**
 * A page of a list of findings. Cursors are those of every list of the API: they name what they stand at, here by its
 * fingerprint, so a page begins at the same finding whatever was filtered out before it.
 * @throws NotFoundError for a cursor of another list
 */
export function findingPage(findings: readonly HealthFinding[], args: PageArguments, ordinarySize: number) {
  const start = args.after ? placeOf(findings, args.after) + 1 : 0;
  const end = args.before ? placeOf(findings, args.before) : findings.length;
  const { first, last } = args;
  const size = first ?? (typeof last === 'number' ? null : ordinarySize);
  const from = size === null ? Math.max(start, end - (last ?? 0)) : start;
  const to = size === null ? end : Math.min(end, start + size);
  const shown = findings.slice(from, Math.max(from, to));
  const edges = shown.map((node) => ({ node, cursor: cursorOf(node) }));
  return {
    edges,
    pageInfo: {
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
      hasPreviousPage: from > 0,
      hasNextPage: to < findings.length,
    },
    totalCount: findings.length,
  };
}

function cursorOf({ fingerprint }: HealthFinding): string {
  const id = fingerprint.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return Buffer.from(`GPC:S:${id}`).toString('base64');
}

function placeOf(findings: readonly HealthFinding[], cursor: string): number {
  const place = findings.findIndex((one) => cursorOf(one) === cursor);
  if (place < 0) throw new NotFoundError('Finding');
  return place;
}
