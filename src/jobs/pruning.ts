import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { App } from '../app.ts';
import { pruneQueue } from '../platform/queue.ts';

export interface Pruned {
  readonly events: number;
  readonly jobs: number;
  readonly sessions: number;
  readonly idempotencyKeys: number;
  readonly rateLimits: number;
  /** Sign-ins elsewhere that were begun and never finished. */
  readonly signIns: number;
  /** Working folders on this machine. */
  readonly workFolders: number;
}

/**
 * Removes events of finished jobs, finished jobs with their files, what they left in the working folder, ended
 * sessions, old idempotency keys, sign-ins that were never finished and the counters of rate limits that are over.
 * A cursor that points into removed events is answered with CURSOR_EXPIRED from then on.
 */
export async function prune(app: App): Promise<Pruned> {
  const { EVENT_RETENTION_DAYS, JOB_RETENTION_DAYS } = app.config;
  return {
    events: await pruneEvents(app, EVENT_RETENTION_DAYS),
    jobs: await pruneJobs(app, JOB_RETENTION_DAYS),
    sessions: await removed(
      app,
      `DELETE FROM "Session" WHERE coalesce("revokedAt", "expiresAt") < now() - interval '7 days'`,
    ),
    idempotencyKeys: await removed(app, `DELETE FROM "IdempotencyKey" WHERE "createdAt" < now() - interval '24 hours'`),
    workFolders: await pruneWorkFolders(app),
    signIns: await removed(app, `DELETE FROM "OAuthState" WHERE "createdAt" < now() - interval '1 hour'`),
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
     ), jobs AS (
       UPDATE "Job" SET "prunedSeq" = last.seq
       FROM (SELECT "jobId", max("jobSeq") AS seq FROM gone GROUP BY "jobId") AS last WHERE "Job"."id" = last."jobId"
     ), users AS (
       UPDATE "EventCounter" SET "prunedSeq" = greatest("prunedSeq", last.seq)
       FROM (SELECT "userId", max("userSeq") AS seq FROM gone GROUP BY "userId") AS last
       WHERE "EventCounter"."userId" = last."userId"
     )
     SELECT count(*) FROM gone`,
    [days],
  );
  return Number(rows[0]?.count ?? 0);
}

async function pruneJobs(app: App, days: number): Promise<number> {
  let count = 0;
  for (;;) {
    const { rows } = await app.database.pool.query<{ id: string }>(
      `SELECT "id" FROM "Job" WHERE "finishedAt" < now() - make_interval(days => $1) LIMIT 100`,
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

async function removed(app: App, sql: string): Promise<number> {
  return (await app.database.pool.query(sql)).rowCount ?? 0;
}
