import type { Node } from 'web-tree-sitter';
import {
  describeClass,
  describeFunction,
  describeVariable,
  docstringOf,
  isOverload,
  joinOverload,
} from './python-declarations.ts';
import { withPythonTree } from './python-grammar.ts';
import { pythonImports } from './python-imports.ts';
import { children } from './python-nodes.ts';
import { readString } from './python-strings.ts';
import type { ParsedSource, ParseProblem, Reexport, SourceImport, SourceSymbol } from './symbols.ts';

/** Public symbols, imports and problems of a Python file. Rejects only when the parser itself fails. */
export async function parsePython(text: string): Promise<Omit<ParsedSource, 'lines'>> {
  return withPythonTree(text, (root) => {
    const statements = topStatements(root);
    const listed = listedNames(statements);
    const imports = pythonImports(root);
    const symbols = publicSymbols(statements, listed);
    return {
      doc: docstringOf(root),
      symbols,
      imports: imports.map(({ aliases: _, ...rest }) => rest),
      reexports: reexportsOf(imports, listed, symbols),
      problems: root.hasError ? problemsOf(root) : [],
      runnable: text.startsWith('#!') || statements.some(isMainGuard),
    };
  });
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

/** Names of `__all__`, or null when the module has none that can be read. */
function listedNames(statements: readonly Node[]): ReadonlySet<string> | null {
  let names: Set<string> | null = null;
  for (const statement of statements) {
    const expression = statement.type === 'expression_statement' ? statement.firstNamedChild : null;
    if (expression === null || expression.childForFieldName('left')?.text !== '__all__') continue;
    const right = expression.childForFieldName('right');
    if (right === null) continue;
    const strings = right.descendantsOfType('string').flatMap((node) => (node === null ? [] : [readString(node)]));
    if (expression.type === 'assignment') names = new Set(strings);
    else if (expression.type === 'augmented_assignment') names = new Set([...(names ?? []), ...strings]);
  }
  return names;
}

function publicSymbols(statements: readonly Node[], listed: ReadonlySet<string> | null): SourceSymbol[] {
  const found = new Map<string, SourceSymbol>();
  const isPublic = (name: string): boolean => (listed === null ? !name.startsWith('_') : listed.has(name));
  for (const at of statements.keys()) {
    for (const symbol of symbolsOf(statements, at, isPublic)) {
      const seen = found.get(symbol.name);
      if (seen === undefined) found.set(symbol.name, symbol);
      // `@overload` comes before the implementation, which callers do not see.
      else if (isOverload(seen)) found.set(symbol.name, joinOverload(seen, symbol));
    }
  }
  return [...found.values()].sort((a, b) => a.line - b.line);
}

function symbolsOf(statements: readonly Node[], at: number, isPublic: (name: string) => boolean): SourceSymbol[] {
  const statement = statements[at];
  if (statement === undefined) return [];
  const inner = statement.type === 'decorated_definition' ? statement.childForFieldName('definition') : statement;
  if (inner === null) return [];
  if (inner.type === 'function_definition' || inner.type === 'class_definition') {
    const name = inner.childForFieldName('name')?.text ?? '';
    // A header that did not parse has no signature that could be told.
    if (!isPublic(name) || headerIsBroken(inner)) return [];
    return [
      inner.type === 'class_definition' ? describeClass(inner, statement) : describeFunction(inner, statement, null),
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
  imports: readonly (SourceImport & { aliases: readonly { name: string; alias: string | null }[] })[],
  listed: ReadonlySet<string> | null,
  symbols: readonly SourceSymbol[],
): Reexport[] {
  const defined = new Set(symbols.map((symbol) => symbol.name));
  const found: Reexport[] = [];
  for (const one of imports) {
    if (one.lazy) continue;
    for (const { name, alias } of one.aliases) {
      const exported = alias ?? name;
      const passedOn = listed === null ? alias === name : listed.has(exported);
      if (passedOn && !defined.has(exported)) {
        found.push({ specifier: one.specifier, imported: name, exported, line: one.line });
      }
    }
  }
  return found;
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
