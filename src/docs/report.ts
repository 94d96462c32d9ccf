export { percentageOf } from './engine/coverage.ts';

import { z } from 'zod';

/** Coverage as it is kept with the job. */
export const coverageReport = z.object({
  publicSymbols: z.int(),
  documentedSymbols: z.int(),
  modules: z
    .array(
      z.object({
        path: z.string(),
        publicSymbols: z.int(),
        documentedSymbols: z.int(),
        undocumented: z.array(z.object({ name: z.string(), kind: z.string(), line: z.int() })).readonly(),
      }),
    )
    .readonly(),
});
export type Coverage = z.infer<typeof coverageReport>;

/** Files that were left out, as they are kept with the job. */
export const skippedFiles = z.array(z.object({ path: z.string(), reason: z.string() }));
export type SkippedFiles = z.infer<typeof skippedFiles>;
