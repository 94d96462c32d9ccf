import { createHmac, randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../src/platform/config.ts';
import { type TestApp, testApp } from './app.ts';
import { type ClerkUser, type Departure, FakeClerk, newClerkKey } from './fakes/clerk.ts';
import { ask, newCaller } from './story.ts';

const signIn = `mutation ($token: String!) { r: signInWithClerk(token: $token) {
  __typename
  ... on Credentials { accessToken refreshToken sessionToken
    user { databaseId email username displayName avatarUrl role credits subscriptionTier github { login } } }
  ... on Error { code message } } }`;
const signedIn = z.object({
  __typename: z.literal('Credentials'),
  accessToken: z.string(),
  refreshToken: z.string(),
  sessionToken: z.string(),
  user: z.looseObject({ databaseId: z.uuid(), email: z.string() }),
});
const refused = z.object({ __typename: z.string(), code: z.string(), message: z.string() });
const day = 86_400;

let clerk: FakeClerk;
let app: TestApp;
beforeAll(async () => {
  clerk = await FakeClerk.start();
  app = await testApp({}, clerk.settings);
});
afterAll(async () => {
  await app.close();
  await clerk.close();
});
beforeEach(() => {
  clerk.state = 'up';
  clerk.seen.splice(0);
});

const answer = async (token: string, at = app) => (await ask(at, signIn, { token })).data?.r;
const enter = async (user: Pick<ClerkUser, 'id'>, departure: Departure = {}, at = app) =>
  signedIn.parse(await answer(await clerk.token(user, departure), at));
const refusal = async (token: string, at = app) => refused.parse(await answer(token, at)).code;
const usersAsked = () => clerk.seen.filter((path) => path.startsWith('/v1/users/')).length;
const users = () => app.app.database.prisma.user;
/** Sets the clock of this process; what the database says of time stays. */
const later = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });

describe('the first sign-in with Clerk', () => {
  it('makes the account by what the API says of the user, with 100 credits, and signs it in for seven days', async () => {
    const known = clerk.addUser({ email: `Ada.${randomUUID().slice(0, 6)}@Example.com` });
    const made = await enter(known);
    const email = known.email_addresses[1]?.email_address.toLowerCase() ?? '';
    expect(made.user).toEqual({
      databaseId: made.user.databaseId,
      email,
      username: email.split('@')[0],
      displayName: 'Ada Lovelace',
      avatarUrl: known.image_url,
      role: 'USER',
      credits: 100,
      subscriptionTier: 'FREE',
      github: null,
    });
    const { exp = 0, iat = 0, sub } = decodeJwt(made.accessToken);
    expect([exp - iat, sub]).toEqual([7 * day, made.user.databaseId]);
    const me = await ask(app, '{ me { email credits } }', {}, { authorization: `Bearer ${made.accessToken}` });
    expect(me.data?.me).toEqual({ email, credits: 100 });
    const ledger = await app.app.database.prisma.creditTransaction.findMany({
      where: { userId: made.user.databaseId },
    });
    expect(ledger).toMatchObject([{ type: 'BONUS', amount: 100, balanceAfter: 100 }]);
  });

  it('is found again by its id, without asking the API, whatever its email has become', async () => {
    const known = clerk.addUser();
    const first = await enter(known);
    expect(usersAsked()).toBe(1);
    clerk.users.set(known.id, { ...known, email_addresses: [], primary_email_address_id: null });
    const again = await enter(known);
    expect(again.user).toEqual(first.user);
    expect(usersAsked()).toBe(1);
  });

  it('takes a verified email out of the token and asks nobody', async () => {
    const email = `token-${randomUUID().slice(0, 8)}@example.com`;
    const stranger = { id: `user_${randomUUID()}` };
    const claims = {
      email: email.toUpperCase(),
      email_verified: true,
      name: 'Grace\u202e\n Hopper',
      picture: 'http://x.y',
    };
    expect((await enter(stranger, { claims })).user).toMatchObject({
      email,
      displayName: 'Grace Hopper',
      avatarUrl: null,
    });
    expect(usersAsked()).toBe(0);
  });

  it.each([[false], [null], ['false']])('trusts the API, not a token whose email_verified is %j', async (verified) => {
    const known = clerk.addUser();
    const claims = { email: `claimed-${randomUUID().slice(0, 8)}@example.com`, email_verified: verified };
    expect((await enter(known, { claims })).user.email).toBe(known.email_addresses[1]?.email_address);
  });

  it.each([
    ['has no email', { email: null }, 'EMAIL_NOT_VERIFIED'],
    ['has not verified its primary email', { verified: false }, 'EMAIL_NOT_VERIFIED'],
    ['is banned there', { banned: true }, 'ACCOUNT_DEACTIVATED'],
  ])('is refused for a user who %s', async (_what, user, code) => {
    const before = await users().count();
    expect(await refusal(await clerk.token(clerk.addUser(user)))).toBe(code);
    expect(await users().count()).toBe(before);
  });

  it('does not take over an account that has the email, nor say more of it than that', async () => {
    const ada = await newCaller(app);
    const { email } = await users().findUniqueOrThrow({ where: { id: ada.userId } });
    const token = await clerk.token(clerk.addUser({ email }));
    expect(refused.parse(await answer(token))).toEqual({
      __typename: 'ConflictError',
      code: 'EMAIL_TAKEN',
      message: 'An account with this email exists already; sign in to it',
    });
    expect(await app.app.database.prisma.oAuthIdentity.count({ where: { userId: ada.userId } })).toBe(0);
  });

  it('of one person in ten tabs at once makes one account', async () => {
    const known = clerk.addUser();
    const token = await clerk.token(known);
    const all = await Promise.all(Array.from({ length: 10 }, () => answer(token)));
    expect(new Set(all.map((one) => signedIn.parse(one).user.databaseId)).size).toBe(1);
  });

  it('is refused where registration is off; who is known comes in still', async () => {
    const known = clerk.addUser();
    await enter(known);
    const closed = await app.another({}, { REGISTRATION_ENABLED: 'false' });
    expect(await refusal(await clerk.token(clerk.addUser()), closed)).toBe('REGISTRATION_DISABLED');
    expect((await enter(known, {}, closed)).user.email).toBe(known.email_addresses[1]?.email_address);
    await closed.close();
  });

  it('is refused to a deactivated user', async () => {
    const known = clerk.addUser();
    const { user } = await enter(known);
    await users().update({ where: { id: user.databaseId }, data: { isActive: false } });
    expect(await refusal(await clerk.token(known))).toBe('ACCOUNT_DEACTIVATED');
  });
});

