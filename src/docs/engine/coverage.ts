import type { DocComment, SourceSymbol } from '../../code/symbols.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import { DeclaredTwice, TypesInParts } from './declared-twice.ts';
import { InheritedDocs } from './inherited-docs.ts';

/** A public symbol that nothing is written about. `name` is dotted for members. */
export interface Undocumented {
  readonly name: string;
  readonly kind: string;
  readonly path: string;
  readonly line: number;
  /** Seen by those who extend its type only; absent for what everybody sees. */
  readonly isProtected?: true;
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
  'Counted are public functions, types, constants and variables with their public and protected members; in Python functions, classes, methods and properties. Constructors and, in Python, special methods and variables are listed, not counted.';

/** Coverage of the given files, in their order. */
export function coverageOfFiles(files: readonly ParsedFile[]): Coverage {
  const inherited = new InheritedDocs(files);
  const twice = new DeclaredTwice(files, ({ doc }) => isDocumented(doc));
  const parts = new TypesInParts(files, ({ doc }) => isDocumented(doc));
  const modules = files
    .map((file) => coverageOfFile(file, inherited, twice, parts))
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

function coverageOfFile(
  file: ParsedFile,
  inherited: InheritedDocs,
  twice: DeclaredTwice,
  parts: TypesInParts,
): ModuleCoverage {
  const undocumented: Undocumented[] = [];
  let publicSymbols = 0;
  const isPython = /\.pyi?$/.test(file.path);
  const visit = (symbol: SourceSymbol, prefix: string, owner: SourceSymbol | null): void => {
    const name = `${prefix}${symbol.name}`;
    const isFunction = owner === null && symbol.kind === 'function';
    const isSecond = (isFunction && twice.isSecond(file.path, name)) || parts.isFurther(symbol);
    if (isCounted(symbol, isPython) && !isSecond && !isShut(symbol, owner)) {
      publicSymbols += 1;
      // A class may tell of its attributes itself.
      const isAttribute = owner?.doc?.attributes.some((one) => one.name === symbol.name) === true;
      const isToldElsewhere =
        isAttribute || inherited.has(owner, symbol) || (isFunction && twice.isTold(file.path, name));
      if (!isDocumented(symbol.doc) && !isToldElsewhere)
        undocumented.push({
          name,
          kind: symbol.kind,
          path: file.path,
          line: symbol.line,
          ...(isProtected(symbol) ? { isProtected: true } : {}),
        });
    }
    for (const member of symbol.members) visit(member, `${name}.`, symbol);
  };
  for (const symbol of file.symbols) visit(symbol, '', null);
  return { path: file.path, publicSymbols, documentedSymbols: publicSymbols - undocumented.length, undocumented };
}

function isCounted(symbol: SourceSymbol, isPython: boolean): boolean {
  // What has no name of its own is told of with its owner: constructors and destructors, index, call and construct
  // signatures.
  if (symbol.kind === 'constructor' || /^[[(~]/.test(symbol.name)) return false;
  // The author says that it needs none.
  if (symbol.decorators.some((one) => /\ballow\s*\([^)]*\bmissing_docs\b/.test(one))) return false;
  if (!isPython) return true;
  if (/^__\w+__$/.test(symbol.name)) return false;
  return symbol.kind !== 'variable' && symbol.kind !== 'constant' && symbol.kind !== 'property';
}

function isProtected({ signature }: SourceSymbol): boolean {
  return /^(?:[\w@]+\s+)*protected\s/.test(signature);
}

/** Protected in a type that nobody can extend. */
function isShut(symbol: SourceSymbol, owner: SourceSymbol | null): boolean {
  return owner !== null && isProtected(symbol) && /^(?:\w+\s+)*(?:final|sealed)\s/.test(owner.signature);
}

/**
 * Whether a comment says anything about what it stands before. A comment is what the tools of its language show: `///`
 * in Rust and C#, a block that begins with two stars in Java, PHP, JavaScript and TypeScript, any comment that touches
 * the declaration in Go and Ruby, and in C by the conventions of Doxygen. A plain remark above a declaration documents
 * nothing where no tool takes it up.
 */
export function isDocumented(doc: DocComment | null): boolean {
  if (doc === null) return false;
  const lists = [doc.params, doc.typeParams, doc.attributes, doc.throws, doc.examples];
  const told = lists.some((list) => list.length > 0) || [doc.returns, doc.yields, doc.deprecated].some(isThere);
  return told || doc.description !== '';
}

function isThere(text: unknown): boolean {
  return text !== null;
}
