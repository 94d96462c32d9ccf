import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { starterQueries } from '../src/platform/graphiql.ts';
import { bodyLimit } from '../src/platform/graphql-limits.ts';
import { createSchema } from '../src/schema.ts';
import { type TestApp, testApp } from './app.ts';
import { type Caller, newCaller } from './story.ts';
import { type Way, waysToAsk } from './ways.ts';

const many = (count: number, each: (index: number) => string) =>
  Array.from({ length: count }, (_, n) => each(n)).join(' ');
const nested = (depth: number, open: string, inside: string, close: string) =>
  open.repeat(depth) + inside + close.repeat(depth);

/** Operations that are too much, each for one reason. */
const tooMuch: readonly (readonly [limit: string, query: string])[] = [
  [
    'depth',
    `{ items { nodes { owner { ${nested(13, '... { __typename ... on User { sessions { nodes { user { ', 'id', ' } } } } }')} } } } }`,
  ],
  ['depth', `{ me { ...F } } fragment F on User { ${nested(15, 'a { ', 'a', ' }')} }`],
  ['aliases', `{ ${many(16, (n) => `a${n}: __typename`)} }`],
  ['aliases', `{ ...F x: __typename } fragment F on Query { ${many(15, (n) => `a${n}: __typename`)} }`],
  ['directives', `{ __typename ${many(10, () => '@skip(if: false)')} }`],
  ['repetitions', `{ ${many(51, () => '__typename')} }`],
  [
    'repetitions',
    `{ ...A ...B } fragment A on Query { ${many(30, () => '__typename')} } fragment B on Query { ${many(30, () => '__typename')} }`,
  ],
  ['tokens', `{ ${many(2001, () => '__typename')} }`],
  ['nesting', nested(900, '{a', '', '}')],
  ['nesting', `{ node(id: ${nested(900, '[', '1', ']')}) { id } }`],
  ['nesting', nested(50_000, '{a', '', '}')],
  ['nesting', `{ node(id: ${nested(50_000, '[', '1', ']')}) { id } }`],
  ['nesting', `query ($a: ${nested(50_000, '[', 'Int', ']')}) { __typename }`],
];

