import { stat } from 'node:fs/promises';
import { z } from 'zod';
import type { App } from '../app.ts';
import type { Repository } from '../generated/prisma/client.ts';
import { idempotently } from '../jobs/service.ts';
import { ConflictError, NotFoundError } from '../platform/errors.ts';
import { ownedBy, requirePermission, type Viewer } from '../platform/viewer.ts';
import { inspectRemote } from './git.ts';
import { findAtGitHub } from './github-lookup.ts';
import { parseRepositoryAddress, type RepositoryAddress } from './repository-address.ts';
import { RepositoryError } from './repository-error.ts';

export { cloneRepository } from './git.ts';
export { commitNewFiles, pushBranch } from './git-push.ts';
export { cloneToken, explainNotFound } from './github-lookup.ts';
export { headOf, localRepository } from './local-repository.ts';
export type { RepositoryAddress } from './repository-address.ts';
export { RepositoryError } from './repository-error.ts';

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
      const { parsed, defaultBranch } = await inspect(app, viewer, address);
      return app.database.prisma.$transaction(async (transaction) => {
        const present = { ownerId: viewer.id, url: parsed.url };
        const { namespace, name, provider } = parsed;
        const repository = await transaction.repository.upsert({
          where: { ownerId_url: present },
          create: { ...present, provider, namespace, name, defaultBranch },
          update: { defaultBranch, namespace, name },
        });
        await remember(transaction, repository.id);
        return repository.id;
      });
    },
  });
  return getRepository(app, viewer, id);
}

/** The address as it is stored, and the default branch. */
async function inspect(app: App, viewer: Viewer, address: string) {
  const rules = addressRules(app, viewer.credential.kind === 'operator');
  const parsed = await parseRepositoryAddress(address, rules);
  if (parsed.provider !== 'GITHUB') {
    const { defaultBranch } = await inspectRemote(parsed, { allow: allowedOrigins(app) });
    return { parsed, defaultBranch };
  }
  const { owner, name, defaultBranch } = await findAtGitHub(app, viewer, parsed);
  return { parsed: await parseRepositoryAddress(`${owner}/${name}`, rules), defaultBranch };
}

/** A repository the viewer may see. @throws NotFoundError */
export async function getRepository(app: App, viewer: Viewer, id: string): Promise<Repository> {
  requirePermission(viewer, 'repository:read');
  const repository = await app.database.prisma.repository.findFirst({ where: { id, ...ownedBy(viewer) } });
  if (repository === null) throw new NotFoundError('Repository');
  return repository;
}

/** A repository of the viewer's own, for what changes it or works on it: admins only see those of others. */
export async function getOwnRepository(app: App, viewer: Viewer, id: string): Promise<Repository> {
  const repository = await getRepository(app, viewer, id);
  if (repository.ownerId !== viewer.id) throw new NotFoundError('Repository');
  return repository;
}

/** The same by its public number. @throws NotFoundError */
export async function getRepositoryByNumber(app: App, viewer: Viewer, number: number): Promise<Repository> {
  requirePermission(viewer, 'repository:read');
  const repository = await app.database.prisma.repository.findFirst({ where: { number, ...ownedBy(viewer) } });
  if (repository === null) throw new NotFoundError('Repository');
  return repository;
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
    const where = { docs: { repositoryId: id } };
    const found = await transaction.job.findMany({ where, select: { id: true, status: true } });
    if (found.some(({ status }) => status === 'QUEUED' || status === 'RUNNING')) {
      throw new ConflictError('Jobs of this repository are still going on; cancel them first', 'JOBS_RUNNING');
    }
    await transaction.job.deleteMany({ where });
    await transaction.repository.delete({ where: { id } });
    return found;
  });
  for (const job of jobs) await app.storage.removePrefix(`jobs/${job.id}/`);
  return repository;
}

/**
 * The address a stored repository is read from, checked by today's settings: local folders may have been switched off
 * since it was connected, or be gone. @throws RepositoryError, ValidationError
 */
export async function addressOf(
  app: App,
  repository: Pick<Repository, 'provider' | 'url'>,
  byOperator: boolean,
): Promise<RepositoryAddress> {
  if (repository.provider === 'LOCAL') {
    if (!byOperator && !app.config.ALLOW_LOCAL_REPOS) {
      throw new RepositoryError('ADDRESS_NOT_ALLOWED', 'Folders of this machine are no longer accepted here');
    }
    if (!(await isFolder(repository.url))) {
      throw new RepositoryError('REPOSITORY_NOT_FOUND', 'The folder is no longer there');
    }
  }
  return parseRepositoryAddress(repository.url, addressRules(app, byOperator));
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Exact origins that git may reach although they are private, or by plain http. */
export function allowedOrigins(app: App): string[] {
  return [...app.config.SAFE_FETCH_ALLOW, new URL(app.config.GITHUB_URL).origin];
}

function addressRules(app: App, byOperator: boolean) {
  return {
    githubUrl: app.config.GITHUB_URL,
    allowLocal: byOperator || app.config.ALLOW_LOCAL_REPOS,
    allow: allowedOrigins(app),
    forbidden: [app.config.DATA_DIR],
    field: 'address',
  };
}
