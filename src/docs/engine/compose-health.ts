import { serialize } from 'node:v8';
import { checkHealth, type HealthFindings } from '../health/check-health.ts';
import type { Composition } from './compose.ts';
import { keptHealth } from './composed-before.ts';
import { withProject } from './packed-project.ts';

/** Thread entry: makes the health report, and keeps it. */
export default function composeHealth(composition: Composition): Promise<HealthFindings> {
  const { kept, readings } = composition;
  return withProject(composition, async ({ root, model, inventory, parsed, cache, key }) => {
    const { manifests, tree } = inventory;
    const found = cache === null || readings === undefined ? null : { cache, kind: readings.kind };
    const health = await checkHealth({ root, model, files: parsed.files, manifests, tree, kept: found });
    if (kept !== null) cache?.write(keptHealth(kept.kind), [[key, serialize(health)]]);
    return health;
  });
}
