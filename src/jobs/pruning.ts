import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { App } from '../app.ts';
import { pruneQueue } from '../platform/queue.ts';

export interface Pruned {
  readonly events: number;
  readonly jobs: number;
  /** Credits set aside for jobs that are gone or have ended, which were released. */
  readonly holds: number;
  readonly sessions: number;
  readonly idempotencyKeys: number;
  readonly rateLimits: number;
  /** Sign-ins elsewhere that were begun and never finished. */
  readonly signIns: number;
  /** Deliveries of GitHub's webhook that will not come again. */
  readonly deliveries: number;
  /**
   * Jobs that are gone, but whose files were still stored: their owner's account was deleted, or a worker came late.
   */
  readonly orphans: number;
  /** Working folders on this machine. */
  readonly workFolders: number;
}

/**
 * Removes events of finished jobs and old ones about no job, finished jobs with their files, what they left in the
 * working folder, ended sessions, old idempotency keys, sign-ins that were never finished, deliveries of webhooks that
 * will not come again, and the counters of rate limits that are over; releases credits that nothing holds any more.
 * A cursor that points into removed events is answered with CURSOR_EXPIRED from then on.
 */
export async function prune(app: App): Promise<Pruned> {
  const { EVENT_RETENTION_DAYS, JOB_RETENTION_DAYS } = app.config;
  return {
    events: await pruneEvents(app, EVENT_RETENTION_DAYS),
    jobs: await pruneJobs(app, JOB_RETENTION_DAYS),
    holds: await pruneHolds(app),
    sessions: await removed(
      app,
      `DELETE FROM "Session" WHERE coalesce("revokedAt", "expiresAt") < now() - interval '7 days'`,
    ),
    idempotencyKeys: await removed(app, `DELETE FROM "IdempotencyKey" WHERE "createdAt" < now() - interval '24 hours'`),
    orphans: await pruneOrphans(app),
    workFolders: await pruneWorkFolders(app),
    signIns: await removed(app, `DELETE FROM "OAuthState" WHERE "createdAt" < now() - interval '1 hour'`),
    deliveries: await removed(app, `DELETE FROM "GitHubDelivery" WHERE "receivedAt" < now() - interval '30 days'`),
    rateLimits: await removed(app, `DELETE FROM "RateLimit" WHERE "expire" < extract(epoch FROM now()) * 1000`),
  };
}

/** Starts the hourly pruning; the entry is made once however many schedulers run. */
export async function schedulePruning(app: App): Promise<void> {
  await app.queue.boss.schedule(pruneQueue, '17 * * * *');
}

/** Works on pruning entries. */
export async function startPruning(app: App): Promise<void> {
  await app.queue.boss.work(pruneQueue, { pollingIntervalSeconds: 30 }, async () => {
    const pruned = await prune(app);
    app.log.info(pruned, 'pruned');
  });
}

async function pruneEvents(app: App, days: number): Promise<number> {
  // Both counters move in the statement that deletes, so no reader sees a gap without the mark that explains it.
  const { rows } = await app.database.pool.query<{ count: string }>(
    `WITH gone AS (
       DELETE FROM "Event" USING "Job"
       WHERE "Event"."jobId" = "Job"."id" AND "Job"."finishedAt" < now() - make_interval(days => $1)
       RETURNING "Event"."jobId", "Event"."jobSeq", "Event"."userId", "Event"."userSeq"
     ), jobless AS (
       DELETE FROM "Event" WHERE "jobId" IS NULL AND "at" < now() - make_interval(days => $1)
       RETURNING "jobId", "jobSeq", "userId", "userSeq"
     ), every AS (
       SELECT * FROM gone UNION ALL SELECT * FROM jobless
     ), jobs AS (
       UPDATE "Job" SET "prunedSeq" = last.seq
       FROM (SELECT "jobId", max("jobSeq") AS seq FROM gone GROUP BY "jobId") AS last WHERE "Job"."id" = last."jobId"
     ), users AS (
       UPDATE "EventCounter" SET "prunedSeq" = greatest("prunedSeq", last.seq)
       FROM (SELECT "userId", max("userSeq") AS seq FROM every GROUP BY "userId") AS last
       WHERE "EventCounter"."userId" = last."userId"
     )
     SELECT count(*) FROM every`,
    [days],
  );
  return Number(rows[0]?.count ?? 0);
}

