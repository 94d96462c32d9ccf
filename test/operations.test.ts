import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLog } from '../src/platform/log.ts';
import { type TestApp, testApp } from './app.ts';
import { writtenJob } from './event-rows.ts';
import { serverEvents } from './sse.ts';
import { ask, type Caller, newCaller } from './story.ts';
import { tcpProxy } from './tcp-proxy.ts';
import { socketClient } from './ways.ts';

const frontEnd = 'https://front.example';

describe('a running server', () => {
  let app: TestApp;
  let ada: Caller;
  const lines: string[] = [];

  beforeAll(async () => {
    app = await testApp({}, { FRONTEND_URL: frontEnd });
    const log = createLog('info', { write: (line) => void lines.push(line) });
    for (const level of ['info', 'warn', 'error'] as const) app.app.log[level] = log[level].bind(log);
    ada = await newCaller(app);
  });
  afterAll(async () => {
    await ada.close();
    await app.close();
  });

  const metric = async (pattern: RegExp) => {
    const text = await (await fetch(`${app.url}/metrics`)).text();
    return Number(pattern.exec(text)?.[1] ?? 0);
  };

  it('counts requests, operations and subscriptions in the words of Prometheus', async () => {
    const response = await fetch(`${app.url}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const operations = () => metric(/^graphql_operations_total\{type="query",outcome="ok"\} (\d+)/m);
    const failures = () => metric(/^graphql_operations_total\{type="query",outcome="errors"\} (\d+)/m);
    const requests = () => metric(/^http_request_duration_seconds_count\{route="\/graphql",status="2xx"\} (\d+)/m);
    const before = [await operations(), await failures(), await requests()];
    await ada.ask('{ me { id } }');
    await ada.ask('{ node(id: "x") { id } }');
    await expect
      .poll(async () => [await operations(), await failures(), await requests()])
      .toEqual(before.map((count, index) => count + (index === 2 ? 2 : 1)));
    expect(await metric(/^process_resident_memory_bytes (\d+)/m)).toBeGreaterThan(0);
  });

  it('does not let strangers grow its metrics by their addresses', async () => {
    for (let n = 0; n < 5; n += 1) await fetch(`${app.url}/stranger-${n}/x`);
    const text = await (await fetch(`${app.url}/metrics`)).text();
    expect(text).not.toContain('stranger');
    expect(text).toContain('route="other",status="4xx"');
  });

  it('takes a sensible X-Request-Id, makes one otherwise, and returns it everywhere', async () => {
    for (const path of ['/graphql?query={__typename}', '/health/live', '/nothing', '/metrics']) {
      const answer = async (id?: string) =>
        (await fetch(`${app.url}${path}`, { headers: id === undefined ? {} : { 'x-request-id': id } })).headers.get(
          'x-request-id',
        );
      expect(await answer('from-the-balancer.1')).toBe('from-the-balancer.1');
      expect(await answer()).toMatch(/^[0-9a-f-]{36}$/);
      expect(await answer('not "sensible" at all')).toMatch(/^[0-9a-f-]{36}$/);
      expect(await answer('x'.repeat(101))).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('logs each request as JSON with its id, and neither tokens nor signed links', async () => {
    lines.length = 0;
    const secret = 'c0ffee'.repeat(8);
    const id = '0198c0de-0000-7000-8000-000000000000';
    await fetch(`${app.url}/artifacts/${id}?expires=9999999999&signature=${secret}`, {
      headers: { 'x-request-id': 'download-1', authorization: `Bearer ${secret}`, 'x-api-key': secret, cookie: secret },
    });
    await fetch(`${app.url}/graphql?query={me{id}}&token=${secret}`, {
      headers: { 'x-request-id': 'query-1', authorization: `Bearer ${ada.token}` },
    });
    await expect.poll(() => lines.length).toBeGreaterThanOrEqual(2);
    const form = z.object({
      requestId: z.string(),
      method: z.string(),
      url: z.string(),
      status: z.int(),
      milliseconds: z.number(),
    });
    const records = lines.map((line) => form.parse(JSON.parse(line)));
    expect(records).toMatchObject([
      {
        requestId: 'download-1',
        method: 'GET',
        status: 404,
        url: `/artifacts/${id}?expires=[redacted]&signature=[redacted]`,
      },
      { requestId: 'query-1', method: 'GET', url: '/graphql?query=[redacted]&token=[redacted]' },
    ]);
    expect(lines.join()).not.toContain(secret);
    expect(lines.join()).not.toContain(ada.token);
  });

  it('protects its answers by headers', async () => {
    const routed = await fetch(`${app.url}/health/live`);
    expect(Object.fromEntries(routed.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'self'"),
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
    });
    expect(routed.headers.get('x-powered-by')).toBeNull();
    const graphql = await fetch(`${app.url}/graphql?query={__typename}`);
    expect(Object.fromEntries(graphql.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  });

  it.each(['/graphql', '/health/live'])('opens %s to the configured front end and to no other', async (path) => {
    const preflight = (origin: string) =>
      fetch(`${app.url}${path}`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
      });
    const allowed = await preflight(frontEnd);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(frontEnd);
    expect(allowed.headers.get('access-control-allow-credentials')).toBe('true');
    expect(allowed.headers.get('access-control-allow-methods')).toContain('POST');
    expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization');
    for (const origin of ['https://evil.example', `${frontEnd}.evil.example`, 'null']) {
      const other = await preflight(origin);
      expect(other.headers.get('access-control-allow-origin')).not.toBe(origin);
      expect(other.headers.get('access-control-allow-origin')).not.toBe('*');
    }
    const answer = await fetch(`${app.url}${path}${path === '/graphql' ? '?query={__typename}' : ''}`, {
      headers: { origin: frontEnd },
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe(frontEnd);
    expect(answer.headers.get('access-control-expose-headers')).toContain('x-request-id');
  });

  it('answers what is not there with 404 in JSON, whatever the verb', async () => {
    for (const [method, path] of [
      ['GET', '/nothing'],
      ['POST', '/graphqlx'],
      ['DELETE', '/health/live'],
      ['PUT', '/'],
      ['GET', '/artifacts/../../etc/passwd'],
      ['GET', '/artifacts/nonsense'],
      ['GET', '/%00'],
      ['GET', '/%zz'],
    ] as const) {
      const response = await fetch(`${app.url}${path}`, { method });
      expect(response.status, path).toBe(path === '/%zz' ? 400 : 404);
      expect(await response.json()).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } });
    }
    const head = await fetch(`${app.url}/health/live`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('sends a browser at / on to GraphiQL', async () => {
    const response = await fetch(app.url, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/graphql']);
  });
});

const health = z.object({ status: z.string(), checks: z.record(z.string(), z.boolean()).optional() });

describe('readiness', () => {
  it('is lost while Postgres is away, comes back by itself, and never takes the life probe along', async () => {
    const plain = await testApp();
    const database = new URL(plain.environment.DATABASE_URL ?? '');
    const proxy = await tcpProxy({ host: database.hostname, port: Number(database.port) });
    database.hostname = '127.0.0.1';
    database.port = String(proxy.port);
    const app = await plain.another({}, { DATABASE_URL: database.href });
    const probe = async (which: 'ready' | 'live') => {
      const response = await fetch(`${app.url}/health/${which}`);
      return [response.status, health.parse(await response.json()).status];
    };
    try {
      const ada = await newCaller(app);
      expect(await probe('ready')).toEqual([200, 'ready']);
      proxy.sever();
      expect(await probe('ready')).toEqual([503, 'not_ready']);
      expect(await probe('live')).toEqual([200, 'alive']);
      const { errors } = await ada.ask('{ me { id } }');
      expect(errors?.[0]).toMatchObject({
        message: 'This server cannot reach its database at the moment; try again',
        extensions: { code: 'SERVICE_UNAVAILABLE', requestId: expect.any(String) },
      });
      expect(JSON.stringify(errors)).not.toMatch(/ECONN|connect|postgres/i);
      proxy.join();
      await expect.poll(() => probe('ready'), { timeout: 10_000 }).toEqual([200, 'ready']);
      expect((await ada.ask('{ me { databaseId } }')).data).toEqual({ me: { databaseId: ada.userId } });
      await ada.close();
    } finally {
      proxy.join();
      await app.close();
      await proxy.close();
      await plain.close();
    }
  });
});

describe('a graceful shutdown', () => {
  it('is not ready any more, ends streams and sockets, lets running requests end, and is over soon', async () => {
    const main = await testApp();
    const ada = await newCaller(main);
    const job = await writtenJob(main, ada.userId);
    await job.write(1);
    const app = await main.another();
    // A client that keeps its connection, as most do.
    const agent = new Agent({ keepAlive: true });
    const stream = serverEvents(
      await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          authorization: `Bearer ${ada.token}`,
        },
        body: JSON.stringify({ query: `subscription { jobEvents(id: "${job.id}") { seq } }` }),
      }),
    );
    await stream.next();
    expect((await stream.next()).value).toMatchObject({ id: '1' });
    const codes: number[] = [];
    const client = socketClient(app, ada.token, {
      on: { closed: (event) => void codes.push(z.object({ code: z.int() }).parse(event).code) },
    });
    const live = client.iterate({ query: `subscription { jobEvents(id: "${job.id}") { seq } }` });
    await live.next();

    // A request that the database keeps waiting until the shutdown has begun.
    const blocker = await main.app.database.pool.connect();
    await blocker.query('BEGIN; LOCK TABLE "Item" IN ACCESS EXCLUSIVE MODE');
    const running = post(app, agent, ada.token, '{ items { totalCount } }');
    await expect
      .poll(async () => (await blocker.query(`SELECT 1 FROM pg_locks WHERE NOT granted`)).rowCount)
      .toBeGreaterThan(0);

    app.app.beginClosing();
    const ready = await fetch(`${app.url}/health/ready`);
    expect([ready.status, health.parse(await ready.json())]).toEqual([
      503,
      { status: 'not_ready', checks: expect.objectContaining({ accepting: false }) },
    ]);
    const closed = app.close();
    await blocker.query('COMMIT');
    blocker.release();
    expect(await running).toEqual({ data: { items: { totalCount: 0 } } });
    await closed;
    // Broken off, not completed: a client that reconnects elsewhere goes on after its last event.
    const rest = await Array.fromAsync(stream);
    expect(rest.filter(({ comment }) => !comment)).toEqual([]);
    await expect.poll(() => codes).toEqual([1012]);
    await expect(ask(app, '{ __typename }')).rejects.toThrow();
    agent.destroy();
    await client.dispose();
    await ada.close();
    await main.close();
  });
});

/** Asks over a connection that is kept. */
async function post(app: TestApp, agent: Agent, token: string, query: string): Promise<unknown> {
  const asked = request(`${app.url}/graphql`, {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
  });
  asked.end(JSON.stringify({ query }));
  const [response] = await once(asked, 'response');
  return JSON.parse(String(Buffer.concat(await Array.fromAsync(response))));
}
