import type {
  ExportDefaultDeclaration,
  ExportNamedDeclaration,
  ParseResult,
  Program,
  Span,
  Statement,
} from 'oxc-parser';
import { parseSync } from 'oxc-parser';
import type { ParsedSource, Reexport, SourceSymbol } from './symbols.ts';
import { commentTypes } from './typescript-comment-types.ts';
import { commonJsExports } from './typescript-commonjs.ts';
import { type Declared, declarationsOf, describeDeclared } from './typescript-declarations.ts';
import { factsOf } from './typescript-facts.ts';
import { importsOf } from './typescript-imports.ts';
import { TypeScriptSource } from './typescript-source.ts';

const MODULE_STATEMENTS: ReadonlySet<string> = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportDefaultDeclaration',
  'ExportAllDeclaration',
]);

interface Module {
  readonly source: TypeScriptSource;
  readonly locals: Map<string, Declared[]>;
  /** Local names of imports, with where they come from. */
  readonly imported: ReadonlyMap<string, { specifier: string; imported: string; line: number }>;
  readonly symbols: SourceSymbol[];
  readonly reexports: Reexport[];
  readonly taken: Set<Declared>;
  /** Local and exported names that are done: each overload of a function asks for it again. */
  readonly done: Set<string>;
}

/** Public symbols, imports and problems of a TypeScript or JavaScript file. Never throws for what the text holds. */
export function parseTypeScript(path: string, text: string): Omit<ParsedSource, 'lines'> {
  const parsed = parseScript(path, text);
  const { program } = parsed;
  const source = new TypeScriptSource(path, text, parsed.comments);
  const { requires, ...facts } = factsOf(source, program);
  const imports = importsOf(source, program, parsed.module.dynamicImports);
  const module = exportsOf(source, path, parsed, imports.locals);
  const first = program.body[0];
  const start = first === undefined ? null : { start: first.start, isDeclaration: isDeclaration(first) };
  return {
    doc: source.fileDoc(start),
    symbols: module.symbols,
    imports: [...imports.imports, ...requires].sort((a, b) => a.line - b.line),
    reexports: module.reexports,
    problems: problemsOf(source, parsed),
    runnable: text.startsWith('#!'),
    ...facts,
  };
}

/** The tree of a file, as the functions of this module read it. */
export function parseScript(path: string, text: string): ParseResult {
  return parseSync(path, text, { preserveParens: false, ...languageOption(path) });
}

/**
 * The same symbols and problems of a file that is parsed already, but for what the bodies of functions do: to tell that
 * takes a walk over the whole tree.
 */
export function publicSymbols(
  path: string,
  text: string,
  parsed: ParseResult,
): Pick<ParsedSource, 'symbols' | 'problems'> {
  const source = new TypeScriptSource(path, text, parsed.comments);
  return { symbols: exportsOf(source, path, parsed, new Map()).symbols, problems: problemsOf(source, parsed) };
}

/** What a file exports, symbols in the order of their lines. `imported` tells where local names come from. */
function exportsOf(
  source: TypeScriptSource,
  path: string,
  parsed: ParseResult,
  imported: Module['imported'],
): Pick<Module, 'symbols' | 'reexports'> {
  const { program } = parsed;
  const locals = localDeclarations(source, program.body);
  const module: Module = { source, locals, imported, symbols: [], reexports: [], taken: new Set(), done: new Set() };
  for (const statement of program.body) takeExports(module, statement);
  // What the parser says of modules is made when it is asked for.
  const isModule = program.body.some(({ type }) => MODULE_STATEMENTS.has(type)) || parsed.module.hasModuleSyntax;
  if (!isModule) takeScript(module, path, program);
  if (/\.[mc]?jsx?$/.test(path)) module.symbols.push(...commentTypes(source));
  module.symbols.sort((a, b) => a.line - b.line);
  return module;
}

function problemsOf(source: TypeScriptSource, { errors }: ParseResult): ParsedSource['problems'] {
  // An unexpected end is told on the last line that holds anything.
  const lastCharacter = Math.max(0, source.text.trimEnd().length - 1);
  return errors
    .filter((error) => error.severity === 'Error')
    .slice(0, 20)
    .map((error) => ({
      line: source.lineAt(Math.min(error.labels[0]?.start ?? 0, lastCharacter)),
      message: error.message,
    }));
}

/** Plain .js files may hold JSX; .js in a CommonJS package may return at its top. */
function languageOption(path: string): { lang?: 'jsx' } {
  return /\.[mc]?js$/.test(path) ? { lang: 'jsx' } : {};
}

function localDeclarations(source: TypeScriptSource, body: readonly Statement[]): Map<string, Declared[]> {
  const locals = new Map<string, Declared[]>();
  for (const statement of body) {
    const inner = exportedDeclaration(statement) ?? statement;
    for (const declared of declarationsOf(source, inner, statement)) {
      const same = locals.get(declared.name);
      if (same === undefined) locals.set(declared.name, [declared]);
      else same.push(declared);
    }
  }
  return locals;
}

function exportedDeclaration(statement: Statement): Statement | null {
  if (statement.type === 'ExportNamedDeclaration') return statement.declaration;
  if (statement.type !== 'ExportDefaultDeclaration') return null;
  const { declaration } = statement;
  switch (declaration.type) {
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'ClassDeclaration':
    case 'TSInterfaceDeclaration':
      return declaration;
    default:
      return null;
  }
}

function isDeclaration(statement: Statement): boolean {
  return statement.type.startsWith('Export') || /Declaration$/.test(statement.type)
    ? statement.type !== 'ImportDeclaration'
    : false;
}

