import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { auditServer } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { type TestApp, testApp } from './app.ts';
import { type Caller, graphqlAnswer, makeProject, newCaller } from './story.ts';
import { socketClient, waysToAsk } from './ways.ts';

describe('GraphQL over HTTP', () => {
  let app: TestApp;
  let ada: Caller;

  beforeAll(async () => {
    app = await testApp();
    ada = await newCaller(app);
  });
  afterAll(async () => {
    await ada.close();
    await app.close();
  });

  const post = (body: BodyInit | null, headers: Record<string, string> = {}) =>
    fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body,
    });

  it.each([
    ['without a token', () => undefined],
    ['with a token', () => ada.token],
    ['with a bad token', () => 'nonsense'],
  ])('passes all 61 audits of the specification %s', async (_what, token) => {
    const credential = token();
    const results = await auditServer({
      url: `${app.url}/graphql`,
      fetchFn: (url: string, init: RequestInit = {}) => {
        const headers = new Headers(init.headers);
        if (credential !== undefined) headers.set('authorization', `Bearer ${credential}`);
        return fetch(url, { ...init, headers });
      },
    });
    expect(results.filter(({ status }) => status !== 'ok').map(({ name, status }) => `${status}: ${name}`)).toEqual([]);
    expect(results).toHaveLength(61);
  });

  it.each<[what: string, body: BodyInit | null, headers: Record<string, string>, status: number, words: string]>([
    ['bad JSON', '{"query": ', {}, 400, 'not valid JSON'],
    ['an empty body', '', {}, 400, 'empty'],
    ['no body', null, {}, 400, 'empty'],
    ['JSON that is no object', '"{ __typename }"', {}, 400, 'object'],
    ['null', 'null', {}, 400, 'object'],
    ['a batch', '[{"query":"{ __typename }"}]', {}, 400, 'Batching'],
    ['a field that does not belong', '{"query":"{ __typename }","querry":1}', {}, 400, 'querry'],
    ['no query', '{}', {}, 200, 'query'],
    ['a query that is no text', '{"query": {}}', {}, 400, 'query'],
    [
      'bytes that are not UTF-8',
      Buffer.from('{"query":"{ __typename }","variables":{"a":"\xff"}}', 'latin1'),
      {},
      400,
      'UTF-8',
    ],
    ['a gzipped body', gzipSync('{"query":"{ __typename }"}'), { 'content-encoding': 'gzip' }, 415, 'content-encoding'],
    ['another type', '<query/>', { 'content-type': 'text/xml' }, 415, 'Content-Type'],
    ['no type', '{}', { 'content-type': '' }, 415, 'Content-Type'],
    ['arrays a hundred thousand deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, {}, 400, 'Batching'],
    [
      'such extensions',
      `{"query":"{ __typename }","extensions":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      {},
      400,
      'extensions',
    ],
    [
      'such variables',
      `{"query":"{ __typename }","variables":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
      {},
      200,
      'nested',
    ],
    [
      'such an unknown field',
      `{"query":"{ __typename }","other":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      {},
      400,
      'other',
    ],
    ['variables in a list', '{"query":"{ __typename }","variables":[]}', {}, 400, 'variables'],
    [
      'a hash of nothing',
      '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}',
      {},
      200,
      'PersistedQueryNotFound',
    ],
  ])('%s gets a clear error', async (_what, body, headers, status, words) => {
    const response = await post(body, headers);
    const text = await response.text();
    expect(response.status, text).toBe(status);
    const { errors } = graphqlAnswer.parse(JSON.parse(text));
    expect(errors?.[0]?.message).toContain(words);
    expect(errors?.[0]?.extensions?.code).toEqual(expect.not.stringMatching('INTERNAL'));
    expect(text).not.toMatch(/\.[jt]s:\d|node_modules/);
  });

  it('deep extensions inside an object do no harm', async () => {
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const response = await post(`{"query":"{ __typename }","extensions":${deep}}`);
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it.each([
    ['PUT', 405],
    ['DELETE', 405],
    ['PATCH', 405],
    ['HEAD', 405],
    ['OPTIONS', 204],
  ])('%s answers %i and says what is allowed', async (method, status) => {
    const response = await fetch(`${app.url}/graphql`, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get('allow')).toContain('GET, POST');
  });

  it('a query string with bad JSON, without a query, or with a mutation is refused', async () => {
    const get = async (search: string) => {
      const response = await fetch(`${app.url}/graphql${search}`, { headers: { accept: 'application/json' } });
      return [response.status, graphqlAnswer.parse(await response.json()).errors?.[0]?.message];
    };
    expect(await get('?query={__typename}&variables={')).toEqual([400, expect.stringContaining('not valid JSON')]);
    expect(await get('')).toEqual([200, expect.stringContaining('query')]);
    expect(await get('?query=mutation{signOut}')).toEqual([405, expect.stringContaining('POST')]);
    expect(await get('?query=%FF')).toEqual([200, expect.stringContaining('Syntax Error')]);
  });

  it('a malformed Host or address is a 400 without a stack trace', async () => {
    for (const head of [
      'GET /graphql?query={__typename} HTTP/1.1\r\nHost: [',
      'GET /graphql HTTP/1.1\r\nHost: a b',
      'GET //graphql?query={__typename} HTTP/1.1\r\nHost: x',
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: nonsense',
    ]) {
      const answer = await speak(app, `${head}\r\nAccept: application/json\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
      expect(answer).not.toMatch(/\bat .*:\d+:\d+|node_modules/);
    }
  });

  it('two errors of one request arrive both, each with its path', async () => {
    const nullable = await waysToAsk(app, ada.token).post(
      '{ a: node(id: "x") { id } b: node(id: "y") { id } me { username } }',
    );
    expect(nullable.errors?.map(({ path }) => path)).toEqual([['a'], ['b']]);
    expect(nullable.data).toMatchObject({ a: null, b: null, me: { username: expect.any(String) } });
  });

  it('a bad token only matters to what needs a viewer', async () => {
    const { post: ask } = waysToAsk(app, 'nonsense');
    expect(await ask('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    expect((await ask('{ me { id } }')).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });

  it('persisted queries: once with the text, then by the hash alone, over every way', async () => {
    const query = '{ __typename persisted: __typename }';
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    const send = async (body: object, accept = 'application/graphql-response+json') => {
      const response = await post(JSON.stringify(body), { accept });
      return [response.status, await response.json()];
    };
    expect(await send({ extensions })).toEqual([
      404,
      { errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] },
    ]);
    expect(await send({ query: '{ __typename }', extensions })).toMatchObject([
      400,
      { errors: [{ message: 'PersistedQueryMismatch' }] },
    ]);
    const answer = { data: { __typename: 'Query', persisted: 'Query' } };
    expect(await send({ query, extensions })).toEqual([200, answer]);
    expect(await send({ extensions })).toEqual([200, answer]);
    const search = new URLSearchParams({ extensions: JSON.stringify(extensions) });
    const got = await fetch(`${app.url}/graphql?${search}`, { headers: { accept: 'application/json' } });
    expect(await got.json()).toEqual(answer);
  });
});

describe('masked errors', () => {
  it.each(['post', 'get', 'sse', 'socket'] as const)(
    'over %s carry the request id they are logged with',
    async (name) => {
      const app = await testApp();
      const logged: object[] = [];
      const error = app.app.log.error.bind(app.app.log);
      app.app.log.error = (...args: unknown[]) => {
        if (typeof args[0] === 'object' && args[0] !== null) logged.push(args[0]);
      };
      try {
        const ada = await newCaller(app);
        const way = waysToAsk(app, ada.token)[name];
        await app.app.database.pool.query('ALTER TABLE "Item" RENAME TO "Elsewhere"');
        const { data, errors } = await way('{ items { totalCount } me { id } }');
        expect(data ?? null).toBeNull();
        expect(errors).toHaveLength(1);
        expect(errors?.[0]).toMatchObject({
          message: 'Unexpected error',
          path: ['items', 'totalCount'],
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.stringMatching(/^[\w-]{36}$/) },
        });
        expect(JSON.stringify(errors)).not.toMatch(/Elsewhere|prisma|stack|relation/i);
        expect(logged).toHaveLength(1);
        expect(logged[0]).toMatchObject({ requestId: errors?.[0]?.extensions?.requestId, err: expect.any(Error) });
        // Refusals are no bugs: they are neither masked nor logged.
        const refused = await way('{ node(id: "x") { id } }');
        expect(refused.errors?.[0]?.extensions?.code).toBe('VALIDATION_ERROR');
        expect(logged).toHaveLength(1);
        await ada.close();
      } finally {
        app.app.log.error = error;
        await app.close();
      }
    },
  );

  it("take the caller's own request id", async () => {
    const app = await testApp();
    try {
      const ada = await newCaller(app);
      await app.app.database.pool.query('ALTER TABLE "Item" RENAME TO "Elsewhere"');
      const answer = await ada.ask('{ items { totalCount } }', {}, { 'x-request-id': 'my-own-id' });
      expect(answer.errors?.[0]?.extensions?.requestId).toBe('my-own-id');
      await ada.close();
    } finally {
      await app.close();
    }
  });
});

describe('trusted documents', () => {
  it('are the only operations that run, over HTTP and over the socket', async () => {
    const query = 'query Who { me { username } }';
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const file = join(await makeProject({}, { git: false }), 'documents.json');
    await writeFile(file, JSON.stringify({ [sha256Hash]: query }));
    const open = await testApp();
    const ada = await newCaller(open);
    const app = await open.another({}, { TRUSTED_DOCUMENTS: file });
    try {
      const ask = async (body: object) => {
        const response = await fetch(`${app.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.token}` },
          body: JSON.stringify(body),
        });
        return graphqlAnswer.parse(await response.json());
      };
      const extensions = { persistedQuery: { version: 1, sha256Hash } };
      const known = { data: { me: { username: expect.any(String) } } };
      expect(await ask({ extensions })).toMatchObject(known);
      expect(await ask({ query, extensions })).toMatchObject(known);
      const unknown = { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } };
      const code = (answer: z.infer<typeof graphqlAnswer>) => answer.errors?.[0]?.extensions?.code;
      expect(code(await ask({ query: '{ __typename }' }))).toBe('PERSISTED_QUERY_ONLY');
      expect(code(await ask({ extensions: unknown }))).toBe('PERSISTED_QUERY_NOT_IN_LIST');
      expect(code(await ask({ query: '{ __typename }', extensions: unknown }))).toBe('PERSISTED_QUERY_NOT_IN_LIST');
      expect(code(await ask({ query: '{ __typename }', extensions }))).toBe('PERSISTED_QUERY_MISMATCH');

      const client = socketClient(app, ada.token);
      const over = (payload: { query: string; extensions?: Record<string, unknown> }) =>
        new Promise<unknown>((resolve) => {
          client.subscribe(payload, { next: resolve, error: resolve, complete() {} });
        });
      expect(await over({ query: '', extensions })).toMatchObject(known);
      expect(await over({ query: '{ __typename }' })).toMatchObject([{ extensions: { code: 'PERSISTED_QUERY_ONLY' } }]);
      expect(await over({ query: '', extensions: unknown })).toMatchObject([
        { extensions: { code: 'PERSISTED_QUERY_NOT_IN_LIST' } },
      ]);
      await client.dispose();
    } finally {
      await app.close();
      await ada.close();
      await open.close();
    }
  });

  it.each([
    ['{', /cannot be read/],
    ['[]', /neither/],
  ])('that cannot be read stop the start with one sentence: %s', async (content, words) => {
    const file = join(await makeProject({}, { git: false }), 'documents.json');
    await writeFile(file, content);
    await expect(testApp({}, { TRUSTED_DOCUMENTS: file })).rejects.toThrow(words);
  });
});

/** Says something to the server by hand and gives all it answers. */
function speak(app: TestApp, text: string): Promise<string> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: hostname, port: Number(port) }, () => socket.write(text));
    let answer = '';
    socket.on('data', (data) => {
      answer += String(data);
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}
