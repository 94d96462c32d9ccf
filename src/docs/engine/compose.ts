import { readFile } from 'node:fs/promises';
import type { Skip } from '../../code/source-text.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import type { Coverage } from './coverage.ts';
import { makeDocumentation } from './documentation.ts';
import { unpack } from './packed.ts';
import { describeProject, type RepositoryFacts } from './project-model.ts';

export interface Composition {
  readonly root: string;
  /** File with the pack of the inventory and the parsed files. */
  readonly pack: string;
  readonly repository: RepositoryFacts;
}

export interface Composed {
  /** In UTF-8. */
  readonly pages: readonly { readonly path: string; readonly content: Uint8Array }[];
  /** Unified diff that adds the pages, in UTF-8. */
  readonly patch: Uint8Array;
  readonly coverage: Coverage;
  readonly skips: readonly Skip[];
}

/** This module as a task for a thread. */
export const COMPOSE: ThreadTask<Composition, Composed> = { module: new URL(import.meta.url) };

/** Makes the model, the pages and the patch: pure work on plain data, heavy enough to want a thread. */
export default async function compose({ root, pack, repository }: Composition): Promise<Composed> {
  const { inventory, parsed } = unpack(await readFile(pack));
  const model = describeProject(parsed, inventory.manifests, inventory.tree, repository);
  const { pages, patch } = await makeDocumentation(root, model, { tracked: inventory.tracked });
  return {
    pages: pages.map(({ path, content }) => ({ path, content: new TextEncoder().encode(content) })),
    patch: new TextEncoder().encode(patch),
    coverage: storable(model.coverage),
    skips: storable(model.skips),
  };
}

/** Names can hold NUL and halves of characters, which a database does not take. */
function storable<Value>(value: Value): Value {
  const cleaned: Value = JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === 'string' ? part.replaceAll('\0', '\uFFFD').toWellFormed() : part,
  );
  return cleaned;
}
