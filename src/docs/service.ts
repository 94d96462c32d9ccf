import type { App } from '../app.ts';
import { createJob } from '../jobs/service.ts';
import { ValidationError } from '../platform/errors.ts';
import { requirePermission, type Viewer } from '../platform/viewer.ts';
import { connectRepository, getRepository } from '../repos/service.ts';
import { docsDefinition } from './jobs.ts';

export interface DocsRequest {
  /** One of the two. */
  readonly repositoryId?: string | null | undefined;
  readonly address?: string | null | undefined;
  readonly ref?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/**
 * Asks for the documentation of a repository: a connected one, or one by its address, which is connected on the way.
 * Gives the job's id. @throws ValidationError, NotFoundError, RepositoryError, ForbiddenError
 */
export async function generateDocs(app: App, viewer: Viewer, request: DocsRequest): Promise<string> {
  requirePermission(viewer, 'docs:create');
  const { address, repositoryId } = request;
  if (typeof address === 'string' && typeof repositoryId === 'string') {
    throw new ValidationError('Name the repository by its id or by its address, not both');
  }
  if (typeof address !== 'string' && typeof repositoryId !== 'string') {
    throw new ValidationError('Name a repository, by its id or by its address');
  }
  const repository =
    typeof address === 'string'
      ? await connectRepository(app, viewer, { address })
      : await getRepository(app, viewer, repositoryId ?? '');
  const ref = request.ref ?? null;
  return createJob(app, viewer, {
    definition: docsDefinition,
    input: { repositoryId: repository.id, ref, byOperator: viewer.credential.kind === 'operator' },
    operation: 'generateDocs',
    idempotencyKey: request.idempotencyKey,
    detail: (transaction, jobId) => transaction.docsJob.create({ data: { jobId, repositoryId: repository.id, ref } }),
  });
}
