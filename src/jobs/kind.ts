import type { ZodType } from 'zod';
import type { JobKind } from '../generated/prisma/enums.ts';

/** What can be asked for later. Definitions stand apart from handlers, or service and worker would import each other. */
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
}

/** Seconds to wait before try number `failures + 1`: 2, 4, 8 … at most 300. */
export function backoffSeconds(failures: number): number {
  return Math.min(300, 2 ** failures);
}
