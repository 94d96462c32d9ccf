import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type EventRow, readEvents } from '../src/jobs/event-reading.ts';
import { prune } from '../src/jobs/pruning.ts';
import { jobEvents, myEvents } from '../src/jobs/service.ts';
import type { Viewer } from '../src/platform/viewer.ts';
import { type TestApp, testApp } from './app.ts';
import { findRedis, type RedisServer, startRedis } from './redis.ts';
import { gate, newJob, newViewer, startWork } from './spine.ts';
import { callerWith, newCaller } from './story.ts';

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

/** A job that ticks until the gate opens, in a process of its own. */
async function ticking(settings: Record<string, string> = {}) {
  const app = await testApp({ bare: true }, settings);
  opened.push(app);
  const end = gate();
  let open = true;
  end.promise.then(() => {
    open = false;
  });
  await startWork(app.app, async (context) => {
    for (let n = 0; open; n += 1) {
      context.progress({ stage: `stage ${n}`, percentage: n % 100 });
      await context.flush();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { engine: 'test' };
  });
  const viewer = await newViewer(app.app);
  return { app, viewer, end: end.resolve, id: await newJob(app.app, viewer) };
}

function seqs(events: readonly EventRow[]): (number | null)[] {
  return events.map(({ jobSeq }) => jobSeq);
}

function counting(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

/** Reads a job's events with readers that are cut again and again and go on after their cursor. */
async function readInPieces(
  app: TestApp,
  viewer: Viewer,
  id: string,
  onPiece: (piece: number) => void | Promise<void>,
  eventsPerPiece: number,
): Promise<EventRow[]> {
  const seen: EventRow[] = [];
  for (let piece = 1; ; piece += 1) {
    const after = seen.at(-1)?.jobSeq ?? 0;
    const cut = new AbortController();
    let taken = 0;
    for await (const event of await jobEvents(app.app, viewer, id, { after, signal: cut.signal })) {
      seen.push(event);
      if (event.type === 'COMPLETED') return seen;
      taken += 1;
      if (taken === eventsPerPiece) break;
    }
    cut.abort();
    await onPiece(piece);
  }
}

describe('the events of a job', () => {
  it('reach a reader that is cut twenty times and goes on after its cursor exactly as the table has them', async () => {
    const { app, viewer, id, end } = await ticking();
    const seen = await readInPieces(app, viewer, id, (piece) => (piece === 20 ? end() : undefined), 7);
    const table = await readEvents(app.app, { jobId: id }, 0, 100_000);
    expect(seqs(seen)).toEqual(counting(table.length));
    expect(seen).toEqual(table);
  });

  it('reach a hundred readers in another process, each whole and in order', async () => {
    const { app, viewer, id, end } = await ticking();
    const other = await app.another({ bare: true });
    opened.push(other);
    const readers = Array.from({ length: 100 }, async (_, index) => {
      const seen: (number | null)[] = [];
      for await (const event of await jobEvents(other.app, viewer, id, { after: index % 3 })) seen.push(event.jobSeq);
      return seen.length + (index % 3) === seen.at(-1) && seen[0] === (index % 3) + 1;
    });
    for await (const event of await jobEvents(app.app, viewer, id)) if (event.jobSeq === 50) end();
    expect(await Promise.all(readers)).toEqual(readers.map(() => true));
  });

  it('reach a reader in another process within its 5 s re-read when there are no wake-ups at all', async () => {
    const { app, viewer, id, end } = await ticking({ WAKE_UPS: 'off' });
    const other = await app.another({ bare: true });
    opened.push(other);
    const seen: (number | null)[] = [];
    for await (const event of await jobEvents(other.app, viewer, id)) {
      seen.push(event.jobSeq);
      if (event.jobSeq === 3) end();
    }
    expect(seen).toEqual(counting(seen.length));
  });

  it('are refused with the state and a cursor to go on from when the cursor is older than what is kept', async () => {
    const { app, viewer, id, end } = await ticking();
    end();
    for await (const _ of await jobEvents(app.app, viewer, id));
    const { prisma } = app.app.database;
    await prisma.job.update({ where: { id }, data: { finishedAt: new Date(Date.now() - 31 * 86_400_000) } });
    const { lastSeq } = await prisma.job.findUniqueOrThrow({ where: { id } });
    expect((await prune(app.app)).events).toBe(lastSeq);
    await expect(jobEvents(app.app, viewer, id, { after: 0 })).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
      extensions: { snapshot: { lastSeq, prunedSeq: lastSeq, job: { status: 'COMPLETED', percentage: 100 } } },
    });
    await expect(myEvents(app.app, viewer, { after: 0 })).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    // From the snapshot's cursor there is nothing more to come, and the stream says so.
    for await (const _ of await jobEvents(app.app, viewer, id, { after: lastSeq }))
      throw new Error('an event too many');
  });

  it('are not followed from a cursor that is still to come', async () => {
    const { app, viewer, id, end } = await ticking();
    end();
    await expect(jobEvents(app.app, viewer, id, { after: 1_000_000 })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    });
  });

  it('and finished jobs with their files are removed after their time', async () => {
    const { app, viewer, id, end } = await ticking();
    end();
    for await (const _ of await jobEvents(app.app, viewer, id));
    const { prisma } = app.app.database;
    await app.app.storage.put(`jobs/${id}/file`, Buffer.from('x'));
    await prisma.job.update({ where: { id }, data: { finishedAt: new Date(Date.now() - 181 * 86_400_000) } });
    expect((await prune(app.app)).jobs).toBe(1);
    expect(await prisma.job.count()).toBe(0);
    await expect(app.app.storage.get(`jobs/${id}/file`)).rejects.toThrow();
  });
});

