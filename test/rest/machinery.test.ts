import { once } from 'node:events';
import { connect } from 'node:net';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { AutomationsItemByIdDocument, AutomationsLoginDocument } from '../../src/gql/graphql.ts';
import { type Root, row, secondsToWait, type Thing } from '../../src/rest/route.ts';
import { validateRows } from '../../src/rest/runner.ts';
import { createSchema } from '../../src/schema.ts';
import { type TestApp, testApp } from '../app.ts';
import { gate, startWork } from '../spine.ts';
import { type Caller, makeProject, newCaller, smallProject } from '../story.ts';
import { bareRequest, serve, smallDialect, smallError } from './small-dialect.ts';

const asJson = { 'content-type': 'application/json' };

describe('a row', () => {
  const schema = createSchema();
  const ofText = (text: string) =>
    row({
      method: 'GET',
      path: '/small/x',
      summary: 'x',
      auth: 'none',
      status: 200,
      document: parse(text),
      variables: () => ({}),
      reply: () => undefined,
    });

  it.each([
    ['{ r: nothing }', 'GET /small/x does not fit the schema: Cannot query field "nothing" on type "Query".'],
    ['{ r: me { nothing } }', 'GET /small/x does not fit the schema: Cannot query field "nothing" on type "User".'],
    ['{ me { id } }', 'GET /small/x: its document must have one root field, aliased r'],
    ['{ r: me { id } jobs { totalCount } }', 'GET /small/x: its document must have one root field, aliased r'],
    ['{ ... on Query { r: me { id } } }', 'GET /small/x: its document must have one root field, aliased r'],
    [
      'query A { r: me { id } } query B { r: me { id } }',
      'GET /small/x: its document must have one root field, aliased r',
    ],
  ])('that does not fit is named by the sentence that stops the start: %s', (text, sentence) => {
    expect(() => validateRows(schema, [ofText(text)])).toThrow(sentence);
  });

  it('that fits is let through, and one that names no known limit stops the start', async () => {
    expect(() => validateRows(schema, [ofText('{ r: me { id } }')])).not.toThrow();
    const app = await testApp({ api: false });
    const lost = { ...ofText('{ r: me { id } }'), limits: ['nowhere'] };
    await expect(serve(app.app, [smallDialect({ rows: [lost] })])).rejects.toThrow(
      'GET /small/x names the limit nowhere, which there is not',
    );
    await app.close();
  });

  it('has the type of its document: nullable fields stay, refusals and null are gone', () => {
    type Data<Document> = Document extends { __apiType?: (variables: never) => infer Result } ? Result : never;
    type Item = Root<Data<typeof AutomationsItemByIdDocument>>;
    expectTypeOf<Item>().not.toBeNever();
    expectTypeOf<Item['__typename']>().toEqualTypeOf<'Item'>();
    type Signed = Root<Data<typeof AutomationsLoginDocument>>;
    expectTypeOf<Signed['__typename']>().toEqualTypeOf<'Credentials'>();
    expectTypeOf<Root<{ r?: { a: string | null } | null }>>().toEqualTypeOf<{ a: string | null }>();
    expectTypeOf<Thing<{ __typename: 'NotFoundError' } | { __typename: 'Item'; a: 1 } | null>>().toEqualTypeOf<{
      __typename: 'Item';
      a: 1;
    }>();
    // @ts-expect-error a reply cannot read what its document did not ask for
    const wrong: (thing: Signed) => unknown = (thing) => thing.nothing;
    expect(wrong).toBeTypeOf('function');
  });
});

describe('how long a row waits', () => {
  const wait = { seconds: 10, most: 60 };
  it.each([
    [undefined, 10],
    ['respond-async', 0],
    ['return=minimal, Respond-Async', 0],
    ['wait=5', 5],
    ['respond-async, wait=5', 0],
    ['handling=lenient; wait="7"', 7],
    ['wait=999999999', 60],
    ['wait=-1', 10],
    ['wait=soon', 10],
    ['longwait=3', 10],
    ['respond-asynchronously', 10],
  ])('with Prefer: %s', (prefer, seconds) => {
    expect(secondsToWait(prefer, wait)).toBe(seconds);
  });
});

