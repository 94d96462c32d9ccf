import { analysisDefinition } from './analyses/jobs.ts';
import type { App } from './app.ts';
import { cvAnalysisDefinition } from './cv/jobs.ts';
import { docsDefinition } from './docs/jobs.ts';
import type { JobDefinition } from './jobs/kind.ts';
import { schedulePruning, startPruning } from './jobs/pruning.ts';
import { type JobHandler, startDeadLetters, startHandler } from './jobs/runner.ts';
import { madeOnce } from './platform/made-once.ts';
import { taskDefinition } from './tasks/jobs.ts';

/** Works on jobs of every kind until the app closes. */
export async function startWorker(app: App): Promise<void> {
  await Promise.all([
    startHandler(
      app,
      loadedLater(docsDefinition, async () => (await import('./docs/worker.ts')).docsHandler(app)),
    ),
    startHandler(
      app,
      loadedLater(analysisDefinition, async () => (await import('./analyses/worker.ts')).analysisHandler(app)),
    ),
    startHandler(
      app,
      loadedLater(taskDefinition, async () => (await import('./tasks/worker.ts')).taskHandler(app)),
    ),
    startHandler(
      app,
      loadedLater(cvAnalysisDefinition, async () => (await import('./cv/worker.ts')).cvHandler(app)),
    ),
    startDeadLetters(app),
    startPruning(app),
  ]);
}

/** A handler whose engines are loaded with the first job of its kind: nothing else should wait for them. */
function loadedLater<Input>(
  definition: JobDefinition<Input>,
  load: () => Promise<JobHandler<Input>>,
): JobHandler<Input> {
  const loaded = madeOnce(load);
  return { definition, run: async (context) => (await loaded()).run(context) };
}

/** Starts what is due by the clock until the app closes. Any number may run; each time comes once. */
export async function startScheduler(app: App): Promise<void> {
  await schedulePruning(app);
}
