import type { App } from '../app.ts';
import type { ApiKey, TokenAudience, User } from '../generated/prisma/client.ts';
import { ConflictError, NotFoundError, UnauthenticatedError } from '../platform/errors.ts';
import { sessionTokenPrefix } from '../platform/session-cookie.ts';
import { permissionsOf, requirePermission, type Viewer } from '../platform/viewer.ts';
import { checkApiKey, checkSession } from './credential-checks.ts';
import { isGitHubToken, resolveGitHubToken } from './github-token.ts';
import { checkPassword } from './passwords.ts';
import { type Credentials, type Device, endSession, openSession } from './sessions.ts';
import { apiKeyPrefix, hashSecret, randomSecret, readAccessToken, readSessionToken } from './tokens.ts';

export { register, registerAccount, signUp, updateMe } from './accounts.ts';
export { signInWithClerk } from './clerk.ts';
export { deleteMe } from './deletion.ts';
export {
  type BegunGitHubSignIn,
  beginGitHubSignIn,
  connectGitHub,
  disconnectGitHub,
  finishGitHubSignIn,
} from './github.ts';
export { beginGoogleSignIn, finishGoogleSignIn, googleCookieName } from './google.ts';
export type { Credentials, Device } from './sessions.ts';
export { endSessionOfRefreshToken, refreshSession, revokeSession } from './sessions.ts';
export { sessionToken } from './tokens.ts';

/** Most API keys a user can have that are not revoked. */
const mostApiKeys = 50;

export interface SignIn {
  /** Email or username, in any case. */
  readonly login: string;
  readonly password: string;
  /** For which clients the tokens are made; this system's own unless said. */
  readonly audience?: TokenAudience | null | undefined;
}

/** Signs in by email or username. @throws UnauthenticatedError in the same words and time whatever was wrong */
export async function signIn(app: App, device: Device, { login, password, audience }: SignIn): Promise<Credentials> {
  const name = login.trim().toLowerCase();
  const user = await app.database.prisma.user.findFirst({
    where: name.includes('@') ? { email: name } : { username: name },
  });
  const fits = await checkPassword(password, user?.passwordHash ?? null);
  if (user === null || !fits || !user.isActive) throw new UnauthenticatedError('Wrong login or password');
  return openSession(app, user, device, audience ?? 'MILLWRIGHT');
}

/** Ends the session this request came by. An API key has none to end. */
export async function signOut(app: App, viewer: Viewer): Promise<void> {
  if (viewer.credential.kind !== 'session') {
    throw new ConflictError('An API key is not signed out but revoked', 'NO_SESSION');
  }
  await endSession(app, viewer.credential.sessionId);
}

/** Makes an API key of the viewer's. The key itself is given only here. @throws ConflictError, ForbiddenError */
export async function createApiKey(
  app: App,
  viewer: Viewer,
  { name }: { readonly name: string },
): Promise<{ key: string; apiKey: ApiKey }> {
  requirePermission(viewer, 'account:write');
  const { prisma } = app.database;
  if ((await prisma.apiKey.count({ where: { userId: viewer.id, revokedAt: null } })) >= mostApiKeys) {
    throw new ConflictError(`You have ${mostApiKeys} API keys; revoke one first`, 'TOO_MANY_API_KEYS');
  }
  const key = randomSecret(apiKeyPrefix);
  const apiKey = await prisma.apiKey.create({
    data: { userId: viewer.id, name, prefix: key.slice(0, 10), hash: hashSecret(key) },
  });
  return { key, apiKey };
}

/** Revokes one of the viewer's API keys at once. @throws NotFoundError */
export async function revokeApiKey(app: App, viewer: Viewer, id: string): Promise<ApiKey> {
  requirePermission(viewer, 'account:write');
  const { prisma } = app.database;
  const present = await prisma.apiKey.findFirst({ where: { id, userId: viewer.id, revokedAt: null } });
  if (present === null) throw new NotFoundError('API key');
  const revoked = await prisma.apiKey.update({ where: { id }, data: { revokedAt: new Date() } });
  app.wakeUps.publish([`session:${id}`]);
  return revoked;
}

/**
 * Finds out who presents a credential: an access token, an API key, a session token or a GitHub token, told apart by
 * their forms.
 * @throws UnauthenticatedError when it is not, or no longer, good; GitHubError when GitHub cannot be asked
 */
export async function authenticate(app: App, credential: string): Promise<Viewer> {
  if (credential.startsWith(apiKeyPrefix)) return byApiKey(app, credential);
  if (credential.startsWith(sessionTokenPrefix)) return bySession(app, readSessionToken(app, credential));
  if (isGitHubToken(credential)) return resolveGitHubToken(app, credential);
  return bySession(app, await readAccessToken(app, credential));
}

/** `exp` is when the token ends that names the session, in seconds since the epoch. */
async function bySession(app: App, { sid, exp }: { readonly sid: string; readonly exp: number }): Promise<Viewer> {
  const user = await checkSession(app, sid);
  if (user === undefined) throw new UnauthenticatedError('Your session has ended');
  if (user.isStale) {
    // Of many requests at once one writes; the others would wait for its row lock.
    await app.database.pool.query({
      name: 'use-session',
      text: `UPDATE "Session" SET "lastUsedAt" = now() WHERE "id" =
        (SELECT "id" FROM "Session" WHERE "id" = $1 AND "lastUsedAt" < now() - interval '1 minute' FOR UPDATE SKIP LOCKED)`,
      values: [sid],
    });
  }
  return viewerOf(user, { kind: 'session', sessionId: sid, expiresAt: new Date(exp * 1000) });
}

async function byApiKey(app: App, key: string): Promise<Viewer> {
  const user = await checkApiKey(app, key);
  if (user === undefined) throw new UnauthenticatedError('The API key is not valid');
  if (user.isStale) {
    await app.database.pool.query({
      name: 'use-api-key',
      text: `UPDATE "ApiKey" SET "lastUsedAt" = now() WHERE "id" = (SELECT "id" FROM "ApiKey" WHERE "id" = $1
        AND ("lastUsedAt" IS NULL OR "lastUsedAt" < now() - interval '1 minute') FOR UPDATE SKIP LOCKED)`,
      values: [user.apiKeyId],
    });
  }
  return viewerOf(user, { kind: 'apiKey', apiKeyId: user.apiKeyId });
}

/** The viewer an operator at the command line acts as. */
export function operatorViewer(user: User): Viewer {
  return viewerOf(user, { kind: 'operator' });
}

function viewerOf(user: Pick<User, 'id' | 'username' | 'role'>, credential: Viewer['credential']): Viewer {
  return { id: user.id, username: user.username, role: user.role, permissions: permissionsOf(user.role), credential };
}
