import type { ZodType } from 'zod';
import type { JobKind } from '../generated/prisma/enums.ts';
import type { Transaction } from '../platform/database.ts';

/** A job that is ending without being done. */
export interface EndingJob {
  readonly id: string;
  readonly ownerId: string;
  /** What it is about to become. */
  readonly status: 'FAILED' | 'CANCELLED';
  /** Why it fails; null when it is cancelled. */
  readonly error: JobFailure | null;
}

/** Why a job failed: a stable word for programs, and a sentence for people. */
export interface JobFailure {
  readonly code: string;
  readonly message: string;
}

/**
 * What a kind has to do when a job of it ends badly, in the same transaction. The job's row is locked by then. Locks
 * are taken in this order everywhere: job, credit account, event counter.
 */
export type JobEnding = (transaction: Transaction, job: EndingJob) => Promise<unknown>;

/**
 * What can be asked for later. Definitions stand apart from handlers, or service and worker would import each other.
 */
export interface JobDefinition<Input> {
  readonly kind: JobKind;
  /** The name of its queue. */
  readonly queue: string;
  /** Form of what is asked for, parsed again when a worker takes the job. */
  readonly input: ZodType<Input>;
  /** How often the work is tried when it fails for a reason worth another try. */
  readonly tries: number;
  /** Seconds from the first start until the job fails with DEADLINE_EXCEEDED. */
  readonly deadlineSeconds: number;
  /** Done when a job fails or is cancelled; what belongs to a good end is in the result's `save` or `write`. */
  readonly ended?: JobEnding;
}

/** What matters of a kind wherever jobs are asked for, stopped and ended. */
export type JobKindRules = Pick<JobDefinition<unknown>, 'queue' | 'deadlineSeconds' | 'ended'>;

/** Seconds to wait before try number `failures + 1`: 2, 4, 8 … at most 300. */
export function backoffSeconds(failures: number): number {
  return Math.min(300, 2 ** failures);
}
