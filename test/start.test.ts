import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, openApp, startApp } from '../src/app.ts';
import { authenticate } from '../src/auth/service.ts';
import { runUntilStopped } from '../src/cli/run.ts';
import { stopForLackOfReader } from '../src/cli/stopping.ts';
import { generateDocs } from '../src/docs/service.ts';
import { run } from '../src/main.ts';
import { createLog } from '../src/platform/log.ts';
import { type TestApp, testApp } from './app.ts';
import { type Caller, makeProject, newCaller, smallProject } from './story.ts';

let served: TestApp;
let ada: Caller;
const opened: App[] = [];

/** As a process has it that answers first requests already. */
async function open(): Promise<App> {
  const app = await openApp({ config: served.config, log: createLog('silent'), serving: true });
  opened.push(app);
  return app;
}

beforeAll(async () => {
  served = await testApp({}, { ALLOW_LOCAL_REPOS: 'true' });
  ada = await newCaller(served);
});
afterAll(async () => {
  await ada.close();
  await Promise.all(opened.map((app) => app.close()));
  await served.close();
});

it('takes a job that is asked for before the queue has started, and puts it in once', async () => {
  const app = await open();
  expect(() => app.queue.boss).toThrow('the queue has not started yet');
  const viewer = await authenticate(app, ada.token);
  const id = await generateDocs(app, viewer, { address: await makeProject(smallProject) });
  const { rows } = await app.database.pool.query(`SELECT name FROM pgboss.job WHERE data->>'jobId' = $1`, [id]);
  expect(rows).toHaveLength(1);
  expect(app.queue.boss).toBeDefined();
});

it('has queue and wake-ups up once it is started, which may be asked for twice', async () => {
  const app = await open();
  await Promise.all([startApp(app), startApp(app)]);
  expect(app.wakeUps.healthy()).toBe(true);
  expect(await app.queue.boss.schemaVersion()).toBeGreaterThan(0);
});

it('closes what was never started', async () => {
  const app = await open();
  await app.close();
  expect(() => app.queue.boss).toThrow('the queue has not started yet');
});

it('says from the moment it is told to stop that it takes nothing, also while it still starts', async () => {
  const stop = new AbortController();
  const steps: string[] = [];
  const log = createLog('debug', {
    write(line: string) {
      steps.push(line);
      if (line.includes('"step":"schema"')) stop.abort();
    },
  });
  const roles = { api: true, worker: true, scheduler: false };
  const running = await run({ config: served.config, log, stopping: stop.signal }, roles);
  expect(stop.signal.aborted).toBe(true);
  expect(steps.at(-1)).not.toContain('"step":"schema"');
  const ready = await fetch(`${running.addresses[0]}/health/ready`);
  expect([ready.status, await ready.json()]).toMatchObject([
    503,
    { status: 'not_ready', checks: { accepting: false } },
  ]);
  await running.close();
});

it('is not called ready when it is told to stop before, and closes', async () => {
  let isReady = false;
  const ended = runUntilStopped(served.config, { api: true, worker: false, scheduler: false }, () => {
    isReady = true;
  });
  stopForLackOfReader();
  await ended;
  expect(isReady).toBe(false);
});
