import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { beginGitHubSignIn, finishGitHubSignIn } from '../src/auth/service.ts';
import { type TestApp, testApp } from './app.ts';
import { FakeGitHub } from './fakes/github.ts';
import { readDescription } from './fakes/github-description.ts';
import type { FakeUser } from './fakes/github-objects.ts';
import { ask, type Caller, callerWith, newCaller } from './story.ts';
import { everythingStored } from './tables.ts';

const refusal = '... on Error { code message } ... on ExternalServiceError { retryable retryAt }';
const begin = `mutation ($connect: Boolean! = false) { r: beginGitHubSignIn(connect: $connect) { __typename
  ... on GitHubSignIn { redirectUrl state } ${refusal} ... on NotConfiguredError { code } } }`;
const finish = `mutation ($code: String!, $state: String!) { r: finishGitHubSignIn(code: $code, state: $state) {
  __typename ... on Credentials { accessToken refreshToken user { databaseId email username displayName
  github { githubId login name avatarUrl connectedAt } } } ${refusal} } }`;
const connect = `mutation ($code: String!, $state: String) { r: connectGitHub(code: $code, state: $state) {
  __typename ... on GitHubAccount { githubId login } ${refusal} } }`;
const disconnect = `mutation { r: disconnectGitHub { __typename ... on User { databaseId github { login } } ${refusal} } }`;
const me = '{ me { databaseId email username github { login } } }';

const begun = z.object({ redirectUrl: z.string(), state: z.string() });
const signedIn = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  user: z.object({
    databaseId: z.string(),
    email: z.string(),
    username: z.string(),
    displayName: z.string().nullable(),
    github: z.object({ githubId: z.string(), login: z.string() }).nullable(),
  }),
});
const person = z.object({ databaseId: z.string(), email: z.string(), username: z.string() });

