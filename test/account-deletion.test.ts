import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { saveArtifacts, storeArtifact } from '../src/jobs/artifacts.ts';
import { prune } from '../src/jobs/pruning.ts';
import { appendUserEvent } from '../src/jobs/transitions.ts';
import { type TestApp, testApp } from './app.ts';
import { FakeClerk } from './fakes/clerk.ts';
import { gate, startWork, untilAborted } from './spine.ts';
import { ask, type Caller, makeProject, newCaller, smallProject } from './story.ts';
import { everythingStored } from './tables.ts';

const password = 'correct horse battery';
const remove = `mutation ($confirm: String!, $password: String) { r: deleteMe(confirm: $confirm, password: $password) {
  __typename ... on DeleteMeSuccess { deleted } ... on Error { code message } ... on ValidationError { issues { path message } } } }`;
const gone = { __typename: 'DeleteMeSuccess', deleted: true };
const databaseId = z.object({ databaseId: z.uuid() });

let clerk: FakeClerk;
let app: TestApp;
beforeAll(async () => {
  clerk = await FakeClerk.start();
  app = await testApp({}, { ALLOW_LOCAL_REPOS: 'true', ...clerk.settings });
});
afterAll(async () => {
  await app.close();
  await clerk.close();
});

const usernameOf = async ({ userId }: Pick<Caller, 'userId'>) =>
  (await app.app.database.prisma.user.findUniqueOrThrow({ where: { id: userId } })).username;
const isGood = async (token: string) => (await ask(app, '{ me { id } }', {}, bearer(token))).data?.me != null;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
const filesOf = (jobId: string) => join(app.config.DATA_DIR, 'storage', 'jobs+', `${jobId}+`);

/** Asks for documentation; gives the job's id. */
async function newDocs(caller: Caller): Promise<string> {
  const generate = `mutation ($address: String!) { r: generateDocs(input: { address: $address }) { ... on DocsJob { databaseId } } }`;
  return (await caller.get(databaseId, generate, { address: await makeProject(smallProject) })).databaseId;
}

/** Stores a file as a worker does; gives its path on disk. */
async function store(jobId: string, text: string): Promise<string> {
  const file = { path: 'README.md', content: Buffer.from(text), mediaType: 'text/markdown' };
  const stored = await storeArtifact(app.app, jobId, file);
  await app.app.database.prisma.$transaction((transaction) => saveArtifacts(transaction, [stored]));
  return join(filesOf(jobId), z.string().parse(stored.sha256));
}

