import { z } from 'zod';
import { settleHold } from '../credits/service.ts';
import type { EndingJob, JobDefinition } from '../jobs/kind.ts';
import type { Transaction } from '../platform/database.ts';
import { pullRequestPlan } from '../repos/service.ts';
import { errorResult, saveResults } from './results.ts';

export const taskInput = z.object({
  repositoryId: z.uuid(),
  /** The branch that is worked on. */
  ref: z.string(),
  /** Asked for by the operator of this machine, who may read its folders whatever the server allows to others. */
  byOperator: z.boolean(),
  /** Decided before the work starts. */
  pullRequest: pullRequestPlan,
});
export type TaskInput = z.infer<typeof taskInput>;

/** Stages of a task in their order, with the percentage each begins at. */
export const taskStages = {
  queued: 0,
  cloning_repository: 2,
  reading_history: 12,
  working: 15,
  checking_changes: 85,
  saving_results: 92,
  creating_pull_request: 95,
  completed: 100,
} as const;
export type TaskStage = keyof typeof taskStages;

/** Does an AI coding task. */
export const taskDefinition: JobDefinition<TaskInput> = {
  kind: 'TASK',
  queue: 'tasks',
  input: taskInput,
  tries: 3,
  deadlineSeconds: 30 * 60,
  ended: settleTask,
};

/** Charges a task that ends badly for what it used, and says why it failed. */
async function settleTask(transaction: Transaction, { id, error }: EndingJob): Promise<void> {
  const task = await transaction.task.findUnique({ where: { jobId: id }, select: { title: true, tokensUsed: true } });
  if (task === null) {
    // Its repository was taken away with it by hand: what was set aside goes back.
    await settleHold(transaction, { jobId: id, tokens: 0, description: 'Task execution' });
    return;
  }
  if (error !== null) await saveResults(transaction, id, [errorResult(error)]);
  await chargeTask(transaction, { jobId: id, title: task.title, tokens: task.tokensUsed });
}

/** Debits what the tokens of a task cost and releases the rest of its hold. The job's row must be locked. */
export async function chargeTask(
  transaction: Transaction,
  { jobId, title, tokens }: { readonly jobId: string; readonly title: string; readonly tokens: number },
): Promise<void> {
  const description = `Task execution: ${title}`;
  const creditsUsed = await settleHold(transaction, { jobId, tokens, description });
  await transaction.task.update({ where: { jobId }, data: { creditsUsed, tokensUsed: tokens } });
}
