import type { App } from '../app.ts';
import { emptyRepository, repositoryNotFound } from '../code/git/git-failure.ts';
import { RepositoryError } from '../code/git/repository-error.ts';
import {
  describeRepository,
  GitHubError,
  gitHubOrigins,
  type RepositoryFacts,
  tokenForWork,
  usableToken,
} from '../github/service.ts';
import type { Viewer } from '../platform/viewer.ts';
import { inspectRemote } from './git.ts';
import type { RepositoryAddress } from './repository-address.ts';

export interface FoundRepository {
  /** In the owner's own spelling; GitHub remembers the old names of what was renamed. */
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string | null;
  /** What else the API says of it; null when only git could be asked. */
  readonly facts: RepositoryFacts | null;
}

/**
 * Looks for a repository at GitHub: the API says whether it is there for the viewer, what it is called and its default
 * branch. When the API's rate limit is used up or it is away, git itself is asked, which knows all but the spelling.
 * @throws GitHubError, RepositoryError
 */
export async function findAtGitHub(app: App, viewer: Viewer, address: RepositoryAddress): Promise<FoundRepository> {
  const { namespace: owner, name } = address;
  const usable = await usableToken(app, viewer);
  const isBorrowed = usable?.from === 'server' && viewer.credential.kind !== 'operator';
  try {
    const found = await describeRepository(app, { owner, name, token: usable?.token ?? null });
    // What the server's own token sees beyond the public is the operator's, not the viewer's.
    if (found.isPrivate && isBorrowed) throw repositoryNotFound();
    if (found.isEmpty) throw emptyRepository();
    return { owner: found.owner, name: found.name, defaultBranch: found.defaultBranch, facts: found };
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    if (error.code === 'GITHUB_NOT_FOUND') throw repositoryNotFound(error);
    if (!error.retryable) throw error;
    app.log.info({ err: error }, 'the GitHub API cannot be asked for a repository; git is');
    const token = isBorrowed ? undefined : usable?.token;
    const { defaultBranch } = await inspectRemote(address, { allow: gitHubOrigins(app), token });
    return { owner, name, defaultBranch, facts: null };
  }
}

/**
 * What it means that git did not find a repository by a token: GitHub's API tells a revoked token from a missing right.
 * Gives the error to throw.
 */
export async function explainNotFound(
  app: App,
  { namespace: owner, name }: Pick<RepositoryAddress, 'namespace' | 'name'>,
  token: string,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof RepositoryError && error.code === 'REPOSITORY_NOT_FOUND')) return error;
  return describeRepository(app, { owner, name, token }).then(
    () => error,
    (reason: unknown) => (reason instanceof GitHubError && reason.code === 'GITHUB_TOKEN_INVALID' ? reason : error),
  );
}

/**
 * The token a repository is cloned with in a user's name; null to clone as nobody. By the server's own token only the
 * operator reads.
 */
export async function cloneToken(
  app: App,
  work: { readonly ownerId: string; readonly byOperator: boolean },
  address: Pick<RepositoryAddress, 'provider'>,
): Promise<string | null> {
  if (address.provider !== 'GITHUB') return null;
  const usable = await tokenForWork(app, work.ownerId);
  return usable === null || (usable.from === 'server' && !work.byOperator) ? null : usable.token;
}
