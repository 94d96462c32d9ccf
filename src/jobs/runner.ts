import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job as QueueJob } from 'pg-boss';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { App } from '../app.ts';
import type { JobKind } from '../generated/prisma/enums.ts';
import type { Sql, Transaction } from '../platform/database.ts';
import { DomainError } from '../platform/errors.ts';
import { deadLetterQueue, topicOfQueue } from '../platform/queue.ts';
import type { TakenEntry } from '../platform/queue-work.ts';
import { completeWith } from './completion.ts';
import { JobContext, type JobResult, SupersededError } from './context.ts';
import { endJob } from './endings.ts';
import { claimTogether } from './gathered-moves.ts';
import { backoffSeconds, type JobDefinition } from './kind.ts';
import type { MovedJob } from './move-statements.ts';
import { bearingOutage, isOutage, ofDatabase } from './outages.ts';
import {
  buryJob,
  type Claim,
  crashed,
  failJob,
  heldBy,
  type JobRow,
  type Requeueing,
  requeueJob,
  startableBy,
} from './transitions.ts';

/** How one kind of work is done. Safe to run twice: finished steps are skipped, later writes of an old attempt fail. */
export interface JobHandler<Input> {
  readonly definition: JobDefinition<Input>;
  readonly run: (context: JobContext<Input>) => Promise<JobResult>;
}

/** What of a definition matters once the input is parsed. */
type Limits = Pick<JobDefinition<unknown>, 'queue' | 'tries' | 'deadlineSeconds'>;

const entry = z.object({ jobId: z.uuid(), queueId: z.uuid() });

/** The deadline of the job's kind has passed. */
class DeadlineError extends DomainError {
  constructor(seconds: number) {
    super('DEADLINE_EXCEEDED', `The job did not end within ${seconds} seconds`);
  }
}

/** Why a running attempt is told to stop. */
type StopReason = 'cancelled' | 'superseded' | 'deadline' | 'closing';

/** Starts working on the queue of a handler, as many jobs at once as WORKER_CONCURRENCY says. */
export async function startHandler<Input>(app: App, handler: JobHandler<Input>): Promise<void> {
  const { queue } = handler.definition;
  const look = app.queue.work({
    queue,
    places: app.config.WORKER_CONCURRENCY,
    handle: (taken) => runJob(app, handler, taken),
    closing: app.closing,
  });
  app.wakeUps.listen(topicOfQueue(queue), look);
}

/** Starts ending the jobs whose workers died again and again. */
export async function startDeadLetters(app: App): Promise<void> {
  await app.queue.boss.work(deadLetterQueue, { pollingIntervalSeconds: 5 }, async ([job]: QueueJob<unknown>[]) => {
    const { jobId, queueId } = entry.parse(job?.data);
    const buried = await bury(app, jobId, queueId);
    if (buried !== null) announce(app, buried);
  });
}

async function bury(app: App, jobId: string, queueId: string): Promise<JobRow | null> {
  const job = await app.database.prisma.job.findUnique({ where: { id: jobId }, select: { kind: true } });
  if (job === null) return null;
  return endJob(app, {
    kind: job.kind,
    status: 'FAILED',
    error: crashed,
    condition: startableBy(jobId, queueId),
    move: (sql) => buryJob(sql, jobId, queueId),
  });
}

async function runJob<Input>(app: App, handler: JobHandler<Input>, taken: TakenEntry): Promise<void> {
  const { jobId, queueId } = entry.parse(taken.data);
  const row = await bearingOutage(app, () => claimTogether(app, jobId, queueId));
  if (row === null) return;
  announce(app, row);
  const claim: Claim = { jobId, attempt: row.attempt };
  const stop = new StopSwitch();
  const forget = watchForStop(app, handler.definition, row, taken.signal, stop);
  const log = app.log.child({ jobId, kind: row.kind, attempt: row.attempt });
  app.metrics.jobsRunning.inc({ kind: row.kind });
  try {
    stop.signal.throwIfAborted();
    const workFolder = join(app.workFolder, jobId);
    const input = handler.definition.input.parse(row.input);
    const context = await JobContext.open({ app, row, claim, input, signal: stop.signal, workFolder, log });
    const result = await handler.run(context);
    await finish(app, row.kind, claim, context, result);
  } catch (error) {
    await settle(app, handler.definition, row, claim, stop, error);
  } finally {
    forget();
    app.metrics.jobsRunning.dec({ kind: row.kind });
  }
}

