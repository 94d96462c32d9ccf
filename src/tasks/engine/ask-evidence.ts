import { importResolver } from '../../code/imports.ts';
import type { Inventory } from '../../code/tree/inventory.ts';
import { inventoryIn, parsedIn } from '../../code/tree/packed.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import { type AskedName, type NameEvidence, NameSearch } from './ask-name-search.ts';
import type { Question } from './ask-question.ts';
import { CodeNames } from './code-names.ts';
import { UseReader } from './code-uses.ts';
import { type MessagePlace, MessageSearch } from './message-search.ts';
import { findSettings, type SettingPlace } from './setting-search.ts';
import { type Passage, PassageSearch } from './text-passages.ts';
import { type TextFile, textAt, textsOfTree } from './tree-texts.ts';

/** What the tree tells of a path. */
export interface PathEvidence {
  readonly asked: string;
  readonly path: string | null;
  readonly parsed: ParsedFile | null;
  readonly importedBy: readonly string[];
}

/** Everything that was found for a question. Plain JSON. */
export interface Evidence {
  readonly names: readonly NameEvidence[];
  readonly paths: readonly PathEvidence[];
  readonly messages: readonly { readonly message: string; readonly places: readonly MessagePlace[] }[];
  readonly settings: readonly SettingPlace[];
  readonly passages: readonly Passage[];
  /** How much of the question the best passage holds, 0 to 1. */
  readonly coverage: number;
  readonly searched: { readonly files: number; readonly lines: number; readonly parsed: number };
}

/** Question to the thread that searches. */
export interface Inquiry {
  readonly root: string;
  readonly packed: Uint8Array;
  readonly question: Question;
}

export const FIND_EVIDENCE: ThreadTask<Inquiry, Evidence> = { module: new URL(import.meta.url) };

const MOST_PASSAGES = 6;
const MOST_SETTINGS = 12;
const MOST_MESSAGES = 8;

/** Thread entry: reads the texts of a tree once and gathers what they tell for a question. */
export default function findEvidence({ root, packed, question }: Inquiry): Evidence {
  const inventory = inventoryIn(packed);
  const { tree, manifests } = inventory;
  const { files } = parsedIn(packed);
  const parsed = new Map(files.map((file) => [file.path, file]));
  const names = new CodeNames(files);
  const asked = namesOf(question, names);
  const reader = new UseReader(files, manifests);
  const searches = asked.map((one) => new NameSearch(one, names, reader));
  const messages = question.quotes.map((quote) => new MessageSearch(quote));
  const passages = new PassageSearch(needsPassages(question, asked) ? question.terms : []);
  const searched = { files: 0, lines: 0, parsed: files.length };
  for (const file of textsOfTree(root, tree.files)) {
    searched.files += 1;
    searched.lines += file.lines.length;
    for (const search of searches) search.take(file, parsed.has(file.path));
    for (const search of messages) search.take(file);
    passages.take(file, parsed.get(file.path));
  }
  const { passages: best, coverage } = passages.best(MOST_PASSAGES);
  const readable = (path: string): TextFile | null => textAt(root, path);
  return {
    names: searches.map((search) => search.evidence(readable)),
    paths: question.paths.map((path) => pathEvidence(path, inventory, parsed)),
    messages: messages.map((search) => ({ message: search.message, places: search.best(MOST_MESSAGES) })),
    settings:
      question.kind === 'settings'
        ? findSettings(
            files,
            asked.map(({ name }) => name),
            question.terms,
            MOST_SETTINGS,
          )
        : [],
    passages: best,
    coverage,
    searched,
  };
}

/** Names that are marked as such, and words that may be names where the tree has just such a public one. */
function namesOf(question: Question, names: CodeNames): AskedName[] {
  const marked = question.names.map((asked) => ({ asked, name: spellingOf(asked, names) }));
  if (marked.length > 0 || question.quotes.length > 0) return marked;
  return question.possibleNames
    .flatMap((word) => {
      const name = names.spelling(word);
      if (name === null) return [];
      // A word of the language is a name only where something of its own is called just so.
      const isPlain = /^\p{Ll}+$/u.test(word);
      const isOwn = names.find(name)[0]?.within.length === 0;
      return isPlain && (name !== word || !isOwn) ? [] : [{ asked: word, name }];
    })
    .slice(0, 2);
}

function spellingOf(asked: string, names: CodeNames): string {
  if (names.find(asked).length > 0) return asked;
  const parts = asked.split('.');
  const last = parts.at(-1) ?? asked;
  const spelled = names.spelling(last);
  return spelled === null ? asked : [...parts.slice(0, -1), spelled].join('.');
}

function needsPassages({ kind, paths }: Question, asked: readonly AskedName[]): boolean {
  return asked.length === 0 && paths.length === 0 ? true : kind === 'settings' || kind === 'search';
}

function pathEvidence(
  asked: string,
  { tree: { files }, manifests }: Inventory,
  parsed: ReadonlyMap<string, ParsedFile>,
): PathEvidence {
  const clean = asked.replace(/\/$/, '');
  const path =
    files.find((file) => file.path === clean)?.path ??
    files.find((file) => file.path.endsWith(`/${clean}`))?.path ??
    null;
  if (path === null) {
    const folder = files.find((file) => file.path.startsWith(`${clean}/`)) === undefined ? null : `${clean}/`;
    return { asked, path: folder, parsed: null, importedBy: [] };
  }
  const resolver = importResolver(parsed.keys(), manifests);
  const importedBy = [...parsed.values()].filter((file) =>
    file.imports.some((one) =>
      resolver.resolve(file.path, one).some((target) => target.kind === 'file' && target.path === path),
    ),
  );
  return { asked, path, parsed: parsed.get(path) ?? null, importedBy: importedBy.map((file) => file.path) };
}
