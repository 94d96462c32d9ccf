import type { Prisma } from '../generated/prisma/client.ts';
import type { JobKind } from '../generated/prisma/enums.ts';
import type { Transaction } from '../platform/database.ts';
import { type Writing, writingOn } from '../platform/transactions.ts';
import { eventDataSql } from './transitions.ts';

export interface NewJob {
  readonly id: string;
  readonly kind: JobKind;
  readonly ownerId: string;
  readonly queueId: string;
  readonly priority: number;
  readonly input: Prisma.InputJsonValue;
  /** What is known before the work starts. */
  readonly message?: string | null | undefined;
}

/**
 * Writes the first events of jobs of one owner that were inserted, numbered in this order. Must be the last statement
 * but the commit: it takes the lock of the user's event counter, and whatever comes after would hold up every other job
 * of that user.
 */
export async function announceJobs(writing: Writing, jobIds: readonly string[]): Promise<void> {
  await writing.run({ name: 'announce-jobs', text: announceSql, values: [jobIds] });
}

// By name: PostgreSQL refuses a prepared `*` for good once a migration has added a column beside a running server.
const announceSql = `
  WITH job AS (
    SELECT "Job"."id", "ownerId", "lastSeq", "kind", "status", "percentage", "stage", "message", "attempt", "errorCode",
      "errorMessage", wish."place"
    FROM unnest($1::uuid[]) WITH ORDINALITY AS wish("id", "place") JOIN "Job" ON "Job"."id" = wish."id"
  ),
  counter AS (
    INSERT INTO "EventCounter" AS present ("userId", "lastSeq") SELECT "ownerId", count(*) FROM job GROUP BY "ownerId"
    ON CONFLICT ("userId") DO UPDATE SET "lastSeq" = present."lastSeq" + excluded."lastSeq"
    RETURNING "userId", "lastSeq" - (SELECT count(*) FROM job) AS before
  )
  INSERT INTO "Event" ("jobId", "jobSeq", "userId", "userSeq", "type", "data")
  SELECT job."id", job."lastSeq", counter."userId", counter.before + job."place", 'QUEUED',
    ${eventDataSql('job')}
  FROM job, counter ORDER BY job."place"`;

/** Inserts the rows of jobs. `announceJobs` writes their events once everything else of the transaction is done. */
export async function insertJobs(writing: Writing | Transaction, jobs: readonly NewJob[]): Promise<void> {
  await writingOn(writing).run({
    name: 'insert-jobs',
    text: `INSERT INTO "Job" ("id", "kind", "ownerId", "queueId", "priority", "input", "message", "lastSeq", "updatedAt")
      SELECT "id", "kind", "ownerId", "queueId", "priority", "input", "message", 1, now()
      FROM jsonb_to_recordset($1::jsonb) AS job("id" uuid, "kind" "JobKind", "ownerId" uuid, "queueId" uuid,
        "priority" int, "input" jsonb, "message" text)`,
    values: [JSON.stringify(jobs)],
  });
}
