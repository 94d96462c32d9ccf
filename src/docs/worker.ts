import type { App } from '../app.ts';
import { RepositoryError } from '../code/git/repository-error.ts';
import { type StoredArtifact, saveArtifacts, storeArtifact } from '../jobs/artifacts.ts';
import type { JobResult } from '../jobs/context.ts';
import type { JobHandler } from '../jobs/runner.ts';
import type { Transaction } from '../platform/database.ts';
import { NotFoundError } from '../platform/errors.ts';
import { ThreadDiedError } from '../platform/thread-pool.ts';
import { type Checkout, requireFolder } from '../repos/service.ts';
import { checkOut } from './checkout.ts';
import type { Composed } from './engine/compose.ts';
import { coverageBadge } from './health/badge.ts';
import { type HealthReport, healthSarif, previousJob, reportHealth } from './health-report.ts';
import { type DocsInput, docsDefinition } from './jobs.ts';
import { authorPages } from './model-pages.ts';
import { reportStage, type Work } from './progress.ts';
import { offerPages, type PullRequestOutcome } from './pull-request.ts';
import { readCheckout } from './reading.ts';
import { coverageReport } from './report.ts';

/** Most left-out files that are kept with the job by name. */
const mostSkipsKept = 1000;

/** Documents a repository, step by step: with the local engine, and a model where one is configured. */
export function docsHandler(app: App): JobHandler<DocsInput> {
  return { definition: docsDefinition, run: (work) => documentRepository(app, work) };
}

async function documentRepository(app: App, work: Work): Promise<JobResult> {
  const repository = await app.database.prisma.repository.findUnique({ where: { id: work.input.repositoryId } });
  if (repository === null) throw new NotFoundError('Repository');
  const checkout = await checkOut(app, work, repository);
  const { name, provider, url } = repository;
  const facts = { name, url: provider === 'LOCAL' ? null : url, commit: checkout.commit };
  const {
    composed: local,
    parsed,
    known,
  } = await readCheckout(app, work, checkout, facts).catch(async (error: unknown) => {
    throw await explained(error, work, checkout);
  });
  const { composed, engine, pages } = await authorPages(app, work, checkout.root, local);
  reportStage(work, 'writing_files', 0, 'Storing pages');
  const previousJobId = await previousJob(app, work.jobId, repository.id);
  const health = await reportHealth(app, composed, previousJobId);
  const artifacts = await store(app, work, composed, healthSarif(health, facts));
  const offered = await offerPages(app, work, repository, checkout, composed);
  return {
    engine,
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
          parsedFiles: parsed,
          knownFiles: known,
          pages: pages.map((page) => ({ ...page })),
          ...(await healthColumns(transaction, health, previousJobId)),
          leftOut: composed.leftOut.map(({ reason, files, folders }) => ({ reason, files, folders })),
          skipped: composed.skips.slice(0, mostSkipsKept).map(({ path, reason }) => ({ path, reason })),
        },
      });
    },
  };
}

/** What is kept of the report; the run it is compared with may have been deleted since it was read. */
async function healthColumns(transaction: Transaction, health: HealthReport, previousJobId: string | null) {
  const where = { jobId: previousJobId ?? '' };
  const previous =
    previousJobId === null ? null : await transaction.docsJob.findUnique({ where, select: { jobId: true } });
  const { high, medium, low } = health.counts;
  return {
    health,
    highFindings: high,
    mediumFindings: medium,
    lowFindings: low,
    previousJobId: previous?.jobId ?? null,
  };
}

/** What a failure means for the one who asked, where more can be said than that it was unexpected. */
async function explained(error: unknown, work: Work, checkout: Checkout): Promise<unknown> {
  if (work.signal.aborted || error instanceof RepositoryError) return error;
  if (error instanceof ThreadDiedError) {
    const message = 'The repository is too large to be documented in the memory of this server';
    return new RepositoryError('REPOSITORY_TOO_LARGE', message, { cause: error });
  }
  return requireFolder(checkout).then(
    () => error,
    (gone: unknown) => gone,
  );
}

async function store(
  app: App,
  work: Work,
  { pages, patch, coverage }: Composed,
  sarif: string,
): Promise<StoredArtifact[]> {
  const bytes = new TextEncoder();
  const files = [
    ...pages.map(({ path, content }) => ({ path, content, mediaType: 'text/markdown' })),
    { path: 'documentation.patch', content: patch, mediaType: 'text/x-diff' },
    { path: 'health.sarif', content: bytes.encode(sarif), mediaType: 'application/sarif+json' },
    {
      path: 'coverage-badge.svg',
      content: bytes.encode(coverageBadge(coverage.percentage)),
      mediaType: 'image/svg+xml',
    },
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
