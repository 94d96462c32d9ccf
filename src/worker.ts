import { analysisHandler } from './analyses/worker.ts';
import type { App } from './app.ts';
import { cvHandler } from './cv/worker.ts';
import { docsHandler } from './docs/worker.ts';
import { schedulePruning, startPruning } from './jobs/pruning.ts';
import { startDeadLetters, startHandler } from './jobs/runner.ts';
import { taskHandler } from './tasks/worker.ts';

/** Works on jobs of every kind until the app closes. */
export async function startWorker(app: App): Promise<void> {
  await startHandler(app, docsHandler(app));
  await startHandler(app, analysisHandler(app));
  await startHandler(app, taskHandler(app));
  await startHandler(app, cvHandler(app));
  await startDeadLetters(app);
  await startPruning(app);
}

/** Starts what is due by the clock until the app closes. Any number may run; each time comes once. */
export async function startScheduler(app: App): Promise<void> {
  await schedulePruning(app);
}