/** Everything that stops an attempt: the owner, the queue, the clock, the process. */
function watchForStop(
  app: App,
  definition: Limits,
  row: MovedJob,
  queueSignal: AbortSignal,
  stop: StopSwitch,
): () => void {
  // Both by the database's clock, as this machine's may differ: the claim has just set updatedAt.
  const spent = row.updatedAt.getTime() - (row.startedAt ?? row.updatedAt).getTime();
  const left = definition.deadlineSeconds * 1000 - spent;
  const timer = setTimeout(() => stop.pull('deadline'), Math.max(0, left));
  const onClosing = () => stop.pull('closing');
  // The queue's signal says that the entry was cancelled, expired or handed to somebody else.
  const onQueue = () => stop.pull('superseded');
  // A wake-up only says to look again: after a gap in the channel everybody is woken.
  const look = () => {
    stopReason(app, row).then(
      (reason) => reason !== null && stop.pull(reason),
      (error: unknown) => app.log.warn({ err: error, jobId: row.id }, 'a job could not be looked at again'),
    );
  };
  const unlisten = app.wakeUps.listen(`stop:${row.id}`, look);
  if (app.closing.aborted) onClosing();
  app.closing.addEventListener('abort', onClosing, { once: true });
  queueSignal.addEventListener('abort', onQueue, { once: true });
  return () => {
    clearTimeout(timer);
    unlisten();
    app.closing.removeEventListener('abort', onClosing);
    queueSignal.removeEventListener('abort', onQueue);
  };
}

/** Whether the database says that an attempt is to stop: its job has ended or belongs to a newer one. */
async function stopReason(app: App, { id, attempt }: MovedJob): Promise<StopReason | null> {
  const where = { id, attempt, status: 'RUNNING' } as const;
  if ((await app.database.prisma.job.count({ where })) > 0) return null;
  const present = await app.database.prisma.job.findUnique({ where: { id }, select: { status: true } });
  return present?.status === 'CANCELLED' ? 'cancelled' : 'superseded';
}

async function finish(
  app: App,
  kind: JobKind,
  claim: Claim,
  context: Pick<JobContext<unknown>, 'handOver' | 'flush' | 'removeWorkFolder'>,
  result: JobResult,
): Promise<void> {
  const outcome = { stage: result.stage ?? 'completed', engine: result.engine, message: result.message };
  const row = await ofDatabase(() => completeWith(app, { kind, claim, outcome }, result, context));
  announce(app, row);
  await context.removeWorkFolder();
}

