import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type EventRow, readEvents } from '../src/jobs/event-reading.ts';
import { claimTogether } from '../src/jobs/gathered-moves.ts';
import { idempotently } from '../src/jobs/idempotency.ts';
import { startDeadLetters } from '../src/jobs/runner.ts';
import { cancelJob, jobEvents } from '../src/jobs/service.ts';
import { buryJob, completeJob, failJob, recordStep } from '../src/jobs/transitions.ts';
import { runProcess } from '../src/platform/child-process.ts';
import { DomainError } from '../src/platform/errors.ts';
import { deadLetterQueue } from '../src/platform/queue.ts';
import { insertStatement } from '../src/platform/row-inserts.ts';
import type { Viewer } from '../src/platform/viewer.ts';
import { type TestApp, testApp } from './app.ts';
import { gate, newJob, newViewer, startWork, untilAborted } from './spine.ts';

const apps: TestApp[] = [];
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

async function spine(settings: Record<string, string> = {}): Promise<TestApp> {
  const app = await testApp({ bare: true }, settings);
  apps.push(app);
  return app;
}

async function toEnd(app: TestApp, viewer: Viewer, id: string): Promise<EventRow[]> {
  const events: EventRow[] = [];
  for await (const event of await jobEvents(app.app, viewer, id)) events.push(event);
  return events;
}

function types(events: readonly EventRow[]): string[] {
  return events.map(({ type }) => type);
}

/** Waits for the first event of a type. */
async function until(app: TestApp, viewer: Viewer, id: string, type: string): Promise<EventRow> {
  for await (const event of await jobEvents(app.app, viewer, id)) if (event.type === type) return event;
  throw new Error(`the job ended without ${type}`);
}

