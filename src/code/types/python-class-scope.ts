import { fieldOf, type PythonNode } from '../quality/python-nodes.ts';
import { textOf } from './python-conditions.ts';

/** Statements of a module deeper in each other than this are not looked into. */
const DEEPEST = 20;
/** Names that every module has from Python itself. */
const OWN_NAMES = new Set(
  (
    'abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr ' +
    'dict dir divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex id input ' +
    'int isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow print property ' +
    'range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip'
  ).split(' '),
);
const DEFINITION = /^(?:class|function)_definition$/;

/**
 * Whether a way through a tree, the outermost node first, leads to a name that the body of a class looks up, and which
 * the module, or Python itself, has by then. Pyright takes a slot for a name of the class, and one that is only
 * declared there; when the class is made neither is one, so Python looks further. A default of a parameter is looked up
 * there too.
 */
export function isOfModule(way: readonly PythonNode[], text: string): boolean {
  const [root] = way;
  const use = way.at(-1);
  if (root === undefined || use?.type !== 'identifier') return false;
  const scopes = way.filter((node, at) => isScopeOf(node, way[at + 1]));
  const scope = scopes.at(-1);
  if (scope?.type !== 'class_definition') return false;
  // What stands in a function is run when the module is whole.
  const end = scopes.some(({ type }) => type === 'function_definition') ? Number.POSITIVE_INFINITY : use.start;
  const name = textOf(use, { text });
  return OWN_NAMES.has(name) || binds(root, name, { text, end });
}

/** Whether the next node on a way stands in the scope that a node makes, as the body of a function does. */
function isScopeOf({ type }: PythonNode, next: PythonNode | undefined): boolean {
  if (next?.field === 'body' && (DEFINITION.test(type) || type === 'lambda')) return true;
  return /comprehension$|^generator_expression$/.test(type) && next !== undefined;
}

interface Module {
  readonly text: string;
  readonly end: number;
}

/** Whether a statement of a block of a module, before an end, gives a value to a name. */
function binds(block: PythonNode, name: string, module: Module, depth = 0): boolean {
  if (depth > DEEPEST) return false;
  return block.children.some((node) => {
    const { type } = node;
    if (node.start >= module.end) return false;
    if (DEFINITION.test(type)) return isName(fieldOf(node, 'name'), name, module);
    if (/^import_|_import_statement$/.test(type)) return node.children.some((one) => imports(one, node, name, module));
    if (type === 'expression_statement') return node.children.some((one) => assigns(one, name, module));
    const target = type === 'for_statement' ? fieldOf(node, 'left') : type === 'as_pattern' && fieldOf(node, 'alias');
    if (target && names(target, name, module)) return true;
    const condition = fieldOf(node, 'condition');
    // What is there for checkers is not run.
    if (condition !== null && /\bTYPE_CHECKING\b/.test(textOf(condition, module))) return false;
    return /_statement$|_clause$|_definition$|^block$|^with_item$/.test(type) && binds(node, name, module, depth + 1);
  });
}

function imports(one: PythonNode, statement: PythonNode, name: string, module: Module): boolean {
  if (one.type === 'wildcard_import') return true;
  if (one.field !== 'name') return false;
  const alias = fieldOf(one, 'alias');
  if (alias !== null) return isName(alias, name, module);
  const written = textOf(one, module);
  return (statement.type === 'import_statement' ? written.split('.')[0] : written) === name;
}

function assigns(statement: PythonNode, name: string, module: Module): boolean {
  let node: PythonNode | null = statement;
  // One value may have several targets.
  while (node !== null && /assignment$/.test(node.type)) {
    const target = fieldOf(node, 'left');
    const value = fieldOf(node, 'right');
    if (target !== null && value !== null && names(target, name, module)) return true;
    node = value;
  }
  return false;
}

/** Whether a target, or one of those that it consists of, is a name. */
function names(target: PythonNode, name: string, module: Module): boolean {
  const parts = target.type === 'identifier' ? [target] : target.children;
  return parts.some((one) => isName(one, name, module));
}

function isName(node: PythonNode | null, name: string, module: Module): boolean {
  return node?.type === 'identifier' && textOf(node, module) === name;
}
