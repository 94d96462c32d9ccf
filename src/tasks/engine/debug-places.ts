import MiniSearch from 'minisearch';
import { roleOf } from '../../code/file-roles.ts';
import { parsedLanguageOf } from '../../code/languages.ts';
import type { SourceFile } from '../../code/source-file.ts';
import type { SourceSymbol } from '../../code/symbols.ts';
import { inventoryIn, parsedIn } from '../../code/tree/packed.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import { CodeNames } from './code-names.ts';
import { type DebugPrompt, readDebugPrompt, type WrittenPlace } from './debug-prompt.ts';
import { termsOf } from './search-words.ts';
import { textAt } from './tree-texts.ts';

/** Why a place is looked at. */
export type PlaceReason = 'trace' | 'line' | 'name' | 'error' | 'path' | 'match';

/** A stretch of a file that a prompt leads to; without lines, the whole file. */
export interface LedPlace {
  readonly path: string;
  readonly line: number | null;
  readonly endLine: number | null;
  readonly reason: PlaceReason;
  /** What led there, as the prompt writes it. */
  readonly by: string;
  /** The source line, of a place with just one. */
  readonly text: string | null;
}

/** Where a prompt leads in a tree. Plain JSON. */
export interface DebugPlaces {
  /** Nearest to the prompt first. */
  readonly places: readonly LedPlace[];
  /** Paths and lines it names that the tree does not have, as written. */
  readonly unknown: readonly string[];
}

export interface PlacesQuestion {
  readonly root: string;
  readonly packed: Uint8Array;
  readonly prompt: string;
}

/** This module as a task for a thread. */
export const FIND_PLACES: ThreadTask<PlacesQuestion, DebugPlaces> = { module: new URL(import.meta.url) };

const MOST_OF_ONE = 3;
const MOST_RAISES = 6;
const MOST_MATCHES = 8;
/** A file that matches less than that share of what the best one does has other words in common only by chance. */
const LEAST_SHARE = 0.45;

/** Thread entry: finds the places that a prompt names, else the files that match it best. */
export default function findPlaces({ root, packed, prompt }: PlacesQuestion): DebugPlaces {
  const { tree } = inventoryIn(packed);
  const { files } = parsedIn(packed);
  const read = readDebugPrompt(prompt);
  const unknown: string[] = [];
  const written = read.places.flatMap((one) => {
    const found = resolve(tree.files, one);
    if (found.length === 0 && one.line !== null && !isForeign(one)) unknown.push(`${one.path}:${one.line}`);
    return found.flatMap((path) => inThisVersion(placesAt(root, path, one), one, files));
  });
  const named = [...written, ...namedPlaces(files, read), ...raisedPlaces(files, read, root)];
  const places = distinct(named.filter((one) => one.reason !== 'error' || named.length < 20));
  return { places: places.length > 0 ? places : matchingFiles(files, read), unknown };
}

function placesAt(root: string, path: string, { line, callee, path: by }: WrittenPlace): LedPlace[] {
  if (line === null) return [{ path, line: null, endLine: null, reason: 'path', by, text: null }];
  const text = textAt(root, path)?.lines[line - 1];
  // Lines of another version of the file say nothing of this one.
  if (text === undefined) return [{ path, line: null, endLine: null, reason: 'path', by, text: null }];
  const reason = callee === null ? 'line' : 'trace';
  return [{ path, line, endLine: line, reason, by: callee ?? `${by}:${line}`, text: text.trim() }];
}

/**
 * A frame that does not stand in the function it names is of another version of the file: then the function is meant.
 */
function inThisVersion(places: LedPlace[], { callee }: WrittenPlace, files: readonly ParsedFile[]): LedPlace[] {
  const name = callee?.split('.').at(-1);
  if (name === undefined) return places;
  return places.flatMap((place): LedPlace[] => {
    const { path, line } = place;
    const found = functionsOf(files.find((one) => one.path === path)?.symbols ?? [], name);
    if (line === null || found.length === 0) return [place];
    if (found.some((one) => line >= one.line && line <= one.endLine)) return [place];
    return found.map((one) => {
      return { path, line: one.line, endLine: one.endLine, reason: 'name', by: callee ?? name, text: null };
    });
  });
}

function functionsOf(symbols: readonly SourceSymbol[], name: string): SourceSymbol[] {
  return symbols.flatMap((one) => [...(one.name === name ? [one] : []), ...functionsOf(one.members, name)]);
}

/** Code of others that traces run through. */
function isForeign({ path }: WrittenPlace): boolean {
  return /(?:^|\/)(?:site-packages|dist-packages|node_modules|node:\w+|lib\/python[\d.]+)\b|^node:|^<|^\/usr\//.test(
    path,
  );
}

