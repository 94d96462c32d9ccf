import fc from 'fast-check';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import type { App } from '../src/app.ts';
import { grantCredits, holdCredits, InsufficientCreditsError, settleHold } from '../src/credits/service.ts';
import { prune } from '../src/jobs/pruning.ts';
import { startDeadLetters } from '../src/jobs/runner.ts';
import { cancelJob } from '../src/jobs/service.ts';
import { DomainError } from '../src/platform/errors.ts';
import { deadLetterQueue } from '../src/platform/queue.ts';
import { permissionsOf, type Viewer } from '../src/platform/viewer.ts';
import { type TestApp, testApp } from './app.ts';
import { audit, newPaidJob, newPayer, type Spent, settling } from './credit-rows.ts';
import { gate, startWork, untilAborted, type Work } from './spine.ts';

const paid = (tokens: number): Work => {
  return async ({ jobId }) => ({
    engine: 'test',
    save: (transaction) => settleHold(transaction, { jobId, tokens, description: 'Done' }),
  });
};

describe('the ledger', () => {
  let made: TestApp;
  let app: App;
  let admin: Viewer;
  /** A way to the same database that no test cuts. */
  let observer: Pool;
  beforeAll(async () => {
    made = await testApp({ bare: true });
    app = settling(made.app);
    admin = { ...(await newPayer(app)), role: 'ADMIN', permissions: permissionsOf('ADMIN') };
    observer = new Pool({ connectionString: made.environment.DATABASE_URL, max: 2 });
  });
  afterAll(async () => {
    await observer.end();
    await made.close();
  });

  const books = (viewer: Viewer) => audit(observer, viewer.id);
  const settle = (jobId: string, tokens: number) =>
    app.database.prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT FROM "Job" WHERE "id" = ${jobId}::uuid FOR UPDATE`;
      return settleHold(transaction, { jobId, tokens, description: 'Done' });
    });
  const give = (viewer: Viewer, amount: number, key?: string) =>
    grantCredits(app, admin, { userId: viewer.id, amount, type: 'CREDIT', description: 'More' }, key);

  it('lets exactly ten of a hundred tasks through that are asked for at once with credit for ten', async () => {
    const viewer = await newPayer(app);
    const asked = await Promise.allSettled(Array.from({ length: 100 }, () => newPaidJob(app, viewer, 10)));
    const refused = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refused).toHaveLength(90);
    for (const reason of refused) {
      expect(reason).toBeInstanceOf(InsufficientCreditsError);
      expect(reason).toMatchObject({ required: 10, available: 0, extensions: { required: 10, available: 0 } });
    }
    expect(await books(viewer)).toMatchObject({ balance: 100, held: 100 });
    expect(await app.database.prisma.job.count({ where: { ownerId: viewer.id } })).toBe(10);
    expect(await app.database.prisma.event.count({ where: { userId: viewer.id, type: 'QUEUED' } })).toBe(10);
  });

  it.each([
    [0, 0],
    [1, 1],
    [999, 1],
    [1000, 1],
    [1001, 2],
    [7000, 7],
    [24_999, 25],
    [25_000, 25],
    [25_001, 25],
    [9_000_000_000_000, 25],
  ])('debits %d tokens with %d of 25 held credits, and releases the rest', async (tokens, used) => {
    const viewer = await newPayer(app);
    const id = await newPaidJob(app, viewer, 25);
    expect(await settle(id, tokens)).toBe(used);
    await app.database.prisma.job.update({ where: { id }, data: { status: 'COMPLETED', finishedAt: new Date() } });
    const after = await books(viewer);
    expect(after).toMatchObject({ balance: 100 - used, held: 0, totalUsed: used });
    expect(after.debits.map(({ amount, jobId }) => [amount, jobId])).toEqual(used === 0 ? [] : [[-used, id]]);
  });

  it('settles a hold once, however often and by however many at once it is asked to', async () => {
    const viewer = await newPayer(app);
    const id = await newPaidJob(app, viewer, 25);
    expect(await Promise.all([3000, 4000, 5000, 6000].map((tokens) => settle(id, tokens)))).toHaveLength(4);
    const { debits } = await books(viewer);
    expect(debits).toHaveLength(1);
    expect(await settle(id, 20_000)).toBe(-(debits[0]?.amount ?? 0));
    expect((await books(viewer)).debits).toEqual(debits);
  });

  it('holds nothing for a job whose creation is rolled back after the hold', async () => {
    const viewer = await newPayer(app);
    const stopped = app.database.prisma.$transaction(async (transaction) => {
      await holdCredits(transaction, { userId: viewer.id, holds: [{ jobId: viewer.id, amount: 25 }] });
      throw new Error('the machine stops');
    });
    await expect(stopped).rejects.toThrow('the machine stops');
    expect(await books(viewer)).toMatchObject({ balance: 100, held: 0 });
    expect(await app.database.prisma.event.count({ where: { userId: viewer.id } })).toBe(0);
  });

  it('is balanced after any history of grants, holds, ends and cancels, and the model says how', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('grant' as const), amount: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ kind: fc.constant('hold' as const), amount: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ kind: fc.constant('settle' as const), job: fc.nat(5), tokens: fc.nat(80_000) }),
      fc.record({ kind: fc.constant('cancel' as const), job: fc.nat(5) }),
    );
    type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;
    interface Model {
      balance: number;
      readonly open: { readonly id: string; readonly amount: number }[];
      readonly settled: Map<string, number>;
    }
    const heldIn = ({ open }: Model) => open.reduce((sum, { amount }) => sum + amount, 0);
    const perform = async (viewer: Viewer, model: Model, one: Step): Promise<void> => {
      if (one.kind === 'grant') {
        model.balance += one.amount;
        expect((await give(viewer, one.amount)).balanceAfter).toBe(model.balance);
        return;
      }
      if (one.kind === 'hold') {
        const available = model.balance - heldIn(model);
        const asked = newPaidJob(app, viewer, one.amount);
        if (one.amount <= available) model.open.push({ id: await asked, amount: one.amount });
        else await expect(asked).rejects.toMatchObject({ required: one.amount, available });
        return;
      }
      const hold = model.open[one.job];
      if (hold === undefined) {
        for (const [id, used] of model.settled) expect(await settle(id, 1_000_000)).toBe(used);
        return;
      }
      model.open.splice(one.job, 1);
      const used = one.kind === 'cancel' ? 0 : Math.min(hold.amount, Math.ceil(one.tokens / 1000));
      model.balance -= used;
      model.settled.set(hold.id, used);
      if (one.kind === 'cancel') await cancelJob(app, viewer, hold.id);
      else {
        expect(await settle(hold.id, one.tokens)).toBe(used);
        const end = { status: 'COMPLETED', finishedAt: new Date() } as const;
        await app.database.prisma.job.update({ where: { id: hold.id }, data: end });
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25, size: 'max' }), async (steps) => {
        const viewer = await newPayer(app);
        const model: Model = { balance: 100, open: [], settled: new Map() };
        for (const one of steps) {
          await perform(viewer, model, one);
          expect(await books(viewer)).toMatchObject({ balance: model.balance, held: heldIn(model) });
        }
      }),
      { numRuns: Number(process.env.LEDGER_RUNS ?? 25) },
    );
  }, 120_000);

  it('is balanced when everything happens at once, and its lines follow one another', async () => {
    const viewer = await newPayer(app);
    const jobs = await Promise.all(Array.from({ length: 20 }, () => newPaidJob(app, viewer, 5)));
    const ends = jobs.map((id, n) => (n % 2 === 0 ? cancelJob(app, viewer, id) : settle(id, n * 500)));
    const more = Array.from({ length: 20 }, (_, n) => [give(viewer, n + 1), newPaidJob(app, viewer, 7)]).flat();
    const outcomes = await Promise.allSettled([...ends, ...more]);
    const wrong = outcomes.filter((one) => one.status === 'rejected' && one.reason?.code !== 'INSUFFICIENT_CREDITS');
    expect(wrong).toEqual([]);
    const finishedAt = new Date();
    await app.database.prisma.job.updateMany({
      where: { id: { in: jobs }, finishedAt: null },
      data: { status: 'COMPLETED', finishedAt },
    });
    const after = await books(viewer);
    expect(after.lines).toHaveLength(1 + 20 + after.debits.length);
    expect(after.debits).toHaveLength(10);
  });

  it('has no room for more than an account may own', async () => {
    const viewer = await newPayer(app);
    await observer.query('UPDATE "CreditAccount" SET "balance" = 999999950 WHERE "userId" = $1', [viewer.id]);
    await expect(give(viewer, 51)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
    expect((await give(viewer, 50)).balanceAfter).toBe(1_000_000_000);
  });

  it('releases what was held when a task fails, and debits what it had used until then', async () => {
    const viewer = await newPayer(app);
    const failing = await workingApp(async (context) => {
      if (context.failures === 0) throw new Error('worth another try');
      throw new DomainError('NOPE', 'It cannot be done');
    });
    const id = await newPaidJob(failing.app, viewer, 25);
    failing.spent.set(id, 4200);
    await vi.waitFor(async () => expect(await statusOf(id)).toBe('QUEUED'), 5000);
    expect(await books(viewer)).toMatchObject({ balance: 100, held: 25 });
    await vi.waitFor(async () => expect(await statusOf(id)).toBe('FAILED'), 10_000);
    expect(await books(viewer)).toMatchObject({ balance: 95, held: 0, totalUsed: 5 });
    const events = await app.database.prisma.event.findMany({
      where: { userId: viewer.id },
      orderBy: { userSeq: 'asc' },
      select: { type: true },
    });
    expect(events.map(({ type }) => type).slice(-2)).toEqual(['CREDITS_UPDATED', 'FAILED']);
  });

  it('releases what was held for a task whose workers died again and again', async () => {
    const viewer = await newPayer(app);
    const id = await newPaidJob(app, viewer, 25);
    const { queueId } = await app.database.prisma.job.findUniqueOrThrow({ where: { id } });
    await startDeadLetters(app);
    await app.queue.boss.send(deadLetterQueue, { jobId: id, queueId });
    await vi.waitFor(async () => expect(await statusOf(id)).toBe('FAILED'), 10_000);
    expect(await books(viewer)).toMatchObject({ balance: 100, held: 0, debits: [] });
  });

  it('debits once when a task is cancelled at the moment it is completed, fifty times', async () => {
    const viewer = await newPayer(app);
    await give(viewer, 1000);
    const gates = new Map<string, PromiseWithResolvers<void>>();
    const working = await workingApp(async (context) => {
      if (context.ownerId !== viewer.id) return paid(0)(context);
      const end = gate();
      gates.set(context.jobId, end);
      await Promise.race([end.promise, untilAborted(context.signal)]);
      return paid(3000)(context);
    });
    const ends = new Map<string, number>();
    for (let n = 0; n < 50; n += 1) {
      const before = await books(viewer);
      const id = await newPaidJob(working.app, viewer, 25);
      working.spent.set(id, 1000);
      await vi.waitFor(() => expect(gates.has(id)).toBe(true), { timeout: 10_000, interval: 5 });
      const cancelling = Promise.allSettled([cancelJob(working.app, viewer, id)]);
      // About as long as the first steps of a cancellation take, so that now one is first, now the other.
      for (let trip = 0; trip < n % 5; trip += 1) await observer.query('SELECT 1');
      gates.get(id)?.resolve();
      const [cancelled] = await cancelling;
      await vi.waitFor(async () => expect(await statusOf(id)).not.toBe('RUNNING'));
      if (cancelled.status === 'rejected') expect(cancelled.reason).toMatchObject({ code: 'JOB_ENDED' });
      const status = await statusOf(id);
      expect(status).toBe(cancelled.status === 'fulfilled' ? 'CANCELLED' : 'COMPLETED');
      ends.set(status, (ends.get(status) ?? 0) + 1);
      const after = await books(viewer);
      expect(after.debits).toHaveLength(before.debits.length + 1);
      expect(before.balance - after.balance).toBe(status === 'COMPLETED' ? 3 : 1);
      expect(after.held).toBe(0);
    }
    expect([...ends.keys()].sort()).toEqual(['CANCELLED', 'COMPLETED']);
    if (process.env.LEDGER_RUNS !== undefined) console.info({ ends });
  }, 60_000);

  it('releases by pruning what is held for a job that was deleted by hand, and forgets old holds and events', async () => {
    const viewer = await newPayer(app);
    const [gone, waiting, ended] = [
      await newPaidJob(app, viewer, 10),
      await newPaidJob(app, viewer, 20),
      await newPaidJob(app, viewer, 30),
    ];
    await cancelJob(app, viewer, ended);
    await observer.query('DELETE FROM "Job" WHERE "id" = $1', [gone]);
    await observer.query(`UPDATE "Job" SET "finishedAt" = now() - interval '4000 days' WHERE "id" = $1`, [ended]);
    await observer.query(
      `UPDATE "Event" SET "at" = now() - interval '4000 days' WHERE "userId" = $1 AND "type" = 'CREDITS_UPDATED'`,
      [viewer.id],
    );
    expect(await prune(app)).toMatchObject({ holds: 1, jobs: 1 });
    expect(await books(viewer)).toMatchObject({ balance: 100, held: 20 });
    expect(await prune(app)).toMatchObject({ holds: 0 });
    const { rows } = await observer.query('SELECT "jobId" FROM "CreditHold" WHERE "userId" = $1', [viewer.id]);
    expect(rows).toEqual([{ jobId: waiting }]);
    const left = await app.database.prisma.event.findMany({ where: { userId: viewer.id }, select: { type: true } });
    expect(left).toEqual([{ type: 'QUEUED' }]);
    const counter = await app.database.prisma.eventCounter.findUniqueOrThrow({ where: { userId: viewer.id } });
    expect(counter.prunedSeq).toBeGreaterThanOrEqual(counter.lastSeq - 1);
  });

  it('goes with its user', async () => {
    const viewer = await newPayer(app);
    await newPaidJob(app, viewer, 10);
    await app.database.prisma.user.delete({ where: { id: viewer.id } });
    for (const table of ['CreditAccount', 'CreditHold', 'CreditTransaction']) {
      const { rows } = await observer.query(`SELECT FROM "${table}" WHERE "userId" = $1`, [viewer.id]);
      expect(rows).toEqual([]);
    }
  });

  describe('survives that its connection is killed', () => {
    it.each(['before', 'after'] as const)('%s any statement of a creation', async (moment) => {
      const victim = await victimOf(made);
      await eachStatement(async (n) => {
        const viewer = await newPayer(app);
        const key = `key-${n}`;
        const id = await victim.killing(moment, n, () => newPaidJob(victim.app, viewer, 25, key));
        expect([0, 25]).toContain((await books(viewer)).held);
        const repeated = await again(viewer, () => newPaidJob(victim.app, viewer, 25, key));
        if (id !== undefined) expect(repeated).toBe(id);
        expect(await books(viewer)).toMatchObject({ balance: 100, held: 25 });
        expect(await app.database.prisma.job.count({ where: { ownerId: viewer.id } })).toBe(1);
        return victim.killed();
      });
    });

    it.each(['before', 'after'] as const)('%s any statement of a cancellation', async (moment) => {
      const victim = await victimOf(made);
      await eachStatement(async (n) => {
        const viewer = await newPayer(app);
        const id = await newPaidJob(app, viewer, 25);
        victim.spent.set(id, 3000);
        await victim.killing(moment, n, () => cancelJob(victim.app, viewer, id));
        const between = await books(viewer);
        expect([between.held, between.balance]).toEqual((await statusOf(id)) === 'CANCELLED' ? [0, 97] : [25, 100]);
        await again(viewer, () => cancelJob(victim.app, viewer, id)).catch((error: unknown) =>
          expect(error).toMatchObject({ code: 'JOB_ENDED' }),
        );
        expect(await books(viewer)).toMatchObject({ balance: 97, held: 0 });
        return victim.killed();
      });
    });

    it.each(['before', 'after'] as const)('%s any statement of a grant', async (moment) => {
      const victim = await victimOf(made);
      await eachStatement(async (n) => {
        const viewer = await newPayer(app);
        const given = { userId: viewer.id, amount: 7, type: 'REFUND', description: 'Sorry' } as const;
        const key = `${viewer.id}-${n}`;
        await victim.killing(moment, n, () => grantCredits(victim.app, admin, given, key));
        await again(admin, () => grantCredits(victim.app, admin, given, key));
        expect((await books(viewer)).balance).toBe(107);
        return victim.killed();
      });
    });

    it.each(['before', 'after'] as const)(
      '%s any statement of a completion',
      async (moment) => {
        const victim = await victimOf(made);
        let [payer, next] = ['', 0];
        const armedFor = new Set<string>();
        await startWork(
          victim.app,
          async (context) => {
            // What other tests have left in the queue.
            if (context.ownerId !== payer) return paid(0)(context);
            if (!armedFor.has(context.jobId)) victim.arm(moment, next);
            armedFor.add(context.jobId);
            return paid(3000)(context);
          },
          { tries: 1 },
        );
        await eachStatement(async (n) => {
          const viewer = await newPayer(app);
          [payer, next] = [viewer.id, n];
          const id = await newPaidJob(app, viewer, 25);
          victim.spent.set(id, 3000);
          await vi.waitFor(async () => expect(['COMPLETED', 'FAILED']).toContain(await statusOf(id)), 10_000);
          expect(await books(viewer)).toMatchObject({ balance: 97, held: 0, totalUsed: 3 });
          return victim.killed();
        });
      },
      120_000,
    );

    it.each(['before', 'after'] as const)(
      '%s any statement of a failure',
      async (moment) => {
        const victim = await victimOf(made);
        let [payer, next] = ['', 0];
        const armedFor = new Set<string>();
        await startWork(
          victim.app,
          async (context) => {
            if (context.ownerId !== payer) return paid(0)(context);
            if (!armedFor.has(context.jobId)) victim.arm(moment, next);
            armedFor.add(context.jobId);
            throw new DomainError('NOPE', 'It cannot be done');
          },
          { tries: 1 },
        );
        await eachStatement(async (n) => {
          const viewer = await newPayer(app);
          [payer, next] = [viewer.id, n];
          const id = await newPaidJob(app, viewer, 25);
          victim.spent.set(id, 3000);
          await vi.waitFor(async () => expect(await statusOf(id)).toBe('FAILED'), 20_000);
          expect(await books(viewer)).toMatchObject({ balance: 97, held: 0, totalUsed: 3 });
          return victim.killed();
        });
      },
      120_000,
    );
  });

  /** Runs for the first statement, the second and so on, until there was none to be killed at. */
  async function eachStatement(run: (n: number) => Promise<boolean>): Promise<void> {
    for (let n = 1; n <= 40; n += 1) {
      if (await run(n)) continue;
      expect(n).toBeGreaterThan(5);
      return;
    }
    throw new Error('there is no end of statements');
  }

  /**
   * Asks again until there is an answer: over a connection that is not dead, and once the request that died no longer
   * holds its idempotency key.
   */
  async function again<Answer>(asker: Viewer, act: () => Promise<Answer>): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await act();
      } catch (error) {
        const isKeyHeld = error instanceof DomainError && error.code === 'IDEMPOTENCY_IN_PROGRESS';
        if (tries > 5 || (error instanceof DomainError && !isKeyHeld)) throw error;
        await observer.query(
          `UPDATE "IdempotencyKey" SET "lockedUntil" = now() - interval '1 second'
           WHERE "userId" = $1 AND "answer" IS NULL`,
          [asker.id],
        );
      }
    }
  }

  async function statusOf(id: string): Promise<string> {
    const { rows } = await observer.query<{ status: string }>('SELECT "status" FROM "Job" WHERE "id" = $1', [id]);
    return rows[0]?.status ?? 'gone';
  }

  /** An app of its own that works as the test says, until the test is over. */
  async function workingApp(work: Work): Promise<{ app: App; spent: Spent }> {
    const other = await made.another({ bare: true });
    onTestFinished(() => other.close());
    const spent: Spent = new Map();
    const working = settling(other.app, spent);
    await startWork(working, work);
    return { app: working, spent };
  }

  /** An app of its own whose connections can be made to die at a certain statement. */
  async function victimOf(first: TestApp) {
    const other = await first.another({ bare: true }, { WAKE_UPS: 'off' });
    onTestFinished(() => other.close());
    const spent: Spent = new Map();
    const target = { moment: 'before', n: 0, sent: 0, killed: false };
    other.app.database.pool.on('connect', (client) => {
      const kill = async () => {
        target.killed = true;
        await observer.query('SELECT pg_terminate_backend($1)', [z.int().parse(Reflect.get(client, 'processID'))]);
      };
      client.on('error', () => {});
      // A wire keeps its order: what comes behind the statement that is held back is held back as well.
      let dying: Promise<void> | undefined;
      client.query = new Proxy(client.query, {
        apply(query, self, args) {
          const send = (given: unknown[] = args): unknown => Reflect.apply(query, self, given);
          target.sent += 1;
          if (target.sent !== target.n) return dying === undefined ? send() : dying.then(() => send());
          if (target.moment === 'before') {
            dying = kill();
            return dying.then(() => send());
          }
          const lost = () => Promise.reject(new Error('Connection terminated unexpectedly'));
          const back: unknown = args.at(-1);
          if (typeof back !== 'function') return Promise.resolve(send()).then(kill).then(lost);
          return send([...args.slice(0, -1), () => kill().then(() => back(new Error('Connection terminated')))]);
        },
      });
    });
    const arm = (moment: 'before' | 'after', n: number) => Object.assign(target, { moment, n, sent: 0, killed: false });
    return {
      app: settling(other.app, spent),
      spent,
      arm,
      killed: () => target.killed,
      /** Kills at the n-th statement of what is done; gives what came of it, undefined when that is an error. */
      async killing<Answer>(moment: 'before' | 'after', n: number, act: () => Promise<Answer>) {
        arm(moment, n);
        const answer = await act().catch((error: unknown) => {
          if (!target.killed) throw error;
        });
        target.n = 0;
        return answer;
      },
    };
  }
});
