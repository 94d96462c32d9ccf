import type { HeldBytes } from '../../code/tree/held-bytes.ts';
import type { KeptResults } from '../../code/tree/parse-files.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';

export interface HealthReadingTask {
  /** Resolved path of the checkout. */
  readonly root: string;
  /** Its inventory, packed. */
  readonly packed: Uint8Array;
  /** Bytes of its files that were read before. */
  readonly held: HeldBytes | null;
  readonly kept: KeptResults;
  /** The Markdown files with what is wrong in their code blocks, or the words of all other files. */
  readonly what: HealthReading;
}

/** What can be read apart from each other. */
export const healthReadings = ['documents', 'words'] as const;
export type HealthReading = (typeof healthReadings)[number];

/** What reads for the health report in a thread, which alone loads the readers. */
export const READ_FOR_HEALTH: ThreadTask<HealthReadingTask, void> = {
  module: new URL('./read-for-health.ts', import.meta.url),
};
