import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { readConfig } from '../../src/platform/config.ts';
import { createDialects } from '../../src/rest/dialects.ts';
import { type TestApp, testApp } from '../app.ts';
import { type ClerkUser, FakeClerk, type NewClerkUser } from '../fakes/clerk.ts';
import { FakeGitHub } from '../fakes/github.ts';
import { ask, graphqlAnswer } from '../story.ts';
import { type Asked, apiKeyOf, call, newAccount, replay } from './replay.ts';

const profile = z.strictObject({
  id: z.uuid(),
  email: z.email(),
  username: z.string(),
  displayName: z.string().nullable(),
  avatarUrl: z.url().nullable(),
  credits: z.int(),
  subscriptionTier: z.literal('free'),
  isGithubConnected: z.boolean(),
});
const envelope = <Data extends z.ZodType>(data: Data) => z.strictObject({ success: z.literal(true), data });
const loggedIn = envelope(
  z.strictObject({ user: profile, token: z.string(), refreshToken: z.string(), sessionId: z.string() }),
);
const ownProfile = envelope(
  z.strictObject({
    ...profile.shape,
    totalCreditsUsed: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  }),
);
const refused = z.strictObject({
  success: z.literal(false),
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    details: z.unknown(),
    retryAfter: z.int().optional(),
  }),
});

let clerk: FakeClerk;
let github: FakeGitHub;
let app: TestApp;
const frontend = 'https://front.example';
beforeAll(async () => {
  [clerk, github] = [await FakeClerk.start(), await FakeGitHub.start()];
  app = await testApp({}, { ...clerk.settings, ...github.settings, FRONTEND_URL: frontend });
});
afterAll(async () => {
  await app.close();
  await clerk.close();
  await github.close();
});
beforeEach(() => {
  clerk.state = 'up';
});

/** Somebody who has logged in by the documented request. */
async function login(user: ClerkUser | NewClerkUser = {}, asked: Asked = {}, at = app) {
  const known = 'id' in user ? user : clerk.addUser(user);
  const json = { clerkToken: await clerk.token(known) };
  const reply = await call(at, 'POST /api/auth/login', { json, ...asked });
  expect(reply.status, reply.text).toBe(200);
  const { data } = loggedIn.parse(reply.body);
  return { ...data, known, cookies: reply.headers.getSetCookie() };
}

const cookieOf = ({ sessionId }: { sessionId: string }) => ({ cookie: `async_coder_session=${sessionId}` });
const code = ({ status, body }: { status: number; body: unknown }) => [status, refused.parse(body).error.code];
const me = async (asked: Asked) => (await call(app, 'GET /api/users/me', asked)).status;

