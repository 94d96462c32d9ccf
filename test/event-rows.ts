import { v7 as uuidv7 } from 'uuid';
import type { App } from '../src/app.ts';
import type { TestApp } from './app.ts';

/** A job whose events a test writes itself, row by row. */
export interface WrittenJob {
  readonly id: string;
  /** Writes more events and wakes its readers; `end` makes the last one COMPLETED. */
  write(count: number, options?: { end?: boolean; wake?: boolean; padding?: number }): Promise<void>;
  /** Takes events out, as nothing but a defect could. */
  lose(jobSeq: number): Promise<void>;
}

/** Makes a running job without events. */
export async function writtenJob({ app }: Pick<TestApp, 'app'>, ownerId: string): Promise<WrittenJob> {
  const { pool } = app.database;
  const id = uuidv7();
  await pool.query(
    `INSERT INTO "Job" (id, kind, "ownerId", status, "queueId", input) VALUES ($1, 'DOCS', $2, 'RUNNING', $1, '{}')`,
    [id, ownerId],
  );
  await pool.query(`INSERT INTO "EventCounter" ("userId") VALUES ($1) ON CONFLICT DO NOTHING`, [ownerId]);
  return {
    id,
    async write(count, { end = false, wake = true, padding = 0 } = {}) {
      await pool.query(
        `WITH job AS (UPDATE "Job" SET "lastSeq" = "lastSeq" + $3, status = $4::"JobStatus" WHERE id = $1
                      RETURNING "lastSeq" - $3 AS before),
              counter AS (UPDATE "EventCounter" SET "lastSeq" = "lastSeq" + $3 WHERE "userId" = $2
                          RETURNING "lastSeq" - $3 AS before)
         INSERT INTO "Event" ("jobId", "jobSeq", "userId", "userSeq", type, data)
         SELECT $1, job.before + n, $2, counter.before + n,
                CASE WHEN $5 AND n = $3 THEN 'COMPLETED' ELSE 'PROGRESS' END,
                jsonb_build_object('status', 'RUNNING', 'stage', 'x', 'percentage', 1, 'message', repeat('x', $6))
         FROM job, counter, generate_series(1, $3::int) n`,
        [id, ownerId, count, end ? 'COMPLETED' : 'RUNNING', end, padding],
      );
      if (wake) app.wakeUps.publish([`job:${id}`, `user:${ownerId}`]);
    },
    async lose(jobSeq) {
      await pool.query(`DELETE FROM "Event" WHERE "jobId" = $1 AND "jobSeq" = $2`, [id, jobSeq]);
    },
  };
}

/** What the streams of an app hold at a moment. */
export interface Watch {
  /** Subscriptions being served, by the metric. */
  subscriptions(): Promise<number>;
  /** Streams this app waits to be woken about; all readers of one share it. */
  listeners(): number;
  /** Events read from the table so far. */
  rows(): number;
}

/** Watches an app's streams from inside. */
export function watchStreams(app: App): Watch {
  let listeners = 0;
  let rows = 0;
  const { wakeUps, database } = app;
  const listen = wakeUps.listen.bind(wakeUps);
  wakeUps.listen = (topic, listener) => {
    const stop = listen(topic, listener);
    if (!/^(job|user):/.test(topic)) return stop;
    listeners += 1;
    let listening = true;
    return () => {
      if (listening) listeners -= 1;
      listening = false;
      stop();
    };
  };
  database.pool.on('connect', (client) => {
    client.on('notice', () => {});
  });
  const counting = <Query extends (...args: never[]) => unknown>(query: Query): Query =>
    new Proxy(query, {
      apply(target, self, args) {
        const answer: unknown = Reflect.apply(target, self, args);
        const [statement] = args;
        if (answer instanceof Promise && typeof statement === 'object' && /-events$/.test(statement?.name)) {
          answer.then(
            (result) => {
              rows += (Array.isArray(result) ? result : result.rows).length;
            },
            () => {},
          );
        }
        return answer;
      },
    });
  database.pool.query = counting(database.pool.query);
  database.statements.run = counting(database.statements.run);
  return {
    listeners: () => listeners,
    rows: () => rows,
    async subscriptions() {
      const { values } = await app.metrics.subscriptions.get();
      return values[0]?.value ?? 0;
    },
  };
}
