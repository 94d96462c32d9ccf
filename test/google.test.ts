import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { beginGoogleSignIn, finishGoogleSignIn } from '../src/auth/service.ts';
import { readConfig } from '../src/platform/config.ts';
import { type TestApp, testApp } from './app.ts';
import { type FakeProvider, openidProvider, type ProviderAccount } from './fakes/openid-provider.ts';
import { ask } from './story.ts';

const backend = 'http://millwright.test';
const callback = `${backend}/api/v1/oauth/google/callback`;
const password = 'correct horse battery';
const phone = { userAgent: 'Mozilla/5.0 (iPhone) Mobile', ipAddress: '203.0.113.7' };

let provider: FakeProvider;
let app: TestApp;
beforeAll(async () => {
  provider = await openidProvider({ redirectUris: [callback] });
  app = await testApp({}, settingsFor(provider));
});
afterAll(async () => {
  await app.close();
  await provider.close();
});
beforeEach(() => {
  provider.state = 'up';
});

function settingsFor({ issuer, client }: FakeProvider) {
  return {
    GOOGLE_ISSUER: issuer,
    GOOGLE_CLIENT_ID: client.id,
    GOOGLE_CLIENT_SECRET: client.secret,
    BACKEND_BASE_URL: backend,
  };
}

/** Somebody with a verified address of their own. */
function somebody(more: Partial<ProviderAccount> = {}): ProviderAccount & { email: string } {
  const name = `g${randomUUID().slice(0, 8)}`;
  return { sub: randomUUID(), email: `${name}@example.com`, email_verified: true, name: 'Grace Hopper', ...more };
}

/** Goes to the provider and back; `detour` may change the address the browser opens there. */
async function visit(account: ProviderAccount | null, detour = (url: URL) => url, at = app) {
  provider.account = account;
  const { redirectUrl, cookie } = await beginGoogleSignIn(at.app, { origin: 'http://ignored.test' });
  const callbackUrl = await provider.browse(detour(new URL(redirectUrl)).href);
  return { callbackUrl, browser: cookie.value };
}

async function signIn(account: ProviderAccount | null, at = app) {
  return finishGoogleSignIn(at.app, phone, await visit(account, undefined, at));
}

/** The code that a sign-in is refused with. */
async function refusal(finished: Promise<unknown>): Promise<unknown> {
  const refused: unknown = await finished.then(
    () => 'signed in',
    (error: unknown) => error,
  );
  return refused instanceof Error && 'code' in refused ? refused.code : refused;
}

const users = () => app.app.database.prisma.user;
const changing = (name: string, value: string) => (url: URL) => {
  url.searchParams.set(name, value);
  return url;
};