describe('the documented requests', () => {
  it('POST /api/auth/login gives user, tokens and session, and sets the session’s cookie', async () => {
    const known = clerk.addUser({ firstName: 'User', lastName: 'Name' });
    const json = { clerkToken: await clerk.token(known) };
    const { data } = await replay(app, 'POST /api/auth/login', loggedIn, { json });
    expect(data.user).toMatchObject({
      email: known.email_addresses[1]?.email_address,
      displayName: 'User Name',
      avatarUrl: known.image_url,
      credits: 100,
      subscriptionTier: 'free',
      isGithubConnected: false,
    });
    const { cookies, sessionId } = await login(known);
    const week = 7 * 24 * 3600;
    expect(cookies).toEqual([`async_coder_session=${sessionId}; Max-Age=${week}; Path=/; HttpOnly; SameSite=Lax`]);
  });

  it('POST /api/auth/refresh gives new tokens once', async () => {
    const first = await login();
    const tokens = envelope(z.strictObject({ token: z.string(), refreshToken: z.string() }));
    const json = { refreshToken: first.refreshToken };
    const { data } = await replay(app, 'POST /api/auth/refresh', tokens, { json });
    expect(data.refreshToken).not.toBe(first.refreshToken);
    expect(await me({ token: data.token })).toBe(200);
    const next = { refreshToken: data.refreshToken };
    await replay(app, 'POST /api/auth/refresh', tokens, { json: next });
    // The first one again, two exchanges later: somebody has stolen it, and the session ends.
    expect(code(await call(app, 'POST /api/auth/refresh', { json }))).toEqual([401, 'UNAUTHORIZED']);
    expect(await me({ token: data.token })).toBe(401);
    expect(code(await call(app, 'POST /api/auth/refresh', { json: { refreshToken: 'x' } }))).toEqual([
      401,
      'UNAUTHORIZED',
    ]);
  });

  it('POST /api/auth/github/connect attaches the account of the code, and the next login knows of it', async () => {
    const { token, known } = await login();
    const owner = github.addUser(`gh${randomUUID().slice(0, 8)}`, { name: 'User Name' });
    github.atBrowser = owner;
    const began = await ask(
      app,
      'mutation { r: beginGitHubSignIn(connect: true) { ... on GitHubSignIn { redirectUrl state } } }',
      {},
      { authorization: `Bearer ${token}` },
    );
    const { r } = z.object({ r: z.object({ redirectUrl: z.string() }) }).parse(began.data);
    const back = await fetch(r.redirectUrl, { redirect: 'manual' });
    const { searchParams } = new URL(back.headers.get('location') ?? '');
    const json = { code: searchParams.get('code'), state: searchParams.get('state') };
    const connected = envelope(
      z.strictObject({
        message: z.literal('GitHub account connected successfully'),
        githubUser: z.strictObject({
          id: z.literal(owner.id),
          login: z.literal(owner.login),
          name: z.literal('User Name'),
          avatar_url: z.url().nullable(),
        }),
      }),
    );
    await replay(app, 'POST /api/auth/github/connect', connected, { token, json });
    expect(code(await call(app, 'POST /api/auth/github/connect', { token, json }))).toEqual([401, 'STATE_INVALID']);
    expect((await replay(app, 'GET /api/users/me', ownProfile, { token })).data.isGithubConnected).toBe(true);
    expect((await login(known)).user.isGithubConnected).toBe(true);
    await ask(app, 'mutation { disconnectGitHub { __typename } }', {}, { authorization: `Bearer ${token}` });
    expect((await login(known)).user.isGithubConnected).toBe(false);
  });

  it('GET and PUT /api/users/me show and change the profile', async () => {
    const { token, user } = await login();
    const before = await replay(app, 'GET /api/users/me', ownProfile, { token });
    expect(before.data).toMatchObject({ ...user, totalCreditsUsed: 0 });
    const json = { displayName: 'New Display Name', avatarUrl: 'https://new-avatar-url.com' };
    const changed = await replay(app, 'PUT /api/users/me', envelope(profile), { token, json });
    expect(changed.data).toEqual({ ...user, ...json });
    const after = await replay(app, 'GET /api/users/me', ownProfile, { token });
    expect(after.data).toMatchObject({ ...json, createdAt: before.data.createdAt });
    expect(after.data.updatedAt > before.data.updatedAt).toBe(true);
    const one = await replay(app, 'PUT /api/users/me', envelope(profile), { token, json: { avatarUrl: null } });
    expect(one.data).toEqual({ ...user, displayName: 'New Display Name', avatarUrl: null });
    await replay(app, 'PUT /api/users/me', envelope(profile), { token, json: {} });
  });

  it('POST /api/auth/logout says so', async () => {
    const { token } = await login();
    const out = envelope(z.strictObject({ message: z.literal('Logged out successfully') }));
    await replay(app, 'POST /api/auth/logout', out, { token });
  });
});