describe('a row that waits for its job', () => {
  let app: TestApp;
  let api: { url: string; close(): Promise<void> };
  let ada: Caller;
  let repo: number;
  const work = { started: gate(), go: gate() };

  beforeAll(async () => {
    app = await testApp({}, { ALLOW_LOCAL_REPOS: 'true', DATABASE_POOL: '2' });
    api = await serve(app.app, [smallDialect()]);
    ada = await newCaller(app);
    const folder = await makeProject(smallProject);
    const connected = await ada.get(
      z.object({ number: z.int() }),
      `mutation ($address: String!) { r: connectRepository(address: $address) { ... on Repository { number } } }`,
      { address: folder },
    );
    repo = connected.number;
    const worker = await app.another({ bare: true });
    await startWork(worker.app, async () => {
      work.started.resolve();
      await work.go.promise;
      return { engine: 'test', message: 'done', save: async () => {} };
    });
    closers.push(() => worker.close());
  });
  const closers: (() => Promise<void>)[] = [];
  afterAll(async () => {
    work.go.resolve();
    for (const close of closers) await close();
    await api.close();
    await app.close();
  });

  const start = (headers: Record<string, string> = {}, signal?: AbortSignal) =>
    fetch(`${api.url}/small/run`, {
      method: 'POST',
      headers: { ...asJson, authorization: `Bearer ${ada.token}`, ...headers },
      body: JSON.stringify({ repo }),
      ...(signal && { signal }),
    });
  const listeners = async () => (await app.app.database.pool.query('SELECT count(*)::int AS n FROM "Job"')).rows[0].n;

  it('answers 202 at once with respond-async, and after N seconds with wait=N', async () => {
    work.go = gate();
    const at = Date.now();
    const now = await start({ prefer: 'respond-async' });
    expect([now.status, await now.json()]).toMatchObject([202, { status: expect.stringMatching(/QUEUED|RUNNING/) }]);
    expect(Date.now() - at).toBeLessThan(900);
    const later = await start({ prefer: 'wait=1' });
    expect(later.status).toBe(202);
    expect(Date.now() - at).toBeGreaterThan(990);
    work.go.resolve();
  });

  it('answers when the job has ended, long before its time is over', async () => {
    work.started = gate();
    work.go = gate();
    const at = Date.now();
    const answer = start();
    await work.started.promise;
    work.go.resolve();
    const response = await answer;
    expect([response.status, await response.json()]).toMatchObject([200, { status: 'COMPLETED' }]);
    expect(Date.now() - at).toBeLessThan(10_000);
  });

  it('holds no connection while it waits: ten wait over a pool of two, which stays free', async () => {
    work.go = gate();
    const before = await listeners();
    const answers = Array.from({ length: 10 }, () => start({ prefer: 'wait=30' }));
    await expect.poll(listeners).toBe(before + 10);
    await expect.poll(() => app.app.database.pool.idleCount - app.app.database.pool.totalCount).toBe(0);
    const { rows } = await app.app.database.pool.query(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'`,
    );
    expect(rows).toEqual([{ n: 0 }]);
    work.go.resolve();
    const ended = await Promise.all(answers);
    expect(ended.map(({ status }) => status)).toEqual(Array(10).fill(200));
  });

  it('goes on when its caller hangs up, who is listened for no longer', async () => {
    const heard: string[] = [];
    const { listen } = app.app.wakeUps;
    let open = 0;
    const watched = {
      ...app.app,
      wakeUps: {
        ...app.app.wakeUps,
        listen: (topic: string, wake: () => void) => {
          open += 1;
          heard.push(topic);
          const stop = listen.call(app.app.wakeUps, topic, wake);
          return () => {
            open -= 1;
            stop();
          };
        },
      },
    };
    const other = await serve(watched, [smallDialect()]);
    work.started = gate();
    work.go = gate();
    const hangUp = new AbortController();
    const answer = fetch(`${other.url}/small/run`, {
      method: 'POST',
      headers: { ...asJson, authorization: `Bearer ${ada.token}`, prefer: 'wait=30' },
      body: JSON.stringify({ repo }),
      signal: hangUp.signal,
    }).catch(() => 'hung up');
    await expect.poll(() => open).toBe(1);
    await work.started.promise;
    hangUp.abort();
    expect(await answer).toBe('hung up');
    await expect.poll(() => open).toBe(0);
    const id = heard.at(-1)?.replace('job:', '') ?? '';
    const state = async () => (await app.app.database.prisma.job.findUniqueOrThrow({ where: { id } })).status;
    expect(await state()).toBe('RUNNING');
    work.go.resolve();
    await expect.poll(state).toBe('COMPLETED');
    await other.close();
  });

  it('tells a field by the name the caller gave it', async () => {
    const response = await fetch(`${api.url}/small/run`, {
      method: 'POST',
      headers: { ...asJson, authorization: `Bearer ${ada.token}` },
      body: JSON.stringify({ repo: 'one' }),
    });
    const refused = smallError.parse(await response.json());
    expect([response.status, refused.issues.map(({ field }) => field)]).toEqual([422, ['repo']]);
  });
});

