import type { App } from '../app.ts';
import type { DeviceType, Session, TokenAudience } from '../generated/prisma/client.ts';
import { NotFoundError, UnauthenticatedError } from '../platform/errors.ts';
import type { Viewer } from '../platform/viewer.ts';
import { hashSecret, randomSecret, signAccessToken, successorOf, type TokenUser } from './tokens.ts';

/** What a sign-in gives: shown once, never stored in this form. */
export interface Credentials {
  readonly userId: string;
  readonly sessionId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When the access token ends. */
  readonly expiresAt: Date;
}

/** Where a sign-in comes from, for the list of sessions. */
export interface Device {
  readonly userAgent?: string | undefined;
  readonly ipAddress?: string | undefined;
}

/** Seconds a spent refresh token still gives its successor: two tabs that refresh at once. */
const graceSeconds = 10;
const day = 86_400;

/** Days until a session must be signed in again, whatever was refreshed. */
const sessionDays = 30;
/** Seconds an access token lives, by the clients it is made for. */
const accessTokenSeconds: Record<TokenAudience, number> = {
  MILLWRIGHT: 15 * 60,
  PHASE2: day,
  ASYNC_CODER: 7 * day,
};

/** Opens a session for a user whose identity was established. `audience` stays the session's when it is refreshed. */
export async function openSession(
  app: App,
  user: TokenUser,
  device: Device,
  audience: TokenAudience = 'MILLWRIGHT',
): Promise<Credentials> {
  const refreshToken = randomSecret();
  const session = await app.database.prisma.session.create({
    data: {
      userId: user.id,
      refreshHash: hashSecret(refreshToken),
      audience,
      accessTokenSeconds: accessTokenSeconds[audience],
      expiresAt: new Date(Date.now() + sessionDays * day * 1000),
      deviceName: device.userAgent?.slice(0, 200) ?? null,
      deviceType: deviceType(device.userAgent ?? ''),
      ipAddress: device.ipAddress ?? null,
    },
  });
  return credentials(app, user, session, refreshToken);
}

/**
 * Exchanges a refresh token for new credentials. Each is good once; the immediate predecessor gives the same
 * successor again for 10 s. A token that was spent before that ends the whole session: somebody has stolen it.
 * @throws UnauthenticatedError
 */
export async function refreshSession(app: App, refreshToken: string): Promise<Credentials> {
  const hash = hashSecret(refreshToken);
  const next = successorOf(app, refreshToken);
  const { prisma } = app.database;
  const rotated = await prisma.$transaction(async (transaction) => {
    const [session] = await transaction.$queryRaw<Session[]>`
      UPDATE "Session" SET "previousRefreshHash" = "refreshHash", "refreshHash" = ${hashSecret(next)},
        "rotatedAt" = now(), "lastUsedAt" = now()
      WHERE "refreshHash" = ${hash} AND "revokedAt" IS NULL AND "expiresAt" > now()
      RETURNING *`;
    if (session !== undefined) {
      await transaction.spentRefreshToken.create({ data: { hash, sessionId: session.id } });
    }
    return session;
  });
  const session = rotated ?? (await sessionOfPredecessor(app, hash));
  const user = await prisma.user.findFirst({ where: { id: session.userId, isActive: true } });
  if (user === null) throw new UnauthenticatedError('The refresh token is not valid');
  return credentials(app, user, session, next);
}

async function sessionOfPredecessor(app: App, hash: Uint8Array<ArrayBuffer>): Promise<Session> {
  const { prisma } = app.database;
  // By the database's clock, which also set rotatedAt: a host that is ahead would take two tabs for a thief.
  const [present] = await prisma.$queryRaw<Session[]>`
    SELECT * FROM "Session" WHERE "previousRefreshHash" = ${hash} AND "revokedAt" IS NULL AND "expiresAt" > now()
      AND "rotatedAt" > now() - make_interval(secs => ${graceSeconds}::int)`;
  if (present !== undefined) return present;
  const spent = await prisma.spentRefreshToken.findUnique({ where: { hash } });
  if (spent !== null) {
    app.log.warn({ sessionId: spent.sessionId }, 'a spent refresh token came back; its session is ended');
    await endSession(app, spent.sessionId);
  }
  throw new UnauthenticatedError('The refresh token is not valid');
}

/** Ends the session a refresh token belongs to, spent or not. Unknown ones are fine: they are ended already. */
export async function endSessionOfRefreshToken(app: App, refreshToken: string): Promise<void> {
  const hash = hashSecret(refreshToken);
  const { prisma } = app.database;
  const session = await prisma.session.findUnique({ where: { refreshHash: hash }, select: { id: true } });
  const spent = session === null ? await prisma.spentRefreshToken.findUnique({ where: { hash } }) : null;
  const id = session?.id ?? spent?.sessionId;
  if (id !== undefined) await endSession(app, id);
}

/** Ends one of the viewer's own sessions. @throws NotFoundError */
export async function revokeSession(app: App, viewer: Viewer, id: string): Promise<string> {
  const session = await app.database.prisma.session.findFirst({
    where: { id, userId: viewer.id, revokedAt: null },
    select: { id: true },
  });
  if (session === null) throw new NotFoundError('Session');
  await endSession(app, id);
  return id;
}

/** Ends a session: its access tokens are refused from now on and its open sockets are closed. */
export async function endSession(app: App, id: string): Promise<void> {
  await app.database.prisma.session.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
  app.wakeUps.publish([`session:${id}`]);
}

async function credentials(
  app: App,
  user: TokenUser,
  session: Pick<Session, 'id' | 'audience' | 'accessTokenSeconds'>,
  refreshToken: string,
): Promise<Credentials> {
  const { token, expiresAt } = await signAccessToken(app, user, session);
  return { userId: user.id, sessionId: session.id, accessToken: token, refreshToken, expiresAt };
}

function deviceType(userAgent: string): DeviceType {
  if (/iPad|Tablet|Android(?!.*Mobile)/i.test(userAgent)) return 'TABLET';
  if (/Mobi|iPhone|iPod/i.test(userAgent)) return 'MOBILE';
  return 'DESKTOP';
}
