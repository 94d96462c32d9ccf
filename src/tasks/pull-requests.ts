import type { PullRequestState } from '../generated/prisma/client.ts';
import type { Transaction } from '../platform/database.ts';

/** What GitHub says of a pull request. */
export interface PullRequestNews {
  /** GitHub's id of the repository it is in. */
  readonly repositoryGithubId: bigint;
  readonly number: number;
  readonly state: PullRequestState;
  /** Whether it has just been opened again: only that takes a closing back. */
  readonly isReopened: boolean;
}

/**
 * Notes where the pull request of a task stands, in the task and in its result that tells of the pull request. The
 * task itself has ended by then. News that come late change nothing: merged is final. Gives how many tasks it
 * concerned.
 */
export async function notePullRequest(
  transaction: Transaction,
  { repositoryGithubId, number, state, isReopened }: PullRequestNews,
): Promise<number> {
  const tasks = await transaction.$queryRaw<{ jobId: string }[]>`
    UPDATE "Task" AS mine SET "pullRequestState" = ${state}::"PullRequestState"
    FROM (
      SELECT task."jobId" FROM "Task" AS task JOIN "Repository" AS place ON place."id" = task."repositoryId"
      WHERE place."githubId" = ${repositoryGithubId} AND task."pullRequestNumber" = ${number}
        AND task."pullRequestState" IS DISTINCT FROM 'MERGED'
        AND (${isReopened} OR NOT (${state} = 'OPEN' AND task."pullRequestState" IS NOT DISTINCT FROM 'CLOSED'))
      ORDER BY task."jobId" FOR UPDATE OF task
    ) AS known
    WHERE mine."jobId" = known."jobId" RETURNING mine."jobId"`;
  if (tasks.length > 0) {
    await transaction.$executeRaw`
      UPDATE "TaskResult" SET
        "summary" = ${summaryOf(number, state)},
        "data" = coalesce("data", '{}'::jsonb) || jsonb_build_object('state', lower(${state}))
      WHERE "resultType" = 'PR_CREATED' AND "jobId" = ANY(${tasks.map(({ jobId }) => jobId)}::uuid[])`;
  }
  return tasks.length;
}

function summaryOf(number: number, state: PullRequestState): string {
  const ends: Record<PullRequestState, string> = {
    OPEN: '.',
    MERGED: '; it has been merged.',
    CLOSED: '; it was closed without being merged.',
  };
  return `Opened pull request #${number}${ends[state]}`;
}
