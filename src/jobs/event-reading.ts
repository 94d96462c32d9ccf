import type { App } from '../app.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { JobKind } from '../generated/prisma/enums.ts';

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

/** Rows of a stream, in order. */
export interface EventPage {
  readonly rows: readonly EventRow[];
  /** Whether there may be more behind them already. */
  readonly isFull: boolean;
}

/** Rows read at once. A reader that does not pull holds at most this many. */
export const pageSize = 100;
/** Rows of one stream when several are read by one statement, and how many streams that may be. */
const sharedPageSize = 20;
const mostStreams = 250;
/** Statements about several streams that run at once; what is asked for meanwhile goes into the next. */
const mostStatements = 2;

/** The topic that is woken when a stream has grown. */
export function topicOf(stream: EventStream): string {
  return 'jobId' in stream ? `job:${stream.jobId}` : `user:${stream.userId}`;
}

/** The number of an event in a stream. */
export function seqOf(stream: EventStream, event: EventRow): number {
  const seq = 'jobId' in stream ? event.jobSeq : event.userSeq;
  if (seq === null) throw new Error(`event ${event.id} has no number in its job`);
  return seq;
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
  return app.database.statements.run<EventRow>(statement);
}

// By name: PostgreSQL refuses a prepared `*` for good once a migration has added a column beside a running server.
const columns = '"id", "jobId", "jobSeq", "userId", "userSeq", "type", "data", "at"';

/** The events of a job whose viewer is known, and what kind of job it is. */
export interface OwnJobEvents {
  readonly kind: JobKind;
  readonly rows: EventRow[];
}

/** An event in JSON: what follows its job, column by column. */
type JsonEvent = readonly [string, number, string, number, string, Prisma.JsonValue, string];

/**
 * Reads the events of one job after a cursor, in order, at most a page of them. They come as one JSON value, which is
 * read with half of the processor time. Null when there is no such job, or none of this owner's where one is named.
 */
export async function readOwnJobEvents(
  app: App,
  { id, ownerId }: { readonly id: string; readonly ownerId: string | undefined },
  after: number,
): Promise<OwnJobEvents | null> {
  const [job] = await app.database.statements.run<{ id: string; kind: JobKind; events: readonly JsonEvent[] }>({
    name: 'own-job-events',
    text: ownJobEventsSql,
    values: [id, ownerId, after, pageSize],
  });
  if (job === undefined) return null;
  const rows = job.events.map(([number, jobSeq, userId, userSeq, type, data, at]) => {
    return { id: BigInt(number), jobId: job.id, jobSeq, userId, userSeq, type, data, at: new Date(at) };
  });
  return { kind: job.kind, rows };
}

const ownJobEventsSql = `SELECT job."id", job."kind", (
    SELECT coalesce(json_agg(
      json_build_array("id"::text, "jobSeq", "userId", "userSeq", "type", "data", "at") ORDER BY "jobSeq"
    ), '[]')
    FROM (SELECT ${columns} FROM "Event" WHERE "jobId" = job."id" AND "jobSeq" > $3 ORDER BY "jobSeq" LIMIT $4) event
  ) AS "events"
  FROM "Job" job WHERE job."id" = $1 AND ($2::uuid IS NULL OR job."ownerId" = $2)`;

const jobEventsSql = `SELECT ${columns} FROM "Event" WHERE "jobId" = $1 AND "jobSeq" > $2 ORDER BY "jobSeq" LIMIT $3`;
const userEventsSql = `SELECT ${columns} FROM "Event" WHERE "userId" = $1 AND "userSeq" > $2
  ORDER BY "userSeq" LIMIT $3`;

/** A statement that reads several streams, each after its own cursor; `place` says for which of them a row is. */
function manySql(stream: 'jobId' | 'userId', seq: 'jobSeq' | 'userSeq'): string {
  return `SELECT asked."place"::int AS "place", event.*
    FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS asked("stream", "after", "place")
    CROSS JOIN LATERAL (
      SELECT ${columns} FROM "Event" WHERE "${stream}" = asked."stream" AND "${seq}" > asked."after"
      ORDER BY "${seq}" LIMIT $3
    ) AS event
    ORDER BY asked."place", event."${seq}"`;
}

const many = {
  job: { name: 'many-job-events', text: manySql('jobId', 'jobSeq') },
  user: { name: 'many-user-events', text: manySql('userId', 'userSeq') },
} as const;

interface Asked {
  readonly id: string;
  readonly after: number;
  readonly answer: (page: EventPage) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Reads for many streams at once: whatever is asked for in one turn of the event loop, or while the database is
 * answering, is one statement. One stream alone waits for nobody.
 */
export class SharedReading {
  readonly #app: App;
  readonly #waiting: Record<'job' | 'user', Asked[]> = { job: [], user: [] };
  #running = 0;
  #isSoon = false;

  constructor(app: App) {
    this.#app = app;
  }

  /** The events of a stream after a cursor. */
  read(stream: EventStream, after: number): Promise<EventPage> {
    return new Promise((answer, fail) => {
      if ('jobId' in stream) this.#waiting.job.push({ id: stream.jobId, after, answer, fail });
      else this.#waiting.user.push({ id: stream.userId, after, answer, fail });
      if (this.#isSoon) return;
      this.#isSoon = true;
      setImmediate(() => {
        this.#isSoon = false;
        this.#start();
      });
    });
  }

  #start(): void {
    for (const kind of ['job', 'user'] as const) {
      while (this.#waiting[kind].length > 0 && this.#running < mostStatements) {
        const asked = this.#waiting[kind].splice(0, mostStreams);
        this.#running += 1;
        this.#ask(kind, asked)
          .catch((error: unknown) => {
            for (const { fail } of asked) fail(error);
          })
          .finally(() => {
            this.#running -= 1;
            this.#start();
          });
      }
    }
  }

  async #ask(kind: 'job' | 'user', asked: readonly Asked[]): Promise<void> {
    const [first] = asked;
    if (asked.length === 1 && first !== undefined) {
      const rows = await readEvents(
        this.#app,
        kind === 'job' ? { jobId: first.id } : { userId: first.id },
        first.after,
      );
      first.answer({ rows, isFull: rows.length === pageSize });
      return;
    }
    const values = [asked.map(({ id }) => id), asked.map(({ after }) => after), sharedPageSize];
    const { rows } = await this.#app.database.pool.query<EventRow & { place: number }>({ ...many[kind], values });
    const pages: EventRow[][] = asked.map(() => []);
    for (const row of rows) pages[row.place - 1]?.push(row);
    for (const [index, { answer }] of asked.entries()) {
      const page = pages[index] ?? [];
      answer({ rows: page, isFull: page.length === sharedPageSize });
    }
  }
}
