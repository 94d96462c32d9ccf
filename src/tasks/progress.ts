import type { JobContext } from '../jobs/context.ts';
import { type TaskInput, type TaskStage, taskStages } from './jobs.ts';

/** What a task works with. */
export type Work = JobContext<TaskInput>;

/** Reports progress within a stage: `share` of the way to the next one, 0 to 1. */
export function reportStage(work: Work, stage: TaskStage, share: number, message?: string): void {
  work.stage(taskStages, stage, share, message);
}
