import { afterEach, describe, expect, it } from 'vitest';
import { readEvents } from '../src/jobs/event-reading.ts';
import { claimTogether, completeTogether, completeWithTick, recordTogether } from '../src/jobs/gathered-moves.ts';
import { cancelJob } from '../src/jobs/service.ts';
import type { JobRow } from '../src/jobs/transitions.ts';
import type { Viewer } from '../src/platform/viewer.ts';
import { type TestApp, testApp } from './app.ts';
import { newJob, newViewer, startWork } from './spine.ts';

const opened: TestApp[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function spine(settings: Record<string, string> = {}): Promise<TestApp> {
  const app = await testApp({ bare: true }, settings);
  opened.push(app);
  return app;
}

async function waitingJobs({ app }: TestApp, viewers: readonly Viewer[], each: number): Promise<JobRow[]> {
  const ids: string[] = [];
  for (const viewer of viewers) for (let n = 0; n < each; n += 1) ids.push(await newJob(app, viewer));
  return (await app.database.pool.query<JobRow>('SELECT * FROM "Job" WHERE id = ANY($1) ORDER BY id', [ids])).rows;
}

async function typesOf({ app }: TestApp, jobId: string): Promise<string[]> {
  const events = await readEvents(app, { jobId }, 0);
  expect(events.map(({ jobSeq }) => jobSeq)).toEqual(events.map((_, index) => index + 1));
  return events.map(({ type }) => type);
}

const outcome = { stage: 'completed', engine: 'test' };
const tick = { stage: 'working', percentage: 50 };

describe('changes of many jobs that are made together', () => {
  it('are one statement, and number the events of each job and of each user without a gap', async () => {
    const app = await spine();
    const viewers = [await newViewer(app.app), await newViewer(app.app), await newViewer(app.app)];
    const jobs = await waitingJobs(app, viewers, 10);
    app.statements();
    const claimed = await Promise.all(jobs.map(({ id, queueId }) => claimTogether(app.app, id, queueId)));
    expect(claimed.map((row) => [row?.id, row?.attempt, row?.status])).toEqual(
      jobs.map(({ id }) => [id, 1, 'RUNNING']),
    );
    expect(app.statements().filter((sql) => sql.includes('"Job"'))).toHaveLength(1);
    const claims = jobs.map(({ id }) => ({ jobId: id, attempt: 1 }));
    await Promise.all(claims.map((claim) => recordTogether(app.app, claim, tick)));
    await Promise.all(claims.map((claim) => completeTogether(app.app, claim, outcome)));
    for (const { id } of jobs) expect(await typesOf(app, id)).toEqual(['QUEUED', 'STARTED', 'PROGRESS', 'COMPLETED']);
    for (const { id: userId } of viewers) {
      const numbers = (await readEvents(app.app, { userId }, 0)).map(({ userSeq }) => userSeq);
      expect(numbers).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    }
  });

  it('hold for each only if its own attempt holds the job: the others are made all the same', async () => {
    const app = await spine();
    const viewer = await newViewer(app.app);
    const [held, replaced, cancelled] = await waitingJobs(app, [viewer], 3);
    if (held === undefined || replaced === undefined || cancelled === undefined) throw new Error('no jobs');
    const all = [held, replaced, cancelled];
    await Promise.all(all.map(({ id, queueId }) => claimTogether(app.app, id, queueId)));
    await claimTogether(app.app, replaced.id, replaced.queueId);
    await cancelJob(app.app, viewer, cancelled.id);
    const claims = all.map(({ id }) => ({ jobId: id, attempt: 1 }));
    const recorded = await Promise.all(claims.map((claim) => recordTogether(app.app, claim, tick)));
    expect(recorded.map((row) => row?.id)).toEqual([held.id, undefined, undefined]);
    const completed = await Promise.all(claims.map((claim) => completeTogether(app.app, claim, outcome)));
    expect(completed.map((row) => row?.status)).toEqual(['COMPLETED', undefined, undefined]);
    expect(await typesOf(app, held.id)).toEqual(['QUEUED', 'STARTED', 'PROGRESS', 'COMPLETED']);
    expect(await typesOf(app, replaced.id)).toEqual(['QUEUED', 'STARTED', 'RESUMED']);
    expect(await typesOf(app, cancelled.id)).toEqual(['QUEUED', 'STARTED', 'CANCELLED']);
    expect(await claimTogether(app.app, replaced.id, held.queueId)).toBeNull();
    expect(await claimTogether(app.app, cancelled.id, cancelled.queueId)).toBeNull();
  });

  it('of one job keep their order, and one that the database refuses takes no other with it', async () => {
    const app = await spine();
    const [first, second] = await waitingJobs(app, [await newViewer(app.app)], 2);
    if (first === undefined || second === undefined) throw new Error('no jobs');
    await Promise.all([first, second].map(({ id, queueId }) => claimTogether(app.app, id, queueId)));
    const claim = { jobId: first.id, attempt: 1 };
    const refused = recordTogether(app.app, { jobId: second.id, attempt: 1 }, { ...tick, message: 'a \0 character' });
    const stages = ['one', 'two', 'three'].map((stage) => recordTogether(app.app, claim, { ...tick, stage }));
    const end = completeTogether(app.app, claim, outcome);
    await expect(refused).rejects.toThrow();
    expect((await Promise.all(stages)).map((row) => [row?.stage, row?.lastSeq])).toEqual([
      ['one', 3],
      ['two', 4],
      ['three', 5],
    ]);
    expect((await end)?.lastSeq).toBe(6);
    expect(await typesOf(app, second.id)).toEqual(['QUEUED', 'STARTED']);
  });

  it('are one for a last tick and its end: two events in order, and both fail or hold together', async () => {
    const app = await spine();
    const viewer = await newViewer(app.app);
    const [done, replaced, refused] = await waitingJobs(app, [viewer], 3);
    if (done === undefined || replaced === undefined || refused === undefined) throw new Error('no jobs');
    const all = [done, replaced, refused];
    await Promise.all(all.map(({ id, queueId }) => claimTogether(app.app, id, queueId)));
    await recordTogether(app.app, { jobId: done.id, attempt: 1 }, { ...tick, percentage: 70 });
    await claimTogether(app.app, replaced.id, replaced.queueId);
    const end = async ({ id }: JobRow, message: string) => {
      const claim = { jobId: id, attempt: 1 };
      const ticked = recordTogether(app.app, claim, { ...tick, stage: 'ending', message });
      const ended = completeWithTick(app.app, claim, outcome);
      if (ended === undefined) throw new Error('the tick did not wait');
      return Promise.allSettled([ticked, ended]);
    };
    app.statements();
    const ends = await Promise.all([end(done, 'nearly'), end(replaced, 'nearly')]);
    expect(app.statements()).toHaveLength(1);
    const [[, ended], ofReplaced] = ends;
    expect(ended).toMatchObject({ status: 'fulfilled', value: { status: 'COMPLETED', lastSeq: 5 } });
    expect(ofReplaced.map((one) => one.status === 'fulfilled' && one.value)).toEqual([null, null]);
    expect((await end(refused, 'a \0 character')).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(completeWithTick(app.app, { jobId: refused.id, attempt: 1 }, outcome)).toBeUndefined();
    expect(await typesOf(app, done.id)).toEqual(['QUEUED', 'STARTED', 'PROGRESS', 'PROGRESS', 'COMPLETED']);
    expect(await typesOf(app, replaced.id)).toEqual(['QUEUED', 'STARTED', 'RESUMED']);
    expect(await typesOf(app, refused.id)).toEqual(['QUEUED', 'STARTED']);
    const events = await readEvents(app.app, { jobId: done.id }, 3);
    // The percentage never falls, and the tick tells of the time before the end.
    expect(events.map(({ data }) => data)).toEqual([
      { kind: 'DOCS', status: 'RUNNING', percentage: 70, stage: 'ending', message: 'nearly', attempt: 1 },
      { kind: 'DOCS', status: 'COMPLETED', percentage: 100, stage: 'completed', attempt: 1 },
    ]);
    const numbers = (await readEvents(app.app, { userId: viewer.id }, 0)).map(({ userSeq }) => userSeq);
    expect(numbers).toEqual(Array.from({ length: 10 }, (_, index) => index + 1));
  });

  it('wait for a lock that somebody else holds without holding up other jobs and users', async () => {
    const app = await spine();
    const [ada, bob] = [await newViewer(app.app), await newViewer(app.app)];
    const [lockedJob, adas] = await waitingJobs(app, [ada], 2);
    const [bobs, ofLockedUser] = [...(await waitingJobs(app, [bob], 1)), ...(await waitingJobs(app, [bob], 1))];
    if (!lockedJob || !adas || !bobs || !ofLockedUser) throw new Error('no jobs');
    const other = await app.app.database.pool.connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT 1 FROM "Job" WHERE id = $1 FOR UPDATE', [lockedJob.id]);
      const waiting = claimTogether(app.app, lockedJob.id, lockedJob.queueId);
      expect((await claimTogether(app.app, adas.id, adas.queueId))?.status).toBe('RUNNING');
      await other.query('SELECT 1 FROM "EventCounter" WHERE "userId" = $1 FOR UPDATE', [bob.id]);
      const alsoWaiting = [bobs, ofLockedUser].map(({ id, queueId }) => claimTogether(app.app, id, queueId));
      const adasClaim = { jobId: adas.id, attempt: 1 };
      expect((await recordTogether(app.app, adasClaim, tick))?.stage).toBe('working');
      expect((await completeTogether(app.app, adasClaim, outcome))?.status).toBe('COMPLETED');
      await other.query('COMMIT');
      const rows = await Promise.all([waiting, ...alsoWaiting]);
      expect(rows.map((row) => row?.attempt)).toEqual([1, 1, 1]);
    } finally {
      other.release();
    }
  });

  it('and cancels in a race leave exactly one end for each', async () => {
    const app = await spine();
    const viewer = await newViewer(app.app);
    const jobs = await waitingJobs(app, [viewer], 30);
    await Promise.all(jobs.map(({ id, queueId }) => claimTogether(app.app, id, queueId)));
    const cancels = jobs.map(({ id }) =>
      cancelJob(app.app, viewer, id).then(
        () => true,
        () => false,
      ),
    );
    const ends = jobs.map(({ id }) => completeTogether(app.app, { jobId: id, attempt: 1 }, outcome));
    const [cancelled, completed] = await Promise.all([Promise.all(cancels), Promise.all(ends)]);
    expect(cancelled).toEqual(completed.map((row) => row === null));
    for (const [index, { id }] of jobs.entries()) {
      expect((await typesOf(app, id)).slice(2)).toEqual([cancelled[index] === true ? 'CANCELLED' : 'COMPLETED']);
    }
  });
});

describe('a queue', () => {
  it('is worked off by as many as are allowed at once, each place taken again as soon as it is free', async () => {
    const app = await spine({ WORKER_CONCURRENCY: '3' });
    const viewer = await newViewer(app.app);
    const jobs = await waitingJobs(app, [viewer], 12);
    const slow = Promise.withResolvers<void>();
    const others = Promise.withResolvers<void>();
    const full = Promise.withResolvers<void>();
    let [running, most, done] = [0, 0, 0];
    await startWork(app.app, async ({ jobId }) => {
      running += 1;
      most = Math.max(most, running);
      if (running === 3) full.resolve();
      await full.promise;
      // The first one ends last: the other places must not wait for it.
      if (jobId === jobs[0]?.id) await slow.promise;
      running -= 1;
      done += 1;
      if (done === 11) others.resolve();
      return { engine: 'test' };
    });
    await others.promise;
    slow.resolve();
    const open = `SELECT count(*)::int AS open FROM pgboss.job WHERE name = 'docs' AND state < 'completed'`;
    await expect
      .poll(async () => (await app.app.database.pool.query<{ open: number }>(open)).rows[0]?.open, { timeout: 10_000 })
      .toBe(0);
    expect(most).toBe(3);
    for (const { id } of jobs) expect(await typesOf(app, id)).toEqual(['QUEUED', 'STARTED', 'COMPLETED']);
  });

  it('of many short jobs is worked off in few statements, and every job has all its events', async () => {
    const app = await spine({ WORKER_CONCURRENCY: '32' });
    const jobs = await waitingJobs(app, [await newViewer(app.app)], 64);
    const all = Promise.withResolvers<void>();
    let done = 0;
    app.statements();
    await startWork(app.app, async (context) => {
      context.progress({ stage: 'working', percentage: 50 });
      done += 1;
      if (done === jobs.length) all.resolve();
      return { engine: 'test' };
    });
    await all.promise;
    const open = `SELECT count(*)::int AS open FROM "Job" WHERE "finishedAt" IS NULL`;
    await expect
      .poll(async () => (await app.app.database.pool.query<{ open: number }>(open)).rows[0]?.open, { timeout: 10_000 })
      .toBe(0);
    // Taking a job and ending it with its tick are a change each; those of eight jobs at least share a statement.
    const changes = app.statements().filter((sql) => sql.includes('UPDATE "Job"'));
    expect(changes.length).toBeLessThanOrEqual((2 * jobs.length) / 8);
    for (const { id } of jobs) expect(await typesOf(app, id)).toEqual(['QUEUED', 'STARTED', 'PROGRESS', 'COMPLETED']);
  });
});
