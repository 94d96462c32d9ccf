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
