import { summaryLine } from '../../code/markdown/author-text.ts';
import { code, fence, filledTable } from '../../code/markdown/markdown.ts';
import type { SourceSymbol } from '../../code/symbols.ts';
import { symbolKey } from './examples.ts';
import { kindWord } from './language-words.ts';
import { type Book, placeOf } from './page-book.ts';
import type { PublicEntry, PublicName } from './public-names.ts';

/** Entries of one package: those that its manifest declares. */
export function entriesOf(book: Book, manifest: string | readonly string[]): PublicEntry[] {
  const paths = typeof manifest === 'string' ? [manifest] : manifest;
  return book.model.entries.filter((entry) => paths.includes(entry.manifest));
}

/** A table for each entry of a package with what can be imported from it, linked to its description. */
export function entryTables(book: Book, from: string, entries: readonly PublicEntry[]): string[] {
  return entries.flatMap((entry) => {
    const rows = entry.names.map((one) => {
      const target = placeOf(book, from, one.module, one.symbol ?? '');
      const shown = target === null ? code(one.name) : `[${code(one.name)}](${target})`;
      const symbol = symbolOf(book, one);
      if (symbol === undefined) return [shown, 'module', ''];
      return [shown, kindWord(symbol, one.module), summaryLine(symbol.doc)];
    });
    return [`### From ${code(entry.specifier)}`, filledTable(['Name', 'Kind', 'About'], rows)];
  });
}

/** The symbol a public name stands for; undefined when it stands for a module. */
export function symbolOf(book: Book, name: PublicName): SourceSymbol | undefined {
  const module = book.modules.get(name.module);
  return module?.symbols.find((one) => one.name === name.symbol);
}

const MOST_IMPORTED = 4;

/**
 * The import statement that a user begins with, as code: of what `shown` uses, if given. Null for an entry that gives
 * nothing to begin with.
 */
export function importStatement(book: Book, entry: PublicEntry, shown: string | null = null): string | null {
  const usable = entry.names
    .filter((one) => one.name !== 'default')
    .map((one) => ({ name: one.name, rank: rankOf(book, one) }))
    .filter((one) => one.rank < 9)
    .sort((a, b) => a.rank - b.rank);
  const used = usable.filter(({ name }) => shown !== null && new RegExp(`(?<![\\w.$])${name}\\b`).test(shown));
  const names = (used.length > 0 ? used : usable)
    .slice(0, MOST_IMPORTED)
    .map((one) => one.name)
    .sort();
  return entry.language === 'python' ? pythonImport(entry, names, shown) : scriptImport(book, entry, names);
}

function pythonImport({ specifier }: PublicEntry, names: readonly string[], shown: string | null): string | null {
  if (shown !== null && new RegExp(`(?<![\\w.])${specifier}\\.\\w`).test(shown))
    return fence(`import ${specifier}`, 'python');
  return names.length === 0 ? null : fence(`from ${specifier} import ${names.join(', ')}`, 'python');
}

function scriptImport(book: Book, entry: PublicEntry, names: readonly string[]): string | null {
  const module = book.modules.get(entry.module);
  const tag = /\.[cm]?tsx?$/.test(entry.module) ? 'ts' : 'js';
  const write = (what: string): string =>
    fence(
      isCommonJs(book, entry)
        ? `const ${what} = require('${entry.specifier}');`
        : `import ${what} from '${entry.specifier}';`,
      tag,
    );
  if (names.length > 0) return write(`{ ${names.join(', ')} }`);
  const whole = module?.symbols.find((symbol) => symbol.isDefault);
  return whole === undefined || whole.name === 'default' ? null : write(whole.name);
}

/** Whether Node loads an entry as CommonJS, and nothing else is offered to a bundler. */
function isCommonJs({ model }: Book, { manifest, module }: PublicEntry): boolean {
  const declared = model.manifests.find((one) => one.path === manifest);
  if (declared === undefined || declared.entryPoints.some((one) => one.kind === 'module')) return false;
  return /\.cjs$/.test(module) || (/\.jsx?$/.test(module) && !declared.esModules);
}

/** Lower begins better: shown by an example, documented and callable, callable, a class, anything else of value. */
function rankOf(book: Book, one: PublicName): number {
  const symbol = symbolOf(book, one);
  if (symbol === undefined) return 8;
  if (symbol.doc?.deprecated != null || /^(?:unstable|experimental|internal|deprecated)_/i.test(one.name)) return 8;
  if (/^(?:interface|type)$/.test(symbol.kind)) return 9;
  const hasExample = book.examples.bySymbol.has(symbolKey(one.module, symbol.name));
  const isCallable = symbol.kind === 'function' || symbol.kind === 'class';
  if (!isCallable) return symbol.doc === null ? 7 : 5;
  return (hasExample ? 0 : 2) + (symbol.doc === null ? 1 : 0);
}
