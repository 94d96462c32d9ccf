import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { type EventRow, readEvents } from '../src/jobs/event-reading.ts';
import { prune } from '../src/jobs/pruning.ts';
import { cancelJob, jobEvents, myEvents } from '../src/jobs/service.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import type { Viewer } from '../src/platform/viewer.ts';
import { type TestApp, type TestRoles, testApp } from './app.ts';
import { writtenJob } from './event-rows.ts';
import { gate, newJob, newViewer, startWork, untilAborted, type Work } from './spine.ts';
import { graphqlAnswer, newCaller } from './story.ts';
import { type TcpProxy, tcpProxy } from './tcp-proxy.ts';

const closed = z.object({ code: z.number() });
const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function app(roles: TestRoles = { bare: true }, settings: Record<string, string> = {}): Promise<TestApp> {
  const made = await testApp(roles, settings);
  opened.push(made);
  return made;
}

/** Another process's worth of an app, whose wire to the database can be cut. */
async function behindWire(first: TestApp, roles: TestRoles, settings: Record<string, string> = {}) {
  const url = new URL(first.environment.DATABASE_URL ?? '');
  const wire: TcpProxy = await tcpProxy({ host: url.hostname, port: Number(url.port) });
  url.hostname = '127.0.0.1';
  url.port = String(wire.port);
  const other = await first.another(roles, { DATABASE_URL: url.href, ...settings });
  opened.push(wire, other);
  return { wire, other };
}

