import { Prisma } from '../generated/prisma/client.ts';
import type { JobKind, JobStatus } from '../generated/prisma/enums.ts';
import type { Sql, Transaction } from '../platform/database.ts';
import { statementName } from '../platform/statements.ts';
import { type Writing, writingOn } from '../platform/transactions.ts';

/** A job's row as the database has it. */
export interface JobRow {
  readonly id: string;
  readonly kind: JobKind;
  readonly ownerId: string;
  readonly status: JobStatus;
  readonly percentage: number;
  readonly stage: string;
  readonly message: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly engine: string | null;
  readonly attempt: number;
  readonly failures: number;
  readonly lastSeq: number;
  readonly prunedSeq: number;
  readonly queueId: string;
  readonly priority: number;
  readonly input: Prisma.JsonValue;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
}

/** What can happen to a job. Each is one row of the event log. */
export const jobEventTypes = [
  'QUEUED',
  'STARTED',
  'RESUMED',
  'PROGRESS',
  'STEP_FINISHED',
  'RETRYING',
  'RELEASED',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
] as const;
export type JobEventType = (typeof jobEventTypes)[number];

/** Statuses that never change again. */
export const terminalStatuses: readonly JobStatus[] = ['COMPLETED', 'FAILED', 'CANCELLED'];

/** The attempt a worker holds. Changes by an older attempt find no row. */
export interface Claim {
  readonly jobId: string;
  readonly attempt: number;
}

export interface Progress {
  readonly stage: string;
  /** 0–100; a smaller one than before leaves the old. */
  readonly percentage: number;
  readonly message?: string | undefined;
}

/** Records where the work stands with a step that is finished. Null when the attempt no longer holds the job. */
export async function recordStep(sql: Sql, claim: Claim, progress: Progress): Promise<JobRow | null> {
  return move(
    sql,
    Prisma.sql`"stage" = ${progress.stage}, "message" = ${progress.message ?? null},
      "percentage" = greatest("percentage", least(99, ${progress.percentage}::int))`,
    heldBy(claim),
    'STEP_FINISHED',
  );
}

export interface Outcome {
  readonly stage: string;
  readonly engine: string;
  readonly message?: string | undefined;
}

/** Whether an attempt holds its job. */
export function heldBy(claim: Claim): Prisma.Sql {
  return Prisma.sql`"id" = ${claim.jobId}::uuid AND "attempt" = ${claim.attempt}::int AND "status" = 'RUNNING'`;
}

/** Whether a job has not ended. */
export function notEnded(jobId: string): Prisma.Sql {
  return Prisma.sql`"id" = ${jobId}::uuid AND "status" IN ('QUEUED', 'RUNNING')`;
}

/** Whether a job has not ended and this queue entry may start it. */
export function startableBy(jobId: string, queueId: string): Prisma.Sql {
  return Prisma.sql`"id" = ${jobId}::uuid AND "queueId" = ${queueId}::uuid AND "status" IN ('QUEUED', 'RUNNING')`;
}

/** Locks a job's row until the transaction ends. Null when the job does not fulfil the condition. */
export async function lockJob(
  transaction: Transaction | Writing,
  condition: Prisma.Sql,
): Promise<Pick<JobRow, 'id' | 'ownerId'> | null> {
  const { text, values } = Prisma.sql`SELECT "id", "ownerId" FROM "Job" WHERE ${condition} FOR UPDATE`;
  const locking = { name: statementName(text), text, values };
  const [job] = await writingOn(transaction).run<Pick<JobRow, 'id' | 'ownerId'>>(locking);
  return job ?? null;
}

/** Ends a job well. Null when the attempt no longer holds it: the transaction must then be rolled back. */
export async function completeJob(sql: Sql, claim: Claim, outcome: Outcome): Promise<JobRow | null> {
  return move(
    sql,
    Prisma.sql`"status" = 'COMPLETED', "percentage" = 100, "stage" = ${outcome.stage}, "engine" = ${outcome.engine},
      "message" = ${outcome.message ?? null}, "finishedAt" = now()`,
    heldBy(claim),
    'COMPLETED',
  );
}

/** Ends a job badly. Null when the attempt no longer holds it. */
export async function failJob(
  sql: Sql,
  claim: Claim,
  error: { readonly code: string; readonly message: string },
): Promise<JobRow | null> {
  return move(
    sql,
    Prisma.sql`"status" = 'FAILED', "errorCode" = ${error.code}, "errorMessage" = ${error.message}, "message" = NULL,
      "finishedAt" = now()`,
    heldBy(claim),
    'FAILED',
  );
}

