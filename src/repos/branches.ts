import type { App } from '../app.ts';
import { runGit } from '../code/git/git-command.ts';
import type { Repository } from '../generated/prisma/client.ts';
import { listBranches, usableToken } from '../github/service.ts';
import { requirePermission, type Viewer } from '../platform/viewer.ts';
import { remoteRefs } from './git.ts';
import { branchOf, isCommitId } from './git-ref.ts';
import { localRepository } from './local-repository.ts';
import { remoteAccess } from './remote-access.ts';
import { addressOf, allowedOrigins } from './stored-address.ts';
import { ofConnection } from './sync.ts';

/** A branch and its newest commit. */
export interface Branch {
  readonly name: string;
  readonly sha: string;
  /** Where the commit can be read; null where only git knows it. */
  readonly url: string | null;
  /** Whether GitHub keeps it from being changed by just anybody; null where nobody says so. */
  readonly isProtected: boolean | null;
}

export interface BranchPage {
  readonly nodes: readonly Branch[];
  /** Where the next page begins; null after the last one. */
  readonly endCursor: string | null;
}

/** Where a repository is. */
type RepositoryPlace = Pick<Repository, 'provider' | 'url' | 'namespace' | 'name'>;

/** Branches of one page, and of a whole list. */
export const mostBranches = { onPage: 1000, inAll: 10_000 } as const;

/**
 * A page of a repository's branches, asked of where it lives: GitHub's API, the git server, or the folder.
 * @throws ForbiddenError, GitHubError, RepositoryError
 */
export async function branchesOf(
  app: App,
  viewer: Viewer,
  repository: RepositoryPlace,
  { first, offset, signal }: { readonly first: number; readonly offset: number; readonly signal: AbortSignal },
): Promise<BranchPage> {
  requirePermission(viewer, 'repository:read');
  // One more, to know whether there is another page.
  const page = { offset, limit: Math.max(0, Math.min(first, mostBranches.inAll - offset)) + 1 };
  const found =
    repository.provider === 'GITHUB'
      ? await gitHubBranches(app, viewer, repository, page, signal)
      : await gitBranches(app, viewer, repository, page, signal);
  const nodes = found.slice(0, page.limit - 1);
  const end = offset + nodes.length;
  const hasMore = found.length > nodes.length && end < mostBranches.inAll;
  return { nodes, endCursor: hasMore ? String(end) : null };
}

interface Page {
  readonly offset: number;
  readonly limit: number;
}

async function gitHubBranches(
  app: App,
  viewer: Viewer,
  { namespace: owner, name }: RepositoryPlace,
  page: Page,
  signal: AbortSignal,
): Promise<Branch[]> {
  const usable = await usableToken(app, viewer);
  // What the server's own token sees beyond the public is the operator's, not the viewer's.
  const isBorrowed = usable?.from === 'server' && viewer.credential.kind !== 'operator';
  const token = isBorrowed ? null : (usable?.token ?? null);
  return listBranches(app, { owner, name, token, signal }, page).catch((error: unknown) => {
    throw usable?.from === 'connection' ? ofConnection(error) : error;
  });
}

async function gitBranches(
  app: App,
  viewer: Viewer,
  repository: RepositoryPlace,
  { offset, limit }: Page,
  signal: AbortSignal,
): Promise<Branch[]> {
  const address = await addressOf(app, repository, viewer.credential.kind === 'operator');
  const commits =
    address.provider === 'LOCAL' ? await localHeads(address.url, signal) : await remoteHeads(app, address, signal);
  return [...commits]
    .flatMap(([ref, sha]) => {
      const name = branchOf(ref);
      return name === null ? [] : [{ name, sha, url: null, isProtected: null }];
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .slice(offset, offset + limit);
}

async function remoteHeads(
  app: App,
  address: Parameters<typeof remoteAccess>[0],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const access = await remoteAccess(address, { allow: allowedOrigins(app), signal });
  return (await remoteRefs(address, access, ['refs/heads/*'], { signal, timeoutMs: 30_000 })).commits;
}

async function localHeads(path: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const { gitDir } = await localRepository(path);
  if (gitDir === null) return new Map();
  const format = '--format=%(objectname) %(refname)';
  const listing = await runGit(['for-each-ref', format, 'refs/heads/'], { gitDir, workTree: '/', signal });
  const rows = listing
    .split('\n')
    .map((line) => [line.slice(line.indexOf(' ') + 1), line.split(' ', 1)[0] ?? ''] as const);
  return new Map(rows.filter(([, sha]) => isCommitId(sha)));
}
