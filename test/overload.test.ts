import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Admission, RequestTurns, type Strain, standAside } from '../src/platform/overload.ts';
import { createDialects } from '../src/rest/dialects.ts';
import { type TestApp, testApp } from './app.ts';
import { serve, smallDialect } from './rest/small-dialect.ts';
import { type Caller, makeProject, newCaller, smallProject } from './story.ts';

const calm: Strain = { delay: 0, waiting: 0 };
const slow: Strain = { delay: 40, waiting: 101 };
const behind: Strain = { delay: 400, waiting: 0 };

describe('a server that holds as many requests as it may', () => {
  const most = 16;
  const body = JSON.stringify({ query: '{ __typename }' });
  let app: TestApp;
  let ada: Caller;
  let lock: PoolClient;
  let held: Promise<unknown>[];

  const statusOfOneMore = async () =>
    (await fetch(`${app.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }))
      .status;

  beforeAll(async () => {
    app = await testApp({}, { MAX_REQUESTS: String(most), FRONTEND_URL: 'https://front.example' });
    ada = await newCaller(app);
    lock = await app.app.database.pool.connect();
    await lock.query('BEGIN');
    await lock.query('LOCK TABLE "Session"');
    held = Array.from({ length: most }, () => ada.ask('{ me { __typename } }'));
    await vi.waitUntil(async () => (await statusOfOneMore()) === 503, { timeout: 10_000 });
  });
  afterAll(async () => {
    await lock.query('ROLLBACK');
    lock.release();
    await Promise.all(held);
    await ada.close();
    await app.close();
  });

  it('refuses one more GraphQL request with 503, when to come back, and what a front end may read', async () => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://front.example' },
      body,
    });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(response.headers.get('access-control-allow-origin')).toBe('https://front.example');
    expect(response.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'This server has more to do than it can at the moment; try again',
          extensions: { code: 'SERVICE_OVERLOADED', retryable: true, retryAfter: 1 },
        },
      ],
    });
  });

  it('refuses in the words of the dialect whose address it is', async () => {
    for (const dialect of createDialects(app.config)) {
      const row = dialect.rows.find(({ path }) => !/[{]|health|ready$/.test(path));
      if (row === undefined) throw new Error(`${dialect.name} has no row to ask`);
      const response = await fetch(`${app.url}${row.path}`, { method: row.method });
      expect([dialect.name, response.status, response.headers.get('retry-after')]).toEqual([dialect.name, 503, '1']);
      const said: unknown = await response.json();
      expect([dialect.name, dialect.refused.safeParse(said).error]).toEqual([dialect.name, undefined]);
    }
  });

  it('says so where the address is nobody’s, too', async () => {
    const response = await fetch(`${app.url}/nowhere`);
    expect([response.status, await response.json()]).toMatchObject([503, { error: { code: 'SERVICE_OVERLOADED' } }]);
  });

  it.each([
    '/health',
    '/health/live',
    '/health/ready?verbose=1',
    '/api/health/',
    '/api/health/ready',
    '/api/v1/ready',
    '/metrics',
  ])('answers %s all the same', async (path) => {
    expect((await fetch(`${app.url}${path}`)).status).toBe(200);
  });

  it.each([
    ['GET', '/api/tasks/health'],
    ['GET', '/artifacts/health'],
    ['GET', '/api/repositories/health/branches'],
    ['DELETE', '/api/v1/items/health'],
    ['POST', '/health'],
  ])('takes %s %s for no probe', async (method, path) => {
    expect((await fetch(`${app.url}${path}`, { method })).status).toBe(503);
  });

  it('counts what it refuses', async () => {
    const figures = await (await fetch(`${app.url}/metrics`)).text();
    expect(Number(/^http_requests_refused_total (\d+)$/m.exec(figures)?.[1])).toBeGreaterThanOrEqual(3);
  });

  it('answers those it holds, and then the next', async () => {
    await lock.query('ROLLBACK');
    expect(await Promise.all(held)).toEqual(held.map(() => ({ data: { me: { __typename: 'User' } } })));
    expect(await statusOfOneMore()).toBe(200);
  });
});

describe('who waits for a job that nobody works on', () => {
  const most = 16;
  const giveUp = new AbortController();
  let app: TestApp;
  let api: Awaited<ReturnType<typeof serve>>;
  let ada: Caller;
  beforeAll(async () => {
    app = await testApp({ api: false }, { MAX_REQUESTS: String(most), ALLOW_LOCAL_REPOS: 'true', PORT: '0' });
    api = await serve(app.app, [smallDialect()]);
    ada = await newCaller({ ...app, url: api.url });
  });
  afterAll(async () => {
    giveUp.abort();
    await ada.close();
    await api.close();
    await app.close();
  });

  it('takes nobody’s place', async () => {
    const { number } = await ada.get(
      z.object({ number: z.int() }),
      `mutation ($address: String!) { r: connectRepository(address: $address) { ... on Repository { number } } }`,
      { address: await makeProject(smallProject) },
    );
    const waiting = Array.from({ length: most }, () =>
      fetch(`${api.url}/small/run`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.token}`, prefer: 'wait=60' },
        body: JSON.stringify({ repo: number }),
        signal: giveUp.signal,
      }).then(
        ({ status }) => status,
        () => 'given up',
      ),
    );
    const jobs = async () => (await app.app.database.pool.query('SELECT 1 FROM "Job"')).rowCount;
    await expect.poll(jobs, { timeout: 30_000 }).toBe(most);
    await expect.poll(async () => (await fetch(`${api.url}/small/nowhere`)).status).toBe(404);
    giveUp.abort();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['given up']));
  });
});

