import type { Node } from 'web-tree-sitter';
import { docFrom } from './doc-comments.ts';
import { type Listed, listedNames } from './python-all.ts';
import { pythonCommands } from './python-commands.ts';
import {
  type Bodies,
  describeClass,
  describeFunction,
  describeVariable,
  docstringOf,
  isOverload,
  joinOverload,
} from './python-declarations.ts';
import { pythonFacts } from './python-facts.ts';
import { withPythonTree } from './python-grammar.ts';
import { type PythonImport, pythonImports } from './python-imports.ts';
import { pythonSettings } from './python-settings.ts';
import type { ParsedSource, ParseProblem, Reexport, SourceSymbol } from './symbols.ts';
import { children, lineOf } from './syntax-tree.ts';

/** Public symbols, imports and problems of a Python file. Rejects only when the parser itself fails. */
export async function parsePython(text: string): Promise<Omit<ParsedSource, 'lines'>> {
  return withPythonTree(text, (root) => {
    const statements = topStatements(root);
    const listed = listedNames(statements);
    const facts = pythonFacts(root, text);
    const imports = pythonImports(facts.importStatements);
    const symbols = publicSymbols(statements, listed?.names ?? null, facts.bodies);
    const declared = new Set(facts.declared);
    for (const { aliases } of imports) for (const { name, alias } of aliases) declared.add(alias ?? name);
    declared.delete('*');
    return {
      doc: docstringOf(root),
      symbols,
      imports: imports.map(({ aliases: _, ...rest }) => rest),
      reexports: reexportsOf(imports, listed, symbols),
      problems: root.hasError ? problemsOf(root) : [],
      runnable: text.startsWith('#!') || statements.some(isMainGuard),
      settings: pythonSettings(root, text),
      commands: pythonCommands(root, text),
      declared: [...declared].sort(),
    };
  });
}

/**
 * The same symbols and problems of a tree that is there already, but for what the bodies of functions do: to tell that
 * takes a query over the whole tree.
 */
export function publicPythonSymbols(root: Node): Pick<ParsedSource, 'symbols' | 'problems'> {
  const statements = topStatements(root);
  const symbols = publicSymbols(statements, listedNames(statements)?.names ?? null, new Map());
  return { symbols, problems: root.hasError ? problemsOf(root) : [] };
}

/** Statements that run when the module is loaded, also those under `if`, `try` and `with`. */
function topStatements(root: Node): Node[] {
  const found: Node[] = [];
  const waiting = [...children(root)].reverse();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    found.push(node);
    if (BRANCHES.has(node.type) && !isMainGuard(node)) waiting.push(...[...children(node)].reverse());
  }
  return found;
}

const BRANCHES: ReadonlySet<string> = new Set(
  'if_statement elif_clause else_clause try_statement except_clause except_group_clause finally_clause with_statement block'.split(
    ' ',
  ),
);

