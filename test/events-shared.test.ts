import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { EventRow } from '../src/jobs/event-reading.ts';
import { EventTail } from '../src/jobs/event-tails.ts';
import { jobEvents } from '../src/jobs/service.ts';
import { type TestApp, testApp } from './app.ts';
import { type Watch, type WrittenJob, watchStreams, writtenJob } from './event-rows.ts';
import { newViewer } from './spine.ts';
import { ask, type Caller, callerWith, newCaller } from './story.ts';
import { socketClient } from './ways.ts';

const seqs = z.object({ data: z.object({ e: z.object({ seq: z.int() }) }) }).transform(({ data }) => data.e.seq);
const events = 'subscription ($id: UUID!, $after: Int) { e: jobEvents(id: $id, after: $after) { seq type message } }';
const progress = `subscription ($id: UUID!, $after: Int) { e: docsProgress(id: $id, after: $after) {
  percentage owner { username apiKeys { nodes { name } } sessions { nodes { isCurrent } } } } }`;

/** Signs the same person in once more. */
async function secondSession(app: TestApp, { userId }: Caller): Promise<Caller> {
  const { email } = await app.app.database.prisma.user.findUniqueOrThrow({ where: { id: userId } });
  const answer = await ask(
    app,
    `mutation ($input: SignInInput!) { r: signIn(input: $input) { ... on Credentials { accessToken refreshToken } } }`,
    { input: { login: email, password: 'correct horse battery' } },
  );
  const { r } = z.object({ r: z.object({ accessToken: z.string(), refreshToken: z.string() }) }).parse(answer.data);
  return callerWith(app, { userId, token: r.accessToken, refreshToken: r.refreshToken });
}

