import { createHash, createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { createSchema } from '../src/schema.ts';
import { type TestApp, testApp } from './app.ts';
import { validCall } from './schema-fields.ts';
import { ask, type Caller, newCaller } from './story.ts';
import { fingerprint } from './tables.ts';

const password = 'correct horse battery';
const credentials = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresAt: z.string(),
  sessionId: z.string(),
  user: z.object({ databaseId: z.string(), email: z.string(), username: z.string() }),
});
const whatComesBack = `__typename ... on Credentials { accessToken refreshToken expiresAt sessionId
  user { databaseId email username } } ... on Error { code message } ... on ValidationError { issues { path message } }`;
const signUp = `mutation ($input: SignUpInput!) { r: signUp(input: $input) { ${whatComesBack} } }`;
const signIn = `mutation ($input: SignInInput!) { r: signIn(input: $input) { ${whatComesBack} } }`;
const refresh = `mutation ($token: String!) { r: refreshCredentials(refreshToken: $token) { ${whatComesBack} } }`;
const refused = { __typename: 'UnauthenticatedError', code: 'UNAUTHENTICATED' };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

/** Runs a mutation without a credential and gives its one answer. */
async function send(query: string, variables: Record<string, unknown>): Promise<unknown> {
  const answer = await ask(app, query, variables);
  expect(answer.errors).toBeUndefined();
  return answer.data?.r;
}

async function newAccount(name = `u${randomUUID().slice(0, 8)}`) {
  return credentials.parse(await send(signUp, { input: { email: `${name}@example.com`, username: name, password } }));
}

/** The code a request with this token is refused with; undefined when it is served. */
async function refusal(token: string): Promise<unknown> {
  const answer = await ask(app, '{ items { totalCount } }', {}, bearer(token));
  return answer.errors?.[0]?.extensions?.code;
}

describe('an account', () => {
  it('is made once, signs in by email or username in any case, and is kept with an argon2id hash only', async () => {
    const made = await newAccount('Grace');
    expect(made.user).toMatchObject({ email: 'grace@example.com', username: 'grace' });
    for (const login of ['grace@example.com', 'grace', ' GRACE ', 'Grace@Example.com']) {
      const again = credentials.parse(await send(signIn, { input: { login, password } }));
      expect(again.user.databaseId).toBe(made.user.databaseId);
      expect(again.sessionId).not.toBe(made.sessionId);
    }
    const row = await app.app.database.prisma.user.findUniqueOrThrow({ where: { id: made.user.databaseId } });
    expect(row.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{20,}\$[\w+/]{40,}$/);
    expect(JSON.stringify(row)).not.toContain(password);
  });

  it('has a username made from the email unless one is given, and never somebody else’s', async () => {
    const domains = Array.from({ length: 12 }, (_, n) => `same.name@d${n}.example.com`);
    const made = await Promise.all(domains.map((email) => send(signUp, { input: { email, password } })));
    const usernames = made.map((answer) => credentials.parse(answer).user.username);
    expect(new Set(usernames).size).toBe(12);
    expect(usernames).toContain('same.name');
  });

  it.each(['email', 'username'])('is refused when its %s is taken, and of 20 at once one wins', async (field) => {
    const name = `race${field}`;
    const tries = Array.from({ length: 20 }, (_, n) =>
      field === 'email'
        ? { email: n % 2 === 0 ? `${name}@example.com` : `${name.toUpperCase()}@Example.com`, username: `${name}${n}` }
        : { email: `${name}${n}@example.com`, username: name },
    );
    const answers = await Promise.all(tries.map((input) => send(signUp, { input: { ...input, password } })));
    expect(answers.filter((answer) => credentials.safeParse(answer).success)).toHaveLength(1);
    const losers = answers.filter((answer) => !credentials.safeParse(answer).success);
    for (const loser of losers) {
      expect(loser).toMatchObject({ code: 'ALREADY_EXISTS', message: `This ${field} is already registered` });
    }
    const where = { OR: [{ email: { startsWith: name } }, { username: name }] };
    expect(await app.app.database.prisma.user.count({ where })).toBe(1);
  });

  it.each([
    ['seven characters', 'abcdefg', 'must have at least 8 characters'],
    ['129 characters', 'abc'.repeat(43), 'must have at most 128 characters'],
    ['two characters over and over', 'abababab', 'must have at least 3 different characters'],
    ['its own email', 'Rule@example.com', 'must not be your name or email'],
    ['its own username', 'rule-keeper', 'must not be your name or email'],
  ])('cannot have a password of %s', async (_what, bad, message) => {
    const answer = await send(signUp, { input: { email: 'rule@example.com', username: 'rule-keeper', password: bad } });
    expect(answer).toEqual({
      __typename: 'ValidationError',
      code: 'VALIDATION_ERROR',
      message: `The password ${message}`,
      issues: [{ path: 'password', message }],
    });
  });

  it.each(['abcaaaaa', 'abc'.repeat(42).padEnd(128, 'd')])(
    'can have a password at the edge of the rule: %s',
    async (good) => {
      const email = `edge${good.length}@example.com`;
      credentials.parse(await send(signUp, { input: { email, password: good } }));
      credentials.parse(await send(signIn, { input: { login: email, password: good } }));
    },
  );

  it('is refused in the same words for a wrong password, an unknown name and a deactivated account', async () => {
    const gone = await newAccount();
    await app.app.database.prisma.user.update({ where: { id: gone.user.databaseId }, data: { isActive: false } });
    const known = await newAccount();
    const answers = await Promise.all([
      send(signIn, { input: { login: known.user.email, password: 'wrong' } }),
      send(signIn, { input: { login: known.user.username, password: '' } }),
      send(signIn, { input: { login: 'nobody@example.com', password } }),
      send(signIn, { input: { login: 'nobody', password } }),
      send(signIn, { input: { login: gone.user.email, password } }),
    ]);
    for (const answer of answers) expect(answer).toEqual({ ...refused, message: 'Wrong login or password' });
  });

  it('cannot be made when registration is switched off', async () => {
    const closed = await app.another({}, { REGISTRATION_ENABLED: 'false' });
    const answer = await ask(closed, signUp, { input: { email: 'late@example.com', password } });
    expect(answer.data?.r).toMatchObject({ __typename: 'ForbiddenError', message: 'Registration is switched off' });
    await closed.close();
  });
});

