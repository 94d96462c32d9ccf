import { v7 as uuidv7 } from 'uuid';
import type { App } from '../src/app.ts';

/** Writes the events of running jobs as a worker would, many in one statement where there are many. */
export interface EventWriter {
  readonly jobs: readonly string[];
  /** Writes the next event of each of these jobs and wakes their readers. Gives when it was committed, in ms. */
  write(jobs: readonly string[]): Promise<number>;
}

/** Makes running documentation jobs of a user, each with one event. */
export async function createWriter(app: App, ownerId: string, count: number): Promise<EventWriter> {
  const { pool } = app.database;
  const jobs = Array.from({ length: count }, () => uuidv7());
  await pool.query(
    `INSERT INTO "Job" (id, kind, "ownerId", status, "queueId", input, attempt)
     SELECT id, 'DOCS', $2, 'RUNNING', id, '{}', 1 FROM unnest($1::uuid[]) AS id`,
    [jobs, ownerId],
  );
  await pool.query(`INSERT INTO "EventCounter" ("userId") VALUES ($1) ON CONFLICT DO NOTHING`, [ownerId]);
  const writer: EventWriter = {
    jobs,
    async write(some) {
      await pool.query({ name: 'write-events', text: writeSql, values: [some, ownerId, some.length] });
      const at = performance.timeOrigin + performance.now();
      app.wakeUps.publish(some.map((id) => `job:${id}`));
      return at;
    },
  };
  await writer.write(jobs);
  return writer;
}

/** Rows, numbers and events in one statement, as the spine writes those of one job. */
const writeSql = `
  WITH job AS (
    UPDATE "Job" SET "lastSeq" = "lastSeq" + 1, percentage = ("lastSeq" * 7) % 99, stage = 'writing',
      message = 'Writing file number ' || "lastSeq", "updatedAt" = now()
    WHERE id = ANY($1::uuid[]) AND status = 'RUNNING' AND attempt = 1 RETURNING *),
  counter AS (UPDATE "EventCounter" SET "lastSeq" = "lastSeq" + $3 WHERE "userId" = $2 RETURNING "lastSeq" - $3 AS before)
  INSERT INTO "Event" ("jobId", "jobSeq", "userId", "userSeq", type, data)
  SELECT job.id, job."lastSeq", job."ownerId", counter.before + row_number() OVER (ORDER BY job.id), 'PROGRESS',
    jsonb_build_object('kind', job.kind, 'status', job.status, 'percentage', job.percentage, 'stage', job.stage,
      'message', job.message, 'attempt', job.attempt)
  FROM job, counter`;
