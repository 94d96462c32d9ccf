import { readFile } from 'node:fs/promises';
import { serialize } from 'node:v8';
import { countLeftOut, type LeftOut } from '../../code/left-out-count.ts';
import type { Skip } from '../../code/source-text.ts';
import { inventoryIn, inventoryPart, unpack } from '../../code/tree/packed.ts';
import type { KeptResults } from '../../code/tree/parse-files.ts';
import { openContentCache } from '../../platform/content-cache.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import { checkHealth, type HealthFindings } from '../health/check-health.ts';
import type { KeptReadings } from '../health/health-readings.ts';
import { composedKey } from './composed-before.ts';
import type { Coverage } from './coverage.ts';
import { makeDocumentation } from './documentation.ts';
import { choosePagePaths, type PagePaths } from './page-paths.ts';
import { describeProject, type RepositoryFacts } from './project-model.ts';

export interface Composition {
  readonly root: string;
  /** File with the pack of the inventory and the parsed files. */
  readonly pack: string;
  readonly repository: RepositoryFacts;
  /** Where what is composed is kept, and under which version of what makes it; null to keep nothing. */
  readonly kept: KeptResults | null;
  /** Where it is kept what the health report read before, see `READ_FOR_HEALTH`; absent, it reads for itself. */
  readonly readings?: KeptResults;
}

export interface Composed {
  /** In UTF-8. */
  readonly pages: readonly { readonly path: string; readonly content: Uint8Array }[];
  /** Unified diff that adds the pages, in UTF-8. */
  readonly patch: Uint8Array;
  readonly coverage: Coverage;
  readonly skips: readonly Skip[];
  readonly leftOut: readonly LeftOut[];
  readonly health: HealthFindings;
}

/** This module as a task for a thread. */
export const COMPOSE: ThreadTask<Composition, Composed> = { module: new URL(import.meta.url) };

/** Makes the model, the pages and the patch, and keeps them: heavy enough to want a thread. */
export default async function compose({ root, pack, repository, kept, readings }: Composition): Promise<Composed> {
  const bytes = await readFile(pack);
  const listed = inventoryPart(bytes);
  const paths = await choosePagePaths(root, { tracked: inventoryIn(listed).tracked });
  const place = kept?.place ?? readings?.place;
  // What it has to complain of was told when the files were looked for.
  const cache = place === undefined ? null : openContentCache({ ...place, log: { warn: () => undefined } });
  try {
    const found = cache === null || readings === undefined ? null : { cache, kind: readings.kind };
    const composed = await make({ root, repository, paths, kept: found }, bytes);
    if (kept !== null) cache?.write(kept.kind, [[composedKey(listed, repository, paths), serialize(composed)]]);
    return composed;
  } finally {
    cache?.close();
  }
}

interface Making {
  readonly root: string;
  readonly repository: RepositoryFacts;
  readonly paths: PagePaths;
  readonly kept: KeptReadings | null;
}

async function make({ root, repository, paths, kept }: Making, pack: Uint8Array): Promise<Composed> {
  const { inventory, parsed } = unpack(pack);
  const model = describeProject(parsed, inventory.manifests, inventory.tree, repository, inventory.packages);
  const { pages, patch } = await makeDocumentation(root, model, paths);
  const { manifests, tree } = inventory;
  const health = await checkHealth({ root, model, files: parsed.files, manifests, tree, kept });
  return {
    pages: pages.map(({ path, content }) => ({ path, content: new TextEncoder().encode(content) })),
    patch: new TextEncoder().encode(patch),
    coverage: storable(model.coverage),
    skips: storable(model.skips),
    leftOut: countLeftOut(model.skips),
    health,
  };
}

/** Names can hold NUL and halves of characters, which a database does not take. */
function storable<Value>(value: Value): Value {
  const cleaned: Value = JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === 'string' ? part.replaceAll('\0', '\uFFFD').toWellFormed() : part,
  );
  return cleaned;
}
