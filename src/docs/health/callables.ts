import { roleOf } from '../../code/file-roles.ts';
import type { DocComment, SourceSymbol } from '../../code/symbols.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import { isVendored } from './vendored.ts';

/** A documented function, method or class, with the comment that tells of its parameters. */
export interface Callable {
  readonly file: ParsedFile;
  /** With its class before it. */
  readonly name: string;
  readonly symbol: SourceSymbol;
  readonly doc: DocComment;
}

const KINDS: ReadonlySet<string> = new Set(['function', 'method', 'constructor', 'class', 'constant', 'variable']);

/** Everything of the sources that can be called and says something of itself, in path and source order. */
export function documentedCallables(files: readonly ParsedFile[]): Callable[] {
  const found: Callable[] = [];
  const places = new Set<string>();
  const visit = (file: ParsedFile, symbol: SourceSymbol, prefix: string): void => {
    const name = `${prefix}${symbol.name}`;
    const { doc } = symbol;
    // One function under two names is told of once.
    const place = `${file.path}:${symbol.line}:${symbol.kind}:${doc?.line}`;
    if (doc !== null && !doc.inheritDoc && KINDS.has(symbol.kind) && !places.has(place))
      found.push({ file, name, symbol, doc });
    if (doc !== null) places.add(place);
    for (const member of symbol.members) visit(file, member, `${name}.`);
  };
  for (const file of files) {
    if (roleOf(file.path) !== 'source' || isVendored(file.path)) continue;
    for (const symbol of file.symbols) visit(file, symbol, '');
  }
  return found;
}

/** Whether the comment takes a function apart into parts, so that a part may be missing. */
export function isStructured({ params, returns, yields, throws }: DocComment): boolean {
  return params.length > 0 || returns !== null || yields !== null || throws.length > 0;
}

export function isPython({ path }: Pick<ParsedFile, 'path'>): boolean {
  return /\.pyi?$/.test(path);
}

export function isScript({ path }: Pick<ParsedFile, 'path'>): boolean {
  return /\.[cm]?[jt]sx?$/.test(path);
}
