import { inventoryIn } from '../../code/tree/packed.ts';
import { openContentCache } from '../../platform/content-cache.ts';
import { HealthReadings } from './health-readings.ts';
import type { HealthReadingTask } from './reading-task.ts';

/**
 * Thread entry: reads what the health report will ask for and keeps it, so that it is done beside the parsing and the
 * report finds it.
 */
export default async function readForHealth({ root, packed, held, kept, what }: HealthReadingTask): Promise<void> {
  // What it has to complain of is told when the files are parsed.
  const cache = openContentCache({ ...kept.place, log: { warn: () => undefined } });
  try {
    const readings = new HealthReadings(root, inventoryIn(packed).tree, { cache, kind: kept.kind }, held);
    if (what === 'words') readings.words(new Set());
    else await readings.blockFaults(readings.documents(new Set()));
  } finally {
    cache.close();
  }
}
