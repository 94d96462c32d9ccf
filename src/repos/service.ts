import { z } from 'zod';
import type { App } from '../app.ts';
import type { Repository } from '../generated/prisma/client.ts';
import { idempotently } from '../jobs/service.ts';
import type { Transaction } from '../platform/database.ts';
import { ConflictError, NotFoundError } from '../platform/errors.ts';
import { gatheredRows } from '../platform/gathered-rows.ts';
import { ownedBy, requirePermission, type Viewer } from '../platform/viewer.ts';
import { inspectRemote } from './git.ts';
import { findAtGitHub } from './github-lookup.ts';
import { storedFacts } from './github-news.ts';
import { parseRepositoryAddress } from './repository-address.ts';
import { addressRules, allowedOrigins } from './stored-address.ts';

export { type Branch, type BranchPage, branchesOf, mostBranches } from './branches.ts';
export { type Checkout, checkOut, requireFolder } from './checkout.ts';
export { commitChanges, diffCommits, patchApplies } from './git-commit.ts';
export { commitNewFiles } from './git-push.ts';
export { forgetAtGitHub, noteGitHubNews } from './github-news.ts';
export { fetchHistory, missingBranches } from './history.ts';
export { ownRepositories } from './own-repositories.ts';
export { commitAuthor, offerPullRequest, type PullRequestOutcome } from './pull-request-offer.ts';
export { planMessage, planPullRequest, pullRequestPlan } from './pull-request-plan.ts';
export { type SyncResult, syncRepositories } from './sync.ts';

/**
 * Connects a repository by its address: it must exist and be readable by the viewer from here now. Connecting it again
 * refreshes its name and default branch. @throws ValidationError, RepositoryError, ForbiddenError, GitHubError
 */
export async function connectRepository(
  app: App,
  viewer: Viewer,
  { address, idempotencyKey }: { readonly address: string; readonly idempotencyKey?: string | null | undefined },
): Promise<Repository> {
  requirePermission(viewer, 'repository:write');
  const id = await idempotently(app, viewer, {
    operation: 'connectRepository',
    key: idempotencyKey,
    input: { address },
    answer: z.uuid(),
    work: async (remember) => {
      const found = await inspect(app, viewer, address);
      return app.database.prisma.$transaction(async (transaction) => {
        const repositoryId = await storeConnected(transaction, viewer.id, found);
        await remember(transaction, repositoryId);
        return repositoryId;
      });
    },
  });
  return getRepository(app, viewer, id);
}

type Inspected = Awaited<ReturnType<typeof inspect>>;

/** Stores what was connected: in the row of the same repository, though it was connected by an older name of it. */
async function storeConnected(
  transaction: Transaction,
  ownerId: string,
  { parsed, defaultBranch, facts }: Inspected,
): Promise<string> {
  const { url, namespace, name, provider } = parsed;
  const told = facts === null ? {} : storedFacts(facts);
  const data = { defaultBranch, namespace, name, isActive: true, ...told };
  if (facts !== null) {
    const rows = await transaction.repository.findMany({
      where: { ownerId, OR: [{ githubId: facts.githubId }, { url }] },
      select: { id: true, url: true },
    });
    const [only, ...others] = rows;
    if (only !== undefined && others.length === 0) {
      await transaction.repository.update({ where: { id: only.id }, data: { ...data, url } });
      return only.id;
    }
  }
  const { id } = await transaction.repository.upsert({
    where: { ownerId_url: { ownerId, url } },
    create: { ...data, ownerId, url, provider },
    update: data,
  });
  return id;
}

/** The address as it is stored, the default branch, and what GitHub says besides. */
async function inspect(app: App, viewer: Viewer, address: string) {
  const rules = addressRules(app, viewer.credential.kind === 'operator');
  const parsed = await parseRepositoryAddress(address, rules);
  if (parsed.provider !== 'GITHUB') {
    const { defaultBranch } = await inspectRemote(parsed, { allow: allowedOrigins(app) });
    return { parsed, defaultBranch, facts: null };
  }
  const { owner, name, defaultBranch, facts } = await findAtGitHub(app, viewer, parsed);
  return { parsed: await parseRepositoryAddress(`${owner}/${name}`, rules), defaultBranch, facts };
}

