import type { App } from '../app.ts';
import { isUniqueViolation } from '../platform/database.ts';
import { ConflictError } from '../platform/errors.ts';
import type { Viewer } from '../platform/viewer.ts';
import { type GitHubAccount, readAccount } from './account.ts';
import { openToken, sealToken } from './sealed-token.ts';

export { type GitHubAccount, placeholderEmail, readAccount, verifiedEmail } from './account.ts';
export { listBranches } from './branches.ts';
export { gitHubOrigins } from './client.ts';
export { GitHubError } from './errors.ts';
export { authorizeUrl, exchangeCode } from './oauth.ts';
export { openPullRequest } from './pull-request.ts';
export { pushRight } from './push-right.ts';
export { describeRepository } from './repository.ts';
export { type RepositoryFacts, repositoryFacts } from './repository-facts.ts';
export { findRepository, listRepositories } from './repository-list.ts';
export { searchRepositories } from './repository-search.ts';

/** A token to ask GitHub with, and whose it is. The server's own sees what is the operator's: see `usableToken`. */
export interface UsableToken {
  readonly token: string;
  readonly from: 'request' | 'connection' | 'server';
}

/**
 * Attaches a GitHub account to a user, with a token that replaces the one kept before; null keeps none and changes
 * none.
 * @throws ConflictError when either of them is attached to somebody else
 */
export async function keepConnection(
  app: App,
  userId: string,
  account: GitHubAccount,
  token: string | null,
): Promise<void> {
  const { prisma } = app.database;
  const present = await prisma.gitHubConnection.findFirst({ where: { OR: [{ userId }, { githubId: account.id }] } });
  if (present !== null && present.userId !== userId) {
    throw accountTaken();
  }
  if (present !== null && present.githubId !== account.id) {
    const message = `The GitHub account ${present.login} is connected already; disconnect it first`;
    throw new ConflictError(message, 'GITHUB_ALREADY_CONNECTED');
  }
  const data = {
    login: account.login,
    name: account.name,
    avatarUrl: account.avatarUrl,
    ...(token !== null && {
      encryptedToken: sealToken(app, userId, token),
      scopes: [...(account.scopes ?? [])],
    }),
  };
  const create = { ...data, userId, githubId: account.id };
  await prisma.gitHubConnection.upsert({ where: { userId }, create, update: data }).catch((error: unknown) => {
    throw isUniqueViolation(error) ? accountTaken() : error;
  });
}

/** The token kept for a user; null when there is none. */
async function keptToken(app: App, userId: string): Promise<string | null> {
  const connection = await app.database.prisma.gitHubConnection.findUnique({ where: { userId } });
  if (connection === null || connection.encryptedToken === null) return null;
  const token = openToken(app, userId, connection.encryptedToken);
  if (token === null) app.log.warn({ userId }, 'a kept GitHub token cannot be opened: SECRET_KEY has changed');
  return token;
}

/**
 * The token to ask GitHub with for a viewer: the request's own, else the kept one, else the server's. What only the
 * server's token may see is the operator's and nobody else's, so whoever uses it must look at `from`.
 */
export async function usableToken(app: App, viewer: Viewer): Promise<UsableToken | null> {
  const { credential } = viewer;
  if (credential.kind === 'githubToken') return { token: credential.token(), from: 'request' };
  return tokenForWork(app, viewer.id);
}

/** The same for work done later in a user's name: the kept token, else the server's. */
export async function tokenForWork(app: App, userId: string): Promise<UsableToken | null> {
  const kept = await keptToken(app, userId);
  if (kept !== null) return { token: kept, from: 'connection' };
  const server = app.config.GITHUB_ACCESS_TOKEN;
  return server === undefined ? null : { token: server, from: 'server' };
}

/**
 * Keeps the GitHub token a request came with for work that is done later in its user's name: encrypted, in the user's
 * connection, where it replaces the one before and is deleted when GitHub is disconnected. A job names only its user.
 * @throws GitHubError, ConflictError
 */
export async function keepRequestToken(app: App, { id, credential }: Viewer): Promise<void> {
  if (credential.kind !== 'githubToken') return;
  const token = credential.token();
  const { count } = await app.database.prisma.gitHubConnection.updateMany({
    where: { userId: id },
    data: { encryptedToken: sealToken(app, id, token) },
  });
  // The user of a GitHub token is its account's, so a connection that exists is with that account.
  if (count === 0) await keepConnection(app, id, await readAccount(app, token), token);
}

/** A GitHub account belongs to one user. */
export function accountTaken(): ConflictError {
  return new ConflictError('This GitHub account is connected to another user', 'GITHUB_ACCOUNT_TAKEN');
}