describe('an access token', () => {
  const key = () => app.app.secret.key('access-token');

  /** A token with the claims of a real one, changed, signed by `secret`. */
  async function forged(token: string, changes: Record<string, unknown>, secret = key()): Promise<string> {
    const { payload } = await jwtVerify(token, key());
    return new SignJWT({ ...payload, ...changes }).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(secret);
  }

  it('carries who, what for and until when, and nothing else', async () => {
    const { accessToken, expiresAt, sessionId, user } = await newAccount();
    const { payload, protectedHeader } = await jwtVerify(accessToken, key());
    expect(protectedHeader.alg).toBe('HS256');
    expect(Object.keys(payload).sort()).toEqual(['exp', 'iat', 'permissions', 'role', 'sid', 'sub', 'uid']);
    expect(payload).toMatchObject({ sub: user.databaseId, uid: user.databaseId, sid: sessionId, role: 'user' });
    expect(payload.permissions).toContain('docs:create');
    expect(payload.permissions).not.toContain('user:write');
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(15 * 60);
    expect(new Date(expiresAt).getTime()).toBe((payload.exp ?? 0) * 1000);
  });

  it('is refused when it is expired, tampered with, unsigned, or signed by another key', async () => {
    const { accessToken } = await newAccount();
    expect(await refusal(accessToken)).toBeUndefined();
    // Proof that the forger's tool makes good tokens when it has the key.
    expect(await refusal(await forged(accessToken, {}))).toBeUndefined();
    expect(await refusal(await forged(accessToken, { exp: Math.floor(Date.now() / 1000) - 1 }))).toBe('TOKEN_EXPIRED');
    const other = await newAccount();
    const [header = '', body = '', signature = ''] = accessToken.split('.');
    const [, otherBody = ''] = other.accessToken.split('.');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const none = part({ alg: 'none', typ: 'JWT' });
    const hs512 = `${part({ alg: 'HS512' })}.${body}`;
    const bad = [
      `${header}.${otherBody}.${signature}`,
      `${none}.${body}.`,
      `${none}.${body}.${signature}`,
      `${hs512}.${createHmac('sha512', key()).update(hs512).digest('base64url')}`,
      await forged(accessToken, {}, app.app.secret.key('artifact-link')),
      await forged(accessToken, {}, new TextEncoder().encode('x'.repeat(32))),
      await forged(accessToken, { sid: randomUUID() }),
      await forged(accessToken, { sid: 'no uuid' }),
      await forged(accessToken, { exp: undefined }),
      'nonsense',
      'mw_nonsense',
    ];
    for (const token of bad) expect([token, await refusal(token)]).toEqual([token, 'UNAUTHENTICATED']);
  });

  it('ends at once with its session: signed out, revoked, run out, or its account deactivated', async () => {
    const { prisma } = app.app.database;
    const ends: ((caller: z.infer<typeof credentials>) => Promise<unknown>)[] = [
      ({ accessToken }) =>
        ask(app, 'mutation { signOut { ... on SignOutSuccess { signedOut } } }', {}, bearer(accessToken)),
      ({ refreshToken }) =>
        ask(app, 'mutation ($t: String) { signOut(refreshToken: $t) { __typename } }', { t: refreshToken }),
      ({ accessToken, sessionId }) =>
        ask(
          app,
          'mutation ($id: UUID!) { revokeSession(id: $id) { __typename } }',
          { id: sessionId },
          bearer(accessToken),
        ),
      ({ sessionId }) => prisma.session.update({ where: { id: sessionId }, data: { expiresAt: new Date() } }),
      ({ user }) => prisma.user.update({ where: { id: user.databaseId }, data: { isActive: false } }),
      ({ user }) => prisma.user.delete({ where: { id: user.databaseId } }),
    ];
    for (const end of ends) {
      const caller = await newAccount();
      expect(await refusal(caller.accessToken)).toBeUndefined();
      await end(caller);
      expect(await refusal(caller.accessToken)).toBe('UNAUTHENTICATED');
      expect(await send(refresh, { token: caller.refreshToken })).toMatchObject(refused);
    }
  });

  it('does not outlive its session elsewhere: signing out ends this session, not the others', async () => {
    const first = await newAccount();
    const second = credentials.parse(await send(signIn, { input: { login: first.user.email, password } }));
    const out = await ask(
      app,
      'mutation { r: signOut { ... on SignOutSuccess { signedOut } } }',
      {},
      bearer(second.accessToken),
    );
    expect(out.data?.r).toEqual({ signedOut: true });
    expect(await refusal(second.accessToken)).toBe('UNAUTHENTICATED');
    expect(await refusal(first.accessToken)).toBeUndefined();
  });
});