describe('a job', () => {
  it('writes every change as an event, numbered without gaps, and ends once', async () => {
    const app = await spine();
    await startWork(app.app, async (context) => {
      for (let n = 1; n <= 3; n += 1) context.progress({ stage: `stage ${n}`, percentage: n * 20 });
      return { engine: 'test' };
    });
    const viewer = await newViewer(app.app);
    const events = await toEnd(app, viewer, await newJob(app.app, viewer));
    expect(types(events)).toEqual(['QUEUED', 'STARTED', 'PROGRESS', 'PROGRESS', 'PROGRESS', 'COMPLETED']);
    expect(events.map(({ jobSeq }) => jobSeq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(events.map(({ userSeq }) => userSeq)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('coalesces ticks within a stage and never loses the last one or a stage', async () => {
    const app = await spine();
    await startWork(app.app, async (context) => {
      for (let n = 0; n < 1000; n += 1)
        context.progress({ stage: 'counting', percentage: 10 + n / 20, message: `${n}` });
      await context.flush();
      context.progress({ stage: 'done counting', percentage: 80 });
      return { engine: 'test' };
    });
    const viewer = await newViewer(app.app);
    const events = await toEnd(app, viewer, await newJob(app.app, viewer));
    const ticks = events.filter(({ type }) => type === 'PROGRESS').map(({ data }) => data);
    expect(ticks.length).toBeLessThan(10);
    expect(ticks).toContainEqual(expect.objectContaining({ message: '999', percentage: 59 }));
    expect(ticks.at(-1)).toMatchObject({ stage: 'done counting' });
  });

  it('gives one sequence to a user whose jobs all move at once, in commit order', async () => {
    const app = await spine({ WORKER_CONCURRENCY: '8' });
    await startWork(app.app, async (context) => {
      for (let n = 0; n < 10; n += 1) {
        context.progress({ stage: `s${n}`, percentage: n });
        await context.flush();
      }
      return { engine: 'test' };
    });
    const viewer = await newViewer(app.app);
    const seen: number[] = [];
    const reader = (async () => {
      let ended = 0;
      const { myEvents } = await import('../src/jobs/service.ts');
      for await (const event of await myEvents(app.app, viewer, { after: 0 })) {
        seen.push(event.userSeq);
        if (event.type === 'COMPLETED') ended += 1;
        if (ended === 16) return;
      }
    })();
    await Promise.all(Array.from({ length: 16 }, () => newJob(app.app, viewer)));
    await reader;
    expect(seen).toEqual(Array.from({ length: 16 * 13 }, (_, index) => index + 1));
  });

  it('fails at once with the words of a refusal', async () => {
    const app = await spine();
    await startWork(app.app, async () => {
      throw new DomainError('TOO_PURPLE', 'The repository is too purple');
    });
    const viewer = await newViewer(app.app);
    const events = await toEnd(app, viewer, await newJob(app.app, viewer));
    expect(types(events)).toEqual(['QUEUED', 'STARTED', 'FAILED']);
    expect(events.at(-1)?.data).toMatchObject({
      errorCode: 'TOO_PURPLE',
      errorMessage: 'The repository is too purple',
    });
  });

  it('is tried again after a passing failure, skipping the steps it has finished', async () => {
    const app = await spine();
    const done: string[] = [];
    await startWork(app.app, async (context) => {
      const answer = await context.step('first', z.number(), async () => {
        done.push('first');
        return 42;
      });
      done.push(`then ${answer}`);
      if (done.length === 2) throw new DomainError('AWAY', 'The server is away', { retryable: true });
      return { engine: 'test' };
    });
    const viewer = await newViewer(app.app);
    const events = await toEnd(app, viewer, await newJob(app.app, viewer));
    expect(types(events)).toEqual(['QUEUED', 'STARTED', 'STEP_FINISHED', 'RETRYING', 'RESUMED', 'COMPLETED']);
    expect(done).toEqual(['first', 'then 42', 'then 42']);
    expect(events[3]?.data).toMatchObject({ status: 'QUEUED', retryAt: expect.any(String) });
  });

  it('is given up after its tries, and a bug is not told to strangers', async () => {
    const app = await spine();
    await startWork(
      app.app,
      async () => {
        throw new Error('secret: /etc/passwd line 7');
      },
      { tries: 2 },
    );
    const viewer = await newViewer(app.app);
    const events = await toEnd(app, viewer, await newJob(app.app, viewer));
    expect(types(events)).toEqual(['QUEUED', 'STARTED', 'RETRYING', 'RESUMED', 'FAILED']);
    expect(events.at(-1)?.data).toMatchObject({ errorCode: 'INTERNAL_ERROR' });
    expect(JSON.stringify(events.map(({ data }) => data))).not.toContain('secret');
  });

  it('fails at its deadline and its work is stopped', async () => {
    const app = await spine();
    const stopped = gate();
    await startWork(app.app, (context) => untilAborted(context.signal).finally(() => stopped.resolve()), {
      deadlineSeconds: 1,
    });
    const viewer = await newViewer(app.app);
    const events = await toEnd(app, viewer, await newJob(app.app, viewer));
    await stopped.promise;
    expect(events.at(-1)?.data).toMatchObject({ errorCode: 'DEADLINE_EXCEEDED' });
  });

  it('goes back to the queue when its worker closes, and another one finishes it without counting a failure', async () => {
    const app = await spine();
    const working = await app.another({ bare: true });
    await startWork(working.app, (context) => untilAborted(context.signal));
    const viewer = await newViewer(app.app);
    const id = await newJob(app.app, viewer);
    await until(app, viewer, id, 'STARTED');
    await working.close();
    await startWork(app.app, async () => ({ engine: 'second' }));
    expect(types(await toEnd(app, viewer, id))).toEqual(['QUEUED', 'STARTED', 'RELEASED', 'RESUMED', 'COMPLETED']);
    const job = await app.app.database.prisma.job.findUniqueOrThrow({ where: { id } });
    expect(job).toMatchObject({ failures: 0, attempt: 2, engine: 'second' });
  });

  it('refuses every write of an attempt that a newer one has replaced', async () => {
    const app = await spine();
    const viewer = await newViewer(app.app);
    const id = await newJob(app.app, viewer);
    const { prisma } = app.app.database;
    const { queueId } = await prisma.job.findUniqueOrThrow({ where: { id } });
    const first = await claimTogether(app.app, id, queueId);
    const second = await claimTogether(app.app, id, queueId);
    expect([first?.attempt, second?.attempt]).toEqual([1, 2]);
    const old = { jobId: id, attempt: 1 };
    expect(await recordStep(prisma, old, { stage: 's', percentage: 1 })).toBeNull();
    expect(await completeJob(prisma, old, { stage: 's', engine: 'e' })).toBeNull();
    expect(await failJob(prisma, old, { code: 'C', message: 'm' })).toBeNull();
    // A queue entry that was replaced starts nothing.
    expect(await claimTogether(app.app, id, '01980000-0000-7000-8000-000000000000')).toBeNull();
    expect(await completeJob(prisma, { jobId: id, attempt: 2 }, { stage: 's', engine: 'e' })).not.toBeNull();
    expect(await claimTogether(app.app, id, queueId)).toBeNull();
    expect(await readEvents(app.app, { jobId: id }, 0)).toHaveLength(4);
  });

  it('has what it writes at its end when it is completed, and nothing of it when a newer attempt has come', async () => {
    // One after the other: the first has let go when the second begins.
    const app = await spine({ WORKER_CONCURRENCY: '1' });
    const viewer = await newViewer(app.app);
    const { prisma } = app.app.database;
    const replaced = await newJob(app.app, viewer);
    await startWork(app.app, async ({ jobId }) => {
      const { queueId } = await prisma.job.findUniqueOrThrow({ where: { id: jobId } });
      if (jobId === replaced) await claimTogether(app.app, jobId, queueId);
      const item = { id: uuidv7(), ownerId: viewer.id, title: jobId, updatedAt: new Date() };
      return { engine: 'test', write: (writing) => writing.run(insertStatement('Item', item)) };
    });
    const kept = await newJob(app.app, viewer);
    expect(types(await toEnd(app, viewer, kept))).toEqual(['QUEUED', 'STARTED', 'COMPLETED']);
    expect(types(await readEvents(app.app, { jobId: replaced }, 0))).toEqual(['QUEUED', 'STARTED', 'RESUMED']);
    const items = await prisma.item.findMany({ where: { ownerId: viewer.id } });
    expect(items.map(({ title }) => title)).toEqual([kept]);
  });

  it('whose worker died again and again is failed by its dead letter', async () => {
    const app = await spine();
    const viewer = await newViewer(app.app);
    const id = await newJob(app.app, viewer);
    const { queueId } = await app.app.database.prisma.job.findUniqueOrThrow({ where: { id } });
    await startDeadLetters(app.app);
    await app.app.queue.boss.send(deadLetterQueue, { jobId: id, queueId });
    const events = await toEnd(app, viewer, id);
    expect(events.at(-1)?.data).toMatchObject({ status: 'FAILED', errorCode: 'WORKER_CRASHED' });
    expect(await buryJob(app.app.database.prisma, id, queueId)).toBeNull();
  });

  it('is made once for twenty requests with one idempotency key', async () => {
    const app = await spine();
    const viewer = await newViewer(app.app);
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => newJob(app.app, viewer, 'key')));
    const ids = new Set(answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])));
    expect(ids.size).toBe(1);
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' });
    }
    expect(await app.app.database.prisma.job.count()).toBe(1);
  });

  it('has no effect of a request whose idempotency key another one took over meanwhile', async () => {
    const app = await spine();
    const viewer = await newViewer(app.app);
    const { prisma } = app.app.database;
    const [begun, goOn] = [gate(), gate()];
    const request = (work: () => Promise<void>, answer: string) =>
      idempotently(app.app, viewer, {
        operation: 'test',
        key: 'key',
        input: {},
        answer: z.string(),
        work: async (remember) => {
          await work();
          return prisma.$transaction(async (transaction) => {
            await transaction.item.create({ data: { id: uuidv7(), ownerId: viewer.id, title: answer } });
            await remember(transaction, answer);
            return answer;
          });
        },
      });
    const slow = request(async () => {
      begun.resolve();
      await goOn.promise;
    }, 'slow');
    const failed = expect(slow).rejects.toMatchObject({ code: 'CONFLICT' });
    await begun.promise;
    await prisma.idempotencyKey.updateMany({ data: { lockedUntil: new Date(0) } });
    expect(await request(async () => {}, 'quick')).toBe('quick');
    goOn.resolve();
    await failed;
    expect((await prisma.item.findMany()).map(({ title }) => title)).toEqual(['quick']);
    expect(await request(async () => {}, 'again')).toBe('quick');
  });
});

