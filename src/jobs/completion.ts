import type { App } from '../app.ts';
import type { JobKind } from '../generated/prisma/enums.ts';
import { inTransaction } from '../platform/transactions.ts';
import { type JobResult, SupersededError } from './context.ts';
import { completeIn, completeTogether } from './gathered-moves.ts';
import { type Claim, completeJob, heldBy, type JobRow, lockJob, type Outcome } from './transitions.ts';

/** A job's good end. */
interface GoodEnd {
  readonly kind: JobKind;
  readonly claim: Claim;
  readonly outcome: Outcome;
}

/**
 * Ends a job well, with what it has to save in the same transaction.
 * @throws SupersededError when the attempt no longer holds the job: then nothing was written
 */
export async function completeWith(app: App, end: GoodEnd, { save, write }: JobResult): Promise<JobRow> {
  const row =
    write !== undefined
      ? await completeWriting(app, end, write)
      : save === undefined && !app.jobEndings.has(end.kind)
        ? await completeTogether(app, end.claim, end.outcome)
        : await completeSaving(app, end, save);
  if (row === null) throw new SupersededError();
  return row;
}

/** Waits for no answer on the way: what an attempt that no longer holds its job has written is rolled back. */
async function completeWriting(
  app: App,
  { claim, outcome }: GoodEnd,
  write: NonNullable<JobResult['write']>,
): Promise<JobRow> {
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

async function completeSaving(app: App, { kind, claim, outcome }: GoodEnd, save: JobResult['save']): Promise<JobRow> {
  return app.database.prisma.$transaction(async (transaction) => {
    // What such a kind saves takes locks that come after the job's.
    const locked = !app.jobEndings.has(kind) || (await lockJob(transaction, heldBy(claim))) !== null;
    if (!locked) throw new SupersededError();
    await save?.(transaction);
    const completed = await completeJob(transaction, claim, outcome);
    if (completed === null) throw new SupersededError();
    return completed;
  });
}
