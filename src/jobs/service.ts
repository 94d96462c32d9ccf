import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { App } from '../app.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { JobKind } from '../generated/prisma/enums.ts';
import { ConflictError, NotFoundError } from '../platform/errors.ts';
import { ownedBy, type Permission, requirePermission, type Viewer } from '../platform/viewer.ts';
import { endJob } from './endings.ts';
import { type EventRow, readOwnJobEvents } from './event-reading.ts';
import { type Following, followEvents, isTerminalEvent, jobAsItStands } from './events.ts';
import type { JobCreator } from './gathered-creations.ts';
import { idempotently } from './idempotency.ts';
import { cancelJobRow, type JobRow, notEnded, terminalStatuses } from './transitions.ts';

export { findAskedJob, findAskedJobs, getAskedJob } from './asked-job.ts';
export type { EventRow } from './event-reading.ts';
export { isTerminalEvent } from './events.ts';
export { type CreatedJob, JobCreator, rowPerJob } from './gathered-creations.ts';
export { idempotently } from './idempotency.ts';
export type { JobRow } from './transitions.ts';
export { appendUserEvent, jobEventTypes } from './transitions.ts';

/** What somebody needs to be allowed for jobs of a kind. */
const permissions: Record<JobKind, Record<Action, Permission>> = {
  DOCS: { create: 'docs:create', read: 'docs:read', cancel: 'docs:cancel' },
  // Whoever may start analyses may stop them: there is no permission of its own for it.
  ANALYSIS: { create: 'analysis:create', read: 'analysis:read', cancel: 'analysis:create' },
  TASK: { create: 'task:create', read: 'task:read', cancel: 'task:cancel' },
  CV_ANALYSIS: { create: 'analysis:create', read: 'analysis:read', cancel: 'analysis:create' },
};
type Action = 'create' | 'read' | 'cancel';

export interface JobRequest<Input, Detail> {
  readonly creator: JobCreator<Input, Detail>;
  readonly input: Input & Prisma.InputJsonValue;
  /** What an idempotency key stands for, where the input holds more than was asked for. */
  readonly asked?: Prisma.InputJsonValue;
  /** What is known before the work starts; goes with the first event. */
  readonly message?: string | null;
  /** Higher ones start first. */
  readonly priority?: number;
  readonly operation: string;
  readonly idempotencyKey?: string | null | undefined;
  /** What the kind keeps of it. */
  readonly detail: Detail;
}

const jobId = z.uuid();

/**
 * Asks for work: job, detail row, first event and queue entry in one transaction. With an idempotency key the same
 * request gives the same job for 24 hours. Gives the job's id.
 */
export async function createJob<Input, Detail>(
  app: App,
  viewer: Viewer,
  request: JobRequest<Input, Detail>,
): Promise<string> {
  const { creator, input, message, priority = 0, operation, idempotencyKey: key, detail } = request;
  requirePermission(viewer, permissionFor(creator.definition.kind, 'create'));
  return idempotently(app, viewer, {
    operation,
    key,
    input: request.asked ?? input,
    answer: jobId,
    work: async (remember) => {
      const id = uuidv7();
      await creator.create(app, {
        job: { id, ownerId: viewer.id, queueId: uuidv7(), priority, input, message },
        detail,
        remember: key ? (writing) => remember(writing, id) : null,
      });
      return id;
    },
  });
}

/** The job of this id, if the viewer may see it. @throws NotFoundError */
export async function getJob(app: App, viewer: Viewer, id: string): Promise<{ id: string; kind: JobKind }> {
  const [job] = await app.database.statements.run<{ id: string; kind: JobKind }>({
    name: 'own-job',
    text: 'SELECT "id", "kind" FROM "Job" WHERE "id" = $1 AND ($2::uuid IS NULL OR "ownerId" = $2)',
    values: [id, ownedBy(viewer).ownerId],
  });
  if (job === undefined) throw new NotFoundError('Job');
  requirePermission(viewer, permissionFor(job.kind, 'read'));
  return job;
}

/** The events of one job after a cursor, in order, without waiting for more; at most 100. @throws NotFoundError */
export async function listJobEvents(app: App, viewer: Viewer, id: string, after: number): Promise<EventRow[]> {
  const found = await readOwnJobEvents(app, { id, ownerId: ownedBy(viewer).ownerId }, after);
  if (found === null) throw new NotFoundError('Job');
  requirePermission(viewer, permissionFor(found.kind, 'read'));
  return found.rows;
}

/**
 * Cancels a job that has not ended: it is CANCELLED when this returns, and its worker stops within a second.
 * @throws NotFoundError, ConflictError JOB_ENDED when it has already ended
 */
export async function cancelJob(app: App, viewer: Viewer, id: string): Promise<void> {
  const { kind } = await getJob(app, viewer, id);
  requirePermission(viewer, permissionFor(kind, 'cancel'));
  const job = await stop(app, kind, id);
  if (job === null) throw new ConflictError('This job has already ended', 'JOB_ENDED');
  tellStopped(app, job);
}

/** Null when it has ended already. */
function stop(app: App, kind: JobKind, id: string): Promise<JobRow | null> {
  return endJob(app, {
    kind,
    status: 'CANCELLED',
    error: null,
    condition: notEnded(id),
    move: (sql) => cancelJobRow(sql, id),
  });
}

