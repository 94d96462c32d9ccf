import type { Prisma } from '../generated/prisma/client.ts';
import type { JobKind } from '../generated/prisma/enums.ts';
import type { Transaction } from '../platform/database.ts';
import { type Writing, writingOn } from '../platform/transactions.ts';

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
 * Writes the first event of a job that was inserted. Must be the last statement but the commit: it takes the lock of the
 * user's event counter, and whatever comes after would hold up every other job of that user.
 */
export async function announceJob(writing: Writing | Transaction, jobId: string): Promise<void> {
  await writingOn(writing).run({ name: 'announce-job', text: announceSql, values: [jobId] });
}

// By name: PostgreSQL refuses a prepared `*` for good once a migration has added a column beside a running server.
const announceSql = `
  WITH job AS (
    SELECT "id", "ownerId", "lastSeq", "kind", "status", "percentage", "stage", "message", "attempt"
    FROM "Job" WHERE "id" = $1::uuid
  ),
  counter AS (
    INSERT INTO "EventCounter" AS present ("userId", "lastSeq") SELECT "ownerId", 1 FROM job
    ON CONFLICT ("userId") DO UPDATE SET "lastSeq" = present."lastSeq" + 1
    RETURNING "userId", "lastSeq"
  )
  INSERT INTO "Event" ("jobId", "jobSeq", "userId", "userSeq", "type", "data")
  SELECT job."id", job."lastSeq", counter."userId", counter."lastSeq", 'QUEUED', jsonb_strip_nulls(jsonb_build_object(
    'kind', job."kind", 'status', job."status", 'percentage', job."percentage", 'stage', job."stage",
    'message', job."message", 'attempt', job."attempt"))
  FROM job, counter`;

/** Inserts the job's row. The event is written by `announceJob` once everything else of the transaction is done. */
export async function insertJob(writing: Writing | Transaction, job: NewJob): Promise<void> {
  await writingOn(writing).run({
    name: 'insert-job',
    text: `INSERT INTO "Job" ("id", "kind", "ownerId", "queueId", "priority", "input", "message", "lastSeq", "updatedAt")
      VALUES ($1::uuid, $2::"JobKind", $3::uuid, $4::uuid, $5::int, $6::jsonb, $7, 1, now())`,
    values: [job.id, job.kind, job.ownerId, job.queueId, job.priority, JSON.stringify(job.input), job.message ?? null],
  });
}
