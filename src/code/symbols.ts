import { parsedLanguageOf } from './languages.ts';
import { countLines } from './lines.ts';

export type SymbolKind =
  | 'function'
  | 'class'
  | 'constructor'
  | 'method'
  | 'property'
  | 'accessor'
  | 'interface'
  | 'type'
  | 'enum'
  | 'enum member'
  | 'constant'
  | 'variable'
  | 'namespace';

/** One parameter as the source writes it. `name` of a destructured one is its pattern; a rest one starts with dots. */
export interface Parameter {
  readonly name: string;
  readonly type: string | null;
  readonly default: string | null;
  readonly optional: boolean;
  readonly rest: boolean;
}

/** What a comment says of one name: a parameter, a thrown error. `name` is empty where the comment gives none. */
export interface NamedText {
  readonly name: string;
  readonly type: string | null;
  readonly text: string;
}

/** A JSDoc block or a docstring, taken apart. Text is the author's, in the author's markup. */
export interface DocComment {
  readonly markup: 'markdown' | 'docstring';
  /** First sentence or paragraph. */
  readonly summary: string;
  /** Everything before the tags or fields, with the summary. */
  readonly description: string;
  readonly params: readonly NamedText[];
  readonly returns: { readonly type: string | null; readonly text: string } | null;
  readonly throws: readonly NamedText[];
  readonly examples: readonly string[];
  /** Why not to use it any more; empty text when the author gives no reason; null when it is not deprecated. */
  readonly deprecated: string | null;
}

/** One public name of a module, or a public member of one. Lines count from 1 and include decorators. */
export interface SourceSymbol {
  readonly kind: SymbolKind;
  /** The name others use it by; `default` for a nameless default export. */
  readonly name: string;
  /** As in the source with normalised white space and without its body; one line per overload. */
  readonly signature: string;
  /** Of the first signature; empty for what cannot be called. */
  readonly parameters: readonly Parameter[];
  readonly returns: string | null;
  readonly doc: DocComment | null;
  readonly line: number;
  readonly endLine: number;
  readonly isDefault: boolean;
  readonly isStatic: boolean;
  readonly decorators: readonly string[];
  readonly members: readonly SourceSymbol[];
}

/** One import statement, re-export or `require`. */
export interface SourceImport {
  /** As the source writes it: `./x.js`, `react`, `..models`. */
  readonly specifier: string;
  /** Names taken from it: `*` for all of it, empty for its side effects. */
  readonly names: readonly string[];
  readonly line: number;
  /** Gone at run time: `import type`, or under `if TYPE_CHECKING`. */
  readonly typeOnly: boolean;
  /** Inside a function, or `import()`: it runs later than the module does. */
  readonly lazy: boolean;
}

/** A name the module passes on from another one. `exported` is `*` for everything. */
export interface Reexport {
  readonly specifier: string;
  readonly imported: string;
  readonly exported: string;
  readonly line: number;
}

export interface ParseProblem {
  readonly line: number;
  readonly message: string;
}

/** What one source file says. Plain JSON; the same text gives the same bytes. */
export interface ParsedSource {
  readonly lines: number;
  /** Comment or docstring about the whole file. */
  readonly doc: DocComment | null;
  readonly symbols: readonly SourceSymbol[];
  readonly imports: readonly SourceImport[];
  readonly reexports: readonly Reexport[];
  /** Never fatal: the symbols are those of the part that could be read. */
  readonly problems: readonly ParseProblem[];
  /** It is meant to be run: a `#!` line or `if __name__ == '__main__'`. */
  readonly runnable: boolean;
}

/**
 * Public symbols, imports and problems of one source file. The parser of its language is loaded when it is first
 * needed. Rejects only for a path whose language cannot be read; text that does not parse is told in `problems`.
 */
export async function parseSource(path: string, text: string): Promise<ParsedSource> {
  const language = parsedLanguageOf(path);
  if (language === null) throw new TypeError(`No parser for ${path}`);
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const lines = countLines(source);
  if (language === 'python') {
    const { parsePython } = await import('./python-symbols.ts');
    return { lines, ...(await parsePython(source)) };
  }
  const { parseTypeScript } = await import('./typescript-symbols.ts');
  return { lines, ...parseTypeScript(path, source) };
}
