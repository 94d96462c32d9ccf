import type { Node } from 'web-tree-sitter';
import { isStubBody, type PythonBody } from './python-body.ts';
import { parseDocstring } from './python-docstring.ts';
import { readString } from './python-strings.ts';
import { collapse, shortened } from './signatures.ts';
import { type BodyFacts, type DocComment, joinParameters, type Parameter, type SourceSymbol } from './symbols.ts';
import { children, endLineOf, lineOf } from './syntax-tree.ts';

const LONGEST_SIGNATURE = 600;
const LONGEST_VALUE = 80;
const OVERLOAD = /^@(?:[\w.]+\.)?overload$/;
/** Made for annotations only: nobody calls or reads them. */
const TYPE_VARIABLE = /^(?:\w+\.)?(?:TypeVar|ParamSpec|TypeVarTuple)\(/;

/** Docstring of a module, class or function body, or null. */
export function docstringOf(body: Node | null): DocComment | null {
  const first = body === null ? undefined : children(body).find((child) => child.type !== 'comment');
  return first === undefined ? null : stringStatement(first);
}

function stringStatement(statement: Node): DocComment | null {
  const string = statement.type === 'expression_statement' ? statement.firstNamedChild : null;
  if (string === null || (string.type !== 'string' && string.type !== 'concatenated_string')) return null;
  // Bytes and f-strings are no docstrings.
  if (/^[rR]?[bBfF]/.test(string.text)) return null;
  const text = readString(string);
  return text.trim() === '' ? null : parseDocstring(text, docLine(string));
}

/** A backslash after the quotes joins the first line with the next, which is where the text begins. */
function docLine(string: Node): number {
  return lineOf(string) + (/^[a-zA-Z]*(?:"""|''')\\\r?\n/.test(string.text) ? 1 : 0);
}

/** One line of source without comments. */
function written(node: Node): string {
  let text = node.text;
  const comments = text.includes('#') ? node.descendantsOfType('comment') : [];
  for (const comment of comments.toReversed()) {
    if (comment === null) continue;
    const at = comment.startIndex - node.startIndex;
    text = text.slice(0, at) + text.slice(at + comment.text.length);
  }
  return shortened(collapse(text), LONGEST_SIGNATURE);
}

function decoratorsOf(statement: Node): string[] {
  return statement.type === 'decorated_definition'
    ? children(statement)
        .filter((child) => child.type === 'decorator')
        .map(written)
    : [];
}

/** What functions do, by the offset at which their definition begins. */
export type Bodies = ReadonlyMap<number, PythonBody>;

function bodyOf(node: Node, bodies: Bodies): BodyFacts | null {
  const found = bodies.get(node.startIndex);
  return found === undefined ? null : { ...found, isAbstractOrStub: isStubBody(node.childForFieldName('body')) };
}

/** A reason that `@deprecated('…')` of PEP 702 gives. */
function deprecation(doc: DocComment | null, decorators: readonly string[]): DocComment | null {
  if (doc === null || doc.deprecated !== null) return doc;
  for (const decorator of decorators) {
    const reason = /^@(?:[\w.]+\.)?deprecated\(\s*(['"])(.*?)\1/s.exec(decorator)?.[2];
    if (reason !== undefined) return { ...doc, deprecated: reason };
  }
  return doc;
}

/** A function or, with the class it stands in, a method. `statement` includes the decorators. */
export function describeFunction(node: Node, statement: Node, owner: Node | null, bodies: Bodies): SourceSymbol {
  const name = node.childForFieldName('name')?.text ?? '';
  const decorators = decoratorsOf(statement);
  const parameters = node.childForFieldName('parameters');
  const returns = node.childForFieldName('return_type');
  const generics = node.childForFieldName('type_parameters');
  const isAsync = node.firstChild?.type === 'async';
  const head = `${isAsync ? 'async ' : ''}def ${name}${generics === null ? '' : written(generics)}`;
  const isStatic = has(decorators, /^@staticmethod$/);
  const isClassMethod = has(decorators, /^@classmethod$/);
  const isProperty = has(
    decorators,
    /^@(?:property|[\w.]*cached_property|\w+\.(?:setter|getter|deleter)|abc\.abstractproperty|abstractproperty)$/,
  );
  const all = parameters === null ? [] : readParameters(parameters);
  // `self` and `cls` are given by Python, not by the caller.
  const bound = owner !== null && !isStatic && all[0]?.rest === false;
  return {
    kind: owner === null ? 'function' : isProperty ? 'accessor' : name === '__init__' ? 'constructor' : 'method',
    name,
    signature: `${head}${parameters === null ? '()' : written(parameters)}${returns === null ? '' : ` -> ${written(returns)}`}`,
    parameters: bound ? all.slice(1) : all,
    returns: returns === null ? null : written(returns),
    doc: deprecation(docstringOf(node.childForFieldName('body')), decorators),
    line: lineOf(statement),
    endLine: endLineOf(statement),
    isDefault: false,
    isStatic: isStatic || isClassMethod,
    decorators,
    body: has(decorators, OVERLOAD) ? null : bodyOf(node, bodies),
    members: [],
  };
}

function has(decorators: readonly string[], pattern: RegExp): boolean {
  return decorators.some((decorator) => pattern.test(decorator));
}

function readParameters(parameters: Node): Parameter[] {
  return children(parameters).flatMap((node) => {
    const found = readParameter(node);
    return found === null ? [] : [found];
  });
}

function readParameter(node: Node): Parameter | null {
  const typeNode = node.childForFieldName('type');
  const valueNode = node.childForFieldName('value');
  const type = typeNode === null ? null : written(typeNode);
  const value = valueNode === null ? null : shortValue(valueNode);
  const rest = (name: string): Parameter => ({ name, type, default: null, optional: true, rest: true });
  switch (node.type) {
    case 'identifier':
      return { name: node.text, type: null, default: null, optional: false, rest: false };
    case 'list_splat_pattern':
    case 'dictionary_splat_pattern':
      return rest(node.text.replace(/\s+/g, ''));
    case 'typed_parameter': {
      const inner = node.firstNamedChild;
      const name = inner?.text ?? '';
      if (inner !== null && inner.type !== 'identifier') return rest(name);
      return { name, type, default: null, optional: false, rest: false };
    }
    case 'default_parameter':
    case 'typed_default_parameter': {
      const name = node.childForFieldName('name')?.text ?? '';
      return { name, type, default: value, optional: true, rest: false };
    }
    default:
      return null;
  }
}

function shortValue(node: Node): string {
  if (node.endIndex - node.startIndex > LONGEST_VALUE * 4) return '…';
  const text = written(node);
  return text.length > LONGEST_VALUE || text.includes('\n') ? '…' : text;
}

/** A class with its public members; attributes are those that its body assigns or annotates. */
export function describeClass(node: Node, statement: Node, bodies: Bodies): SourceSymbol {
  const name = node.childForFieldName('name')?.text ?? '';
  const bases = node.childForFieldName('superclasses');
  const generics = node.childForFieldName('type_parameters');
  const body = node.childForFieldName('body');
  const members = body === null ? [] : classMembers(node, body, bodies);
  const initializer = members.find((one) => one.kind === 'constructor');
  return {
    kind: 'class',
    name,
    signature: `class ${name}${generics === null ? '' : written(generics)}${bases === null ? '' : written(bases)}`,
    parameters: initializer?.parameters ?? [],
    returns: null,
    doc: docstringOf(body),
    line: lineOf(statement),
    endLine: endLineOf(statement),
    isDefault: false,
    isStatic: false,
    decorators: decoratorsOf(statement),
    body: null,
    members,
  };
}

function classMembers(owner: Node, body: Node, bodies: Bodies): SourceSymbol[] {
  const found = new Map<string, SourceSymbol>();
  const keep = (symbol: SourceSymbol): void => {
    const seen = found.get(symbol.name);
    if (seen === undefined) found.set(symbol.name, symbol);
    else if (isOverload(seen)) found.set(symbol.name, joinOverload(seen, symbol));
  };
  const statements = children(body);
  for (const [at, statement] of statements.entries()) {
    const inner = statement.type === 'decorated_definition' ? statement.childForFieldName('definition') : statement;
    if (inner === null) continue;
    if (inner.type === 'function_definition' && isPublicMember(inner))
      keep(describeFunction(inner, statement, owner, bodies));
    else if (inner.type === 'class_definition' && isPublicMember(inner)) keep(describeClass(inner, statement, bodies));
    else if (statement.type === 'expression_statement') {
      for (const variable of describeVariable(statements, at, (name) => !name.startsWith('_')))
        keep({ ...variable, kind: 'property' });
    }
  }
  return [...found.values()];
}

/** Public by name; special methods are public too, for they are called by the language. */
function isPublicMember(definition: Node): boolean {
  const name = definition.childForFieldName('name')?.text ?? '';
  return !name.startsWith('_') || /^__\w+__$/.test(name);
}

/**
 * Names that the assignment or annotation at `siblings[at]` makes; the doc is a string after it or `#:` comments before
 * it.
 */
export function describeVariable(
  siblings: readonly Node[],
  at: number,
  isPublic: (name: string) => boolean,
): SourceSymbol[] {
  const statement = siblings[at];
  if (statement === undefined) return [];
  const assignment = statement.firstNamedChild;
  if (assignment?.type !== 'assignment') return [];
  const names: string[] = [];
  let value: Node | null = assignment;
  while (value?.type === 'assignment') {
    const left = value.childForFieldName('left');
    if (left?.type === 'identifier') names.push(left.text);
    else if (left?.type === 'pattern_list')
      names.push(
        ...children(left)
          .filter((one) => one.type === 'identifier')
          .map((one) => one.text),
      );
    value = value.childForFieldName('right');
  }
  const type = assignment.childForFieldName('type');
  const doc = docAfter(siblings, at) ?? docBefore(siblings, at);
  return names
    .filter((name) => isPublic(name) && name !== '__all__' && !(value !== null && TYPE_VARIABLE.test(value.text)))
    .map((name) => ({
      kind: /^[A-Z][A-Z0-9_]*$/.test(name) || (type !== null && /\bFinal\b/.test(type.text)) ? 'constant' : 'variable',
      name,
      signature: `${name}${type === null ? '' : `: ${written(type)}`}${value === null ? '' : ` = ${shortValue(value)}`}`,
      parameters: [],
      returns: null,
      doc,
      line: lineOf(statement),
      endLine: endLineOf(statement),
      isDefault: false,
      isStatic: false,
      decorators: [],
      body: null,
      members: [],
    }));
}

function docAfter(siblings: readonly Node[], at: number): DocComment | null {
  const next = siblings[at + 1];
  return next === undefined ? null : stringStatement(next);
}

function docBefore(siblings: readonly Node[], at: number): DocComment | null {
  const lines: string[] = [];
  const own = siblings[at]?.startPosition.row ?? 0;
  for (let before = at - 1; siblings[before]?.type === 'comment'; before -= 1) {
    const node = siblings[before];
    if (node === undefined || node.startPosition.row !== own - lines.length - 1 || !node.text.startsWith('#:')) break;
    lines.unshift(node.text.slice(2).trim());
  }
  return lines.length === 0 ? null : parseDocstring(lines.join('\n'), own - lines.length + 1);
}

/** Whether a symbol is a typing overload, which more signatures may follow. */
export function isOverload(symbol: SourceSymbol): boolean {
  return has(symbol.decorators, OVERLOAD);
}

/** Adds another definition of the same name to an overloaded one: a further overload, or the implementation's end. */
export function joinOverload(first: SourceSymbol, next: SourceSymbol): SourceSymbol {
  const signature = isOverload(next) ? `${first.signature}\n${next.signature}` : first.signature;
  return {
    ...first,
    signature,
    parameters: joinParameters(first.parameters, next.parameters),
    doc: first.doc ?? next.doc,
    body: first.body ?? next.body,
    // After its implementation nothing more is joined.
    decorators: isOverload(next) ? first.decorators : next.decorators,
    endLine: Math.max(first.endLine, next.endLine),
  };
}
