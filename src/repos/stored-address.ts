import { stat } from 'node:fs/promises';
import type { App } from '../app.ts';
import { RepositoryError } from '../code/git/repository-error.ts';
import type { Repository } from '../generated/prisma/client.ts';
import { parseRepositoryAddress, type RepositoryAddress } from './repository-address.ts';

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

/** What addresses are taken here. */
export function addressRules(app: App, byOperator: boolean) {
  return {
    githubUrl: app.config.GITHUB_URL,
    allowLocal: byOperator || app.config.ALLOW_LOCAL_REPOS,
    allow: allowedOrigins(app),
    forbidden: [app.config.DATA_DIR],
    field: 'address',
  };
}