describe('cancelling', () => {
  const stages: [string, (signal: AbortSignal) => Promise<unknown>][] = [
    ['waiting code', (signal) => untilAborted(signal)],
    ['a child process', (signal) => runProcess('sleep', ['600'], { signal })],
  ];
  it.each(stages)('stops %s, also from another process', async (_what, work) => {
    const app = await spine();
    const working = await app.another({ bare: true });
    apps.push(working);
    const stopped = gate();
    await startWork(working.app, async (context) => {
      context.progress({ stage: 'busy', percentage: 5 });
      await work(context.signal).finally(() => stopped.resolve());
      return { engine: 'test' };
    });
    const viewer = await newViewer(app.app);
    const id = await newJob(app.app, viewer);
    await until(app, viewer, id, 'PROGRESS');
    await cancelJob(app.app, viewer, id);
    expect((await app.app.database.prisma.job.findUniqueOrThrow({ where: { id } })).status).toBe('CANCELLED');
    // Work that would otherwise go on for ten minutes.
    await stopped.promise;
    expect(types(await toEnd(app, viewer, id)).at(-1)).toBe('CANCELLED');
  });

  it('reaches the worker when wake-ups are off', async () => {
    const app = await spine({ WAKE_UPS: 'off' });
    const working = await app.another({ bare: true });
    apps.push(working);
    const [started, stopped] = [gate(), gate()];
    await startWork(working.app, async (context) => {
      started.resolve();
      return untilAborted(context.signal).finally(() => stopped.resolve());
    });
    const viewer = await newViewer(app.app);
    const id = await newJob(app.app, viewer);
    await started.promise;
    await cancelJob(app.app, viewer, id);
    await stopped.promise;
  });

  it('takes a waiting job out of the queue', async () => {
    const app = await spine();
    const viewer = await newViewer(app.app);
    const id = await newJob(app.app, viewer);
    await cancelJob(app.app, viewer, id);
    expect(types(await toEnd(app, viewer, id))).toEqual(['QUEUED', 'CANCELLED']);
    const ran: string[] = [];
    await startWork(app.app, async (context) => {
      ran.push(context.jobId);
      return { engine: 'test' };
    });
    const next = await newJob(app.app, viewer);
    await toEnd(app, viewer, next);
    expect(ran).toEqual([next]);
  });

  it('and completion in a race leave exactly one end', async () => {
    const app = await spine({ WORKER_CONCURRENCY: '8' });
    await startWork(app.app, async (context) => {
      context.progress({ stage: 'nearly', percentage: 90 });
      await context.flush();
      return { engine: 'test' };
    });
    const viewer = await newViewer(app.app);
    const ids = await Promise.all(Array.from({ length: 40 }, () => newJob(app.app, viewer)));
    const ends = await Promise.all(
      ids.map(async (id, index) => {
        const cancelled = await delay(index * 3)
          .then(() => cancelJob(app.app, viewer, id))
          .then(() => true)
          .catch((error: unknown) => {
            expect(error).toMatchObject({ code: 'JOB_ENDED' });
            return false;
          });
        const events = await toEnd(app, viewer, id);
        const terminal = types(events).filter((type) => ['COMPLETED', 'CANCELLED', 'FAILED'].includes(type));
        expect(terminal).toEqual([cancelled ? 'CANCELLED' : 'COMPLETED']);
        return terminal[0];
      }),
    );
    expect(new Set(ends).size).toBeGreaterThan(0);
  });
});
