import type { App } from '../app.ts';
import { isDatabaseAway } from '../platform/database.ts';
import type { Statement } from '../platform/statements.ts';
import type { Writing } from '../platform/transactions.ts';
import type { Claim, JobRow, Outcome, Progress } from './transitions.ts';

/** One change of one job, as `transitions.ts` makes those that come alone or with others in a transaction. */
interface Move {
  readonly id: string;
  readonly change: 'claim' | 'progress' | 'complete';
  /** The attempt that must hold the job; for a claim the queue entry that must be the job's. */
  readonly attempt: number | null;
  readonly queueId: string | null;
  readonly stage: string | null;
  readonly percentage: number | null;
  readonly message: string | null;
  readonly engine: string | null;
  /** The event's type; null for a claim, which knows itself whether it starts or resumes. */
  readonly type: string | null;
}

interface WaitingMove {
  readonly move: Move;
  readonly answer: (row: JobRow | null) => void;
  readonly fail: (error: unknown) => void;
  /** How often somebody else had its job or its user's counter locked. */
  skipped: number;
}

/** Changes in one statement; what comes meanwhile waits for the next. */
const mostMoves = 100;
/** How often a change is passed over whose locks are taken, before it waits for them in a statement of its own. */
const mostSkips = 2;

/**
 * Makes the changes of many jobs in one statement: whatever is asked for in one turn of the event loop, or while the
 * database is answering. Each keeps its own condition, and has a number of its own in its job and for its user, as if
 * it had been made alone: several are as many rows of one statement, never more than one of a job. The statement waits for nobody's locks:
 * what is locked is passed over and then waits alone, so that a transaction that hangs holds up its own job and user only.
 * A statement that fails is done again one by one, so that each failure is its own.
 */
class GatheredMoves {
  readonly #app: App;
  #waiting: WaitingMove[] = [];
  #isRunning = false;
  readonly #moving = new Set<string>();
  #isSoon = false;

  constructor(app: App) {
    this.#app = app;
  }

  make(move: Move): Promise<JobRow | null> {
    return new Promise((answer, fail) => {
      this.#waiting.push({ move, answer, fail, skipped: 0 });
      if (this.#isSoon) return;
      this.#isSoon = true;
      setImmediate(() => {
        this.#isSoon = false;
        this.#start();
      });
    });
  }

  #start(): void {
    if (this.#isRunning) return;
    const some = this.#next();
    if (some.length === 0) return;
    this.#isRunning = true;
    for (const { move } of some) this.#moving.add(move.id);
    this.#makeAll(some).finally(() => {
      this.#isRunning = false;
      this.#start();
    });
  }

  /** The oldest that wait, one of each job and none of a job that is being changed: its changes keep their order. */
  #next(): WaitingMove[] {
    const [some, rest, jobs] = [[] as WaitingMove[], [] as WaitingMove[], new Set(this.#moving)];
    for (const waiting of this.#waiting) {
      const fits = some.length < mostMoves && !jobs.has(waiting.move.id);
      jobs.add(waiting.move.id);
      (fits ? some : rest).push(waiting);
    }
    this.#waiting = rest;
    return some;
  }

  async #makeAll(some: readonly WaitingMove[]): Promise<void> {
    try {
      const made = await moveTogether(
        this.#app,
        some.map(({ move }) => move),
      );
      const passedOver = some.filter(({ move }) => !made.has(move.id));
      for (const one of some)
        if (made.has(one.move.id)) this.#settle(one, () => one.answer(made.get(one.move.id) ?? null));
      for (const one of passedOver.toReversed()) {
        one.skipped += 1;
        if (one.skipped > mostSkips) this.#makeAlone(one);
        else {
          this.#moving.delete(one.move.id);
          this.#waiting.unshift(one);
        }
      }
    } catch (error) {
      // After a connection that broke nobody knows whether it was made: whoever asked decides, as for one change alone.
      const isAway = isDatabaseAway(error);
      for (const one of some) {
        if (isAway) this.#settle(one, () => one.fail(error));
        else this.#makeAlone(one);
      }
    }
  }

  /** Makes one change, waiting for its locks as long as it takes; changes of other jobs go on meanwhile. */
  #makeAlone(one: WaitingMove): void {
    moveAlone(this.#app, one.move).then(
      (row) => this.#settle(one, () => one.answer(row)),
      (error: unknown) => this.#settle(one, () => one.fail(error)),
    );
  }

  #settle({ move }: WaitingMove, tell: () => void): void {
    this.#moving.delete(move.id);
    tell();
    if (this.#waiting.length > 0) this.#start();
  }
}

