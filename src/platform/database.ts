import { PrismaPg } from '@prisma/adapter-pg';
import { type ClientBase, DatabaseError, Pool } from 'pg';
import { z } from 'zod';
import { Prisma, PrismaClient } from '../generated/prisma/client.ts';
import type { Log } from './log.ts';
import { inUtc, openStatements, type Statements } from './statements.ts';

/**
 * The database as features see it: Prisma for most things, `statements` for what every request asks, `pool` for what
 * must be one raw statement and may take its time.
 */
export interface Database {
  readonly prisma: PrismaClient;
  readonly pool: Pool;
  readonly statements: Statements;
  close(): Promise<void>;
}

/** Milliseconds, a little more than the longest a transaction may take. */
const idleInTransaction = 45_000;

/** A Prisma client or the client of a running transaction. */
export type Sql = Pick<PrismaClient, '$queryRaw' | '$executeRaw'>;
/** The client of a running transaction. */
export type Transaction = Prisma.TransactionClient;

export interface DatabaseOptions {
  readonly url: string;
  readonly connections: number;
  readonly log: Log;
  /** Called with every statement; tests count them. */
  readonly onStatement?: ((sql: string) => void) | undefined;
}

/** Opens the pool that Prisma and raw queries share, and what `statements` runs on: connections as they are needed. */
export function openDatabase({ url, connections, log, onStatement }: DatabaseOptions): Database {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    application_name: 'millwright',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    // A process that is stopped in the middle of a transaction would hold a user's counter, and so all jobs of the
    // user.
    idle_in_transaction_session_timeout: idleInTransaction,
    // For transactions whose statements do not wait for one another.
    pipeline: true,
  });
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'));
  // Goes ahead of the first statement, which fails as well where this does.
  pool.on('connect', (client) => void client.query(inUtc).catch(() => {}));
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    transactionOptions: { maxWait: 10_000, timeout: 30_000 },
  });
  if (onStatement !== undefined) pool.on('connect', (client) => tellStatements(client, onStatement));
  const statements = openStatements({ url, log, onStatement });
  return {
    prisma,
    pool,
    statements,
    async close() {
      await statements.close();
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/** Tells every statement a connection is given, by whomever. */
function tellStatements(client: ClientBase, onStatement: (sql: string) => void): void {
  const { query } = client;
  Object.defineProperty(client, 'query', {
    configurable: true,
    writable: true,
    value: (...given: unknown[]) => {
      const [asked] = given;
      const isConfig = typeof asked === 'object' && asked !== null && 'text' in asked;
      onStatement(String(isConfig ? asked.text : asked));
      return Reflect.apply(query, client, given);
    },
  });
}

/** Whether an error says that a unique constraint was hit. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}

/** Whether an error says that the row to change does not exist. */
export function isMissingRow(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2025';
}

/** Whether an error says that the transaction was undone because others were in its way: it may be run again. */
export function isDeadlock(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  return error.code === 'P2034' || JSON.stringify(error.meta ?? {}).includes('40P01');
}

/** SQLSTATE classes and codes of a server that is away, starting, stopping or out of connections. */
const awayStates = /^(?:08...|57P0[123]|53300)$/;
const awayCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** Prisma's own: unreachable, too slow to connect, closed, no free connection in time, too many connections. */
const awayPrisma = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037']);
const awayMessage =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Whether an error says that the database cannot be reached at the moment: the same request may succeed later. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return saysDatabaseAway(error) || awayCodes.has(codeOf(error)) || isDatabaseAway(error.cause);
}

/**
 * The same of work that asks others over the network too: only in words that are PostgreSQL's, its driver's or
 * Prisma's own.
 */
export function saysDatabaseAway(error: Error): boolean {
  const code = codeOf(error);
  if (awayMessage.test(error.message) || awayStates.test(code) || awayPrisma.has(code)) return true;
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  // For most states Prisma has no code of its own.
  return awayStates.test(refusalIn(error)?.originalCode ?? '');
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The constraints that tie a row to the user it belongs to, by their names. */
const ownership = /_(?:ownerId|userId)_fkey$/;

/** Whether an error says that a row was to belong to a user who is not there any more. */
export function isOwnerGone(error: unknown): boolean {
  const constraint = error instanceof DatabaseError ? error.constraint : refusalIn(error)?.constraint?.index;
  return constraint !== undefined && ownership.test(constraint);
}

/** What Prisma passes on of PostgreSQL's refusal: its SQLSTATE, and the constraint that was hit. */
const refusedThroughPrisma = z.object({
  meta: z.object({
    driverAdapterError: z.object({
      cause: z.object({
        originalCode: z.string().optional(),
        constraint: z.object({ index: z.string().optional() }).optional(),
      }),
    }),
  }),
});

/** PostgreSQL's refusal that an error of Prisma's stands for; undefined for any other error. */
function refusalIn(error: unknown) {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined;
  return refusedThroughPrisma.safeParse(error).data?.meta.driverAdapterError.cause;
}