/** Decides what a broken-off attempt means for its job. */
async function settle(
  app: App,
  definition: Limits,
  row: MovedJob,
  claim: Claim,
  stop: StopSwitch,
  error: unknown,
): Promise<void> {
  const log = app.log.child({ jobId: row.id, kind: row.kind, attempt: row.attempt });
  if (stop.reason === 'deadline') return fail(app, row, claim, new DeadlineError(definition.deadlineSeconds));
  if (stop.reason === 'closing') {
    return giveBack(app, definition, row, claim, 'The worker is going away; another one goes on');
  }
  if (stop.reason === 'cancelled' || stop.reason === 'superseded' || error instanceof SupersededError) {
    log.info({ reason: stop.reason ?? 'superseded' }, 'attempt stopped');
    // Finds no row but when only the queue has let go of the job: then nobody else would ever come for it.
    await giveBack(app, definition, row, claim, 'It lost its place in the queue and is queued again');
    await rmUnlessHeld(app, row);
    return;
  }
  if (isOutage(error)) {
    log.warn({ err: error }, 'attempt broken off: the database was away');
    // Not counted as a failure; the deadline, by the first start, ends a job that never gets through.
    const reason = 'The database was away; another try goes on';
    const delaySeconds = backoffSeconds(row.attempt);
    return requeue(app, definition, row, claim, { type: 'RELEASED', delaySeconds, reason });
  }
  const refusal = error instanceof DomainError;
  if (!refusal) log.error({ err: error }, 'attempt failed');
  const worthRetrying = refusal ? error.extensions.retryable === true : true;
  if (worthRetrying && row.failures + 1 < definition.tries) {
    const delaySeconds = backoffSeconds(row.failures + 1);
    const reason = refusal ? error.message : 'An unexpected error';
    return requeue(app, definition, row, claim, { type: 'RETRYING', delaySeconds, reason });
  }
  await fail(app, row, claim, refusal ? error : new DomainError('INTERNAL_ERROR', 'The job failed unexpectedly'));
}

async function fail(app: App, row: MovedJob, claim: Claim, error: DomainError): Promise<void> {
  const end = {
    kind: row.kind,
    status: 'FAILED',
    error: { code: error.code, message: error.message },
    condition: heldBy(claim),
    move: (sql: Sql) => failJob(sql, claim, error),
  } as const;
  const failed = await bearingOutage(app, () => endJob(app, end));
  if (failed === null) return;
  announce(app, failed);
  await rm(join(app.workFolder, row.id), { recursive: true, force: true });
}

async function giveBack(app: App, definition: Limits, row: MovedJob, claim: Claim, reason: string): Promise<void> {
  await requeue(app, definition, row, claim, { type: 'RELEASED', delaySeconds: 0, reason });
}

async function requeue(
  app: App,
  definition: Limits,
  row: MovedJob,
  claim: Claim,
  requeueing: Omit<Requeueing, 'queueId'>,
): Promise<void> {
  const send = async (transaction: Transaction) => {
    // Another one for each try: nobody knows whether the one before was committed.
    const queueId = uuidv7();
    await app.queue.send(transaction, definition.queue, {
      id: queueId,
      data: { jobId: row.id, queueId },
      priority: row.priority,
      delaySeconds: requeueing.delaySeconds,
    });
    const moved = await requeueJob(transaction, claim, { ...requeueing, queueId });
    if (moved === null) throw new SupersededError();
    return moved;
  };
  const requeued = await bearingOutage(app, () => app.database.prisma.$transaction(send)).catch((error: unknown) => {
    if (error instanceof SupersededError) return null;
    throw error;
  });
  if (requeued === null) return;
  announce(app, requeued);
  if (requeueing.delaySeconds === 0) app.wakeUps.publish([topicOfQueue(definition.queue)]);
}

/** Tells readers that a job has changed. */
function announce(app: App, row: Pick<JobRow, 'id' | 'ownerId' | 'kind' | 'status' | 'finishedAt'>): void {
  if (row.finishedAt !== null) app.metrics.jobsEnded.inc({ kind: row.kind, status: row.status });
  app.wakeUps.publish([`job:${row.id}`, `user:${row.ownerId}`]);
}

/** Removes the working folder of a job that has ended; a newer attempt on this machine may still be using it. */
async function rmUnlessHeld(app: App, row: MovedJob): Promise<void> {
  const present = await app.database.prisma.job.findUnique({ where: { id: row.id }, select: { finishedAt: true } });
  if (present === null || present.finishedAt !== null) {
    await rm(join(app.workFolder, row.id), { recursive: true, force: true });
  }
}

/** An AbortController that remembers the first reason it was pulled for. */
class StopSwitch {
  readonly #controller = new AbortController();
  reason: StopReason | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  pull(reason: StopReason): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.#controller.abort(new SupersededError());
  }
}