describe('a sign-in with Google', () => {
  it('makes an account at first, with the name from the email and the picture, and signs it in', async () => {
    const account = somebody({ picture: 'https://example.com/grace.png' });
    const { accessToken, userId, sessionId } = await signIn(account);
    const query = `{ me { databaseId email username displayName avatarUrl role
      sessions { nodes { databaseId deviceType ipAddress } } } }`;
    const answer = await ask(app, query, {}, { authorization: `Bearer ${accessToken}` });
    expect(answer.data?.me).toEqual({
      databaseId: userId,
      email: account.email,
      username: account.email.split('@')[0],
      displayName: 'Grace Hopper',
      avatarUrl: 'https://example.com/grace.png',
      role: 'USER',
      sessions: { nodes: [{ databaseId: sessionId, deviceType: 'MOBILE', ipAddress: '203.0.113.7' }] },
    });
    expect((await users().findUniqueOrThrow({ where: { id: userId } })).passwordHash).toBeNull();
  });

  it('finds the same account again by its id there, whatever has become of the email', async () => {
    const account = somebody();
    const { userId } = await signIn(account);
    const later = [account, { ...account, email: 'moved@example.com' }, { ...account, email_verified: false }];
    for (const again of later) expect((await signIn(again)).userId).toBe(userId);
    expect((await users().findUniqueOrThrow({ where: { id: userId } })).email).toBe(account.email);
  });

  it('does not join an account that was registered with the email, in whatever case: its owner was never asked', async () => {
    const account = somebody();
    const input = { email: account.email, password };
    await ask(app, 'mutation ($input: SignUpInput!) { signUp(input: $input) { __typename } }', { input });
    expect(await refusal(signIn({ ...account, email: account.email.toUpperCase() }))).toBe('EMAIL_TAKEN');
    expect(await app.app.database.prisma.oAuthIdentity.count({ where: { subject: account.sub } })).toBe(0);
    const answer = await ask(app, 'mutation ($input: SignInInput!) { r: signIn(input: $input) { __typename } }', {
      input: { login: account.email, password },
    });
    expect(answer.data?.r).toEqual({ __typename: 'Credentials' });
  });

  it.each([
    ['is not verified', { email_verified: false }],
    ['is no address', { email: 'nonsense' }],
    ['is not there', { email: '' }],
  ])('joins and makes no account by an email that %s', async (_what, flaw) => {
    const present = somebody();
    await users().create({ data: { email: present.email, username: present.sub } });
    const before = await users().count();
    for (const email of [present.email, somebody().email]) {
      expect(await refusal(signIn(somebody({ email, ...flaw })))).toBe('EMAIL_NOT_VERIFIED');
    }
    const { email_verified: _, ...unsaid } = present;
    expect(await refusal(signIn({ ...unsaid, sub: randomUUID() }))).toBe('EMAIL_NOT_VERIFIED');
    expect(await users().count()).toBe(before);
    expect(await app.app.database.prisma.oAuthIdentity.count({ where: { user: { email: present.email } } })).toBe(0);
  });

  it('does not give an account to another person there who has got its email', async () => {
    const account = somebody();
    await signIn(account);
    expect(await refusal(signIn({ ...account, sub: randomUUID() }))).toBe('EMAIL_TAKEN');
  });

  it('is refused to a deactivated account', async () => {
    const known = somebody();
    const { userId } = await signIn(known);
    await users().update({ where: { id: userId }, data: { isActive: false } });
    expect(await refusal(signIn(known))).toBe('ACCOUNT_DEACTIVATED');
  });

  it('makes no account while registration is switched off, but lets known people in', async () => {
    const [known, stranger] = [somebody(), somebody()];
    const { userId } = await signIn(known);
    const closed = await app.another({}, { REGISTRATION_ENABLED: 'false' });
    expect(await refusal(signIn(stranger, closed))).toBe('REGISTRATION_DISABLED');
    expect((await signIn(known, closed)).userId).toBe(userId);
    await closed.close();
  });

  it('makes one account when ten tabs finish at once', async () => {
    const account = somebody();
    const visits = [];
    for (let tab = 0; tab < 10; tab += 1) visits.push(await visit(account));
    const finished = await Promise.all(visits.map((one) => finishGoogleSignIn(app.app, {}, one)));
    expect(new Set(finished.map(({ userId }) => userId)).size).toBe(1);
    expect(await users().count({ where: { email: { startsWith: account.email.split('@')[0] ?? '' } } })).toBe(1);
  });

  it('takes a profile as it comes: control characters, a name too long, a picture that is none', async () => {
    const account = somebody({ name: ` \u0000\n${'N'.repeat(300)}`, picture: 'javascript:alert(1)' });
    const { userId } = await signIn(account);
    const user = await users().findUniqueOrThrow({ where: { id: userId } });
    expect(user).toMatchObject({ displayName: 'N'.repeat(100), avatarUrl: null });
  });
});

