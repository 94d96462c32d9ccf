import type {
  BindingPattern,
  Class,
  Directive,
  ForStatementLeft,
  Function as FunctionNode,
  ImportDeclaration,
  Statement as ScriptStatement,
  VariableDeclaration,
} from 'oxc-parser';
import {
  lowerExpressionWith,
  lowerFunctionWith,
  type ScriptLowering,
  type ScriptNode,
} from './lower-script-expression.ts';
import { lowerMarkupWith, lowerTargetWith, type ScriptPattern } from './lower-script-target.ts';
import { type Expression, type FunctionExpression, pathOf, type Statement, type Target } from './syntax.ts';

const lowering: ScriptLowering = {
  expression: (node) => lowerExpressionWith(lowering, node),
  target: (node) => lowerTargetWith(lowering, node),
  markup: (node) => lowerMarkupWith(lowering, node),
  statements: (body) => lowerScript(body),
  classOf: (node) => lowerClass(node),
};

function lowerExpression(node: ScriptNode): Expression {
  return lowering.expression(node);
}

function lowerTarget(node: ScriptPattern): Target {
  return lowering.target(node);
}

function lowerFunction(node: FunctionNode): FunctionExpression {
  return lowerFunctionWith(lowering, node);
}

/** A program of JavaScript or TypeScript in the common shape. Recursive: the caller bounds the size of the text. */
export function lowerScript(body: readonly (ScriptStatement | Directive)[]): Statement[] {
  return body.flatMap(lowerStatement);
}

/** Statements of one statement; none for a declaration of types. */
export function lowerStatement(node: ScriptStatement | Directive): Statement[] {
  switch (node.type) {
    case 'ExpressionStatement':
      return [{ kind: 'do', value: lowerExpression(node.expression) }];
    case 'VariableDeclaration':
      return lowerDeclaration(node);
    case 'FunctionDeclaration':
      return [{ kind: 'function', made: lowerFunction(node) }];
    case 'ClassDeclaration':
      return [lowerClass(node)];
    case 'ReturnStatement':
      return [{ kind: 'return', value: node.argument === null ? null : lowerExpression(node.argument) }];
    case 'ThrowStatement':
      return [{ kind: 'leave', value: lowerExpression(node.argument) }];
    case 'BreakStatement':
    case 'ContinueStatement':
      return [{ kind: 'leave', value: null }];
    case 'ImportDeclaration':
      return lowerImport(node);
    case 'ExportNamedDeclaration':
      return node.declaration === null ? [] : lowerStatement(node.declaration);
    case 'ExportDefaultDeclaration':
      return lowerDefault(node.declaration);
    case 'TSExportAssignment':
      return [{ kind: 'do', value: lowerExpression(node.expression) }];
    default:
      return lowerControl(node);
  }
}

function lowerControl(node: ScriptStatement): Statement[] {
  switch (node.type) {
    case 'BlockStatement':
      return [{ kind: 'block', body: lowerScript(node.body) }];
    case 'IfStatement': {
      const no = node.alternate === null ? [] : lowerStatement(node.alternate);
      return [{ kind: 'if', test: lowerExpression(node.test), yes: lowerStatement(node.consequent), no }];
    }
    case 'ForStatement': {
      const first = node.init === null ? [] : lowerInit(node.init);
      const update: Statement[] = node.update === null ? [] : [{ kind: 'do', value: lowerExpression(node.update) }];
      const test = node.test === null ? null : lowerExpression(node.test);
      const body = [...lowerStatement(node.body), ...update];
      return [...first, { kind: 'loop', target: { kind: 'nowhere' }, over: null, test, body }];
    }
    case 'ForInStatement':
    case 'ForOfStatement': {
      const over = lowerExpression(node.right);
      return [{ kind: 'loop', target: lowerLeft(node.left), over, test: null, body: lowerStatement(node.body) }];
    }
    case 'WhileStatement':
    case 'DoWhileStatement': {
      const test = lowerExpression(node.test);
      return [{ kind: 'loop', target: { kind: 'nowhere' }, over: null, test, body: lowerStatement(node.body) }];
    }
    case 'TryStatement': {
      const handler = node.handler === null ? [] : lowerScript(node.handler.body.body);
      const last = node.finalizer === null ? [] : lowerScript(node.finalizer.body);
      return [{ kind: 'block', body: lowerScript(node.block.body) }, { kind: 'block', body: handler }, ...last];
    }
    case 'SwitchStatement':
      return lowerSwitch(lowerExpression(node.discriminant), node.cases);
    case 'LabeledStatement':
      return lowerStatement(node.body);
    case 'WithStatement':
      return lowerStatement(node.body);
    case 'TSModuleDeclaration':
      return node.body === null ? [] : lowerScript(node.body.body);
    default:
      return [];
  }
}

/** A case for a constant tells what the value is in it, as an `if` would. */
function lowerSwitch(
  subject: Expression,
  cases: readonly {
    readonly test: ScriptNode | null;
    readonly consequent: ScriptStatement[];
  }[],
): Statement[] {
  return cases.map(({ test, consequent }): Statement => {
    const body = lowerScript(consequent).filter((one) => one.kind !== 'leave' || one.value !== null);
    if (test === null) return { kind: 'block', body };
    const right = lowerExpression(test);
    const { start, end } = right;
    return {
      kind: 'if',
      test: { kind: 'compare', operator: '==', left: subject, right, start, end },
      yes: body,
      no: [],
    };
  });
}

