import { relativeLink, type SourceLinks } from '../../code/markdown/source-links.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import { type Examples, symbolKey } from './examples.ts';
import type { PagePaths } from './page-paths.ts';
import type { ProjectModel } from './project-model.ts';

/** What every page is written from and where it finds the others. */
export interface Book {
  readonly model: ProjectModel;
  readonly paths: PagePaths;
  /** The model's modules by their paths. */
  readonly modules: ReadonlyMap<string, ParsedFile>;
  readonly links: SourceLinks;
  readonly examples: Examples;
  /** Pages of the packages by the packages' names. */
  readonly chapterPaths: ReadonlyMap<string, string>;
  /** Where modules and symbols are described: filled in as the reference is laid out. */
  readonly places: Map<string, { readonly path: string; readonly anchor: string }>;
}

/** A link's target for a symbol from a page, or for a module when `symbol` is empty; null where none describes it. */
export function placeOf(book: Book, from: string, module: string, symbol: string): string | null {
  const place = book.places.get(symbolKey(module, symbol));
  if (place === undefined) return null;
  return `${place.path === from ? '' : relativeLink(from, place.path)}#${place.anchor}`;
}
