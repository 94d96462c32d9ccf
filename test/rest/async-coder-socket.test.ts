import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { sessionToken } from '../../src/auth/tokens.ts';
import { sessionCookieName } from '../../src/platform/session-cookie.ts';
import { type TestApp, testApp } from '../app.ts';
import { gate } from '../spine.ts';
import { type Caller, makeProject, newCaller } from '../story.ts';
import { connect, newTask, outcomeOf, ScriptedEngines, statesOf } from '../task-shell.ts';

const message = z.strictObject({
  event: z.string(),
  data: z.record(z.string(), z.unknown()),
  seq: z.int(),
});
type Message = z.infer<typeof message>;

let app: TestApp;
let worker: TestApp;
let ada: Caller;
let repositoryId: string;
const engines = new ScriptedEngines();

beforeAll(async () => {
  app = await testApp({}, { ALLOW_LOCAL_REPOS: 'true' });
  worker = await app.another({ bare: true });
  await engines.start(worker);
  ada = await newCaller(app);
  repositoryId = await connect(ada, await makeProject({ 'a.ts': 'export const a = 1;\n' }));
  await app.app.database.prisma.creditAccount.update({ where: { userId: ada.userId }, data: { balance: 10_000 } });
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(async () => {
  await ada.close();
  await worker.close();
  await app.close();
});

/** Opens the socket; messages are kept in order. */
async function open(query: string, headers: Record<string, string> = {}, { url } = app) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws${query}`, { headers });
  const messages: Message[] = [];
  let arrived = gate();
  socket.on('message', (data) => {
    messages.push(message.parse(JSON.parse(String(data))));
    arrived.resolve();
    arrived = gate();
  });
  const closed = once(socket, 'close').then(([code]) => z.int().parse(code));
  await once(socket, 'open');
  return {
    socket,
    messages,
    closed,
    /** Waits for a message that fits. */
    async until(fits: (one: Message) => boolean): Promise<Message> {
      for (let at = 0; ; at += 1) {
        while (messages.length <= at) await arrived.promise;
        const one = messages[at];
        if (one !== undefined && fits(one)) return one;
      }
    },
  };
}

const isEnd = ({ event, data }: Message) =>
  event === 'task:completed' || ['failed', 'cancelled'].includes(String(data.status));

async function runTask(caller: Caller, title: string, repository = repositoryId) {
  engines.on(title, (_brief, tools) => {
    tools.used(22_001);
    return outcomeOf([{ path: 'a.ts', before: 'export const a = 1;\n', after: 'export const a = 2;\n' }]);
  });
  const { databaseId } = await newTask(caller, { repositoryId: repository, title });
  await statesOf(caller, databaseId);
  return databaseId;
}

/** Writes events of somebody's credits, as fast as the database can. */
async function tellCredits(userId: string, count: number): Promise<void> {
  const { prisma } = app.app.database;
  await prisma.$executeRaw`
    INSERT INTO "Event" ("userId", "userSeq", "type", "data")
    SELECT ${userId}::uuid, n, 'CREDITS_UPDATED', jsonb_build_object('credits', n, 'available', n, 'change', 1)
    FROM generate_series(1, ${count}::int) AS n`;
  await prisma.eventCounter.create({ data: { userId, lastSeq: count } });
}

describe('/ws', () => {
  it('tells of a task and of credits as documented, in order, to the caller only', async () => {
    const eve = await newCaller(app);
    const [mine, theirs] = [await open(`?token=${ada.token}`), await open(`?token=${eve.token}`)];
    const id = await runTask(ada, 'Told');
    await mine.until(isEnd);
    const tasks = mine.messages.filter(({ event }) => event.startsWith('task:'));
    expect(tasks[0]).toMatchObject({
      event: 'task:status_updated',
      data: { taskId: id, status: 'pending', progress: 0 },
    });
    expect(tasks[1]?.data).toMatchObject({ taskId: id, status: 'running' });
    expect(tasks.at(-1)).toMatchObject({
      event: 'task:completed',
      data: {
        taskId: id,
        status: 'completed',
        creditsUsed: 23,
        result: { type: 'code_changes', pullRequestUrl: null },
      },
    });
    const credits = mine.messages.filter(({ event }) => event === 'credits:updated');
    expect(credits.map(({ data }) => data)).toMatchObject([
      { userId: ada.userId, credits: 10_000, change: 0 },
      { userId: ada.userId, credits: 9977, change: -23 },
    ]);
    expect(mine.messages.map(({ seq }) => seq)).toEqual([...mine.messages].map(({ seq }) => seq).sort((a, b) => a - b));
    // Were she told of others' tasks, it would have come before her own.
    const own = await runTask(
      eve,
      'Told Eve',
      await connect(eve, await makeProject({ 'a.ts': 'export const a = 1;\n' })),
    );
    await theirs.until(isEnd);
    expect(new Set(theirs.messages.map(({ data }) => data.taskId ?? data.userId))).toEqual(new Set([own, eve.userId]));
    for (const { socket } of [mine, theirs]) socket.close();
    await eve.close();
  });

  it('resumes after a message’s seq: what happened meanwhile comes, once', async () => {
    const first = await open('', { authorization: `Bearer ${ada.token}` });
    await runTask(ada, 'Before');
    const { seq } = await first.until(isEnd);
    first.socket.close();
    await first.closed;
    const missed = await runTask(ada, 'Missed');
    const second = await open(`?token=${ada.token}&since=${seq}`);
    const end = await second.until(isEnd);
    expect(end.data.taskId).toBe(missed);
    expect(new Set(second.messages.flatMap(({ data }) => data.taskId ?? []))).toEqual(new Set([missed]));
    const whole = await open(`?token=${ada.token}&since=${second.messages[0]?.seq}`);
    await whole.until(({ seq: other }) => other === end.seq);
    expect(whole.messages).toEqual(second.messages.slice(1));
    for (const { socket } of [second, whole]) socket.close();
  });

  it('says that a cursor is too old, with the one to go on from, and goes on', async () => {
    const bob = await newCaller(app);
    const own = await connect(bob, await makeProject({ 'a.ts': 'export const a = 1;\n' }));
    await runTask(bob, 'Pruned', own);
    const { prisma } = app.app.database;
    const { lastSeq } = await prisma.eventCounter.findUniqueOrThrow({ where: { userId: bob.userId } });
    await prisma.event.deleteMany({ where: { userId: bob.userId, userSeq: { lt: lastSeq } } });
    await prisma.eventCounter.update({ where: { userId: bob.userId }, data: { prunedSeq: lastSeq - 1 } });
    const socket = await open(`?token=${bob.token}&since=0`);
    const told = await socket.until(() => true);
    expect(told).toMatchObject({ event: 'error', seq: lastSeq, data: { code: 'CURSOR_EXPIRED', since: lastSeq } });
    const next = await runTask(bob, 'Afterwards', own);
    expect((await socket.until(isEnd)).data.taskId).toBe(next);
    socket.socket.close();
    await bob.close();
  });

  it('tells of tasks that fail or are cancelled by their status', async () => {
    engines.on('Stuck', () => new Promise(() => {}));
    const socket = await open(`?token=${ada.token}`);
    const { databaseId: id } = await newTask(ada, { repositoryId, title: 'Stuck' });
    await socket.until(({ data }) => data.taskId === id && data.status === 'running');
    await ada.ask('mutation ($id: UUID!) { cancelTask(id: $id) { __typename } }', { id });
    expect(await socket.until(isEnd)).toMatchObject({
      event: 'task:status_updated',
      data: { taskId: id, status: 'cancelled' },
    });
    socket.socket.close();
  });

  it.each([
    ['without a credential', '', 4401],
    ['with a bad one', '?token=nonsense', 4401],
    ['with a since that is none', '?since=x', 1008],
    ['with a since that never was', '?since=999999999', 1008],
  ])('is closed %s', async (_what, query, code) => {
    const headers: Record<string, string> = code === 1008 ? { authorization: `Bearer ${ada.token}` } : {};
    const { closed, messages } = await open(query, headers);
    expect([await closed, messages]).toEqual([code, []]);
  });

  it('is closed with 4401 once the session has ended', async () => {
    const bob = await newCaller(app);
    const { closed } = await open(`?token=${bob.token}`);
    await app.app.database.prisma.session.updateMany({
      where: { userId: bob.userId },
      data: { revokedAt: new Date() },
    });
    expect(await closed).toBe(4401);
    await bob.close();
  });

  it('pings every half minute, and cuts who does not answer', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const deaf = await open(`?token=${ada.token}`);
    const pinged = once(deaf.socket, 'ping');
    // Its pongs are held back: a peer that is gone sends none.
    deaf.socket.pong = () => {};
    vi.advanceTimersByTime(29_999);
    expect(deaf.socket.readyState).toBe(WebSocket.OPEN);
    vi.advanceTimersByTime(1);
    await pinged;
    vi.advanceTimersByTime(30_000);
    expect(await deaf.closed).toBe(1006);
  });

  it('takes the cookie of a page that may use it, and no foreign one’s', async () => {
    const bob = await newCaller(app);
    await tellCredits(bob.userId, 1);
    const { id } = await app.app.database.prisma.session.findFirstOrThrow({ where: { userId: bob.userId } });
    const cookie = `${sessionCookieName}=${sessionToken(app.app, id)}`;
    const { origin } = new URL(app.url);
    for (const headers of [{ cookie }, { cookie, origin }] as Record<string, string>[]) {
      const { socket, until } = await open('?since=0', headers);
      expect((await until(() => true)).data.userId).toBe(bob.userId);
      socket.close();
    }
    const foreign = await open('', { cookie, origin: 'https://evil.example' });
    expect([await foreign.closed, foreign.messages]).toEqual([4401, []]);
    // With a token of its own a page elsewhere is a client like any other.
    const named = await open(`?token=${bob.token}&since=0`, { origin: 'https://front.example' });
    expect((await named.until(() => true)).data.userId).toBe(bob.userId);
    named.socket.close();
    await bob.close();
  });

  it('gives a reader that stops for a while everything, once and in order', async () => {
    const bob = await newCaller(app);
    const count = 20_000;
    await tellCredits(bob.userId, count);
    const slow = await open(`?token=${bob.token}&since=0`);
    await slow.until(() => true);
    slow.socket.pause();
    // Long enough for whatever can be sent to be sent.
    await newCaller(app);
    expect(slow.messages.length).toBeLessThan(count);
    slow.socket.resume();
    await slow.until(({ data }) => data.credits === count);
    expect(slow.messages.map(({ data }) => data.credits)).toEqual(Array.from({ length: count }, (_, n) => n + 1));
    slow.socket.close();
    await bob.close();
  });
});