describe('a session token of Clerk', () => {
  const now = () => Math.floor(Date.now() / 1000);

  it.each([
    ['of another issuer', { claims: { iss: 'https://clerk.elsewhere.example' } }],
    ['without issuer', { claims: { iss: null } }],
    ['without subject', { claims: { sub: null } }],
    ['with a subject that is no text', { claims: { sub: 7 } }],
    ['without an end', { claims: { exp: null } }],
    ['of a sign-in that is not finished', { claims: { sts: 'pending' } }],
    ['that is the token of an OAuth application', { header: { typ: 'at+jwt' } }],
    ['of an unknown key', { header: { kid: 'ins_unknown' } }],
  ])('%s is refused', async (_what, departure: Departure) => {
    expect(await refusal(await clerk.token(clerk.addUser(), departure))).toBe('SIGN_IN_INVALID');
  });

  it('is good from its beginning to its end, give or take the leeway of five seconds', async () => {
    const known = clerk.addUser();
    expect(await refusal(await clerk.token(known, { seconds: -10 }))).toBe('TOKEN_EXPIRED');
    expect((await enter(known, { seconds: -2 })).user.email).toBeTruthy();
    expect(await refusal(await clerk.token(known, { claims: { nbf: now() + 30 } }))).toBe('SIGN_IN_INVALID');
    expect((await enter(known, { claims: { nbf: now() + 3 } })).user.email).toBeTruthy();
  });

  it('must be signed by the published key: another of the same name, or a changed payload, is refused', async () => {
    const known = clerk.addUser();
    const other = { ...(await newClerkKey()), kid: clerk.key.kid };
    expect(await refusal(await clerk.token(known, { key: other }))).toBe('SIGN_IN_INVALID');
    const [header, , signature] = (await clerk.token(known)).split('.');
    const payload = (await clerk.token(clerk.addUser())).split('.')[1];
    expect(await refusal(`${header}.${payload}.${signature}`)).toBe('SIGN_IN_INVALID');
    for (const text of ['x', 'a.b.c', '..', 'null']) expect(await refusal(text)).toBe('SIGN_IN_INVALID');
  });

  it.each([['none'], ['HS256'], ['HS512'], ['PS256']])('cannot choose the algorithm %s', async (alg) => {
    const [, payload] = (await clerk.token(clerk.addUser())).split('.');
    const header = Buffer.from(JSON.stringify({ alg, kid: clerk.key.kid, typ: 'JWT' })).toString('base64url');
    // The public key as the secret of an HMAC: whoever takes the algorithm from the header lets it in.
    const hash = alg === 'HS512' ? 'sha512' : 'sha256';
    const mac = createHmac(hash, clerk.key.pem).update(`${header}.${payload}`).digest('base64url');
    const token = `${header}.${payload}.${alg === 'none' ? '' : mac}`;
    const fixed = await app.another({}, { CLERK_JWKS_URL: '', CLERK_JWT_KEY: clerk.key.pem });
    for (const at of [app, fixed]) expect(await refusal(token, at)).toBe('SIGN_IN_INVALID');
    await fixed.close();
  });

  it('must be for an authorized party where there are some', async () => {
    const strict = await app.another(
      {},
      { CLERK_AUTHORIZED_PARTIES: 'https://app.example.com, http://localhost:3000' },
    );
    const known = clerk.addUser();
    expect((await enter(known, {}, strict)).user.email).toBeTruthy();
    for (const azp of ['https://evil.example', 'https://app.example.com.evil.example', '', null]) {
      expect(await refusal(await clerk.token(known, { claims: { azp } }), strict)).toBe('SIGN_IN_INVALID');
      expect((await enter(known, { claims: { azp } })).user.email).toBeTruthy();
    }
    await strict.close();
  });
});

