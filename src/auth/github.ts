import type { App } from '../app.ts';
import type { GitHubConnection, OAuthState, User } from '../generated/prisma/client.ts';
import {
  accountTaken,
  authorizeUrl,
  exchangeCode,
  type GitHubAccount,
  keepConnection,
  readAccount,
  verifiedEmail,
} from '../github/service.ts';
import { isUniqueViolation } from '../platform/database.ts';
import { ConflictError, ForbiddenError, NotFoundError, UnauthenticatedError } from '../platform/errors.ts';
import { requirePermission, type Viewer } from '../platform/viewer.ts';
import { gitHubUser, knownGitHubUser } from './github-users.ts';
import { rememberSignIn, takeSignIn } from './oauth-states.ts';
import { type Credentials, type Device, openSession } from './sessions.ts';

export interface GitHubSignInBegin {
  /** Who wants to attach a GitHub account; nobody for a plain sign-in. */
  readonly userId?: string | null | undefined;
  /**
   * Binds the sign-in to the browser it begins in, by a cookie that is handed to `finishGitHubSignIn`: its present
   * value, or null when there is none yet. Absent, whoever has the state may finish it.
   */
  readonly browser?: string | null | undefined;
}

export interface BegunGitHubSignIn {
  readonly redirectUrl: string;
  /** Random, good once and for ten minutes. Only its hash is stored. */
  readonly state: string;
  /** For the cookie; null unless the sign-in was to be bound. */
  readonly browser: string | null;
}

export interface GitHubSignInFinish {
  readonly code: string;
  readonly state: string;
  /** The cookie's value. */
  readonly browser?: string | undefined;
  /**
   * Refuses a state that is bound to no browser. For routes that browsers are sent to: there a stranger could otherwise
   * make somebody work on in the stranger's account.
   */
  readonly mustBeBound?: boolean;
}

/** Stands between a state and the browser secret it carries itself when it is bound to none. */
const unboundMark = '~';

/** Begins a sign-in with GitHub, or the attaching of an account. @throws NotConfiguredError naming the settings */
export async function beginGitHubSignIn(app: App, begin: GitHubSignInBegin = {}): Promise<BegunGitHubSignIn> {
  authorizeUrl(app, '');
  const { userId = null, browser } = begin;
  const begun = await rememberSignIn(app, { provider: 'GITHUB', userId, browser: browser ?? undefined });
  const isBound = browser !== undefined;
  const state = isBound ? begun.state : `${begun.state}${unboundMark}${begun.browser}`;
  return { redirectUrl: authorizeUrl(app, state), state, browser: isBound ? begun.browser : null };
}

/**
 * Finishes a sign-in by what GitHub sent the browser back with. The user is found by the account's id, or made; the
 * account is attached with its token, encrypted.
 * @throws UnauthenticatedError STATE_INVALID, or for a bad code; ConflictError EMAIL_TAKEN; ForbiddenError
 *   ACCOUNT_DEACTIVATED, REGISTRATION_DISABLED; GitHubError; NotConfiguredError
 */
export async function finishGitHubSignIn(
  app: App,
  device: Device,
  finish: GitHubSignInFinish,
): Promise<Credentials & { readonly user: User }> {
  authorizeUrl(app, '');
  const begun = await takeState(app, finish);
  // Finished here it would attach a stranger's account to whoever began: that needs the one who began to be signed in.
  if (begun.userId !== null) throw wrongPurpose();
  const token = await exchangeCode(app, finish.code);
  const account = await readAccount(app, token);
  const known = await knownGitHubUser(app, account);
  const user = known ?? (await gitHubUser(app, account, await verifiedEmail(app, token)));
  if (!user.isActive) throw new ForbiddenError('This account is deactivated', 'ACCOUNT_DEACTIVATED');
  await keepConnection(app, user.id, account, token);
  return { ...(await openSession(app, user, device)), user };
}

/**
 * Attaches a GitHub account to the viewer: one of them each. A state must be the viewer's own; without one the caller's
 * front end has checked its own.
 * @throws ConflictError GITHUB_ACCOUNT_TAKEN, GITHUB_ALREADY_CONNECTED; UnauthenticatedError; GitHubError
 */
export async function connectGitHub(
  app: App,
  viewer: Viewer,
  { code, state }: { readonly code: string; readonly state?: string | null | undefined },
): Promise<GitHubConnection> {
  requirePermission(viewer, 'account:write');
  authorizeUrl(app, '');
  if (typeof state === 'string') {
    const begun = await takeState(app, { state });
    if (begun.userId !== viewer.id) throw wrongPurpose();
  }
  const token = await exchangeCode(app, code);
  const account = await readAccount(app, token);
  await attachIdentity(app, viewer.id, account);
  await keepConnection(app, viewer.id, account, token);
  return app.database.prisma.gitHubConnection.findUniqueOrThrow({ where: { userId: viewer.id } });
}

/**
 * Detaches the viewer's GitHub account: its token and what is cached of tokens sent as Bearer are deleted. It no
 * longer signs in here either, unless it is the only way the viewer can.
 * @throws NotFoundError
 */
export async function disconnectGitHub(app: App, viewer: Viewer): Promise<void> {
  requirePermission(viewer, 'account:write');
  const { prisma } = app.database;
  const userId = viewer.id;
  const cached = await prisma.$transaction(async (transaction) => {
    // Of two at once one waits here, so that they cannot take the last two ways in together.
    await transaction.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${userId}::uuid FOR UPDATE`;
    const user = await transaction.user.findUniqueOrThrow({
      where: { id: userId },
      include: { oauthIdentities: true },
    });
    const { count } = await transaction.gitHubConnection.deleteMany({ where: { userId } });
    const tokens = await transaction.gitHubToken.findMany({ where: { userId } });
    if (count === 0 && tokens.length === 0) throw new NotFoundError('GitHub connection');
    await transaction.gitHubToken.deleteMany({ where: { userId } });
    if (user.passwordHash !== null || user.oauthIdentities.some(({ provider }) => provider !== 'GITHUB')) {
      await transaction.oAuthIdentity.deleteMany({ where: { userId, provider: 'GITHUB' } });
    }
    return tokens;
  });
  app.wakeUps.publish(cached.map(({ hash }) => `session:${Buffer.from(hash).toString('hex')}`));
}

/** Lets the account sign in as this user. @throws ConflictError */
async function attachIdentity(app: App, userId: string, account: GitHubAccount): Promise<void> {
  const { prisma } = app.database;
  const subject = String(account.id);
  const known = await knownGitHubUser(app, account);
  if (known !== null && known.id !== userId) throw accountTaken();
  const other = await prisma.oAuthIdentity.findFirst({
    where: { userId, provider: 'GITHUB', subject: { not: subject } },
  });
  if (other !== null) {
    throw new ConflictError('Another GitHub account is connected; disconnect it first', 'GITHUB_ALREADY_CONNECTED');
  }
  if (known !== null) return;
  await prisma.oAuthIdentity.create({ data: { provider: 'GITHUB', subject, userId } }).catch((error: unknown) => {
    throw isUniqueViolation(error) ? accountTaken() : error;
  });
}

function takeState(app: App, finish: Omit<GitHubSignInFinish, 'code'>): Promise<OAuthState> {
  const [state = '', carried] = finish.state.split(unboundMark);
  const browser = carried !== undefined && finish.mustBeBound !== true ? carried : finish.browser;
  return takeSignIn(app, { provider: 'GITHUB', state, browser });
}

function wrongPurpose(): UnauthenticatedError {
  return new UnauthenticatedError('This state was made for something else; begin again', 'STATE_INVALID');
}
