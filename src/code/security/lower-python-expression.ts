import type { Node } from 'web-tree-sitter';
import { readString } from '../python-strings.ts';
import { children } from '../syntax-tree.ts';
import { BRACES, filledTemplate, flattened, isNoComment, joined, numberOf, PERCENT } from './python-literals.ts';
import type { Entry, Expression, FunctionParameter, Target } from './syntax.ts';

/** An expression of Python in the common shape. */
export function lowerPythonExpression(node: Node): Expression {
  const start = node.startIndex;
  const end = node.endIndex;
  switch (node.type) {
    case 'identifier':
      return { kind: 'name', name: node.text, start, end };
    case 'dotted_name':
      return { kind: 'name', name: node.text, start, end };
    case 'string':
      return lowerString(node);
    case 'concatenated_string':
      return joined(children(node).filter(isNoComment).map(lowerPythonExpression), start, end);
    case 'integer':
    case 'float':
      return { kind: 'literal', value: numberOf(node.text), start, end };
    case 'true':
    case 'false':
      return { kind: 'literal', value: node.type === 'true', start, end };
    case 'none':
      return { kind: 'literal', value: null, start, end };
    case 'call':
      return lowerCall(node);
    case 'attribute': {
      const property = node.childForFieldName('attribute')?.text ?? null;
      return { kind: 'member', object: field(node, 'object'), property, index: null, start, end };
    }
    case 'subscript': {
      const index = field(node, 'subscript');
      const property = index.kind === 'literal' && typeof index.value === 'string' ? index.value : null;
      return { kind: 'member', object: field(node, 'value'), property, index, start, end };
    }
    case 'list':
    case 'tuple':
    case 'set':
    case 'expression_list':
      return { kind: 'list', items: children(node).filter(isNoComment).map(lowerPythonExpression), start, end };
    case 'dictionary':
      return { kind: 'record', entries: children(node).flatMap(lowerPair), start, end };
    default:
      return lowerOperation(node);
  }
}

function lowerOperation(node: Node): Expression {
  const start = node.startIndex;
  const end = node.endIndex;
  switch (node.type) {
    case 'parenthesized_expression':
    case 'await':
    case 'list_splat':
    case 'dictionary_splat':
    case 'type':
    case 'interpolation':
    case 'as_pattern_target':
      return firstOf(node);
    case 'binary_operator':
      return lowerBinary(node);
    case 'comparison_operator':
      return lowerComparison(node);
    case 'boolean_operator': {
      const operator = node.childForFieldName('operator')?.type === 'and' ? 'and' : 'or';
      return { kind: 'logic', operator, left: field(node, 'left'), right: field(node, 'right'), start, end };
    }
    case 'not_operator':
      return { kind: 'not', value: field(node, 'argument'), start, end };
    case 'conditional_expression': {
      const [yes, test, no] = children(node).filter(isNoComment).map(lowerPythonExpression);
      const options = [yes, no].filter((one) => one !== undefined);
      return { kind: 'choice', test: test ?? null, options, start, end };
    }
    case 'unary_operator':
      return { kind: 'mixed', parts: [field(node, 'argument')], isNumber: true, start, end };
    case 'pair':
      return { kind: 'mixed', parts: [field(node, 'key'), field(node, 'value')], isNumber: false, start, end };
    case 'comment':
      return { kind: 'mixed', parts: [], isNumber: true, start, end };
    default:
      return lowerForm(node);
  }
}
function lowerForm(node: Node): Expression {
  const start = node.startIndex;
  const end = node.endIndex;
  switch (node.type) {
    case 'assignment':
    case 'augmented_assignment':
    case 'named_expression':
    case 'as_pattern':
      return lowerAssignment(node);
    case 'lambda': {
      const parameters = lowerParameters(node.childForFieldName('parameters'));
      const body = [{ kind: 'return', value: field(node, 'body') }] as const;
      return { kind: 'function', name: null, parameters, body, decorators: [], isMethod: false, start, end };
    }
    case 'list_comprehension':
    case 'set_comprehension':
    case 'generator_expression':
    case 'dictionary_comprehension':
      return lowerComprehension(node);
    default:
      return {
        kind: 'mixed',
        parts: children(node).filter(isNoComment).map(lowerPythonExpression),
        isNumber: false,
        start,
        end,
      };
  }
}

function field(node: Node, name: string): Expression {
  const inner = node.childForFieldName(name);
  if (inner !== null) return lowerPythonExpression(inner);
  return { kind: 'literal', value: null, start: node.startIndex, end: node.endIndex };
}

function firstOf(node: Node): Expression {
  const first = children(node).find(isNoComment);
  if (first !== undefined) return lowerPythonExpression(first);
  return { kind: 'literal', value: null, start: node.startIndex, end: node.endIndex };
}

/** A plain string is a literal, an f-string its parts. */
function lowerString(node: Node): Expression {
  const start = node.startIndex;
  const end = node.endIndex;
  const isFormatted = /^[rRbB]*[fFtT]/.test(node.text.slice(0, 4));
  if (!isFormatted) return { kind: 'literal', value: readString(node), start, end };
  const parts = children(node).flatMap((one): Expression[] => {
    if (one.type === 'interpolation') return [firstOf(one)];
    if (one.type !== 'string_content' || one.text === '') return [];
    return [{ kind: 'literal', value: one.text, start: one.startIndex, end: one.endIndex }];
  });
  return joined(parts, start, end);
}

