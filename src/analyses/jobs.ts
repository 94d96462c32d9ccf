import { z } from 'zod';
import { AnalysisType } from '../generated/prisma/enums.ts';
import type { JobDefinition } from '../jobs/kind.ts';

export const analysisInput = z.object({
  types: z.array(z.enum(AnalysisType)).min(1),
  /** The repository to analyse; null when the files came with the request. */
  repositoryId: z.uuid().nullable(),
  /** Branch, tag or commit; null for the default branch, or a local folder as it stands. */
  ref: z.string().nullable(),
  /** Asked for by the operator of this machine, who may read its folders whatever the server allows to others. */
  byOperator: z.boolean(),
});
export type AnalysisInput = z.infer<typeof analysisInput>;

/** Stages of an analysis in their order, with the percentage each begins at. */
export const analysisStages = {
  queued: 0,
  preparing_source: 2,
  listing_files: 12,
  analyzing: 18,
  scoring: 90,
  saving_results: 95,
  completed: 100,
} as const;
export type AnalysisStage = keyof typeof analysisStages;

/** Analyses code. */
export const analysisDefinition: JobDefinition<AnalysisInput> = {
  kind: 'ANALYSIS',
  queue: 'analyses',
  input: analysisInput,
  tries: 2,
  deadlineSeconds: 30 * 60,
};