/** Files of the tree that a written path may mean: those with the longest common ending; a folder means all in it. */
function resolve(files: readonly SourceFile[], place: WrittenPlace): string[] {
  const { path: written, line } = place;
  if (isForeign(place)) return [];
  const exact = files.find(({ path }) => path === written);
  if (exact !== undefined) return [exact.path];
  const wanted = written.split('/').filter((part) => part !== '');
  const name = wanted.at(-1) ?? '';
  const ending = files
    .filter(({ path }) => path === name || path.endsWith(`/${name}`))
    .map(({ path }) => ({ path, common: commonEnd(path.split('/'), wanted) }))
    // All that is written must be there, or all that is there must be written: `/app/src/a.py`, `src/a.py`, `a.py`.
    .filter(
      ({ path, common }) => common === wanted.length || common === path.split('/').length || written.startsWith('/'),
    );
  const longest = Math.max(0, ...ending.map(({ common }) => common));
  const best = ending.filter(({ common }) => common === longest).map(({ path }) => path);
  if (best.length > 0) return best.length <= MOST_OF_ONE ? best : [];
  if (line !== null) return [];
  const dotted = /^[a-z_]\w*(?:\.\w+)+$/.test(written) ? written.replaceAll('.', '/') : null;
  const module = dotted === null ? undefined : files.find(({ path }) => path.endsWith(`${dotted}.py`));
  if (module !== undefined) return [module.path];
  const folder = `${wanted.join('/')}/`;
  if (!written.includes('/') && !written.endsWith('/')) return [];
  return files
    .filter(({ path, lines }) => lines !== null && path.startsWith(folder) && parsedLanguageOf(path) !== null)
    .map(({ path }) => path);
}

function commonEnd(a: readonly string[], b: readonly string[]): number {
  let common = 0;
  while (common < Math.min(a.length, b.length) && a.at(-1 - common) === b.at(-1 - common)) common += 1;
  return common;
}

function namedPlaces(files: readonly ParsedFile[], { names }: DebugPrompt): LedPlace[] {
  const known = new CodeNames(files);
  return names.flatMap((by) => {
    const found = known.find(by);
    const sources = found.filter(({ path }) => roleOf(path) === 'source');
    const meant = sources.length > 0 ? sources : found;
    // A name that many things have tells nothing.
    if (meant.length > MOST_OF_ONE) return [];
    return meant.map(({ path, symbol }): LedPlace => {
      return { path, line: symbol.line, endLine: symbol.endLine, reason: 'name', by, text: null };
    });
  });
}

/** Where the errors of a trace are raised. */
function raisedPlaces(files: readonly ParsedFile[], { errors }: DebugPrompt, root: string): LedPlace[] {
  return errors.flatMap(({ name, message }) => {
    const places: LedPlace[] = [];
    for (const { path, symbols } of files) {
      if (roleOf(path) !== 'source') continue;
      for (const { line } of raisesIn(symbols).filter((one) => one.name === name || one.name.endsWith(`.${name}`))) {
        const text =
          textAt(root, path)
            ?.lines.slice(line - 1, line + 4)
            .join(' ') ?? '';
        places.push({ path, line, endLine: line, reason: 'error', by: name, text: text.trim().slice(0, 200) });
      }
    }
    const words = message.match(/\p{L}{4,}/gu) ?? [];
    const said = places.filter(
      ({ text }) => words.filter((word) => text?.includes(word)).length >= Math.min(3, words.length),
    );
    const meant = words.length === 0 ? places : said;
    return meant.length > MOST_RAISES ? [] : meant;
  });
}

function raisesIn(symbols: readonly SourceSymbol[]): readonly { readonly name: string; readonly line: number }[] {
  return symbols.flatMap(({ body, members }) => [...(body?.raises ?? []), ...raisesIn(members)]);
}

function distinct(places: readonly LedPlace[]): LedPlace[] {
  const order: readonly PlaceReason[] = ['trace', 'line', 'name', 'error', 'path', 'match'];
  const seen = new Set<string>();
  return places
    .toSorted((a, b) => order.indexOf(a.reason) - order.indexOf(b.reason))
    .filter(({ path, line, endLine }) => {
      const key = `${path}\0${line}\0${endLine}`;
      return !seen.has(key) && seen.add(key);
    });
}

/** Files by the words they share with the prompt: in their paths, names of symbols and what these say of themselves. */
function matchingFiles(files: readonly ParsedFile[], { terms }: DebugPrompt): LedPlace[] {
  if (terms.length === 0) return [];
  const index = new MiniSearch<{ id: number; path: string; names: string; told: string }>({
    fields: ['path', 'names', 'told'],
    tokenize: (text) => termsOf(text),
    processTerm: (term) => term,
  });
  index.addAll(
    files.map((file, id) => ({
      id,
      path: file.path,
      names: file.declared.join(' '),
      told: [file.doc, ...docsIn(file.symbols)].map((doc) => doc?.summary ?? '').join(' '),
    })),
  );
  const found = index
    .search(terms.join(' '), { boost: { path: 4, names: 2 } })
    .map(({ id, score, match }) => {
      const path = files[Number(id)]?.path ?? '';
      return { path, by: Object.keys(match).join(', '), score: roleOf(path) === 'source' ? score : score / 4 };
    })
    .sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
  const best = found[0]?.score ?? 0;
  return found
    .filter(({ score }) => score >= best * LEAST_SHARE)
    .slice(0, MOST_MATCHES)
    .map(({ path, by }) => ({ path, line: null, endLine: null, reason: 'match', by, text: null }));
}

function docsIn(symbols: readonly SourceSymbol[]): SourceSymbol['doc'][] {
  return symbols.flatMap(({ doc, members }) => [doc, ...docsIn(members)]);
}
