import type { App } from '../app.ts';
import type { Viewer } from '../platform/viewer.ts';
import { readAccount } from './account.ts';
import { keepConnection, sealToken } from './kept-token.ts';

export { type GitHubAccount, placeholderEmail, readAccount, verifiedEmail } from './account.ts';
export { gitHubOrigins } from './client.ts';
export { GitHubError } from './errors.ts';
export { keepConnection, tokenForWork, type UsableToken, usableToken } from './kept-token.ts';
export { authorizeUrl, exchangeCode } from './oauth.ts';
export { openPullRequest } from './pull-request.ts';
export { type PushRight, pushRight } from './push-right.ts';
export { describeRepository, type GitHubRepository } from './repository.ts';

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
