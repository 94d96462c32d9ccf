import { randomUUID } from 'node:crypto';
import { jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApp, testApp } from './app.ts';
import { ask, type Caller, callerWith, newCaller } from './story.ts';

const password = 'correct horse battery';
const credentials = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  sessionId: z.string(),
  user: z.object({ databaseId: z.string(), username: z.string(), email: z.string() }),
});
const whatComesBack = `__typename ... on Credentials { accessToken refreshToken sessionId user { databaseId username email } }
  ... on Error { code message }`;
const signIn = `mutation ($input: SignInInput!) { r: signIn(input: $input) { ${whatComesBack} } }`;
const refresh = `mutation ($token: String!) { r: refreshCredentials(refreshToken: $token) { ${whatComesBack} } }`;
const refusedOr = '... on Error { __typename code message } ... on ValidationError { issues { path message } }';
const account = 'databaseId email username displayName avatarUrl role isActive createdAt updatedAt';
const update = `mutation ($input: UpdateMeInput!) { r: updateMe(input: $input) { ... on User { ${account} } ${refusedOr} } }`;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

async function send(query: string, variables: Record<string, unknown>, headers = {}): Promise<unknown> {
  const answer = await ask(app, query, variables, headers);
  expect(answer.errors).toBeUndefined();
  return answer.data?.r;
}

/** Somebody with a name of their own and a known password. */
async function newPerson(role: 'USER' | 'ADMIN' = 'USER') {
  const caller = await newCaller(app, role);
  const user = await app.app.database.prisma.user.findUniqueOrThrow({ where: { id: caller.userId } });
  return { ...caller, email: user.email, username: user.username };
}

const signedIn = async (login: string, more: Record<string, unknown> = {}) =>
  credentials.parse(await send(signIn, { input: { login, password, ...more } }));
const isGood = async (token: string) =>
  (await ask(app, '{ items { totalCount } }', {}, bearer(token))).errors === undefined;

describe('tokens for old clients', () => {
  const lifetimes: [string, Record<string, string>, number, 'username' | 'databaseId'][] = [
    ['nobody in particular', {}, 15 * 60, 'databaseId'],
    ['this system', { audience: 'MILLWRIGHT' }, 15 * 60, 'databaseId'],
    ['phase2', { audience: 'PHASE2' }, 24 * 3600, 'username'],
    ['async-coder', { audience: 'ASYNC_CODER' }, 7 * 24 * 3600, 'databaseId'],
  ];

  it.each(lifetimes)(
    'made for %s live as long and say who as they should, refreshed too',
    async (_who, input, seconds, sub) => {
      const { email } = await newPerson();
      const first = await signedIn(email, input);
      const second = credentials.parse(await send(refresh, { token: first.refreshToken }));
      const third = credentials.parse(await send(refresh, { token: second.refreshToken }));
      for (const { accessToken, user, sessionId } of [first, second, third]) {
        const { payload } = await jwtVerify(accessToken, app.app.secret.key('access-token'));
        expect(payload).toMatchObject({ sub: user[sub], uid: user.databaseId, sid: sessionId });
        expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(seconds);
        expect(await isGood(accessToken)).toBe(true);
      }
    },
  );

  it('go on working when the username in them changes, and the next one carries the new name', async () => {
    const ada = await newPerson();
    const { accessToken, refreshToken } = await signedIn(ada.email, { audience: 'PHASE2' });
    const username = `renamed-${randomUUID().slice(0, 8)}`;
    await send(update, { input: { username } }, bearer(accessToken));
    const answer = await ask(app, '{ me { databaseId username } }', {}, bearer(accessToken));
    expect(answer.data?.me).toEqual({ databaseId: ada.userId, username });
    const next = credentials.parse(await send(refresh, { token: refreshToken }));
    const { payload } = await jwtVerify(next.accessToken, app.app.secret.key('access-token'));
    expect(payload.sub).toBe(username);
  });
});