function lowerCall(node: Node): Expression {
  const start = node.startIndex;
  const end = node.endIndex;
  const callee = field(node, 'function');
  const list = node.childForFieldName('arguments');
  const args: Expression[] = [];
  const named: Entry[] = [];
  if (list?.type === 'generator_expression') args.push(lowerPythonExpression(list));
  else {
    for (const one of list === null ? [] : children(list)) {
      const at = { start: one.startIndex, end: one.endIndex };
      if (one.type === 'keyword_argument') {
        const key = one.childForFieldName('name')?.text ?? null;
        named.push({ key, computed: null, value: field(one, 'value'), ...at });
      } else if (one.type === 'dictionary_splat') {
        named.push({ key: null, computed: null, value: firstOf(one), ...at });
      } else if (isNoComment(one)) args.push(lowerPythonExpression(one));
    }
  }
  // `'…'.format(…)` makes a text of its parts.
  if (callee.kind === 'member' && callee.property === 'format') {
    const { object } = callee;
    const parts =
      object.kind === 'literal'
        ? filledTemplate(object, BRACES, args, named)
        : [object, ...args, ...named.map(({ value }) => value)];
    return { kind: 'text', parts: flattened(parts), start, end };
  }
  return { kind: 'call', callee, args, named, isNew: false, start, end };
}

function lowerPair(node: Node): Entry[] {
  const at = { start: node.startIndex, end: node.endIndex };
  if (node.type === 'dictionary_splat') return [{ key: null, computed: null, value: firstOf(node), ...at }];
  if (node.type !== 'pair') return [];
  const key = field(node, 'key');
  const value = field(node, 'value');
  if (key.kind === 'literal' && typeof key.value === 'string')
    return [{ key: key.value, computed: null, value, ...at }];
  return [{ key: null, computed: key, value, ...at }];
}

function lowerBinary(node: Node): Expression {
  const start = node.startIndex;
  const end = node.endIndex;
  const left = field(node, 'left');
  const right = field(node, 'right');
  const operator = node.childForFieldName('operator')?.type ?? '';
  const isText =
    operator === '+' ||
    (operator === '%' &&
      (left.kind === 'literal' ? typeof left.value === 'string' : left.kind === 'text' || left.kind === 'name'));
  if (isText) {
    const items = operator === '%' && right.kind === 'list' ? right.items : [right];
    const parts =
      operator === '%' && left.kind === 'literal'
        ? filledTemplate(left, PERCENT, items, right.kind === 'record' ? right.entries : [])
        : [left, ...items];
    return { kind: 'text', parts: flattened(parts), start, end };
  }
  // `Path(a) / b` joins paths.
  return { kind: 'mixed', parts: [left, right], isNumber: operator !== '/' && operator !== '|', start, end };
}

function lowerComparison(node: Node): Expression {
  const operands = children(node).filter(isNoComment).map(lowerPythonExpression);
  const words = node.children.flatMap((one) => (one === null || one.isNamed ? [] : [one.type]));
  const start = node.startIndex;
  const end = node.endIndex;
  const [left, right] = operands;
  if (left === undefined || right === undefined || operands.length > 2) {
    return { kind: 'mixed', parts: operands, isNumber: true, start, end };
  }
  // Some versions of the grammar show both words of `not in` as one token, twice.
  const operator = (words.find((word) => word.includes(' ')) ?? words.join(' '))
    .replace(/^is not$/, '!=')
    .replace(/^is$/, '==');
  return { kind: 'compare', operator, left, right, start, end };
}

function lowerAssignment(node: Node): Expression {
  const start = node.startIndex;
  const end = node.endIndex;
  if (node.type === 'as_pattern') {
    const target = lowerPythonTarget(node.childForFieldName('alias'));
    return { kind: 'assign', target, value: firstOf(node), adds: false, start, end };
  }
  const target = lowerPythonTarget(node.childForFieldName('left') ?? node.childForFieldName('name'));
  const right = node.childForFieldName('right') ?? node.childForFieldName('value');
  if (right === null) return { kind: 'mixed', parts: [], isNumber: true, start, end };
  const adds = node.type === 'augmented_assignment';
  return { kind: 'assign', target, value: lowerPythonExpression(right), adds, start, end };
}

function lowerComprehension(node: Node): Expression {
  const parts = children(node);
  return {
    kind: 'mapped',
    clauses: parts
      .filter(({ type }) => type === 'for_in_clause')
      .map((one) => ({ target: lowerPythonTarget(one.childForFieldName('left')), over: field(one, 'right') })),
    tests: parts.filter(({ type }) => type === 'if_clause').map(firstOf),
    result: field(node, 'body'),
    start: node.startIndex,
    end: node.endIndex,
  };
}

/** Where an assignment, a loop or a parameter puts its value. */
export function lowerPythonTarget(node: Node | null): Target {
  if (node === null) return { kind: 'nowhere' };
  switch (node.type) {
    case 'pattern_list':
    case 'tuple_pattern':
    case 'list_pattern':
    case 'tuple':
    case 'list':
      return { kind: 'list', items: children(node).map(lowerPythonTarget) };
    case 'list_splat_pattern':
    case 'dictionary_splat_pattern':
    case 'as_pattern_target':
      return lowerPythonTarget(node.firstNamedChild);
    default: {
      const place = lowerPythonExpression(node);
      return place.kind === 'name' || place.kind === 'member' ? { kind: 'place', place } : { kind: 'nowhere' };
    }
  }
}

/** Parameters in order; `*args` and `**kwargs` too. */
export function lowerParameters(list: Node | null): FunctionParameter[] {
  return (list === null ? [] : children(list)).flatMap((one): FunctionParameter[] => {
    if (one.type === 'comment' || one.type.endsWith('_separator')) return [];
    const name = one.childForFieldName('name') ?? (one.type === 'typed_parameter' ? one.firstNamedChild : one);
    const value = one.childForFieldName('value');
    return [
      {
        target: lowerPythonTarget(name),
        type: one.childForFieldName('type')?.text ?? null,
        fallback: value === null ? null : lowerPythonExpression(value),
      },
    ];
  });
}