function isMainGuard(node: Node): boolean {
  if (node.type !== 'if_statement') return false;
  const condition = node.childForFieldName('condition')?.text ?? '';
  return /^\(?\s*__name__\s*==\s*(['"])__main__\1\s*\)?$/.test(condition);
}

function publicSymbols(
  statements: readonly Node[],
  listed: ReadonlySet<string> | null,
  bodies: Bodies,
): SourceSymbol[] {
  const found = new Map<string, SourceSymbol>();
  const isPublic = (name: string): boolean => (listed === null ? !name.startsWith('_') : listed.has(name));
  for (const at of statements.keys()) {
    for (const symbol of symbolsOf(statements, at, isPublic, bodies)) {
      const seen = found.get(symbol.name);
      if (seen === undefined) found.set(symbol.name, symbol);
      // `@overload` comes before the implementation, which callers do not see.
      else if (isOverload(seen)) found.set(symbol.name, joinOverload(seen, symbol));
    }
  }
  for (const { name, line } of statements.flatMap(givenDocs)) {
    const symbol = found.get(name);
    const empty = { style: 'plain', description: '', inheritDoc: true } as const;
    if (symbol?.doc === null) found.set(name, { ...symbol, doc: docFrom({ line, endLine: line }, empty) });
  }
  return [...found.values()].sort((a, b) => a.line - b.line);
}

/**
 * `name.__doc__ = template.format(...)`: the text is made when the module is loaded, so no more is known than that it
 * is.
 */
function givenDocs(statement: Node): { name: string; line: number }[] {
  const assignment = statement.type === 'expression_statement' ? statement.firstNamedChild : null;
  if (assignment?.type !== 'assignment') return [];
  const name = /^(\w+)\.__doc__$/.exec(assignment.childForFieldName('left')?.text ?? '')?.[1];
  return name === undefined ? [] : [{ name, line: lineOf(statement) }];
}

function symbolsOf(
  statements: readonly Node[],
  at: number,
  isPublic: (name: string) => boolean,
  bodies: Bodies,
): SourceSymbol[] {
  const statement = statements[at];
  if (statement === undefined) return [];
  const inner = statement.type === 'decorated_definition' ? statement.childForFieldName('definition') : statement;
  if (inner === null) return [];
  if (inner.type === 'function_definition' || inner.type === 'class_definition') {
    const name = inner.childForFieldName('name')?.text ?? '';
    // A header that did not parse has no signature that could be told.
    if (!isPublic(name) || headerIsBroken(inner)) return [];
    return [
      inner.type === 'class_definition'
        ? describeClass(inner, statement, bodies)
        : describeFunction(inner, statement, null, bodies),
    ];
  }
  return statement.type === 'expression_statement' ? describeVariable(statements, at, isPublic) : [];
}

function headerIsBroken(definition: Node): boolean {
  return ['parameters', 'superclasses', 'return_type'].some(
    (field) => definition.childForFieldName(field)?.hasError === true,
  );
}

/** Names that `__all__` lists or that are imported as themselves (`import x as x`) and not defined here. */
function reexportsOf(
  imports: readonly PythonImport[],
  listed: Listed | null,
  symbols: readonly SourceSymbol[],
): Reexport[] {
  const left = new Set(listed?.names ?? []);
  for (const symbol of symbols) left.delete(symbol.name);
  const found: Reexport[] = [];
  for (const one of imports) {
    if (one.lazy) continue;
    for (const { name, alias } of one.aliases) {
      const exported = alias ?? name;
      const passedOn = listed === null || name === '*' ? alias === name : left.has(exported);
      if (!passedOn) continue;
      if (name === '*' && listed !== null && !listed.modules.has(lastSegment(one.specifier))) continue;
      left.delete(exported);
      found.push({ specifier: one.specifier, imported: name, exported, line: one.line });
    }
  }
  return listed === null || left.size === 0 ? found : [...found, ...fromStars(imports, listed, left)];
}

/** Listed names that nothing names: where one module alone could have brought them they are its, else any one's. */
function fromStars(imports: readonly PythonImport[], listed: Listed, left: ReadonlySet<string>): Reexport[] {
  const stars = imports.filter((one) => !one.lazy && one.names.includes('*') && one.aliases.some(isStar));
  const open = stars.filter((one) => !listed.modules.has(lastSegment(one.specifier)));
  const names = stars.length === 1 ? [...left] : ['*'];
  return open.flatMap(({ specifier, line }) =>
    names.map((name) => ({ specifier, imported: name, exported: name, line })),
  );
}

function isStar({ name }: { readonly name: string }): boolean {
  return name === '*';
}

function lastSegment(specifier: string): string {
  return specifier.slice(specifier.lastIndexOf('.') + 1);
}

const MOST_PROBLEMS = 20;

function problemsOf(root: Node): ParseProblem[] {
  const found: ParseProblem[] = [];
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node !== undefined && found.length < MOST_PROBLEMS; node = waiting.pop()) {
    if (node.isError || node.isMissing) {
      const message = node.isMissing ? `Expected ${node.type}` : 'Text that is not Python as this parser knows it';
      found.push({ line: node.startPosition.row + 1, message });
    } else if (node.hasError) {
      for (const child of node.children.toReversed()) if (child !== null) waiting.push(child);
    }
  }
  return found.sort((a, b) => a.line - b.line);
}
