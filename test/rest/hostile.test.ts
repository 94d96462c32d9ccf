import { request as httpRequest } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../src/platform/config.ts';
import { createDialects } from '../../src/rest/dialects.ts';
import type { AnyRow } from '../../src/rest/route.ts';
import { type TestApp, testApp } from '../app.ts';
import { type Caller, newCaller } from '../story.ts';
import { bareRequest } from './small-dialect.ts';

/** Requests a route gets; FUZZ_RUNS=500 for the long run. */
const runs = Number(process.env.FUZZ_RUNS ?? 40);
/** Passwords are hashed there, which takes its time on purpose. */
const slow = /\/auth\/(login|register)$/;
const dialects = createDialects(readConfig({ SECRET_KEY: 'x'.repeat(40) }, '/'));
const routes = dialects.flatMap((dialect) =>
  dialect.rows.map((row) => ({ dialect, row, name: `${row.method} ${row.path}` })),
);

const text = z.string();
/** The error body of each dialect. */
const errors: Record<string, z.ZodType> = {
  fixmydocs: z.object({ error: text, message: text }),
  'async-coder': z.object({
    success: z.literal(false),
    error: z.object({ code: text, message: text, details: z.unknown() }),
  }),
  phase2: z.object({ error: text, detail: text, status_code: z.int(), timestamp: z.iso.datetime() }),
  automations: z.object({ error: z.object({ code: text, message: text, details: z.unknown() }) }),
  'cv-analysis': z.object({ error: text, message: text, details: z.unknown() }),
};

interface Sent {
  readonly path: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | Buffer;
}

