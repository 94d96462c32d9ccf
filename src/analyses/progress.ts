import type { JobContext } from '../jobs/context.ts';
import { type AnalysisInput, type AnalysisStage, analysisStages } from './jobs.ts';

/** What an analysis works with. */
export type Work = JobContext<AnalysisInput>;

/** Reports progress within a stage: `share` of the way to the next one, 0 to 1. */
export function reportStage(work: Work, stage: AnalysisStage, share: number, message?: string): void {
  work.stage(analysisStages, stage, share, message);
}
