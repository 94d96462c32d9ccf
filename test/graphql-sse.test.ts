import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { createClient } from 'graphql-sse';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { pingInterval } from '../src/platform/graphql-sse.ts';
import { type TestApp, testApp } from './app.ts';
import { type Watch, type WrittenJob, watchStreams, writtenJob } from './event-rows.ts';
import { type ServerEvent, serverEvents } from './sse.ts';
import { type Caller, graphqlAnswer, newCaller } from './story.ts';
import { tcpProxy } from './tcp-proxy.ts';

const query = 'subscription ($id: UUID!, $after: Int) { e: jobEvents(id: $id, after: $after) { seq type message } }';
const event = z.object({ e: z.object({ seq: z.int(), type: z.string() }) });

describe('server-sent events', () => {
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

  const open = (init: { headers?: Record<string, string>; after?: number; signal?: AbortSignal; url?: string } = {}) =>
    fetch(`${init.url ?? app.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${ada.token}`,
        ...init.headers,
      },
      body: JSON.stringify({
        query,
        variables: { id: job.id, ...(init.after !== undefined && { after: init.after }) },
      }),
      ...(init.signal && { signal: init.signal }),
    });
  const seqOf = ({ data }: ServerEvent) => event.parse(graphqlAnswer.parse(JSON.parse(data ?? '')).data).e.seq;
  const said = (events: ServerEvent[]) => events.filter(({ comment }) => !comment);

  it.each(['POST', 'GET'])('over %s carry the cursor as id, go on live and say complete at the end', async (method) => {
    await job.write(3);
    const search = new URLSearchParams({ query, variables: JSON.stringify({ id: job.id }) });
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${ada.token}` };
    const response = method === 'POST' ? await open() : await fetch(`${app.url}/graphql?${search}`, { headers });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events: ServerEvent[] = [];
    for await (const one of serverEvents(response)) {
      events.push(one);
      if (one.id === '3') await job.write(2, { end: true });
    }
    expect(events[0]?.comment).toBe(true);
    const [last, ...before] = said(events).reverse();
    expect(before.reverse().map((one) => [one.id, one.event, seqOf(one)])).toEqual(
      [1, 2, 3, 4, 5].map((seq) => [String(seq), 'next', seq]),
    );
    expect(last).toMatchObject({ event: 'complete', id: undefined });
  });

  it('cut again and again, a client that sends Last-Event-ID sees every event once and in order', async () => {
    const seen: number[] = [];
    let lastEventId = '';
    let ended = false;
    for (let connection = 0; !ended; connection += 1) {
      await job.write(3, { end: connection === 20 });
      const hangUp = new AbortController();
      // Its first `after` stays in the request, as an EventSource's address does; the header outranks it.
      const response = await open({
        after: 0,
        signal: hangUp.signal,
        headers: lastEventId === '' ? {} : { 'last-event-id': lastEventId },
      });
      let read = 0;
      for await (const one of serverEvents(response)) {
        if (one.event === 'complete') ended = true;
        if (one.event !== 'next') continue;
        seen.push(seqOf(one));
        lastEventId = one.id ?? lastEventId;
        read += 1;
        if (read === 2 && connection < 20) break;
      }
      hangUp.abort();
    }
    expect(seen).toEqual(Array.from({ length: 63 }, (_, n) => n + 1));
  });

  it("graphql-sse's own client, its wire cut, goes on where it was", async () => {
    const { hostname, port } = new URL(app.url);
    const proxy = await tcpProxy({ host: hostname, port: Number(port) });
    let cursor = 0;
    const client = createClient({
      url: `http://127.0.0.1:${proxy.port}/graphql`,
      headers: (): Record<string, string> => ({
        authorization: `Bearer ${ada.token}`,
        ...(cursor > 0 && { 'last-event-id': String(cursor) }),
      }),
      retryAttempts: 5,
      retry: async () => {},
    });
    try {
      await job.write(5);
      const seen: number[] = [];
      for await (const { data } of client.iterate({ query, variables: { id: job.id } })) {
        cursor = event.parse(data).e.seq;
        seen.push(cursor);
        if (cursor === 3 || cursor === 7) {
          await job.write(5, { end: cursor === 7, wake: false });
          proxy.cut();
        }
      }
      expect(seen).toEqual(Array.from({ length: 15 }, (_, n) => n + 1));
    } finally {
      client.dispose();
      await proxy.close();
    }
  });

  it('that are idle carry a comment now and then', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const events = serverEvents(await open());
      expect((await events.next()).value).toMatchObject({ comment: true });
      for (let beat = 0; beat < 2; beat += 1) {
        vi.advanceTimersByTime(pingInterval);
        expect((await events.next()).value).toMatchObject({ comment: true });
      }
      await events.return();
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    ['an event is lost in the middle', 'CURSOR_EXPIRED', async () => job.lose(3)],
    [
      'the cursor is no longer kept',
      'CURSOR_EXPIRED',
      async () => {
        await app.app.database.pool.query(`UPDATE "Job" SET "prunedSeq" = 4 WHERE id = $1`, [job.id]);
      },
    ],
  ])('when %s end with %s and a snapshot, then complete', async (_what, code, happen) => {
    await job.write(5);
    await happen();
    const events = said(await Array.fromAsync(serverEvents(await open({ after: 0 }))));
    expect(events.at(-1)?.event).toBe('complete');
    const { errors } = graphqlAnswer.parse(JSON.parse(events.at(-2)?.data ?? ''));
    expect(errors?.[0]?.extensions).toMatchObject({ code, snapshot: { lastSeq: 5 } });
    await expect.poll(watch.subscriptions).toBe(0);
    expect(watch.listeners()).toBe(0);
  });

  it('end with an error soon after the sign-out of their reader', async () => {
    await job.write(1);
    const events: ServerEvent[] = [];
    for await (const one of serverEvents(await open())) {
      events.push(one);
      if (one.id === '1' && events.filter(({ id }) => id === '1').length === 1)
        await ada.ask('mutation { signOut { __typename } }');
    }
    const [failure, end] = said(events).slice(-2);
    expect(graphqlAnswer.parse(JSON.parse(failure?.data ?? '')).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect(end?.event).toBe('complete');
  });

  it('of a client that hangs up are given up at once, while they wait', async () => {
    await job.write(1);
    const hangUps = Array.from({ length: 5 }, () => new AbortController());
    for (const { signal } of hangUps) {
      const events = serverEvents(await open({ signal }));
      await events.next();
      expect((await events.next()).value).toMatchObject({ id: '1' });
      // Left open by the client; what follows is the cut.
      events.next().catch(() => {});
    }
    expect([await watch.subscriptions(), watch.listeners()]).toEqual([5, 1]);
    for (const hangUp of hangUps) hangUp.abort();
    // Well before the five seconds after which a waiting reader looks by itself.
    await expect.poll(async () => [await watch.subscriptions(), watch.listeners()], { timeout: 2000 }).toEqual([0, 0]);
  });

  it('that were refused are not counted as being served', async () => {
    const stranger = await newCaller(app);
    const refused = await open({ headers: { authorization: `Bearer ${stranger.token}` } });
    const [failure, end] = said(await Array.fromAsync(serverEvents(refused)));
    expect(graphqlAnswer.parse(JSON.parse(failure?.data ?? '')).errors?.[0]?.extensions?.code).toBe('NOT_FOUND');
    expect(end?.event).toBe('complete');
    expect(await watch.subscriptions()).toBe(0);
    await stranger.close();
  });

  it('wait for a slow reader, and then bring everything in order', async () => {
    const total = 20_000;
    await job.write(total, { end: true, padding: 1000 });
    const socket = await rawRequest(app, ada.token, JSON.stringify({ query, variables: { id: job.id } }));
    await once(socket, 'readable');
    let before = -1;
    await expect
      .poll(
        () => {
          const still = watch.rows() === before;
          before = watch.rows();
          return still && before > 0;
        },
        { interval: 250, timeout: 10_000 },
      )
      .toBe(true);
    // What the two socket buffers hold, and one page; the table holds 20 MB.
    expect(watch.rows()).toBeLessThan(total / 2);
    const seen: number[] = [];
    let rest = '';
    for await (const piece of socket.setEncoding('utf8')) {
      rest += piece;
      for (const [, id] of rest.matchAll(/^id: (\d+)$/gm)) if (Number(id) > (seen.at(-1) ?? 0)) seen.push(Number(id));
      rest = rest.slice(-20);
      if (rest.includes('complete')) break;
    }
    expect(watch.rows()).toBe(total);
    expect(seen).toEqual(Array.from({ length: total }, (_, n) => n + 1));
  });

  it('of a slow reader that hangs up are given up', async () => {
    await job.write(5000, { end: true, padding: 4000 });
    const socket = await rawRequest(app, ada.token, JSON.stringify({ query, variables: { id: job.id } }));
    await once(socket, 'readable');
    expect(await watch.subscriptions()).toBe(1);
    socket.destroy();
    await expect.poll(async () => [await watch.subscriptions(), watch.listeners()], { timeout: 2000 }).toEqual([0, 0]);
    expect(watch.rows()).toBeLessThan(5000);
  });
});

/** Asks by hand, so that nobody reads the answer before the test does. */
async function rawRequest(app: TestApp, token: string, body: string): Promise<Socket> {
  const { hostname, port } = new URL(app.url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  socket.write(
    [
      'POST /graphql HTTP/1.1',
      `Host: ${hostname}`,
      'Content-Type: application/json',
      'Accept: text/event-stream',
      `Authorization: Bearer ${token}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
  return socket;
}
