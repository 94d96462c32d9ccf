import { copyFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { App } from '../app.ts';
import { type GitAccess, runGit, tryGit } from '../code/git/git-command.ts';
import { tooLarge } from '../code/git/git-failure.ts';
import { RepositoryError } from '../code/git/repository-error.ts';
import type { Repository } from '../generated/prisma/client.ts';
import { usableToken } from '../github/service.ts';
import type { JobContext } from '../jobs/context.ts';
import type { Viewer } from '../platform/viewer.ts';
import type { Checkout } from './checkout.ts';
import { inspectRemote } from './git.ts';
import { parseRef } from './git-ref.ts';
import { cloneToken } from './github-lookup.ts';
import { watchSize } from './growing-folder.ts';
import { localRepository, resolveLocalRef } from './local-repository.ts';
import { remoteAccess } from './remote-access.ts';
import { missingAt } from './seen-branches.ts';
import { addressOf, allowedOrigins } from './stored-address.ts';

type Work = JobContext<{ readonly byOperator: boolean }>;

export interface HistoryWish {
  /** The branch the checkout is of. */
  readonly branch: string;
  /** A second branch to have; null for none. */
  readonly other: string | null;
  /** Commits of history of each, newest first; fewer when they would not fit. */
  readonly commits: number;
}

/**
 * Adds history to a checkout of the job's own, and a second branch. Gives the commit of that branch, null when none was
 * asked for. What the limit of a repository's size leaves no room for is left out, but for the second branch itself.
 * @throws RepositoryError REF_NOT_FOUND and others
 */
export async function fetchHistory(
  app: App,
  work: Work,
  repository: Repository,
  checkout: Checkout,
  wish: HistoryWish,
): Promise<string | null> {
  const address = await addressOf(app, repository, work.input.byOperator);
  if (address.provider === 'LOCAL') return localHistory(work, address.url, checkout, wish);
  const token = await cloneToken(app, { ownerId: work.ownerId, byOperator: work.input.byOperator }, address);
  const access = await remoteAccess(address, {
    allow: allowedOrigins(app),
    signal: work.signal,
    ...(token !== null && { token }),
  });
  const refs = [wish.branch, ...(wish.other === null ? [] : [wish.other])].map(sourceOf);
  for (const depth of [wish.commits, 50, 1]) {
    try {
      return await fetchDepth(app, work, { url: address.url, access, checkout, refs, depth });
    } catch (error) {
      const isTooMuch = error instanceof RepositoryError && error.code === 'REPOSITORY_TOO_LARGE';
      if (!isTooMuch || depth === 1) throw error;
    }
  }
  return null;
}

interface Fetching {
  readonly url: string;
  readonly access: GitAccess;
  readonly checkout: Checkout;
  readonly refs: readonly string[];
  readonly depth: number;
}

async function fetchDepth(app: App, work: Work, { url, access, checkout, refs, depth }: Fetching) {
  const gitDir = join(checkout.root, '.git');
  const limit = app.config.MAX_REPOSITORY_MEGABYTES * 1_000_000;
  const size = watchSize(gitDir, limit, () => tooLarge(limit), work.signal);
  const options = { cwd: checkout.root, gitDir, timeoutMs: 300_000 };
  try {
    const how = [`--depth=${depth}`, '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];
    // Under names of its own, so that no branch of the clone is moved.
    const names = refs.map((ref, index) => `+${ref}:refs/fetched/${index}`);
    await runGit(['fetch', ...how, '--', url, ...names], { ...options, access, signal: size.signal });
  } finally {
    await size.stop();
  }
  if (refs.length < 2) return null;
  return (
    await runGit(['rev-parse', '--verify', 'refs/fetched/1^{commit}'], { ...options, signal: work.signal })
  ).trim();
}

/** The objects of a local repository are at hand already; where its own history ends must be known. */
async function localHistory(work: Work, path: string, { root }: Checkout, { other }: HistoryWish) {
  const { gitDir } = await localRepository(path);
  if (gitDir === null) return null;
  const options = { gitDir, workTree: '/', signal: work.signal };
  const shallow = await tryGit(['rev-parse', '--git-path', 'shallow'], options);
  await copyFile(resolve('/', shallow.stdout.trim()), join(root, '.git', 'shallow')).catch(() => undefined);
  if (other === null) return null;
  const found = await resolveLocalRef(gitDir, other, { signal: work.signal });
  if (found === null) throw branchNotFound(other);
  return found.commit;
}

function sourceOf(branch: string): string {
  const wanted = parseRef(branch);
  return wanted.kind === 'commit' ? wanted.commit : (wanted.names[0] ?? branch);
}

function branchNotFound(branch: string): RepositoryError {
  return new RepositoryError('REF_NOT_FOUND', `There is no branch ${branch} in this repository`);
}

/**
 * The branches among `names` that a repository does not have, asked by the viewer's own token. Null when it cannot be
 * asked now, though perhaps later. @throws RepositoryError when it cannot be had
 */
export async function missingBranches(
  app: App,
  viewer: Viewer,
  repository: Repository,
  names: readonly string[],
): Promise<readonly string[] | null> {
  const byOperator = viewer.credential.kind === 'operator';
  try {
    const known = repository.provider === 'GITHUB' ? await usableToken(app, viewer) : null;
    // By whom and in what way the address was allowed: what was seen so is believed without looking at anything.
    const asWhom = `${viewer.id} ${byOperator} ${known?.from ?? ''}`;
    const key = `${repository.id} ${repository.provider} ${repository.url} ${asWhom}`;
    return await missingAt(app, key, names, async () => {
      const address = await addressOf(app, repository, byOperator);
      // What is at GitHub may have changed with the settings: no token goes anywhere else.
      const usable = address.provider === 'GITHUB' ? (known ?? (await usableToken(app, viewer))) : null;
      const token = usable?.from === 'server' && !byOperator ? undefined : usable?.token;
      return (await inspectRemote(address, { allow: allowedOrigins(app), token })).branches;
    });
  } catch (error) {
    if (error instanceof RepositoryError && error.retryable) return null;
    throw error;
  }
}
