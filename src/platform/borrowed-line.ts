import { DatabaseError, type Pool, type PoolClient, type QueryResultRow } from 'pg';
import { gatherWrites } from './gathered-writes.ts';
import { queryOf, type Statement } from './statements.ts';

/** A connection with what is on its way. */
interface Line {
  readonly client: Promise<PoolClient>;
  underWay: number;
  isBroken: boolean;
}

const ignore = () => {};

/**
 * Sends statements one behind the other on one connection of a pool, without waiting for the answers of those before:
 * the database begins the next as soon as it has committed one, and none waits for the locks of another. The connection
 * is borrowed while there is something on its way.
 */
export class BorrowedLine {
  readonly #pool: Pool;
  #line: Line | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Gives the rows. @throws the database's own errors, and those of a connection that breaks or cannot be had */
  async run<Row extends QueryResultRow>(statement: Statement): Promise<Row[]> {
    this.#line ??= { client: this.#borrow(), underWay: 0, isBroken: false };
    const line = this.#line;
    line.underWay += 1;
    try {
      const client = await line.client;
      gatherWrites(client);
      return (await client.query<Row>(queryOf(statement))).rows;
    } catch (error) {
      // Whoever comes next borrows another one.
      if (!isBorne(error)) this.#leave(line).isBroken = true;
      throw error;
    } finally {
      line.underWay -= 1;
      if (line.underWay === 0) this.#giveBack(line);
    }
  }

  async #borrow(): Promise<PoolClient> {
    const client = await this.#pool.connect();
    // One that breaks says so besides failing its statements; nobody else listens while it is borrowed.
    client.on('error', ignore);
    return client;
  }

  #leave(line: Line): Line {
    if (this.#line === line) this.#line = undefined;
    return line;
  }

  #giveBack(line: Line): void {
    this.#leave(line).client.then((client) => {
      client.off('error', ignore);
      client.release(line.isBroken);
    }, ignore);
  }
}

/**
 * Whether a connection outlives an error: with a graver one than ERROR the server closes it, a moment later. A server
 * that says it in another language costs a connection for each refusal, no more.
 */
function isBorne(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity === 'ERROR';
}
