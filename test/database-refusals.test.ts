import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, testApp } from './app.ts';
import { type Caller, makeProject, newCaller, smallProject } from './story.ts';

let app: TestApp;
let folder: string;
beforeAll(async () => {
  app = await testApp({}, { ALLOW_LOCAL_REPOS: 'true' });
  folder = await makeProject(smallProject);
});
afterAll(() => app.close());

/** Does something in a transaction whose locks others have met before it ends by this statement. */
async function whileLocked<Answer>(
  lock: (client: PoolClient) => Promise<unknown>,
  asked: () => Promise<Answer>,
  end: (client: PoolClient) => Promise<unknown>,
): Promise<Answer> {
  const { pool } = app.app.database;
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await lock(client);
    const answer = asked();
    // Asked beside the transaction, which would see the same each time.
    await expect.poll(async () => (await pool.query(waitingHere)).rowCount, { timeout: 10_000 }).toBe(1);
    await end(client);
    return await answer;
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

const waitingHere = `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;

describe('what somebody asks for whose account is deleted in the same moment', () => {
  const writes: [string, (caller: Caller, key: string) => ReturnType<Caller['ask']>][] = [
    ['an item', (caller) => caller.ask('mutation { createItem(input: { title: "t" }) { __typename } }')],
    ['a job', (caller) => caller.ask(docs, { address: folder })],
    ['a job with an idempotency key', (caller, key) => caller.ask(docs, { address: folder, key })],
    ['an API key', (caller) => caller.ask('mutation { createApiKey(name: "k") { __typename } }')],
  ];
  const docs = `mutation ($address: String!, $key: String) {
    generateDocs(input: { address: $address }, idempotencyKey: $key) { __typename } }`;

  it.each(writes)('is refused as nobody’s, and no bug: %s', async (_what, write) => {
    const caller = await newCaller(app);
    const { errors } = await whileLocked(
      (client) => client.query('DELETE FROM "User" WHERE "id" = $1', [caller.userId]),
      () => write(caller, 'k'),
      (client) => client.query('COMMIT'),
    );
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    await caller.close();
  });
});

it('a connection that the database ends under a query means that it is away, through Prisma too', async () => {
  const caller = await newCaller(app);
  const { errors } = await whileLocked(
    (client) => client.query('LOCK TABLE "CreditAccount"'),
    () => caller.ask('{ estimateTask(input: { type: ASK, prompt: "p" }) { credits } }'),
    (client) => client.query(`SELECT pg_terminate_backend(pid) FROM (${waitingHere}) waiting`),
  );
  expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } }]);
  await caller.close();
});