describe('a login that fails', () => {
  it('says why, in the words of this dialect', async () => {
    const good = clerk.addUser();
    const send = async (json: unknown, at = app) => code(await call(at, 'POST /api/auth/login', { json }));
    expect(await send({ clerkToken: 'made up' })).toEqual([401, 'UNAUTHORIZED']);
    expect(await send({ clerkToken: await clerk.token(good, { seconds: -60 }) })).toEqual([401, 'UNAUTHORIZED']);
    for (const json of [{}, { clerkToken: '' }, { clerkToken: 7 }, [], null]) {
      expect(await send(json)).toEqual([400, 'VALIDATION_ERROR']);
    }
    expect(await send({ clerkToken: await clerk.token(clerk.addUser({ verified: false })) })).toEqual([
      403,
      'EMAIL_NOT_VERIFIED',
    ]);
    const taken = clerk.addUser({ email: (await newAccount(app)).email });
    expect(await send({ clerkToken: await clerk.token(taken) })).toEqual([409, 'EMAIL_TAKEN']);
  });

  it('names the settings that are missing with 400, and a Clerk that is away with 503', async () => {
    const bare = await app.another({}, { CLERK_ISSUER: '', CLERK_JWKS_URL: '' });
    const json = { clerkToken: await clerk.token(clerk.addUser()) };
    const missing = await call(bare, 'POST /api/auth/login', { json });
    expect(missing).toMatchObject({
      status: 400,
      body: { error: { code: 'NOT_CONFIGURED', details: { settings: ['CLERK_ISSUER', 'CLERK_JWKS_URL'] } } },
    });
    const fresh = await app.another();
    clerk.state = 'down';
    expect(code(await call(fresh, 'POST /api/auth/login', { json }))).toEqual([503, 'EXTERNAL_SERVICE_ERROR']);
    for (const one of [bare, fresh]) await one.close();
  });

  it('and others are counted: the sixth in a quarter of an hour is refused, with the documented headers', async () => {
    const limited = await app.another({}, { RATE_LIMITS: 'on' });
    const attempt = () => call(limited, 'POST /api/auth/login', { json: { clerkToken: 'x' } });
    for (const remaining of ['4', '3', '2', '1', '0']) {
      const { status, headers } = await attempt();
      expect([status, headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')]).toEqual([
        401,
        '5',
        remaining,
      ]);
      expect(z.iso.datetime().parse(headers.get('x-ratelimit-reset'))).toBeTruthy();
    }
    const sixth = await attempt();
    expect(code(sixth)).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
    expect(refused.parse(sixth.body).error.retryAfter).toBeGreaterThan(800);
    const answer = await ask(limited, 'mutation { signInWithClerk(token: "x") { __typename } }');
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
    await limited.close();
  });
});

describe('the three credentials', () => {
  const dialect = createDialects(readConfig({}, '/')).find(({ name }) => name === 'async-coder');
  const rows = (dialect?.rows ?? []).filter(({ auth }) => auth === 'required');

  it.each(rows.map(({ method, path }) => `${method} ${path}`))('are all taken by %s', async (line) => {
    const path = line.replaceAll(/\{\w+\}/g, randomUUID());
    const json = line.startsWith('GET') ? undefined : {};
    const key = async () => {
      const { token } = await login();
      const answer = await ask(
        app,
        'mutation { r: createApiKey(name: "k") { ... on NewApiKey { key } } }',
        {},
        { authorization: `Bearer ${token}` },
      );
      return z.object({ r: z.object({ key: z.string() }) }).parse(answer.data).r.key;
    };
    const ways: Asked[] = [
      { token: (await login()).token },
      { token: await key() },
      { headers: { 'x-api-key': await key() } },
      { headers: cookieOf(await login()) },
      { headers: { cookie: `other=1; async_coder_session=${(await login()).sessionId}; more="x"` } },
    ];
    for (const way of ways) {
      const reply = await call(app, path, { ...way, ...(json && { json }) });
      expect([401, 403, 500], `${JSON.stringify(way)} ${reply.text}`).not.toContain(reply.status);
    }
    const { sessionId } = await login();
    const bad: Asked[] = [
      {},
      { token: 'x' },
      { headers: { 'x-api-key': 'mw_x' } },
      { headers: { cookie: 'async_coder_session=' } },
      { headers: { cookie: `async_coder_session=${await key()}` } },
      { headers: { cookie: `async_coder_session=${(await login()).token}` } },
      { headers: { cookie: `async_coder_session=${randomUUID()}` } },
      { headers: { cookie: `async_coder_session=${sessionId.slice(0, -2)}` } },
      { headers: { cookie: `async_coder_session=${sessionId.replace(/\.\d{10}\./, '.9999999999.')}` } },
      { headers: { cookie: `async_coder_session=${sessionId.replace(/[\da-f-]{36}/, randomUUID())}` } },
    ];
    for (const way of bad) {
      expect(code(await call(app, path, { ...way, ...(json && { json }) }))).toEqual([401, 'UNAUTHORIZED']);
    }
  });

  it('cover every route that needs one', () => {
    expect(rows.length).toBeGreaterThanOrEqual(5);
  });

  it('of a header come before the cookie', async () => {
    const [ada, bob] = [await login(), await login()];
    const reply = await call(app, 'GET /api/users/me', { token: ada.token, headers: cookieOf(bob) });
    expect(ownProfile.parse(reply.body).data.id).toBe(ada.user.id);
    expect(await me({ token: 'bad', headers: cookieOf(bob) })).toBe(401);
  });

  it('leave a cookie without its session no use in the other dialects', async () => {
    const ada = await login();
    expect((await call(app, 'GET /api/v1/users/me', { headers: cookieOf(ada) })).status).toBe(401);
  });
});

