import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEvents } from '../src/jobs/event-reading.ts';
import { createJob, JobCreator, rowPerJob } from '../src/jobs/service.ts';
import type { Viewer } from '../src/platform/viewer.ts';
import { type TestApp, testApp } from './app.ts';
import { audit, newPaidJob, newPayer } from './credit-rows.ts';
import { definitionFor, newJob, newViewer } from './spine.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ bare: true });
});
afterAll(() => app.close());

/** Everything that has happened to somebody, whose numbers have no gap. */
async function eventsOf(viewer: Viewer) {
  const events = await readEvents(app.app, { userId: viewer.id }, 0);
  expect(events.map(({ userSeq }) => userSeq)).toEqual(events.map((_, index) => index + 1));
  return events;
}

/** The jobs that are waiting in the queue. */
async function queued(ids: readonly string[]): Promise<string[]> {
  const { rows } = await app.app.database.pool.query<{ id: string }>(
    `SELECT "Job".id FROM "Job" JOIN pgboss.job entry ON entry.id = "Job"."queueId" AND entry.data->>'jobId' = "Job".id::text
     WHERE "Job".id = ANY($1) AND entry.state = 'created' ORDER BY "Job".id`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

describe('jobs that one owner asks for at the same time', () => {
  it('are one transaction, with holds and events as if they had been made one after the other', async () => {
    const viewer = await newPayer(app.app);
    const before = (await eventsOf(viewer)).length;
    app.statements();
    const ids = await Promise.all([5, 10, 15, 20].map((amount) => newPaidJob(app.app, viewer, amount)));
    const sent = app.statements();
    expect(sent.filter((sql) => sql === 'BEGIN')).toHaveLength(1);
    expect(sent.filter((sql) => sql.includes('INSERT INTO "Job"'))).toHaveLength(1);
    const events = (await eventsOf(viewer)).slice(before);
    expect(events.map(({ type, jobId, data }) => [type, jobId ?? data])).toEqual([
      ...[95, 85, 70, 50].map((available) => ['CREDITS_UPDATED', { credits: 100, available, change: 0 }]),
      ...ids.map((id) => ['QUEUED', id]),
    ]);
    expect(await queued(ids)).toEqual(ids.toSorted());
    expect(await audit(app.app.database.pool, viewer.id)).toMatchObject({ balance: 100, held: 50 });
  });

  it('are refused each for itself when the credits do not last for all of them', async () => {
    const viewer = await newPayer(app.app);
    const made = await Promise.allSettled([60, 60, 30].map((amount) => newPaidJob(app.app, viewer, amount)));
    expect(made).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'INSUFFICIENT_CREDITS', required: 60, available: 40 } },
      { status: 'fulfilled' },
    ]);
    expect(await audit(app.app.database.pool, viewer.id)).toMatchObject({ balance: 100, held: 90 });
    expect((await eventsOf(viewer)).filter(({ type }) => type === 'QUEUED')).toHaveLength(2);
  });

  it('are made all the same beside one that the database refuses', async () => {
    const viewer = await newViewer(app.app);
    const address = { provider: 'GIT', url: 'https://example.com/a/b', namespace: 'a', name: 'b' } as const;
    const repository = await app.app.database.prisma.repository.create({ data: { ...address, ownerId: viewer.id } });
    const write = rowPerJob<{ readonly repositoryId: string }>('DocsJob');
    const creator = new JobCreator({ definition: definitionFor(), write, neverRefuses: true });
    const ask = (repositoryId: string) =>
      createJob(app.app, viewer, { creator, input: {}, operation: 'test', detail: { repositoryId } });
    const made = await Promise.allSettled([repository.id, uuidv7(), repository.id].map(ask));
    expect(made.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const ids = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect((await eventsOf(viewer)).map(({ jobId }) => jobId)).toEqual(ids);
    expect(await queued(ids)).toEqual(ids.toSorted());
    expect(await app.app.database.prisma.job.count({ where: { ownerId: viewer.id } })).toBe(2);
  });

  it('are remembered each by its own idempotency key', async () => {
    const viewer = await newViewer(app.app);
    const ask = () => Promise.all(['a', 'b', 'c'].map((key) => newJob(app.app, viewer, key)));
    const ids = await ask();
    expect(new Set(ids).size).toBe(3);
    expect(await ask()).toEqual(ids);
    expect(await eventsOf(viewer)).toHaveLength(3);
  });
});
