import { Prisma } from '../generated/prisma/client.ts';
import type { CreditTransactionType } from '../generated/prisma/enums.ts';
import type { Transaction } from '../platform/database.ts';
import { type Writing, writingOn } from '../platform/transactions.ts';

/** Where an account stands after a change. */
export interface AccountChange {
  readonly userId: string;
  /** Credits owned. */
  readonly credits: number;
  /** Of these, what no hold sets aside. */
  readonly available: number;
  /** What was added to the credits; below zero for a debit. */
  readonly change: number;
}

/** Most credits an account may own. */
export const mostCredits = 1_000_000_000;

const changed = Prisma.sql`"userId", "balance" AS credits, "balance" - "held" AS available`;

/** Opens an account with its first line. */
export async function openAccount(transaction: Transaction, userId: string, credits: number): Promise<void> {
  const account = Prisma.sql`INSERT INTO "CreditAccount" ("userId", "balance") VALUES (${userId}::uuid, ${credits}::int)
    RETURNING ${changed}, ${credits}::int AS change`;
  await transaction.$executeRaw`
    WITH account AS (${account}), ${written({ type: 'BONUS', description: 'Welcome bonus', jobId: null })}
    SELECT FROM line`;
}

/** What one job may cost. */
export interface Hold {
  readonly jobId: string;
  readonly amount: number;
}

/**
 * Sets credits aside for jobs of one user that have none set aside yet, and appends an event of this type for each, in
 * this order. False, and nothing written, when not so many are available for all of them together. One statement,
 * handed over before it waits.
 */
export async function hold(
  writing: Writing | Transaction,
  { userId, holds }: { readonly userId: string; readonly holds: readonly Hold[] },
  eventType: string,
): Promise<boolean> {
  const rows = await writingOn(writing).run({
    name: 'hold-credits',
    text: holdSql,
    values: [userId, holds.map(({ jobId }) => jobId), holds.map(({ amount }) => amount), eventType],
  });
  return rows.length > 0;
}

/** Each event says what was available after its own hold, as if they had been set aside one after the other. */
const holdSql = `WITH wish AS (
    SELECT "jobId", "amount", "place", sum("amount") OVER (ORDER BY "place" DESC) - "amount" AS later
    FROM unnest($2::uuid[], $3::int[]) WITH ORDINALITY AS wish("jobId", "amount", "place")
  ), account AS (
    UPDATE "CreditAccount" SET "held" = "held" + (SELECT sum("amount") FROM wish)
    WHERE "userId" = $1::uuid AND "balance" - "held" >= (SELECT sum("amount") FROM wish)
    RETURNING "userId", "balance" AS credits, "balance" - "held" AS available
  ), hold AS (
    INSERT INTO "CreditHold" ("jobId", "userId", "amount") SELECT "jobId", "userId", "amount" FROM account, wish
  ), counter AS (
    INSERT INTO "EventCounter" AS present ("userId", "lastSeq")
    SELECT "userId", count(*) FROM account, wish GROUP BY "userId"
    ON CONFLICT ("userId") DO UPDATE SET "lastSeq" = present."lastSeq" + excluded."lastSeq"
    RETURNING "lastSeq" - (SELECT count(*) FROM wish) AS before
  ), event AS (
    INSERT INTO "Event" ("userId", "userSeq", "type", "data")
    SELECT "userId", before + "place", $4,
      jsonb_build_object('credits', credits, 'available', available + later, 'change', 0)
    FROM account, counter, wish ORDER BY "place"
  )
  SELECT available FROM account`;

/**
 * Settles a job's hold: debits so many credits, at most the hold, and releases the rest. Null when no hold of the job
 * is open: of two at once one gets null.
 */
export async function settle(
  transaction: Transaction,
  { jobId, credits, description }: { readonly jobId: string; readonly credits: number; readonly description: string },
): Promise<AccountChange | null> {
  const rows = await transaction.$queryRaw<AccountChange[]>`
    WITH hold AS (
      UPDATE "CreditHold" SET "used" = least("amount", ${credits}::bigint), "settledAt" = now()
      WHERE "jobId" = ${jobId}::uuid AND "used" IS NULL
      RETURNING "userId" AS owner, "amount", "used"
    ), account AS (
      UPDATE "CreditAccount" SET "balance" = "balance" - hold."used", "held" = "held" - hold."amount",
        "totalUsed" = "totalUsed" + hold."used"
      FROM hold WHERE "userId" = hold.owner
      RETURNING ${changed}, -hold."used" AS change
    ), ${written({ type: 'DEBIT', description, jobId })}
    SELECT * FROM account`;
  return rows[0] ?? null;
}

/** A line that was added. */
export interface Grant extends AccountChange {
  readonly transactionId: string;
}

/** Adds credits to an account. Null when there is no such account, or it would own more than `mostCredits`. */
export async function grant(
  transaction: Transaction,
  grant: {
    readonly userId: string;
    readonly amount: number;
    readonly type: Exclude<CreditTransactionType, 'DEBIT'>;
    readonly description: string;
  },
): Promise<Grant | null> {
  const { userId, amount, type, description } = grant;
  const rows = await transaction.$queryRaw<Grant[]>`
    WITH account AS (
      UPDATE "CreditAccount" SET "balance" = "balance" + ${amount}::int
      WHERE "userId" = ${userId}::uuid AND "balance" <= ${mostCredits - amount}::int
      RETURNING ${changed}, ${amount}::int AS change
    ), ${written({ type, description, jobId: null })}
    SELECT account.*, line."id" AS "transactionId" FROM account, line`;
  return rows[0] ?? null;
}

/** Credits nobody has set aside; 0 without an account. */
export async function availableCredits(writing: Writing | Transaction, userId: string): Promise<number> {
  const [row] = await writingOn(writing).run<{ available: number }>({
    text: 'SELECT "balance" - "held" AS available FROM "CreditAccount" WHERE "userId" = $1::uuid',
    values: [userId],
  });
  return row?.available ?? 0;
}

/**
 * The part of a statement that writes the line of what `account` has changed; nothing when that is 0. Its id (a UUIDv7)
 * and time are those of the moment the account's row was locked, by the database's clock: lines made at once by several
 * processes are listed in the order their balances follow one another.
 */
function written(line: {
  readonly type: CreditTransactionType;
  readonly description: string;
  readonly jobId: string | null;
}): Prisma.Sql {
  // 48 bits of milliseconds, the version, 12 bits of the rest of the millisecond, and the random end of a UUIDv4.
  return Prisma.sql`moment AS (
      SELECT account.*, clock_timestamp() AS at FROM account WHERE change <> 0
    ), clock AS (
      SELECT moment.*, (extract(epoch FROM at) * 1000000)::bigint AS microseconds FROM moment
    ), line AS (
      INSERT INTO "CreditTransaction"
        ("id", "userId", "type", "amount", "balanceAfter", "description", "jobId", "createdAt")
      SELECT encode(overlay(overlay(uuid_send(gen_random_uuid())
            PLACING substring(int8send(microseconds / 1000) FROM 3) FROM 1 FOR 6)
            PLACING int2send((28672 + microseconds % 1000 * 4096 / 1000)::smallint) FROM 7 FOR 2), 'hex')::uuid,
        "userId", ${line.type}::"CreditTransactionType", change, credits, ${line.description}, ${line.jobId}::uuid,
        date_trunc('milliseconds', at)
      FROM clock
      RETURNING "id"
    )`;
}
