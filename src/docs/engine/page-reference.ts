import { descriptionOf, summaryLine } from '../../code/markdown/author-text.ts';
import { Anchors, code, counted, filledTable, grouped, page } from '../../code/markdown/markdown.ts';
import { relativeLink } from '../../code/markdown/source-links.ts';
import type { SourceSymbol } from '../../code/symbols.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import { symbolKey } from './examples.ts';
import type { Book } from './page-book.ts';
import { describeBriefly, describeSymbol, isTold, type SymbolPlace } from './page-symbol.ts';
import type { Page } from './patch.ts';
import { DECLARATIONS } from './public-names.ts';

/** A page with more text than that is no longer shown by the usual viewers. */
const LONGEST_PAGE = 300_000;
/** Fewer modules than that are found without a table of them. */
const FEWEST_LISTED = 4;

interface PlannedModule {
  readonly module: ParsedFile;
  readonly anchor: string;
  readonly symbols: readonly { readonly symbol: SourceSymbol; readonly anchor: string }[];
  /** Nothing that an entry gives comes from it. */
  readonly isInternal: boolean;
  /** Page it stands on. */
  readonly path: string;
}

/** Which modules a reference describes, on which pages. */
export interface ReferencePlan {
  readonly path: string;
  readonly modules: readonly PlannedModule[];
  /** Pages beside it that take what one page cannot hold; empty when it can. */
  readonly parts: readonly string[];
}

/** Lays out the reference of some modules on a page, or on parts in `folder` when it is long, and tells the book. */
export function planReference(
  book: Book,
  target: { readonly path: string; readonly folder: string; readonly modules: readonly ParsedFile[] },
): ReferencePlan {
  const anchors = new Anchors();
  for (const fixed of RESERVED) anchors.make(fixed);
  const isInternal = internalModules(book, target.modules);
  const modules = target.modules
    .filter((module) => module.symbols.length > 0 || module.reexports.length > 0)
    .sort((a, b) => Number(isInternal(a)) - Number(isInternal(b)));
  const isLong = modules.reduce((sum, module) => sum + weightOf(module), 0) > LONGEST_PAGE;
  const parts: string[] = [];
  let filled = LONGEST_PAGE;
  const planned = modules.map((module): PlannedModule => {
    const weight = weightOf(module);
    if (isLong && filled + weight > LONGEST_PAGE) {
      parts.push(`${target.folder}/part-${String(parts.length + 1).padStart(3, '0')}.md`);
      filled = 0;
    }
    filled += weight;
    const path = isLong ? (parts.at(-1) ?? target.path) : target.path;
    const anchor = anchors.make(module.path);
    book.places.set(symbolKey(module.path, ''), { path, anchor });
    const symbols = module.symbols.map((symbol) => ({ symbol, anchor: anchors.make(`${module.path} ${symbol.name}`) }));
    for (const one of symbols) book.places.set(symbolKey(module.path, one.symbol.name), { path, anchor: one.anchor });
    return { module, anchor, symbols, isInternal: isInternal(module), path };
  });
  return { path: target.path, modules: planned, parts };
}

/** Ids that GitHub gives to the headings of these pages. */
const RESERVED = ['contents', 'modules', 'other-modules', 'public-names', 'getting-started', 'api', 'configuration'];

/** Where a package says what it offers, the rest of its modules is its own business. Python has no such border. */
function internalModules(book: Book, modules: readonly ParsedFile[]): (module: ParsedFile) => boolean {
  const own = new Set(modules.map((module) => module.path));
  const entries = book.model.entries.filter((entry) => own.has(entry.module) && entry.language === 'script');
  if (entries.length === 0) return () => false;
  const open = new Set(entries.flatMap((entry) => [entry.module, ...entry.names.map((one) => one.module)]));
  // Declarations beside the code reach users together, through namespaces too.
  const isTyped = entries.some((entry) => entry.types !== null);
  return (module) =>
    !open.has(module.path) && !/\.pyi?$/.test(module.path) && !(isTyped && DECLARATIONS.test(module.path));
}

/** About how many characters a module takes. */
function weightOf(module: ParsedFile): number {
  const of = (symbol: SourceSymbol): number =>
    220 +
    // Its place is told in text and address.
    2 * module.path.length +
    symbol.signature.length +
    (symbol.doc?.description.length ?? 0) +
    symbol.members.reduce((sum, one) => sum + of(one), 0);
  return module.symbols.reduce((sum, symbol) => sum + of(symbol), 200);
}

/** The reference on its own page: contents and, unless parts hold them, the modules. */
export function referenceBlocks(book: Book, plan: ReferencePlan): string[] {
  const blocks: string[] = [];
  if (plan.modules.length >= FEWEST_LISTED) blocks.push('## Contents', contents(plan));
  if (plan.parts.length > 0) return blocks;
  const [open, internal] = [false, true].map((side) => plan.modules.filter((one) => one.isInternal === side));
  if (open !== undefined && open.length > 0) blocks.push('## Modules', ...open.map((one) => moduleText(book, one)));
  if (internal !== undefined && internal.length > 0) {
    blocks.push('## Other modules', 'No entry of the package gives what these modules export.');
    blocks.push(...internal.map((one) => moduleText(book, one)));
  }
  return blocks;
}

