import { inventoryIn } from '../../code/tree/packed.ts';
import type { KeptResults } from '../../code/tree/parse-files.ts';
import { openContentCache } from '../../platform/content-cache.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import { HealthReadings } from './health-readings.ts';

export interface HealthReadingTask {
  /** Resolved path of the checkout. */
  readonly root: string;
  /** Its inventory, packed. */
  readonly packed: Uint8Array;
  readonly kept: KeptResults;
  /** The Markdown files with what is wrong in their code blocks, or the words of all other files. */
  readonly what: HealthReading;
}

/** What can be read apart from each other. */
export const healthReadings = ['documents', 'words'] as const;
export type HealthReading = (typeof healthReadings)[number];

/** This module as a task for a thread. */
export const READ_FOR_HEALTH: ThreadTask<HealthReadingTask, void> = { module: new URL(import.meta.url) };

/**
 * Thread entry: reads what the health report will ask for and keeps it, so that it is done beside the parsing and the
 * report finds it.
 */
export default async function readForHealth({ root, packed, kept, what }: HealthReadingTask): Promise<void> {
  // What it has to complain of is told when the files are parsed.
  const cache = openContentCache({ ...kept.place, log: { warn: () => undefined } });
  try {
    const readings = new HealthReadings(root, inventoryIn(packed).tree, { cache, kind: kept.kind });
    if (what === 'words') readings.words(new Set());
    else await readings.blockFaults(readings.documents(new Set()));
  } finally {
    cache.close();
  }
}
