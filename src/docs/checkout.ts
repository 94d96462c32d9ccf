import type { App } from '../app.ts';
import type { Repository } from '../generated/prisma/client.ts';
import { type Checkout, checkOut as checkOutRepository } from '../repos/service.ts';
import { reportStage, type Work } from './progress.ts';

/** Gets the files of a repository, telling how far it is. @throws RepositoryError, ValidationError */
export function checkOut(app: App, work: Work, repository: Repository): Promise<Checkout> {
  reportStage(work, 'cloning_repository', 0);
  return checkOutRepository(app, work, repository, (share, doing) =>
    reportStage(work, 'cloning_repository', share, doing),
  );
}
