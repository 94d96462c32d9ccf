import type { Node } from 'web-tree-sitter';
import type { SourceImport } from './symbols.ts';
import { children, lineOf } from './syntax-tree.ts';

/** An import with the local names of what it takes. */
export type PythonImport = SourceImport & { readonly aliases: readonly { name: string; alias: string | null }[] };

/** The imports that statements make, one per module that a statement names. */
export function pythonImports(statements: readonly Node[]): PythonImport[] {
  return statements.flatMap(readImport);
}

function readImport(statement: Node): PythonImport[] {
  const place = { line: lineOf(statement), ...circumstances(statement) };
  const names = statement.childrenForFieldName('name').flatMap((node) => (node === null ? [] : [readName(node)]));
  if (statement.type === 'import_statement') {
    return names.map(({ name, alias }) => ({ specifier: name, names: ['*'], ...place, aliases: [{ name, alias }] }));
  }
  const specifier = statement.childForFieldName('module_name')?.text.replace(/\s+/g, '') ?? '';
  const everything = children(statement).some((child) => child.type === 'wildcard_import');
  const taken = everything ? [{ name: '*', alias: null }] : names;
  return [
    {
      specifier,
      names: taken.map(({ name }) => name),
      ...place,
      aliases: everything ? [{ name: '*', alias: '*' }] : names,
    },
  ];
}

function readName(node: Node): { name: string; alias: string | null } {
  if (node.type !== 'aliased_import') return { name: node.text, alias: null };
  return { name: node.childForFieldName('name')?.text ?? '', alias: node.childForFieldName('alias')?.text ?? null };
}

/** When an import happens: inside a function it is lazy, under `if TYPE_CHECKING` it never runs. */
function circumstances(statement: Node): { typeOnly: boolean; lazy: boolean } {
  let typeOnly = false;
  let lazy = false;
  // Finding a parent costs time with the size of the file: most imports stand at the margin and have none that matters.
  if (statement.startPosition.column === 0) return { typeOnly, lazy };
  for (let node = statement.parent; node !== null; node = node.parent) {
    if (node.type === 'function_definition' || node.type === 'lambda') lazy = true;
    if (node.type === 'if_statement') {
      const condition = node.childForFieldName('condition')?.text ?? '';
      if (/^(?:\w+\.)?TYPE_CHECKING$/.test(condition)) typeOnly = true;
    }
  }
  return { typeOnly, lazy };
}
