import type { DocComment, SourceSymbol } from '../../code/symbols.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import { DeclaredTwice } from './declared-twice.ts';
import { InheritedDocs } from './inherited-docs.ts';

/** A public symbol that nothing is written about. `name` is dotted for members. */
export interface Undocumented {
  readonly name: string;
  readonly kind: string;
  readonly path: string;
  readonly line: number;
}

export interface ModuleCoverage {
  readonly path: string;
  readonly publicSymbols: number;
  readonly documentedSymbols: number;
  readonly undocumented: readonly Undocumented[];
}

/** Public symbols and how many are documented. `percentage` has one decimal; null when there is nothing to document. */
export interface Coverage {
  readonly publicSymbols: number;
  readonly documentedSymbols: number;
  readonly percentage: number | null;
  readonly modules: readonly ModuleCoverage[];
}

/** What the figures count, for the pages that show them. */
export const COVERAGE_RULE =
  'Counted are public functions, types, constants and variables with their public members; in Python functions, classes, methods and properties. Constructors and, in Python, special methods and variables are listed, not counted.';

/** Coverage of the given files, in their order. */
export function coverageOfFiles(files: readonly ParsedFile[]): Coverage {
  const inherited = new InheritedDocs(files);
  const twice = new DeclaredTwice(files, ({ doc }) => isDocumented(doc));
  const modules = files
    .map((file) => coverageOfFile(file, inherited, twice))
    .filter((module) => module.publicSymbols > 0);
  const publicSymbols = modules.reduce((sum, module) => sum + module.publicSymbols, 0);
  const documentedSymbols = modules.reduce((sum, module) => sum + module.documentedSymbols, 0);
  return { publicSymbols, documentedSymbols, percentage: percentageOf(documentedSymbols, publicSymbols), modules };
}

/** The share in percent with one decimal, null of nothing. 100 only when nothing is missing. */
export function percentageOf(part: number, whole: number): number | null {
  if (whole === 0) return null;
  return part === whole ? 100 : Math.min(99.9, Math.round((part * 1000) / whole) / 10);
}

function coverageOfFile(file: ParsedFile, inherited: InheritedDocs, twice: DeclaredTwice): ModuleCoverage {
  const undocumented: Undocumented[] = [];
  let publicSymbols = 0;
  const isPython = /\.pyi?$/.test(file.path);
  const visit = (symbol: SourceSymbol, prefix: string, owner: SourceSymbol | null): void => {
    const name = `${prefix}${symbol.name}`;
    const isFunction = owner === null && symbol.kind === 'function';
    if (isCounted(symbol, isPython) && !(isFunction && twice.isSecond(file.path, name))) {
      publicSymbols += 1;
      const isToldElsewhere = inherited.has(owner, symbol) || (isFunction && twice.isTold(file.path, name));
      if (!isDocumented(symbol.doc) && !isToldElsewhere)
        undocumented.push({ name, kind: symbol.kind, path: file.path, line: symbol.line });
    }
    for (const member of symbol.members) visit(member, `${name}.`, symbol);
  };
  for (const symbol of file.symbols) visit(symbol, '', null);
  return { path: file.path, publicSymbols, documentedSymbols: publicSymbols - undocumented.length, undocumented };
}

function isCounted(symbol: SourceSymbol, isPython: boolean): boolean {
  // What has no name of its own is told of with its owner: constructors, index, call and construct signatures.
  if (symbol.kind === 'constructor' || /^[[(]/.test(symbol.name)) return false;
  // The author says that it needs none.
  if (symbol.decorators.some((one) => /\ballow\s*\([^)]*\bmissing_docs\b/.test(one))) return false;
  if (!isPython) return true;
  if (/^__\w+__$/.test(symbol.name)) return false;
  return symbol.kind !== 'variable' && symbol.kind !== 'constant' && symbol.kind !== 'property';
}

/** Whether a comment says anything about what it stands before. */
export function isDocumented(doc: DocComment | null): boolean {
  if (doc === null) return false;
  const lists = [doc.params, doc.typeParams, doc.attributes, doc.throws, doc.examples];
  const told = lists.some((list) => list.length > 0) || [doc.returns, doc.yields, doc.deprecated].some(isThere);
  return told || doc.description !== '';
}

function isThere(text: unknown): boolean {
  return text !== null;
}
