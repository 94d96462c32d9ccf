import { PgBoss } from 'pg-boss';
import { answering } from './answering.js';

/** Bare pg-boss with the settings that are its fastest: entries in large batches, each settled for itself. */
const settings = {
  batchSize: 100,
  localConcurrency: 4,
  perJobResults: true,
  burstWhenBatchFull: true,
  pollingIntervalSeconds: 0.5,
  notifyPollingIntervalSeconds: 2,
};
const boss = new PgBoss({ connectionString: process.env.DATABASE_URL, schema: 'bare', max: 10, useListenNotify: true });
boss.on('error', console.error);
await boss.start();
await boss.createQueue('none', { notify: true });
await boss.createQueue('sent');

answering('ready', async ({ create, together, prepare, work }) => {
  if (create !== undefined) return inParallel(create, together, (n) => boss.send('sent', { n }));
  if (prepare !== undefined) {
    for (let start = 0; start < prepare; start += 500) {
      await boss.insert(
        'none',
        Array.from({ length: Math.min(500, prepare - start) }, (_, n) => ({ data: { n } })),
      );
    }
    return null;
  }
  let done = 0;
  const began = performance.now();
  await new Promise((resolve) => {
    boss.work('none', settings, async (jobs) => {
      done += jobs.length;
      if (done === work) resolve();
      return jobs.map(({ id }) => ({ id, status: 'completed' }));
    });
  });
  while ((await boss.getQueueStats('none', { force: true })).activeCount > 0 && (await open()) > 0);
  return performance.now() - began;
});

async function open() {
  const { rows } = await boss
    .getDb()
    .executeSql("SELECT count(*) FROM bare.job WHERE name = 'none' AND state < 'completed'");
  return Number(rows[0].count);
}

async function inParallel(count, together, run) {
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: together }, async () => {
      while (next < count) {
        next += 1;
        await run(next);
      }
    }),
  );
  return performance.now() - began;
}
