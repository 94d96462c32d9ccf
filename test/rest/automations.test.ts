import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApp, testApp } from '../app.ts';
import { type FakeProvider, openidProvider } from '../fakes/openid-provider.ts';
import { apiKeyOf, call, expiredToken, newAccount, replay } from './replay.ts';

type Account = Awaited<ReturnType<typeof newAccount>>;

const moment = z.iso.datetime();
const tokens = z.strictObject({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('bearer'),
});
const user = z.strictObject({
  id: z.uuid(),
  email: z.email(),
  full_name: z.string().nullable(),
  is_active: z.boolean(),
  is_superuser: z.boolean(),
  role: z.enum(['user', 'admin']),
  created_at: moment,
  updated_at: moment,
});
const session = z.strictObject({
  id: z.uuid(),
  device_name: z.string().nullable(),
  device_type: z.enum(['mobile', 'tablet', 'desktop']),
  ip_address: z.string().nullable(),
  is_current: z.boolean(),
  created_at: moment,
  last_used_at: moment,
});
const sessions = z.strictObject({ sessions: z.array(session), total: z.int() });
const item = z.strictObject({
  id: z.uuid(),
  title: z.string(),
  description: z.string().nullable(),
  is_active: z.boolean(),
  created_at: moment,
  updated_at: moment,
});
const itemPage = z.strictObject({
  items: z.array(item),
  total: z.int(),
  page: z.int(),
  size: z.int(),
  pages: z.int(),
});
const nothing = z.undefined();
const refused = (code: string) => ({ error: { code, message: expect.stringMatching(/\S/), details: null } });
const invalid = (field: string) => ({
  error: {
    code: 'VALIDATION_ERROR',
    message: expect.stringContaining(field),
    details: { issues: expect.arrayContaining([expect.objectContaining({ field, message: expect.any(String) })]) },
  },
});

let app: TestApp;
let ada: Account;
let bob: Account;
let admin: Account;
beforeAll(async () => {
  app = await testApp();
  [ada, bob, admin] = await Promise.all([newAccount(app), newAccount(app), newAccount(app, 'ADMIN')]);
});
afterAll(() => app.close());

const newEmail = () => `new-${randomUUID()}@example.com`;
const login = ({ username, password }: Pick<Account, 'username' | 'password'>, at = app) =>
  replay(at, 'POST /api/v1/auth/login', tokens, { form: { username, password } });

describe('registering', () => {
  it('gives the user, whose name stays empty unless said', async () => {
    const email = newEmail();
    const json = { email: email.toUpperCase(), password: 'long enough', full_name: 'Grace Hopper' };
    const made = await replay(app, 'POST /api/v1/auth/register', user, { json });
    expect(made).toMatchObject({ email, full_name: 'Grace Hopper', is_active: true, is_superuser: false });
    const bare = { email: newEmail(), password: 'long enough' };
    expect((await replay(app, 'POST /api/v1/auth/register', user, { json: bare })).full_name).toBeNull();
  });

  it('ignores a role, an id and whatever else a client would like to be', async () => {
    const wishes = { role: 'admin', is_superuser: true, is_active: false, id: ada.userId, credits: 1e9 };
    const json = { email: newEmail(), password: 'long enough', ...wishes };
    const made = await replay(app, 'POST /api/v1/auth/register', user, { json });
    expect(made).toMatchObject({ role: 'user', is_superuser: false, is_active: true });
    expect(made.id).not.toBe(ada.userId);
  });

  it('refuses an email that is taken, in any case, with 409', async () => {
    const json = { email: ada.email.toUpperCase(), password: 'long enough' };
    const reply = await call(app, 'POST /api/v1/auth/register', { json });
    expect([reply.status, reply.body]).toEqual([409, refused('ALREADY_EXISTS')]);
  });

  it.each([
    ['email', { email: 'nobody', password: 'long enough' }],
    ['email', { password: 'long enough' }],
    ['password', { email: 'a@example.com', password: 'seven..' }],
    ['password', { email: 'a@example.com', password: 'x'.repeat(129) }],
    ['password', { email: 'a@example.com', password: 12345678 }],
    ['full_name', { email: 'a@example.com', password: 'long enough', full_name: 7 }],
    ['body', undefined],
    ['body', []],
  ])('refuses a bad or missing %s by its name with 422', async (field, json) => {
    const reply = await call(app, 'POST /api/v1/auth/register', { json });
    expect([reply.status, reply.body]).toEqual([422, invalid(field)]);
  });

  it('is refused with 403 where it is switched off, and people there still sign in', async () => {
    const closed = await app.another({}, { REGISTRATION_ENABLED: 'false' });
    const json = { email: newEmail(), password: 'long enough' };
    const reply = await call(closed, 'POST /api/v1/auth/register', { json });
    expect([reply.status, reply.body]).toEqual([403, refused('AUTHORIZATION_ERROR')]);
    await login(ada, closed);
    await closed.close();
  });
});