/** Makes the changes whose locks are free: the rows of their jobs, null where the condition did not hold. */
async function moveTogether({ database }: App, moves: readonly Move[]): Promise<Map<string, JobRow | null>> {
  const { rows } = await database.pool.query<MovedRow>({ name: 'move-jobs', text: freeSql, values: valuesOf(moves) });
  return new Map(rows.map(({ askedId, ...row }) => [askedId, row.id === null ? null : row]));
}

async function moveAlone({ database }: App, move: Move): Promise<JobRow | null> {
  return movedRow((await database.pool.query<MovedRow>(aloneStatement(move))).rows);
}

function aloneStatement(move: Move) {
  return { name: 'move-job', text: waitingSql, values: valuesOf([move]) } satisfies Statement;
}

function movedRow([row]: readonly MovedRow[]): JobRow | null {
  return row === undefined || row.id === null ? null : row;
}

type MovedRow = { readonly askedId: string } & (JobRow | { readonly id: null });

function valuesOf(moves: readonly Move[]): unknown[] {
  const keys = ['id', 'change', 'attempt', 'queueId', 'stage', 'percentage', 'message', 'engine', 'type'] as const;
  return keys.map((key) => moves.map((move) => move[key]));
}

// By name: PostgreSQL refuses a prepared `*` for good once a migration has added a column beside a running server.
const columns = [
  'id',
  'kind',
  'ownerId',
  'status',
  'percentage',
  'stage',
  'message',
  'errorCode',
  'errorMessage',
  'engine',
  'attempt',
  'failures',
  'lastSeq',
  'prunedSeq',
  'queueId',
  'priority',
  'input',
  'createdAt',
  'startedAt',
  'updatedAt',
  'finishedAt',
]
  .map((name) => `job."${name}"`)
  .join(', ');

/** What changes of the jobs that are `free`, with its numbers and events. */
const changeSql = `job AS (
    UPDATE "Job" AS job SET
      "status" = CASE asked."change" WHEN 'complete' THEN 'COMPLETED' ELSE 'RUNNING' END::"JobStatus",
      "attempt" = job."attempt" + CASE asked."change" WHEN 'claim' THEN 1 ELSE 0 END,
      "startedAt" = CASE asked."change" WHEN 'claim' THEN coalesce(job."startedAt", now()) ELSE job."startedAt" END,
      "stage" = CASE asked."change" WHEN 'claim' THEN job."stage" ELSE asked."stage" END,
      "message" = CASE asked."change" WHEN 'claim' THEN job."message" ELSE asked."message" END,
      "percentage" = CASE asked."change" WHEN 'claim' THEN job."percentage" WHEN 'complete' THEN 100
        ELSE greatest(job."percentage", least(99, asked."percentage")) END,
      "engine" = CASE asked."change" WHEN 'complete' THEN asked."engine" ELSE job."engine" END,
      "finishedAt" = CASE asked."change" WHEN 'complete' THEN now() ELSE job."finishedAt" END,
      "lastSeq" = job."lastSeq" + 1, "updatedAt" = now()
    FROM asked JOIN free ON free."id" = asked."id"
    WHERE job."id" = asked."id" AND CASE asked."change"
      WHEN 'claim' THEN job."queueId" = asked."queueId" AND job."status" IN ('QUEUED', 'RUNNING')
      ELSE job."attempt" = asked."attempt" AND job."status" = 'RUNNING' END
    RETURNING ${columns}, coalesce(asked."type", CASE job."attempt" WHEN 1 THEN 'STARTED' ELSE 'RESUMED' END) AS "eventType"
  ), counter AS (
    INSERT INTO "EventCounter" AS present ("userId", "lastSeq")
      SELECT "ownerId", count(*)::int FROM job GROUP BY "ownerId" ORDER BY "ownerId"
      ON CONFLICT ("userId") DO UPDATE SET "lastSeq" = present."lastSeq" + excluded."lastSeq"
      RETURNING "userId", "lastSeq"
  ), placed AS (
    SELECT job.*, row_number() OVER mine - count(*) OVER (PARTITION BY job."ownerId") AS "place"
      FROM job WINDOW mine AS (PARTITION BY job."ownerId" ORDER BY job."id")
  ), event AS (
    INSERT INTO "Event" ("jobId", "jobSeq", "userId", "userSeq", "type", "data")
    SELECT job."id", job."lastSeq", counter."userId", counter."lastSeq" + job."place", job."eventType",
      jsonb_strip_nulls(jsonb_build_object(
        'kind', job."kind", 'status', job."status", 'percentage', job."percentage", 'stage', job."stage",
        'message', job."message", 'attempt', job."attempt",
        'errorCode', job."errorCode", 'errorMessage', job."errorMessage"
      ))
    FROM placed AS job JOIN counter ON counter."userId" = job."ownerId"
  )`;