describe.each(['post', 'get', 'sse', 'socket'] as const)('over %s', (name) => {
  let app: TestApp;
  let ada: Caller;
  let way: Way;

  beforeAll(async () => {
    app = await testApp();
    ada = await newCaller(app);
    way = waysToAsk(app, ada.token)[name];
  });
  afterAll(async () => {
    await ada.close();
    await app.close();
  });

  // A query of 50,000 characters does not fit into an address.
  it.each(tooMuch.filter(([, query]) => name !== 'get' || query.length < 20_000))(
    'an operation beyond the limit on %s is refused: %.40s',
    async (limit, query) => {
      const { data, errors } = await way(query);
      expect(data ?? null).toBeNull();
      expect(errors).toHaveLength(1);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', limit });
      expect(errors?.[0]?.extensions).not.toHaveProperty('http');
    },
  );

  it('cost grows with the page, and with the pages inside of pages', async () => {
    const page = (first: number, inner: number) =>
      `{ items(first: ${first}) { nodes { owner { sessions(first: ${inner}) { edges { node { databaseId createdAt } } } } } } }`;
    const small = await way(page(5, 5));
    expect(small.errors).toBeUndefined();
    const large = await way(page(100, 100));
    expect(large.errors?.[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', limit: 'cost' });
  });

  it('the introspection query passes', async () => {
    const { errors } = await way(getIntrospectionQuery({ descriptions: true, schemaDescription: true }));
    expect(errors).toBeUndefined();
  });

  it('a fragment inside itself is refused, not followed', async () => {
    const cyclic = '{ ...A } fragment A on Query { me { id } ...B } fragment B on Query { ...A }';
    expect((await way(cyclic)).errors?.[0]).toMatchObject({ message: expect.stringContaining('itself') });
    const doubling = `{ ...F0 } ${many(100, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)} fragment F100 on Query { __typename }`;
    expect((await way(doubling)).errors).toBeUndefined();
  });

  it.each([
    ['NUL', { id: 'a\0b' }, 'U+0000'],
    ['half a surrogate pair', { id: 'a\ud800b' }, 'surrogate'],
    ['NUL in a key', { id: '1', 'a\0': 1 }, 'U+0000'],
    ['20,001 values', { id: '1', more: new Array(20_001).fill(0) }, 'at most 20000 values'],
    ['33 levels', { id: '1', more: JSON.parse(nested(33, '[', '', ']')) }, 'nested'],
  ])('variables with %s are refused', async (what, variables, words) => {
    if (name === 'get' && what === '20,001 values') return;
    const { errors } = await way('query ($id: ID!) { node(id: $id) { id } }', variables);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(words),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it('literals with NUL or half a surrogate pair are refused', async () => {
    // An address, being UTF-8, cannot carry the third.
    for (const bad of ['"\\u0000"', '"\\uD800"', ...(name === 'get' ? [] : ['"""a\ud800"""'])]) {
      const { data, errors } = await way(`{ node(id: ${bad}) { id } }`);
      expect(data ?? null).toBeNull();
      expect(errors?.length).toBeGreaterThan(0);
      expect(errors?.[0]?.extensions?.code).toMatch(/BAD_USER_INPUT|GRAPHQL_PARSE_FAILED/);
    }
  });

  it.each([
    ['items(first: -1) { totalCount }', 'VALIDATION_ERROR'],
    ['items(first: 101) { totalCount }', 'VALIDATION_ERROR'],
    ['items(last: 101) { totalCount }', 'VALIDATION_ERROR'],
    ['items(first: 1000000000000) { totalCount }', 'GRAPHQL_VALIDATION_FAILED'],
    ['items(first: 2, after: "x") { nodes { id } }', 'VALIDATION_ERROR'],
    [`items(first: 2, after: "${btoa('GPC:S:not-a-uuid')}") { nodes { id } }`, 'VALIDATION_ERROR'],
    [`items(first: 2, after: "${btoa('GPC:N:5')}") { nodes { id } }`, 'VALIDATION_ERROR'],
    [`items(first: 2, after: "${btoa('GPC:J:{}')}") { nodes { id } }`, 'VALIDATION_ERROR'],
    [`items(first: 2, after: "${btoa('GPC:D:99999999999999999')}") { nodes { id } }`, 'VALIDATION_ERROR'],
    ['node(id: "garbage") { id }', 'VALIDATION_ERROR'],
    [`node(id: "${btoa('Item:not-a-uuid')}") { id }`, 'VALIDATION_ERROR'],
    [`node(id: "${btoa('Nothing:0198c0de-0000-7000-8000-000000000000')}") { id }`, /./],
    [`node(id: "${btoa('__proto__:0198c0de-0000-7000-8000-000000000000')}") { id }`, /./],
    ['nodes(ids: ["garbage", "x"]) { id }', 'VALIDATION_ERROR'],
    [`jobEvents(id: "0198c0de-0000-7000-8000-000000000000", after: 99999999999) { seq }`, 'GRAPHQL_VALIDATION_FAILED'],
    ['jobEvents(id: "nonsense") { seq }', 'GRAPHQL_VALIDATION_FAILED'],
    ['item(id: "nonsense") { id }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('%s is refused with a clear error', async (field, code) => {
    const { errors } = await way(`{ ${field} }`);
    expect(errors?.[0]?.extensions?.code, JSON.stringify(errors)).toEqual(
      typeof code === 'string' ? code : expect.stringMatching(code),
    );
    expect(errors?.[0]?.extensions?.code).not.toBe('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(errors)).not.toMatch(/\.ts:|node_modules|prisma/i);
  });

  it('a number beyond every event is refused by a subscription', async () => {
    if (name === 'post' || name === 'get') return;
    for (const after of [2_147_483_647, -1]) {
      const { errors } = await way(`subscription { myEvents(after: ${after}) { userSeq } }`);
      expect(errors?.[0]?.extensions?.code).toBe('VALIDATION_ERROR');
    }
  });
});

describe('the starter queries of GraphiQL', () => {
  it('run as they stand', async () => {
    const app = await testApp({}, { DEVELOPMENT_USER: 'true', ALLOW_LOCAL_REPOS: 'true' });
    try {
      const page = await fetch(`${app.url}/graphql`, { headers: { accept: 'text/html' } });
      const { tabs, token } = tabsOf(await page.text());
      expect(tabs).toHaveLength(starterQueries(null).length);
      const { post, sse } = waysToAsk(app, token);
      for (const query of tabs) {
        const { data, errors } = await (query.includes('subscription') ? sse : post)(query);
        expect(errors, query).toBeUndefined();
        expect(Object.values(data ?? {})[0], query).not.toHaveProperty('code');
      }
    } finally {
      await app.close();
    }
  });
});

/** What the page gives GraphiQL to start with. */
function tabsOf(html: string): { tabs: string[]; token: string } {
  const options = /renderYogaGraphiQL\(\s*window\.document\.querySelector\('#root'\),\s*(\{.*\}),\s*\);/.exec(
    html,
  )?.[1];
  const read = z
    .object({ headers: z.string(), defaultTabs: z.array(z.object({ query: z.string() })) })
    .parse(JSON.parse(options ?? ''));
  const { Authorization } = z.object({ Authorization: z.string() }).parse(JSON.parse(read.headers));
  return { tabs: read.defaultTabs.map(({ query }) => query), token: Authorization.replace('Bearer ', '') };
}

describe('sizes and scalars', () => {
  it('a body of more than the limit is refused with 413, announced or not, and the connection lives on', async () => {
    const app = await testApp();
    try {
      const body = JSON.stringify({ query: '{ __typename }', variables: { a: 'x'.repeat(bodyLimit) } });
      const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
      const announced = await fetch(`${app.url}/graphql`, { ...init, body });
      expect(announced.status).toBe(413);
      expect(await announced.json()).toMatchObject({ errors: [{ extensions: { code: 'REQUEST_ENTITY_TOO_LARGE' } }] });
      const unannounced = { ...init, body: new Blob([body]).stream(), duplex: 'half' };
      const streamed = await fetch(`${app.url}/graphql`, unannounced);
      expect(streamed.status).toBe(413);
      expect(await waysToAsk(app).post('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    } finally {
      await app.close();
    }
  });

  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2024-02-29T23:59:59.5+02:00', '2024-02-29T21:59:59.500Z'],
  ])('a DateTime %s is taken', (text, iso) => {
    expect(parseScalar('DateTime', text)).toEqual(new Date(iso));
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T25:00:00Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+14:00',
    '2026-01-01',
    'yesterday',
    0,
    null,
    {},
  ])('a DateTime %s is refused', (value) => {
    expect(() => parseScalar('DateTime', value)).toThrow('A DateTime looks like');
  });
});

function parseScalar(name: string, value: unknown): unknown {
  const type = createSchema().getType(name);
  if (type === undefined || !('parseValue' in type)) throw new Error(`no scalar ${name}`);
  return type.parseValue(value);
}