describe('how many are let in', () => {
  const admission = (most: number, inside: number) => {
    const made = new Admission({ most });
    const responses = Array.from({ length: inside }, newResponse);
    expect(responses.map((response) => made.enter(response))).toEqual(responses.map(() => true));
    return { made, responses };
  };
  const newResponse = () => new ServerResponse(new IncomingMessage(new Socket()));

  it('shrinks to less than there were when the process stays behind, and not for one pause', () => {
    const { made } = admission(500, 100);
    made.look(behind);
    made.look(calm);
    for (const strain of [slow, slow, calm]) made.look(strain);
    expect(made.limit).toBe(500);
    for (const strain of [behind, behind]) made.look(strain);
    expect(made.limit).toBe(80);
    expect(made.enter(newResponse())).toBe(false);
  });

  it('shrinks for statements that wait, too, but never below 32', () => {
    const { made } = admission(500, 100);
    for (let look = 0; look < 50; look += 1) made.look({ delay: 0, waiting: 1000 });
    expect(made.limit).toBe(32);
  });

  it('grows again within five seconds of calm', () => {
    const { made, responses } = admission(400, 100);
    for (let look = 0; look < 50; look += 1) made.look(behind);
    for (const response of responses) response.emit('close');
    for (let look = 0; look < 50; look += 1) made.look(calm);
    expect(made.limit).toBe(400);
    expect(made.inside).toBe(0);
  });

  it('counts neither what is being sent nor what waits for something else', () => {
    const { made, responses } = admission(16, 16);
    expect(made.enter(newResponse())).toBe(false);
    const [first, second] = responses;
    if (first === undefined || second === undefined) throw new Error('nobody is inside');
    first.writeHead(200);
    standAside(second);
    expect([made.enter(newResponse()), made.enter(newResponse()), made.enter(newResponse())]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('a request whose body does not come', () => {
  /** More than a request keeps its place for while its body is on the way. */
  const long = 6000;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const responseTo = (prepare: (request: IncomingMessage) => void) => {
    const request = new IncomingMessage(new Socket());
    request.on('error', () => {});
    prepare(request);
    return new ServerResponse(request);
  };
  const silent = () => responseTo(() => {});
  const whole = () =>
    responseTo((request) => {
      request.complete = true;
    });
  const unread = () => responseTo((request) => request.push('{'));

  it('loses its place to the next, the oldest first, once there is no other', () => {
    const admission = new Admission({ most: 3 });
    const [first, second, third] = [silent(), silent(), silent()];
    for (const response of [first, second]) admission.enter(response);
    vi.advanceTimersByTime(long);
    expect(admission.enter(third)).toBe(true);
    expect(first.req.destroyed).toBe(false);
    expect([admission.enter(whole()), admission.enter(whole()), admission.enter(whole())]).toEqual([true, true, false]);
    expect([first, second, third].map(({ req }) => req.destroyed)).toEqual([true, true, false]);
    expect(admission.inside).toBe(3);
  });

  it('has some time to come', () => {
    const admission = new Admission({ most: 1 });
    const response = silent();
    admission.enter(response);
    expect([admission.enter(whole()), response.req.destroyed]).toEqual([false, false]);
  });

  it('is not one that has come, or that we have not read yet', () => {
    const admission = new Admission({ most: 2 });
    const responses = [whole(), unread()];
    for (const response of responses) admission.enter(response);
    vi.advanceTimersByTime(long);
    expect(admission.enter(whole())).toBe(false);
    expect(responses.map(({ req }) => req.destroyed)).toEqual([false, false]);
  });
});

describe('requests that come faster than they can be begun', () => {
  /** Longer than a turn may take. */
  const longTurn = 6;
  const takeLong = () => {
    const until = performance.now() + longTurn;
    while (performance.now() < until);
  };

  it('are begun in their order, and leave turns of the event loop to whatever else there is', async () => {
    const turns = new RequestTurns();
    const seen: string[] = [];
    const done = Promise.withResolvers<void>();
    for (const name of ['first', 'second', 'third', 'last']) {
      turns.run(() => {
        takeLong();
        seen.push(name);
        if (name === 'last') done.resolve();
        else setImmediate(() => seen.push('something else'));
      });
    }
    expect(seen).toEqual(['first']);
    await done.promise;
    expect(seen).toEqual(['first', 'something else', 'second', 'something else', 'third', 'something else', 'last']);
  });

  it('are begun at once where there is time', () => {
    const turns = new RequestTurns();
    const seen: string[] = [];
    for (const name of ['first', 'second']) turns.run(() => seen.push(name));
    expect(seen).toEqual(['first', 'second']);
    expect(turns.takeLongestWait()).toBe(0);
  });

  it('tell how long they wait, which counts as being behind', async () => {
    const turns = new RequestTurns();
    turns.run(takeLong);
    const begun = new Promise<void>((resolve) => turns.run(resolve));
    takeLong();
    expect(turns.takeLongestWait()).toBeGreaterThanOrEqual(longTurn);
    await begun;
    expect(turns.takeLongestWait()).toBeGreaterThanOrEqual(longTurn);
    expect(turns.takeLongestWait()).toBe(0);
  });
});

describe('how long even the quickest statement takes', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp({ api: false });
  });
  afterAll(() => app.close());

  it('is told of the time since it was asked last, and is nothing while nothing is asked of the database', async () => {
    const { statements } = app.app.database;
    const run = (seconds: number) => statements.run({ text: 'SELECT pg_sleep($1)', values: [seconds] });
    statements.takeLeastTime();
    expect(statements.takeLeastTime()).toBe(0);
    await Promise.all([run(0.3), run(0.3)]);
    expect(statements.takeLeastTime()).toBeGreaterThanOrEqual(299);
    const slow = run(0.3);
    const began = performance.now();
    await run(0);
    const quick = performance.now() - began;
    await slow;
    expect(statements.takeLeastTime()).toBeLessThanOrEqual(quick);
  });
});