describe('the keys of Clerk', () => {
  it('are asked for once, and again when a token names a new one, but not by every made-up name', async () => {
    const fresh = await app.another();
    const known = clerk.addUser();
    const looks = () => clerk.seen.filter((path) => path.endsWith('jwks.json')).length;
    await Promise.all([1, 2, 3].map(() => enter(known, {}, fresh)));
    expect(looks()).toBe(1);
    for (let n = 0; n < 5; n += 1) {
      const token = await clerk.token(known, { header: { kid: `ins_made_up_${n}` } });
      expect(await refusal(token, fresh)).toBe('SIGN_IN_INVALID');
    }
    expect(looks()).toBe(1);
    const old = await clerk.token(known, { seconds: 600 });
    const before = clerk.keys;
    await clerk.rotate('ES256');
    later(30);
    try {
      expect((await enter(known, {}, fresh)).user.email).toBeTruthy();
      expect(looks()).toBe(2);
      // What the old key signed is worth nothing once it is no longer published.
      expect(await refusal(old, fresh)).toBe('SIGN_IN_INVALID');
    } finally {
      vi.useRealTimers();
      // The server that the other tests share looks for new keys at most every ten seconds.
      clerk.keys = before;
    }
    await fresh.close();
  });

  it.each(['down', 'failing', 'garbled'] as const)(
    'that cannot be had, as Clerk is %s, are said to be away; a new try works',
    async (state) => {
      const fresh = await app.another();
      const token = await clerk.token(clerk.addUser());
      clerk.state = state;
      expect(refused.parse(await answer(token, fresh))).toMatchObject({
        __typename: 'ExternalServiceError',
        code: 'EXTERNAL_SERVICE_ERROR',
        message: 'The keys of Clerk cannot be had at the moment; try again later',
      });
      clerk.state = 'up';
      expect(signedIn.parse(await answer(token, fresh)).user.email).toBeTruthy();
      await fresh.close();
    },
  );

  it('that do not come are waited for five seconds, by all callers together', { timeout: 20_000 }, async () => {
    const fresh = await app.another();
    const token = await clerk.token(clerk.addUser());
    clerk.state = 'hanging';
    const codes = await Promise.all([1, 2, 3].map(() => refusal(token, fresh)));
    expect(codes).toEqual(Array(3).fill('EXTERNAL_SERVICE_ERROR'));
    expect(clerk.seen).toEqual(['/.well-known/jwks.json']);
    await fresh.close();
  });

  it('may be one fixed key, of either kind, with which nothing is asked for', async () => {
    for (const algorithm of ['RS256', 'ES256'] as const) {
      const key = await newClerkKey(algorithm);
      const pem = key.pem.replaceAll('\n', '\\n');
      const fixed = await app.another({}, { CLERK_JWKS_URL: '', CLERK_SECRET_KEY: '', CLERK_JWT_KEY: pem });
      const claims = { email: `fixed-${randomUUID()}@example.com`, email_verified: 'true' };
      const somebody = { id: `user_${randomUUID()}` };
      expect((await enter(somebody, { key, claims }, fixed)).user.email).toBe(claims.email);
      expect(await refusal(await clerk.token(somebody), fixed)).toBe('SIGN_IN_INVALID');
      await fixed.close();
    }
    expect(clerk.seen).toEqual([]);
  });

  it('may be those of the Backend API, which wants the secret', async () => {
    const backend = await app.another(
      {},
      { CLERK_JWKS_URL: `${clerk.origin}/v1/jwks`, CLERK_API_URL: `${clerk.origin}/v1` },
    );
    expect((await enter(clerk.addUser(), {}, backend)).user.email).toBeTruthy();
    expect(clerk.seen).toEqual(['/v1/jwks', expect.stringMatching(/^\/v1\/users\//)]);
    await backend.close();
  });
});

describe('the API of Clerk', () => {
  it('that knows no such user means that nobody signs in', async () => {
    expect(await refusal(await clerk.token({ id: 'user_unknown/../x' }))).toBe('SIGN_IN_INVALID');
  });

  it('that fails, takes no key or is asked too often is said to fail, and nothing of the key is told', async () => {
    const fresh = await app.another({}, { CLERK_SECRET_KEY: 'sk_test_wrong' });
    const token = await clerk.token(clerk.addUser());
    const away = { code: 'EXTERNAL_SERVICE_ERROR', message: 'Clerk does not say who this is; try again later' };
    expect(await answer(token, fresh)).toMatchObject(away);
    clerk.limited = true;
    expect(await answer(token)).toMatchObject(away);
    expect(signedIn.parse(await answer(token)).user.email).toBeTruthy();
    const other = await clerk.token(clerk.addUser());
    for (const state of ['down', 'failing', 'garbled'] as const) {
      clerk.state = state;
      expect(await answer(other)).toMatchObject(away);
    }
    await fresh.close();
  });
});

describe('settings', () => {
  it('that are missing are named', async () => {
    const token = await clerk.token(clerk.addUser());
    const none = { CLERK_ISSUER: '', CLERK_JWKS_URL: '', CLERK_SECRET_KEY: '' };
    const cases: [Record<string, string>, string][] = [
      [none, 'Sign-in with Clerk is not configured: set CLERK_ISSUER and CLERK_JWKS_URL'],
      [{ ...none, CLERK_ISSUER: clerk.origin }, 'Sign-in with Clerk is not configured: set CLERK_JWKS_URL'],
      [{ ...none, CLERK_JWT_KEY: clerk.key.pem }, 'Sign-in with Clerk is not configured: set CLERK_ISSUER'],
      [{ CLERK_SECRET_KEY: '' }, 'Reading users of Clerk is not configured: set CLERK_SECRET_KEY'],
    ];
    for (const [settings, message] of cases) {
      const bare = await app.another({}, settings);
      expect(await answer(token, bare)).toMatchObject({ code: 'NOT_CONFIGURED', message });
      await bare.close();
    }
  });

  it('take public keys only, of the kinds that are checked, and addresses that are safe to ask', async () => {
    const complaint = 'CLERK_JWT_KEY: must be a public key in PEM: RSA of at least 2048 bits, or EC P-256';
    for (const bad of ['x', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----']) {
      expect(() => readConfig({ CLERK_JWT_KEY: bad }, '/')).toThrow(complaint);
    }
    for (const name of ['CLERK_JWKS_URL', 'CLERK_ISSUER', 'CLERK_API_URL']) {
      expect(() => readConfig({ [name]: 'http://clerk.example.com' }, '/')).toThrow(`${name}: must be an https URL`);
    }
    expect(readConfig({ CLERK_JWT_KEY: clerk.key.pem }, '/').CLERK_JWT_KEY).toBe(clerk.key.pem);
  });
});
