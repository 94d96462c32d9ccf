import type {
  ArrowFunctionExpression,
  Expression,
  Function as FunctionNode,
  Node,
  Statement,
  TryStatement,
} from 'oxc-parser';
import type { BodyFacts } from './symbols.ts';

/** What is known of a function while its body is walked. */
export class FunctionFrame {
  readonly node: FunctionNode | ArrowFunctionExpression;
  #returnsValue: boolean;
  #yields = false;
  #awaits = false;
  readonly #thrown: { readonly name: string; readonly isVariable: boolean; readonly start: number }[] = [];
  /** Local names that hold a new error: `const error = new RangeError(…)`. */
  #errors: Map<string, string> | null = null;

  constructor(node: FunctionNode | ArrowFunctionExpression) {
    this.node = node;
    this.#returnsValue =
      node.type === 'ArrowFunctionExpression' && node.body.type !== 'BlockStatement' && isValue(node.body);
  }

  /** Notes what one node of the body says; nodes of nested functions are not shown to it. */
  take(node: Node, caught: boolean): void {
    switch (node.type) {
      case 'ReturnStatement':
        if (node.argument !== null && isValue(node.argument)) this.#returnsValue = true;
        break;
      case 'YieldExpression':
        this.#yields = true;
        break;
      case 'AwaitExpression':
        this.#awaits = true;
        break;
      case 'ForOfStatement':
        if (node.await) this.#awaits = true;
        break;
      case 'VariableDeclaration':
        if (node.kind === 'await using') this.#awaits = true;
        break;
      case 'VariableDeclarator':
        if (node.id.type === 'Identifier' && node.init?.type === 'NewExpression') {
          const name = className(node.init.callee);
          this.#errors ??= new Map();
          if (name !== null) this.#errors.set(node.id.name, name);
        }
        break;
      case 'ThrowStatement':
        if (!caught) this.#takeThrown(node.argument, node.start);
        break;
      default:
    }
  }

  #takeThrown(thrown: Expression, start: number): void {
    if (thrown.type === 'ConditionalExpression') {
      this.#takeThrown(thrown.consequent, start);
      this.#takeThrown(thrown.alternate, start);
    } else if (thrown.type === 'Identifier') this.#thrown.push({ name: thrown.name, isVariable: true, start });
    else {
      const name = errorName(thrown);
      if (name !== null) this.#thrown.push({ name, isVariable: false, start });
    }
  }

  /** The facts, once the walk is over. */
  facts(lineAt: (offset: number) => number): BodyFacts {
    const raises: { name: string; line: number }[] = [];
    for (const { name, isVariable, start } of this.#thrown) {
      const found = isVariable ? this.#errors?.get(name) : name;
      if (found !== undefined) raises.push({ name: found, line: lineAt(start) });
    }
    return {
      returnsValue: this.#returnsValue,
      yields: this.#yields,
      raises,
      awaits: this.#awaits,
      isAbstractOrStub: isStub(this.node),
    };
  }
}

/** `return undefined` and `return void call()` give the caller nothing. */
function isValue(expression: Expression): boolean {
  if (expression.type === 'UnaryExpression') return expression.operator !== 'void';
  return !(expression.type === 'Identifier' && expression.name === 'undefined');
}

/** Class of the error that an expression makes, as the source writes it, or null when it cannot be told. */
function errorName(expression: Expression): string | null {
  switch (expression.type) {
    case 'NewExpression':
      return className(expression.callee);
    case 'CallExpression': {
      const name = className(expression.callee);
      if (name !== null && /(?:^|\.)[A-Z]\w*(?:Error|Exception)$/.test(name)) return name;
      const [first] = expression.arguments;
      return name === 'Object.assign' && first !== undefined && first.type !== 'SpreadElement'
        ? errorName(first)
        : null;
    }
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'ParenthesizedExpression':
      return errorName(expression.expression);
    default:
      return null;
  }
}

function className(callee: Expression): string | null {
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type !== 'MemberExpression' || callee.computed) return null;
  const owner = className(callee.object);
  return owner === null || callee.property.type !== 'Identifier' ? null : `${owner}.${callee.property.name}`;
}

/** Whether what is thrown in a `try` block leaves it: no `catch`, or one that throws again what it caught. */
export function catchLetsThrough(text: string, node: TryStatement): boolean {
  if (node.handler === null) return true;
  const { param, body } = node.handler;
  if (param?.type !== 'Identifier') return false;
  return new RegExp(`\\bthrow\\s+${param.name.replaceAll('$', '\\$')}\\s*(?:[;}\\n]|as\\b)`).test(
    text.slice(body.start, body.end),
  );
}

const NOT_IMPLEMENTED =
  /not[\s_-]*(?:yet[\s_-]*)?(?:implemented|supported)|unimplemented|abstract|must be (?:implemented|overridden)/i;

function isStub(node: FunctionNode | ArrowFunctionExpression): boolean {
  const { body } = node;
  if (body === null || body.type !== 'BlockStatement') return false;
  const [first, ...more] = body.body;
  // A constructor with nothing in its body may still assign its parameters.
  if (first === undefined) return !node.params.some((param) => param.type === 'TSParameterProperty');
  return more.length === 0 && isNotImplemented(first);
}

function isNotImplemented(statement: Statement): boolean {
  if (statement.type !== 'ThrowStatement' || statement.argument.type !== 'NewExpression') return false;
  if (/NotImplemented/.test(className(statement.argument.callee) ?? '')) return true;
  const [message] = statement.argument.arguments;
  return message?.type === 'Literal' && typeof message.value === 'string' && NOT_IMPLEMENTED.test(message.value);
}
