import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { DocumentNode } from 'graphql';
import type { App } from '../app.ts';
import type { JobKind } from '../generated/prisma/enums.ts';
import type { EventRow } from '../jobs/service.ts';
import type { Viewer } from '../platform/viewer.ts';
import type { Root, Runner } from './route.ts';

/** A message of a socket, before it is written as JSON. */
export type Message = Readonly<Record<string, unknown>>;

/** A socket that follows one job, at an address like /api/ws/build/{task_id}. */
export interface JobSocket<Data, Variables> {
  /** In OpenAPI's form, with one parameter: the job's id. */
  readonly path: string;
  readonly summary: string;
  readonly kind: JobKind;
  /** What is read of a job that has ended. */
  readonly document: TypedDocumentNode<Data, Variables>;
  readonly variables: (jobId: string) => NoInfer<Variables>;
  /**
   * Finds with whose eyes a job is followed, where the caller need not be its owner, or anybody: throws NotFoundError
   * when it may not be followed. Absent, the caller must be signed in.
   */
  readonly holder?: (app: App, viewer: Viewer | null, jobId: string) => Promise<Viewer>;
  /** The first message; absent where the first tells how the job stands. */
  readonly connected?: (jobId: string, now: Date) => Message;
  /** The message of a change that does not end the job. */
  readonly changed: (jobId: string, event: EventRow) => Message;
  /** The last message. */
  readonly ended: (jobId: string, thing: Root<Data>) => Message;
}

/** A socket as the machinery holds it, its types checked when it was written. */
export interface AnyJobSocket
  extends Pick<JobSocket<unknown, unknown>, 'path' | 'summary' | 'kind' | 'holder' | 'connected' | 'changed'> {
  readonly document: DocumentNode;
  /** Reads the last message; null when the job has gone. */
  readonly last: (jobId: string, run: Runner) => Promise<Message | null>;
}

/** Makes a socket that follows one job. */
export function jobSocket<Data, Variables>(definition: JobSocket<Data, Variables>): AnyJobSocket {
  const { document, variables, ended, ...rest } = definition;
  return {
    ...rest,
    document,
    async last(jobId, runner) {
      const read = await runner.run(document, variables(jobId), {});
      return 'refusal' in read ? null : ended(jobId, read.thing);
    },
  };
}
