import { fieldOf, type PythonNode, partOf } from '../quality/python-nodes.ts';
import { type Reading, textOf } from './python-conditions.ts';
import type { Way } from './python-ways.ts';

/** One `except` of a `try`. */
interface Handler {
  /** Names of the exceptions; empty where it takes all. */
  readonly types: readonly string[];
  readonly takesAll: boolean;
  /** Whether it takes what is raised for a name that is not bound. */
  readonly takesNames: boolean;
  readonly alias: string | null;
  readonly block: PythonNode;
}

/** The parts of a `try` statement. */
export interface TryParts {
  readonly body: PythonNode;
  readonly handlers: readonly Handler[];
  readonly otherwise: PythonNode | null;
  readonly last: PythonNode | null;
}

/** The block of a statement or of one of its clauses; an empty one where it has none. */
export function bodyOf(node: PythonNode): PythonNode {
  const block = fieldOf(node, 'body') ?? fieldOf(node, 'consequence') ?? partOf(node, 'block');
  return block ?? { ...node, type: 'block', field: null, children: [] };
}

/** Whether a block does nothing. */
export function isEmpty(block: PythonNode): boolean {
  return block.children.every(({ type }) => type === 'pass_statement');
}

/** The `elif` and `else` of a statement, in order. */
export function clausesOf(node: PythonNode): PythonNode[] {
  return node.children.filter(({ type }) => type === 'elif_clause' || type === 'else_clause');
}

export function tryParts(node: PythonNode, reading: Pick<Reading, 'text'>): TryParts {
  const handlers = node.children.filter(({ type }) => type === 'except_clause' || type === 'except_group_clause');
  const last = partOf(node, 'finally_clause');
  return {
    body: bodyOf(node),
    handlers: handlers.map((one) => handlerOf(one, reading)),
    otherwise: partOf(node, 'else_clause'),
    last: last === null ? null : bodyOf(last),
  };
}

function handlerOf(node: PythonNode, reading: Pick<Reading, 'text'>): Handler {
  const [first] = node.children;
  const caught = first?.type === 'block' ? undefined : first;
  const value = caught?.type === 'as_pattern' ? (caught.children[0] ?? caught) : caught;
  const alias = caught === undefined ? null : fieldOf(caught, 'alias');
  const types = value === undefined ? '' : textOf(value, reading);
  const names = types.split(',').flatMap((one) => /(\w+)\W*$/.exec(one)?.[1] ?? []);
  const takesAll = names.length === 0 || names.some((one) => one === 'Exception' || one === 'BaseException');
  return {
    types: names,
    takesAll,
    takesNames: takesAll || names.some((one) => one === 'NameError' || one === 'UnboundLocalError'),
    alias: alias === null ? null : textOf(alias, reading),
    block: bodyOf(node),
  };
}

/** Exceptions by what raises them, as far as only that does: the line that does not do it has come to its end. */
const CAUSES: readonly (readonly [type: RegExp, cause: RegExp])[] = [
  [/^JSONDecodeError$/, /json|\bloads?\(/i],
  [/^(?:KeyError|IndexError|LookupError)$/, /[\w)\]]\[|\.(?:pop|remove|index|popitem|popleft)\(/],
  [/^ZeroDivisionError$/, /[/%]|divmod/],
  [/^StopIteration$/, /\bnext\(|\.send\(/],
  [/^StopAsyncIteration$/, /\banext\(/],
  [/^UnicodeDecodeError$/, /decode|\bread|\bstr\(/],
  [/^UnicodeEncodeError$/, /encode|\bwrite|\bprint\(/],
  [/^HTTP(?:Status)?Error$/, /raise_for_status/],
  [/^TimeoutExpired$/, /timeout|\bcommunicate\(|\.wait\(|\brun\(/],
  [/^(?:ImportError|ModuleNotFoundError)$/, /\bimport/],
  [/^AttributeError$/, /\w\.\w/],
];

/** Those of the lines that may raise what a handler takes: all of them where nothing is known about its exceptions. */
export function raisesInto<Raised extends { readonly by: string }>(
  { types }: Handler,
  raised: readonly Raised[],
): readonly Raised[] {
  const causes = types.map((type) => CAUSES.find(([known]) => known.test(type))?.[1]);
  if (causes.length === 0 || causes.includes(undefined)) return raised;
  const found = raised.filter(({ by }) => causes.some((cause) => cause?.test(by)));
  return found.length === 0 ? raised : found;
}

/** Calls that come to their end: they tell the time, write a log or make an empty collection. */
const HARMLESS =
  /^(?:(?:time\.)?(?:time|time_ns|perf_counter(?:_ns)?|monotonic)|(?:\w+\.)*(?:now|utcnow|getLogger)|(?:\w+\.)*log\w*\.(?:debug|info|warning|error)|print|len|list|dict|set|str|bool|(?:\w+\.)?(?:OrderedDict|defaultdict|deque|StringIO|BytesIO|bytearray|memoryview|Lock|RLock|Event|Queue|Counter))$/;

/** Whether an expression or a statement of one line may raise anything. */
export function mayRaise(node: PythonNode, reading: Pick<Reading, 'text'>): boolean {
  if (node.type === 'subscript') return node.children[1]?.type !== 'slice';
  if (/^(?:await|raise_statement|assert_statement|delete_statement|yield|import.*)$/.test(node.type)) {
    return true;
  }
  if (node.type === 'binary_operator' && !node.children.every(({ type }) => /^(?:string|integer)$/.test(type)))
    return true;
  if (node.type === 'call') {
    const callee = fieldOf(node, 'function');
    if (callee === null || !HARMLESS.test(textOf(callee, reading))) return true;
  }
  if (/^(?:function_definition|class_definition|lambda)$/.test(node.type)) return false;
  return node.children.some((child) => mayRaise(child, reading));
}

/** A way after an import, a definition or a deletion. */
export function afterBinding(node: PythonNode, way: Way, reading: Reading): Way {
  const bound = bindsName(node, reading);
  return bound === null ? way : way.forget(reading.name).withBound(bound);
}

/** Whether a statement binds the name that is asked for (true), takes it away (false), or neither. */
function bindsName(node: PythonNode, reading: Reading): boolean | null {
  const { name } = reading;
  const isName = (one: PythonNode | null | undefined) =>
    one !== null && one !== undefined && textOf(one, reading) === name;
  switch (node.type) {
    case 'import_statement':
    case 'import_from_statement':
    case 'future_import_statement': {
      const imported = node.children.filter(({ field }) => field === 'name');
      const isBound = imported.some((one) => isName(fieldOf(one, 'alias') ?? nameImported(one, node)));
      return isBound ? true : null;
    }
    case 'function_definition':
    case 'class_definition':
      return isName(fieldOf(node, 'name')) ? true : null;
    case 'decorated_definition':
      return node.children.some((child) => bindsName(child, reading) === true) ? true : null;
    case 'delete_statement': {
      const [first] = node.children;
      const deleted = first?.type === 'expression_list' ? first.children : [first];
      return deleted.some(isName) ? false : null;
    }
    case 'global_statement':
    case 'nonlocal_statement':
      return node.children.some(isName) ? true : null;
    default:
      return null;
  }
}

/** What an import without `as` binds: of `import a.b` the first part. */
function nameImported(one: PythonNode, statement: PythonNode): PythonNode | null {
  if (one.type !== 'dotted_name') return null;
  return (statement.type === 'import_statement' ? one.children[0] : one) ?? null;
}
