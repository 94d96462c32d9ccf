import type {
  Argument,
  ArrowFunctionExpression,
  ChainElement,
  Class,
  Directive,
  Function as FunctionNode,
  JSXElement,
  JSXExpression,
  JSXFragment,
  ObjectPropertyKind,
  ParamPattern,
  Expression as ScriptExpression,
  Statement as ScriptStatement,
  Span,
  Super,
} from 'oxc-parser';
import type { ScriptPattern } from './lower-script-target.ts';
import {
  type CallExpression,
  type Entry,
  type Expression,
  type FunctionExpression,
  type FunctionParameter,
  pathOf,
  type Statement,
  type Target,
} from './syntax.ts';

/** Whatever stands where a value is. */
export type ScriptNode =
  | ScriptExpression
  | ChainElement
  | Super
  | JSXExpression
  | Argument
  | { readonly type: 'PrivateIdentifier'; readonly name: string; readonly start: number; readonly end: number };

/** The parts of the lowering that need each other, so that no module has to know of all others. */
export interface ScriptLowering {
  readonly expression: (node: ScriptNode) => Expression;
  readonly target: (node: ScriptPattern) => Target;
  readonly markup: (node: JSXElement | JSXFragment) => Expression;
  readonly statements: (body: readonly (ScriptStatement | Directive)[]) => Statement[];
  readonly classOf: (node: Class) => Statement;
}

/** An expression of JavaScript or TypeScript in the common shape; what types say is dropped. */
export function lowerExpressionWith(to: ScriptLowering, node: ScriptNode): Expression {
  const { start, end } = node;
  switch (node.type) {
    case 'Identifier':
      return { kind: 'name', name: node.name, start, end };
    case 'ThisExpression':
    case 'Super':
      return { kind: 'name', name: 'this', start, end };
    case 'Literal':
      if ('regex' in node) return { kind: 'pattern', source: node.regex.pattern, start, end };
      return { kind: 'literal', value: plain(node.value), start, end };
    case 'TemplateLiteral':
      return lowerTemplate(to, node.quasis, node.expressions, start, end);
    case 'MemberExpression':
      return lowerMember(to, node);
    case 'CallExpression':
    case 'NewExpression': {
      const isNew = node.type === 'NewExpression';
      return { ...callOf(to.expression(node.callee), node.arguments.map(to.expression), node), isNew };
    }
    case 'ObjectExpression':
      return { kind: 'record', entries: node.properties.map((one) => lowerProperty(to, one)), start, end };
    case 'ArrayExpression':
      return {
        kind: 'list',
        items: node.elements.flatMap((one) => (one === null ? [] : to.expression(one))),
        start,
        end,
      };
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return lowerFunctionWith(to, node);
    case 'SpreadElement':
    case 'AwaitExpression':
      return to.expression(node.argument);
    case 'ChainExpression':
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'TSInstantiationExpression':
      return to.expression(node.expression);
    default:
      return lowerOperation(to, node);
  }
}

function callOf(callee: Expression, args: readonly Expression[], { start, end }: Span): CallExpression {
  return { kind: 'call', callee, args, named: [], isNew: false, start, end };
}

function plain(value: string | number | boolean | bigint | RegExp | null): string | number | boolean | null {
  if (typeof value === 'bigint') return Number(value);
  return value instanceof RegExp ? value.source : value;
}

function lowerOperation(to: ScriptLowering, node: ScriptNode): Expression {
  const { start, end } = node;
  switch (node.type) {
    case 'AssignmentExpression': {
      const value = to.expression(node.right);
      const adds = node.operator !== '=';
      const mayKeep = /^(?:\?\?|\|\||&&)=$/.test(node.operator);
      return { kind: 'assign', target: to.target(node.left), value, adds, mayKeep, start, end };
    }
    case 'BinaryExpression':
      return lowerBinary(node.operator, to.expression(node.left), to.expression(node.right), start, end);
    case 'LogicalExpression': {
      const left = to.expression(node.left);
      const right = to.expression(node.right);
      return { kind: 'logic', operator: node.operator === '&&' ? 'and' : 'or', left, right, start, end };
    }
    case 'ConditionalExpression': {
      const options = [to.expression(node.consequent), to.expression(node.alternate)];
      return { kind: 'choice', test: to.expression(node.test), options, start, end };
    }
    case 'UnaryExpression': {
      const value = to.expression(node.argument);
      if (node.operator === '!') return { kind: 'not', value, start, end };
      if (node.operator === 'typeof') {
        return callOf({ kind: 'name', name: 'typeof', start, end }, [value], node);
      }
      return { kind: 'mixed', parts: [value], isNumber: true, start, end };
    }
    case 'SequenceExpression':
      return { kind: 'mixed', parts: node.expressions.map(to.expression), isNumber: false, start, end };
    case 'TaggedTemplateExpression': {
      const texts: Expression = { kind: 'list', items: [], start, end };
      return callOf(to.expression(node.tag), [texts, ...node.quasi.expressions.map(to.expression)], node);
    }
    case 'YieldExpression':
      return node.argument === null ? { kind: 'literal', value: null, start, end } : to.expression(node.argument);
    case 'ImportExpression':
      return callOf({ kind: 'name', name: 'import', start, end }, [to.expression(node.source)], node);
    case 'ClassExpression': {
      const body = [to.classOf(node)];
      return { kind: 'function', name: null, parameters: [], body, decorators: [], isMethod: false, start, end };
    }
    case 'JSXElement':
    case 'JSXFragment':
      return to.markup(node);
    default:
      return { kind: 'mixed', parts: [], isNumber: true, start, end };
  }
}