describe('what many subscriptions to one job share', () => {
  let app: TestApp;
  let watch: Watch;
  let ada: Caller;
  let job: WrittenJob;
  const clients: { dispose(): unknown }[] = [];

  beforeEach(async () => {
    app = await testApp();
    watch = watchStreams(app.app);
    ada = await newCaller(app);
    job = await writtenJob(app, ada.userId);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.dispose();
    await ada.close();
    await app.close();
  });

  const client = (token: string) => {
    const opened = socketClient(app, token);
    clients.push(opened);
    return opened;
  };

  it('is one reading of the table, however many there are', async () => {
    await job.write(1);
    const sockets = [client(ada.token), client(ada.token), client(ada.token)];
    const streams = sockets.flatMap((socket) =>
      Array.from({ length: 20 }, () => socket.iterate({ query: events, variables: { id: job.id, after: 0 } })),
    );
    for (const stream of streams) expect(seqs.parse((await stream.next()).value)).toBe(1);
    const before = watch.rows();
    for (let seq = 2; seq <= 11; seq += 1) {
      await job.write(1);
      const delivered = await Promise.all(streams.map(async (stream) => seqs.parse((await stream.next()).value)));
      expect(new Set(delivered)).toEqual(new Set([seq]));
    }
    expect(watch.rows() - before).toBe(10);
  });

  it('is one execution of the same document for the same credential, wherever each began', async () => {
    await job.write(3);
    const socket = client(ada.token);
    const streams = [0, 1, 2].map((after) => socket.iterate({ query: progress, variables: { id: job.id, after } }));
    // Each is told where the job stands; then all wait.
    for (const stream of streams) await stream.next();
    app.statements();
    await job.write(1);
    const results = await Promise.all(streams.map(async (stream) => (await stream.next()).value));
    expect(new Set(results.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(app.statements().filter((sql) => sql.includes('"ApiKey"'))).toHaveLength(1);
  });

  it('is nothing that depends on who asks: another user, another sign-in, a key', async () => {
    const [admin, again] = [await newCaller(app, 'ADMIN'), await secondSession(app, ada)];
    const made = z.object({ key: z.string() });
    const { key } = await ada.get(made, 'mutation { r: createApiKey(name: "ci") { ... on NewApiKey { key } } }');
    await job.write(1);
    const current = z
      .object({
        data: z.object({
          e: z.object({
            owner: z.object({
              apiKeys: z.object({ nodes: z.array(z.object({ name: z.string() })) }),
              sessions: z.object({ nodes: z.array(z.object({ isCurrent: z.boolean() })) }),
            }),
          }),
        }),
      })
      .transform(({ data: { e } }) => ({
        keys: e.owner.apiKeys.nodes.length,
        current: e.owner.sessions.nodes.map(({ isCurrent }) => isCurrent),
      }));
    const eyes = [ada.token, again.token, admin.token, key];
    // Two of each, so that each has somebody to share with.
    const streams = [...eyes, ...eyes].map((token) =>
      client(token).iterate({ query: progress, variables: { id: job.id } }),
    );
    for (const stream of streams) await stream.next();
    await job.write(1);
    const results = await Promise.all(streams.map(async (stream) => current.parse((await stream.next()).value)));
    const expected = [
      { keys: 1, current: [false, true] },
      { keys: 1, current: [true, false] },
      { keys: 0, current: [] },
      { keys: 1, current: [false, false] },
    ];
    expect(results).toEqual([...expected, ...expected]);
    await admin.close();
    await again.close();
  });

  it('is no error: each is told under the id of its own request', async () => {
    await job.write(5);
    await job.lose(3);
    const [first, second] = [client(ada.token), client(ada.token)];
    const ends = await Promise.all(
      [first, second].map(async (socket) =>
        (await Array.fromAsync(socket.iterate({ query: events, variables: { id: job.id, after: 1 } }))).at(-1),
      ),
    );
    for (const end of ends) expect(end?.errors?.[0]).toMatchObject({ extensions: { code: 'CURSOR_EXPIRED' } });
    expect([await watch.subscriptions(), watch.listeners()]).toEqual([0, 0]);
  });

  it('brings every event once and in order to each, while two hundred join and leave', async () => {
    const total = 60;
    await job.write(1);
    const sockets = Array.from({ length: 5 }, () => client(ada.token));
    const subscribers = Array.from({ length: 200 }, async (_, index) => {
      const socket = sockets[index % sockets.length];
      const seen: number[] = [];
      // Every third leaves after some events and goes on after its cursor.
      while (seen.at(-1) !== total) {
        const after = seen.at(-1) ?? index % 2;
        const stream = socket?.iterate({ query: events, variables: { id: job.id, after } });
        if (stream === undefined) throw new Error('no socket');
        for await (const one of stream) {
          seen.push(seqs.parse(one));
          if (index % 3 === 0 && seen.length % (5 + (index % 7)) === 0) break;
        }
      }
      return seen;
    });
    await expect.poll(watch.subscriptions, { timeout: 20_000 }).toBeGreaterThan(50);
    for (let written = 1; written < total; written += 1) await job.write(1, { end: written === total - 1 });
    for (const [index, seen] of (await Promise.all(subscribers)).entries()) {
      expect(seen).toEqual(Array.from({ length: total - (index % 2) }, (_, n) => n + 1 + (index % 2)));
    }
  });

  it('gives a reader of a state that is behind, or comes late, the newest one once', async () => {
    const state =
      'subscription ($id: UUID!, $after: Int) { e: docsProgress(id: $id, after: $after) { status lastSeq } }';
    const follow = (id: string, after: number | null) =>
      client(ada.token).iterate({ query: state, variables: { id, after } });
    const told = (status: string, lastSeq: number) => ({ data: { e: { status, lastSeq } } });
    // Among the ticks are changes of state.
    const change = async () =>
      app.app.database.pool.query(
        `UPDATE "Event" SET type = 'STEP_FINISHED' WHERE "jobId" = $1 AND "jobSeq" % 10 < 5 AND type = 'PROGRESS'`,
        [job.id],
      );
    await job.write(30);
    await change();
    const behind = follow(job.id, 0);
    expect((await behind.next()).value).toEqual(told('RUNNING', 30));
    await job.write(9, { wake: false });
    await change();
    await job.write(1, { end: true });
    expect(await Array.fromAsync(behind)).toEqual([told('COMPLETED', 40)]);
    // More than two pages of events.
    const long = await writtenJob(app, ada.userId);
    await long.write(279);
    await change();
    await long.write(1, { end: true });
    for (const [id, after, expected] of [
      [job.id, null, [told('COMPLETED', 40)]],
      [long.id, 0, [told('COMPLETED', 280)]],
      [long.id, 279, [told('COMPLETED', 280)]],
      [long.id, 280, []],
    ] as const) {
      expect([after, await Array.fromAsync(follow(id, after))]).toEqual([after, expected]);
    }
  });

  it('and a reader that has stopped reading for long gets every event when it goes on', async () => {
    const viewer = await newViewer(app.app);
    const slowJob = await writtenJob(app, viewer.id);
    await slowJob.write(1);
    const slow = await jobEvents(app.app, viewer, slowJob.id);
    await slow.next();
    const fast = await jobEvents(app.app, viewer, slowJob.id);
    await fast.next();
    for (let page = 0; page < 8; page += 1) {
      await slowJob.write(60);
      for (let n = 0; n < 60; n += 1) await fast.next();
    }
    await slowJob.write(1, { end: true });
    const numbers: (number | null)[] = [];
    for await (const { jobSeq } of slow) numbers.push(jobSeq);
    expect(numbers).toEqual(Array.from({ length: 481 }, (_, n) => n + 2));
    await fast.return();
  });
});

describe('the rows held for those who follow a stream', () => {
  const row = (jobSeq: number): EventRow => ({
    id: BigInt(jobSeq),
    jobId: 'job',
    jobSeq,
    userId: 'user',
    userSeq: jobSeq,
    type: 'PROGRESS',
    data: {},
    at: new Date(0),
  });

  function tailOf(table: EventRow[]) {
    let wake = () => {};
    let reads = 0;
    const tail = new EventTail(
      {
        async read(after) {
          reads += 1;
          const rows = table.filter(({ jobSeq }) => (jobSeq ?? 0) > after).slice(0, 100);
          return { rows, isFull: rows.length === 100 };
        },
        seqOf: ({ jobSeq }) => jobSeq ?? 0,
        listen(listener) {
          wake = listener;
          return () => {};
        },
      },
      0,
    );
    return { tail, wake: () => wake(), reads: () => reads };
  }

  it('are at most 200, and who is behind them reads for itself', async () => {
    const table = Array.from({ length: 950 }, (_, n) => row(n + 1));
    const { tail, reads } = tailOf(table);
    const readers = [{ wake() {} }, { wake() {} }];
    for (const reader of readers) tail.join(reader);
    for (let cursor = 0; cursor < 950; ) cursor = (await tail.after(cursor)).at(-1)?.jobSeq ?? 950;
    expect(tail.ready(749)).toBeNull();
    const held = tail.ready(750);
    expect(held).toHaveLength(200);
    expect(held?.[0]?.jobSeq).toBe(751);
    const before = reads();
    expect((await tail.after(10)).map(({ jobSeq }) => jobSeq)).toEqual(Array.from({ length: 100 }, (_, n) => n + 11));
    expect(reads() - before).toBe(1);
    for (const reader of readers) tail.leave(reader);
  });

  it('are let go of once the only reader has them', async () => {
    const { tail, wake } = tailOf(Array.from({ length: 50 }, (_, n) => row(n + 1)));
    const woken = Promise.withResolvers<void>();
    const reader = { wake: () => woken.resolve() };
    tail.join(reader);
    wake();
    await woken.promise;
    expect(tail.ready(0)).toHaveLength(50);
    expect(await tail.after(50)).toEqual([]);
    expect(tail.ready(0)).toBeNull();
    tail.leave(reader);
  });
});
