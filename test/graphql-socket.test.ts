import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { bodyLimit } from '../src/platform/graphql-limits.ts';
import { type TestApp, testApp } from './app.ts';
import { type Watch, type WrittenJob, watchStreams, writtenJob } from './event-rows.ts';
import { type Caller, newCaller } from './story.ts';
import { tcpProxy } from './tcp-proxy.ts';
import { socketClient } from './ways.ts';

const query = 'subscription ($id: UUID!, $after: Int) { e: jobEvents(id: $id, after: $after) { seq type message } }';
const seen = z.object({ data: z.object({ e: z.object({ seq: z.int() }) }) }).transform(({ data }) => data.e.seq);

describe('the GraphQL socket', () => {
  let app: TestApp;
  let watch: Watch;
  let ada: Caller;
  let job: WrittenJob;

  beforeEach(async () => {
    app = await testApp();
    watch = watchStreams(app.app);
    ada = await newCaller(app);
    job = await writtenJob(app, ada.userId);
  });
  afterEach(async () => {
    await ada.close();
    await app.close();
  });

  it('replays, goes on live and completes, several subscriptions beside queries and mutations on one socket', async () => {
    await job.write(3);
    const client = socketClient(app, ada.token);
    const follow = async (after: number) =>
      (await Array.fromAsync(client.iterate({ query, variables: { id: job.id, after } }))).map((one) =>
        seen.parse(one),
      );
    const all = [follow(0), follow(1), follow(2)];
    await expect.poll(watch.subscriptions).toBe(3);
    const [me] = await Array.fromAsync(client.iterate({ query: '{ me { databaseId } }' }));
    expect(me).toEqual({ data: { me: { databaseId: ada.userId } } });
    const create = 'mutation { createItem(input: { title: "over the socket" }) { ... on Item { title } } }';
    const [item] = await Array.fromAsync(client.iterate({ query: create }));
    expect(item).toEqual({ data: { createItem: { title: 'over the socket' } } });
    await job.write(2, { end: true });
    expect(await Promise.all(all)).toEqual([
      [1, 2, 3, 4, 5],
      [2, 3, 4, 5],
      [3, 4, 5],
    ]);
    await client.dispose();
    expect([await watch.subscriptions(), watch.listeners()]).toEqual([0, 0]);
  });

  it('whose wire is cut every few events brings each event once to a client that resumes', async () => {
    const { hostname, port } = new URL(app.url);
    const proxy = await tcpProxy({ host: hostname, port: Number(port) });
    const numbers: number[] = [];
    for (let connection = 0; connection < 10; connection += 1) {
      await job.write(4, { end: connection === 9, wake: connection % 2 === 0 });
      const client = socketClient({ url: `http://127.0.0.1:${proxy.port}` }, ada.token);
      const events = client.iterate({ query, variables: { id: job.id, after: numbers.at(-1) ?? 0 } });
      try {
        for await (const one of events) {
          numbers.push(seen.parse(one));
          if (numbers.length % 4 === 3 && connection < 9) proxy.cut();
        }
      } catch (broken) {
        expect(broken).toMatchObject({ code: 1006 });
      }
      await client.dispose();
    }
    await proxy.close();
    expect(numbers).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  });

  it('gives a stream up at once when it is unsubscribed or the socket goes, while it waits', async () => {
    await job.write(1);
    const client = socketClient(app, ada.token);
    const streams = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const stream = client.iterate({ query, variables: { id: job.id } });
        await stream.next();
        return stream;
      }),
    );
    const state = async () => [await watch.subscriptions(), watch.listeners()];
    expect(await state()).toEqual([4, 1]);
    await streams[0]?.return?.();
    await expect.poll(state, { timeout: 2000 }).toEqual([3, 1]);
    client.terminate();
    await expect.poll(state, { timeout: 2000 }).toEqual([0, 0]);
    await client.dispose();
  });

  it('is closed with 4403 when its user signs out, and its streams are given up', async () => {
    await job.write(1);
    const client = socketClient(app, ada.token);
    const stream = client.iterate({ query, variables: { id: job.id } });
    await stream.next();
    const end = stream.next();
    await ada.ask('mutation { signOut { __typename } }');
    await expect(end).rejects.toMatchObject({ code: 4403 });
    await expect.poll(async () => [await watch.subscriptions(), watch.listeners()]).toEqual([0, 0]);
  });

  it('brings an error in the middle as a result, completes that stream, and lives on', async () => {
    await job.write(5);
    await job.lose(3);
    const client = socketClient(app, ada.token);
    const results = await Array.fromAsync(client.iterate({ query, variables: { id: job.id, after: 0 } }));
    expect(results.slice(0, 2).map((one) => seen.parse(one))).toEqual([1, 2]);
    expect(results).toHaveLength(3);
    expect(results[2]?.errors?.[0]).toMatchObject({ extensions: { code: 'CURSOR_EXPIRED', snapshot: { lastSeq: 5 } } });
    const [after] = await Array.fromAsync(client.iterate({ query: '{ __typename }' }));
    expect(after).toEqual({ data: { __typename: 'Query' } });
    await client.dispose();
    expect([await watch.subscriptions(), watch.listeners()]).toEqual([0, 0]);
  });

  it('waits for a slow reader, and then brings everything in order', async () => {
    const total = 20_000;
    await job.write(total, { end: true, padding: 1000 });
    const socket = await rawSocket(app, ada.token);
    const numbers: number[] = [];
    const completed = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        const message = z.object({ type: z.string(), payload: z.unknown().optional() }).parse(JSON.parse(String(data)));
        if (message.type === 'next') numbers.push(seen.parse(message.payload));
        if (message.type === 'complete') resolve();
        if (numbers.length === 1) socket.pause();
      });
    });
    socket.send(JSON.stringify({ id: 'a', type: 'subscribe', payload: { query, variables: { id: job.id } } }));
    await expect.poll(() => socket.isPaused).toBe(true);
    let before = -1;
    await expect
      .poll(
        () => {
          const still = watch.rows() === before;
          before = watch.rows();
          return still;
        },
        { interval: 250, timeout: 10_000 },
      )
      .toBe(true);
    expect(watch.rows()).toBeLessThan(total / 2);
    socket.resume();
    await completed;
    expect(numbers).toEqual(Array.from({ length: total }, (_, n) => n + 1));
    socket.close();
  });

  it('finds persisted queries by their hash, shared with HTTP', async () => {
    const text = '{ __typename overSocket: __typename }';
    const sha256Hash = createHash('sha256').update(text).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    const client = socketClient(app);
    const answer = { data: { __typename: 'Query', overSocket: 'Query' } };
    const byHash = () => Array.fromAsync(client.iterate({ query: '', extensions }));
    await expect(byHash()).rejects.toMatchObject([{ message: 'PersistedQueryNotFound' }]);
    expect(await Array.fromAsync(client.iterate({ query: text, extensions }))).toEqual([answer]);
    expect(await byHash()).toEqual([answer]);
    const search = new URLSearchParams({ extensions: JSON.stringify(extensions) });
    const overHttp = await fetch(`${app.url}/graphql?${search}`, { headers: { accept: 'application/json' } });
    expect(await overHttp.json()).toEqual(answer);
    await client.dispose();
  });

  it('holds at most 100 operations', async () => {
    const client = socketClient(app, ada.token);
    const streams = Array.from({ length: 101 }, () => client.iterate({ query, variables: { id: job.id } }));
    const refusals: unknown[] = [];
    for (const stream of streams) stream.next().catch((error: unknown) => refusals.push(error));
    await expect.poll(watch.subscriptions, { timeout: 10_000 }).toBe(100);
    await expect.poll(() => refusals).toMatchObject([[{ extensions: { code: 'TOO_MANY_OPERATIONS' } }]]);
    await client.dispose();
    await expect.poll(async () => [await watch.subscriptions(), watch.listeners()]).toEqual([0, 0]);
  });

  it.each([
    ['no JSON', 'hello', 4400],
    ['a message without a type', '{}', 4400],
    ['an unknown type', '{"type":"start"}', 4400],
    ['a second connection_init', '{"type":"connection_init"}', 4429],
    ['a subscription without a query', '{"id":"a","type":"subscribe","payload":{}}', 4400],
    ['more than the limit', `{"type":"ping","payload":{"a":"${'x'.repeat(bodyLimit)}"}}`, 1009],
    ['arrays a hundred thousand deep', '['.repeat(100_000) + ']'.repeat(100_000), 4400],
    ['deep parameters', `{"type":"ping","payload":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 4400],
  ])('is closed for %s', async (_what, message, code) => {
    const socket = await rawSocket(app, ada.token);
    socket.send(message);
    expect((await once(socket, 'close'))[0]).toBe(code);
  });

  it('survives deep JSON in variables and in a ping', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const socket = await rawSocket(app, ada.token);
    socket.send(`{"type":"ping","payload":{"a":1}}`);
    expect(JSON.parse(String((await once(socket, 'message'))[0]))).toEqual({ type: 'pong', payload: { a: 1 } });
    socket.send(`{"id":"a","type":"subscribe","payload":{"query":"{ __typename }","variables":{"a":${deep}}}}`);
    expect(String((await once(socket, 'message'))[0])).toContain('nested');
    socket.close();
  });

  it('is closed when nobody introduces himself, when a stranger subscribes, and for a bad token', async () => {
    const silent = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const hasty = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(hasty, 'open');
    hasty.send(JSON.stringify({ id: 'a', type: 'subscribe', payload: { query: '{ __typename }' } }));
    expect((await once(hasty, 'close'))[0]).toBe(4401);
    const foreign = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-ws');
    // The old protocol of the same name is not spoken: the client itself breaks off.
    await expect(once(foreign, 'open')).rejects.toThrow('subprotocol');
    const bad = socketClient(app, 'nonsense');
    await expect(Array.fromAsync(bad.iterate({ query: '{ __typename }' }))).rejects.toMatchObject({ code: 4403 });
    expect((await once(silent, 'close'))[0]).toBe(4408);
  });

  it('is for this server, the configured front end and clients that are no browsers', async () => {
    const front = await app.another({}, { FRONTEND_URL: 'https://front.example' });
    const address = `${front.url.replace('http', 'ws')}/graphql`;
    for (const [origin, status] of [
      ['https://front.example', undefined],
      [front.url, undefined],
      [undefined, undefined],
      ['https://evil.example', 403],
      ['https://front.example.evil.example', 403],
    ] as const) {
      const socket = new WebSocket(address, 'graphql-transport-ws', origin === undefined ? {} : { origin });
      const refused = await new Promise<number | undefined>((resolve, reject) => {
        socket.on('open', () => resolve(undefined));
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
        socket.on('error', reject);
      });
      expect(refused, origin).toBe(status);
      socket.terminate();
    }
    const elsewhere = new WebSocket(`${front.url.replace('http', 'ws')}/nothing`, 'graphql-transport-ws');
    elsewhere.on('error', () => {});
    const [, response] = await once(elsewhere, 'unexpected-response');
    expect(response.statusCode).toBe(404);
    await front.close();
  });

  it('is closed with 1012 at shutdown, and a client that retries goes on with the next server', async () => {
    const first = await app.another();
    const wires = { host: '127.0.0.1', port: Number(new URL(first.url).port) };
    const proxy = await tcpProxy(wires);
    await job.write(2);
    const codes: unknown[] = [];
    const client = socketClient({ url: `http://127.0.0.1:${proxy.port}` }, ada.token, {
      retryAttempts: 10,
      retryWait: async () => {
        const next = await app.another();
        wires.port = Number(new URL(next.url).port);
        followers.push(next);
      },
      shouldRetry: () => true,
      on: { closed: (event) => codes.push(z.object({ code: z.int() }).parse(event).code) },
    });
    const followers: TestApp[] = [];
    const numbers: number[] = [];
    const completed = new Promise<void>((resolve, reject) => {
      client.subscribe(
        { query, variables: { id: job.id, after: 0 } },
        { next: (one) => numbers.push(seen.parse(one)), error: reject, complete: resolve },
      );
    });
    await expect.poll(() => numbers).toEqual([1, 2]);
    const started = performance.now();
    await first.close();
    expect(performance.now() - started).toBeLessThan(3000);
    await expect.poll(() => followers.length, { timeout: 5000 }).toBe(1);
    await job.write(1, { end: true });
    await completed;
    expect(codes[0]).toBe(1012);
    expect(numbers).toEqual([1, 2, 1, 2, 3]);
    await client.dispose();
    await proxy.close();
    for (const follower of followers) await follower.close();
  });

  it('of a client that does not answer the close holds the shutdown only shortly', async () => {
    const other = await app.another();
    const socket = await rawSocket(other, ada.token);
    socket.pause();
    const started = performance.now();
    await other.close();
    expect(performance.now() - started).toBeLessThan(4500);
    socket.terminate();
  });
});

/** A socket by hand, introduced. */
async function rawSocket({ url }: Pick<TestApp, 'url'>, token: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { Authorization: `Bearer ${token}` } }));
  expect(JSON.parse(String((await once(socket, 'message'))[0]))).toEqual({ type: 'connection_ack' });
  return socket;
}
