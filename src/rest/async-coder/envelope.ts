import { z } from 'zod';

/** The form of a reply that carries something. */
export function envelope<Data extends z.ZodType>(data: Data) {
  return z.object({ success: z.literal(true), data });
}

/** The form of a reply that carries a page of a list. */
export function paged<Shape extends z.core.$ZodLooseShape>(data: Shape) {
  return z.object({
    success: z.literal(true),
    data: z.object(data),
    meta: z.object({ page: z.int(), limit: z.int(), total: z.int(), totalPages: z.int() }),
  });
}

/** Wraps what a reply carries. */
export function succeeded<Data>(data: Data): { readonly success: true; readonly data: Data } {
  return { success: true, data };
}

/** A page, counted from 1. */
export const pageQuery = z.object({
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

/** Where a page stands in its list. */
export function pageMeta({ page, limit, total }: { page: number; limit: number; total: number }) {
  return { page, limit, total, totalPages: Math.ceil(total / limit) };
}