describe('registering', () => {
  const register = `mutation ($input: SignUpInput!) { r: register(input: $input) { ... on User { ${account}
    sessions { totalCount nodes { id } } } ${refusedOr} } }`;

  it('makes an ordinary account and no session', async () => {
    const email = `new-${randomUUID()}@Example.com`;
    const made = z
      .looseObject({ databaseId: z.string() })
      .parse(await send(register, { input: { email, password, displayName: 'New' } }));
    expect(made).toMatchObject({
      email: email.toLowerCase(),
      displayName: 'New',
      avatarUrl: null,
      role: 'USER',
      isActive: true,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
      sessions: { totalCount: 0, nodes: [] },
    });
    const { prisma } = app.app.database;
    expect(await prisma.session.count({ where: { userId: made.databaseId } })).toBe(0);
    expect((await signedIn(email)).user.databaseId).toBe(made.databaseId);
  });

  it('is refused for a taken email, a bad password and where it is switched off', async () => {
    const { email } = await newPerson();
    expect(await send(register, { input: { email: email.toUpperCase(), password } })).toMatchObject({
      __typename: 'ConflictError',
      code: 'ALREADY_EXISTS',
      message: 'This email is already registered',
    });
    expect(await send(register, { input: { email: 'short@example.com', password: 'short' } })).toMatchObject({
      code: 'VALIDATION_ERROR',
      issues: [{ path: 'password', message: 'must have at least 8 characters' }],
    });
    const closed = await app.another({}, { REGISTRATION_ENABLED: 'false' });
    const answer = await ask(closed, register, { input: { email: 'late@example.com', password } });
    expect(answer.data?.r).toMatchObject({ __typename: 'ForbiddenError', code: 'REGISTRATION_DISABLED' });
    await closed.close();
    expect(await app.app.database.prisma.user.count({ where: { email: 'late@example.com' } })).toBe(0);
  });
});

