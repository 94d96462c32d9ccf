import { z } from 'zod';
import { graphql } from '../../gql/gql.ts';
import type { EventRow } from '../../jobs/service.ts';
import type { Runner } from '../route.ts';
import { resultTypeWord, statusWord } from './task-words.ts';

/** What is told of a task that is done. */
export const completedTask = graphql(`
  query AsyncCoderCompletedTask($id: UUID!) {
    r: task(id: $id) {
      __typename
      creditsUsed
      results {
        resultType
      }
      pullRequest {
        url
      }
    }
  }
`);

/** A message of the socket, without its number. */
export interface Message {
  readonly event: 'task:status_updated' | 'task:completed' | 'credits:updated';
  readonly data: Readonly<Record<string, unknown>>;
}

const taskState = z.object({
  kind: z.literal('TASK'),
  status: z.enum(['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED']),
  percentage: z.int(),
  errorCode: z.string().optional(),
  errorMessage: z.string().optional(),
});
const creditsState = z.object({ credits: z.int(), change: z.int() });

/** What the dialect says of an event; null where it says nothing: of other jobs, or of a task that is gone. */
export async function messageOf({ jobId, userId, type, data }: EventRow, runner: Runner): Promise<Message | null> {
  if (jobId === null) {
    const credits = type === 'CREDITS_UPDATED' ? creditsState.parse(data) : null;
    return credits && { event: 'credits:updated', data: { userId, credits: credits.credits, change: credits.change } };
  }
  const task = taskState.safeParse(data).data;
  if (task === undefined) return null;
  if (task.status === 'COMPLETED') return completed(jobId, runner);
  const { status, percentage: progress, errorCode: code, errorMessage: message } = task;
  const error = code === undefined ? {} : { error: { code, message: message ?? code } };
  return { event: 'task:status_updated', data: { taskId: jobId, status: statusWord[status], progress, ...error } };
}

async function completed(taskId: string, runner: Runner): Promise<Message | null> {
  const read = await runner.run(completedTask, { id: taskId }, {});
  if ('refusal' in read) return null;
  const { creditsUsed, results, pullRequest } = read.thing;
  // What was changed says more than what was found.
  const main = results.find(({ resultType }) => resultType === 'CODE_CHANGES') ?? results[0];
  const type = main === undefined ? null : resultTypeWord[main.resultType];
  const result = { type, pullRequestUrl: pullRequest?.url ?? null };
  return { event: 'task:completed', data: { taskId, status: 'completed', creditsUsed, result } };
}
