import type { JobContext } from '../jobs/context.ts';
import { type AnalysisInput, type AnalysisStage, analysisStages } from './jobs.ts';

/** What an analysis works with. */
export type Work = JobContext<AnalysisInput>;

/** Reports progress within a stage: `share` of the way to the next one, 0 to 1. */
export function reportStage(work: Work, stage: AnalysisStage, share: number, message?: string): void {
  const start = analysisStages[stage];
  const next = Object.values(analysisStages).find((value) => value > start) ?? 100;
  work.progress({ stage, percentage: start + (next - start) * share, message });
}
