import { once } from 'node:events';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { App } from '../src/app.ts';
import { docsDefinition } from '../src/docs/jobs.ts';
import type { JobContext, JobResult } from '../src/jobs/context.ts';
import type { JobDefinition } from '../src/jobs/kind.ts';
import { startHandler } from '../src/jobs/runner.ts';
import { createJob, JobCreator } from '../src/jobs/service.ts';
import type { Viewer } from '../src/platform/viewer.ts';
import { permissionsOf } from '../src/platform/viewer.ts';

/** Work whose course a test decides: the spine is real, only what is done in between is the test's. */
export type Work = (context: JobContext<unknown>) => Promise<JobResult>;

/** A kind of work for spine tests; it stands in the queue of documentation jobs, whose own worker must be off. */
export function definitionFor(limits: Partial<Pick<JobDefinition<unknown>, 'tries' | 'deadlineSeconds'>> = {}) {
  return { ...docsDefinition, input: z.unknown(), ...limits } satisfies JobDefinition<unknown>;
}

/** Starts working on jobs by `work`. */
export function startWork(app: App, work: Work, limits: Parameters<typeof definitionFor>[0] = {}): Promise<void> {
  return startHandler(app, { definition: definitionFor(limits), run: work });
}

/** A user of the database without the cost of a sign-up, as a viewer. */
export async function newViewer(app: App): Promise<Viewer> {
  const id = uuidv7();
  await app.database.prisma.user.create({ data: { id, email: `${id}@example.com`, username: id } });
  return { id, username: id, role: 'USER', permissions: permissionsOf('USER'), credential: { kind: 'operator' } };
}

/** Asks for a job of the test's own work. */
export function newJob(app: App, viewer: Viewer, idempotencyKey?: string): Promise<string> {
  return createJob(app, viewer, {
    creator: plainJobs,
    input: { for: 'a test' },
    operation: 'test',
    idempotencyKey,
    detail: null,
  });
}

const plainJobs = new JobCreator({ definition: definitionFor(), write: async () => {} });

/** Resolves when the signal is aborted: work that would go on for ever. */
export async function untilAborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

/** A promise that is settled from outside. */
export function gate<T = void>() {
  return Promise.withResolvers<T>();
}
