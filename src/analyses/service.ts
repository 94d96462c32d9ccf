import type { App } from '../app.ts';
import type { AnalysisType, Prisma } from '../generated/prisma/client.ts';
import { createJob, JobCreator, rowPerJob } from '../jobs/service.ts';
import { requireForm } from '../platform/errors.ts';
import { requirePermission, type Viewer } from '../platform/viewer.ts';
import { hashOfInlineFiles, packInlineFiles } from './inline-files.ts';
import { analysisDefinition } from './jobs.ts';
import { findSource, type SourceRequest } from './source.ts';

export { saidOnce } from './engine/said-twice.ts';
export { absentEngines } from './previous.ts';
export { type AnalysisReport, analysisReport } from './report.ts';

/** Names of projects, as phase2 takes them. */
export const projectNameForm = /^[A-Za-z0-9_-]{1,50}$/;

export interface AnalysisRequest extends SourceRequest {
  readonly types: readonly AnalysisType[];
  /** Of a repository. */
  readonly ref?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/**
 * Asks for an analysis of the code of a project. Gives the job's id.
 * @throws SourceNotFoundError, ValidationError, NotFoundError, RepositoryError, ForbiddenError, GitHubError
 */
export async function analyzeCode(app: App, viewer: Viewer, request: AnalysisRequest): Promise<string> {
  requirePermission(viewer, 'analysis:create');
  const types = [...new Set(request.types)].sort();
  requireForm(projectNameForm.test(request.projectName), 'projectName', 'must be 1 to 50 letters, digits, - or _');
  requireForm(types.length > 0, 'types', 'must hold at least one type');
  const { projectName, idempotencyKey } = request;
  const source = await findSource(app, viewer, request);
  const isRepository = source.kind === 'repository';
  const repositoryId = isRepository ? source.repository.id : null;
  const ref = isRepository ? (request.ref ?? null) : null;
  const files = isRepository ? null : await packInlineFiles(source.files);
  const filesHash = isRepository ? null : hashOfInlineFiles(source.files);
  const input = { types, repositoryId, ref, byOperator: viewer.credential.kind === 'operator' };
  return createJob(app, viewer, {
    creator: analyses,
    input,
    asked: { ...input, projectName, filesHash },
    operation: 'analyzeCode',
    idempotencyKey,
    detail: { projectName, types, repositoryId, ref, files },
  });
}

const analyses = new JobCreator({
  definition: analysisDefinition,
  neverRefuses: true,
  write: rowPerJob<Omit<Prisma.AnalysisUncheckedCreateInput, 'jobId'>>('Analysis'),
});