describe('a refresh token', () => {
  const next = async (token: string) => credentials.parse(await send(refresh, { token }));
  const isRefused = async (token: string) => expect(await send(refresh, { token })).toMatchObject(refused);

  it('is good once and stored as a hash; each refresh gives working credentials of the same session', async () => {
    const first = await newAccount();
    const second = await next(first.refreshToken);
    const third = await next(second.refreshToken);
    expect(new Set([first, second, third].map(({ refreshToken }) => refreshToken)).size).toBe(3);
    expect(new Set([first, second, third].map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(await refusal(third.accessToken)).toBeUndefined();
    const { rows } = await app.app.database.pool.query(`SELECT s::text FROM "Session" s WHERE id = $1`, [
      third.sessionId,
    ]);
    const kept = JSON.stringify(rows);
    expect(kept).toContain(createHash('sha256').update(third.refreshToken).digest('hex'));
    expect(kept).not.toContain(third.refreshToken);
    await isRefused('never given out');
  });

  it('gives its one successor again within 10 seconds, to 20 tabs at once too', async () => {
    const { refreshToken, sessionId } = await newAccount();
    const tabs = await Promise.all(Array.from({ length: 20 }, () => next(refreshToken)));
    const successors = new Set(tabs.map((tab) => tab.refreshToken));
    expect(successors.size).toBe(1);
    expect(successors.has(refreshToken)).toBe(false);
    const again = await next(refreshToken);
    expect(successors.has(again.refreshToken)).toBe(true);
    for (const tab of tabs) expect(await refusal(tab.accessToken)).toBeUndefined();
    expect((await next(again.refreshToken)).sessionId).toBe(sessionId);
  });

  it('ends the whole session when it comes back after its successor was used', async () => {
    const first = await newAccount();
    const second = await next(first.refreshToken);
    const third = await next(second.refreshToken);
    await isRefused(first.refreshToken);
    expect(await refusal(third.accessToken)).toBe('UNAUTHENTICATED');
    for (const { refreshToken } of [second, third]) await isRefused(refreshToken);
  });

  it('ends the whole session when it comes back after 10 seconds', async () => {
    const first = await newAccount();
    const second = await next(first.refreshToken);
    const age = (seconds: number) =>
      app.app.database.pool.query(
        `UPDATE "Session" SET "rotatedAt" = now() - make_interval(secs => $2) WHERE id = $1`,
        [first.sessionId, seconds],
      );
    await age(8);
    expect((await next(first.refreshToken)).refreshToken).toBe(second.refreshToken);
    await age(10);
    await isRefused(first.refreshToken);
    expect(await refusal(second.accessToken)).toBe('UNAUTHENTICATED');
    await isRefused(second.refreshToken);
  });
});

describe('sessions', () => {
  const list = z.object({ sessions: z.object({ nodes: z.array(z.record(z.string(), z.unknown())) }) });
  const mine = '{ r: me { sessions { nodes { databaseId isCurrent deviceName deviceType ipAddress revokedAt } } } }';
  const revoke =
    'mutation ($id: UUID!) { r: revokeSession(id: $id) { ... on Session { databaseId revokedAt } ... on Error { code message } } }';

  it('are listed newest first with the current one marked, and are revoked one by one', async () => {
    const first = await newAccount();
    const phone = { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile/15E148' };
    const answer = await ask(app, signIn, { input: { login: first.user.email, password } }, phone);
    const second = credentials.parse(answer.data?.r);
    const asFirst = async () =>
      list.parse((await ask(app, mine, {}, bearer(first.accessToken))).data?.r).sessions.nodes;
    expect(await asFirst()).toMatchObject([
      { databaseId: second.sessionId, isCurrent: false, deviceType: 'MOBILE', ipAddress: '127.0.0.1', revokedAt: null },
      { databaseId: first.sessionId, isCurrent: true, deviceType: 'DESKTOP' },
    ]);
    const ended = await ask(app, revoke, { id: second.sessionId }, bearer(first.accessToken));
    expect(ended.data?.r).toEqual({ databaseId: second.sessionId, revokedAt: expect.any(String) });
    expect(await refusal(second.accessToken)).toBe('UNAUTHENTICATED');
    expect((await asFirst()).map(({ databaseId }) => databaseId)).toEqual([first.sessionId]);
  });

  it('of somebody else cannot be revoked, in the words of one that never was', async () => {
    const [ada, bob] = [await newAccount(), await newAccount()];
    const answers = [];
    for (const id of [ada.sessionId, randomUUID()])
      answers.push(await ask(app, revoke, { id }, bearer(bob.accessToken)));
    expect(answers[0]).toEqual({ data: { r: { code: 'NOT_FOUND', message: 'Session not found' } } });
    expect(answers[1]).toEqual(answers[0]);
    expect(await refusal(ada.accessToken)).toBeUndefined();
  });

  it('can be asked for in the very answer of a sign-up, which belongs to nobody signed in', async () => {
    const query = `mutation ($input: SignUpInput!) { r: signUp(input: $input) {
      ... on Credentials { accessToken user { sessions { nodes { id } } apiKeys { nodes { id } } } } } }`;
    const answer = await send(query, { input: { email: 'eager@example.com', password } });
    expect(answer).toMatchObject({ accessToken: expect.any(String), user: { sessions: { nodes: [] } } });
  });
});

describe('an API key', () => {
  const made = z.object({ key: z.string(), apiKey: z.object({ databaseId: z.string(), prefix: z.string() }) });
  const create = `mutation { r: createApiKey(name: "ci") { ... on NewApiKey { key apiKey { databaseId prefix } } } }`;
  const revoke =
    'mutation ($id: UUID!) { r: revokeApiKey(id: $id) { ... on ApiKey { revokedAt } ... on Error { code } } }';
  const keys = '{ r: me { username apiKeys { nodes { name prefix lastUsedAt } } } }';

  it('is shown once, kept as a hash, works by header and as Bearer, and remembers when it was used', async () => {
    const ada = await newCaller(app);
    const { key, apiKey } = await ada.get(made, create);
    expect(key).toMatch(/^mw_[\w-]{43}$/);
    expect(key.startsWith(apiKey.prefix)).toBe(true);
    const { rows } = await app.app.database.pool.query(`SELECT k::text FROM "ApiKey" k WHERE id = $1`, [
      apiKey.databaseId,
    ]);
    expect(JSON.stringify(rows)).toContain(createHash('sha256').update(key).digest('hex'));
    expect(JSON.stringify(rows)).not.toContain(key);
    const unused = await ada.ask(keys);
    expect(unused.data?.r).toMatchObject({ apiKeys: { nodes: [{ name: 'ci', lastUsedAt: null }] } });
    for (const header of [{ 'x-api-key': key }, bearer(key)]) {
      const answer = await ask(app, keys, {}, header);
      expect(answer.data?.r).toMatchObject({
        apiKeys: { nodes: [{ prefix: apiKey.prefix, lastUsedAt: expect.any(String) }] },
      });
    }
    expect(
      JSON.stringify((await ada.ask('{ me { apiKeys { nodes { id databaseId name prefix } } } }')).data),
    ).not.toContain(key);
  });

  it('is refused from the moment it is revoked, and closes its sockets', async () => {
    const ada = await newCaller(app);
    const { key, apiKey } = await ada.get(made, create);
    const socket = openSocket({ 'X-API-Key': key });
    expect(await socket.acknowledged).toBe(true);
    const answer = await ada.ask(revoke, { id: apiKey.databaseId });
    expect(answer.data?.r).toEqual({ revokedAt: expect.any(String) });
    expect(await refusal(key)).toBe('UNAUTHENTICATED');
    expect(await socket.closed).toBe(4403);
    expect((await ada.ask(revoke, { id: apiKey.databaseId })).data?.r).toEqual({ code: 'NOT_FOUND' });
    expect((await ada.ask(keys)).data?.r).toMatchObject({ apiKeys: { nodes: [] } });
  });

  it('is revoked, not signed out', async () => {
    const ada = await newCaller(app);
    const { key } = await ada.get(made, create);
    const answer = await ask(app, 'mutation { r: signOut { ... on Error { code } } }', {}, bearer(key));
    expect(answer.data?.r).toEqual({ code: 'NO_SESSION' });
  });
});

describe('roles', () => {
  /** Mutations about one's own sign-in: a viewer, too, comes in, goes out and ends a session that was stolen. */
  const ofSignIn = [
    'signUp',
    'register',
    'signIn',
    'refreshCredentials',
    'signOut',
    'revokeSession',
    'beginGitHubSignIn',
    'finishGitHubSignIn',
    'signInWithClerk',
  ];
  const mutations = createSchema().getMutationType()?.getFields() ?? {};
  const rows = Object.values(mutations).filter(({ name }) => !ofSignIn.includes(name));
  let vic: Caller;
  let own: string;

  beforeAll(async () => {
    vic = await newCaller(app, 'VIEWER');
    own = randomUUID();
    const { prisma } = app.app.database;
    await prisma.job.create({ data: { id: own, kind: 'DOCS', ownerId: vic.userId, queueId: randomUUID(), input: {} } });
    await prisma.item.create({ data: { id: own, ownerId: vic.userId, title: 'own' } });
    await prisma.apiKey.create({
      data: { id: own, userId: vic.userId, name: 'own', prefix: 'mw_', hash: Buffer.from(own) },
    });
    const place = { provider: 'GIT', url: 'https://example.com/a/b', namespace: 'a', name: 'b' } as const;
    await prisma.repository.create({ data: { id: own, ownerId: vic.userId, ...place } });
  });

  it('know every mutation of sign-in by name', () => {
    expect(Object.keys(mutations)).toEqual(expect.arrayContaining(ofSignIn));
    expect(rows.length).toBeGreaterThan(8);
  });

  it.each(rows.map((field) => [field.name, field] as const))(
    'let a viewer not %s, not even with what is its own',
    async (_name, field) => {
      const before = await fingerprint(app);
      const { query, variables } = validCall('mutation', field, own);
      const answer = await vic.ask(query, variables);
      expect(answer).toMatchObject({ data: { r: { __typename: 'ForbiddenError', code: 'FORBIDDEN' } } });
      expect(await fingerprint(app)).toEqual(before);
    },
  );

  it('take effect from the next request on, with the same token', async () => {
    const [ada, root] = [await newCaller(app), await newCaller(app, 'ADMIN')];
    const create = 'mutation { r: createItem(input: { title: "t" }) { __typename } }';
    const setRole =
      'mutation ($id: UUID!, $role: Role!) { r: setUserRole(id: $id, role: $role) { ... on User { role permissions } } }';
    const become = (role: string) => root.ask(setRole, { id: ada.userId, role });
    const may = async () => (await ada.ask(create)).data?.r;
    expect(await may()).toEqual({ __typename: 'Item' });
    expect((await become('VIEWER')).data?.r).toMatchObject({ role: 'VIEWER' });
    expect(await may()).toEqual({ __typename: 'ForbiddenError' });
    expect((await ada.ask('{ users { nodes { id } } }')).errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
    await become('ADMIN');
    expect((await ada.ask('{ users { nodes { id } } }')).errors).toBeUndefined();
    await become('USER');
    expect(await may()).toEqual({ __typename: 'Item' });
  });
});

/** A bare socket of graphql-transport-ws: whether its init was acknowledged, and the code it was closed with. */
function openSocket(payload: Record<string, unknown>, { url } = app) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const closed = new Promise<number>((resolve) => socket.once('close', (code) => resolve(code)));
  const acknowledged = new Promise<boolean>((resolve) => {
    socket.once('message', () => resolve(true));
    socket.once('close', () => resolve(false));
  });
  socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
  return { socket, closed, acknowledged };
}

describe('long-lived connections', () => {
  it('are closed with 4403 when they come with a bad credential', async () => {
    const { accessToken } = await newAccount();
    const bad = [{ Authorization: 'Bearer nonsense' }, { 'X-API-Key': 'mw_nonsense' }, { token: `${accessToken}x` }];
    for (const payload of bad) {
      const socket = openSocket(payload);
      expect(await socket.closed).toBe(4403);
      expect(await socket.acknowledged).toBe(false);
    }
  });

  it('are closed with 4403 the moment their session is revoked; other sessions stay', async () => {
    const ada = await newAccount();
    const other = credentials.parse(await send(signIn, { input: { login: ada.user.email, password } }));
    const [mine, stays] = [openSocket(bearer(ada.accessToken)), openSocket({ token: other.accessToken })];
    expect([await mine.acknowledged, await stays.acknowledged]).toEqual([true, true]);
    const revoke = 'mutation ($id: UUID!) { r: revokeSession(id: $id) { __typename } }';
    await ask(app, revoke, { id: ada.sessionId }, bearer(other.accessToken));
    expect(await mine.closed).toBe(4403);
    expect(stays.socket.readyState).toBe(WebSocket.OPEN);
    stays.socket.terminate();
  });

  it('are closed by another process too', async () => {
    const ada = await newAccount();
    const neighbour = await app.another();
    const socket = openSocket(bearer(ada.accessToken), neighbour);
    expect(await socket.acknowledged).toBe(true);
    await ask(app, 'mutation { signOut { __typename } }', {}, bearer(ada.accessToken));
    expect(await socket.closed).toBe(4403);
    await neighbour.close();
  });

  it('are closed at the next look when there are no wake-ups', async () => {
    const deaf = await app.another({}, { WAKE_UPS: 'off' });
    const ada = await newAccount();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const socket = openSocket(bearer(ada.accessToken), deaf);
      expect(await socket.acknowledged).toBe(true);
      await ask(deaf, 'mutation { signOut { __typename } }', {}, bearer(ada.accessToken));
      // Small steps with an answer in between, or the server takes the socket for dead.
      for (let seconds = 0; seconds < 30 && socket.socket.readyState === WebSocket.OPEN; seconds += 6) {
        for (let trip = 0; trip < 2; trip += 1) {
          const answered = once(socket.socket, 'pong');
          socket.socket.ping();
          await answered;
        }
        vi.advanceTimersByTime(6_000);
      }
      expect(await socket.closed).toBe(4403);
    } finally {
      vi.useRealTimers();
      await deaf.close();
    }
  });

  it('are closed with 4403 when their token expires', async () => {
    const ada = await newAccount();
    await app.app.database.prisma.session.update({ where: { id: ada.sessionId }, data: { accessTokenSeconds: 2 } });
    const short = credentials.parse(await send(refresh, { token: ada.refreshToken }));
    const socket = openSocket(bearer(short.accessToken));
    expect(await socket.acknowledged).toBe(true);
    expect(await socket.closed).toBe(4403);
    expect(Date.now()).toBeGreaterThanOrEqual(new Date(short.expiresAt).getTime() - 20);
    expect(await refusal(short.accessToken)).toBe('TOKEN_EXPIRED');
  });

  it('end an event stream with an error when its session is revoked', async () => {
    const ada = await newAccount();
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { ...bearer(ada.accessToken), 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { myEvents { userSeq } }' }),
    });
    expect(response.status).toBe(200);
    await ask(app, 'mutation { signOut { __typename } }', {}, bearer(ada.accessToken));
    const started = performance.now();
    const text = await response.text();
    expect(performance.now() - started).toBeLessThan(8000);
    expect(text).toContain('Your session has ended');
    expect(text).toContain('"code":"UNAUTHENTICATED"');
    expect(text.trimEnd()).toMatch(/event: complete\ndata:$/);
  });
});