/** The pages that a long reference goes on in. */
export function referenceParts(book: Book, plan: ReferencePlan): Page[] {
  return plan.parts.map((path) => {
    const modules = plan.modules.filter((one) => one.path === path);
    const first = modules[0]?.module.path ?? '';
    const last = modules.at(-1)?.module.path ?? '';
    const title = `# API: ${code(first)}${first === last ? '' : ` to ${code(last)}`}`;
    const texts = modules.map((one) => moduleText(book, one));
    return { path, content: page([title, `[All modules](${relativeLink(path, plan.path)})`, ...texts]) };
  });
}

function contents(plan: ReferencePlan): string {
  const folder = commonFolder(plan.modules.map((one) => one.module.path));
  const rows = plan.modules.map((one) => {
    const file = one.path === plan.path ? '' : relativeLink(plan.path, one.path);
    const name = code(one.module.path.slice(folder.length));
    return [`[${name}](${file}#${one.anchor})`, grouped(one.symbols.length), aboutModule(one)];
  });
  const note = folder === '' ? '' : `All of them lie in ${code(folder)}.`;
  return [note, filledTable(['Module', 'Symbols', 'About'], rows)].filter((block) => block !== '').join('\n\n');
}

/** The folder that paths have in common, with a slash at its end; empty for none. */
function commonFolder([first = '', ...others]: readonly string[]): string {
  let folder = first.slice(0, first.lastIndexOf('/') + 1);
  while (!others.every((path) => path.startsWith(folder))) folder = folder.replace(/[^/]*\/$/, '');
  return folder;
}

/** What its author says of the module or of the one thing in it, else the first names that it offers. */
function aboutModule({ module }: PlannedModule): string {
  if (module.doc !== null) return summaryLine(module.doc);
  const [only, ...more] = module.symbols;
  const told = more.length === 0 ? summaryLine(only?.doc ?? null) : '';
  return told === '' ? namesOf(module.symbols, 4) : told;
}

function moduleText(book: Book, planned: PlannedModule): string {
  const { module, anchor, path } = planned;
  const blocks = [`<a id="${anchor}"></a>`, `### ${code(module.path)}`];
  if (module.doc !== null) blocks.push(descriptionOf(module.doc));
  const passedOn = reexportList(module);
  if (passedOn !== '') blocks.push(`Passes on from other modules: ${passedOn}.`);
  const brief: string[] = [];
  for (const { symbol, anchor: id } of planned.symbols) {
    const place: SymbolPlace = {
      page: path,
      file: module.path,
      anchor: id,
      links: book.links,
      example: book.examples.bySymbol.get(symbolKey(module.path, symbol.name)),
    };
    const same = planned.symbols.find((one) => isSame(one.symbol, symbol));
    if (same !== undefined && same.anchor !== id) {
      blocks.push(
        `<a id="${id}"></a>${code(symbol.name)} is another name of [${code(same.symbol.name)}](#${same.anchor}).`,
      );
      continue;
    }
    if (planned.isInternal && !isTold(symbol) && place.example === undefined)
      brief.push(describeBriefly(symbol, place));
    else blocks.push(...describeSymbol(symbol, place));
  }
  const list = brief.join('\n');
  // The short ones first: after a described symbol they would look like a part of it.
  const intro = blocks.findIndex((block) => block.startsWith('<a id=') && block !== blocks[0]);
  if (list !== '') blocks.splice(intro < 0 ? blocks.length : intro, 0, list);
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** One declaration under several names: `module.exports = f; module.exports.default = f`. */
function isSame(one: SourceSymbol, other: SourceSymbol): boolean {
  return (
    one.line === other.line && one.endLine > one.line && one.signature === other.signature && one.kind === other.kind
  );
}

const MOST_PASSED_ON = 30;

function reexportList(module: ParsedFile): string {
  const bySource = new Map<string, string[]>();
  for (const one of module.reexports) {
    const name =
      one.exported === '*'
        ? 'everything'
        : code(
            one.imported === one.exported || one.imported === '*' ? one.exported : `${one.imported} as ${one.exported}`,
          );
    bySource.set(one.specifier, [...(bySource.get(one.specifier) ?? []), name]);
  }
  const all = [...bySource].map(([specifier, names]) => `${names.join(', ')} from ${code(specifier)}`);
  const more = all.length - MOST_PASSED_ON;
  return `${all.slice(0, MOST_PASSED_ON).join('; ')}${more > 0 ? `; and from ${counted(more, 'other module')}` : ''}`;
}

/** Names of the public symbols of a module for a one-line overview. */
export function namesOf(symbols: readonly SourceSymbol[], most: number): string {
  const names = symbols
    .slice(0, most)
    .map((symbol) => code(symbol.name))
    .join(', ');
  return symbols.length > most ? `${names} and ${symbols.length - most} more` : names;
}
