import type { App } from '../app.ts';
import type { JobStatus } from '../generated/prisma/enums.ts';
import { DomainError, NotFoundError, UnauthenticatedError, ValidationError } from '../platform/errors.ts';
import { stillSignedIn } from '../platform/sign-in-checks.ts';
import type { Viewer } from '../platform/viewer.ts';
import { type EventRow, type EventStream, seqOf } from './event-reading.ts';
import { type EventTail, joinTail, rereadAfter, type Standing } from './event-tails.ts';
import { outagePatience, outagePause } from './outages.ts';
import { terminalStatuses } from './transitions.ts';

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

export interface Following {
  /** Number of the last event already seen. Absent: for a job from its first kept event, for a user from now on. */
  readonly after?: number | null | undefined;
  /** Ends the reading, for example when the client hangs up. */
  readonly signal?: AbortSignal | undefined;
  /** Told the number of each event just before it is given out. */
  readonly onCursor?: ((cursor: number) => void) | undefined;
  /**
   * For a reader of one job who answers each event with the job as it is by then: an event that has a successor already
   * is left out, as its reader would be told the same state twice.
   */
  readonly newestOnly?: boolean | undefined;
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
  const snapshot = await snapshotOf(app, stream);
  const cursor = startingCursor(stream, snapshot, following.after);
  const start = following.newestOnly === true ? Math.max(cursor, snapshot.lastSeq - 1) : cursor;
  return follow(app, viewer, stream, start, following);
}

async function* follow(
  app: App,
  viewer: Viewer,
  stream: EventStream,
  start: number,
  following: Following,
): AsyncGenerator<EventRow, void, undefined> {
  const attention = new Attention();
  const forget = stopWith(attention, [following.signal, app.closing]);
  const patiently = <Answer>(ask: () => Promise<Answer>) => bearingOutages(app, attention, ask);
  const { tail, leave } = joinTail(app, stream, start, attention);
  try {
    let cursor = start;
    let checkedAt = performance.now();
    let askedAt = -1;
    while (!attention.stopped) {
      attention.rest();
      const events = tail.ready(cursor) ?? (await patiently(() => tail.after(cursor)));
      for (const [index, event] of events.entries()) {
        const seq = seqOf(stream, event);
        if (seq !== cursor + 1) await patiently(() => explainGap(app, stream, cursor));
        cursor = seq;
        const isOutdated = index + 1 < events.length || tail.reachesBeyond(seq);
        if (following.newestOnly === true && isOutdated) continue;
        following.onCursor?.(seq);
        yield event;
        if ('jobId' in stream && isTerminalEvent(event)) return;
      }
      if (tail.isBehind || (events.length > 0 && tail.reachesBeyond(cursor))) continue;
      // A look that gave something has shown that the job is there and goes on.
      if (events.length > 0) askedAt = tail.answered;
      if ('jobId' in stream && askedAt !== tail.answered) {
        askedAt = tail.answered;
        if (await patiently(() => hasEndedBefore(app, stream, tail, cursor))) return;
      }
      await attention.wait();
      // A timer may come a millisecond early.
      if (performance.now() - checkedAt < rereadAfter - 100) continue;
      checkedAt = performance.now();
      if (!(await patiently(() => stillSignedIn(app, viewer)))) {
        throw new UnauthenticatedError('Your session has ended');
      }
    }
  } finally {
    leave();
    forget();
  }
}

/** Stops a reader with the first of some signals, until the returned function is called. */
function stopWith(attention: Attention, signals: readonly (AbortSignal | undefined)[]): () => void {
  const stop = () => attention.stop();
  for (const signal of signals) {
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
  }
  return () => {
    for (const signal of signals) signal?.removeEventListener('abort', stop);
  };
}

/**
 * Whether a job has ended before its reader's cursor: no further event will ever wake it.
 * @throws CursorExpiredError, NotFoundError
 */
async function hasEndedBefore(
  app: App,
  stream: { readonly jobId: string },
  tail: EventTail,
  cursor: number,
): Promise<boolean> {
  const standing = await tail.standing(() => standingOf(app, stream.jobId));
  if (cursor < standing.prunedSeq) throw new CursorExpiredError(await snapshotOf(app, stream));
  return standing.hasEnded && cursor >= standing.lastSeq;
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

function startingCursor(stream: EventStream, snapshot: Snapshot, after: number | null | undefined): number {
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
    const { prunedSeq, lastSeq, ...state } = await jobAsItStands(app, stream.jobId);
    return { prunedSeq, lastSeq, job: state };
  }
  const counter = await app.database.prisma.eventCounter.findUnique({ where: { userId: stream.userId } });
  return { prunedSeq: counter?.prunedSeq ?? 0, lastSeq: counter?.lastSeq ?? 0, job: null };
}

async function standingOf(app: App, jobId: string): Promise<Standing> {
  const { status, lastSeq, prunedSeq } = await jobAsItStands(app, jobId);
  return { hasEnded: terminalStatuses.includes(status), lastSeq, prunedSeq };
}

interface StandingJob {
  readonly prunedSeq: number;
  readonly lastSeq: number;
  readonly status: JobStatus;
  readonly percentage: number;
  readonly stage: string;
  readonly message: string | null;
}

/** What a job has come to, by one prepared statement. @throws NotFoundError */
export async function jobAsItStands(app: App, jobId: string): Promise<StandingJob> {
  const [job] = await app.database.statements.run<StandingJob>({
    name: 'standing-job',
    text: 'SELECT "prunedSeq", "lastSeq", "status", "percentage", "stage", "message" FROM "Job" WHERE "id" = $1',
    values: [jobId],
  });
  if (job === undefined) throw new NotFoundError('Job');
  return job;
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

  /** Resolves at the next wake-up, or after `milliseconds` where they are given. */
  wait(milliseconds?: number): Promise<void> {
    if (this.#pending || this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#resume = undefined;
        resolve();
      };
      const timer = milliseconds === undefined ? undefined : setTimeout(finish, milliseconds);
      this.#resume = finish;
    });
  }
}
