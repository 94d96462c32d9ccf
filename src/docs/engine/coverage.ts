import type { DocComment, SourceSymbol } from '../../code/symbols.ts';
import type { ParsedFile } from './parse-file.ts';

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
  'Counted are exported functions, classes, interfaces, types, enums, constants and variables with their public methods, accessors and properties; in Python functions, classes, methods and properties. Constructors, special methods such as `__repr__`, and Python variables are listed, not counted.';

/** Coverage of the given files, in their order. */
export function coverageOfFiles(files: readonly ParsedFile[]): Coverage {
  const modules = files.map(coverageOfFile).filter((module) => module.publicSymbols > 0);
  const publicSymbols = modules.reduce((sum, module) => sum + module.publicSymbols, 0);
  const documentedSymbols = modules.reduce((sum, module) => sum + module.documentedSymbols, 0);
  return { publicSymbols, documentedSymbols, percentage: percentageOf(documentedSymbols, publicSymbols), modules };
}

/** The share in percent with one decimal, null of nothing. 100 only when nothing is missing. */
export function percentageOf(part: number, whole: number): number | null {
  if (whole === 0) return null;
  return part === whole ? 100 : Math.min(99.9, Math.round((part * 1000) / whole) / 10);
}

function coverageOfFile(file: ParsedFile): ModuleCoverage {
  const undocumented: Undocumented[] = [];
  let publicSymbols = 0;
  const isPython = /\.pyi?$/.test(file.path);
  const visit = (symbol: SourceSymbol, prefix: string): void => {
    const name = `${prefix}${symbol.name}`;
    if (isCounted(symbol, isPython)) {
      publicSymbols += 1;
      if (!isDocumented(symbol.doc)) undocumented.push({ name, kind: symbol.kind, path: file.path, line: symbol.line });
    }
    for (const member of symbol.members) visit(member, `${name}.`);
  };
  for (const symbol of file.symbols) visit(symbol, '');
  return { path: file.path, publicSymbols, documentedSymbols: publicSymbols - undocumented.length, undocumented };
}

function isCounted(symbol: SourceSymbol, isPython: boolean): boolean {
  if (symbol.kind === 'constructor' || symbol.name.startsWith('[')) return false;
  if (!isPython) return true;
  if (/^__\w+__$/.test(symbol.name)) return false;
  return symbol.kind !== 'variable' && symbol.kind !== 'constant' && symbol.kind !== 'property';
}

/** Whether a comment says anything about what it stands before. */
export function isDocumented(doc: DocComment | null): boolean {
  if (doc === null) return false;
  const told = doc.params.length > 0 || doc.throws.length > 0 || doc.examples.length > 0;
  return doc.description !== '' || told || doc.returns !== null || doc.deprecated !== null;
}