describe('signing in', () => {
  it.each(['form', 'multipart', 'json'] as const)('takes %s, and email or username in any case', async (kind) => {
    for (const username of [ada.email, ada.username, ada.email.toUpperCase()]) {
      const given = await replay(app, 'POST /api/v1/auth/login', tokens, {
        [kind]: { username, password: ada.password },
      });
      const { access_token: token } = given;
      expect((await replay(app, 'GET /api/v1/auth/me', user, { token })).id).toBe(ada.userId);
    }
  });

  it.each(['form', 'multipart', 'json'] as const)('counts an empty or absent field of %s as absent', async (kind) => {
    for (const fields of [{ username: '', password: 'x' }, { password: 'x' }]) {
      const reply = await call(app, 'POST /api/v1/auth/login', { [kind]: fields });
      expect([reply.status, reply.body]).toEqual([422, invalid('username')]);
    }
  });

  it('refuses a wrong password and an unknown name in the same words, with 401', async () => {
    const tries = [ada.username, 'nobody-of-this-name'].map((username) =>
      call(app, 'POST /api/v1/auth/login', { form: { username, password: 'wrong' } }),
    );
    for (const reply of await Promise.all(tries)) {
      expect(reply.status).toBe(401);
      expect(reply.headers.get('www-authenticate')).toBe('Bearer');
      expect(reply.body).toEqual({
        error: { code: 'AUTHENTICATION_ERROR', message: 'Wrong login or password', details: null },
      });
    }
  });

  it('with a refresh token rotates it; used twice too late it ends the session', async () => {
    const first = await login(bob);
    const json = { refresh_token: first.refresh_token };
    const second = await replay(app, 'POST /api/v1/auth/refresh', tokens, { json });
    expect(second.refresh_token).not.toBe(first.refresh_token);
    await replay(app, 'GET /api/v1/auth/me', user, { token: second.access_token });
    await app.app.database.pool.query(`UPDATE "Session" SET "rotatedAt" = now() - interval '1 hour'`);
    const reused = await call(app, 'POST /api/v1/auth/refresh', { json });
    expect([reused.status, reused.body]).toEqual([401, refused('AUTHENTICATION_ERROR')]);
    expect((await call(app, 'GET /api/v1/auth/me', { token: second.access_token })).status).toBe(401);
  });

  it('out ends the session of the refresh token at once, and again is no error', async () => {
    const { access_token: token, refresh_token } = await login(bob);
    for (const _again of [1, 2]) {
      await replay(app, 'POST /api/v1/auth/logout', nothing, { json: { refresh_token } });
      expect((await call(app, 'GET /api/v1/auth/me', { token })).status).toBe(401);
    }
    expect((await call(app, 'POST /api/v1/auth/refresh', { json: { refresh_token } })).status).toBe(401);
  });

  it.each(['refresh', 'logout'])('%s without its token is refused by the field with 422', async (what) => {
    const bodies = [{}, { refresh_token: 7 }, { refresh_token: '' }];
    for (const json of bodies) {
      const reply = await call(app, `POST /api/v1/auth/${what}`, { json });
      expect([reply.status, reply.body]).toEqual([422, invalid('refresh_token')]);
    }
    const empty = await call(app, `POST /api/v1/auth/${what}`, { headers: { 'content-type': 'application/json' } });
    expect([empty.status, empty.body]).toEqual([422, invalid('body')]);
  });
});