async function collect(events: AsyncIterable<EventRow>): Promise<EventRow[]> {
  const seen: EventRow[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

function counting(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

describe('a database that goes away for a while', () => {
  it('is a pause for readers, who then see every event once and in order', async () => {
    const first = await app();
    const viewer = await newViewer(first.app);
    const job = await writtenJob(first, viewer.id);
    const { wire, other } = await behindWire(first, { bare: true });
    const away = gate();
    const reading = (async () => {
      const seen: (number | null)[] = [];
      for await (const event of await jobEvents(other.app, viewer, job.id)) {
        seen.push(event.jobSeq);
        if (event.jobSeq === 3) away.resolve();
      }
      return seen;
    })();
    await job.write(3);
    await away.promise;
    const tried = vi.spyOn(other.app.log, 'warn');
    wire.sever();
    await job.write(4, { end: true });
    await vi.waitFor(() => expect(tried.mock.calls.flat()).toContain('events could not be read; trying again'), 10_000);
    wire.join();
    expect(await reading).toEqual(counting(7));
  });

  it('does not hold up a reader who hangs up meanwhile', async () => {
    const first = await app();
    const viewer = await newViewer(first.app);
    const job = await writtenJob(first, viewer.id);
    await job.write(1);
    const { wire, other } = await behindWire(first, { bare: true });
    const hangUp = new AbortController();
    const events = await jobEvents(other.app, viewer, job.id, { after: 1, signal: hangUp.signal });
    const ended = collect(events).catch(() => 'ended');
    wire.sever();
    hangUp.abort();
    await ended;
  });

  it('is a 503 to try again for whoever asks meanwhile, over GraphQL and REST, and is over when it is back', async () => {
    const first = await app({ api: true });
    const caller = await newCaller(first);
    const { wire, other } = await behindWire(first, { api: true });
    const headers = { authorization: `Bearer ${caller.token}`, 'content-type': 'application/json' };
    const graphql = () =>
      fetch(`${other.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query: '{ me { email } }' }) });
    expect((await graphql()).status).toBe(200);
    wire.sever();
    const answer = await graphql();
    const { errors } = graphqlAnswer.parse(await answer.json());
    expect([answer.status, errors?.[0]?.extensions]).toMatchObject([
      503,
      { code: 'SERVICE_UNAVAILABLE', retryable: true },
    ]);
    const rest = await fetch(`${other.url}/api/v1/items`, { headers });
    expect([rest.status, await rest.json()]).toMatchObject([503, { error: { code: 'EXTERNAL_SERVICE_ERROR' } }]);
    wire.join();
    expect((await graphql()).status).toBe(200);
  });

  it('sends a socket client away to try again later, not for good', async () => {
    const first = await app({ api: true });
    const caller = await newCaller(first);
    const { wire, other } = await behindWire(first, { api: true });
    wire.sever();
    const codes: number[] = [];
    const client = createClient({
      url: `${other.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: `Bearer ${caller.token}` },
      retryAttempts: 100,
      retryWait: async () => {
        wire.join();
      },
      on: { closed: (event) => codes.push(closed.parse(event).code) },
    });
    onTestFinished(async () => client.dispose());
    const answers: unknown[] = [];
    for await (const answer of client.iterate({ query: '{ me { email } }' })) answers.push(answer.data);
    expect(answers).toHaveLength(1);
    expect(codes[0]).toBe(1013);
  });

  it('ends no process, and loses no event of a job, when its connections are broken again and again', async () => {
    const first = await app();
    await startWork(
      first.app,
      async (context) => {
        for (let n = 0; n < 150; n += 1) {
          context.progress({ stage: `stage ${n}`, percentage: n / 2 });
          await context.flush();
        }
        return { engine: 'test', save: (transaction) => transaction.user.count() };
      },
      { tries: 1000 },
    );
    const viewer = await newViewer(first.app);
    const id = await newJob(first.app, viewer);
    const { prisma } = first.app.database;
    const breaker = new Client({ connectionString: first.environment.DATABASE_URL });
    await breaker.connect();
    opened.push({ close: () => breaker.end() });
    const seen: (number | null)[] = [];
    for await (const event of await jobEvents(first.app, viewer, id)) {
      seen.push(event.jobSeq);
      if ((event.jobSeq ?? 0) % 10 === 0 && (event.jobSeq ?? 0) <= 20) {
        await breaker.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`);
      }
    }
    expect(await prisma.job.findUniqueOrThrow({ where: { id } })).toMatchObject({ status: 'COMPLETED' });
    const table = await readEvents(first.app, { jobId: id }, 0, 100_000);
    expect(seen).toEqual(counting(table.length));
  }, 60_000);

  it('counts as no try of a job that it takes its connections from, while it works and while it saves', async () => {
    const { app: served } = await app();
    const attempts: number[] = [];
    const end = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()';
    const work: Work = async (context) => {
      attempts.push(attempts.length + 1);
      context.progress({ stage: `attempt ${attempts.length}`, percentage: 50 });
      if (attempts.length === 1) await served.database.pool.query(end);
      return {
        engine: 'test',
        save: (transaction) => transaction.$queryRawUnsafe(attempts.length === 2 ? end : 'SELECT 1'),
      };
    };
    await startWork(served, work, { tries: 1 });
    const viewer = await newViewer(served);
    const id = await newJob(served, viewer);
    const types = (await collect(await jobEvents(served, viewer, id))).map(({ type }) => type);
    const left = ['QUEUED', 'STARTED', 'RELEASED', 'RESUMED', 'RELEASED', 'RESUMED', 'COMPLETED'];
    expect(types.filter((type) => type !== 'PROGRESS')).toEqual(left);
    const job = await served.database.prisma.job.findUniqueOrThrow({ where: { id } });
    expect(job).toMatchObject({ status: 'COMPLETED', attempt: 3, failures: 0 });
  }, 60_000);

  it('is waited for by a worker whose job it has broken off, which then goes on', async () => {
    const first = await app();
    const { wire, other } = await behindWire(first, { bare: true });
    let attempts = 0;
    await startWork(
      other.app,
      async (context) => {
        attempts += 1;
        if (attempts === 1) {
          wire.sever();
          context.progress({ stage: 'severed', percentage: 50 });
          await context.flush();
        }
        return { engine: 'test' };
      },
      { tries: 1 },
    );
    const tried = vi.spyOn(other.app.log, 'warn');
    const viewer = await newViewer(first.app);
    const id = await newJob(first.app, viewer);
    const saying = 'a job could not be changed; trying again';
    await vi.waitFor(() => expect(tried.mock.calls.flat()).toContain(saying), 20_000);
    wire.join();
    const events = await collect(await jobEvents(first.app, viewer, id));
    expect(events.map(({ type }) => type)).toEqual(['QUEUED', 'STARTED', 'RELEASED', 'RESUMED', 'COMPLETED']);
    expect(attempts).toBe(2);
  }, 60_000);

  it.each<[string, Work]>([
    [
      'somebody else who does not answer',
      () => {
        const refused = Object.assign(new Error('connect ECONNREFUSED 192.0.2.1:443'), { code: 'ECONNREFUSED' });
        return Promise.reject(new TypeError('fetch failed', { cause: refused }));
      },
    ],
    [
      'a transaction of its own that takes too long',
      async ({ app: { database } }) =>
        database.prisma.$transaction(
          async (transaction) => {
            await transaction.$queryRaw`SELECT 1 FROM pg_sleep(0.5)`;
            await transaction.$queryRaw`SELECT 1`;
            return { engine: 'test' };
          },
          { timeout: 20 },
        ),
    ],
  ])('is not to blame where a job fails by %s', async (_reason, work) => {
    const { app: served } = await app();
    await startWork(served, work, { tries: 1 });
    const viewer = await newViewer(served);
    const id = await newJob(served, viewer);
    expect((await collect(await jobEvents(served, viewer, id))).at(-1)?.type).toBe('FAILED');
  });

  it('is started again when it is the embedded one and was killed', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'millwright-test-'));
    const postgres = await startEmbeddedPostgres({ dataDir, durable: false });
    opened.push({ close: () => rm(dataDir, { recursive: true, force: true }) }, { close: () => postgres.leave() });
    const pid = () =>
      readFile(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8').then((text) => Number.parseInt(text, 10));
    const killed = await pid();
    process.kill(killed, 'SIGKILL');
    await vi.waitFor(
      async () => {
        const client = new Client({ connectionString: postgres.url });
        client.on('error', () => {});
        await client.connect();
        await client.query('SELECT 1');
        await client.end();
        expect(await pid()).not.toBe(killed);
      },
      { timeout: 20_000, interval: 100 },
    );
  });

  it('does not stay locked by a process that stops in the middle of a transaction', async () => {
    const { database } = (await app()).app;
    const { rows } = await database.pool.query(
      `SELECT current_setting('idle_in_transaction_session_timeout') AS after`,
    );
    expect(rows).toEqual([{ after: '45s' }]);
  });
});

describe('pruning', () => {
  /** A job that ended so many days ago. */
  async function oldJob(made: TestApp, viewer: Viewer, days: number): Promise<string> {
    const job = await writtenJob(made, viewer.id);
    await job.write(3, { end: true });
    const finishedAt = new Date(Date.now() - days * 86_400_000);
    await made.app.database.prisma.job.update({ where: { id: job.id }, data: { finishedAt } });
    return job.id;
  }

  it('marks the events that go with their job, where jobs are kept shorter than events', async () => {
    const made = await app({ bare: true }, { EVENT_RETENTION_DAYS: '30', JOB_RETENTION_DAYS: '1' });
    const viewer = await newViewer(made.app);
    await oldJob(made, viewer, 2);
    expect(await prune(made.app)).toMatchObject({ events: 0, jobs: 1 });
    await expect(myEvents(made.app, viewer, { after: 0 })).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
      extensions: { snapshot: { lastSeq: 3, prunedSeq: 3 } },
    });
  });

  it('tells readers whom it has overtaken, of a job and of a user', async () => {
    const made = await app();
    const viewer = await newViewer(made.app);
    const id = await oldJob(made, viewer, 31);
    const ofJob = await jobEvents(made.app, viewer, id, { after: 1 });
    const ofUser = await myEvents(made.app, viewer, { after: 1 });
    await prune(made.app);
    await expect(ofJob.next()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    await (await writtenJob(made, viewer.id)).write(1);
    await expect(ofUser.next()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  });

  it('removes what a job left in the working folder that was cancelled while nobody had it', async () => {
    const made = await app();
    const viewer = await newViewer(made.app);
    const [cancelled, waiting] = [await newJob(made.app, viewer), await newJob(made.app, viewer)];
    const deleted = uuidv7();
    for (const name of [cancelled, waiting, deleted, 'other']) {
      await mkdir(join(made.app.workFolder, name), { recursive: true });
    }
    await cancelJob(made.app, viewer, cancelled);
    expect(await prune(made.app)).toMatchObject({ workFolders: 1 });
    await made.app.database.prisma.job.update({
      where: { id: cancelled },
      data: { finishedAt: new Date(Date.now() - 2 * 3_600_000) },
    });
    expect(await prune(made.app)).toMatchObject({ workFolders: 1 });
    expect((await readdir(made.app.workFolder)).sort()).toEqual([waiting, 'other'].sort());
  });
});

describe('a clock', () => {
  it('that is set back does not silence progress', async () => {
    const made = await app();
    const ticked = gate();
    onTestFinished(() => void vi.useRealTimers());
    await startWork(made.app, async (context) => {
      context.progress({ stage: 'counting', percentage: 1 });
      await context.flush();
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
      context.progress({ stage: 'counting', percentage: 2, message: 'after' });
      await ticked.promise;
      return { engine: 'test' };
    });
    const viewer = await newViewer(made.app);
    const messages: unknown[] = [];
    for await (const { data } of await jobEvents(made.app, viewer, await newJob(made.app, viewer))) {
      messages.push(data);
      if (JSON.stringify(data).includes('after')) ticked.resolve();
    }
    expect(messages.at(-1)).toMatchObject({ status: 'COMPLETED' });
  });

  it('of a worker that goes wrong by hours neither fails a job at its deadline nor delays one that is given back', async () => {
    const made = await app();
    onTestFinished(() => void vi.useRealTimers());
    const viewer = await newViewer(made.app);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * 3_600_000 });
    const id = await newJob(made.app, viewer);
    let tries = 0;
    await startWork(made.app, async () => {
      tries += 1;
      if (tries === 1) throw new Error('once');
      return { engine: 'test' };
    });
    const events = await collect(await jobEvents(made.app, viewer, id));
    expect(events.map(({ type }) => type)).toEqual(['QUEUED', 'STARTED', 'RETRYING', 'RESUMED', 'COMPLETED']);
  });
});

it('a reader goes on when a migration adds a column to the events beside it', async () => {
  const { app: made } = await app({ bare: true }, { DATABASE_POOL: '2' });
  const stream = { userId: (await newViewer(made)).id };
  await Promise.all([readEvents(made, stream, 0), readEvents(made, stream, 0)]);
  await made.database.pool.query('ALTER TABLE "Event" ADD COLUMN "later" text');
  expect(await readEvents(made, stream, 0)).toEqual([]);
});

it('a hundred readers and a worker get on with two connections', async () => {
  const first = await app({ bare: true }, { DATABASE_POOL: '2' });
  await startWork(first.app, async (context) => {
    for (let n = 0; n < 30; n += 1) {
      context.progress({ stage: `stage ${n}`, percentage: n });
      await context.flush();
    }
    return { engine: 'test' };
  });
  const viewer = await newViewer(first.app);
  const id = await newJob(first.app, viewer);
  const readers = counting(100).map(async () => (await collect(await jobEvents(first.app, viewer, id))).length);
  expect(new Set(await Promise.all(readers))).toEqual(new Set([33]));
});

it('a job whose entry in the queue is taken away is queued again instead of staying RUNNING for ever', async () => {
  const { app: made } = await app();
  const viewer = await newViewer(made);
  const id = await newJob(made, viewer);
  let tries = 0;
  await startWork(made, async (context) => {
    tries += 1;
    if (tries > 1) return { engine: 'test' };
    const { queueId } = await made.database.prisma.job.findUniqueOrThrow({ where: { id: context.jobId } });
    await made.queue.withdraw('docs', queueId);
    return untilAborted(context.signal);
  });
  const events = await collect(await jobEvents(made, viewer, id, { signal: AbortSignal.timeout(15_000) }));
  expect(events.map(({ type }) => type)).toEqual(['QUEUED', 'STARTED', 'RELEASED', 'RESUMED', 'COMPLETED']);
});
