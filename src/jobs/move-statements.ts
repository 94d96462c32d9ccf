import type { Statement } from '../platform/statements.ts';
import { eventDataSql, type JobRow } from './transitions.ts';

/** One change of one job, as `transitions.ts` makes those that come alone or with others in a transaction. */
export interface Move {
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
  /**
   * A tick of progress just before a completion, which is an event of its own; its stage is null where there is none.
   */
  readonly tickStage: string | null;
  readonly tickPercentage: number | null;
  readonly tickMessage: string | null;
}

/** What a change tells of its job; the input only to whoever has just taken it. */
export type MovedJob = Pick<
  JobRow,
  | 'id'
  | 'kind'
  | 'ownerId'
  | 'status'
  | 'percentage'
  | 'stage'
  | 'attempt'
  | 'failures'
  | 'lastSeq'
  | 'priority'
  | 'input'
  | 'startedAt'
  | 'updatedAt'
  | 'finishedAt'
>;

/** A row of the answer: of a job that was changed, or of one that did not fulfil the condition. */
export type MovedRow = { readonly askedId: string } & (MovedJob | { readonly id: null });

/** Makes changes of different jobs whose locks are free. Jobs that somebody else has locked are not in the answer. */
export function freeMoves(moves: readonly Move[]): Statement {
  return { name: 'move-jobs', text: freeSql, values: valuesOf(moves) };
}

/** Makes one change, waiting for its locks. */
export function waitingMove(move: Move): Statement {
  return { name: 'move-job', text: waitingSql, values: valuesOf([move]) };
}

/** The job that was changed; null where the condition did not hold. */
export function movedJob(row: MovedRow | undefined): MovedJob | null {
  return row === undefined || row.id === null ? null : row;
}

/** The parts of a move and their types in the database. */
const parts = {
  id: 'uuid',
  change: 'text',
  attempt: 'int',
  queueId: 'uuid',
  stage: 'text',
  percentage: 'int',
  message: 'text',
  engine: 'text',
  type: 'text',
  tickStage: 'text',
  tickPercentage: 'int',
  tickMessage: 'text',
} as const satisfies Record<keyof Move, string>;
const partNames = Object.keys(parts) as (keyof Move)[];

function valuesOf(moves: readonly Move[]): unknown[] {
  return partNames.map((part) => moves.map((move) => move[part]));
}

/** The job's row with what of the change concerns its events. */
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
      "lastSeq" = job."lastSeq" + CASE WHEN asked."tickStage" IS NULL THEN 1 ELSE 2 END, "updatedAt" = now()
    FROM free AS asked
    WHERE job."id" = asked."id" AND job."id" = ANY($1::uuid[]) AND CASE asked."change"
      WHEN 'claim' THEN job."queueId" = asked."queueId" AND job."status" IN ('QUEUED', 'RUNNING')
      ELSE job."attempt" = asked."attempt" AND job."status" = 'RUNNING' END
    RETURNING job."id", job."kind", job."ownerId", job."status", job."percentage", job."stage", job."message",
      job."errorCode", job."errorMessage", job."attempt", job."failures", job."lastSeq", job."priority",
      CASE asked."change" WHEN 'claim' THEN job."input" END AS "input",
      job."startedAt", job."updatedAt", job."finishedAt",
      coalesce(asked."type", CASE job."attempt" WHEN 1 THEN 'STARTED' ELSE 'RESUMED' END) AS "eventType",
      asked."tickStage", greatest(asked."before", least(99, asked."tickPercentage")) AS "tickPercentage",
      asked."tickMessage"
  )`;

/** The events of the jobs that were changed, with both their numbers: a tick comes just before its job's end. */
const eventsSql = `counter AS (
    INSERT INTO "EventCounter" AS present ("userId", "lastSeq")
      SELECT "ownerId", (count(*) + count("tickStage"))::int FROM job GROUP BY "ownerId" ORDER BY "ownerId"
      ON CONFLICT ("userId") DO UPDATE SET "lastSeq" = present."lastSeq" + excluded."lastSeq"
      RETURNING "userId", "lastSeq"
  ), told AS (
    SELECT "id", "ownerId", "kind", "attempt", "lastSeq" AS "seq", "eventType", "status", "percentage", "stage",
      "message", "errorCode", "errorMessage" FROM job
    UNION ALL
    SELECT "id", "ownerId", "kind", "attempt", "lastSeq" - 1, 'PROGRESS', 'RUNNING', "tickPercentage", "tickStage",
      "tickMessage", "errorCode", "errorMessage" FROM job WHERE "tickStage" IS NOT NULL
  ), placed AS (
    SELECT told.*, row_number() OVER mine - count(*) OVER (PARTITION BY "ownerId") AS "place"
      FROM told WINDOW mine AS (PARTITION BY "ownerId" ORDER BY "id", "seq")
  ), event AS (
    INSERT INTO "Event" ("jobId", "jobSeq", "userId", "userSeq", "type", "data")
    SELECT event."id", event."seq", counter."userId", counter."lastSeq" + event."place", event."eventType",
      ${eventDataSql('event')}
    FROM placed AS event JOIN counter ON counter."userId" = event."ownerId"
  )`;

/**
 * Statement of the changes. The jobs are locked first and then the counters, as everywhere. One that passes over what
 * is locked waits for nobody, so that there can be no circle of those who wait.
 */
function moveSql(locking: 'SKIP LOCKED' | ''): string {
  const asked = partNames.map((part, index) => `$${index + 1}::${parts[part]}[]`).join(', ');
  const names = partNames.map((part) => `"${part}"`).join(', ');
  return `
  WITH asked AS (
    SELECT * FROM unnest(${asked}) AS asked(${names})
  ), locked AS (
    SELECT job."id", job."ownerId", job."percentage" FROM "Job" AS job WHERE job."id" = ANY($1::uuid[])
      ORDER BY job."id" FOR NO KEY UPDATE ${locking}
  ), counted AS (
    SELECT "userId" FROM "EventCounter" WHERE "userId" IN (SELECT "ownerId" FROM locked)
      ORDER BY "userId" FOR NO KEY UPDATE ${locking}
  ), free AS (
    SELECT asked.*, locked."percentage" AS "before"
      FROM locked JOIN counted ON counted."userId" = locked."ownerId" JOIN asked ON asked."id" = locked."id"
  ), ${changeSql}, ${eventsSql}
  SELECT free."id" AS "askedId", job."id", job."kind", job."ownerId", job."status", job."percentage", job."stage",
    job."attempt", job."failures", job."lastSeq", job."priority", job."input", job."startedAt", job."updatedAt", job."finishedAt"
  FROM free LEFT JOIN job ON job."id" = free."id"`;
}

const freeSql = moveSql('SKIP LOCKED');
const waitingSql = moveSql('');
