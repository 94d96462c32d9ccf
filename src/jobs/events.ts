import type { App } from '../app.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { DomainError, NotFoundError, UnauthenticatedError, ValidationError } from '../platform/errors.ts';
import { type Viewer, viewerStillSignedIn } from '../platform/viewer.ts';
import { terminalStatuses } from './transitions.ts';

/** One row of the event log. */
export interface EventRow {
  readonly id: bigint;
  readonly jobId: string | null;
  readonly jobSeq: number | null;
  readonly userId: string;
  readonly userSeq: number;
  readonly type: string;
  readonly data: Prisma.JsonValue;
  readonly at: Date;
}

/** Which numbered sequence to follow: a job's, or everything of a user. */
export type EventStream = { readonly jobId: string } | { readonly userId: string };

/** The cursor is older than what is kept. The snapshot says where things stand and from which cursor to go on. */
export class CursorExpiredError extends DomainError {
  constructor(snapshot: Snapshot) {
    super('CURSOR_EXPIRED', `Events up to ${snapshot.prunedSeq} are no longer kept; go on after ${snapshot.lastSeq}`, {
      snapshot,
    });
  }
}

interface Snapshot {
  readonly prunedSeq: number;
  readonly lastSeq: number;
  readonly job: { status: string; percentage: number; stage: string; message: string | null } | null;
}

/** Rows read at once. A reader that does not pull holds at most this many. */
const pageSize = 100;
/** Milliseconds after which a waiting reader looks again without having been woken. */
const rereadAfter = 5000;
/** Milliseconds that a reader bears a database that does not answer, and between two tries. */
const outagePatience = 60_000;
const outagePause = 500;

/** The topic that is woken when a stream has grown. */
export function topicOf(stream: EventStream): string {
  return 'jobId' in stream ? `job:${stream.jobId}` : `user:${stream.userId}`;
}

/**
 * Reads the events of a stream after a cursor, in order, at most `limit`.
 * The cursor is the event's number in that stream; 0 is the beginning.
 */
export async function readEvents(app: App, stream: EventStream, after: number, limit = pageSize): Promise<EventRow[]> {
  const statement =
    'jobId' in stream
      ? { name: 'job-events', text: jobEventsSql, values: [stream.jobId, after, limit] }
      : { name: 'user-events', text: userEventsSql, values: [stream.userId, after, limit] };
  return (await app.database.pool.query<EventRow>(statement)).rows;
}

// By name: PostgreSQL refuses a prepared `*` for good once a migration has added a column beside a running server.
const columns = '"id", "jobId", "jobSeq", "userId", "userSeq", "type", "data", "at"';
const jobEventsSql = `SELECT ${columns} FROM "Event" WHERE "jobId" = $1 AND "jobSeq" > $2 ORDER BY "jobSeq" LIMIT $3`;
const userEventsSql = `SELECT ${columns} FROM "Event" WHERE "userId" = $1 AND "userSeq" > $2
  ORDER BY "userSeq" LIMIT $3`;

export interface Following {
  /** Number of the last event already seen. Absent: for a job from its first kept event, for a user from now on. */
  readonly after?: number | null | undefined;
  /** Ends the reading, for example when the client hangs up. */
  readonly signal?: AbortSignal | undefined;
  /** Told the number of each event just before it is given out. */
  readonly onCursor?: ((cursor: number) => void) | undefined;
}

/**
 * Replays the events after a cursor, then goes on live: every event once, in order. Ends after a job's terminal
 * event. Pulls from the database only when the reader asks for more, so a slow reader costs no memory.
 * The caller has checked that the viewer may read the stream; that the viewer is still signed in is checked here.
 * A database that goes away for less than a minute is only a pause.
 * @throws CursorExpiredError, ValidationError for a cursor beyond the newest event, UnauthenticatedError once the
 *   viewer's session has ended, NotFoundError when the job is deleted meanwhile.
 */
export async function followEvents(
  app: App,
  viewer: Viewer,
  stream: EventStream,
  following: Following = {},
): Promise<AsyncGenerator<EventRow, void, undefined>> {
  const cursor = await startingCursor(app, stream, following.after);
  return follow(app, viewer, stream, cursor, following);
}