describe('a subscription over the socket', () => {
  it('that is cut every 500 ms and resumes with its cursor sees exactly the sequence of the table', async () => {
    const { app, end } = await ticking();
    const server = await app.another({});
    opened.push(server);
    const ada = await newCaller(server);
    const viewer: Viewer = { ...(await newViewer(app.app)), id: ada.userId };
    const id = await newJob(app.app, viewer);
    const form = z.object({ e: z.object({ seq: z.int(), type: z.string() }) });
    const seen: number[] = [];
    for (let connection = 1; ; connection += 1) {
      const caller = callerWith(server, ada);
      const cut = setTimeout(() => caller.close(), 500);
      const query = 'subscription ($id: UUID!, $after: Int) { e: jobEvents(id: $id, after: $after) { seq type } }';
      let done = false;
      for await (const answer of caller.follow(query, { id, after: seen.at(-1) ?? 0 })) {
        const { e } = form.parse(answer.data);
        seen.push(e.seq);
        done = e.type === 'COMPLETED';
      }
      clearTimeout(cut);
      await caller.close();
      if (done) break;
      if (connection === 6) end();
    }
    const table = await readEvents(app.app, { jobId: id }, 0, 100_000);
    expect(seen).toEqual(seqs(table));
    expect(seen).toEqual(counting(seen.length));
  });
});

describe.skipIf(!(await findRedis()))('with Redis', () => {
  it('killed ten times, every reader still sees every event once and in order', async () => {
    let redis: RedisServer = await startRedis();
    opened.push({ close: () => redis.kill() });
    const { app, viewer, id, end } = await ticking({ REDIS_URL: redis.url });
    const other = await app.another({ bare: true });
    opened.push(other);
    const unbroken = (async () => {
      const seen: (number | null)[] = [];
      for await (const event of await jobEvents(other.app, viewer, id)) seen.push(event.jobSeq);
      return seen;
    })();
    const seen = await readInPieces(
      other,
      viewer,
      id,
      async (piece) => {
        if (piece > 10) return end();
        await redis.kill();
        redis = await startRedis(redis.port);
      },
      5,
    );
    const table = await readEvents(app.app, { jobId: id }, 0, 100_000);
    expect(seqs(seen)).toEqual(counting(table.length));
    expect(await unbroken).toEqual(counting(table.length));
  }, 120_000);

  it('that comes back disturbs no running job: a wake-up is no order', async () => {
    const redis = await startRedis();
    opened.push(redis);
    const { app, viewer, id, end } = await ticking({ REDIS_URL: redis.url });
    await redis.kill();
    const again = await startRedis(redis.port);
    opened.push(again);
    await expect.poll(() => app.app.wakeUps.healthy(), { timeout: 10_000 }).toBe(true);
    end();
    const seen: string[] = [];
    for await (const event of await jobEvents(app.app, viewer, id)) seen.push(event.type);
    expect(new Set(seen)).toEqual(new Set(['QUEUED', 'STARTED', 'PROGRESS', 'COMPLETED']));
  });

  it('wake-ups cross processes, and a server that is away from the start holds nothing up', async () => {
    const redis = await startRedis();
    const { app, viewer, id, end } = await ticking({ REDIS_URL: redis.url });
    opened.push(redis);
    expect(app.config.WAKE_UPS).toBe('redis');
    await redis.kill();
    const away = await app.another({ bare: true });
    opened.push(away);
    const seen: (number | null)[] = [];
    for await (const event of await jobEvents(away.app, viewer, id)) {
      seen.push(event.jobSeq);
      end();
    }
    expect(seen).toEqual(counting(seen.length));
  });
});
