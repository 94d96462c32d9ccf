import type { JobContext } from '../jobs/context.ts';
import { type DocsInput, type DocsStage, docsStages } from './jobs.ts';

/** What a documentation job works with. */
export type Work = JobContext<DocsInput>;

/** Reports progress within a stage: `share` of the way to the next one, 0 to 1. */
export function reportStage(work: Work, stage: DocsStage, share: number, message?: string): void {
  work.stage(docsStages, stage, share, message);
}
