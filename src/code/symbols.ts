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
  /** Line of the file on which it begins. */
  readonly line: number;
}

/** What a comment says of a value that comes out: its type and the author's text, either of which may be missing. */
export interface ReturnedText {
  readonly type: string | null;
  readonly text: string;
  readonly line: number;
}

/** The conventions a comment keeps; `plain` when it has neither tags nor sections. */
export type DocStyle =
  | 'jsdoc'
  | 'google'
  | 'numpy'
  | 'sphinx'
  | 'javadoc'
  | 'doxygen'
  | 'xmldoc'
  | 'yard'
  | 'phpdoc'
  | 'plain';

/** The parameters of a first signature with those that only another one has, which not every call gives. */
export function joinParameters(first: readonly Parameter[], next: readonly Parameter[]): readonly Parameter[] {
  const names = new Set(first.map((parameter) => parameter.name));
  const more = next.filter((parameter) => !names.has(parameter.name));
  return more.length === 0 ? first : [...first, ...more.map((parameter) => ({ ...parameter, optional: true }))];
}

/** A JSDoc block or a docstring, taken apart. Text is the author's, in the author's markup. */
export interface DocComment {
  readonly markup: 'markdown' | 'docstring';
  readonly style: DocStyle;
  /** First and last line of the comment in its file. */
  readonly line: number;
  readonly endLine: number;
  /** First sentence or paragraph. */
  readonly summary: string;
  /** Everything before the tags or fields, with the summary. */
  readonly description: string;
  readonly params: readonly NamedText[];
  /** Type parameters it tells of. */
  readonly typeParams: readonly NamedText[];
  /** Attributes or properties of what it stands at. */
  readonly attributes: readonly NamedText[];
  readonly returns: ReturnedText | null;
  readonly yields: ReturnedText | null;
  readonly throws: readonly NamedText[];
  readonly examples: readonly string[];
  /** Why not to use it any more; empty text when the author gives no reason; null when it is not deprecated. */
  readonly deprecated: string | null;
  /** It leaves the rest to the comment of what it overrides or implements (`@inheritDoc`). */
  readonly inheritDoc: boolean;
}

/** An error that leaves a function: class name as written (`ValueError`, `errors.NotFound`) and where it is raised. */
export interface RaisedError {
  readonly name: string;
  readonly line: number;
}

/** What the body of a function does that its comment should tell. Nested functions are not part of it. */
export interface BodyFacts {
  /** Some `return` carries a value, or it is an arrow function that is one expression. */
  readonly returnsValue: boolean;
  readonly yields: boolean;
  /** Raised in this body by class name and not caught in it; a caught one that is raised again is told too. */
  readonly raises: readonly RaisedError[];
  readonly awaits: boolean;
  /** Nothing but `pass`, `...` or an error that says it is not implemented. */
  readonly isAbstractOrStub: boolean;
}

/** One public name of a module, or a public member of one. Lines count from 1 and include decorators. */
export interface SourceSymbol {
  readonly kind: SymbolKind;
  /** The name others use it by; `default` for a nameless default export. */
  readonly name: string;
  /** As in the source with normalised white space and without its body; one line per overload. */
  readonly signature: string;
  /**
   * Of the first signature, then those that only further overloads take (optional); empty for what cannot be called.
   */
  readonly parameters: readonly Parameter[];
  readonly returns: string | null;
  readonly doc: DocComment | null;
  readonly line: number;
  readonly endLine: number;
  readonly isDefault: boolean;
  readonly isStatic: boolean;
  readonly decorators: readonly string[];
  /** Null for what has no body: no function, an overload's signature, an abstract method, a declaration file. */
  readonly body: BodyFacts | null;
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

/** One environment variable that the code reads. */
export interface SettingUse {
  readonly name: string;
  /** Source text of the value that is taken when the variable is not set; null when the code names none. */
  readonly default: string | null;
  /** What a schema of the settings says about it. */
  readonly description: string | null;
  readonly line: number;
  /** Without it the code fails; false also where that cannot be told. */
  readonly required: boolean;
}

/** One option of a command line. */
export interface CommandOption {
  /** As a user types them: `-v`, `--verbose`. */
  readonly flags: readonly string[];
  /** Name or type of the value that follows; null for a switch. */
  readonly value: string | null;
  readonly description: string | null;
  /** Source text of the default. */
  readonly default: string | null;
  readonly required: boolean;
  readonly repeated: boolean;
}

/** One argument that is told by its place. */
export interface CommandArgument {
  readonly name: string;
  readonly required: boolean;
  readonly description: string | null;
}

/** A command line, or one sub-command of it, as an argument parser in the code defines it. */
export interface CommandUse {
  /** Name of the program where the code gives one. */
  readonly program: string | null;
  /** Name of the sub-command, with blanks between nested ones; null for the program itself. */
  readonly name: string | null;
  readonly description: string | null;
  readonly options: readonly CommandOption[];
  readonly arguments: readonly CommandArgument[];
  readonly line: number;
  /** Only of languages whose commands are put together from several files of a folder. */
  readonly link?: CommandLink;
}

/** How a command and those it belongs to find each other when they stand in different files of one folder. */
export interface CommandLink {
  /** Names by which the other files know it: a variable, or `newBuild()` for what a function gives. */
  readonly names: readonly string[];
  /** Names of the commands of other files that are its sub-commands. */
  readonly adds: readonly string[];
  /** Whether its own file shows where it belongs; else it is a command only if another file adds it. */
  readonly isPlaced: boolean;
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
  /** Environment variables it reads, in source order. */
  readonly settings: readonly SettingUse[];
  /** Command lines it defines, in source order. */
  readonly commands: readonly CommandUse[];
  /**
   * Every name it declares at any depth, private ones too: members, enum members, parameters, keys of object literals.
   * Sorted, each once.
   */
  readonly declared: readonly string[];
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
  if (language === 'typescript' || language === 'javascript') {
    const { parseTypeScript } = await import('./typescript-symbols.ts');
    return { lines, ...parseTypeScript(path, source) };
  }
  const { parseByGrammar } = await import('./language-parsers.ts');
  return { lines, ...(await parseByGrammar(language, path, source)) };
}
