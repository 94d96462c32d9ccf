import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { App } from '../app.ts';
import type { Role, TokenAudience } from '../generated/prisma/enums.ts';
import { UnauthenticatedError } from '../platform/errors.ts';
import { onePer } from '../platform/one-per.ts';
import { sessionCookieSeconds, sessionTokenPrefix } from '../platform/session-cookie.ts';
import { permissionsOf } from '../platform/viewer.ts';

/** Claims of an access token. `sub` is the username in tokens for phase2; `uid` is always the user's id. */
const claims = z.object({
  sub: z.string(),
  uid: z.uuid(),
  sid: z.uuid(),
  role: z.enum(['user', 'admin', 'viewer']),
  permissions: z.array(z.string()),
  iat: z.number(),
  exp: z.number(),
});
export type AccessClaims = z.infer<typeof claims>;

export const apiKeyPrefix = 'mw_';

/** What an access token says of its user. */
export interface TokenUser {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
}

/** Makes a signed access token (JWT, HS256) for a session. Times are seconds since the epoch. */
export async function signAccessToken(
  app: App,
  user: TokenUser,
  session: { readonly id: string; readonly audience: TokenAudience; readonly accessTokenSeconds: number },
): Promise<{ token: string; expiresAt: Date }> {
  const issuedAt = Math.floor(Date.now() / 1000);
  const expires = issuedAt + session.accessTokenSeconds;
  const { SignJWT } = await import('jose');
  const token = await new SignJWT({
    uid: user.id,
    sid: session.id,
    role: user.role.toLowerCase(),
    permissions: permissionsOf(user.role),
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(session.audience === 'PHASE2' ? user.username : user.id)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expires)
    .sign(app.secret.key('access-token'));
  return { token, expiresAt: new Date(expires * 1000) };
}

/** Tokens kept with what they say, so that the signature of one that comes with every request is checked once. */
const mostKept = 5000;
const keptOf = onePer<App, Map<string, AccessClaims>>(() => new Map());

/** Reads an access token. @throws UnauthenticatedError, with code TOKEN_EXPIRED when it is only too old */
export async function readAccessToken(app: App, token: string): Promise<AccessClaims> {
  const kept = keptOf(app);
  const known = kept.get(token);
  if (known !== undefined && known.exp * 1000 > Date.now()) return known;
  const read = await verifyAccessToken(app, token);
  const [oldest] = kept.keys();
  if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
  kept.set(token, read);
  return read;
}

async function verifyAccessToken(app: App, token: string): Promise<AccessClaims> {
  const { errors, jwtVerify } = await import('jose');
  try {
    const { payload } = await jwtVerify(token, app.secret.key('access-token'), { algorithms: ['HS256'] });
    return claims.parse(payload);
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new UnauthenticatedError('The token has expired', 'TOKEN_EXPIRED');
    throw new UnauthenticatedError('The token is not valid');
  }
}

const sessionTokenForm = /^mws_([\da-f-]{36})\.(\d{10})\.([\w-]{43})$/;

/** What the session cookie carries: the session's id, the second it is good until, and a signature of both. */
export function sessionToken(app: App, sessionId: string): string {
  const text = `${sessionId}.${Math.floor(Date.now() / 1000) + sessionCookieSeconds}`;
  return `${sessionTokenPrefix}${text}.${app.secret.sign('session-token', text)}`;
}

/** Reads the token of a session cookie. Seconds since the epoch. @throws UnauthenticatedError */
export function readSessionToken(app: App, token: string): { readonly sid: string; readonly exp: number } {
  const [, sid = '', end = '', signature = ''] = sessionTokenForm.exec(token) ?? [];
  if (!app.secret.verify('session-token', `${sid}.${end}`, signature)) {
    throw new UnauthenticatedError('The session is not valid');
  }
  const exp = Number(end);
  if (exp * 1000 <= Date.now()) throw new UnauthenticatedError('The session has expired', 'TOKEN_EXPIRED');
  return { sid, exp };
}

/** A new secret of 256 random bits, as text. */
export function randomSecret(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** What is kept of a secret. A fast hash is enough for 256 random bits. */
export function hashSecret(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(secret).digest());
}

/** The refresh token that follows one. Only who has the predecessor and this server's secret can work it out. */
export function successorOf(app: App, refreshToken: string): string {
  return app.secret.sign('refresh-successor', refreshToken);
}
