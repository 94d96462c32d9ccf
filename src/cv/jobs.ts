import { z } from 'zod';
import type { JobDefinition } from '../jobs/kind.ts';

/** What is asked for. The CV itself is in a row of its own, which loses it when the job ends. */
export const cvAnalysisInput = z.object({
  /** The month that what goes on until now is counted to. */
  asOf: z.object({ year: z.int(), month: z.int().min(1).max(12) }),
});
export type CvAnalysisInput = z.infer<typeof cvAnalysisInput>;

/** Stages of an analysis in their order: the percentages each begins and ends with, and what it says. */
export const cvStages = {
  parsing_cv: { begins: 10, ends: 25, says: 'Parsing CV...' },
  analyzing_job_description: { begins: 30, ends: 45, says: 'Analyzing job description...' },
  identifying_skill_gaps: { begins: 50, ends: 60, says: 'Identifying skill gaps...' },
  generating_recommendations: { begins: 65, ends: 65, says: 'Generating project recommendations...' },
} as const;
export type CvStage = keyof typeof cvStages;

/** Compares a CV with a job description. */
export const cvAnalysisDefinition: JobDefinition<CvAnalysisInput> = {
  kind: 'CV_ANALYSIS',
  queue: 'cv-analyses',
  input: cvAnalysisInput,
  tries: 2,
  deadlineSeconds: 3 * 60,
  // What was kept of the CV for the work only goes with it; a good end does the same.
  ended: (transaction, { id }) => transaction.cvAnalysis.updateMany({ where: { jobId: id }, data: { cv: null } }),
};