describe('every route that wants somebody signed in', () => {
  const id = randomUUID();
  const routes = [
    'GET /api/v1/auth/me',
    'GET /api/v1/users/me',
    'PATCH /api/v1/users/me',
    `GET /api/v1/users/${id}`,
    'GET /api/v1/sessions',
    `DELETE /api/v1/sessions/${id}`,
    'GET /api/v1/items',
    'POST /api/v1/items',
    `GET /api/v1/items/${id}`,
    `PATCH /api/v1/items/${id}`,
    `DELETE /api/v1/items/${id}`,
  ];
  it.each(routes)('%s refuses a missing, invalid and expired token with 401 and says which scheme', async (line) => {
    const revoked = await apiKeyOf(bob);
    await app.app.database.prisma.apiKey.updateMany({
      where: { userId: bob.userId },
      data: { revokedAt: new Date() },
    });
    for (const token of [undefined, 'nonsense', 'mw_nonsense', revoked, await expiredToken(app, ada)]) {
      const reply = await call(app, line, token === undefined ? {} : { token });
      expect([reply.status, reply.body]).toEqual([401, refused('AUTHENTICATION_ERROR')]);
      expect(reply.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('takes an API key as Bearer and as X-API-Key', async () => {
    const key = await apiKeyOf(ada);
    for (const asked of [{ token: key }, { headers: { 'x-api-key': key } }]) {
      expect((await replay(app, 'GET /api/v1/users/me', user, asked)).id).toBe(ada.userId);
    }
  });
});

describe('users', () => {
  it('are the same at both addresses of oneself', async () => {
    const { token } = ada;
    const [one, other] = await Promise.all([
      replay(app, 'GET /api/v1/auth/me', user, { token }),
      replay(app, 'GET /api/v1/users/me', user, { token }),
    ]);
    expect(one).toEqual(other);
    expect(one).toMatchObject({ id: ada.userId, email: ada.email, role: 'user', is_superuser: false });
  });

  it('change their name, email and password, and nothing that is not theirs to change', async () => {
    const eve = await newAccount(app);
    const { token } = eve;
    const email = newEmail();
    const json = { full_name: 'Eve', email, password: 'another long one', role: 'admin', is_superuser: true };
    const changed = await replay(app, 'PATCH /api/v1/users/me', user, { token, json });
    expect(changed).toMatchObject({ full_name: 'Eve', email, role: 'user', is_superuser: false });
    await login({ username: email, password: 'another long one' });
    const kept = await replay(app, 'PATCH /api/v1/users/me', user, { token, json: {} });
    expect(kept).toMatchObject({ full_name: 'Eve', email });
    const cleared = await replay(app, 'PATCH /api/v1/users/me', user, { token, json: { full_name: null } });
    expect(cleared.full_name).toBeNull();
  });

  it.each([
    ['email', 422, { email: 'nobody' }],
    ['password', 422, { password: 'short' }],
    ['full_name', 422, { full_name: ['x'] }],
  ])('are refused a bad %s by its name', async (field, status, json) => {
    const reply = await call(app, 'PATCH /api/v1/users/me', { token: ada.token, json });
    expect([reply.status, reply.body]).toEqual([status, invalid(field)]);
  });

  it("are refused somebody else's email with 409", async () => {
    const reply = await call(app, 'PATCH /api/v1/users/me', { token: ada.token, json: { email: bob.email } });
    expect([reply.status, reply.body]).toEqual([409, refused('ALREADY_EXISTS')]);
  });

  it('by id are for admins: 403 for others, 404 for who is not there, 422 for what is no id', async () => {
    const at = (id: string, token: string) => call(app, `GET /api/v1/users/${id}`, { token });
    const found = await replay(app, 'GET /api/v1/users/{user_id}', user, {
      token: admin.token,
      path: `/api/v1/users/${ada.userId}`,
    });
    expect(found.email).toBe(ada.email);
    const me = await replay(app, 'GET /api/v1/users/me', user, { token: admin.token });
    expect(me).toMatchObject({ role: 'admin', is_superuser: true });
    const refusals = [
      [ada.userId, ada.token, 403, refused('AUTHORIZATION_ERROR')],
      [randomUUID(), ada.token, 403, refused('AUTHORIZATION_ERROR')],
      [randomUUID(), admin.token, 404, refused('NOT_FOUND')],
      ['7', admin.token, 422, invalid('user_id')],
    ] as const;
    for (const [id, token, status, body] of refusals) {
      const reply = await at(id, token);
      expect([reply.status, reply.body]).toEqual([status, body]);
    }
  });

  it('that only view change nothing', async () => {
    const { token } = await newAccount(app, 'VIEWER');
    const mine = await call(app, 'GET /api/v1/items', { token });
    expect(mine.status).toBe(200);
    const changes = [
      ['PATCH /api/v1/users/me', { full_name: 'x' }],
      ['POST /api/v1/items', { title: 'x' }],
      [`PATCH /api/v1/items/${randomUUID()}`, { title: 'x' }],
      [`DELETE /api/v1/items/${randomUUID()}`, undefined],
    ] as const;
    for (const [line, json] of changes) {
      const reply = await call(app, line, { token, json });
      expect([line, reply.status, reply.body]).toEqual([line, 403, refused('AUTHORIZATION_ERROR')]);
    }
  });
});

describe('sessions', () => {
  it('are listed with their device and which is the own, and revoked at once', async () => {
    const eve = await newAccount(app);
    const phone = { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile' };
    const form = { username: eve.username, password: eve.password };
    const other = await replay(app, 'POST /api/v1/auth/login', tokens, { form, headers: phone });
    const listed = await replay(app, 'GET /api/v1/sessions', sessions, { token: other.access_token });
    expect(listed.total).toBe(2);
    expect(listed.sessions).toHaveLength(2);
    const [own, first] = [true, false].map((current) => listed.sessions.find((one) => one.is_current === current));
    expect(own).toMatchObject({ device_type: 'mobile', device_name: phone['user-agent'], ip_address: '127.0.0.1' });
    const path = `/api/v1/sessions/${first?.id}`;
    const asked = { token: other.access_token, path };
    await replay(app, 'DELETE /api/v1/sessions/{session_id}', nothing, asked);
    expect((await call(app, 'GET /api/v1/auth/me', { token: eve.token })).status).toBe(401);
    expect((await replay(app, 'GET /api/v1/sessions', sessions, { token: other.access_token })).total).toBe(1);
    const again = await call(app, `DELETE ${path}`, { token: other.access_token });
    expect([again.status, again.body]).toEqual([404, refused('NOT_FOUND')]);
  });

  it('of others are not there', async () => {
    const theirs = await replay(app, 'GET /api/v1/sessions', sessions, { token: bob.token });
    for (const { id } of theirs.sessions) {
      const reply = await call(app, `DELETE /api/v1/sessions/${id}`, { token: ada.token });
      expect([reply.status, reply.body]).toEqual([404, refused('NOT_FOUND')]);
    }
    expect((await call(app, 'GET /api/v1/auth/me', { token: bob.token })).status).toBe(200);
  });

  it('are counted whole however many there are', async () => {
    const eve = await newAccount(app);
    const { prisma } = app.app.database;
    const {
      id: _id,
      refreshHash: _hash,
      ...like
    } = await prisma.session.findFirstOrThrow({
      where: { userId: eve.userId },
    });
    const more = Array.from({ length: 120 }, (_, index) => ({
      ...like,
      refreshHash: new Uint8Array(Buffer.from(`${eve.userId}${index}`)),
    }));
    await prisma.session.createMany({ data: more });
    const listed = await replay(app, 'GET /api/v1/sessions', sessions, { token: eve.token });
    expect(listed.total).toBe(121);
  });
});

describe('items', () => {
  const create = (json: unknown, token = ada.token, headers = {}) =>
    replay(app, 'POST /api/v1/items', item, { token, json, headers });

  it('are made, read, changed and deleted', async () => {
    const { token } = ada;
    const made = await create({ title: 'First', description: 'words' });
    expect(made).toMatchObject({ title: 'First', description: 'words', is_active: true });
    const path = `/api/v1/items/${made.id}`;
    expect(await replay(app, 'GET /api/v1/items/{id}', item, { token, path })).toEqual(made);
    const json = { title: 'Second', is_active: false };
    const changed = await replay(app, 'PATCH /api/v1/items/{id}', item, { token, path, json });
    expect(changed).toMatchObject({ id: made.id, title: 'Second', description: 'words', is_active: false });
    expect(Date.parse(changed.updated_at)).toBeGreaterThan(Date.parse(made.updated_at));
    const cleared = await replay(app, 'PATCH /api/v1/items/{id}', item, { token, path, json: { description: null } });
    expect(cleared.description).toBeNull();
    await replay(app, 'DELETE /api/v1/items/{id}', nothing, { token, path });
    const gone = await call(app, `GET ${path}`, { token });
    expect([gone.status, gone.body]).toEqual([404, refused('NOT_FOUND')]);
  });

  it('come newest first in pages of the documented envelope', async () => {
    const { token } = await newAccount(app);
    const page = (query = '') => replay(app, 'GET /api/v1/items', itemPage, { token, path: `/api/v1/items${query}` });
    expect(await page()).toEqual({ items: [], total: 0, page: 1, size: 50, pages: 0 });
    for (const title of ['1', '2', '3', '4', '5']) await create({ title }, token);
    const titles = async (query: string) => {
      const { items, ...rest } = await page(query);
      return { titles: items.map(({ title }) => title).join(''), ...rest };
    };
    expect(await titles('')).toEqual({ titles: '54321', total: 5, page: 1, size: 50, pages: 1 });
    expect(await titles('?page=1&size=2')).toEqual({ titles: '54', total: 5, page: 1, size: 2, pages: 3 });
    expect(await titles('?page=3&size=2')).toEqual({ titles: '1', total: 5, page: 3, size: 2, pages: 3 });
    expect(await titles('?page=9&size=2')).toEqual({ titles: '', total: 5, page: 9, size: 2, pages: 3 });
    for (const [field, query] of [
      ['page', 'page=0'],
      ['page', 'page=x'],
      ['size', 'size=0'],
      ['size', 'size=101'],
      ['size', 'size=1.5'],
    ]) {
      const reply = await call(app, `GET /api/v1/items?${query}`, { token });
      expect([reply.status, reply.body]).toEqual([422, invalid(field ?? '')]);
    }
  });

  it.each([
    ['title', {}],
    ['title', { title: 7 }],
    ['title', { title: '' }],
    ['title', { title: 'x'.repeat(256) }],
    ['title', { title: null }],
    ['description', { title: 'x', description: {} }],
    ['body', undefined],
    ['body', 'text'],
  ])('with a bad or missing %s are refused by its name with 422', async (field, json) => {
    const reply = await call(app, 'POST /api/v1/items', { token: ada.token, json });
    expect([reply.status, reply.body]).toEqual([422, invalid(field)]);
  });

  it('are not given to somebody else, nor an id of the caller’s choice', async () => {
    const json = { title: 'Mine', user_id: bob.userId, owner_id: bob.userId, id: randomUUID(), is_active: false };
    const made = await create(json);
    expect(made.id).not.toBe(json.id);
    const { ownerId } = await app.app.database.prisma.item.findUniqueOrThrow({ where: { id: made.id } });
    expect(ownerId).toBe(ada.userId);
  });

  it('of others are 404 in the words of what is not there, and stay as they are', async () => {
    const { id } = await create({ title: 'Private' });
    for (const verb of ['GET', 'PATCH', 'DELETE']) {
      const asked = { token: bob.token, ...(verb === 'PATCH' && { json: { title: 'Taken' } }) };
      const [theirs, missing] = await Promise.all([
        call(app, `${verb} /api/v1/items/${id}`, asked),
        call(app, `${verb} /api/v1/items/${randomUUID()}`, asked),
      ]);
      expect([theirs.status, theirs.body]).toEqual([404, refused('NOT_FOUND')]);
      expect(theirs.body).toEqual(missing.body);
      const bad = await call(app, `${verb} /api/v1/items/7`, asked);
      expect([bad.status, bad.body]).toEqual([422, invalid('id')]);
    }
    const kept = await app.app.database.prisma.item.findUniqueOrThrow({ where: { id } });
    expect(kept.title).toBe('Private');
  });

  it('are made once for an Idempotency-Key of a user; another body under it is refused with 422', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const first = await create({ title: 'Once' }, ada.token, headers);
    expect(await create({ title: 'Once' }, ada.token, headers)).toEqual(first);
    const other = await call(app, 'POST /api/v1/items', { token: ada.token, json: { title: 'Other' }, headers });
    expect([other.status, other.body]).toEqual([422, refused('IDEMPOTENCY_KEY_REUSED')]);
    expect((await create({ title: 'Once' }, bob.token, headers)).id).not.toBe(first.id);
    expect(await app.app.database.prisma.item.count({ where: { ownerId: ada.userId, title: 'Once' } })).toBe(1);
  });
});

describe('addresses', () => {
  it.each(['/api/v1/nothing', '/api/v1/health/', '/api/v1/items/', '/api/v1'])(
    '%s are unknown in the words of the dialect',
    async (path) => {
      const reply = await call(app, `GET ${path}`, { token: ada.token });
      expect([reply.status, reply.body]).toEqual([404, refused('NOT_FOUND')]);
    },
  );
});

describe('Google', () => {
  const frontend = 'http://front.test';
  const backend = 'http://millwright.test';
  let provider: FakeProvider;
  beforeAll(async () => {
    provider = await openidProvider({ redirectUris: [`${backend}/api/v1/oauth/google/callback`] });
  });
  afterAll(() => provider.close());

  const settings = () => ({
    GOOGLE_ISSUER: provider.issuer,
    GOOGLE_CLIENT_ID: provider.client.id,
    GOOGLE_CLIENT_SECRET: provider.client.secret,
    BACKEND_BASE_URL: backend,
    FRONTEND_URL: frontend,
  });
  const withGoogle = async (more: Record<string, string>, use: (at: TestApp) => Promise<void>) => {
    const at = await app.another({}, { ...settings(), ...more });
    try {
      await use(at);
    } finally {
      await at.close();
    }
  };
  /** Goes to the provider and comes back; gives the callback's path and the cookie the browser holds. */
  const visit = async (at: TestApp) => {
    const begun = await call(at, 'GET /api/v1/oauth/google/login');
    expect([begun.status, begun.text]).toEqual([302, '']);
    const [cookie = '', ...attributes] = (begun.headers.get('set-cookie') ?? '').split('; ');
    expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Lax']));
    const there = new URL(begun.headers.get('location') ?? '');
    const back = await provider.browse(there.href);
    return { there, back: `${back.pathname}${back.search}`, cookie };
  };
  const somebody = () => {
    provider.account = { sub: randomUUID(), email: newEmail(), email_verified: true, name: 'Grace Hopper' };
    return provider.account;
  };

  it('is asked with PKCE, a state and a nonce, and ends at the front end with working tokens', async () => {
    await withGoogle({}, async (at) => {
      const { email } = somebody();
      const { there, back, cookie } = await visit(at);
      expect(there.origin).toBe(provider.issuer);
      const query = Object.fromEntries(there.searchParams);
      expect(query).toMatchObject({ response_type: 'code', code_challenge_method: 'S256' });
      for (const name of ['code_challenge', 'state', 'nonce']) expect(query[name]).toMatch(/^[\w.-]{20,}$/);
      const done = await call(at, `GET ${back}`, { headers: { cookie } });
      expect(done.status).toBe(307);
      const location = new URL(done.headers.get('location') ?? '');
      expect(`${location.origin}${location.pathname}${location.search}`).toBe(`${frontend}/auth/callback`);
      const given = new URLSearchParams(location.hash.slice(1));
      expect([...given.keys()]).toEqual(['access_token', 'refresh_token']);
      const me = await replay(at, 'GET /api/v1/auth/me', user, { token: given.get('access_token') ?? '' });
      expect(me).toMatchObject({ email, full_name: 'Grace Hopper' });
      const json = { refresh_token: given.get('refresh_token') };
      await replay(at, 'POST /api/v1/auth/refresh', tokens, { json });
      const again = await call(at, `GET ${back}`, { headers: { cookie } });
      expect([again.status, again.headers.get('location')]).toEqual([307, `${frontend}/login?error=state_invalid`]);
    });
  });

  it('puts the tokens into the query where that is set', async () => {
    await withGoogle({ OAUTH_TOKENS_IN: 'query' }, async (at) => {
      somebody();
      const { back, cookie } = await visit(at);
      const done = await call(at, `GET ${back}`, { headers: { cookie } });
      const location = new URL(done.headers.get('location') ?? '');
      expect([location.hash, [...location.searchParams.keys()]]).toEqual(['', ['access_token', 'refresh_token']]);
    });
  });

  it('leads to the login page with the reason when declined, begun elsewhere or made up', async () => {
    await withGoogle({}, async (at) => {
      provider.account = null;
      const declined = await visit(at);
      somebody();
      const elsewhere = await visit(at);
      const attempts: [string, string, string][] = [
        [declined.back, declined.cookie, 'access_denied'],
        [elsewhere.back, '', 'state_invalid'],
        [elsewhere.back, declined.cookie, 'state_invalid'],
        ['/api/v1/oauth/google/callback?code=x&state=made-up', elsewhere.cookie, 'state_invalid'],
        ['/api/v1/oauth/google/callback', '', 'state_invalid'],
      ];
      for (const [path, cookie, reason] of attempts) {
        const reply = await call(at, `GET ${path}`, { headers: { cookie } });
        expect([reply.status, reply.headers.get('location')]).toEqual([307, `${frontend}/login?error=${reason}`]);
      }
    });
  });

  it('answers in JSON where there is no front end', async () => {
    const at = await app.another({}, (({ FRONTEND_URL: _, ...rest }) => rest)(settings()));
    try {
      somebody();
      const { back, cookie } = await visit(at);
      const path = { path: back, headers: { cookie } };
      await replay(at, 'GET /api/v1/oauth/google/callback', tokens, path);
      const again = await call(at, `GET ${back}`, { headers: { cookie } });
      expect([again.status, again.body]).toEqual([401, refused('AUTHENTICATION_ERROR')]);
    } finally {
      await at.close();
    }
  });

  it('not configured is refused with 400 and the names of the settings', async () => {
    for (const path of ['login', 'callback?code=x&state=y']) {
      const reply = await call(app, `GET /api/v1/oauth/google/${path}`);
      expect([reply.status, reply.body]).toEqual([
        400,
        {
          error: {
            code: 'NOT_CONFIGURED',
            message: expect.stringContaining('GOOGLE_CLIENT_ID'),
            details: { settings: ['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET'] },
          },
        },
      ]);
    }
  });
});
