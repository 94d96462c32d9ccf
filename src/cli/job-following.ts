import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { App } from '../app.ts';
import { cancelJob, jobEvents } from '../jobs/service.ts';
import { ConflictError } from '../platform/errors.ts';
import type { Viewer } from '../platform/viewer.ts';
import { startWorker } from '../worker.ts';
import { CommandError } from './failure.ts';
import type { Output } from './output.ts';
import { createProgressBar } from './progress-bar.ts';
import { hereFolder } from './settings.ts';
import { exitCodeOf, type StopSignal, whenStopped } from './stopping.ts';

/** Milliseconds a running server's worker gets to take the job, before this process works on it itself. */
const otherWorkerWithin = 400;

const eventData = z.looseObject({
  status: z.enum(['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED']),
  percentage: z.number(),
  stage: z.string(),
  message: z.string().optional(),
  errorCode: z.string().optional(),
  errorMessage: z.string().optional(),
});
type JobState = z.infer<typeof eventData>;

/**
 * A folder of this machine as an absolute path, anything else as it is. `owner/name` is a folder when there is one.
 */
export async function addressHere(named: string): Promise<string> {
  const home = named === '~' || named.startsWith('~/') ? join(homedir(), named.slice(1)) : named;
  const path = resolve(hereFolder(), home);
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const isPath = /^(?:\.{1,2}(?:\/|$)|\/|~)/.test(named);
  if (isPath && !isFolder) throw new CommandError(`There is no folder ${path}.`, { code: 'VALIDATION_ERROR' });
  return isFolder ? path : named;
}

/** Shows a job's progress until it ends well. Ctrl-C cancels it. @throws CommandError when it does not end well */
export async function followToEnd(app: App, viewer: Viewer, jobId: string, output: Output): Promise<void> {
  const bar = createProgressBar(output);
  let stopped: StopSignal | undefined;
  const reset = whenStopped((signal) => {
    stopped = signal;
    cancelJob(app, viewer, jobId).catch((error: unknown) => {
      if (!(error instanceof ConflictError)) app.log.error({ err: error }, 'cancelling failed');
    });
  });
  const helping = new Help(app, jobId);
  let state: JobState | undefined;
  try {
    for await (const event of await jobEvents(app, viewer, jobId, { signal: helping.failed })) {
      state = eventData.parse(event.data);
      bar.update({ percentage: state.percentage, stage: stageWords(state), detail: state.message ?? '' });
    }
  } finally {
    bar.stop();
    reset();
    await helping.end();
  }
  throwUnlessCompleted(state, stopped);
}

/** Works on jobs in this process too, unless another one has taken the job by then. */
class Help {
  readonly #timer: NodeJS.Timeout;
  readonly #failure = new AbortController();
  #starting: Promise<void> | undefined;

  constructor(app: App, jobId: string) {
    this.#timer = setTimeout(() => {
      this.#starting = startUnlessTaken(app, jobId).catch((error: unknown) => this.#failure.abort(error));
    }, otherWorkerWithin);
  }

  /** Aborted when no worker can be started here, with the reason. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  /** @throws what starting a worker failed with */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#starting;
    this.#failure.signal.throwIfAborted();
  }
}

async function startUnlessTaken(app: App, jobId: string): Promise<void> {
  const { prisma } = app.database;
  const { attempt } = await prisma.job.findUniqueOrThrow({ where: { id: jobId }, select: { attempt: true } });
  if (attempt === 0) await startWorker(app);
}

function stageWords({ status, stage }: JobState): string {
  if (status === 'QUEUED') return 'Waiting for a worker';
  if (stage === 'queued') return 'Starting';
  const words = stage.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function throwUnlessCompleted(state: JobState | undefined, stopped: StopSignal | undefined): void {
  if (state?.status === 'COMPLETED') return;
  if (state?.status === 'CANCELLED') {
    const exitCode = stopped === undefined ? 1 : exitCodeOf(stopped);
    throw new CommandError('The job was cancelled.', { code: 'CANCELLED', exitCode });
  }
  throw new CommandError(state?.errorMessage ?? 'The job ended without a word.', {
    code: state?.errorCode ?? 'FAILED',
  });
}