describe('the machinery', () => {
  let app: TestApp;
  let api: { url: string; close(): Promise<void> };
  let ada: Caller;
  beforeAll(async () => {
    app = await testApp({}, { FRONTEND_URL: 'https://front.example' });
    api = await serve(app.app, [smallDialect()]);
    ada = await newCaller(app);
  });
  afterAll(async () => {
    await api.close();
    await app.close();
  });

  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${api.url}${path}`, { headers });
  const post = (path: string, body: RequestInit['body'], headers: Record<string, string> = {}) =>
    fetch(`${api.url}${path}`, { method: 'POST', ...(body !== undefined && { body }), headers });

  it('parses what a raw row takes, and lets it redirect', async () => {
    expect(await (await get('/small/raw/7?q=a', { 'user-agent': 'u' })).json()).toEqual({ id: 7, q: 'a', agent: 'u' });
    const refused = await get('/small/raw/seven');
    expect([refused.status, smallError.parse(await refused.json()).issues[0]?.field]).toEqual([422, 'id']);
    const redirect = await fetch(`${api.url}/small/redirect`, { redirect: 'manual' });
    expect([redirect.status, redirect.headers.get('location')]).toEqual([302, '/elsewhere']);
  });

  it('serves a row of both slashes with and without one, and others as they are written', async () => {
    const authorization = `Bearer ${ada.token}`;
    for (const path of ['/small/me', '/small/me/']) {
      const response = await get(path, { authorization });
      expect([response.status, await response.json()]).toEqual([200, { id: ada.userId }]);
    }
    expect((await get('/small/probe/')).status).toBe(404);
  });

  it('answers a null root as what is missing', async () => {
    const response = await get('/small/me');
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { trouble: 'NOT_FOUND', text: 'User not found' },
    ]);
  });

  it('tells an issue of the domain by the name of the field in the request', async () => {
    const response = await post('/small/things', '{"name": " "}', { ...asJson, authorization: `Bearer ${ada.token}` });
    expect([response.status, await response.json()]).toEqual([
      422,
      {
        trouble: 'VALIDATION_ERROR',
        text: 'name: must not be empty',
        issues: [{ field: 'name', message: 'must not be empty', code: 'invalid' }],
        details: {},
      },
    ]);
  });

  it.each(['PUT', 'PATCH', 'DELETE', 'POST'])(
    'refuses %s where it is odd with 405 and what is allowed',
    async (method) => {
      const response = await fetch(`${api.url}/small/raw/1`, { method, headers: asJson, body: '{broken' });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      expect(smallError.parse(await response.json()).trouble).toBe('METHOD_NOT_ALLOWED');
    },
  );

  it('refuses verbs that nobody knows at all without harm', async () => {
    for (const method of ['TRACE', 'PROPFIND', 'SEARCH', 'LOCK']) {
      const { status, text } = await bareRequest(api, '/small/raw/1', { method });
      expect([method, status, smallError.safeParse(JSON.parse(text)).success]).toEqual([method, 405, true]);
    }
  });

  it('answers HEAD like GET without a body, and OPTIONS with what is allowed', async () => {
    const head = await fetch(`${api.url}/small/raw/1`, { method: 'HEAD' });
    expect([head.status, await head.text(), Number(head.headers.get('content-length'))]).toEqual([
      200,
      '',
      expect.any(Number),
    ]);
    const options = await fetch(`${api.url}/small/raw/1`, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD']);
    expect((await fetch(`${api.url}/small/things`, { method: 'OPTIONS' })).headers.get('allow')).toBe('POST');
  });

  it('refuses unknown addresses under its prefix in its words, and those that cannot be read', async () => {
    for (const path of ['/small', '/small/', '/small/nothing?x=1', '/small/things/1/2']) {
      const response = await get(path);
      expect([response.status, smallError.parse(await response.json()).trouble]).toEqual([404, 'NOT_FOUND']);
    }
    const broken = await bareRequest(api, '/small/raw/%zz');
    expect([broken.status, smallError.parse(JSON.parse(broken.text)).trouble]).toEqual([400, 'BAD_REQUEST']);
    expect(smallError.safeParse(await (await get('/smaller')).json()).success).toBe(false);
  });

  it('lets only the front end in from other sites', async () => {
    const own = await get('/small/probe', { origin: 'https://front.example' });
    expect(Object.fromEntries(own.headers)).toMatchObject({
      'access-control-allow-origin': 'https://front.example',
      'access-control-allow-credentials': 'true',
    });
    const foreign = await get('/small/probe', { origin: 'https://evil.example' });
    expect(foreign.headers.get('access-control-allow-origin')).not.toBe('https://evil.example');
    const preflight = await fetch(`${api.url}/small/things`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://front.example',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization, idempotency-key, prefer',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('idempotency-key');
    expect(preflight.headers.get('access-control-expose-headers')?.toLowerCase()).toContain('x-ratelimit-remaining');
  });

  it('sends the security headers and a request id, the caller’s where it is sensible', async () => {
    for (const path of ['/small/probe', '/small/nothing', '/small/broken']) {
      const { headers } = await get(path, { 'x-request-id': 'mine-1' });
      expect(headers.get('x-request-id')).toBe('mine-1');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
      expect(headers.get('x-powered-by')).toBeNull();
    }
    expect((await get('/small/probe', { 'x-request-id': 'x'.repeat(101) })).headers.get('x-request-id')).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  });

  it('masks bugs: the request id and nothing else', async () => {
    const response = await get('/small/broken', { 'x-request-id': 'bug-1' });
    expect([response.status, await response.json()]).toEqual([
      500,
      { trouble: 'INTERNAL_ERROR', text: 'Unexpected error', issues: [], details: { requestId: 'bug-1' } },
    ]);
  });

  it('takes an empty JSON body for none, and says what is wrong with others', async () => {
    const headers = { ...asJson, authorization: `Bearer ${ada.token}` };
    const trouble = async (body: RequestInit['body'], more: Record<string, string> = {}) => {
      const response = await post('/small/things', body, { ...headers, ...more });
      return [response.status, smallError.parse(await response.json()).trouble];
    };
    expect(await trouble('')).toEqual([422, 'VALIDATION_ERROR']);
    expect(await trouble('{"name": ')).toEqual([400, 'BAD_REQUEST']);
    expect(await trouble('x', { 'content-type': 'text/csv' })).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    expect(await trouble(JSON.stringify({ name: 'x'.repeat(1_000_001) }))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(await trouble(JSON.stringify({ name: 'a\0b' }))).toEqual([422, 'VALIDATION_ERROR']);
    expect(await trouble('{"name": "\\ud800"}')).toEqual([422, 'VALIDATION_ERROR']);
  });

  describe('with a credential in a cookie', () => {
    const cookie = () => ({ cookie: `small=${ada.token}` });
    const create = (headers: Record<string, string>, body = '{"name": "by cookie"}') =>
      post('/small/things', body, { ...cookie(), ...headers });
    const status = async (answer: Promise<Response>) => {
      const response = await answer;
      const body = await response.json();
      return response.status === 201 ? 201 : [response.status, smallError.parse(body).trouble];
    };

    it('reads, and changes by JSON or with X-Requested-With', async () => {
      expect((await get('/small/me', cookie())).status).toBe(200);
      expect(await status(create(asJson))).toBe(201);
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      expect(await status(create(form, 'name=form'))).toEqual([403, 'CSRF']);
      expect(await status(create({ 'content-type': 'text/plain' }))).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
      expect(await status(create({ ...form, 'x-requested-with': 'fetch' }, 'name=form'))).toBe(201);
    });

    it('refuses other origins, but not the front end, itself, or a header credential', async () => {
      expect(await status(create({ ...asJson, origin: 'https://evil.example' }))).toEqual([403, 'CSRF']);
      expect(await status(create({ ...asJson, origin: 'null' }))).toEqual([403, 'CSRF']);
      expect(await status(create({ ...asJson, origin: 'https://front.example' }))).toBe(201);
      expect(await status(create({ ...asJson, origin: api.url }))).toBe(201);
      const bearer = { authorization: `Bearer ${ada.token}`, origin: 'https://evil.example' };
      expect(await status(create({ ...asJson, ...bearer }))).toBe(201);
    });
  });

  describe('a file', () => {
    const upload = (parts: Record<string, Blob | string>) => {
      const form = new FormData();
      for (const [name, part] of Object.entries(parts)) form.append(name, part);
      return post('/small/files', form);
    };

    it('comes whole', async () => {
      const response = await upload({ file: new File(['content'], 'a.txt') });
      expect([response.status, await response.json()]).toEqual([200, { name: 'a.txt', bytes: 7 }]);
    });

    it('of more than 10 MB is refused with 413', async () => {
      const response = await upload({ file: new Blob([new Uint8Array(10_000_001)]) });
      expect([response.status, smallError.parse(await response.json()).trouble]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    });

    it('that is broken or missing is the caller’s mistake', async () => {
      const broken = await post('/small/files', 'no parts', { 'content-type': 'multipart/form-data; boundary=x' });
      expect(broken.status).toBe(400);
      expect(smallError.parse(await broken.json()).trouble).toBe('BAD_REQUEST');
      const noBoundary = await post('/small/files', 'no parts', { 'content-type': 'multipart/form-data' });
      expect(noBoundary.status).toBe(400);
      const json = await post('/small/files', '{}', asJson);
      expect([json.status, smallError.parse(await json.json()).trouble]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
      expect(await (await upload({ name: 'no file' })).json()).toEqual({ bytes: null });
    });
  });
});

describe('a database that is gone', () => {
  it('makes a 500 in the words of the dialect, logged with the request id', async () => {
    const app = await testApp();
    const ada = await newCaller(app);
    const logged: unknown[] = [];
    const log = Object.assign(Object.create(app.app.log), { error: (facts: unknown) => logged.push(facts) });
    const api = await serve({ ...app.app, log }, [smallDialect()]);
    await app.app.database.close();
    const response = await fetch(`${api.url}/small/me`, {
      headers: { authorization: `Bearer ${ada.token}`, 'x-request-id': 'gone-1' },
    });
    expect([response.status, await response.json()]).toMatchObject([
      500,
      { trouble: 'INTERNAL_ERROR', text: 'Unexpected error', details: { requestId: 'gone-1' } },
    ]);
    expect(logged).toEqual([{ err: expect.any(Error), requestId: 'gone-1' }]);
    await api.close();
    await app.close();
  });
});

describe('a caller who sends half a request', () => {
  it('is not waited for', async () => {
    const app = await testApp();
    const { hostname, port } = new URL(app.url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.write(
      'POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"a"',
    );
    socket.end();
    socket.resume();
    await once(socket, 'close');
    expect((await fetch(`${app.url}/api/health/live`)).status).toBe(200);
    await app.close();
  });
});
