import type { App } from '../app.ts';
import type { Repository } from '../generated/prisma/client.ts';
import { DomainError } from '../platform/errors.ts';
import type { Viewer } from '../platform/viewer.ts';
import { connectRepository, findOwnRepository, getWorkableRepository, requireActive } from '../repos/service.ts';
import { checkInlineFiles, type InlineFile } from './inline-files.ts';

/** There is no code of this project to be found. Says the four ways to bring some. */
export class SourceNotFoundError extends DomainError {
  constructor(projectName: string) {
    super(
      'SOURCE_NOT_FOUND',
      `There is no code of ${projectName} to analyse: send files, name a repository by its id or URL, ` +
        `complete a build of that project name, or connect a repository of that name`,
    );
  }
}

/** What a request says of where its code is. */
export interface SourceRequest {
  readonly projectName: string;
  readonly files?: readonly InlineFile[] | null | undefined;
  readonly repositoryId?: string | null | undefined;
  readonly repositoryNumber?: number | null | undefined;
  readonly address?: string | null | undefined;
}

/** Where code comes from. */
export type Source =
  | { readonly kind: 'files'; readonly files: readonly InlineFile[] }
  | { readonly kind: 'repository'; readonly repository: Repository };

/**
 * Where the code of a request comes from: files sent along, a repository it names, the latest completed build of the
 * project, a connected repository of that name, in this order.
 * @throws SourceNotFoundError, ValidationError, NotFoundError, RepositoryError, ForbiddenError, GitHubError
 */
export async function findSource(app: App, viewer: Viewer, request: SourceRequest): Promise<Source> {
  const { projectName, files } = request;
  if (files !== null && files !== undefined) {
    checkInlineFiles(files);
    return { kind: 'files', files };
  }
  const named = await namedRepository(app, viewer, request);
  if (named !== null) return { kind: 'repository', repository: named };
  // A completed build of that project name comes here, once there are builds.
  const repository = await findOwnRepository(app, viewer, projectName);
  if (repository === null) throw new SourceNotFoundError(projectName);
  requireActive(repository);
  return { kind: 'repository', repository };
}

/** The repository a request names by id, number or address; null when it names none. */
async function namedRepository(app: App, viewer: Viewer, request: SourceRequest): Promise<Repository | null> {
  const { repositoryId, repositoryNumber, address } = request;
  if (typeof repositoryId === 'string') return getWorkableRepository(app, viewer, { id: repositoryId });
  if (typeof repositoryNumber === 'number') return getWorkableRepository(app, viewer, { number: repositoryNumber });
  return typeof address === 'string' ? connectRepository(app, viewer, { address }) : null;
}
