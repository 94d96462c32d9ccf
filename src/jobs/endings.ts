import type { App } from '../app.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { JobKind } from '../generated/prisma/enums.ts';
import type { Sql } from '../platform/database.ts';
import type { EndingJob, JobFailure } from './kind.ts';
import { type JobRow, lockJob } from './transitions.ts';

/** A job's bad end. */
interface BadEnd {
  readonly kind: JobKind;
  readonly status: EndingJob['status'];
  /** Why it fails; null when it is cancelled. */
  readonly error: JobFailure | null;
  /** What must still be so of the job. */
  readonly condition: Prisma.Sql;
  /** Moves the job's row to its end under the same condition; null when the condition does not hold. */
  readonly move: (sql: Sql) => Promise<JobRow | null>;
}

/**
 * Ends a job badly, with what its kind has to do then in the same transaction; a kind that has nothing to do costs one
 * statement. Null when the job has ended otherwise meanwhile.
 */
export async function endJob(app: App, { kind, status, error, condition, move }: BadEnd): Promise<JobRow | null> {
  const { prisma } = app.database;
  const { ended } = app.jobKinds[kind];
  if (ended === undefined) return move(prisma);
  return prisma.$transaction(async (transaction) => {
    const job = await lockJob(transaction, condition);
    if (job === null) return null;
    await ended(transaction, { ...job, status, error });
    const row = await move(transaction);
    if (row === null) throw new Error(`job ${job.id} changed while it was locked`);
    return row;
  });
}
