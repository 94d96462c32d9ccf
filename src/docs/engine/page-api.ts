import { counted, page, plain, table } from '../../code/markdown/markdown.ts';
import type { Book } from './page-book.ts';
import { entriesOf, entryTables } from './page-entries.ts';
import { packageRows } from './page-packages.ts';
import { otherFilesText, rootManifests } from './page-parts.ts';
import { type ReferencePlan, referenceBlocks, referenceParts } from './page-reference.ts';
import type { Page } from './patch.ts';

/** The API page: what can be imported, then every module with its public symbols. A long one goes on in parts. */
export function writeApiPages(book: Book, plan: ReferencePlan): Page[] {
  const { model, paths } = book;
  const entries = entriesOf(
    book,
    rootManifests(model).map((one) => one.path),
  );
  const tables = entryTables(book, paths.api, entries);
  const rows = packageRows(book, paths.api);
  const content = page([
    `# API of ${plain(model.name)}`,
    introduction(book, plan),
    ...(rows.length === 0
      ? []
      : ['## Packages', 'Each package has its reference on its own page.', table(['Package', 'About'], rows)]),
    ...(tables.length === 0 ? [] : ['## Public names', ...tables]),
    ...referenceBlocks(book, plan),
  ]);
  return [{ path: paths.api, content }, ...referenceParts(book, plan)];
}

function introduction({ model }: Book, plan: ReferencePlan): string {
  const count = plan.modules.length;
  if (count === 0)
    return model.chapters.length > 0 ? '' : 'No public symbols were found in the languages whose symbols are read.';
  const others = otherFilesText(model);
  const told = `Every public symbol of ${counted(count, 'module')}, with its signature and what its author wrote about it.`;
  return others === '' ? told : `${told} Not part of it: ${others}.`;
}
