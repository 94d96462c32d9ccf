import type { App } from '../app.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { JobContext, JobResult } from '../jobs/context.ts';
import type { JobHandler } from '../jobs/runner.ts';
import type { Transaction } from '../platform/database.ts';
import type { ThreadPool, ThreadTask } from '../platform/thread-pool.ts';
import { compare } from './engine/comparison.ts';
import type { Understanding, UnderstandingTask } from './engine/understanding.ts';
import { type CvAnalysisInput, type CvStage, cvAnalysisDefinition, cvStages } from './jobs.ts';
import { refinerOf } from './model-refinement.ts';
import { createCvThreads, readCvFile } from './reading.ts';
import type { CvReport } from './report.ts';
import { withResources } from './resources.ts';

type Work = JobContext<CvAnalysisInput>;

const UNDERSTAND: ThreadTask<UnderstandingTask, Understanding> = {
  module: new URL('./engine/understanding-thread.ts', import.meta.url),
};

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
  const { signal } = work;
  const { cv, jobDescription } = await app.database.prisma.cvAnalysis.findUniqueOrThrow({
    where: { jobId: work.jobId },
    select: { cv: true, jobDescription: true },
  });
  if (cv === null) throw new Error('the CV of an analysis that has not ended is gone');
  const reading = await stage(work, 'parsing_cv', () => readCvFile(cv, { threads, signal }));
  const refiner = refinerOf(app, work);
  const understanding = await stage(work, 'analyzing_job_description', async () => {
    const task = { reading, jobDescription, asOf: work.input.asOf };
    const read = await app.threads.run(UNDERSTAND, task, { signal });
    if (refiner === null) return read;
    return { ...read, requirements: await refiner.requirements(jobDescription, read.requirements) };
  });
  // Of lists that are short by then: it takes less than handing them to a thread.
  const comparison = await stage(work, 'identifying_skill_gaps', async () => compare(understanding));
  const report = await stage(work, 'generating_recommendations', async (): Promise<CvReport> => {
    const { result, skills } = comparison;
    const refined = refiner && { overallAssessment: await refiner.assessment(result, skills) };
    const warnings = [...reading.warnings, ...comparison.warnings, ...(refiner?.warnings ?? [])];
    return withResources(app, { ...comparison, result: { ...result, ...refined }, warnings }, signal);
  });
  return {
    engine: refiner?.engine ?? 'local',
    message: 'Complete!',
    save: (transaction) => save(transaction, work.jobId, report),
  };
}

/** Does a step, telling where it begins and ends. */
async function stage<Output>(work: Work, name: CvStage, step: () => Promise<Output>): Promise<Output> {
  const { begins, ends, says } = cvStages[name];
  work.progress({ stage: name, percentage: begins, message: says });
  const output = await step();
  if (ends > begins) work.progress({ stage: name, percentage: ends, message: says });
  return output;
}

async function save(transaction: Transaction, jobId: string, report: CvReport & Prisma.InputJsonObject): Promise<void> {
  await transaction.cvAnalysis.update({ where: { jobId }, data: { report, cv: null }, select: { jobId: true } });
}
