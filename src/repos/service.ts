import { z } from 'zod';
import type { App } from '../app.ts';
import type { Repository } from '../generated/prisma/client.ts';
import { idempotently } from '../jobs/service.ts';
import { isMissingRow } from '../platform/database.ts';
import { ConflictError, NotFoundError } from '../platform/errors.ts';
import { ownedBy, requirePermission, type Viewer } from '../platform/viewer.ts';
import { inspectRemote } from './git.ts';
import { parseRepositoryAddress, type RepositoryAddress } from './repository-address.ts';

export { cloneRepository } from './git.ts';
export { headOf, localRepository } from './local-repository.ts';
export type { RepositoryAddress } from './repository-address.ts';

/**
 * Connects a repository by its address: it must exist and be readable from here now. Connecting it again refreshes
 * its default branch. @throws ValidationError, RepositoryError, ForbiddenError
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
      const parsed = await parseRepositoryAddress(address, addressRules(app, viewer.credential.kind === 'operator'));
      const { defaultBranch } = await inspectRemote(parsed, { allow: allowedOrigins(app) });
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

/**
 * Forgets an own repository, with the results of its jobs. Refused while one of them is still going on.
 * @throws NotFoundError, ConflictError JOBS_RUNNING
 */
export async function disconnectRepository(app: App, viewer: Viewer, id: string): Promise<Repository> {
  requirePermission(viewer, 'repository:write');
  const repository = await getOwnRepository(app, viewer, id);
  const { prisma } = app.database;
  const jobs = await prisma.job.findMany({ where: { docs: { repositoryId: id } }, select: { id: true, status: true } });
  if (jobs.some(({ status }) => status === 'QUEUED' || status === 'RUNNING')) {
    throw new ConflictError('Jobs of this repository are still going on; cancel them first', 'JOBS_RUNNING');
  }
  const forget = [
    prisma.job.deleteMany({ where: { docs: { repositoryId: id } } }),
    prisma.repository.delete({ where: { id } }),
  ];
  await prisma.$transaction(forget).catch((error: unknown) => {
    throw isMissingRow(error) ? new NotFoundError('Repository') : error;
  });
  for (const job of jobs) await app.storage.removePrefix(`jobs/${job.id}/`);
  return repository;
}

/**
 * The address a stored repository is read from, checked by today's settings: local folders may have been switched off
 * since it was connected. @throws ValidationError
 */
export function addressOf(
  app: App,
  repository: Pick<Repository, 'url'>,
  byOperator: boolean,
): Promise<RepositoryAddress> {
  return parseRepositoryAddress(repository.url, addressRules(app, byOperator));
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