describe('the own account', () => {
  it('changes in what is said, and nothing else', async () => {
    const ada = await newPerson();
    const before = z.record(z.string(), z.unknown()).parse((await ada.ask(`{ me { ${account} } }`)).data?.me);
    const same = (one: Record<string, unknown>, { updatedAt: _, ...rest }: Record<string, unknown>) =>
      expect(one).toMatchObject(rest);
    const name = randomUUID().slice(0, 8);
    const changes = [
      { displayName: ' Ada ' },
      { email: `${name}@Example.com`, username: `A-${name}` },
      { email: null, username: null, password: null, displayName: null },
    ];
    const expected = [
      { displayName: 'Ada' },
      { displayName: 'Ada', email: `${name}@example.com`, username: `a-${name}` },
      { displayName: null, email: `${name}@example.com`, username: `a-${name}` },
    ];
    for (const [index, input] of changes.entries()) {
      const changed = z.record(z.string(), z.unknown()).parse(await send(update, { input }, bearer(ada.token)));
      same(changed, { ...before, ...expected[index] });
      expect(String(changed.updatedAt) > String(before.updatedAt)).toBe(true);
    }
    for (const login of [`${name}@example.com`, `A-${name}`]) {
      expect((await signedIn(login)).user.databaseId).toBe(ada.userId);
    }
    expect(await send(signIn, { input: { login: ada.email, password } })).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each(['email', 'username'] as const)('cannot take the %s of somebody else, but keeps its own', async (field) => {
    const [ada, bob] = [await newPerson(), await newPerson()];
    expect(await send(update, { input: { [field]: bob[field].toUpperCase() } }, bearer(ada.token))).toMatchObject({
      __typename: 'ConflictError',
      code: 'ALREADY_EXISTS',
      message: `This ${field} is already registered`,
    });
    expect(await send(update, { input: { [field]: ada[field] } }, bearer(ada.token))).toMatchObject({
      [field]: ada[field],
    });
  });

  it.each([
    ['email', 'no address', 'must be an email address'],
    ['username', 'with space', 'must have 1 to 39 letters, digits, dots, dashes and underscores'],
    ['username', 'a@b', 'must have 1 to 39 letters, digits, dots, dashes and underscores'],
    ['displayName', 'n'.repeat(101), 'must have at most 100 characters'],
    ['password', 'abababab', 'must have at least 3 different characters'],
  ])('refuses the %s "%s" and changes nothing', async (path, value, message) => {
    const ada = await newPerson();
    const input = { displayName: 'Changed', [path]: value };
    expect(await send(update, { input }, bearer(ada.token))).toMatchObject({
      code: 'VALIDATION_ERROR',
      issues: [{ path, message }],
    });
    expect((await ada.ask('{ me { displayName } }')).data?.me).toEqual({ displayName: null });
  });

  it('refuses its new name as its new password', async () => {
    const ada = await newPerson();
    const username = `name-${randomUUID().slice(0, 8)}`;
    expect(await send(update, { input: { username, password: username } }, bearer(ada.token))).toMatchObject({
      issues: [{ path: 'password', message: 'must not be your name or email' }],
    });
  });

  it('gets a new password, which ends its other sessions and no one else’s', async () => {
    const [ada, bob] = [await newPerson(), await newPerson()];
    const other = await signedIn(ada.email);
    await send(update, { input: { displayName: 'Ada' } }, bearer(ada.token));
    expect(await isGood(other.accessToken)).toBe(true);
    const changed = 'another horse battery';
    expect(await send(update, { input: { password: changed } }, bearer(ada.token))).toMatchObject({ email: ada.email });
    expect([await isGood(ada.token), await isGood(other.accessToken), await isGood(bob.token)]).toEqual([
      true,
      false,
      true,
    ]);
    expect(await send(refresh, { token: other.refreshToken })).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await send(refresh, { token: ada.refreshToken })).toMatchObject({ __typename: 'Credentials' });
    expect(await send(signIn, { input: { login: ada.email, password } })).toMatchObject({ code: 'UNAUTHENTICATED' });
    const again = await send(signIn, { input: { login: ada.email, password: changed } });
    expect(again).toMatchObject({ __typename: 'Credentials' });
  });

  it('keeps password and sessions when another change in the same request is refused', async () => {
    const [ada, bob] = [await newPerson(), await newPerson()];
    const other = await signedIn(ada.email);
    const input = { email: bob.email, password: 'another horse battery' };
    expect(await send(update, { input }, bearer(ada.token))).toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(await isGood(other.accessToken)).toBe(true);
    expect((await signedIn(ada.email)).user.databaseId).toBe(ada.userId);
  });

  it('closes the sockets of the sessions that a new password ends', async () => {
    const ada = await newPerson();
    const other = await signedIn(ada.email);
    const elsewhere = callerWith(app, { userId: ada.userId, token: other.accessToken, refreshToken: '' });
    const events = elsewhere.follow('subscription { myEvents { userSeq } }');
    const ended = events.next().then(
      () => 'ended',
      () => 'closed',
    );
    await send(update, { input: { password: 'another horse battery' } }, bearer(ada.token));
    expect(await ended).toBe('closed');
    await elsewhere.close();
  });
});

describe('a user by id', () => {
  const query = `query ($id: UUID!) { r: user(id: $id) { ${account} } }`;

  it('is found by admins; what is not there is NOT_FOUND', async () => {
    const [root, ada] = [await newPerson('ADMIN'), await newPerson()];
    const answer = await root.ask(query, { id: ada.userId });
    expect(answer.data?.r).toMatchObject({ databaseId: ada.userId, email: ada.email, role: 'USER' });
    const none = await root.ask(query, { id: randomUUID() });
    expect(none.errors).toMatchObject([{ message: 'User not found', extensions: { code: 'NOT_FOUND' } }]);
    expect(none.data).toEqual({ r: null });
  });

  it('is forbidden to everybody else, whoever it is', async () => {
    const [ada, bob] = [await newPerson(), await newPerson()];
    for (const id of [ada.userId, bob.userId, randomUUID()]) {
      const answer = await ada.ask(query, { id });
      expect(answer).toMatchObject({ data: { r: null }, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    }
    const nobody = await ask(app, query, { id: ada.userId });
    expect(nobody.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

describe('the list of sessions', () => {
  const list = `{ r: me { sessions(first: 100) { totalCount nodes { databaseId deviceName deviceType ipAddress isCurrent
    createdAt lastUsedAt } } } }`;
  const form = z.object({
    sessions: z.object({
      totalCount: z.number(),
      nodes: z.array(
        z.object({
          databaseId: z.string(),
          deviceName: z.string().nullable(),
          deviceType: z.enum(['MOBILE', 'TABLET', 'DESKTOP']),
          ipAddress: z.string().nullable(),
          isCurrent: z.boolean(),
          createdAt: z.iso.datetime(),
          lastUsedAt: z.iso.datetime(),
        }),
      ),
    }),
  });
  const sessionsOf = async (caller: Pick<Caller, 'get'>) => (await caller.get(form, list)).sessions;

  it('says all there is to say of each, and how many there are', async () => {
    const ada = await newPerson();
    await signedIn(ada.email);
    await signedIn(ada.email, { audience: 'PHASE2' });
    const sessions = await sessionsOf(ada);
    expect(sessions.totalCount).toBe(3);
    expect(sessions.nodes.map(({ isCurrent }) => isCurrent)).toEqual([false, false, true]);
  });

  it('moves when a session is used, at most once a minute', async () => {
    const ada = await newPerson();
    const { pool } = app.app.database;
    const age = (seconds: number) =>
      pool.query(
        `UPDATE "Session" SET "lastUsedAt" = date_trunc('second', now()) - make_interval(secs => $2) WHERE "userId" = $1`,
        [ada.userId, seconds],
      );
    const lastUsed = async () => new Date((await sessionsOf(ada)).nodes[0]?.lastUsedAt ?? '').getTime();
    await age(55);
    const recent = await lastUsed();
    expect(Date.now() - recent).toBeGreaterThan(50_000);
    expect(await lastUsed()).toBe(recent);
    await age(65);
    const moved = await Promise.all(Array.from({ length: 10 }, lastUsed));
    expect(Math.max(...moved)).toBeGreaterThan(Date.now() - 20_000);
    expect(await lastUsed()).toBe(Math.max(...moved));
  });
});

describe('items by page number', () => {
  const query = `query ($first: Int, $offset: Int, $after: String, $last: Int) {
    r: items(first: $first, offset: $offset, after: $after, last: $last) { totalCount nodes { title } pageInfo { endCursor hasNextPage } } }`;
  const page = z.object({
    totalCount: z.number(),
    nodes: z.array(z.object({ title: z.string() })),
    pageInfo: z.object({ endCursor: z.string().nullable(), hasNextPage: z.boolean() }),
  });
  let ada: Caller;
  const titles = async (variables: Record<string, unknown>) => {
    const { nodes, totalCount } = await ada.get(page, query, variables);
    expect(totalCount).toBe(7);
    return nodes.map(({ title }) => title).join('');
  };

  beforeAll(async () => {
    ada = await newCaller(app);
    // Newest first: g f e d c b a.
    for (const title of 'abcdefg') {
      await app.app.database.prisma.item.create({ data: { ownerId: ada.userId, title } });
    }
  });

  it('are the same as one after the other', async () => {
    expect(await titles({ first: 3 })).toBe('gfe');
    expect(await titles({ first: 3, offset: 0 })).toBe('gfe');
    expect(await titles({ first: 3, offset: 3 })).toBe('dcb');
    expect(await titles({ first: 3, offset: 6 })).toBe('a');
    expect(await titles({ first: 3, offset: 7 })).toBe('');
    expect(await titles({ first: 3, offset: 10_000_000 })).toBe('');
    expect(await titles({ first: 3, offset: null })).toBe('gfe');
  });

  it('have cursors to go on from, and count from a cursor', async () => {
    const { pageInfo } = await ada.get(page, query, { first: 2, offset: 1 });
    expect(pageInfo.hasNextPage).toBe(true);
    expect(await titles({ first: 2, after: pageInfo.endCursor })).toBe('dc');
    expect(await titles({ first: 2, after: pageInfo.endCursor, offset: 1 })).toBe('cb');
    expect((await ada.get(page, query, { first: 3, offset: 4 })).pageInfo.hasNextPage).toBe(false);
  });

  it.each([
    [{ first: 3, offset: -1 }, 'offset: must not be negative'],
    [{ first: 3, offset: 10_000_001 }, 'offset: must be at most 10000000; go on with a cursor instead'],
    [{ last: 3, offset: 1 }, 'offset: goes with first, not with last or before'],
  ])('refuse %j', async (variables, message) => {
    const answer = await ada.ask(query, variables);
    expect(answer.errors).toMatchObject([{ message, extensions: { code: 'VALIDATION_ERROR' } }]);
  });

  it('cost the same statements as any page', async () => {
    const cost = async (variables: Record<string, unknown>) => {
      app.statements();
      await ada.get(page, query, variables);
      return app.statements().length;
    };
    const plain = await cost({ first: 3 });
    expect([await cost({ first: 3, offset: 2 }), await cost({ first: 7, offset: 0 })]).toEqual([plain, plain]);
  });
});