/** A repository the viewer may see. @throws NotFoundError */
export async function getRepository(app: App, viewer: Viewer, id: string): Promise<Repository> {
  requirePermission(viewer, 'repository:read');
  const repository = await repositories(app.database, id);
  const { ownerId } = ownedBy(viewer);
  const isHidden = ownerId !== undefined && ownerId !== repository?.ownerId;
  if (repository === undefined || isHidden) throw new NotFoundError('Repository');
  return repository;
}

/**
 * A repository of the viewer's own that work may begin on, by its id or its public number.
 * @throws NotFoundError, ConflictError REPOSITORY_INACTIVE for one that is gone from where it was
 */
export async function getWorkableRepository(
  app: App,
  viewer: Viewer,
  named: { readonly id: string } | { readonly number: number },
): Promise<Repository> {
  requirePermission(viewer, 'repository:read');
  const repository = 'id' in named ? await repositories(app.database, named.id) : await byNumber(app, named.number);
  if (repository === undefined || repository.ownerId !== viewer.id) throw new NotFoundError('Repository');
  requireActive(repository);
  return repository;
}

const repositories = gatheredRows<Repository>('Repository');

async function byNumber({ database }: App, number: number): Promise<Repository | undefined> {
  return (await database.prisma.repository.findUnique({ where: { number } })) ?? undefined;
}

/** @throws ConflictError REPOSITORY_INACTIVE */
export function requireActive({ isActive, namespace, name }: Repository): void {
  if (isActive) return;
  const message = `${namespace}/${name} is gone from GitHub or out of sight there; connect it again once it can be seen`;
  throw new ConflictError(message, 'REPOSITORY_INACTIVE');
}

/** A repository of the viewer's own, for what changes it: admins only see those of others. */
async function getOwnRepository(app: App, viewer: Viewer, id: string): Promise<Repository> {
  const repository = await getRepository(app, viewer, id);
  if (repository.ownerId !== viewer.id) throw new NotFoundError('Repository');
  return repository;
}

/**
 * The viewer's own repository of a name, whatever its capitals; of several an active one, connected last. Null when
 * none.
 */
export async function findOwnRepository(app: App, viewer: Viewer, name: string): Promise<Repository | null> {
  requirePermission(viewer, 'repository:read');
  const named = { ownerId: viewer.id, name: { equals: name, mode: 'insensitive' } } as const;
  return app.database.prisma.repository.findFirst({ where: named, orderBy: [{ isActive: 'desc' }, { id: 'desc' }] });
}

/**
 * Forgets an own repository, with the results of its jobs. Refused while one of them is still going on.
 * @throws NotFoundError, ConflictError JOBS_RUNNING
 */
export async function disconnectRepository(app: App, viewer: Viewer, id: string): Promise<Repository> {
  requirePermission(viewer, 'repository:write');
  const repository = await getOwnRepository(app, viewer, id);
  const jobs = await app.database.prisma.$transaction(async (transaction) => {
    // A job that is asked for meanwhile refers to this row, and waits.
    const [locked] = await transaction.$queryRaw<{ id: string }[]>`
      SELECT id FROM "Repository" WHERE id = ${id}::uuid FOR UPDATE`;
    if (locked === undefined) throw new NotFoundError('Repository');
    const where = {
      OR: [{ docs: { repositoryId: id } }, { analysis: { repositoryId: id } }, { task: { repositoryId: id } }],
    };
    const found = await transaction.job.findMany({ where, select: { id: true, status: true } });
    if (found.some(({ status }) => status === 'QUEUED' || status === 'RUNNING')) {
      throw new ConflictError('Jobs of this repository are still going on; cancel them first', 'JOBS_RUNNING');
    }
    await transaction.job.deleteMany({ where });
    await transaction.repository.delete({ where: { id } });
    // Though nothing has changed at GitHub, the next sync shall find it again.
    if (repository.provider === 'GITHUB') await transaction.repositorySync.deleteMany({ where: { userId: viewer.id } });
    return found;
  });
  for (const job of jobs) await app.storage.removePrefix(`jobs/${job.id}/`);
  return repository;
}