describe('the way to Google and back', () => {
  it('uses a code with PKCE S256, state and nonce, each new every time', async () => {
    const begun = await Promise.all([1, 2].map(() => beginGoogleSignIn(app.app, { origin: 'http://ignored.test' })));
    const [first, second] = begun.map(({ redirectUrl }) => Object.fromEntries(new URL(redirectUrl).searchParams));
    expect(first).toMatchObject({
      client_id: provider.client.id,
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid email profile',
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(first?.[name]).toMatch(/^[\w.-]{43,}$/);
      expect(first?.[name]).not.toBe(second?.[name]);
    }
    const { rows } = await app.app.database.pool.query('SELECT s::text FROM "OAuthState" s');
    const kept = JSON.stringify(rows);
    expect(kept).toContain(first?.nonce);
    expect(kept).not.toContain(first?.state);
  });

  it('comes back to the address the request came by when this server has no public one', async () => {
    const { BACKEND_BASE_URL: _, ...settings } = settingsFor(provider);
    const local = await testApp({}, settings);
    const { redirectUrl } = await beginGoogleSignIn(local.app, { origin: 'http://127.0.0.1:8000' });
    const address = new URL(redirectUrl).searchParams.get('redirect_uri');
    expect(address).toBe('http://127.0.0.1:8000/api/v1/oauth/google/callback');
    expect(await refusal(beginGoogleSignIn(local.app, { origin: 'http://a b' }))).toBe('VALIDATION_ERROR');
    await local.close();
  });

  it('is bound to the browser by a cookie that tabs share and scripts cannot read', async () => {
    const { cookie } = await beginGoogleSignIn(app.app, { origin: backend });
    const options = { path: '/api/v1/oauth/google', httpOnly: true, sameSite: 'lax', maxAge: 600 };
    expect(cookie).toEqual({
      name: 'millwright_google',
      value: expect.stringMatching(/^[\w-]{43}$/),
      options: { ...options, secure: false },
    });
    const again = await beginGoogleSignIn(app.app, { origin: backend, browser: cookie.value });
    expect(again.cookie.value).toBe(cookie.value);
    const odd = await beginGoogleSignIn(app.app, { origin: backend, browser: 'chosen; by=somebody' });
    expect(odd.cookie.value).toMatch(/^[\w-]{43}$/);
    const safe = await app.another({}, { BACKEND_BASE_URL: 'https://millwright.test' });
    expect((await beginGoogleSignIn(safe.app, { origin: backend })).cookie.options.secure).toBe(true);
    await safe.close();
  });

  it('is gone once, and by a stranger’s browser not at all', async () => {
    const { callbackUrl, browser } = await visit(somebody());
    const finish = (cookie: string | undefined, url = callbackUrl) =>
      finishGoogleSignIn(app.app, {}, { callbackUrl: url, browser: cookie });
    const other = (await visit(somebody())).browser;
    for (const cookie of [undefined, '', other]) expect(await refusal(finish(cookie))).toBe('STATE_INVALID');
    for (const state of ['', 'made up', 'a.b', `${callbackUrl.searchParams.get('state')}x`]) {
      expect(await refusal(finish(browser, changing('state', state)(new URL(callbackUrl))))).toBe('STATE_INVALID');
    }
    expect((await finish(browser)).accessToken).toBeTruthy();
    expect(await refusal(finish(browser))).toBe('STATE_INVALID');
  });

  it('takes ten minutes at most, and what was begun before is forgotten', async () => {
    const age = (seconds: number) =>
      app.app.database.pool.query('UPDATE "OAuthState" SET "createdAt" = now() - make_interval(secs => $1)', [seconds]);
    const slow = await visit(somebody());
    await age(595);
    expect((await finishGoogleSignIn(app.app, {}, slow)).userId).toBeTruthy();
    const late = await visit(somebody());
    await age(601);
    expect(await refusal(finishGoogleSignIn(app.app, {}, late))).toBe('STATE_INVALID');
    await visit(somebody());
    await age(601);
    await visit(somebody());
    expect(await app.app.database.prisma.oAuthState.count()).toBe(1);
  });

  it('is declined there', async () => {
    expect(await refusal(signIn(null))).toBe('ACCESS_DENIED');
  });

  it.each([
    ['the nonce', 'nonce', 'n'.repeat(43)],
    ['the PKCE challenge', 'code_challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'],
  ])('fails when %s was exchanged on the way', async (_what, name, value) => {
    const visited = await visit(somebody(), changing(name, value));
    expect(await refusal(finishGoogleSignIn(app.app, {}, visited))).toBe('SIGN_IN_INVALID');
  });

  it.each([
    ['another code', 'code', 'made-up'],
    ['another issuer', 'iss', 'https://elsewhere.example.com'],
  ])('fails when it comes back with %s', async (_what, name, value) => {
    const { callbackUrl, browser } = await visit(somebody());
    const changed = { callbackUrl: changing(name, value)(callbackUrl), browser };
    expect(await refusal(finishGoogleSignIn(app.app, {}, changed))).toBe('SIGN_IN_INVALID');
  });

  it('fails when the token is not signed by the provider’s published keys', async () => {
    const fresh = await app.another();
    const visited = await visit(somebody(), undefined, fresh);
    provider.state = 'forging';
    expect(await refusal(finishGoogleSignIn(fresh.app, {}, visited))).toBe('SIGN_IN_INVALID');
    await fresh.close();
  });
});

describe('the provider', () => {
  it('is discovered once, and again after it could not be reached', async () => {
    const fresh = await app.another();
    const begin = () => beginGoogleSignIn(fresh.app, { origin: backend });
    provider.state = 'down';
    for (let n = 0; n < 2; n += 1) expect(await refusal(begin())).toBe('EXTERNAL_SERVICE_ERROR');
    provider.state = 'up';
    provider.requests();
    await Promise.all([begin(), begin(), begin()]);
    expect(provider.requests()).toEqual(['/.well-known/openid-configuration']);
    await fresh.close();
  });

  it.each(['down', 'failing'] as const)('is said to fail when it is %s, and a new try works', async (state) => {
    const visited = await visit(somebody());
    provider.state = state;
    expect(await refusal(finishGoogleSignIn(app.app, {}, visited))).toBe('EXTERNAL_SERVICE_ERROR');
    provider.state = 'up';
    expect((await signIn(somebody())).userId).toBeTruthy();
  });

  it('is said to fail when it does not know this server', async () => {
    const stranger = await app.another({}, { GOOGLE_CLIENT_SECRET: 'another secret' });
    expect(await refusal(signIn(somebody(), stranger))).toBe('EXTERNAL_SERVICE_ERROR');
    await stranger.close();
  });

  it('may give the email at its userinfo address only', async () => {
    const other = await openidProvider({ redirectUris: [callback], claimsInToken: false });
    const there = await app.another({}, settingsFor(other));
    const account = somebody();
    other.account = account;
    const { redirectUrl, cookie } = await beginGoogleSignIn(there.app, { origin: backend });
    const callbackUrl = await other.browse(redirectUrl);
    const { userId } = await finishGoogleSignIn(there.app, {}, { callbackUrl, browser: cookie.value });
    expect(other.requests()).toContain('/me');
    expect(await users().findUniqueOrThrow({ where: { id: userId } })).toMatchObject({ email: account.email });
    await there.close();
    await other.close();
  });

  it('must be configured: the refusal names what is missing', async () => {
    const bare = await testApp({}, { GOOGLE_CLIENT_ID: 'id' });
    await expect(beginGoogleSignIn(bare.app, { origin: backend })).rejects.toMatchObject({
      code: 'NOT_CONFIGURED',
      message: 'Google sign-in is not configured: set GOOGLE_CLIENT_SECRET',
      extensions: { settings: ['GOOGLE_CLIENT_SECRET'] },
    });
    const callbackUrl = new URL(`${callback}?state=s&code=c`);
    expect(await refusal(finishGoogleSignIn(bare.app, {}, { callbackUrl, browser: 'b' }))).toBe('NOT_CONFIGURED');
    await bare.close();
  });

  it('is spoken to without encryption on this machine only', () => {
    const issuer = (GOOGLE_ISSUER: string) => () => readConfig({ GOOGLE_ISSUER }, '/');
    for (const bad of ['http://accounts.example.com', 'http://192.168.0.1', 'http://127.0.0.1.example.com']) {
      expect(issuer(bad)).toThrow('GOOGLE_ISSUER: must be an https URL, or http on this machine');
    }
    for (const good of ['https://accounts.example.com', 'http://localhost:9000', 'http://[::1]:9000']) {
      expect(issuer(good)().GOOGLE_ISSUER).toBe(good);
    }
  });
});
