import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { register } from '../../src/auth/service.ts';
import { type TestApp, testApp } from '../app.ts';
import { root } from '../source-files.ts';
import { call, newAccount, replay } from './replay.ts';

const signedIn = z.strictObject({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('bearer'),
  expires_in: z.int(),
});
const row = 'POST /auth/login';
const refused = (error: string, status: number) => ({
  error,
  detail: expect.stringMatching(/\S/),
  status_code: status,
  timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
});
/** What the document names, of the permissions of each role. */
const permissions = {
  USER: ['analysis:create', 'analysis:read', 'build:cancel', 'build:create', 'build:read'],
  ADMIN: ['analysis:create', 'analysis:read', 'build:cancel', 'build:create', 'build:read'],
  VIEWER: ['analysis:read', 'build:read'],
};

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

describe('signing in', () => {
  it.each(['USER', 'ADMIN', 'VIEWER'] as const)(
    'gives a %s a token with the documented claims for a day',
    async (role) => {
      const account = await newAccount(app, role);
      for (const username of [account.username, account.email, account.username.toUpperCase()]) {
        const json = { username, password: account.password };
        const given = await replay(app, row, signedIn, { json });
        expect(given.expires_in).toBeGreaterThan(86_390);
        expect(given.expires_in).toBeLessThanOrEqual(86_400);
        const claims = z
          .object({
            sub: z.string(),
            uid: z.uuid(),
            role: z.string(),
            permissions: z.array(z.string()),
            exp: z.int(),
            iat: z.int(),
          })
          .parse(decodeJwt(given.access_token));
        expect(claims).toMatchObject({ sub: account.username, uid: account.userId, role: role.toLowerCase() });
        expect(claims.exp - claims.iat).toBe(86_400);
        const documented = claims.permissions.filter((one) => /^(build|analysis):/.test(one));
        expect(documented.sort()).toEqual(permissions[role]);
      }
    },
  );

  it('gives a token that the other dialects take, and takes no password of theirs for another user', async () => {
    const { username, password, userId } = await newAccount(app);
    const { access_token: token, refresh_token } = await replay(app, row, signedIn, { json: { username, password } });
    const me = await call(app, 'GET /api/v1/auth/me', { token });
    expect([me.status, me.body]).toEqual([200, expect.objectContaining({ id: userId })]);
    expect((await call(app, 'GET /api/jobs', { token })).status).toBe(200);
    const refreshed = await call(app, 'POST /api/v1/auth/refresh', { json: { refresh_token } });
    const { access_token: later } = z.object({ access_token: z.string() }).parse(refreshed.body);
    // What was made for these clients keeps their form when it is refreshed.
    expect(decodeJwt(later)).toMatchObject({ sub: username, uid: userId });
    await call(app, 'POST /api/v1/auth/logout', { json: { refresh_token } });
    expect((await call(app, 'GET /api/jobs', { token })).status).toBe(401);
  });

  it('refuses a wrong password and an unknown name in the same words, with 401', async () => {
    const { username } = await newAccount(app);
    for (const name of [username, 'nobody-of-this-name']) {
      const reply = await call(app, row, { json: { username: name, password: 'wrong' } });
      expect([reply.status, reply.body]).toEqual([401, refused('unauthorized', 401)]);
      expect(reply.body).toMatchObject({ detail: 'Wrong login or password' });
      expect(reply.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it.each([
    ['username', { password: 'x' }],
    ['username', { username: '', password: 'x' }],
    ['username', { username: 7, password: 'x' }],
    ['password', { username: 'x' }],
    ['password', { username: 'x', password: ['x'] }],
    ['body', undefined],
    ['body', []],
  ])('with a bad or missing %s is refused by its name with 422', async (field, json) => {
    const reply = await call(app, row, { json });
    expect(reply.status).toBe(422);
    expect(reply.body).toEqual({
      ...refused('validation_error', 422),
      detail: expect.stringContaining(field),
      issues: expect.arrayContaining([expect.objectContaining({ field })]),
    });
  });

  it('with an empty body, or one that is no JSON, is refused in the same form', async () => {
    const headers = { 'content-type': 'application/json' };
    const empty = await call(app, row, { headers });
    expect([empty.status, empty.body]).toEqual([
      422,
      { ...refused('validation_error', 422), issues: expect.any(Array) },
    ]);
    const response = await fetch(`${app.url}/auth/login`, { method: 'POST', headers, body: '{"username"' });
    expect([response.status, await response.json()]).toEqual([400, refused('bad_request', 400)]);
  });
});

describe('addresses', () => {
  it.each(['GET /auth/login/', 'GET /api/build', 'GET /api/analysis/x/y', 'GET /api/health/nothing'])(
    '%s is unknown in the words of the dialect',
    async (line) => {
      const reply = await call(app, line);
      expect([reply.status, reply.body]).toEqual([404, refused('not_found', 404)]);
    },
  );

  it('with another verb are refused with the verbs they take', async () => {
    const reply = await call(app, 'GET /auth/login');
    expect([reply.status, reply.body]).toEqual([405, refused('method_not_allowed', 405)]);
    expect(reply.headers.get('allow')).toBe('POST');
  });
});

const hasCurl = await promisify(execFile)('curl', ['--version']).then(
  () => true,
  () => false,
);
if (!hasCurl && process.env.CI) throw new Error('CI needs curl');

it.skipIf(!hasCurl)("the document's own command signs its user in", async () => {
  const account = { email: 'user@example.com', username: 'user', password: 'pass', role: 'USER' as const };
  await register(app.app, account, { overrideRule: true });
  const snippet = readFileSync(join(root, 'test/fixtures/snippets/phase2_login.sh'), 'utf8');
  const { stdout } = await promisify(execFile)('sh', ['-c', snippet.replaceAll('http://localhost:8000', app.url)]);
  expect(decodeJwt(signedIn.parse(JSON.parse(stdout)).access_token)).toMatchObject({ sub: 'user', role: 'user' });
});
