export { percentageOf } from './engine/coverage.ts';
export { type HealthReport, healthReport } from './health-report.ts';

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

/** How much each rule left out, as it is kept with the job. */
export const leftOutCounts = z.array(z.object({ reason: z.string(), files: z.int(), folders: z.int() }));

/** Who wrote each page, as it is kept with the job. */
export const pageReports = z.array(z.object({ path: z.string(), engine: z.string(), reason: z.string().nullable() }));
export type PageReport = z.infer<typeof pageReports>[number];
