import { createHash } from 'node:crypto';
import {
  Client,
  type CustomTypesConfig,
  type QueryArrayResult,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
  types,
} from 'pg';
import { gatherWrites } from './gathered-writes.ts';
import type { Log } from './log.ts';

/** One statement with its values, whatever it is run on. */
export interface Statement {
  /** Under which a connection keeps it prepared; absent for a text that is not expected again. */
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * A few connections on which short statements travel without waiting for the answers of those before them. That takes
 * less than half of the processor time that borrowing a connection for each takes. For those that stand for themselves:
 * a long one, or one that waits for a lock, would hold up those behind it and belongs on the pool, as transactions do.
 */
export interface Statements {
  /** Gives the rows as objects. */
  run<Row extends QueryResultRow>(statement: Statement): Promise<Row[]>;
  /** Gives the rows as arrays, in the order of the columns. */
  runForArrays(statement: Statement): Promise<unknown[][]>;
  /**
   * Milliseconds that the quickest statement took of those that were answered since this was asked last; 0 when there
   * was none. Long when all wait in line, whatever single ones take.
   */
  takeLeastTime(): number;
  close(): Promise<void>;
}

export interface StatementsOptions {
  readonly url: string;
  readonly log: Log;
  /** Called with the text of every statement that is sent. */
  readonly onStatement?: ((sql: string) => void) | undefined;
}

/** How many connections there are at most. */
const mostLines = 2;
/** Prepared statements a connection keeps; then another takes its place, as texts come from strangers' selections. */
const mostPrepared = 500;

/**
 * The first statement of every connection: `quickTypes` reads moments in this form, and Prisma's adapter writes and
 * reads them without their zone. Not among the settings a connection is opened with, as poolers refuse those; PgBouncer
 * knows this one and keeps it for whoever has set it.
 */
export const inUtc = "SET TimeZone = 'UTC'";

/** pg's own reading of a moment is a third of the work for a page of rows. */
const quickTypes: CustomTypesConfig = {
  getTypeParser: (id, format) =>
    id === types.builtins.TIMESTAMPTZ && format !== 'binary' ? momentOf : types.getTypeParser(id, format),
};

function momentOf(text: string): unknown {
  const isUsual = text.endsWith('+00') && text[4] === '-';
  if (isUsual) return new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
  // Years before 1 and after 9999, and the infinities.
  return types.getTypeParser(types.builtins.TIMESTAMPTZ, 'text')(text);
}

/** A connection with what is on its way. */
class Line {
  readonly #client: Client;
  readonly #connected: Promise<unknown>;
  readonly #prepared = new Set<string>();
  #isConnected = false;
  waiting = 0;
  /** Milliseconds of the quickest answer since this was set back. */
  leastTime = Number.POSITIVE_INFINITY;

  constructor(url: string, lost: (line: Line, error?: unknown) => void) {
    this.#client = new Client({
      connectionString: url,
      application_name: 'millwright statements',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      pipeline: true,
      types: quickTypes,
    });
    this.#client.on('error', (error) => lost(this, error));
    this.#client.on('end', () => lost(this));
    const opened = this.#client.connect().then(() => this.#client.query(inUtc));
    this.#connected = opened.then(
      () => {
        this.#isConnected = true;
      },
      (error: unknown) => {
        lost(this, error);
        throw error;
      },
    );
    // Told to those who wait for it.
    this.#connected.catch(() => {});
  }

  get isFull(): boolean {
    return this.#prepared.size >= mostPrepared;
  }

  async send<Result>({ name }: Statement, ask: (client: Client) => Promise<Result>): Promise<Result> {
    if (name !== undefined) this.#prepared.add(name);
    this.waiting += 1;
    try {
      if (!this.#isConnected) await this.#connected;
      gatherWrites(this.#client);
      const began = performance.now();
      const result = await ask(this.#client);
      this.leastTime = Math.min(this.leastTime, performance.now() - began);
      return result;
    } finally {
      this.waiting -= 1;
    }
  }

  /** Lets what is on its way arrive, then closes. */
  async end(): Promise<void> {
    await this.#connected.catch(() => {});
    await this.#client.end().catch(() => {});
  }
}

/** Opens the connections, each when it is first needed and again after it broke. */
export function openStatements({ url, log, onStatement }: StatementsOptions): Statements {
  let lines: Line[] = [];
  let isClosed = false;
  const ending = new Set<Promise<void>>();
  const lost = (line: Line, error?: unknown) => {
    if (!lines.includes(line)) return;
    lines = lines.filter((one) => one !== line);
    if (error !== undefined) log.warn({ err: error }, 'a database connection broke');
  };
  const retire = (line: Line) => {
    lines = lines.filter((one) => one !== line);
    const end = line.end().finally(() => ending.delete(end));
    ending.add(end);
  };
  /** The one with the least to do; a new one while all have something and there may be more. */
  const pick = (): Line => {
    if (isClosed) throw new Error('the database was closed');
    let best: Line | undefined;
    for (const line of lines) if (best === undefined || line.waiting < best.waiting) best = line;
    if (best !== undefined && (best.waiting === 0 || lines.length >= mostLines)) {
      if (!best.isFull) return best;
      retire(best);
    }
    const made = new Line(url, lost);
    lines.push(made);
    return made;
  };
  return {
    async run<Row extends QueryResultRow>(statement: Statement) {
      onStatement?.(statement.text);
      const result = await pick().send<QueryResult<Row>>(statement, (client) => client.query<Row>(queryOf(statement)));
      return result.rows;
    },
    async runForArrays(statement) {
      onStatement?.(statement.text);
      const result = await pick().send<QueryArrayResult<unknown[]>>(statement, (client) =>
        client.query<unknown[]>({ ...queryOf(statement), rowMode: 'array' }),
      );
      return result.rows;
    },
    takeLeastTime: () => takeLeastTime(lines),
    async close() {
      isClosed = true;
      for (const line of lines) retire(line);
      await Promise.all(ending);
    },
  };
}

function takeLeastTime(lines: readonly Line[]): number {
  const least = Math.min(...lines.map((line) => line.leastTime));
  for (const line of lines) line.leastTime = Number.POSITIVE_INFINITY;
  return Number.isFinite(least) ? least : 0;
}

/** A statement as pg takes it. */
export function queryOf({ name, text, values }: Statement): QueryConfig<unknown[]> {
  return { ...(name !== undefined && { name }), text, values: [...values] };
}

const names = new Map<string, string>();

/**
 * A name for a text of ours that stays the same, for statements that are put together: the same text, the same name.
 */
export function statementName(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = createHash('sha256').update(text).digest('base64url');
  if (names.size < mostPrepared) names.set(text, name);
  return name;
}
