import type { App } from '../app.ts';
import type { JobContext, JobResult } from '../jobs/context.ts';
import type { JobHandler } from '../jobs/runner.ts';
import type { ThreadPool } from '../platform/thread-pool.ts';
import type { Writing } from '../platform/transactions.ts';
import { type Comparison, compare } from './engine/comparison.ts';
import { type CvAnalysisInput, type CvStage, cvAnalysisDefinition, cvStages } from './jobs.ts';
import { type Refiner, refinerOf } from './model-refinement.ts';
import { analyseCvFile, createCvThreads } from './reading.ts';
import type { CvReport } from './report.ts';
import { withResources } from './resources.ts';

type Work = JobContext<CvAnalysisInput>;

/**
 * Compares CVs with job descriptions. Every step is a fraction of a second and gives the same each time, so another
 * attempt simply begins again; a thread that is in the middle of one is ended when the work must stop.
 */
export function cvHandler(app: App): JobHandler<CvAnalysisInput> {
  const threads = createCvThreads(app.config.WORKER_THREADS);
  const close = () => {
    threads.close().catch((error: unknown) => app.log.warn({ err: error }, 'threads for CVs stay open'));
  };
  app.closing.addEventListener('abort', close, { once: true });
  return { definition: cvAnalysisDefinition, run: (work) => analyse(app, work, threads) };
}

async function analyse(app: App, work: Work, threads: ThreadPool): Promise<JobResult> {
  const refiner = refinerOf(app, work);
  begin(work, 'parsing_cv');
  const compared = await comparisonOf(app, work, threads, refiner);
  begin(work, 'generating_recommendations');
  const report = await reportOf(app, work, compared, refiner);
  return {
    engine: refiner?.engine ?? 'local',
    message: 'Complete!',
    write: (writing) => save(writing, work.jobId, report),
  };
}

interface Compared {
  readonly comparison: Comparison;
  /** Of the reading. */
  readonly warnings: readonly string[];
}

async function comparisonOf(app: App, work: Work, threads: ThreadPool, refiner: Refiner | null): Promise<Compared> {
  const { signal, input } = work;
  const { cv, jobDescription } = await readTexts(app, work.jobId);
  const asked = { jobDescription, asOf: input.asOf, compares: refiner === null };
  const { warnings, understood } = await analyseCvFile(asked, cv, {
    threads,
    signal,
    onPhase: (phase) => {
      if (phase === 'understanding') begin(work, 'analyzing_job_description');
      if (phase === 'comparing') begin(work, 'identifying_skill_gaps');
    },
  });
  if ('comparison' in understood) return { warnings, comparison: understood.comparison };
  const { understanding } = understood;
  end(work, 'analyzing_job_description');
  const requirements = await refiner?.requirements(jobDescription, understanding.requirements);
  begin(work, 'identifying_skill_gaps');
  // Of lists that are short by then: it takes less than handing them to a thread.
  return { warnings, comparison: compare({ ...understanding, ...(requirements && { requirements }) }) };
}

async function reportOf(
  app: App,
  { signal }: Work,
  { comparison, warnings: read }: Compared,
  refiner: Refiner | null,
): Promise<CvReport> {
  const { result, skills } = comparison;
  const refined = refiner && { overallAssessment: await refiner.assessment(result, skills) };
  const warnings = [...read, ...comparison.warnings, ...(refiner?.warnings ?? [])];
  return withResources(app, { ...comparison, result: { ...result, ...refined }, warnings }, signal);
}

function begin(work: Work, name: CvStage): void {
  const { begins, says } = cvStages[name];
  work.progress({ stage: name, percentage: begins, message: says });
}

/** Shown only when what comes next takes a while. */
function end(work: Work, name: CvStage): void {
  const { ends, says } = cvStages[name];
  work.progress({ stage: name, percentage: ends, message: says });
}

/**
 * As raw statements: Prisma would turn the file and the report into other forms and back, which takes a millisecond.
 */
async function readTexts(app: App, jobId: string): Promise<{ cv: Uint8Array; jobDescription: string }> {
  const { rows } = await app.database.pool.query<{ cv: Buffer | null; jobDescription: string }>({
    name: 'cv-to-analyse',
    text: 'SELECT "cv", "jobDescription" FROM "CvAnalysis" WHERE "jobId" = $1',
    values: [jobId],
  });
  const { cv = null, jobDescription = '' } = rows[0] ?? {};
  if (cv === null) throw new Error('the CV of an analysis that has not ended is gone');
  return { cv, jobDescription };
}

async function save(writing: Writing, jobId: string, report: CvReport): Promise<void> {
  await writing.run({
    name: 'save-cv-report',
    text: 'UPDATE "CvAnalysis" SET "report" = $2::jsonb, "cv" = NULL WHERE "jobId" = $1::uuid',
    values: [jobId, JSON.stringify(report)],
  });
}