let github: FakeGitHub;
let app: TestApp;
beforeAll(async () => {
  github = await FakeGitHub.start();
  app = await testApp({}, github.settings);
});
afterAll(async () => {
  await app.close();
  await github.close();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const newLogin = () => `u${randomUUID().slice(0, 8)}`;
const asked = (line: RegExp) => github.seen.filter(({ method, path }) => line.test(`${method} ${path}`)).length;

/** Opens a page of GitHub's as somebody signed in there; gives what the browser is sent back with. */
async function atGitHub(user: FakeUser, redirectUrl: string): Promise<{ code: string; state: string }> {
  github.atBrowser = user;
  const response = await fetch(redirectUrl, { redirect: 'manual' });
  const { searchParams } = new URL(response.headers.get('location') ?? '');
  return { code: searchParams.get('code') ?? '', state: searchParams.get('state') ?? '' };
}

async function beginning(by?: Caller): Promise<z.infer<typeof begun>> {
  const answer = by === undefined ? await ask(app, begin) : await by.ask(begin, { connect: true });
  return begun.parse(answer.data?.r);
}

async function signIn(user: FakeUser): Promise<z.infer<typeof signedIn>> {
  const back = await atGitHub(user, (await beginning()).redirectUrl);
  return signedIn.parse((await ask(app, finish, back)).data?.r);
}

describe('sign-in with GitHub', () => {
  it('makes an account with the verified email, finds it again, and keeps the token encrypted only', async () => {
    const ada = github.addUser('Ada-L', { email: 'ada@lovelace.example', name: 'Ada Lovelace' });
    const { redirectUrl, state } = await beginning();
    const url = new URL(redirectUrl);
    expect(url.origin + url.pathname).toBe(`${github.origin}/login/oauth/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: github.client.id,
      scope: 'read:user user:email repo',
      state,
    });
    const back = await atGitHub(ada, redirectUrl);
    expect(back.state).toBe(state);
    const made = signedIn.parse((await ask(app, finish, back)).data?.r);
    expect(made.user).toMatchObject({ email: 'ada@lovelace.example', username: 'ada-l', displayName: 'Ada Lovelace' });
    // Whoever has just signed in sees what is their own.
    expect(made.user.github).toEqual({ githubId: String(ada.id), login: 'Ada-L' });
    const own = await ask(
      app,
      '{ me { github { githubId login name avatarUrl connectedAt } } }',
      {},
      bearer(made.accessToken),
    );
    expect(own.data?.me).toMatchObject({ github: { githubId: String(ada.id), login: 'Ada-L', name: 'Ada Lovelace' } });
    expect((await signIn(ada)).user.databaseId).toBe(made.user.databaseId);
    const row = await app.app.database.prisma.gitHubConnection.findUniqueOrThrow({
      where: { userId: made.user.databaseId },
    });
    expect(row.encryptedToken?.byteLength).toBeGreaterThan(40);
    expect(await everythingStored(app)).not.toMatch(/gho_\w/);
    expect(await everythingStored(app)).not.toContain(state);
  });

  it('says which settings are missing', async () => {
    const bare = await app.another({}, { GITHUB_CLIENT_ID: '', GITHUB_CLIENT_SECRET: '' });
    const message = 'Sign-in with GitHub is not configured: set GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET';
    expect((await ask(bare, begin)).data?.r).toMatchObject({ code: 'NOT_CONFIGURED', message });
    expect((await ask(bare, finish, { code: 'c', state: 's' })).data?.r).toMatchObject({ code: 'NOT_CONFIGURED' });
    await bare.close();
  });

  it('takes a state once, within ten minutes, and none that it did not give out', async () => {
    const user = github.addUser(newLogin());
    const back = await atGitHub(user, (await beginning()).redirectUrl);
    const finished = await Promise.all([1, 2, 3, 4].map(() => ask(app, finish, back)));
    expect(finished.filter(({ data }) => signedIn.safeParse(data?.r).success)).toHaveLength(1);
    const fresh = await atGitHub(user, (await beginning()).redirectUrl);
    const old = await atGitHub(user, (await beginning()).redirectUrl);
    await app.app.database.pool.query(
      `UPDATE "OAuthState" SET "createdAt" = now() - interval '11 minutes'
      WHERE "hash" = sha256(convert_to($1, 'UTF8'))`,
      [old.state.split('~')[0]],
    );
    const exchanges = asked(/access_token/);
    for (const state of [
      back.state,
      old.state,
      `${fresh.state}x`,
      fresh.state.replace(/^./, '#'),
      '~',
      'a.b~c',
      randomUUID(),
    ]) {
      const answer = await ask(app, finish, { code: fresh.code, state });
      expect(answer.data?.r).toMatchObject({ __typename: 'UnauthenticatedError', code: 'STATE_INVALID' });
    }
    expect(asked(/access_token/)).toBe(exchanges);
    expect(signedIn.safeParse((await ask(app, finish, fresh)).data?.r).success).toBe(true);
  });

  it('bound to a browser is finished in no other, and a route can insist on that', async () => {
    const user = github.addUser(newLogin());
    const { redirectUrl, browser } = await beginGitHubSignIn(app.app, { browser: null });
    const back = await atGitHub(user, redirectUrl);
    const stranger = (await beginGitHubSignIn(app.app, { browser: null })).browser ?? '';
    for (const other of [undefined, stranger, '']) {
      await expect(finishGitHubSignIn(app.app, {}, { ...back, browser: other })).rejects.toMatchObject({
        code: 'STATE_INVALID',
      });
    }
    const done = await finishGitHubSignIn(app.app, {}, { ...back, browser: browser ?? '', mustBeBound: true });
    expect(done.user.username).toBe(user.login);
    const unbound = await atGitHub(user, (await beginGitHubSignIn(app.app)).redirectUrl);
    const insisting = finishGitHubSignIn(app.app, {}, { ...unbound, mustBeBound: true, browser: browser ?? '' });
    await expect(insisting).rejects.toMatchObject({ code: 'STATE_INVALID' });
  });

  it('refuses a bad code in the same words, and an application GitHub does not know', async () => {
    const answer = await ask(app, finish, { code: 'wrong', state: (await beginning()).state });
    expect(answer.data?.r).toMatchObject({ __typename: 'UnauthenticatedError', code: 'UNAUTHENTICATED' });
    const wrong = await app.another({}, { GITHUB_CLIENT_SECRET: 'wrong' });
    const back = await atGitHub(github.addUser(newLogin()), (await beginning()).redirectUrl);
    expect((await ask(wrong, finish, back)).data?.r).toMatchObject({ code: 'GITHUB_MISCONFIGURED', retryable: false });
    await wrong.close();
  });

  it('takes over no account by its email, verified or not', async () => {
    const email = `${newLogin()}@example.com`;
    const password = 'correct horse battery';
    await ask(app, 'mutation ($input: SignUpInput!) { signUp(input: $input) { __typename } }', {
      input: { email, password },
    });
    const verified = await atGitHub(github.addUser(newLogin(), { email }), (await beginning()).redirectUrl);
    expect((await ask(app, finish, verified)).data?.r).toMatchObject({
      __typename: 'ConflictError',
      code: 'EMAIL_TAKEN',
    });
    const claims = github.addUser(newLogin(), { email, verified: false });
    const made = await signIn(claims);
    expect(made.user.email).toBe(`${claims.id}+${claims.login}@users.noreply.github.com`);
    expect(await app.app.database.prisma.oAuthIdentity.count({ where: { user: { email } } })).toBe(0);
  });

  it('makes nobody when registration is switched off, and lets no deactivated account in', async () => {
    const user = github.addUser(newLogin());
    const closed = await app.another({}, { REGISTRATION_ENABLED: 'false' });
    const back = await atGitHub(user, (await beginning()).redirectUrl);
    expect((await ask(closed, finish, back)).data?.r).toMatchObject({ code: 'REGISTRATION_DISABLED' });
    await closed.close();
    const { databaseId: id } = (await signIn(user)).user;
    await app.app.database.prisma.user.update({ where: { id }, data: { isActive: false } });
    const again = await atGitHub(user, (await beginning()).redirectUrl);
    expect((await ask(app, finish, again)).data?.r).toMatchObject({ code: 'ACCOUNT_DEACTIVATED' });
  });
});

describe('an attached GitHub account', () => {
  it('is one of each: nobody else’s, and no second one', async () => {
    const [ada, bob] = [await newCaller(app), await newCaller(app)];
    const user = github.addUser(newLogin());
    const back = await atGitHub(user, (await beginning(ada)).redirectUrl);
    expect((await ada.ask(connect, back)).data?.r).toMatchObject({ githubId: String(user.id), login: user.login });
    const same = await atGitHub(user, (await beginning(ada)).redirectUrl);
    expect((await ada.ask(connect, same)).data?.r).toMatchObject({ login: user.login });
    const second = await atGitHub(github.addUser(newLogin()), (await beginning(ada)).redirectUrl);
    expect((await ada.ask(connect, second)).data?.r).toMatchObject({ code: 'GITHUB_ALREADY_CONNECTED' });
    const theirs = await atGitHub(user, (await beginning(bob)).redirectUrl);
    expect((await bob.ask(connect, theirs)).data?.r).toMatchObject({ code: 'GITHUB_ACCOUNT_TAKEN' });
    expect((await signIn(user)).user.databaseId).toBe(ada.userId);
  });

  it('is attached only by who began it, and never by a state for signing in', async () => {
    const [ada, mallory] = [await newCaller(app), await newCaller(app)];
    const user = github.addUser(newLogin());
    const mallorys = await atGitHub(user, (await beginning(mallory)).redirectUrl);
    const forSignIn = await atGitHub(user, (await beginning()).redirectUrl);
    const forConnect = await atGitHub(user, (await beginning(mallory)).redirectUrl);
    expect((await ada.ask(connect, mallorys)).data?.r).toMatchObject({ code: 'STATE_INVALID' });
    expect((await ada.ask(connect, forSignIn)).data?.r).toMatchObject({ code: 'STATE_INVALID' });
    expect((await ask(app, finish, forConnect)).data?.r).toMatchObject({ code: 'STATE_INVALID' });
    expect(await app.app.database.prisma.gitHubConnection.count({ where: { githubId: user.id } })).toBe(0);
    const anonymous = await ask(app, begin, { connect: true });
    expect(anonymous.data?.r).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('is forgotten with its token when it is disconnected, and signs in no more unless nothing else can', async () => {
    const ada = await newCaller(app);
    const user = github.addUser(newLogin());
    const { code } = await atGitHub(user, (await beginning(ada)).redirectUrl);
    expect((await ada.ask(connect, { code })).data?.r).toMatchObject({ login: user.login });
    expect((await ada.ask(me)).data?.me).toMatchObject({ github: { login: user.login } });
    expect((await ada.ask(disconnect)).data?.r).toMatchObject({ databaseId: ada.userId, github: null });
    const { prisma } = app.app.database;
    expect(await prisma.gitHubConnection.count({ where: { userId: ada.userId } })).toBe(0);
    expect(await prisma.oAuthIdentity.count({ where: { userId: ada.userId } })).toBe(0);
    expect((await ada.ask(disconnect)).data?.r).toMatchObject({ code: 'NOT_FOUND' });
    const only = await signIn(github.addUser(newLogin()));
    const theirs = callerWith(app, { userId: only.user.databaseId, token: only.accessToken, refreshToken: '' });
    expect((await theirs.ask(disconnect)).data?.r).toMatchObject({ github: null });
    expect(await prisma.oAuthIdentity.count({ where: { userId: only.user.databaseId } })).toBe(1);
    expect(await prisma.gitHubConnection.count({ where: { userId: only.user.databaseId } })).toBe(0);
  });

  it('is shown to nobody else, admins neither', async () => {
    const root = await newCaller(app, 'ADMIN');
    const made = await signIn(github.addUser(newLogin()));
    const seen = await root.ask('query ($id: UUID!) { user(id: $id) { databaseId github { login } } }', {
      id: made.user.databaseId,
    });
    expect(seen.data?.user).toEqual({ databaseId: made.user.databaseId, github: null });
  });
});

describe('a GitHub token as Bearer', () => {
  const whoIs = async (token: string, at = app) => ask(at, me, {}, bearer(token));
  const age = (minutes: number) =>
    app.app.database.pool.query(`UPDATE "GitHubToken" SET "checkedAt" = now() - make_interval(mins => $1)`, [minutes]);

  it('makes one user of 20 first requests at once, by one question to GitHub, and stores only a hash', async () => {
    const user = github.addUser(newLogin());
    const token = github.addToken(user);
    const before = asked(/GET \/api\/v3\/user$/);
    const answers = await Promise.all(Array.from({ length: 20 }, () => whoIs(token)));
    const ids = new Set(answers.map(({ data }) => person.parse(data?.me).databaseId));
    expect(ids.size).toBe(1);
    expect(asked(/GET \/api\/v3\/user$/)).toBe(before + 1);
    expect((await whoIs(token)).data?.me).toMatchObject({ username: user.login });
    expect(asked(/GET \/api\/v3\/user$/)).toBe(before + 1);
    expect(await app.app.database.prisma.oAuthIdentity.count({ where: { subject: String(user.id) } })).toBe(1);
    expect(await everythingStored(app)).not.toContain(token);
    expect((await signIn(user)).user.databaseId).toBe([...ids][0]);
  });

  it('makes one user of first requests to several processes by several tokens', async () => {
    const user = github.addUser(newLogin());
    const other = await app.another();
    const tokens = Array.from({ length: 6 }, () => github.addToken(user));
    const answers = await Promise.all(tokens.map((token, n) => whoIs(token, n % 2 === 0 ? app : other)));
    expect(new Set(answers.map(({ data }) => person.parse(data?.me).databaseId)).size).toBe(1);
    await other.close();
  });

  it('is asked for again after ten minutes, at no cost to the rate limit, and refused then when it was revoked', async () => {
    const token = github.addToken(github.addUser(newLogin()));
    const { databaseId } = person.parse((await whoIs(token)).data?.me);
    await age(11);
    expect((await whoIs(token)).data?.me).toMatchObject({ databaseId });
    expect(github.replies.at(-1)).toMatchObject({ path: '/user', status: 304 });
    github.revoke(token);
    expect((await whoIs(token)).data?.me).toMatchObject({ databaseId });
    await age(11);
    const refused = { code: 'UNAUTHENTICATED' };
    expect((await whoIs(token)).errors?.[0]?.extensions).toMatchObject(refused);
    const questions = asked(/GET \/api\/v3\/user$/);
    expect((await whoIs(token)).errors?.[0]?.extensions).toMatchObject(refused);
    expect(asked(/GET \/api\/v3\/user$/)).toBe(questions);
  });

  it.each([
    ['classic', `ghp_${'a'.repeat(36)}`],
    ['OAuth', `gho_${'b'.repeat(36)}`],
    ['of an app for a user', `ghu_${'c'.repeat(36)}`],
    ['of an installation', `ghs_${'d'.repeat(36)}`],
    ['fine-grained', `github_pat_${'e'.repeat(22)}_${'f'.repeat(59)}`],
    ['of before 2021', '0123456789abcdef0123456789abcdef01234567'],
  ])('is known by its form: %s', async (_what, token) => {
    const user = github.addUser(newLogin());
    github.addToken(user, { token });
    expect((await whoIs(token)).data?.me).toMatchObject({ username: user.login });
  });

  it('is not for what GitHub never gave out', async () => {
    const answer = await whoIs(`ghp_${'0'.repeat(36)}`);
    expect(answer.errors?.[0]).toMatchObject({
      message: 'GitHub does not accept this token: it is wrong, revoked or expired, or no person has it',
      extensions: { code: 'UNAUTHENTICATED' },
    });
    const seen = github.seen.length;
    for (const form of ['ghp_short', `ghx_${'a'.repeat(36)}`, 'f'.repeat(39)]) {
      expect((await whoIs(form)).errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    expect(github.seen.length).toBe(seen);
  });

  it('says that GitHub is away or its limit used up, which is not the token’s fault', async () => {
    const token = github.addToken(github.addUser(newLogin()));
    for (const limit of ['primary', 'secondary'] as const) {
      github.limit = limit;
      const { extensions } = (await whoIs(token)).errors?.[0] ?? {};
      expect(extensions).toMatchObject({ code: 'GITHUB_RATE_LIMITED', retryable: true });
      const { retryAfter } = z.object({ retryAfter: z.number(), resetAt: z.iso.datetime() }).parse(extensions);
      expect(retryAfter).toBeGreaterThan(50);
      expect(retryAfter).toBeLessThanOrEqual(1201);
    }
    github.limit = null;
    const away = await app.another({}, { GITHUB_API_URL: 'http://127.0.0.1:1' });
    expect((await whoIs(token, away)).errors?.[0]?.extensions).toMatchObject({
      code: 'GITHUB_UNREACHABLE',
      retryable: true,
    });
    await away.close();
    expect((await whoIs(token)).data?.me).not.toBeNull();
  });

  it('of a deactivated account is refused', async () => {
    const token = github.addToken(github.addUser(newLogin()));
    const { databaseId: id } = person.parse((await whoIs(token)).data?.me);
    await app.app.database.prisma.user.update({ where: { id }, data: { isActive: false } });
    expect((await whoIs(token)).errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('keeps a socket open only while it is good', async () => {
    const token = github.addToken(github.addUser(newLogin()));
    const { databaseId: userId } = person.parse((await whoIs(token)).data?.me);
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { token } }));
    expect(String(await once(socket, 'message'))).toContain('connection_ack');
    const closed = once(socket, 'close');
    github.revoke(token);
    await age(11);
    const { hash } = await app.app.database.prisma.gitHubToken.findFirstOrThrow({ where: { userId } });
    app.app.wakeUps.publish([`session:${Buffer.from(hash).toString('hex')}`]);
    expect((await closed)[0]).toBe(4403);
  });
});

describe('the fake', () => {
  it('has said nothing that GitHub would not', () => {
    const { faultOf } = readDescription();
    const faults = new Set(github.replies.map((reply) => faultOf(reply)));
    expect([...faults]).toEqual([null]);
  });
});