async function* follow(
  app: App,
  viewer: Viewer,
  stream: EventStream,
  start: number,
  following: Following,
): AsyncGenerator<EventRow, void, undefined> {
  const attention = new Attention();
  const stopListening = app.wakeUps.listen(topicOf(stream), () => attention.wake());
  const stop = () => attention.stop();
  following.signal?.addEventListener('abort', stop, { once: true });
  app.closing.addEventListener('abort', stop, { once: true });
  if (following.signal?.aborted === true || app.closing.aborted) stop();
  const patiently = <Answer>(ask: () => Promise<Answer>) => bearingOutages(app, attention, ask);
  try {
    let cursor = start;
    let checkedAt = performance.now();
    while (!attention.stopped) {
      attention.rest();
      const events = await patiently(() => readEvents(app, stream, cursor));
      for (const event of events) {
        const seq = 'jobId' in stream ? event.jobSeq : event.userSeq;
        if (seq === null) throw new Error(`event ${event.id} has no number in its job`);
        if (seq !== cursor + 1) await patiently(() => explainGap(app, stream, cursor));
        cursor = seq;
        following.onCursor?.(seq);
        yield event;
        if ('jobId' in stream && isTerminalEvent(event)) return;
      }
      if (events.length === pageSize) continue;
      if ('jobId' in stream && events.length === 0 && (await patiently(() => hasEnded(app, stream, cursor)))) return;
      await attention.wait(rereadAfter);
      // A timer may come a millisecond early.
      if (performance.now() - checkedAt < rereadAfter - 100) continue;
      checkedAt = performance.now();
      if (!(await patiently(() => viewerStillSignedIn(app, viewer)))) {
        throw new UnauthenticatedError('Your session has ended');
      }
    }
  } finally {
    stopListening();
    following.signal?.removeEventListener('abort', stop);
    app.closing.removeEventListener('abort', stop);
  }
}

/** Asks again while the database does not answer, until the reader goes or a minute is over. */
async function bearingOutages<Answer>(app: App, attention: Attention, ask: () => Promise<Answer>): Promise<Answer> {
  const since = performance.now();
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      const isOver = attention.stopped || performance.now() - since > outagePatience;
      if (error instanceof DomainError || isOver) throw error;
      if (tries === 1) app.log.warn({ err: error }, 'events could not be read; trying again');
      attention.rest();
      await attention.wait(outagePause);
    }
  }
}

/**
 * A reader stands before a gap. In a job's numbers it is always one of pruning. In a user's it may also be a job that
 * the user has deleted, which is no loss.
 * @throws CursorExpiredError when events were pruned under a reader that was too slow
 */
async function explainGap(app: App, stream: EventStream, cursor: number): Promise<void> {
  const snapshot = await snapshotOf(app, stream);
  if ('jobId' in stream || snapshot.prunedSeq > cursor) throw new CursorExpiredError(snapshot);
}

/** Whether this event ends its job. */
export function isTerminalEvent(event: Pick<EventRow, 'type'>): boolean {
  return (terminalStatuses as readonly string[]).includes(event.type);
}

async function startingCursor(app: App, stream: EventStream, after: number | null | undefined): Promise<number> {
  const snapshot = await snapshotOf(app, stream);
  if (after === null || after === undefined) return 'jobId' in stream ? snapshot.prunedSeq : snapshot.lastSeq;
  if (!Number.isInteger(after) || after < 0) throw new ValidationError('after must be 0 or more');
  if (after > snapshot.lastSeq) {
    throw new ValidationError(`after is ${after}, but the newest event is ${snapshot.lastSeq}`, [
      { path: 'after', message: `must be at most ${snapshot.lastSeq}` },
    ]);
  }
  if (after < snapshot.prunedSeq) throw new CursorExpiredError(snapshot);
  return after;
}

async function snapshotOf(app: App, stream: EventStream): Promise<Snapshot> {
  if ('jobId' in stream) {
    const job = await app.database.prisma.job.findUnique({
      where: { id: stream.jobId },
      select: { prunedSeq: true, lastSeq: true, status: true, percentage: true, stage: true, message: true },
    });
    if (job === null) throw new NotFoundError('Job');
    const { prunedSeq, lastSeq, ...state } = job;
    return { prunedSeq, lastSeq, job: state };
  }
  const counter = await app.database.prisma.eventCounter.findUnique({ where: { userId: stream.userId } });
  return { prunedSeq: counter?.prunedSeq ?? 0, lastSeq: counter?.lastSeq ?? 0, job: null };
}

/** A job can end before its reader's cursor, and then no further event will ever wake it. */
async function hasEnded(app: App, { jobId }: { readonly jobId: string }, cursor: number): Promise<boolean> {
  const job = await app.database.prisma.job.findUnique({
    where: { id: jobId },
    select: { status: true, lastSeq: true, prunedSeq: true },
  });
  if (job === null) throw new NotFoundError('Job');
  if (cursor < job.prunedSeq) throw new CursorExpiredError(await snapshotOf(app, { jobId }));
  return terminalStatuses.includes(job.status) && cursor >= job.lastSeq;
}

/** One pending flag per reader: any number of wake-ups while it is busy are one. */
class Attention {
  #pending = false;
  #stopped = false;
  #resume: (() => void) | undefined;

  get stopped(): boolean {
    return this.#stopped;
  }

  wake(): void {
    this.#pending = true;
    this.#resume?.();
  }

  stop(): void {
    this.#stopped = true;
    this.#resume?.();
  }

  /** Forgets earlier wake-ups; called just before reading, so that one during the read still counts. */
  rest(): void {
    this.#pending = false;
  }

  /** Resolves at the next wake-up, or after `milliseconds`. */
  wait(milliseconds: number): Promise<void> {
    if (this.#pending || this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#resume = undefined;
        resolve();
      };
      const timer = setTimeout(finish, milliseconds);
      this.#resume = finish;
    });
  }
}