/**
 * Statement of the changes. The jobs are locked first and then the counters, as everywhere. One that passes over what is
 * locked waits for nobody, so that there can be no circle of those who wait.
 */
function moveSql(locking: 'SKIP LOCKED' | ''): string {
  return `
  WITH asked AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::uuid[], $5::text[], $6::int[], $7::text[], $8::text[], $9::text[])
      AS asked("id", "change", "attempt", "queueId", "stage", "percentage", "message", "engine", "type")
  ), locked AS (
    SELECT job."id", job."ownerId" FROM "Job" AS job WHERE job."id" = ANY($1::uuid[])
      ORDER BY job."id" FOR NO KEY UPDATE ${locking}
  ), counted AS (
    SELECT "userId" FROM "EventCounter" WHERE "userId" IN (SELECT "ownerId" FROM locked)
      ORDER BY "userId" FOR NO KEY UPDATE ${locking}
  ), free AS (
    SELECT locked."id" FROM locked JOIN counted ON counted."userId" = locked."ownerId"
  ), ${changeSql}
  SELECT free."id" AS "askedId", ${columns} FROM free LEFT JOIN job ON job."id" = free."id"`;
}

const freeSql = moveSql('SKIP LOCKED');
const waitingSql = moveSql('');

const gatheredOfApps = new WeakMap<App, GatheredMoves>();

function gathered(app: App): GatheredMoves {
  const present = gatheredOfApps.get(app) ?? new GatheredMoves(app);
  gatheredOfApps.set(app, present);
  return present;
}

const nothing = { stage: null, percentage: null, message: null, engine: null } as const;

/** A worker takes a job that its queue entry may start. Null when the entry is stale or the job has ended. */
export function claimTogether(app: App, jobId: string, queueId: string): Promise<JobRow | null> {
  return gathered(app).make({ ...nothing, id: jobId, change: 'claim', attempt: null, queueId, type: null });
}

/** Records progress. Null when the attempt no longer holds the job. */
export function recordTogether(app: App, { jobId, attempt }: Claim, progress: Progress): Promise<JobRow | null> {
  return gathered(app).make({
    ...nothing,
    id: jobId,
    change: 'progress',
    attempt,
    queueId: null,
    stage: progress.stage,
    percentage: progress.percentage,
    message: progress.message ?? null,
    type: progress.type ?? 'PROGRESS',
  });
}

/** Ends a job well that has nothing to save. Null when the attempt no longer holds it. */
export function completeTogether(app: App, claim: Claim, outcome: Outcome): Promise<JobRow | null> {
  return gathered(app).make(completion(claim, outcome));
}

/** Ends a job well in a transaction that has written what there is to save, waiting for its locks. Null likewise. */
export async function completeIn(writing: Writing, claim: Claim, outcome: Outcome): Promise<JobRow | null> {
  return movedRow(await writing.run<MovedRow>(aloneStatement(completion(claim, outcome))));
}

function completion({ jobId, attempt }: Claim, outcome: Outcome): Move {
  return {
    ...nothing,
    id: jobId,
    change: 'complete',
    attempt,
    queueId: null,
    stage: outcome.stage,
    message: outcome.message ?? null,
    engine: outcome.engine,
    type: 'COMPLETED',
  };
}