/** Cancels every job of somebody's that has not ended, whatever they may: for who is about to go. */
export async function cancelJobsOf(app: App, ownerId: string): Promise<void> {
  const open = await app.database.prisma.job.findMany({
    where: { ownerId, status: { notIn: [...terminalStatuses] } },
    select: { id: true, kind: true },
  });
  for (const { id, kind } of open) {
    const job = await stop(app, kind, id);
    if (job !== null) tellStopped(app, job);
  }
}

/**
 * Deletes a job and all that came of it, whether it has ended or not: a worker that is on it stops within a second.
 * @throws NotFoundError
 */
export async function deleteJob(app: App, viewer: Viewer, id: string): Promise<void> {
  const { kind } = await getJob(app, viewer, id);
  requirePermission(viewer, permissionFor(kind, 'cancel'));
  const gone = await app.database.prisma.$queryRaw<GoneJob[]>`
    DELETE FROM "Job" WHERE "id" = ${id}::uuid RETURNING "id", "kind", "status", "queueId"`;
  await forgetJobs(app, gone);
}

/** What is left of a job whose row is gone. */
export type GoneJob = Pick<JobRow, 'id' | 'kind' | 'status' | 'queueId'>;

/** Removes what jobs that are gone have left elsewhere: whoever works on them stops, their files are removed. */
export async function forgetJobs(app: App, jobs: readonly GoneJob[]): Promise<void> {
  const open = jobs.filter(({ status }) => !terminalStatuses.includes(status));
  app.wakeUps.publish(open.flatMap(({ id }) => [`stop:${id}`, `job:${id}`]));
  for (const { kind, queueId } of open) await app.queue.withdraw(app.jobKinds[kind].queue, queueId);
  for (const { id } of jobs) await app.storage.removePrefix(`jobs/${id}/`);
}

/** Tells worker and readers that a job was cancelled. */
export function tellStopped(app: App, job: JobRow): void {
  app.metrics.jobsEnded.inc({ kind: job.kind, status: job.status });
  app.wakeUps.publish([`stop:${job.id}`, `job:${job.id}`, `user:${job.ownerId}`]);
  app.queue
    .withdraw(app.jobKinds[job.kind].queue, job.queueId)
    .catch((error: unknown) => app.log.warn({ err: error, jobId: job.id }, 'a cancelled entry stays in the queue'));
}

/**
 * The events of one job: replay after the cursor, then live, ending after the terminal one.
 * @throws NotFoundError, also for a job of another kind than the one asked for
 */
export async function jobEvents(
  app: App,
  viewer: Viewer,
  id: string,
  { kind, ...following }: Following & { readonly kind?: JobKind } = {},
): Promise<AsyncGenerator<EventRow, void, undefined>> {
  const job = await getJob(app, viewer, id);
  if (kind !== undefined && job.kind !== kind) throw new NotFoundError('Job');
  return followEvents(app, viewer, { jobId: id }, following);
}

/**
 * The events of one job of a kind for a listener that wants to know where it stands: after the cursor, or without one
 * (or with one that is too old) from its newest event on; nothing when it has already ended.
 * @throws NotFoundError, ValidationError for a cursor beyond the newest event
 */
export async function followJob(
  app: App,
  viewer: Viewer,
  id: string,
  { kind, after, signal }: { readonly kind: JobKind; readonly after: number | undefined; readonly signal: AbortSignal },
): Promise<AsyncGenerator<EventRow, void, undefined>> {
  if ((await getJob(app, viewer, id)).kind !== kind) throw new NotFoundError('Job');
  const { status, lastSeq, prunedSeq } = await jobAsItStands(app, id);
  const newest = terminalStatuses.includes(status) ? lastSeq : Math.max(prunedSeq, lastSeq - 1);
  const start = after === undefined || after < prunedSeq ? newest : after;
  return followEvents(app, viewer, { jobId: id }, { after: start, signal });
}

/** Everything that happens to the viewer's own work: replay after the cursor, then live, without end. */
export function myEvents(app: App, viewer: Viewer, following: Following = {}): Promise<AsyncGenerator<EventRow>> {
  return followEvents(app, viewer, { userId: viewer.id }, following);
}

/** The row of its kind, which every job has. */
export function detailOf<Row>(row: Row | null): Row {
  if (row === null) throw new Error('a job without the row of its kind');
  return row;
}

function permissionFor(kind: JobKind, action: Action): Permission {
  return permissions[kind][action];
}

/** How long somebody waits: so many seconds, or until they hang up. */
export interface Patience {
  readonly seconds: number;
  readonly hangUp?: AbortSignal;
}

/**
 * Waits until a job has ended, holding nothing but a wake-up listener meanwhile. Gives whether it has.
 * @throws NotFoundError
 */
export async function followEnd(app: App, viewer: Viewer, id: string, patience: Patience): Promise<boolean> {
  await getJob(app, viewer, id);
  const { lastSeq, status } = await jobAsItStands(app, id);
  if (terminalStatuses.includes(status)) return true;
  if (patience.seconds <= 0) return false;
  const time = AbortSignal.timeout(patience.seconds * 1000);
  const signal = patience.hangUp === undefined ? time : AbortSignal.any([time, patience.hangUp]);
  for await (const event of await jobEvents(app, viewer, id, { after: lastSeq, signal })) {
    if (isTerminalEvent(event)) return true;
  }
  return false;
}