/** Why a job is buried. */
export const crashed = { code: 'WORKER_CRASHED', message: 'The worker died on this job again and again' } as const;

/** Ends a job whose workers died again and again, whatever attempt it is at. */
export async function buryJob(sql: Sql, jobId: string, queueId: string): Promise<JobRow | null> {
  return move(
    sql,
    Prisma.sql`"status" = 'FAILED', "errorCode" = ${crashed.code}, "errorMessage" = ${crashed.message},
      "finishedAt" = now()`,
    startableBy(jobId, queueId),
    'FAILED',
  );
}

export interface Requeueing {
  readonly type: 'RETRYING' | 'RELEASED';
  readonly queueId: string;
  /** Seconds until it may start again. */
  readonly delaySeconds: number;
  readonly reason: string;
}

/**
 * Gives a job back to the queue under a new entry, which the same transaction must send: after a failure worth
 * another try (counted), or because its worker or the database went away (not counted).
 */
export async function requeueJob(sql: Sql, claim: Claim, requeueing: Requeueing): Promise<JobRow | null> {
  const counted = requeueing.type === 'RETRYING' ? 1 : 0;
  return move(
    sql,
    Prisma.sql`"status" = 'QUEUED', "queueId" = ${requeueing.queueId}::uuid, "failures" = "failures" + ${counted}::int,
      "message" = ${requeueing.reason}`,
    heldBy(claim),
    requeueing.type,
    { retryAt: new Date(Date.now() + requeueing.delaySeconds * 1000).toISOString() },
  );
}

/** Cancels a job that has not ended. Null when it has, so that of cancel and completion exactly one wins. */
export async function cancelJobRow(sql: Sql, jobId: string): Promise<JobRow | null> {
  return move(
    sql,
    Prisma.sql`"status" = 'CANCELLED', "message" = NULL, "finishedAt" = now()`,
    notEnded(jobId),
    'CANCELLED',
  );
}

/**
 * Changes one job: row, both sequence numbers and event in a single statement, as `move-statements.ts` does for many at
 * once. The job's row lock orders jobSeq, the counter's row lock orders userSeq; both are held until the commit, so
 * numbers appear in order.
 */
async function move(
  sql: Sql,
  set: Prisma.Sql,
  where: Prisma.Sql,
  type: JobEventType,
  data: Prisma.InputJsonObject = {},
): Promise<JobRow | null> {
  const [job] = await sql.$queryRaw<JobRow[]>`
    WITH job AS (
      UPDATE "Job" SET ${set}, "lastSeq" = "lastSeq" + 1, "updatedAt" = now() WHERE ${where} RETURNING *
    ),
    counter AS (${nextUserSeq(Prisma.sql`SELECT "ownerId", 1 FROM job`)}),
    event AS (
      INSERT INTO "Event" ("jobId", "jobSeq", "userId", "userSeq", "type", "data")
      SELECT job."id", job."lastSeq", counter."userId", counter."lastSeq", ${type}::text,
        ${Prisma.raw(eventDataSql('job'))} || ${JSON.stringify(data)}::jsonb
      FROM job, counter
    )
    SELECT * FROM job`;
  return job ?? null;
}

/** What each event tells of its job: the state just after, of a row with the job's columns. */
export function eventDataSql(job: string): string {
  return `jsonb_strip_nulls(jsonb_build_object(
    'kind', ${job}."kind", 'status', ${job}."status", 'percentage', ${job}."percentage", 'stage', ${job}."stage",
    'message', ${job}."message", 'attempt', ${job}."attempt",
    'errorCode', ${job}."errorCode", 'errorMessage', ${job}."errorMessage"
  ))`;
}

/** A statement that moves the event counters of the users `source` gives, each with a 1, and gives their new state. */
function nextUserSeq(source: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`INSERT INTO "EventCounter" AS present ("userId", "lastSeq") ${source}
      ON CONFLICT ("userId") DO UPDATE SET "lastSeq" = present."lastSeq" + 1
      RETURNING "userId", "lastSeq"`;
}

/**
 * Appends an event of a user that is about no job. It takes the lock of the user's event counter: whatever comes after
 * it in the transaction holds up every job of that user.
 */
export async function appendUserEvent(
  sql: Sql,
  userId: string,
  type: string,
  data: Prisma.InputJsonObject,
): Promise<void> {
  await sql.$executeRaw`
    WITH counter AS (${nextUserSeq(Prisma.sql`VALUES (${userId}::uuid, 1)`)})
    INSERT INTO "Event" ("userId", "userSeq", "type", "data")
    SELECT "userId", "lastSeq", ${type}, ${JSON.stringify(data)}::jsonb FROM counter`;
}
