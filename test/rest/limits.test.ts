import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { prune } from '../../src/jobs/pruning.ts';
import { type TestApp, testApp } from '../app.ts';
import { findRedis, startRedis } from '../redis.ts';
import { ask, callerWith, newCaller } from '../story.ts';
import { serve, smallDialect, smallError } from './small-dialect.ts';

const redisThere = await findRedis();
const on = { RATE_LIMITS: 'on', RATE_LIMIT_REQUESTS: '100', RATE_LIMIT_PERIOD: '3600' };
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function limited(settings: Record<string, string> = {}): Promise<TestApp> {
  const app = await testApp({}, { ...on, ...settings });
  closers.push(() => app.close());
  return app;
}

/** How many of so many parallel requests are let through, and the statuses of the others. */
async function storm(urls: readonly string[], count: number, path = '/small/redirect', headers = {}) {
  const answers = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const response = await fetch(`${urls[index % urls.length]}${path}`, { headers, redirect: 'manual' });
      await response.arrayBuffer();
      return response.status;
    }),
  );
  const refused = answers.filter((status) => status === 429).length;
  return { passed: count - refused, odd: answers.filter((status) => status >= 500) };
}

describe('a limit of 100', () => {
  it('lets exactly 100 of 250 parallel requests pass, over two processes on one PostgreSQL', async () => {
    const one = await limited();
    const two = await one.another();
    closers.push(() => two.close());
    const apis = [await serve(one.app, [smallDialect()]), await serve(two.app, [smallDialect()])];
    for (const api of apis) closers.push(() => api.close());
    expect(
      await storm(
        apis.map(({ url }) => url),
        250,
      ),
    ).toEqual({ passed: 100, odd: [] });
  });

  it.skipIf(!redisThere)('and on one Redis, which may die meanwhile', async () => {
    const redis = await startRedis();
    closers.push(() => redis.close());
    const one = await limited({ REDIS_URL: redis.url });
    const two = await one.another();
    closers.push(() => two.close());
    const apis = [await serve(one.app, [smallDialect()]), await serve(two.app, [smallDialect()])];
    for (const api of apis) closers.push(() => api.close());
    const urls = apis.map(({ url }) => url);
    expect(await storm(urls, 250)).toEqual({ passed: 100, odd: [] });
    expect((await one.app.database.pool.query('SELECT FROM "RateLimit"')).rowCount).toBe(0);
    // Each process counts by itself then: at most the limit again for each, never an error, never no limit.
    const during = storm(urls, 250);
    await redis.kill();
    expect((await during).odd).toEqual([]);
    const after = await storm(urls, 500);
    expect(after.odd).toEqual([]);
    expect(after.passed).toBeLessThanOrEqual(200);
    const third = await storm(urls, 50);
    expect(third).toEqual({ passed: 0, odd: [] });
  });

  it.skipIf(!redisThere)('is counted in memory while Redis stands still', async () => {
    const redis = await startRedis();
    closers.push(() => redis.close());
    const app = await limited({ REDIS_URL: redis.url, WAKE_UPS: 'postgres' });
    const api = await serve(app.app, [smallDialect()]);
    closers.push(() => api.close());
    expect((await storm([api.url], 1)).passed).toBe(1);
    await app.app.redis?.client('PAUSE', 60_000, 'ALL');
    expect(await storm([api.url], 120)).toEqual({ passed: 100, odd: [] });
  });

  it('is counted in memory while the counters of PostgreSQL are away', async () => {
    const app = await limited();
    const api = await serve(app.app, [smallDialect()]);
    closers.push(() => api.close());
    await app.app.database.pool.query('ALTER TABLE "RateLimit" RENAME TO "Away"');
    expect(await storm([api.url], 250)).toEqual({ passed: 100, odd: [] });
    await app.app.database.pool.query('ALTER TABLE "Away" RENAME TO "RateLimit"');
    expect((await storm([api.url], 1)).passed).toBe(1);
  });

  it('is each user’s own, and an address’ for those who are nobody', async () => {
    const app = await limited();
    const api = await serve(app.app, [smallDialect()]);
    closers.push(() => api.close());
    const [ada, bob] = [await newCaller(app), await newCaller(app)];
    const remaining = async (headers: Record<string, string>) =>
      (await fetch(`${api.url}/small/me`, { headers })).headers.get('x-limit');
    expect(await remaining({ authorization: `Bearer ${ada.token}` })).toBe('general 99/100');
    expect(await remaining({ authorization: `Bearer ${ada.token}` })).toBe('general 98/100');
    expect(await remaining({ authorization: `Bearer ${bob.token}` })).toBe('general 99/100');
    expect(await remaining({})).toBe('general 99/100');
    // A bad credential does not buy a counter of one's own.
    expect(await remaining({ authorization: 'Bearer nonsense' })).toBe('general 98/100');
    expect(await remaining({ 'x-forwarded-for': '203.0.113.9' })).toBe('general 97/100');
  });

  it('is narrowed by the rule a row names, whose refusal says when to come back', async () => {
    const app = await limited();
    const api = await serve(app.app, [smallDialect()]);
    closers.push(() => api.close());
    const ada = await newCaller(app);
    const create = () =>
      fetch(`${api.url}/small/things`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.token}` },
        body: '{"name": "x"}',
      });
    for (const left of [4, 3, 2, 1, 0]) {
      const made = await create();
      expect([made.status, made.headers.get('x-limit')]).toEqual([201, `making ${left}/5`]);
    }
    const refused = await create();
    expect([refused.status, refused.headers.get('x-limit')]).toEqual([429, 'making 0/5']);
    expect(smallError.parse(await refused.json()).trouble).toBe('RATE_LIMIT_EXCEEDED');
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(880);
    expect(wait).toBeLessThanOrEqual(900);
    expect(Date.parse(refused.headers.get('x-reset') ?? '') - Date.now()).toBeLessThanOrEqual(900_000);
    // The same counter, asked by GraphQL: the operation the row maps to.
    const answer = await callerWith({ url: api.url }, ada).ask(
      'mutation { r: createItem(input: { title: "by GraphQL" }) { __typename } }',
    );
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
      retryAfter: expect.any(Number),
    });
    const other = await callerWith({ url: api.url }, ada).ask('{ me { id } }');
    expect(other.errors).toBeUndefined();
  });

  it('never holds for probes', async () => {
    const app = await limited({ RATE_LIMIT_REQUESTS: '1' });
    for (const path of [
      '/health',
      '/api/health',
      '/api/health/',
      '/api/health/ready',
      '/api/health/live',
      '/api/v1/health',
      '/api/v1/ready',
      '/health/live',
      '/health/ready',
    ]) {
      const answers = await storm([app.url], 5, path);
      expect([path, answers.passed]).toEqual([path, 5]);
      expect((await fetch(`${app.url}${path}`)).headers.get('x-ratelimit-limit')).toBeNull();
    }
  });

  it('is off with RATE_LIMITS=off', async () => {
    const app = await limited({ RATE_LIMITS: 'off', RATE_LIMIT_REQUESTS: '1' });
    const answers = await storm([app.url], 20, '/api/v1/items');
    expect(answers.passed).toBe(20);
    const { headers } = await fetch(`${app.url}/api/v1/items`);
    expect(headers.get('x-ratelimit-limit')).toBeNull();
  });
});

describe('the dialects tell their limits', () => {
  const documented: [string, string, string, string, RegExp][] = [
    ['fixmydocs', 'GET', '/api/jobs', '7', /^\d{10}$/],
    ['phase2', 'POST', '/auth/login', '60', /^\d{10}$/],
    ['automations', 'GET', '/api/v1/items', '7', /^\d{10}$/],
  ];
  it.each(documented)('%s in its own form', async (_name, method, path, limit, form) => {
    const app = await limited({ RATE_LIMIT_REQUESTS: '7' });
    const first = await fetch(`${app.url}${path}`, { method });
    const tell = ({ headers }: Response) =>
      ['limit', 'remaining', 'reset'].map((name) => headers.get(`x-ratelimit-${name}`) ?? '');
    const [told, remaining, reset = ''] = tell(first);
    expect([told, Number(remaining)]).toEqual([limit, Number(limit) - 1]);
    expect(reset).toMatch(form);
    expect(Number(reset) * 1000 - Date.now()).toBeGreaterThan(0);
    await storm([app.url], Number(limit) - 1, path, {});
    const refusals = await Promise.all(Array.from({ length: 60 }, () => fetch(`${app.url}${path}`, { method })));
    const refused = refusals.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(tell(refused ?? first)[1]).toBe('0');
  });

  it('async-coder by an ISO time', async () => {
    const { asyncCoder } = await import('../../src/rest/async-coder/dialect.ts');
    const app = await limited();
    const coder = asyncCoder();
    const probe = coder.rows.find(({ path }) => path === '/health');
    if (probe === undefined) throw new Error('no row');
    const { unlimited: _unlimited, ...row } = probe;
    const api = await serve(app.app, [{ ...coder, rows: [{ ...row, limits: ['auth'] }] }]);
    closers.push(() => api.close());
    for (let left = 4; left >= 0; left -= 1) {
      const { status, headers } = await fetch(`${api.url}/health`);
      expect([status, headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')]).toEqual([
        200,
        '5',
        `${left}`,
      ]);
      expect(headers.get('x-ratelimit-reset')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    }
    const refused = await fetch(`${api.url}/health`);
    expect([refused.status, await refused.json()]).toMatchObject([
      429,
      { success: false, error: { code: 'RATE_LIMIT_EXCEEDED', retryAfter: expect.any(Number) } },
    ]);
  });
});

describe('GraphQL', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp({}, { ...on, RATE_LIMIT_REQUESTS: '50' });
  });
  afterAll(() => app.close());

  const raw = async (query: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
      body: JSON.stringify({ query }),
    });
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.json() };
  };
  const state = async (headers: Record<string, string>) => (await raw('{ __typename }', headers)).body.extensions;

  it('tells in extensions how the caller stands and what the operation cost', async () => {
    const ada = await newCaller(app);
    const authorization = `Bearer ${ada.token}`;
    expect(await state({ authorization })).toEqual({
      rateLimit: { limit: 50, remaining: 49, resetAt: expect.stringMatching(/^\d{4}-.*Z$/) },
      cost: { points: 1, maximum: 20_000 },
    });
    const { body } = await raw('{ items(first: 20) { nodes { id title } } }', { authorization });
    expect(body.extensions).toMatchObject({ rateLimit: { remaining: 48 }, cost: { points: expect.any(Number) } });
    expect(body.extensions.cost.points).toBeGreaterThan(40);
    // One counter with REST, whichever way is taken.
    const rest = await fetch(`${app.url}/api/v1/items`, { headers: { authorization } });
    expect(rest.headers.get('x-ratelimit-remaining')).toBe('47');
  });

  it('refuses what is too much with 429, by all ways of asking', async () => {
    const ada = await newCaller(app);
    const authorization = `Bearer ${ada.token}`;
    const answers = await Promise.all(Array.from({ length: 70 }, () => raw('{ me { id } }', { authorization })));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(20);
    expect(refused[0]).toMatchObject({
      retryAfter: expect.stringMatching(/^\d+$/),
      body: {
        errors: [{ extensions: { code: 'RATE_LIMIT_EXCEEDED', retryAfter: expect.any(Number) } }],
        extensions: { rateLimit: { remaining: 0 } },
      },
    });
    expect(JSON.stringify(refused[0]?.body)).not.toContain('"http"');
    const [told] = await Array.fromAsync(ada.follow('{ me { id } }'));
    expect(told?.errors?.[0]?.extensions?.code).toBe('RATE_LIMIT_EXCEEDED');
    const [subscribed] = await Array.fromAsync(ada.follow('subscription { myEvents { userSeq } }'));
    expect(subscribed?.errors?.[0]?.extensions?.code).toBe('RATE_LIMIT_EXCEEDED');
    await ada.close();
  });

  it('counts a subscription once, however many events it gives', async () => {
    const ada = await newCaller(app);
    const stream = ada.follow('subscription { myEvents { userSeq } }');
    const first = stream.next();
    // Asked over the same socket, so it is answered after the subscription has begun.
    await Array.fromAsync(ada.follow('{ __typename }'));
    const { rateLimit } = await state({ authorization: `Bearer ${ada.token}` });
    expect(rateLimit.remaining).toBe(47);
    await ada.close();
    await first.catch(() => undefined);
  });

  it('guards sign-in against guessing: each sign-in of an operation counts, for callers that nobody knows', async () => {
    const other = await testApp({}, { ...on });
    const guess = (n: number) =>
      `g${n}: signIn(input: { login: "nobody", password: "guess-${n}-guess" }) { __typename }`;
    const guesses = (count: number) => `mutation { ${Array.from({ length: count }, (_, n) => guess(n)).join(' ')} }`;
    const first = await ask(other, guesses(15));
    expect(first.errors).toBeUndefined();
    expect((await ask(other, guesses(15))).errors).toBeUndefined();
    const refused = await ask(other, guesses(1));
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
    expect((await ask(other, '{ __typename }')).errors).toBeUndefined();
    await other.close();
  });

  it('says nothing of limits with RATE_LIMITS=off', async () => {
    const other = await app.another({}, { RATE_LIMITS: 'off' });
    const response = await fetch(`${other.url}/graphql?query={__typename}`);
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
    await other.close();
  });
});

describe('pruning', () => {
  it('removes counters that are over and leaves the others', async () => {
    const app = await limited();
    const { pool } = app.app.database;
    await pool.query(`INSERT INTO "RateLimit" ("key", "points", "expire") VALUES
      ('a:over', 3, (extract(epoch FROM now()) * 1000)::bigint - 1000),
      ('a:running', 3, (extract(epoch FROM now()) * 1000)::bigint + 60000),
      ('a:endless', 3, NULL)`);
    expect((await prune(app.app)).rateLimits).toBe(1);
    const { rows } = await pool.query('SELECT "key" FROM "RateLimit" WHERE "key" LIKE \'a:%\' ORDER BY 1');
    expect(rows).toEqual([{ key: 'a:endless' }, { key: 'a:running' }]);
  });
});
