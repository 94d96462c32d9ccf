import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import pg from 'pg';
import { answering } from './answering.js';

/** graphile-worker with the settings of its own performance test: a local queue, and completions in batches. */
const connectionString = process.env.DATABASE_URL;
const logger = new Logger(() => () => {});
const pool = new pg.Pool({ connectionString, max: 10 });
const utils = await makeWorkerUtils({ pgPool: pool, logger });
await utils.migrate();

answering('ready', async ({ prepare, work }) => {
  if (prepare !== undefined) {
    await pool.query(
      `SELECT graphile_worker.add_job('none', json_build_object('n', n)) FROM generate_series(1, $1::int) AS n`,
      [prepare],
    );
    return null;
  }
  let done = 0;
  const finished = Promise.withResolvers();
  const began = performance.now();
  const runner = await run({
    pgPool: pool,
    logger,
    noHandleSignals: true,
    concurrency: 24,
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0, localQueue: { size: 500 } } },
    taskList: {
      none: async () => {
        done += 1;
        if (done === work) finished.resolve();
      },
    },
  });
  await finished.promise;
  while ((await pool.query('SELECT 1 FROM graphile_worker._private_jobs LIMIT 1')).rowCount > 0);
  const took = performance.now() - began;
  await runner.stop();
  return took;
});
