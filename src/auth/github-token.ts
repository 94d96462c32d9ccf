import type { App } from '../app.ts';
import type { Role } from '../generated/prisma/enums.ts';
import { GitHubError, keepConnection, readAccount } from '../github/service.ts';
import { UnauthenticatedError } from '../platform/errors.ts';
import { onePer } from '../platform/one-per.ts';
import { permissionsOf, type Viewer } from '../platform/viewer.ts';
import { gitHubUser, knownGitHubUser } from './github-users.ts';
import { hashSecret } from './tokens.ts';

/** Classic, OAuth, app, installation, refresh and fine-grained tokens, and those of before 2021. */
const tokenForm = /^(?:gh[opsu]_[\w.-]{20,600}|github_pat_\w{20,255}|[\da-f]{40})$/;
/** Milliseconds an answer of GitHub is good for, and a refusal. */
const goodForMs = 10 * 60_000;
const refusedForMs = 60_000;
const mostRefused = 10_000;

interface CheckedUser {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
}

/** What this process is finding out, and what it was refused of late, by the token's hash. */
interface Lookups {
  readonly pending: Map<string, Promise<CheckedUser>>;
  readonly refused: Map<string, number>;
}
const lookupsOf = onePer<App, Lookups>(() => ({ pending: new Map(), refused: new Map() }));

/** Whether a credential has the form of a GitHub token. */
export function isGitHubToken(credential: string): boolean {
  return tokenForm.test(credential);
}

/**
 * Finds out whose GitHub token this is, and makes the user on first use. GitHub is asked once for all requests at the
 * same time, and again after ten minutes, so a revoked token is refused by then. Only the token's hash is stored.
 * @throws UnauthenticatedError, GitHubError when GitHub cannot be asked, ForbiddenError REGISTRATION_DISABLED
 */
export async function resolveGitHubToken(app: App, token: string): Promise<Viewer> {
  const hash = hashSecret(token);
  const tokenHash = Buffer.from(hash).toString('hex');
  const user = (await cachedUser(app, hash)) ?? (await askOnce(app, token, tokenHash));
  return {
    id: user.id,
    username: user.username,
    role: user.role,
    permissions: permissionsOf(user.role),
    credential: {
      kind: 'githubToken',
      tokenHash,
      token: () => token,
      isStillGood: () => isStillGood(app, token, user.id),
    },
  };
}

async function cachedUser(app: App, hash: Uint8Array): Promise<CheckedUser | undefined> {
  const { rows } = await app.database.pool.query<CheckedUser>({
    name: 'check-github-token',
    text: `SELECT u."id", u."username", u."role" FROM "GitHubToken" t JOIN "User" u ON u."id" = t."userId"
      WHERE t."hash" = $1 AND t."checkedAt" > now() - make_interval(secs => $2) AND u."isActive"`,
    values: [hash, goodForMs / 1000],
  });
  return rows[0];
}

function askOnce(app: App, token: string, tokenHash: string): Promise<CheckedUser> {
  const { pending, refused } = lookupsOf(app);
  if ((refused.get(tokenHash) ?? 0) > Date.now()) return Promise.reject(notGood());
  const asking =
    pending.get(tokenHash) ??
    askAgain(app, token)
      .catch((error: unknown) => {
        if (error instanceof UnauthenticatedError) forgetOldest(refused).set(tokenHash, Date.now() + refusedForMs);
        throw error;
      })
      .finally(() => pending.delete(tokenHash));
  pending.set(tokenHash, asking);
  return asking;
}

/** Another request may have found out between this one's look into the cache and now. */
async function askAgain(app: App, token: string): Promise<CheckedUser> {
  return (await cachedUser(app, hashSecret(token))) ?? ask(app, token);
}

async function ask(app: App, token: string): Promise<CheckedUser> {
  const { prisma } = app.database;
  const hash = hashSecret(token);
  const account = await readAccount(app, token).catch(async (error: unknown) => {
    if (!(error instanceof GitHubError && error.code === 'GITHUB_TOKEN_INVALID')) throw error;
    await prisma.gitHubToken.deleteMany({ where: { hash } });
    throw notGood();
  });
  const known = await knownGitHubUser(app, account);
  const user = known ?? (await gitHubUser(app, account, null));
  if (known === null) await keepConnection(app, user.id, account, null);
  if (!user.isActive) throw notGood();
  const checkedAt = new Date();
  await prisma.gitHubToken.deleteMany({
    where: { userId: user.id, checkedAt: { lt: new Date(Date.now() - 86_400_000) } },
  });
  await prisma.$executeRaw`INSERT INTO "GitHubToken" ("hash", "userId", "checkedAt")
    VALUES (${hash}, ${user.id}::uuid, ${checkedAt}) ON CONFLICT ("hash")
    DO UPDATE SET "userId" = excluded."userId", "checkedAt" = excluded."checkedAt"`;
  return user;
}

/** For streams that are open: they outlive a GitHub that cannot be asked, but not a token it refuses. */
async function isStillGood(app: App, token: string, userId: string): Promise<boolean> {
  const hash = hashSecret(token);
  const cached = await cachedUser(app, hash);
  if (cached !== undefined) return cached.id === userId;
  try {
    const user = await knownGitHubUser(app, await readAccount(app, token));
    if (user?.id !== userId || !user.isActive) return false;
    await app.database.prisma.gitHubToken.updateMany({ where: { hash, userId }, data: { checkedAt: new Date() } });
    return true;
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return error.code !== 'GITHUB_TOKEN_INVALID';
  }
}

function forgetOldest(refused: Map<string, number>): Map<string, number> {
  const [oldest] = refused.keys();
  if (refused.size >= mostRefused && oldest !== undefined) refused.delete(oldest);
  return refused;
}

function notGood(): UnauthenticatedError {
  return new UnauthenticatedError(
    'GitHub does not accept this token: it is wrong, revoked or expired, or no person has it',
  );
}
