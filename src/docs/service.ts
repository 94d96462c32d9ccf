import type { App } from '../app.ts';
import type { Prisma, Repository } from '../generated/prisma/client.ts';
import { createJob, JobCreator, rowPerJob } from '../jobs/service.ts';
import { NotFoundError, ValidationError } from '../platform/errors.ts';
import { requirePermission, type Viewer } from '../platform/viewer.ts';
import { connectRepository, getWorkableRepository, planMessage, planPullRequest } from '../repos/service.ts';
import { percentageOf } from './engine/coverage.ts';
import { countFrom, type HealthFinding, type HealthReport } from './health-report.ts';
import { docsDefinition } from './jobs.ts';

export { DOCUMENT_TREE, type TreeDocumentation } from './tree-task.ts';
export { countFrom, type HealthFinding, type HealthReport, percentageOf };

export interface DocsRequest {
  /** One of the three. */
  readonly repositoryId?: string | null | undefined;
  readonly repositoryNumber?: number | null | undefined;
  readonly address?: string | null | undefined;
  readonly ref?: string | null | undefined;
  /** Absent: where the token may write. */
  readonly pullRequest?: boolean | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/**
 * Asks for the documentation of a repository: a connected one, or one by its address, which is connected on the way.
 * Gives the job's id. @throws ValidationError, NotFoundError, RepositoryError, ForbiddenError
 */
export async function generateDocs(app: App, viewer: Viewer, request: DocsRequest): Promise<string> {
  requirePermission(viewer, 'docs:create');
  const repository = await repositoryOf(app, viewer, request);
  // Admins see the repositories of others but do not start work on them.
  if (repository.ownerId !== viewer.id) throw new NotFoundError('Repository');
  const { ref = null, pullRequest: wish = null } = request;
  const asked = { repositoryId: repository.id, ref, byOperator: viewer.credential.kind === 'operator' };
  const plan = await planPullRequest(app, viewer, repository, { pullRequest: wish, ref });
  return createJob(app, viewer, {
    creator: docsJobs,
    input: { ...asked, pullRequest: plan },
    asked: { ...asked, pullRequest: wish },
    message: planMessage(plan),
    operation: 'generateDocs',
    idempotencyKey: request.idempotencyKey,
    detail: { repositoryId: repository.id, ref },
  });
}

const docsJobs = new JobCreator({
  definition: docsDefinition,
  neverRefuses: true,
  write: rowPerJob<Omit<Prisma.DocsJobUncheckedCreateInput, 'jobId'>>('DocsJob'),
});

/** The repository a request names in exactly one way. */
async function repositoryOf(app: App, viewer: Viewer, request: DocsRequest): Promise<Repository> {
  const { address, repositoryId, repositoryNumber } = request;
  const named = [address, repositoryId, repositoryNumber].filter((name) => name !== null && name !== undefined);
  if (named.length !== 1) throw new ValidationError('Name one repository, by its id, its number or its address');
  if (typeof address === 'string') return connectRepository(app, viewer, { address });
  const byName = typeof repositoryNumber === 'number' ? { number: repositoryNumber } : { id: repositoryId ?? '' };
  return getWorkableRepository(app, viewer, byName);
}
