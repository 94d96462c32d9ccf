import { serialize } from 'node:v8';
import { countLeftOut } from '../../code/left-out-count.ts';
import type { ComposedPages, Composition } from './compose.ts';
import { keptPages } from './composed-before.ts';
import { makeDocumentation } from './documentation.ts';
import { withProject } from './packed-project.ts';

/** Thread entry: makes the pages and the patch, and keeps them. */
export default function composePages(composition: Composition): Promise<ComposedPages> {
  return withProject(composition, async ({ root, model, paths, cache, key }) => {
    const { pages, patch } = await makeDocumentation(root, model, paths);
    const composed: ComposedPages = {
      pages: pages.map(({ path, content }) => ({ path, content: new TextEncoder().encode(content) })),
      patch: new TextEncoder().encode(patch),
      coverage: storable(model.coverage),
      skips: storable(model.skips),
      leftOut: countLeftOut(model.skips),
    };
    if (composition.kept !== null) cache?.write(keptPages(composition.kept.kind), [[key, serialize(composed)]]);
    return composed;
  });
}

/** Names can hold NUL and halves of characters, which a database does not take. */
function storable<Value>(value: Value): Value {
  const cleaned: Value = JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === 'string' ? part.replaceAll('\0', '\uFFFD').toWellFormed() : part,
  );
  return cleaned;
}