describe('logging out', () => {
  it.each(['token', 'cookie'])('by the %s ends every token, the cookie and open sockets at once', async (by) => {
    const [ada, other] = [await login(), await login()];
    const again = await login(ada.known);
    const { closed } = await openSocket(ada.token);
    const way = by === 'token' ? { token: ada.token } : { headers: { ...cookieOf(ada), origin: frontend } };
    const out = await call(app, 'POST /api/auth/logout', way);
    expect(out.status, out.text).toBe(200);
    expect(out.headers.getSetCookie()).toEqual([
      'async_coder_session=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax',
    ]);
    expect(await me({ token: ada.token })).toBe(401);
    expect(await me({ headers: cookieOf(ada) })).toBe(401);
    const refreshed = await call(app, 'POST /api/auth/refresh', { json: { refreshToken: ada.refreshToken } });
    expect(refreshed.status).toBe(401);
    expect(await closed).toBe(4403);
    // Nobody else's, and no other session of the same person.
    expect(await me({ token: again.token })).toBe(200);
    expect(await me({ headers: cookieOf(other) })).toBe(200);
  });

  it('is not for API keys, which are revoked', async () => {
    const caller = await newAccount(app);
    const key = await apiKeyOf(caller);
    expect(code(await call(app, 'POST /api/auth/logout', { headers: { 'x-api-key': key } }))).toEqual([
      409,
      'NO_SESSION',
    ]);
    expect(await me({ token: key })).toBe(200);
  });
});

/** Opens a socket by a token; `closed` resolves with the code it is closed with. */
async function openSocket(token: string): Promise<{ readonly closed: Promise<unknown> }> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { token } }));
  await once(socket, 'message');
  return { closed: once(socket, 'close').then(([closeCode]: unknown[]) => closeCode) };
}

describe('the session’s cookie', () => {
  it('travels encrypted only where this server does', async () => {
    const known = clerk.addUser();
    const flags = async (at: TestApp, headers = {}) => (await login(known, { headers }, at)).cookies[0]?.split('; ');
    expect(await flags(app)).not.toContain('Secure');
    expect(await flags(app, { 'x-forwarded-proto': 'https' })).toContain('Secure');
    const safe = await app.another({}, { BACKEND_BASE_URL: 'https://api.async-coder.example' });
    expect(await flags(safe)).toContain('Secure');
    await safe.close();
  });

  it('is renewed by a refresh, and ends after seven days whatever its session does', async () => {
    const ada = await login();
    const renewed = await call(app, 'POST /api/auth/refresh', { json: { refreshToken: ada.refreshToken } });
    const [cookie = ''] = (renewed.headers.get('set-cookie') ?? '').split(';');
    expect(await me({ headers: { cookie } })).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7 * 86_400_000 + 1000 });
    try {
      expect(await me({ headers: { cookie } })).toBe(401);
    } finally {
      vi.useRealTimers();
    }
  });

  const own = () => ({ origin: app.url });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const json = { 'content-type': 'application/json' };

  it.each([
    ['JSON of no browser', json, 200],
    ['JSON of the front end', { ...json, origin: frontend }, 200],
    ['a form of the front end', { ...form, origin: frontend }, 200],
    ['what the browser calls the same origin', { ...form, 'sec-fetch-site': 'same-origin' }, 200],
    ['a form with X-Requested-With', { ...form, 'x-requested-with': 'fetch' }, 200],
    ['a form of nobody knows whom', form, 403],
    ['JSON of another origin', { ...json, origin: 'https://evil.example' }, 403],
    ['JSON of the front end’s namesake', { ...json, origin: `${frontend}.evil.example` }, 403],
    ['JSON of a sandboxed frame', { ...json, origin: 'null' }, 403],
    ['JSON of another site without origin', { ...json, 'sec-fetch-site': 'cross-site' }, 403],
    ['JSON of a sibling of this host', { ...json, 'sec-fetch-site': 'same-site' }, 403],
    ['a header of another origin', { ...json, 'x-requested-with': 'fetch', origin: 'https://evil.example' }, 403],
  ])('changes something by %s: %j %i', async (_what, headers: Record<string, string>, status) => {
    const ada = await login();
    const isForm = headers['content-type'] === form['content-type'];
    const response = await fetch(`${app.url}/api/users/me`, {
      method: 'PUT',
      headers: { ...cookieOf(ada), ...headers },
      body: isForm ? 'displayName=Mallory' : '{}',
    });
    const text = await response.text();
    expect(response.status, text).toBe(status);
    if (status === 403) expect(refused.parse(JSON.parse(text)).error.code).toBe('CSRF');
    // Reading is harmless, for a page elsewhere cannot see the answer; a header is nobody's who does not know it.
    expect((await call(app, 'GET /api/users/me', { headers: { ...cookieOf(ada), ...headers } })).status).toBe(200);
    expect(await me({ token: ada.token, headers })).toBe(200);
  });

  it('knows this server’s own pages by their origin', async () => {
    const ada = await login();
    const headers = { ...cookieOf(ada), ...own() };
    expect((await call(app, 'POST /api/auth/logout', { headers })).status).toBe(200);
  });

  it('is not set for a page elsewhere, which could sign its visitors in as a stranger', async () => {
    const known = clerk.addUser();
    const set = async (asked: Asked) => (await login(known, asked)).cookies.length;
    const form = { clerkToken: await clerk.token(known) };
    expect(await set({})).toBe(1);
    expect(await set({ headers: own() })).toBe(1);
    expect(await set({ headers: { origin: 'https://evil.example' } })).toBe(0);
    expect(await set({ headers: { 'sec-fetch-site': 'cross-site' } })).toBe(0);
    const sent = await call(app, 'POST /api/auth/login', { form, headers: { origin: 'https://evil.example' } });
    expect([sent.status, sent.headers.getSetCookie()]).toEqual([200, []]);
    expect((await call(app, 'POST /api/auth/login', { form })).headers.getSetCookie()).toEqual([]);
  });
});