function lowerBinary(operator: string, left: Expression, right: Expression, start: number, end: number): Expression {
  if (operator === '+') return { kind: 'text', parts: [...partsOf(left), ...partsOf(right)], start, end };
  if (/^[=!]==?$|^[<>]=?$|^in$|^instanceof$/.test(operator)) {
    return { kind: 'compare', operator: operator.replace(/^([=!])==$/, '$1='), left, right, start, end };
  }
  return { kind: 'mixed', parts: [left, right], isNumber: true, start, end };
}

function partsOf(expression: Expression): readonly Expression[] {
  return expression.kind === 'text' ? expression.parts : [expression];
}

function lowerTemplate(
  to: ScriptLowering,
  quasis: readonly {
    readonly value: { readonly cooked?: string | null; readonly raw: string };
    readonly start: number;
    readonly end: number;
  }[],
  expressions: readonly ScriptExpression[],
  start: number,
  end: number,
): Expression {
  const parts: Expression[] = [];
  for (const [at, quasi] of quasis.entries()) {
    const value = quasi.value.cooked ?? quasi.value.raw;
    if (value !== '') parts.push({ kind: 'literal', value, start: quasi.start, end: quasi.end });
    const inner = expressions[at];
    if (inner !== undefined) parts.push(to.expression(inner));
  }
  if (parts.length === 0) return { kind: 'literal', value: '', start, end };
  const [only] = parts;
  if (parts.length === 1 && only?.kind === 'literal') return { ...only, start, end };
  return { kind: 'text', parts, start, end };
}

/** `a.b` or `a[b]`. */
export function lowerMember(to: ScriptLowering, node: Extract<ScriptNode, { type: 'MemberExpression' }>): Expression {
  const { start, end } = node;
  const object = to.expression(node.object);
  if (!node.computed) {
    return { kind: 'member', object, property: node.property.name, index: null, start, end };
  }
  const index = to.expression(node.property);
  const property = index.kind === 'literal' && typeof index.value === 'string' ? index.value : null;
  return { kind: 'member', object, property, index, start, end };
}

function lowerProperty(to: ScriptLowering, node: ObjectPropertyKind): Entry {
  const { start, end } = node;
  if (node.type === 'SpreadElement') {
    return { key: null, computed: null, value: to.expression(node.argument), start, end };
  }
  const value = to.expression(node.value);
  if (!node.computed) {
    const key =
      node.key.type === 'Identifier' ? node.key.name : node.key.type === 'Literal' ? String(node.key.value) : null;
    return { key, computed: null, value, start, end };
  }
  const computed = to.expression(node.key);
  return { key: null, computed, value, start, end };
}

/** A function of any form. A body that is one expression is returned. */
export function lowerFunctionWith(
  to: ScriptLowering,
  node: FunctionNode | ArrowFunctionExpression,
): FunctionExpression {
  const { start, end } = node;
  const parameters = node.params.map((one) => lowerParameter(to, one));
  const name = node.type === 'ArrowFunctionExpression' ? null : (node.id?.name ?? null);
  const shape = { kind: 'function', name, parameters, decorators: [], isMethod: false, start, end } as const;
  const { body } = node;
  if (body === null) return { ...shape, body: [] };
  if (body.type !== 'BlockStatement') {
    return { ...shape, body: [{ kind: 'return', value: to.expression(body) }] };
  }
  return { ...shape, body: to.statements(body.body) };
}

function lowerParameter(to: ScriptLowering, parameter: ParamPattern): FunctionParameter {
  const decorator = parameterDecorator(to, parameter);
  const type = decorator === null ? typeName(parameter) : `@${decorator}`;
  if (parameter.type === 'TSParameterProperty') return { ...lowerParameter(to, parameter.parameter), type };
  const fallback = parameter.type === 'AssignmentPattern' ? to.expression(parameter.right) : null;
  return { target: to.target(parameter), type, fallback };
}

/** What the annotation says when it is a plain word: `number`, `Request`. */
function typeName(parameter: ParamPattern): string | null {
  const inner = parameter.type === 'AssignmentPattern' ? parameter.left : parameter;
  const type = 'typeAnnotation' in inner ? inner.typeAnnotation?.typeAnnotation : null;
  if (type === null || type === undefined) return null;
  if (type.type === 'TSNumberKeyword' || type.type === 'TSBigIntKeyword') return 'number';
  if (type.type === 'TSBooleanKeyword') return 'boolean';
  if (type.type !== 'TSTypeReference') return null;
  return type.typeName.type === 'Identifier' ? type.typeName.name : null;
}

/** Decorators of a parameter as NestJS has them: `Body`, `Query`, `Param`; null for none. */
function parameterDecorator(to: ScriptLowering, parameter: ParamPattern): string | null {
  if (!('decorators' in parameter)) return null;
  const [first] = parameter.decorators ?? [];
  if (first === undefined) return null;
  const value = to.expression(first.expression);
  return pathOf(value.kind === 'call' ? value.callee : value);
}