function takeExports(module: Module, statement: Statement): void {
  switch (statement.type) {
    case 'ExportNamedDeclaration':
      takeNamed(module, statement);
      break;
    case 'ExportDefaultDeclaration':
      takeDefault(module, statement);
      break;
    case 'ExportAllDeclaration':
      module.reexports.push({
        specifier: statement.source.value,
        imported: '*',
        exported: statement.exported === null ? '*' : exportName(statement.exported),
        line: module.source.lineAt(statement.start),
      });
      break;
    case 'TSExportAssignment':
      if (statement.expression.type === 'Identifier')
        takeLocal(module, statement.expression.name, statement.expression.name, true, statement);
      break;
    default:
  }
}

function exportName(name: { type: string; name?: string; value?: string }): string {
  return name.name ?? name.value ?? '';
}

function takeNamed(module: Module, statement: ExportNamedDeclaration): void {
  if (statement.declaration !== null) {
    for (const declared of declarationsOf(module.source, statement.declaration, statement)) {
      takeLocal(module, declared.name, declared.name, false, statement);
    }
  }
  for (const specifier of statement.specifiers) {
    const local = exportName(specifier.local);
    const exported = exportName(specifier.exported);
    if (statement.source !== null) {
      const line = module.source.lineAt(statement.start);
      module.reexports.push({ specifier: statement.source.value, imported: local, exported, line });
    } else takeLocal(module, local, exported === 'default' ? local : exported, exported === 'default', specifier);
  }
}

function takeDefault(module: Module, statement: ExportDefaultDeclaration): void {
  const { declaration } = statement;
  if (declaration.type === 'Identifier') {
    takeLocal(module, declaration.name, declaration.name, true, statement);
    return;
  }
  const name = 'id' in declaration && declaration.id?.type === 'Identifier' ? declaration.id.name : null;
  if (name !== null && module.locals.has(name)) takeLocal(module, name, name, true, statement);
  else {
    const declared: Declared = { name: 'default', node: declaration, statement, keyword: 'const' };
    const symbol = describeDeclared(module.source, [declared], name ?? 'default', true);
    if (symbol !== null) module.symbols.push(symbol);
  }
}

/** Exports a local name: its declarations of one kind are one symbol; an imported name is passed on. */
function takeLocal(module: Module, local: string, exported: string, isDefault: boolean, at: Span): void {
  const key = `${local}\0${exported}\0${isDefault}`;
  if (module.done.has(key)) return;
  module.done.add(key);
  const origin = module.imported.get(local);
  const declared = module.locals.get(local) ?? [];
  if (declared.length === 0 && origin !== undefined) {
    const line = module.source.lineAt(at.start);
    module.reexports.push({
      specifier: origin.specifier,
      imported: origin.imported,
      exported: isDefault ? 'default' : exported,
      line,
    });
  }
  for (const group of groupByKind(declared)) {
    const first = group[0];
    // Exported once under each name: overloads come here once each, `export default x` beside `export {x}` twice.
    if (first === undefined) continue;
    if (module.taken.has(first)) {
      const index = module.symbols.findIndex((symbol) => symbol.name === exported);
      const symbol = module.symbols[index];
      if (symbol !== undefined && isDefault) module.symbols[index] = { ...symbol, isDefault };
      if (symbol !== undefined) continue;
    }
    module.taken.add(first);
    const symbol = describeDeclared(module.source, group, exported, isDefault);
    const described =
      symbol === null || first.node.type !== 'TSModuleDeclaration'
        ? symbol
        : { ...symbol, members: namespaceMembers(module, first) };
    if (described !== null) addMerged(module.symbols, described);
  }
}

/** Interfaces and namespaces of one name are one declaration, written in parts. */
function addMerged(symbols: SourceSymbol[], next: SourceSymbol): void {
  const at = symbols.findIndex((one) => one.name === next.name && one.kind === next.kind);
  const seen = next.kind === 'interface' || next.kind === 'namespace' ? symbols[at] : undefined;
  if (seen === undefined) symbols.push(next);
  else symbols[at] = { ...seen, doc: seen.doc ?? next.doc, members: [...seen.members, ...next.members] };
}

function groupByKind(declared: readonly Declared[]): Declared[][] {
  const isFunction = (one: Declared): boolean =>
    one.node.type === 'FunctionDeclaration' || one.node.type === 'TSDeclareFunction';
  const functions = declared.filter(isFunction);
  const others = declared.filter((one) => !isFunction(one));
  return [...(functions.length > 0 ? [functions] : []), ...others.map((one) => [one])];
}

/** What a namespace shows: its exports, or everything when it is only declared. */
function namespaceMembers(module: Module, declared: Declared): SourceSymbol[] {
  if (declared.node.type !== 'TSModuleDeclaration') return [];
  // `declare module 'x';` has none, which the parser's types deny.
  const body = declared.node.body?.body;
  if (body === undefined) return [];
  const inner: Module = {
    ...module,
    locals: localDeclarations(module.source, body),
    symbols: [],
    reexports: [],
    taken: new Set(),
    done: new Set(),
  };
  const ambient = declared.node.declare || module.source.isDeclarationFile;
  if (ambient && !body.some((statement) => statement.type.startsWith('Export'))) {
    for (const name of inner.locals.keys()) takeLocal(inner, name, name, false, declared.statement);
  } else for (const statement of body) takeExports(inner, statement);
  return inner.symbols;
}

/** A file without import and export: global declarations of a .d.ts file, or a CommonJS module. */
function takeScript(module: Module, path: string, program: Program): void {
  if (module.source.isDeclarationFile) {
    for (const name of module.locals.keys()) takeLocal(module, name, name, false, program);
    return;
  }
  if (/\.(?:ts|tsx|mts|mjs)$/.test(path)) return;
  const found = commonJsExports(module.source, program, module.locals);
  module.symbols.push(...found.symbols);
  module.reexports.push(...found.reexports);
}
