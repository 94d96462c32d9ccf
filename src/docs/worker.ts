import type { App } from '../app.ts';
import type { Repository } from '../generated/prisma/client.ts';
import { type StoredArtifact, saveArtifacts, storeArtifact } from '../jobs/artifacts.ts';
import type { JobResult } from '../jobs/context.ts';
import type { JobHandler } from '../jobs/runner.ts';
import { DomainError, NotFoundError } from '../platform/errors.ts';
import { ThreadDiedError } from '../platform/thread-pool.ts';
import { RepositoryError } from '../repos/service.ts';
import { type Checkout, checkOut, requireFolder } from './checkout.ts';
import { COMPOSE, type Composed } from './engine/compose.ts';
import { type DocsInput, docsDefinition } from './jobs.ts';
import { reportStage, type Work } from './progress.ts';
import { offerPages, type PullRequestOutcome } from './pull-request.ts';
import { readCheckout } from './reading.ts';
import { coverageReport } from './report.ts';

/** Most left-out files that are kept with the job by name. */
const mostSkipsKept = 1000;

/** Documents a repository with the local engine, step by step. */
export function docsHandler(app: App): JobHandler<DocsInput> {
  return { definition: docsDefinition, run: (work) => documentRepository(app, work) };
}

async function documentRepository(app: App, work: Work): Promise<JobResult> {
  const repository = await app.database.prisma.repository.findUnique({ where: { id: work.input.repositoryId } });
  if (repository === null) throw new NotFoundError('Repository');
  const checkout = await checkOut(app, work, repository);
  const composed = await readAndCompose(app, work, repository, checkout).catch(async (error: unknown) => {
    throw await explained(error, work, checkout);
  });
  reportStage(work, 'writing_files', 0, 'Storing pages');
  const artifacts = await store(app, work, composed);
  const offered = await offerPages(app, work, repository, checkout, composed);
  return {
    engine: 'local',
    message: summary(composed, offered),
    save: async (transaction) => {
      await saveArtifacts(transaction, artifacts);
      await transaction.docsJob.update({
        where: { jobId: work.jobId },
        data: {
          commit: checkout.commit,
          branch: offered.branch,
          pullRequestUrl: offered.url,
          publicSymbols: composed.coverage.publicSymbols,
          documentedSymbols: composed.coverage.documentedSymbols,
          coverage: coverageReport.parse(composed.coverage),
          skipped: composed.skips.slice(0, mostSkipsKept).map(({ path, reason }) => ({ path, reason })),
        },
      });
    },
  };
}

async function readAndCompose(app: App, work: Work, repository: Repository, checkout: Checkout): Promise<Composed> {
  const pack = await readCheckout(app, work, checkout);
  reportStage(work, 'analyzing_structure', 0);
  await requireFolder(checkout);
  reportStage(work, 'generating_docs', 0, 'Writing pages');
  const facts = { name: repository.name, url: repository.provider === 'LOCAL' ? null : repository.url };
  return app.threads.run(COMPOSE, { root: checkout.root, pack, repository: facts }, { signal: work.signal });
}

/** What a failure means for the one who asked, where more can be said than that it was unexpected. */
async function explained(error: unknown, work: Work, checkout: Checkout): Promise<unknown> {
  if (work.signal.aborted || error instanceof DomainError) return error;
  if (error instanceof ThreadDiedError) {
    const message = 'The repository is too large to be documented in the memory of this server';
    return new RepositoryError('REPOSITORY_TOO_LARGE', message, { cause: error });
  }
  return requireFolder(checkout).then(
    () => error,
    (gone: unknown) => gone,
  );
}

async function store(app: App, work: Work, { pages, patch }: Composed): Promise<StoredArtifact[]> {
  const files = [
    ...pages.map(({ path, content }) => ({ path, content, mediaType: 'text/markdown' })),
    { path: 'documentation.patch', content: patch, mediaType: 'text/x-diff' },
  ];
  const artifacts: StoredArtifact[] = [];
  for (const [index, file] of files.entries()) {
    artifacts.push(await storeArtifact(app, work.jobId, file));
    reportStage(work, 'writing_files', (index + 1) / files.length, file.path);
  }
  return artifacts;
}

function summary({ coverage, pages }: Composed, { url, reason }: PullRequestOutcome): string {
  const { documentedSymbols, publicSymbols } = coverage;
  const made = `${pages.length} pages; ${documentedSymbols} of ${publicSymbols} public symbols are documented`;
  if (url !== null) return `${made}; pull request ${url}`;
  return reason === null ? made : `${made}; no pull request: ${reason}`;
}
