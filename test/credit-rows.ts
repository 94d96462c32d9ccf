import type { Pool } from 'pg';
import { expect } from 'vitest';
import { z } from 'zod';
import type { App } from '../src/app.ts';
import { holdCredits, openCreditAccount, settleHold } from '../src/credits/service.ts';
import type { JobEnding } from '../src/jobs/kind.ts';
import { type CreatedJob, createJob, JobCreator } from '../src/jobs/service.ts';
import type { Viewer } from '../src/platform/viewer.ts';
import { definitionFor, newViewer } from './spine.ts';

/** Tokens that jobs of a test have used when they end badly; nothing unless said. */
export type Spent = Map<string, number>;

/** The same app, where spine jobs that end badly settle their holds. */
export function settling(app: App, spent: Spent = new Map()): App {
  const ended: JobEnding = (transaction, { id }) =>
    settleHold(transaction, { jobId: id, tokens: spent.get(id) ?? 0, description: 'Broken off' });
  return { ...app, jobKinds: { ...app.jobKinds, DOCS: { ...app.jobKinds.DOCS, ended } } };
}

/** A user with an account of 100 credits. */
export async function newPayer(app: App): Promise<Viewer> {
  const viewer = await newViewer(app);
  await app.database.prisma.$transaction((transaction) => openCreditAccount(transaction, viewer.id));
  return viewer;
}

/** Asks for a job that may cost so many credits. */
export function newPaidJob(app: App, viewer: Viewer, amount: number, idempotencyKey?: string): Promise<string> {
  return createJob(app, viewer, {
    creator: paidJobs,
    input: { amount },
    operation: 'paid',
    idempotencyKey,
    detail: { amount },
  });
}

const paidJobs = new JobCreator({
  definition: definitionFor(),
  write: (writing, userId, jobs: readonly CreatedJob<{ readonly amount: number }>[]) =>
    holdCredits(writing, { userId, holds: jobs.map(({ jobId, detail }) => ({ jobId, ...detail })) }),
});

const number = z.coerce.number();
const account = z.object({ balance: z.int(), held: z.int(), totalUsed: z.int() });
const line = z.object({ type: z.string(), amount: z.int(), balanceAfter: z.int(), jobId: z.string().nullable() });

/** What an account and its ledger say, read past the program. */
export interface Books {
  readonly balance: number;
  readonly held: number;
  readonly totalUsed: number;
  /** In the order of their ids. */
  readonly lines: readonly z.infer<typeof line>[];
  readonly debits: readonly z.infer<typeof line>[];
}

/**
 * Reads somebody's books and holds them against one another: the balance is the sum of the lines, each line follows
 * from the one before it, what is held is the sum of open holds, open holds are those of jobs that go on.
 */
export async function audit(pool: Pool, userId: string): Promise<Books> {
  const read = async <T>(form: z.ZodType<T>, sql: string) =>
    z.array(form).parse((await pool.query(sql, [userId])).rows);
  const [mine = { balance: 0, held: 0, totalUsed: 0 }] = await read(
    account,
    'SELECT * FROM "CreditAccount" WHERE "userId" = $1',
  );
  const lines = await read(line, 'SELECT * FROM "CreditTransaction" WHERE "userId" = $1 ORDER BY "id"');
  const [open] = await read(
    z.object({ sum: number, astray: number }),
    `SELECT coalesce(sum("amount"), 0) AS sum,
        count(*) FILTER (WHERE "finishedAt" IS NOT NULL OR "Job"."id" IS NULL) AS astray
      FROM "CreditHold" LEFT JOIN "Job" ON "Job"."id" = "jobId" WHERE "userId" = $1 AND "used" IS NULL`,
  );
  const debits = lines.filter(({ type }) => type === 'DEBIT');
  let balance = 0;
  for (const { amount, balanceAfter } of lines) {
    balance += amount;
    expect(balanceAfter).toBe(balance);
  }
  expect(mine.balance).toBe(balance);
  expect(mine.held).toBe(open?.sum);
  expect(open?.astray).toBe(0);
  expect(mine.totalUsed).toBe(debits.reduce((sum, { amount }) => sum - amount, 0));
  expect(mine.held).toBeLessThanOrEqual(mine.balance);
  return { ...mine, lines, debits };
}
