import type { App } from '../app.ts';
import type { JobKind } from '../generated/prisma/enums.ts';
import { inTransaction } from '../platform/transactions.ts';
import { type JobResult, SupersededError } from './context.ts';
import { completeIn, completeTogether, completeWithTick } from './gathered-moves.ts';
import type { MovedJob } from './move-statements.ts';
import { type Claim, completeJob, heldBy, lockJob, type Outcome } from './transitions.ts';

/** A job's good end. */
interface GoodEnd {
  readonly kind: JobKind;
  readonly claim: Claim;
  readonly outcome: Outcome;
}

/** The progress that a job has reported. */
interface Reports {
  /** Hands over all of it, and waits until it is written but for the newest. */
  handOver(): Promise<void>;
  /** Waits until all of it is written. @throws what a write failed with */
  flush(): Promise<void>;
}

/**
 * Ends a job well once its progress is written, with what it has to save in the same transaction. Where it has nothing
 * to save, a newest tick that still waits becomes one change with the end.
 * @throws SupersededError when the attempt no longer holds the job: then nothing was written
 */
export async function completeWith(app: App, end: GoodEnd, result: JobResult, reports: Reports): Promise<MovedJob> {
  const { save, write } = result;
  const savesNothing = write === undefined && save === undefined && app.jobKinds[end.kind].ended === undefined;
  await reports.handOver();
  const withTick = savesNothing ? completeWithTick(app, end.claim, end.outcome) : undefined;
  // Both fail together, and the tick is asked first.
  withTick?.catch(() => {});
  await reports.flush();
  const row =
    write !== undefined
      ? await completeWriting(app, end, write)
      : savesNothing
        ? await (withTick ?? completeTogether(app, end.claim, end.outcome))
        : await completeSaving(app, end, save);
  if (row === null) throw new SupersededError();
  return row;
}

/** Waits for no answer on the way: what an attempt that no longer holds its job has written is rolled back. */
async function completeWriting(
  app: App,
  { claim, outcome }: GoodEnd,
  write: NonNullable<JobResult['write']>,
): Promise<MovedJob> {
  return inTransaction(app.database, async (writing) => {
    const [, , completed] = await Promise.all([
      // What is written takes locks that come after the job's.
      lockJob(writing, heldBy(claim)),
      write(writing),
      completeIn(writing, claim, outcome),
    ]);
    if (completed === null) throw new SupersededError();
    return completed;
  });
}

async function completeSaving(app: App, { kind, claim, outcome }: GoodEnd, save: JobResult['save']): Promise<MovedJob> {
  return app.database.prisma.$transaction(async (transaction) => {
    // What such a kind saves takes locks that come after the job's.
    const { ended } = app.jobKinds[kind];
    const locked = ended === undefined || (await lockJob(transaction, heldBy(claim))) !== null;
    if (!locked) throw new SupersededError();
    await save?.(transaction);
    const completed = await completeJob(transaction, claim, outcome);
    if (completed === null) throw new SupersededError();
    return completed;
  });
}