describe('hostile requests', () => {
  let app: TestApp;
  let ada: Caller;
  let leaving: Caller;
  let eve: Caller;
  let evesItem: string;
  beforeAll(async () => {
    app = await testApp();
    ada = await newCaller(app);
    leaving = await newCaller(app);
    eve = await newCaller(app);
    const made = z.object({ databaseId: z.uuid() });
    const { databaseId } = await eve.get(
      made,
      'mutation { r: createItem(input: { title: "eve" }) { ... on Item { databaseId } } }',
    );
    evesItem = databaseId;
  });
  afterAll(async () => {
    await ada.close();
    await eve.close();
    await app.close();
  });

  /** Sends as it is and holds the answer against what is promised of every answer. */
  async function send(dialect: string, { path, method, headers, body }: Sent): Promise<number> {
    const { hostname, port } = new URL(app.url);
    const answer = await new Promise<{ status: number; text: string; type: string }>((resolve, reject) => {
      const length = { 'content-length': String(Buffer.byteLength(body)) };
      const asked = httpRequest({ hostname, port, path, method, headers: { ...headers, ...length }, timeout: 10_000 });
      asked.on('timeout', () => asked.destroy(new Error(`no answer: ${method} ${path}`)));
      asked.on('error', reject);
      asked.on('response', async (response) => {
        const pieces: Buffer[] = await Array.fromAsync(response);
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(pieces).toString(),
          type: response.headers['content-type'] ?? '',
        });
      });
      asked.end(body);
    });
    if (answer.status >= 500) throw new Error(`${answer.status} ${answer.text}`);
    if (answer.status < 400) return answer.status;
    expect(answer.type).toContain('application/json');
    const parsed = errors[dialect]?.safeParse(JSON.parse(answer.text));
    if (parsed?.success !== true) throw new Error(`not the dialect's error body: ${answer.status} ${answer.text}`);
    if (/node_modules|\.ts:\d|prisma/i.test(answer.text)) throw new Error(`tells of the inside: ${answer.text}`);
    return answer.status;
  }

  const pathOf = (row: AnyRow, values: readonly string[]) => {
    let index = 0;
    return row.path.replaceAll(/\{\w+\}/g, () => values[index++ % values.length] ?? '');
  };
  /** The token to send; one that may be lost, where it is what the route ends. */
  const tokenFor = ({ path }: AnyRow) => (path.endsWith('/logout') ? leaving : ada).token;
  const credentials = (row: AnyRow) => {
    const good = `Bearer ${tokenFor(row)}`;
    return fc.constantFrom(good, good, good, 'Bearer x', 'Basic eDp5', '');
  };

  it.each(routes)(
    'on $name end with 4xx at worst, in its words',
    async ({ dialect, row, name }) => {
      const arbitrary = fc.record({
        param: fc.oneof(
          fc.uuid(),
          fc.constantFrom(
            evesItem,
            ada.userId,
            '1',
            '0',
            '-1',
            '2147483648',
            '9'.repeat(40),
            '1e3',
            '%00',
            '%zz',
            '%ff',
            '..%2f..',
            '%F0%9F%92%A9',
            "'--",
            'a'.repeat(200),
          ),
          fc.webFragments().filter((part) => part !== '' && !part.includes('/')),
        ),
        query: queryOf(row),
        body: bodyOf(row),
        type: fc.constantFrom(
          'application/json',
          'application/json',
          'application/json; charset=utf-8',
          'application/x-www-form-urlencoded',
          'multipart/form-data; boundary=x',
          'text/plain',
          'application/xml',
          '',
        ),
        authorization: credentials(row),
        more: fc.constantFrom(
          {},
          { 'idempotency-key': 'k'.repeat(300) },
          { 'idempotency-key': '' },
          { prefer: 'wait=99999999999' },
          { cookie: 'a=%zz; =;' },
        ),
      });
      const numRuns = slow.test(row.path) ? Math.min(runs, 25) : runs;
      await fc.assert(
        fc.asyncProperty(arbitrary, async ({ param, query, body, type, authorization, more }) => {
          const headers: Record<string, string> = { ...more };
          const withBody = row.method !== 'GET' && body !== undefined;
          if (authorization !== '') headers.authorization = authorization;
          if (withBody && type !== '') headers['content-type'] = type;
          const path = `${pathOf(row, [param])}${query === '' ? '' : `?${query}`}`;
          await send(dialect.name, { path, method: row.method, headers, body: withBody ? body : '' });
        }),
        { numRuns, endOnFailure: true, seed: Number(process.env.FUZZ_SEED ?? 20261121) },
      );
      expect(name).toBeTruthy();
    },
    60_000 + runs * 100,
  );

  const signedIn = (row: AnyRow) => ({
    authorization: `Bearer ${tokenFor(row)}`,
    'content-type': 'application/json',
  });

  it.each(routes.filter(({ row }) => row.method !== 'GET'))(
    'on $name: large, deep, empty and broken bodies',
    async ({ dialect, row }) => {
      const path = pathOf(row, [evesItem]);
      const bodies: string[] = [
        '',
        'null',
        '[]',
        '0',
        '"x"',
        '{',
        '{"a":}',
        '\u0000',
        '{"__proto__":{"role":"ADMIN"}}',
        '{"constructor":{"prototype":{}}}',
        '['.repeat(200_000),
        '{"a":'.repeat(100_000),
        `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
        `{"title":"\\ud800","username":"\\udc00","email":"a\\u0000@b.de"}`,
        `{"title":1e400,"repo_id":${'9'.repeat(400)}}`,
        `[${'1,'.repeat(200_000)}1]`,
        `{"title":{"title":[]},"username":[],"repo_id":{}}`,
      ];
      for (const body of bodies) await send(dialect.name, { path, method: row.method, headers: signedIn(row), body });
      const large = JSON.stringify({ title: 'x'.repeat(Math.max(10_000_000, row.bodyLimit ?? 0)) });
      const status = await send(dialect.name, { path, method: row.method, headers: signedIn(row), body: large }).catch(
        (error: unknown) => {
          // The server may have answered and gone before all is sent.
          if (error instanceof Error && 'code' in error && ['EPIPE', 'ECONNRESET'].includes(String(error.code)))
            return 413;
          throw error;
        },
      );
      expect(status).toBe(413);
    },
  );

  it.each(routes)('on $name: addresses that are garbage', async ({ dialect, row }) => {
    const base = pathOf(row, [evesItem]);
    for (const tail of [
      '?a=%',
      '?%zz=%zz',
      '?page=1&page=2&size[]=1',
      '?page[a][b]=1',
      '?limit=NaN&offset=-1',
      `?q=${'x'.repeat(10_000)}`,
      '?code=a&code=b&state=%00',
      '?__proto__=1',
      '?page=1e9&limit=99999999999999999999',
    ]) {
      await send(dialect.name, {
        path: `${base}${tail}`,
        method: row.method,
        headers: { authorization: `Bearer ${tokenFor(row)}` },
        body: '',
      });
    }
    if (row.path.includes('{')) {
      for (const bad of ['%', '%zz', '%c0%af', '%00', '%ed%a0%80', '%2e%2e']) {
        const { status, text: body } = await bareRequest(app, pathOf(row, [bad]), {
          method: row.method,
          headers: { authorization: `Bearer ${tokenFor(row)}` },
        });
        expect([bad, status >= 400 && status < 500, errors[dialect.name]?.safeParse(JSON.parse(body)).success]).toEqual(
          [bad, true, true],
        );
      }
    }
  });

  it('cannot give themselves a role, credits or somebody else’s things', async () => {
    const { prisma } = app.app.database;
    const mallory = await newCaller(app);
    const extras = {
      role: 'ADMIN',
      is_superuser: true,
      is_active: false,
      credits: 1e6,
      user_id: eve.userId,
      ownerId: eve.userId,
      id: eve.userId,
    };
    const headers = { authorization: `Bearer ${mallory.token}`, 'content-type': 'application/json' };
    const call = (method: string, path: string, body: object) =>
      fetch(`${app.url}${path}`, { method, headers, body: JSON.stringify({ ...extras, ...body }) });
    const before = await prisma.user.findUniqueOrThrow({ where: { id: mallory.userId } });
    expect((await call('PATCH', '/api/v1/users/me', { full_name: 'M' })).status).toBe(200);
    const after = await prisma.user.findUniqueOrThrow({ where: { id: mallory.userId } });
    expect(after).toEqual({ ...before, displayName: 'M', updatedAt: after.updatedAt });
    const made = await call('POST', '/api/v1/items', { title: 'mine' });
    const { id } = z.object({ id: z.uuid() }).parse(await made.json());
    expect((await prisma.item.findUniqueOrThrow({ where: { id } })).ownerId).toBe(mallory.userId);
    const registered = await call('POST', '/api/v1/auth/register', {
      email: 'extra@example.com',
      password: 'long enough 1',
    });
    expect([registered.status, await registered.json()]).toMatchObject([
      201,
      { role: 'user', is_superuser: false, is_active: true },
    ]);
    const eves = await prisma.item.findUniqueOrThrow({ where: { id: evesItem } });
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const theirs = await fetch(`${app.url}/api/v1/items/${evesItem}`, {
        method,
        headers,
        ...(method === 'PATCH' && { body: '{"title":"x"}' }),
      });
      const none = await fetch(`${app.url}/api/v1/items/${crypto.randomUUID()}`, {
        method,
        headers,
        ...(method === 'PATCH' && { body: '{"title":"x"}' }),
      });
      expect([method, theirs.status, await theirs.text()]).toEqual([method, 404, await none.text()]);
    }
    expect(await prisma.item.findUniqueOrThrow({ where: { id: evesItem } })).toEqual(eves);
    await mallory.close();
  });
});

/** Bodies of the shape the route documents, with something wrong in them, and anything else. */
function bodyOf({ request = {} }: AnyRow): fc.Arbitrary<string | undefined> {
  const properties = shapeOf(request.body);
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      '',
      ' ',
      0,
      -1,
      1.5,
      1e308,
      '\u0000',
      '\ud800',
      'a@b.de',
      'x'.repeat(5000),
      [],
      {},
      [[]],
      'null',
      '2147483648',
    ),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.integer(),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const shaped = fc.dictionary(
    fc.constantFrom(...properties, 'role', 'credits', 'user_id', 'is_superuser', 'id'),
    value,
    { maxKeys: 8, noNullPrototype: true },
  );
  const pairs = shaped.map((object) =>
    Object.entries(object)
      .map(([key, one]) => `${key}=${encodeURIComponent(wellFormed(String(one)))}`)
      .join('&'),
  );
  return fc.oneof(
    { weight: 5, arbitrary: shaped.map((object) => JSON.stringify(object)) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: pairs },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        undefined,
        '',
        '--x\r\ncontent-disposition: form-data; name="username"\r\n\r\na\r\n--x--\r\n',
        '--x\r\nbroken',
      ),
    },
  );
}

function queryOf({ request = {} }: AnyRow): fc.Arbitrary<string> {
  const names = [...shapeOf(request.query), 'page', 'limit', 'x'];
  const one = fc.tuple(
    fc.constantFrom(...names),
    fc.oneof(fc.webQueryParameters(), fc.integer().map(String), fc.constantFrom('', 'NaN', '-0', '%00', '%zz', '1e99')),
  );
  return fc.oneof(
    fc.constant(''),
    fc.array(one, { maxLength: 5 }).map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&')),
  );
}

function wellFormed(value: string): string {
  return value.toWellFormed();
}

/** The names of the fields a schema documents, as OpenAPI shows them. */
function shapeOf(schema: z.ZodType | undefined): string[] {
  if (schema === undefined) return ['a'];
  const { properties = {} } = z
    .object({ properties: z.record(z.string(), z.unknown()).optional() })
    .parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  const names = Object.keys(properties);
  return names.length === 0 ? ['a'] : names;
}