describe('deleting the own account', () => {
  it('removes everything that is theirs and nothing of anybody else', async () => {
    const [ada, bob] = [await newCaller(app), await newCaller(app)];
    const [adas, bobs] = [await newDocs(ada), await newDocs(bob)];
    const files = [await store(adas, 'of ada'), await store(bobs, 'of bob')];
    for (const caller of [ada, bob]) {
      await caller.ask('mutation { createItem(input: { title: "t" }) { __typename } }');
      await caller.ask('mutation { createApiKey(name: "k") { __typename } }');
      await caller.ask('mutation { signOut(refreshToken: "x") { __typename } }');
    }
    await app.app.database.prisma.oAuthState.create({
      data: { hash: Buffer.from(ada.userId), provider: 'GITHUB', userId: ada.userId },
    });
    await appendUserEvent(app.app.database.prisma, ada.userId, 'CREDITS_UPDATED', { about: 'no job' });
    const username = await usernameOf(ada);
    expect((await ada.ask(remove, { confirm: username.toUpperCase(), password })).data?.r).toEqual(gone);
    expect(await Promise.all(files.map(isThere))).toEqual([false, true]);
    const { pool } = app.app.database;
    const { rows } = await pool.query<{ table: string; column: string }>(
      `SELECT c.table_name AS table, c.column_name AS column FROM information_schema.columns AS c
       WHERE c.table_schema = 'public' AND c.data_type = 'uuid'`,
    );
    expect(rows.length).toBeGreaterThan(20);
    const mentions = async (id: string) => {
      const found: string[] = [];
      for (const { table, column } of rows) {
        const { rowCount } = await pool.query(`SELECT FROM "${table}" WHERE "${column}" = $1`, [id]);
        if ((rowCount ?? 0) > 0) found.push(`${table}.${column}`);
      }
      return found;
    };
    expect([await mentions(ada.userId), await mentions(adas)]).toEqual([[], []]);
    expect((await mentions(bob.userId)).length).toBeGreaterThan(6);
    expect(await bob.get(databaseId, `{ r: job(id: "${bobs}") { databaseId } }`)).toEqual({ databaseId: bobs });
    // Of counters of requests, and of the queue, only ids remain, and those for a while.
    const stored = await everythingStored(app);
    expect(stored).not.toContain(`${username}@example.com`);
    expect((await ask(app, '{ me { id } }', {}, bearer(ada.token))).errors?.[0]?.extensions).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    expect(await isGood(bob.token)).toBe(true);
  });

  it('ends every way in at once: tokens, keys, refreshing, sockets', async () => {
    const ada = await newCaller(app);
    const username = await usernameOf(ada);
    const { key } = await ada.get(
      z.object({ key: z.string() }),
      'mutation { r: createApiKey(name: "k") { ... on NewApiKey { key } } }',
    );
    const sockets = await Promise.all([ada.token, key].map(openSocket));
    const other = await ask(
      app,
      `mutation ($login: String!, $password: String!) { r: signIn(input: { login: $login, password: $password }) {
        ... on Credentials { accessToken } } }`,
      { login: username, password },
    );
    const { r } = z.object({ r: z.object({ accessToken: z.string() }) }).parse(other.data);
    expect((await ada.ask(remove, { confirm: username, password })).data?.r).toEqual(gone);
    for (const token of [ada.token, key, r.accessToken]) expect(await isGood(token)).toBe(false);
    const refreshed = await ask(
      app,
      `mutation { r: refreshCredentials(refreshToken: "${ada.refreshToken}") { ... on Error { code } } }`,
    );
    expect(refreshed.data?.r).toEqual({ code: 'UNAUTHENTICATED' });
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([4403, 4403]);
    const back = await ask(
      app,
      `mutation ($i: SignUpInput!) { r: signUp(input: $i) { ... on Credentials { user { username } } } }`,
      { i: { email: `${username}@example.com`, username, password } },
    );
    expect(back.data?.r).toEqual({ user: { username } });
  });

  it('cancels work first: the worker stops, its folder and files are gone, and nothing of it comes later', async () => {
    // What other tests have asked for would be taken first.
    await app.app.database.prisma.job.deleteMany();
    const worker = await app.another({ bare: true });
    const [started, stopped] = [gate<string>(), gate()];
    await startWork(worker.app, async ({ signal, workFolder }) => {
      started.resolve(workFolder);
      return untilAborted(signal).finally(stopped.resolve);
    });
    const ada = await newCaller(app);
    const [running, waiting] = [await newDocs(ada), await newDocs(ada)];
    const folder = await started.promise;
    expect(await isThere(folder)).toBe(true);
    expect((await ada.ask(remove, { confirm: await usernameOf(ada), password })).data?.r).toEqual(gone);
    await stopped.promise;
    await expect.poll(() => isThere(folder)).toBe(false);
    const { prisma, pool } = app.app.database;
    expect(await prisma.job.count({ where: { id: { in: [running, waiting] } } })).toBe(0);
    const left = await pool.query(
      `SELECT state FROM pgboss.job WHERE data ->> 'jobId' = ANY($1) AND state IN ('created', 'retry')`,
      [[running, waiting]],
    );
    expect(left.rows).toEqual([]);
    await worker.close();
  });

  it('wants the username and the password of the account, and else changes nothing', async () => {
    const ada = await newCaller(app);
    const confirm = await usernameOf(ada);
    const cases: [Record<string, unknown>, string, string][] = [
      [{ confirm: 'somebody', password }, 'confirm', 'must be the username of this account'],
      [{ confirm: '', password }, 'confirm', 'must be the username of this account'],
      [{ confirm }, 'password', 'is needed to delete this account'],
      [{ confirm, password: null }, 'password', 'is needed to delete this account'],
      [{ confirm, password: 'wrong' }, 'password', 'is wrong'],
    ];
    for (const [variables, path, message] of cases) {
      expect((await ada.ask(remove, variables)).data?.r).toMatchObject({
        code: 'VALIDATION_ERROR',
        issues: [{ path, message }],
      });
    }
    expect(await isGood(ada.token)).toBe(true);
    expect((await ask(app, remove, { confirm, password })).data?.r).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('cannot be used to guess the password', async () => {
    const limited = await app.another({}, { RATE_LIMITS: 'on', RATE_LIMIT_REQUESTS: '1000' });
    const ada = await newCaller(app);
    const guess = () => ask(limited, remove, { confirm: 'x', password: 'wrong' }, bearer(ada.token));
    const answers = [];
    for (let n = 0; n < 31; n += 1) answers.push(await guess());
    expect(answers.slice(0, 30).every(({ errors }) => errors === undefined)).toBe(true);
    expect(answers.at(-1)?.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
    await limited.close();
  });

  it('needs no password where there is none, but a session, not a key', async () => {
    const token = await clerk.token(clerk.addUser());
    const signIn = `mutation ($token: String!) { r: signInWithClerk(token: $token) {
      ... on Credentials { accessToken user { username } } } }`;
    const enter = async () =>
      z
        .object({ r: z.object({ accessToken: z.string(), user: z.object({ username: z.string() }) }) })
        .parse((await ask(app, signIn, { token })).data).r;
    const { accessToken, user } = await enter();
    const made = await ask(
      app,
      'mutation { r: createApiKey(name: "k") { ... on NewApiKey { key } } }',
      {},
      bearer(accessToken),
    );
    const { r } = z.object({ r: z.object({ key: z.string() }) }).parse(made.data);
    const confirm = user.username;
    expect((await ask(app, remove, { confirm }, bearer(r.key))).data?.r).toMatchObject({ code: 'FORBIDDEN' });
    expect((await ask(app, remove, { confirm }, bearer(accessToken))).data?.r).toEqual(gone);
    // Who is known at Clerk still is somebody new here.
    const again = await enter();
    expect(again.user.username).toBe(confirm);
    expect(await isGood(accessToken)).toBe(false);
  });

  it('is tried again when somebody else is in its way, who wins', async () => {
    const ada = await newCaller(app);
    const confirm = await usernameOf(ada);
    const { pool } = app.app.database;
    const other = await pool.connect();
    // A grant of credits: it has the account and wants the user. It is patient, so the deletion is what gives way.
    await other.query(`BEGIN`);
    await other.query(`SET LOCAL deadlock_timeout = '30s'`);
    await other.query(`SELECT FROM "CreditAccount" WHERE "userId" = $1 FOR UPDATE`, [ada.userId]);
    const removing = ada.ask(remove, { confirm, password });
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await expect.poll(async () => (await pool.query(waiting)).rowCount, { timeout: 10_000 }).toBe(1);
    await other.query(`SELECT FROM "User" WHERE "id" = $1 FOR KEY SHARE`, [ada.userId]);
    await other.query(`COMMIT`);
    other.release();
    expect((await removing).data?.r).toEqual(gone);
    expect(await app.app.database.prisma.user.count({ where: { id: ada.userId } })).toBe(0);
  });

  it('goes through while work of the account is written, ten times at once', async () => {
    const worker = await app.another({ bare: true }, { WORKER_CONCURRENCY: '4' });
    await startWork(worker.app, async (context) => {
      for (let n = 1; n < 90; n += 1) await context.progress({ stage: 'busy', percentage: n });
      return { engine: 'test', save: async () => {} };
    });
    const people = await Promise.all(Array.from({ length: 10 }, () => newCaller(app)));
    const answers = await Promise.all(
      people.map(async (caller) => {
        await Promise.all([newDocs(caller), newDocs(caller), newDocs(caller)]);
        const asking = newDocs(caller).catch(() => null);
        const removed = await caller.ask(remove, { confirm: await usernameOf(caller), password });
        await asking;
        return removed.data?.r;
      }),
    );
    expect(answers).toEqual(people.map(() => gone));
    const { prisma } = app.app.database;
    const ids = people.map(({ userId }) => userId);
    expect(await prisma.job.count({ where: { ownerId: { in: ids } } })).toBe(0);
    expect(await prisma.user.count({ where: { id: { in: ids } } })).toBe(0);
    await worker.close();
  });
});

it('what a crash leaves of a deleted account’s files the pruning removes, and nothing else', async () => {
  const [ada, bob] = [await newCaller(app), await newCaller(app)];
  const [adas, bobs] = [await newDocs(ada), await newDocs(bob)];
  await prune(app.app);
  const files = [await store(adas, 'late'), await store(bobs, 'kept')];
  await app.app.database.prisma.user.delete({ where: { id: ada.userId } });
  expect(await prune(app.app)).toMatchObject({ orphans: 1 });
  expect(await Promise.all(files.map(isThere))).toEqual([false, true]);
  expect(await prune(app.app)).toMatchObject({ orphans: 0 });
});

/** Opens a socket by a token; `closed` resolves with the code it is closed with. */
async function openSocket(token: string): Promise<{ readonly closed: Promise<unknown> }> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { token } }));
  await once(socket, 'message');
  return { closed: once(socket, 'close').then(([closeCode]: unknown[]) => closeCode) };
}