describe('the cookie on GraphQL', () => {
  const whoAmI = '{ me { databaseId } }';
  const rename = 'mutation { r: updateMe(input: { displayName: "By cookie" }) { __typename ... on Error { code } } }';

  it('signs in queries, mutations and sockets', async () => {
    const ada = await login();
    const mine = { databaseId: ada.user.id };
    expect((await ask(app, whoAmI, {}, cookieOf(ada))).data?.me).toEqual(mine);
    expect((await ask(app, rename, {}, cookieOf(ada))).data?.r).toEqual({ __typename: 'User' });
    const get = await fetch(`${app.url}/graphql?query=${encodeURIComponent(whoAmI)}`, {
      headers: { ...cookieOf(ada), accept: 'application/json' },
    });
    expect(await get.json()).toMatchObject({ data: { me: mine } });
    expect(await bySocket(cookieOf(ada))).toEqual(mine);
    expect(await bySocket({ ...cookieOf(ada), origin: frontend })).toEqual(mine);
  });

  it('is not taken from pages elsewhere, nor in forms they could send', async () => {
    const ada = await login();
    const foreign = await ask(app, rename, {}, { ...cookieOf(ada), origin: 'https://evil.example' });
    expect(foreign.data?.r).toEqual({ __typename: 'ForbiddenError', code: 'CSRF' });
    const body = new FormData();
    body.append('operations', JSON.stringify({ query: rename, variables: {} }));
    body.append('map', '{}');
    const send = async (headers: Record<string, string>) => {
      const sent = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        body,
        headers: { ...cookieOf(ada), ...headers },
      });
      return graphqlAnswer.parse(await sent.json());
    };
    expect((await send({})).data?.r).toEqual({ __typename: 'ForbiddenError', code: 'CSRF' });
    expect((await send({ 'apollo-require-preflight': 'true' })).data?.r).toEqual({ __typename: 'User' });
    expect(await bySocket({ ...cookieOf(ada), origin: 'null' })).toBeNull();
    const by = { authorization: `Bearer ${ada.token}`, origin: 'https://evil.example' };
    expect((await ask(app, whoAmI, {}, by)).data?.me).toEqual({ databaseId: ada.user.id });
  });

  it('means nobody once its session has ended, and stands in nobody’s way', async () => {
    const ada = await login();
    await call(app, 'POST /api/auth/logout', { token: ada.token });
    expect(await ask(app, whoAmI, {}, cookieOf(ada))).toEqual({ data: { me: null } });
    expect((await ask(app, rename, {}, cookieOf(ada))).data?.r).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await bySocket(cookieOf(ada))).toBeNull();
    const again = await login(ada.known, { headers: cookieOf(ada) });
    expect(await me({ headers: cookieOf(again) })).toBe(200);
  });

  async function bySocket(headers: Record<string, string>): Promise<unknown> {
    class WithHeaders extends WebSocket {
      constructor(address: string, protocols: string[]) {
        super(address, protocols, { headers });
      }
    }
    const url = `${app.url.replace('http', 'ws')}/graphql`;
    const client = createClient({ url, webSocketImpl: WithHeaders, retryAttempts: 0 });
    try {
      for await (const { data } of client.iterate({ query: whoAmI })) return data?.me;
    } finally {
      await client.dispose();
    }
  }
});

