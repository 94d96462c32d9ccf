import { z } from 'zod';
import { AnalysisType } from '../generated/prisma/enums.ts';
import { score } from './engine/score.ts';

const type = z.enum(AnalysisType);

/** What an analysis found besides the findings, as it is kept with the job. */
export const analysisReport = z.object({
  filesAnalysed: z.int(),
  linesAnalysed: z.int(),
  /** Findings of each type that was measured. A type that was asked for and is absent could not be measured. */
  counts: z.array(z.object({ type, high: z.int(), medium: z.int(), low: z.int() })),
  score: score.nullable(),
  coverage: z.object({ percent: z.number().nullable(), reason: z.string().nullable(), source: z.string().nullable() }),
  recommendations: z.array(z.string()),
  /** Null without an earlier analysis to compare with. Only the types both have measured are compared. */
  comparison: z.object({ types: z.array(type), added: z.int(), fixed: z.int(), unchanged: z.int() }).nullable(),
  leftOut: z.array(
    // Earlier reports counted no folders.
    z.object({ reason: z.string(), files: z.int(), folders: z.int().default(0) }),
  ),
  notAnalysed: z.array(z.object({ language: z.string(), files: z.int() })),
  gaps: z.array(z.object({ type, file: z.string().nullable(), engine: z.string(), reason: z.string() })),
  engines: z.array(z.object({ type, engine: z.string(), version: z.string(), files: z.int() })),
  /** Limits that were reached, one sentence each. */
  limitsReached: z.array(z.string()),
  /** Whether every finding is kept. */
  complete: z.boolean(),
});
export type AnalysisReport = z.infer<typeof analysisReport>;

/** The same as it is stored, with what only the comparison with the next analysis asks for. */
export const storedReport = analysisReport.extend({
  /** Of each file with findings its path and a hash of what it held. Earlier reports had none. */
  contents: z.array(z.tuple([z.string(), z.string()])).default([]),
});
