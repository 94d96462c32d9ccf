import { languageOf } from '../../code/languages.ts';
import type { Place } from './task-engine.ts';

/** The files a text can name. */
export interface TreePaths {
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
  /** Paths by the name of the file alone. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** 0 where it cannot be told. */
  readonly linesOf: (path: string) => number;
}

/** What a text names. */
export interface NamedPlaces {
  /** Places that are there, each once, in the order of the text. */
  readonly places: readonly Place[];
  /** Names of files and places that are not, each once. */
  readonly unknown: readonly string[];
}

/** A name that is not what it says, with the end of it in the text. */
export interface DoubtfulName {
  readonly end: number;
  /** What is to be said of it. */
  readonly complaint: string;
}

/** A path, perhaps with a line or lines: `src/a.ts:3-9`, `src/a.ts#L3-L9`, `src/a.ts, line 3`. */
const NAME =
  /(?<![\w@:/.\\-])(?:\.\/)?((?:(?:[\w@.+$-]|\\_|\[[\w.]{1,40}\]|\([\w.]{1,40}\)){1,100}\/){0,20}(?:[\w@.+$-]|\\_|\[[\w.]{1,40}\]){0,100}\w\/?)(?:(?::L?|#L|,? lines? )(\d{1,7})(?:(?:-|–|:)L?(\d{1,7}))?)?(?![\w/])/g;
/** Products that are called as a file would be. */
const PRODUCT = /^(?:node|next|nuxt|vue|react|three|d3|chart|express|ember|backbone|moment|deno|socket\.io)\.js$/i;

/**
 * Looks up the files and folders that a stretch of running text or a code span names, and gives those that are not
 * there, or have no such line. Adds what it finds to `found`. Words that may be something else, such as a module's name
 * with dots in it, are let pass.
 */
export function namesIn(
  source: string,
  isCode: boolean,
  tree: TreePaths,
  found: { readonly places: Place[]; readonly unknown: string[] },
): DoubtfulName[] {
  const doubts: DoubtfulName[] = [];
  for (const match of source.matchAll(NAME)) {
    const [whole, written = '', first, last] = match;
    const name = written.replaceAll('\\_', '_').replace(/\/$/, '');
    const line = first === undefined ? null : Number(first);
    const known = lookedUp(name, tree);
    const end = match.index + whole.length;
    if (known === null) {
      if (!isSurelyFile(name, written.endsWith('/'), isCode || line !== null, tree)) continue;
      doubts.push({ end, complaint: 'not in the repository' });
      addOnce(found.unknown, whole);
    } else if (line !== null && known.path !== null) {
      const lines = tree.linesOf(known.path);
      const endLine = last === undefined ? line : Math.max(line, Number(last));
      if (lines > 0 && (line < 1 || endLine > lines)) {
        doubts.push({ end, complaint: `the file has only ${lines} lines` });
        addOnce(found.unknown, whole);
      } else addPlace(found.places, { path: known.path, line, ...(endLine > line && { endLine }) });
    } else if (known.path !== null && tree.files.has(known.path)) addPlace(found.places, { path: known.path, line: 1 });
  }
  return doubts;
}

/** What a name means: a file, a folder or one of several files (both with a null path); null for nothing. */
function lookedUp(name: string, { files, folders, names }: TreePaths): { readonly path: string | null } | null {
  if (files.has(name)) return { path: name };
  if (folders.has(name)) return { path: null };
  const same = names.get(name.slice(name.lastIndexOf('/') + 1)) ?? [];
  // Shortened from the left, as people do.
  const fitting = same.filter((path) => path === name || path.endsWith(`/${name}`));
  const [only] = fitting;
  if (only === undefined) return null;
  return { path: fitting.length === 1 ? only : null };
}

function isSurelyFile(name: string, isFolder: boolean, isMarked: boolean, { files, folders }: TreePaths): boolean {
  if (PRODUCT.test(name)) return false;
  const slash = name.indexOf('/');
  const hasLanguage = /\.\w+$/.test(name) && languageOf(name) !== null;
  if (slash < 0) return hasLanguage && isMarked && !isFolder;
  if (hasLanguage) return true;
  // `text/html` and `feature/x` are no paths; what goes on from a folder of the repository is.
  const top = name.slice(0, slash);
  return isMarked && folders.has(top) && !files.has(name);
}

function addOnce(list: string[], text: string): void {
  if (!list.includes(text)) list.push(text);
}

function addPlace(places: Place[], place: Place): void {
  const isThere = places.some(
    ({ path, line, endLine }) => path === place.path && line === place.line && endLine === place.endLine,
  );
  if (!isThere) places.push(place);
}
