import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createConnection } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createFeatures } from '../src/main.ts';
import { createGraphql } from '../src/platform/graphql.ts';
import { persistedDocuments } from '../src/platform/graphql-documents.ts';
import { type TestApp, testApp } from './app.ts';
import { type Caller, newCaller } from './story.ts';

/** A request to GraphQL; `text` is the body as it is sent. */
interface Sent {
  readonly text: string | Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

const json = (body: unknown, headers: Record<string, string> = {}): Sent => ({ text: JSON.stringify(body), headers });
const ask = (query: string, variables?: Record<string, unknown>): Sent =>
  json({ query, ...(variables && { variables }) });
const many = (count: number, each: (index: number) => string) =>
  Array.from({ length: count }, (_, n) => each(n)).join(' ');
const known = '{ __typename known: __typename }';
const sha256Hash = createHash('sha256').update(known).digest('hex');
const nobody = '0198c0de-0000-7000-8000-000000000000';

/** Answers and refusals of every kind. */
const requests: Readonly<Record<string, Sent>> = {
  'a trivial query': ask('{ __typename }'),
  'a query of the viewer': ask('{ me { username role permissions createdAt } }'),
  'a list': ask('query ($n: Int) { items(first: $n) { totalCount nodes { id title owner { username } } } }', { n: 5 }),
  'one of several operations': json({ query: 'query A { __typename } query B { me { id } }', operationName: 'B' }),
  'none of several operations': ask('query A { __typename } query B { me { id } }'),
  'an operation that is not there': json({ query: 'query A { __typename }', operationName: 'B' }),
  'fragments and directives': ask(
    'query ($a: Boolean!) { me { ...F ... @skip(if: $a) { username } } } fragment F on User { id @include(if: $a) }',
    { a: true },
  ),
  introspection: ask('{ __schema { queryType { name fields { name } } } }'),
  'an unknown field': ask('{ nothing }'),
  'a syntax error': ask('{ me {'),
  'an empty query': ask(''),
  'only a fragment': ask('fragment F on User { id }'),
  'a variable that does not fit': ask('query ($n: Int) { items(first: $n) { totalCount } }', { n: 'many' }),
  'a variable that is missing': ask('query ($id: UUID!) { item(id: $id) { id } }'),
  'a scalar that does not fit': ask('query ($id: UUID!) { item(id: $id) { id } }', { id: 'nonsense' }),
  'an input that does not fit': ask('mutation ($i: CreateItemInput!) { createItem(input: $i) { __typename } }', {
    i: { title: 1, other: true },
  }),
  'a refusal in the answer': ask(
    'mutation { createItem(input: { title: "" }) { __typename ... on ValidationError { code issues { path } } } }',
  ),
  'a refusal as an error': ask('{ a: node(id: "x") { id } me { id } }'),
  'an error of a field that may not be null': ask('{ creditTransactions(first: 1, offset: -1) { totalCount } }'),
  'what a role may not do': ask('{ users(first: 1) { nodes { id } } }'),
  'somebody else’s': ask(`{ job(id: "${nobody}") { status } }`),
  'too deep': ask(`{ me ${'{ a '.repeat(20)}${'}'.repeat(20)} }`),
  'too many aliases': ask(`{ ${many(20, (n) => `a${n}: __typename`)} }`),
  'too dear': ask('{ items(first: 100) { nodes { owner { sessions(first: 100) { nodes { createdAt } } } } } }'),
  'too dear by its variables': ask(
    'query ($n: Int) { items(first: $n) { nodes { owner { sessions(first: $n) { nodes { createdAt } } } } } }',
    { n: 100 },
  ),
  'a page that cannot be': ask('query ($n: Int) { items(first: $n) { totalCount } }', { n: 101 }),
  'variables that cannot be stored': ask('query ($id: ID!) { node(id: $id) { id } }', { id: 'a\0b' }),
  'a literal that cannot be stored': ask('{ node(id: "\\u0000") { id } }'),
  'variables in a list': json({ query: '{ __typename }', variables: [] }),
  'variables that are null': json({ query: '{ __typename }', variables: null, operationName: null, extensions: null }),
  'a name that is no text': json({ query: '{ __typename }', operationName: 7 }),
  'a query that is no text': json({ query: {} }),
  'no query': json({}),
  'a field that does not belong': json({ query: '{ __typename }', querry: 1 }),
  'a batch': json([{ query: '{ __typename }' }]),
  'JSON that is no object': json('{ __typename }'),
  'bad JSON': { text: '{"query": ', headers: {} },
  'bytes that are not UTF-8': { text: new Uint8Array(Buffer.from('{"query":"\xff"}', 'latin1')), headers: {} },
  'a byte order mark': { text: '\ufeff{"query":"{ __typename }"}', headers: {} },
  'a subscription that wants JSON': ask('subscription { myEvents { userSeq } }'),
  'a hash of nothing': json({ extensions: { persistedQuery: { version: 1, sha256Hash: '00' } } }),
  'a text with its hash': json({ query: known, extensions: { persistedQuery: { version: 1, sha256Hash } } }),
  'a hash alone': json({ extensions: { persistedQuery: { version: 1, sha256Hash } } }),
  'a text with the hash of another': json({
    query: '{ __typename }',
    extensions: { persistedQuery: { version: 1, sha256Hash } },
  }),
  'a header that names the other JSON': json(
    { query: '{ __typename }' },
    { 'content-type': 'application/graphql+json' },
  ),
  'a type with a charset': json({ query: '{ __typename }' }, { 'content-type': 'Application/JSON; charset=utf-8' }),
  'a bad token': json({ query: '{ me { id } }' }, { authorization: 'Bearer nonsense' }),
  'a foreign page with a cookie': json(
    { query: '{ me { id } }' },
    { authorization: '', cookie: 'async_coder_session=mws_x', origin: 'https://elsewhere.example' },
  ),
  'a cookie that has ended': json(
    { query: '{ me { id } }' },
    { authorization: '', cookie: 'async_coder_session=mws_x' },
  ),
  'a request id': json({ query: '{ nothing }' }, { 'x-request-id': 'my-own-id' }),
};

/** What some of the answers must say, lest they are the same for another reason. */
const says: Readonly<Record<string, string>> = {
  'a list': '"totalCount":3',
  'one of several operations': '"me"',
  'a refusal in the answer': '"issues"',
  'what a role may not do': 'FORBIDDEN',
  'too deep': 'depth',
  'too many aliases': 'aliases',
  'too dear': '"limit":"cost"',
  'too dear by its variables': '"limit":"cost"',
  'variables that cannot be stored': 'U+0000',
  'a hash alone': '"known"',
  'a bad token': 'UNAUTHENTICATED',
  'a foreign page with a cookie': 'CSRF',
};

const accepts = [
  undefined,
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json, application/json;q=0.9',
  'application/json, application/graphql-response+json',
  'application/graphql-response+json; charset=utf-8, application/json; charset=utf-8',
  'application/json; charset=latin1',
  'multipart/mixed;deferSpec=20220824, application/json',
  'APPLICATION/JSON',
  'application/*',
  'text/html',
  'text/html, */*;q=0.1',
] as const;

/** What differs from answer to answer: the time, its id, and how it is framed. */
const mayDiffer = ['date', 'transfer-encoding', 'content-length', 'x-request-id', 'keep-alive', 'connection'];

describe('the short way and Yoga', () => {
  let short: TestApp;
  let long: TestApp;
  let ada: Caller;

  beforeAll(async () => {
    short = await testApp({}, { FRONTEND_URL: 'https://app.example' });
    long = await short.another({ shortWay: false });
    ada = await newCaller(short);
    for (let n = 0; n < 3; n += 1) await ada.ask(`mutation { createItem(input: { title: "${n}" }) { __typename } }`);
  });
  afterAll(async () => {
    await ada.close();
    await long.close();
    await short.close();
  });

  const send = async ({ url }: TestApp, { text, headers }: Sent) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.token}`, ...headers },
      body: text,
    });
    const told = Object.fromEntries([...response.headers].filter(([name]) => !mayDiffer.includes(name)));
    return { status: response.status, headers: told, body: await response.text() };
  };

  it.each(Object.entries(requests))('answer the same to %s', async (what, sent) => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const accepting = { ...sent, headers: { accept, ...sent.headers } };
      const [one, other] = [await send(short, accepting), await send(long, accepting)];
      expect(one).toEqual(other);
      expect(one.headers['x-content-type-options']).toBe('nosniff');
      expect(one.body).toContain(says[what] ?? '');
    }
  });

  it.each(accepts)('answer in the same form to who accepts %s', async (accept) => {
    for (const query of ['{ __typename }', '{ nothing }', '{ node(id: "x") { id } }']) {
      const sent = json({ query }, accept === undefined ? {} : { accept });
      expect(await send(short, sent)).toEqual(await send(long, sent));
    }
  });

  it('count the same', async () => {
    const counted = async ({ app }: TestApp) => {
      const { values } = await app.metrics.operations.get();
      return new Map(values.map(({ labels, value }) => [`${labels.type} ${labels.outcome}`, value]));
    };
    const grown = async (app: TestApp) => {
      const before = await counted(app);
      // Streams of the others do not end.
      for (const { text, headers } of Object.values(requests)) {
        await send(app, { text, headers: { accept: 'application/json', ...headers } });
      }
      const entries = [...(await counted(app))].map(
        ([name, value]) => [name, value - (before.get(name) ?? 0)] as const,
      );
      return Object.fromEntries(entries);
    };
    const growth = await grown(short);
    expect(growth).toEqual(await grown(long));
    expect(growth['query ok']).toBeGreaterThan(5);
  });

  it('tell the same of rate limits, and refuse alike', async () => {
    const settings = { RATE_LIMITS: 'on', RATE_LIMIT_REQUESTS: '3', RATE_LIMIT_PERIOD: '600' };
    const answers = [];
    for (const shortWay of [true, false]) {
      const app = await testApp({ shortWay }, settings);
      try {
        const seen = [];
        for (let n = 0; n < 5; n += 1) {
          const { status, headers, body } = await send(app, json({ query: '{ __typename }' }, { authorization: '' }));
          seen.push({
            status,
            retries: headers['retry-after'] !== undefined,
            body: body.replace(/\d{4}-[^"]+|\d+ s|"retryAfter":\d+/g, ''),
          });
        }
        answers.push(seen);
      } finally {
        await app.close();
      }
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
  });

  it('mask the same when the database fails', async () => {
    const sent = json({ query: '{ items { totalCount } me { id } }' }, { 'x-request-id': 'one-and-the-same' });
    await short.app.database.pool.query('ALTER TABLE "Item" RENAME TO "Elsewhere"');
    try {
      const [one, other] = [await send(short, sent), await send(long, sent)];
      expect(one).toEqual(other);
      expect(one.body).toContain('one-and-the-same');
    } finally {
      await short.app.database.pool.query('ALTER TABLE "Elsewhere" RENAME TO "Item"');
    }
  });

  it('outlive a client that hangs up in the middle of its body, or before its answer', async () => {
    for (const app of [short, long]) {
      const body = JSON.stringify({ query: '{ items { totalCount nodes { owner { username } } } }' });
      await hangUp(app, body.slice(0, 10), body.length);
      await hangUp(app, body, body.length);
      expect((await send(app, ask('{ __typename }'))).status).toBe(200);
    }
  });
});

/** Sends the beginning of a request and hangs up. */
function hangUp({ url }: TestApp, begun: string, length: number): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: hostname, port: Number(port) }, () => {
      const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
      socket.write(head + begun, () => socket.destroy());
    });
    socket.on('error', reject);
    socket.on('close', () => resolve());
  });
}

describe('the short way', () => {
  const ordinary = { 'content-type': 'application/json' };
  const cases: [what: string, taken: boolean, sent: Sent][] = [
    ['a query', true, json({ query: '{ __typename }' }, ordinary)],
    ['a mutation', true, json({ query: 'mutation { signOut { __typename } }' }, ordinary)],
    ['a query that fails', true, json({ query: '{ me { id } }' }, ordinary)],
    [
      'variables that do not fit',
      true,
      json({ query: 'query ($a: Int!) { items(first: $a) { totalCount } }' }, ordinary),
    ],
    ['what accepts either form', true, json({ query: '{ __typename }' }, { ...ordinary, accept: accepts[4] })],
    ['a subscription', false, json({ query: 'subscription { myEvents { userSeq } }' }, ordinary)],
    ['a stream of events', false, json({ query: '{ __typename }' }, { ...ordinary, accept: 'text/event-stream' })],
    [
      'a stream of events before JSON',
      false,
      json({ query: '{ __typename }' }, { ...ordinary, accept: 'application/json, text/event-stream' }),
    ],
    ['several parts', false, json({ query: '{ __typename }' }, { ...ordinary, accept: 'multipart/mixed' })],
    ['an upload', false, { text: '--x--', headers: { 'content-type': 'multipart/form-data; boundary=x' } }],
    ['a form', false, { text: 'query={__typename}', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    ['a coded body', false, json({ query: '{ __typename }' }, { ...ordinary, 'content-encoding': 'identity' })],
    ['a batch', false, json([{ query: '{ __typename }' }], ordinary)],
    ['an invalid query', false, json({ query: '{ nothing }' }, ordinary)],
  ];

  let app: TestApp;
  let server: Server;
  let url: string;
  beforeAll(async () => {
    app = await testApp({ bare: true });
    const { shortWay } = createGraphql(app.app, {
      ...createFeatures(app.app),
      documents: persistedDocuments(),
      authenticate: async () => Promise.reject(new Error('nobody signs in here')),
      rulesOf: () => [],
    });
    server = createServer((request, response) => {
      const otherwise = () => response.end('left');
      const failed = (error: unknown) => response.destroy(error instanceof Error ? error : undefined);
      if (!shortWay({ request, response, requestId: 'test', headers: {}, otherwise, failed })) otherwise();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = z.object({ port: z.number() }).parse(server.address());
    url = `http://127.0.0.1:${port}/graphql`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await app.close();
  });

  it.each(cases)('takes or leaves %s', async (_what, taken, { text, headers }) => {
    const response = await fetch(url, { method: 'POST', headers, body: text });
    expect((await response.text()) === 'left').toBe(!taken);
  });
});