describe('the profile', () => {
  it.each([
    ['displayName', '', 'must have 1 to 100 visible characters'],
    ['displayName', ' \u2003 ', 'must have 1 to 100 visible characters'],
    ['displayName', '\u200b\u200d', 'must have 1 to 100 visible characters'],
    ['displayName', '\u3164', 'must have 1 to 100 visible characters'],
    ['displayName', 'n'.repeat(101), 'must have at most 100 characters'],
    ['displayName', 'a\nb', 'must not hold control characters'],
    ['displayName', 'a\u0007b', 'must not hold control characters'],
    ['displayName', 'nimda\u202e', 'must not hold control characters'],
    ['avatarUrl', 'http://example.com/a.png', 'must be an https URL'],
    ['avatarUrl', 'javascript:alert(1)', 'must be an https URL'],
    ['avatarUrl', 'data:image/png;base64,AAAA', 'must be an https URL'],
    ['avatarUrl', '//example.com/a.png', 'must be an https URL'],
    ['avatarUrl', '', 'must be an https URL'],
    ['avatarUrl', 'https://', 'must be an https URL'],
    ['avatarUrl', 'https://ada:secret@example.com/a.png', 'must be an https URL'],
    ['avatarUrl', 'https://example.com/a b.png', 'must be an https URL'],
    ['avatarUrl', 'https://example.com/"><script>', 'must be an https URL'],
    ['avatarUrl', `https://example.com/${'a'.repeat(2030)}`, 'must have at most 2048 characters'],
  ])('does not take the %s %j: it %s', async (field, value, message) => {
    const { token, user } = await login();
    const json = { displayName: 'Kept out', avatarUrl: 'https://example.com/kept-out.png', [field]: value };
    const reply = await call(app, 'PUT /api/users/me', { token, json });
    expect(code(reply)).toEqual([400, 'VALIDATION_ERROR']);
    expect(refused.parse(reply.body).error.details).toEqual([{ field, message, code: 'invalid' }]);
    expect((await replay(app, 'GET /api/users/me', ownProfile, { token })).data).toMatchObject(user);
  });

  it.each([['n'.repeat(100)], ['👩‍👩‍👧‍👦 Familie Ö'], ['𝒜'.repeat(100)], ['می‌خواهم'], ["O'Brien-Smith, Jr."], ['李']])(
    'takes the name %s',
    async (displayName) => {
      const { token } = await login();
      const json = { displayName: ` ${displayName} ` };
      expect((await replay(app, 'PUT /api/users/me', envelope(profile), { token, json })).data).toMatchObject({
        displayName,
      });
    },
  );

  it('is for reading only where the role says so, and the body must fit', async () => {
    const vic = await newAccount(app, 'VIEWER');
    const put = (token: string, json: unknown) => call(app, 'PUT /api/users/me', { token, json });
    expect(await me({ token: vic.token })).toBe(200);
    expect(code(await put(vic.token, { displayName: 'V' }))).toEqual([403, 'FORBIDDEN']);
    const { token } = await login();
    for (const json of [[], 'x', null, { displayName: 7 }, { avatarUrl: {} }]) {
      expect(code(await put(token, json))).toEqual([400, 'VALIDATION_ERROR']);
    }
  });
});