async function pruneJobs(app: App, days: number): Promise<number> {
  let count = 0;
  for (;;) {
    const { rows } = await app.database.pool.query<{ id: string }>(
      `SELECT "id" FROM "Job" WHERE "finishedAt" < now() - make_interval(days => $1)
       UNION SELECT "jobId" FROM "CvAnalysis" WHERE "expiresAt" <= now() LIMIT 100`,
      [days],
    );
    if (rows.length === 0) return count;
    // Files first: a crash in between leaves a job whose files are gone, which the next run removes.
    for (const { id } of rows) await app.storage.removePrefix(`jobs/${id}/`);
    // Events may be kept longer than jobs: those that go with their job are marked as pruned too.
    await app.database.pool.query(
      `WITH users AS (
         UPDATE "EventCounter" SET "prunedSeq" = greatest("prunedSeq", last.seq)
         FROM (SELECT "userId", max("userSeq") AS seq FROM "Event" WHERE "jobId" = ANY($1::uuid[]) GROUP BY "userId")
           AS last
         WHERE "EventCounter"."userId" = last."userId"
       )
       DELETE FROM "Job" WHERE "id" = ANY($1::uuid[])`,
      [rows.map((row) => row.id)],
    );
    count += rows.length;
  }
}

/**
 * Forgets settled holds of jobs that are gone, and releases open ones whose job is gone or has ended: no program of
 * ours leaves any, but somebody may have deleted a job by hand. Gives how many were released.
 */
async function pruneHolds(app: App): Promise<number> {
  await app.database.pool.query(
    `DELETE FROM "CreditHold" WHERE "used" IS NOT NULL AND NOT EXISTS (SELECT FROM "Job" WHERE "Job"."id" = "jobId")`,
  );
  const { rows } = await app.database.pool.query<{ count: string }>(
    `WITH lost AS (
       UPDATE "CreditHold" SET "used" = 0, "settledAt" = now()
       WHERE "used" IS NULL
         AND NOT EXISTS (SELECT FROM "Job" WHERE "Job"."id" = "jobId" AND "Job"."finishedAt" IS NULL)
       RETURNING "userId", "amount"
     ), accounts AS (
       UPDATE "CreditAccount" SET "held" = "held" - total.amount
       FROM (SELECT "userId", sum("amount")::int AS amount FROM lost GROUP BY "userId") AS total
       WHERE "CreditAccount"."userId" = total."userId"
     )
     SELECT count(*) FROM lost`,
  );
  return Number(rows[0]?.count ?? 0);
}

/**
 * Removes the working folders of jobs that ended while no worker had them: cancelled between two tries, or after a
 * crash. A worker that has just been told to stop may still write there, hence the hour.
 */
async function pruneWorkFolders(app: App): Promise<number> {
  const ids = (await readdir(app.workFolder).catch(() => [])).filter((name) => z.uuid().safeParse(name).success);
  const { rows } = await app.database.pool.query<{ id: string }>(
    `SELECT folder.id FROM unnest($1::uuid[]) AS folder(id) LEFT JOIN "Job" ON "Job"."id" = folder.id
     WHERE "Job"."id" IS NULL OR "Job"."finishedAt" < now() - interval '1 hour'`,
    [ids],
  );
  for (const { id } of rows) await rm(join(app.workFolder, id), { recursive: true, force: true });
  return rows.length;
}

/** Removes stored files of jobs that there are no more. */
async function pruneOrphans(app: App): Promise<number> {
  let count = 0;
  const look = async (ids: readonly string[]) => {
    const { rows } = await app.database.pool.query<{ id: string }>(
      `SELECT stored.id FROM unnest($1::uuid[]) AS stored(id) LEFT JOIN "Job" ON "Job"."id" = stored.id
       WHERE "Job"."id" IS NULL`,
      [ids],
    );
    for (const { id } of rows) await app.storage.removePrefix(`jobs/${id}/`);
    count += rows.length;
  };
  let batch: string[] = [];
  for await (const id of app.storage.segmentsBelow('jobs')) {
    if (!z.uuid().safeParse(id).success) continue;
    batch.push(id);
    if (batch.length === 500) {
      await look(batch);
      batch = [];
    }
  }
  await look(batch);
  return count;
}

async function removed(app: App, sql: string): Promise<number> {
  return (await app.database.pool.query(sql)).rowCount ?? 0;
}
