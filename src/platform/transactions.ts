import type { QueryResultRow } from 'pg';
import type { Database, Transaction } from './database.ts';
import { gatherWrites } from './gathered-writes.ts';
import { queryOf, type Statement } from './statements.ts';

/**
 * A running transaction whose statements are sent in the order they are given, without waiting for the answers of those
 * before. After one that fails all others fail too.
 */
export interface Writing {
  run<Row extends QueryResultRow>(statement: Statement): Promise<Row[]>;
}

/**
 * Runs statements as one transaction, which takes two round trips where none of them waits for an answer. `write` may
 * call `commit` behind its last statement where only the database itself can refuse: then it takes one.
 * @throws what `write` throws, and the database's own errors: then nothing was written
 */
export async function inTransaction<Answer>(
  { pool }: Pick<Database, 'pool'>,
  write: (writing: Writing, commit: () => void) => Promise<Answer>,
): Promise<Answer> {
  const client = await pool.connect();
  let broken: unknown;
  // A connection that breaks says so besides failing its statements; nobody else listens while it is borrowed.
  const onError = (error: unknown) => {
    broken = error;
  };
  client.on('error', onError);
  const send = <Row extends QueryResultRow>(statement: Statement) => {
    gatherWrites(client);
    const result = client.query<Row>(queryOf(statement));
    // Whoever gave the statement hears of its failure; one who has heard of an earlier one may not listen any more.
    result.catch(() => {});
    return result;
  };
  try {
    const begun = send({ text: 'BEGIN', values: [] });
    let ending: ReturnType<typeof send> | undefined;
    // After a statement that failed the database takes it for a rollback.
    const commit = () => {
      ending ??= send({ text: 'COMMIT', values: [] });
      return ending;
    };
    const run = async <Row extends QueryResultRow>(statement: Statement) => (await send<Row>(statement)).rows;
    const answer = await write({ run }, commit);
    await begun;
    const end = await commit();
    if (end.command !== 'COMMIT') throw new Error('a transaction was rolled back although nothing in it failed');
    return answer;
  } catch (error) {
    await send({ text: 'ROLLBACK', values: [] }).catch(onError);
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken !== undefined);
  }
}

/** The same for a transaction of Prisma's, which waits for each answer. */
export function writingOn(transaction: Writing | Transaction): Writing {
  if ('run' in transaction) return transaction;
  return { run: ({ text, values }) => transaction.$queryRawUnsafe(text, ...values) };
}

/**
 * Begins work whose first statement is asked for by somebody else's code, and goes on once that statement is handed
 * over: what is given to the transaction then comes after it.
 */
export async function handedOver<Answer>(
  writing: Writing,
  work: (writing: Writing) => Promise<Answer>,
): Promise<{ readonly done: Promise<Answer> }> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = work({
    run: <Row extends QueryResultRow>(statement: Statement) => {
      const rows = writing.run<Row>(statement);
      resolve();
      return rows;
    },
  });
  // Work that fails before it asks for anything is over as well; who waits for `done` hears of it.
  done.then(
    () => resolve(),
    () => resolve(),
  );
  await promise;
  return { done };
}