function lowerInit(init: ScriptNode | VariableDeclaration): Statement[] {
  return init.type === 'VariableDeclaration' ? lowerDeclaration(init) : [{ kind: 'do', value: lowerExpression(init) }];
}

function lowerLeft(left: ForStatementLeft): Target {
  if (left.type !== 'VariableDeclaration') return lowerTarget(left);
  const first = left.declarations[0];
  return first === undefined ? { kind: 'nowhere' } : lowerTarget(first.id);
}

function lowerDeclaration(node: VariableDeclaration): Statement[] {
  return node.declarations.flatMap(({ id, init, start, end }): Statement[] => {
    if (init === null) return [];
    const value = lowerExpression(init);
    const required = requiredModule(value);
    if (required !== null) return importsOfPattern(id, required);
    if (id.type === 'Identifier' && value.kind === 'function') {
      return [{ kind: 'function', made: { ...value, name: id.name } }];
    }
    return [{ kind: 'do', value: { kind: 'assign', target: lowerTarget(id), value, adds: false, start, end } }];
  });
}

/** `child_process` of `require('node:child_process')`, `fs.promises` of `require('fs').promises`; null for none. */
function requiredModule(value: Expression): string | null {
  if (value.kind === 'member') {
    const inner = value.property === null ? null : requiredModule(value.object);
    return inner === null ? null : `${inner}.${value.property}`;
  }
  if (value.kind !== 'call' || value.args.length !== 1) return null;
  const path = pathOf(value.callee);
  const [first] = value.args;
  if ((path !== 'require' && path !== 'import') || first?.kind !== 'literal') return null;
  return typeof first.value === 'string' ? moduleName(first.value) : null;
}

function importsOfPattern(pattern: BindingPattern, name: string): Statement[] {
  const target = lowerTarget(pattern);
  if (target.kind === 'place' && target.place.kind === 'name') {
    return [{ kind: 'import', local: target.place.name, name }];
  }
  if (target.kind !== 'record') return [];
  return target.entries.flatMap(({ key, target: inner }): Statement[] => {
    if (key === null || inner.kind !== 'place' || inner.place.kind !== 'name') return [];
    return [{ kind: 'import', local: inner.place.name, name: `${name}.${key}` }];
  });
}

function lowerImport(node: ImportDeclaration): Statement[] {
  const name = moduleName(node.source.value);
  return node.specifiers.map((one): Statement => {
    if (one.type !== 'ImportSpecifier') return { kind: 'import', local: one.local.name, name };
    const imported = one.imported.type === 'Literal' ? one.imported.value : one.imported.name;
    return { kind: 'import', local: one.local.name, name: imported === 'default' ? name : `${name}.${imported}` };
  });
}

/** What rules call a module: without `node:`, with `fs/promises` as `fs.promises`. */
function moduleName(specifier: string): string {
  const plain = specifier.replace(/^node:/, '');
  return plain === 'fs/promises' ? 'fs.promises' : plain;
}

function lowerDefault(node: FunctionNode | Class | { readonly type: string }): Statement[] {
  if (isFunctionNode(node)) return [{ kind: 'function', made: lowerFunction(node) }];
  if (isClassNode(node)) return [lowerClass(node)];
  if (isExpressionNode(node)) return [{ kind: 'do', value: lowerExpression(node) }];
  return [];
}

function isFunctionNode(node: { readonly type: string }): node is FunctionNode {
  return node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression';
}

function isClassNode(node: { readonly type: string }): node is Class {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}

function isExpressionNode(node: { readonly type: string }): node is ScriptNode {
  return !node.type.startsWith('TS');
}

/** A class: its fields are assignments to `this`, its methods functions. */
export function lowerClass(node: Class): Statement {
  const body = node.body.body.flatMap((member): Statement[] => {
    if (member.type === 'MethodDefinition') {
      const name = member.key.type === 'Identifier' ? member.key.name : null;
      const decorators = (member.decorators ?? []).map(({ expression }) => lowerExpression(expression));
      const made = lowerFunction(member.value);
      return [{ kind: 'function', made: { ...made, name, isMethod: true, decorators } }];
    }
    if (member.type === 'StaticBlock') return lowerScript(member.body);
    if (member.type !== 'PropertyDefinition' || member.value === null) return [];
    const value = lowerExpression(member.value);
    if (member.key.type !== 'Identifier') return [{ kind: 'do', value }];
    const { start, end } = member;
    const place = {
      kind: 'member',
      object: { kind: 'name', name: 'this', start, end },
      property: member.key.name,
      index: null,
      start,
      end,
    } as const;
    return [
      { kind: 'do', value: { kind: 'assign', target: { kind: 'place', place }, value, adds: false, start, end } },
    ];
  });
  const bases = node.superClass === null ? [] : [lowerExpression(node.superClass)];
  return { kind: 'class', name: node.id?.name ?? null, bases, body };
}
