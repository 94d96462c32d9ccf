import type { Node } from 'web-tree-sitter';
import { collapse, shortened } from './signatures.ts';
import type { DocComment, Parameter, ParsedSource, SourceImport, SourceSymbol, SymbolKind } from './symbols.ts';
import { endLineOf, lineOf } from './syntax-tree.ts';

const LONGEST_SIGNATURE = 600;
const LONGEST_VALUE = 80;

/** What a language's reader knows of a declaration; what is absent is empty. */
export interface Declaration {
  readonly kind: SymbolKind;
  readonly name: string;
  readonly signature: string;
  /** Its first line; a decorator's where it has one. */
  readonly line: number;
  readonly endLine: number;
  readonly parameters?: readonly Parameter[];
  readonly returns?: string | null;
  readonly doc?: DocComment | null;
  readonly isStatic?: boolean;
  readonly decorators?: readonly string[];
  readonly members?: readonly SourceSymbol[];
}

/** A symbol with every field filled. */
export function symbolFrom(declaration: Declaration): SourceSymbol {
  return {
    parameters: [],
    returns: null,
    doc: null,
    isDefault: false,
    isStatic: false,
    decorators: [],
    body: null,
    members: [],
    ...declaration,
  };
}

/** First and last line of a node, for a declaration. */
export function linesOf(node: Node): { line: number; endLine: number } {
  return { line: lineOf(node), endLine: endLineOf(node) };
}

/** What a reader finds in one file; the rest of a parsed source is empty for its language. */
export type Found = Pick<ParsedSource, 'symbols' | 'imports'> &
  Partial<Pick<ParsedSource, 'doc' | 'reexports' | 'problems' | 'runnable' | 'declared' | 'settings' | 'commands'>>;

/** A parsed source with every field filled. */
export function parsedFrom(found: Found): Omit<ParsedSource, 'lines'> {
  return {
    doc: null,
    reexports: [],
    problems: [],
    runnable: false,
    settings: [],
    commands: [],
    declared: [],
    ...found,
  };
}

/** An import that happens when the file is loaded. */
export function importOf(specifier: string, names: readonly string[], line: number): SourceImport {
  return { specifier, names, line, typeOnly: false, lazy: false };
}

/** An import of what the run time loads when it is first used: types of Java, C# and PHP. */
export function lazyImportOf(specifier: string, names: readonly string[], line: number): SourceImport {
  return { ...importOf(specifier, names, line), lazy: true };
}

/** Source text of a node on one line without its comments; it ends where `end` begins, if given. */
export function written(text: string, node: Node, end?: Node | number | null): string {
  return writtenBetween(
    text,
    node,
    node.startIndex,
    typeof end === 'number' ? end : (end?.startIndex ?? node.endIndex),
  );
}

/** The same for a part of a node by its positions in the text. */
export function writtenBetween(text: string, node: Node, start: number, end: number): string {
  let kept = text.slice(start, end);
  if (/\/[/*]|#/.test(kept)) {
    for (const comment of commentsIn(node, start, end).toReversed()) {
      const at = comment.startIndex - start;
      kept = `${kept.slice(0, at)} ${kept.slice(at + comment.endIndex - comment.startIndex)}`;
    }
  }
  return shortened(collapse(kept), LONGEST_SIGNATURE);
}

function commentsIn(node: Node, start: number, end: number): Node[] {
  return node
    .descendantsOfType(['comment', 'line_comment', 'block_comment'])
    .filter((comment) => comment !== null)
    .filter((comment) => comment.startIndex >= start && comment.endIndex <= end);
}

/** Source text of a value, or an ellipsis for one that is longer than a line of a page can show. */
export function shortValue(text: string, node: Node): string {
  if (node.endIndex - node.startIndex > LONGEST_VALUE * 4) return '…';
  const value = written(text, node);
  return value.length > LONGEST_VALUE || value.includes('\n') ? '…' : value;
}

/** Symbols by name: later definitions of a name add their signature and members to the first. */
export function joined(symbols: readonly SourceSymbol[]): SourceSymbol[] {
  const found = new Map<string, SourceSymbol>();
  for (const symbol of symbols) {
    const first = found.get(symbol.name);
    found.set(symbol.name, first === undefined ? symbol : join(first, symbol));
  }
  return [...found.values()].sort((a, b) => a.line - b.line);
}

function join(first: SourceSymbol, next: SourceSymbol): SourceSymbol {
  const known = first.signature.split('\n').includes(next.signature);
  return {
    ...first,
    signature: known ? first.signature : `${first.signature}\n${next.signature}`,
    doc: first.doc ?? next.doc,
    members: joined([...first.members, ...next.members]),
  };
}
