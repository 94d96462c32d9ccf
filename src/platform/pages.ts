import { z } from 'zod';
import { unfit } from './errors.ts';

/** Farthest into a list that a page may begin by number. */
const maxOffset = 10_000_000;

/** The form of a connection's `offset` argument. */
export const offset = z
  .int()
  .min(0, 'must not be negative')
  .max(maxOffset, `must be at most ${maxOffset}; go on with a cursor instead`);

/** How Pothos asks Prisma for a page: beginning at a row, skipping it, and backwards when `take` is negative. */
interface PrismaPage {
  readonly cursor?: { readonly id?: unknown } | undefined;
  readonly skip: number;
  readonly take: number;
}

/**
 * A page of a list ordered by id, newest first, with the cursor as a comparison. Prisma's own cursor must be a row of
 * the list: one that was deleted meanwhile gives an empty page, and somebody else's row gives another answer than none.
 */
export function newestFirst<Page extends PrismaPage, Where extends object>(page: Page, where: Where) {
  const { cursor, skip: _, ...query } = page;
  const beyond = typeof cursor?.id === 'string' ? { id: page.take < 0 ? { gt: cursor.id } : { lt: cursor.id } } : {};
  return { ...query, where: { AND: [where, beyond] }, orderBy: { id: 'desc' as const } };
}

/**
 * The same page, begun `offset` rows later; after a cursor they are counted from there.
 * @throws ValidationError when the page is counted from the end
 */
export function skipping<Page extends { readonly take: number }>(
  page: Page,
  args: { readonly offset?: number | null | undefined },
) {
  if (typeof args.offset !== 'number') return page;
  if (page.take < 0) {
    throw unfit('offset', 'goes with first, not with last or before');
  }
  return { ...page, skip: args.offset };
}
