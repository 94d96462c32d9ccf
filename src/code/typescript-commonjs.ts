import type { AssignmentExpression, Expression, ObjectExpression, Program, Span } from 'oxc-parser';
import type { Reexport, SourceSymbol } from './symbols.ts';
import { type Declared, describeDeclared } from './typescript-declarations.ts';
import { requiredSpecifier } from './typescript-imports.ts';
import type { TypeScriptSource } from './typescript-source.ts';

interface CommonJs {
  readonly source: TypeScriptSource;
  readonly locals: ReadonlyMap<string, readonly Declared[]>;
  /** Local names that are the exports object itself: `var app = module.exports = {}`. */
  readonly aliases: Set<string>;
  /** Local name that stands for the whole module: `module.exports = res`. */
  whole: string | null;
  readonly exported: Map<string, { declared: readonly Declared[]; isDefault: boolean }>;
  readonly members: { owner: string; name: string; declared: Declared; isStatic: boolean }[];
  readonly reexports: Reexport[];
}

interface Target {
  /** `exports` for the module itself, else the local object or its prototype. */
  readonly owner: string;
  readonly name: string | null;
  readonly isStatic: boolean;
}

/**
 * What a CommonJS module gives to others by `module.exports = …`, `exports.x = …`, and by assignments to the object
 * or the prototype that it exports. Only statements at the top of the file are followed.
 */
export function commonJsExports(
  source: TypeScriptSource,
  program: Program,
  locals: ReadonlyMap<string, readonly Declared[]>,
): { symbols: SourceSymbol[]; reexports: Reexport[] } {
  const module: CommonJs = {
    source,
    locals,
    aliases: new Set(),
    whole: null,
    exported: new Map(),
    members: [],
    reexports: [],
  };
  for (const statement of program.body) {
    if (statement.type === 'ExpressionStatement' && statement.expression.type === 'AssignmentExpression') {
      takeAssignment(module, statement.expression, statement);
    } else if (statement.type === 'VariableDeclaration') {
      for (const declarator of statement.declarations) {
        if (declarator.id.type === 'Identifier' && declarator.init?.type === 'AssignmentExpression') {
          takeAssignment(module, declarator.init, statement, declarator.id.name);
        }
      }
    }
  }
  return { symbols: describeAll(module), reexports: module.reexports };
}

function takeAssignment(module: CommonJs, assignment: AssignmentExpression, statement: Span, variable?: string): void {
  const targets: Target[] = [];
  let value: Expression = assignment;
  while (value.type === 'AssignmentExpression') {
    const target = targetOf(value.left);
    if (target !== null) targets.push(target);
    value = value.right;
  }
  const whole = targets.some((target) => target.owner === 'exports' && target.name === null);
  if (whole) takeWhole(module, value, statement, variable);
  for (const target of targets) {
    if (target.name !== null) takeNamed(module, target, value, statement);
  }
}

function targetOf(left: AssignmentExpression['left']): Target | null {
  if (left.type === 'Identifier')
    return left.name === 'exports' ? { owner: 'exports', name: null, isStatic: false } : null;
  if (left.type !== 'MemberExpression') return null;
  const name = memberName(left);
  if (name === null) return null;
  const { object } = left;
  if (object.type === 'Identifier') {
    if (object.name === 'module') return name === 'exports' ? { owner: 'exports', name: null, isStatic: false } : null;
    return { owner: object.name, name, isStatic: true };
  }
  if (object.type !== 'MemberExpression' || object.object.type !== 'Identifier') return null;
  const inner = memberName(object);
  if (object.object.name === 'module' && inner === 'exports') return { owner: 'exports', name, isStatic: true };
  return inner === 'prototype' ? { owner: object.object.name, name, isStatic: false } : null;
}

function memberName(node: {
  property: Span & { type: string; name?: unknown; value?: unknown };
  computed: boolean;
}): string | null {
  const written = node.computed ? node.property.value : node.property.name;
  return typeof written === 'string' ? written : null;
}

function takeWhole(module: CommonJs, value: Expression, statement: Span, variable: string | undefined): void {
  if (variable !== undefined) module.aliases.add(variable);
  const specifier = requiredSpecifier(value);
  const line = module.source.lineAt(statement.start);
  if (specifier !== null) module.reexports.push({ specifier, imported: '*', exported: '*', line });
  else if (value.type === 'ObjectExpression') takeObject(module, value);
  else if (value.type === 'Identifier') {
    module.whole = value.name;
    const declared = module.locals.get(value.name);
    if (declared !== undefined) module.exported.set(value.name, { declared, isDefault: true });
  } else {
    const name = 'id' in value && value.id?.type === 'Identifier' ? value.id.name : (variable ?? 'default');
    module.exported.set(name, { declared: [{ name, node: value, statement, keyword: 'const' }], isDefault: true });
  }
}

function takeObject(module: CommonJs, value: ObjectExpression): void {
  for (const property of value.properties) {
    if (property.type === 'SpreadElement') {
      const specifier = requiredSpecifier(property.argument);
      const line = module.source.lineAt(property.start);
      if (specifier !== null) module.reexports.push({ specifier, imported: '*', exported: '*', line });
      continue;
    }
    if (property.computed) continue;
    const name =
      property.key.type === 'Identifier'
        ? property.key.name
        : property.key.type === 'Literal'
          ? String(property.key.value)
          : null;
    if (name !== null) takeNamed(module, { owner: 'exports', name, isStatic: true }, property.value, property);
  }
}

function takeNamed(module: CommonJs, target: Target, value: Expression, statement: Span): void {
  const { name, owner } = target;
  if (name === null || name === '__esModule' || name.startsWith('_')) return;
  const direct = owner === 'exports' || module.aliases.has(owner);
  const declared = { name, node: value, statement, keyword: 'const' };
  if (!direct) {
    module.members.push({ owner, name, declared, isStatic: target.isStatic });
    return;
  }
  const local = value.type === 'Identifier' ? module.locals.get(value.name) : undefined;
  const origin = local?.[0]?.node;
  const source = origin?.type === 'VariableDeclarator' && origin.init !== null ? origin.init : value;
  // `require('x').y` passes one name on.
  const picked = source.type === 'MemberExpression' ? memberName(source) : null;
  const specifier = requiredSpecifier(picked === null || source.type !== 'MemberExpression' ? source : source.object);
  if (specifier !== null) {
    module.reexports.push({
      specifier,
      imported: picked ?? '*',
      exported: name,
      line: module.source.lineAt(statement.start),
    });
    return;
  }
  // `exports.x = undefined` only reserves the name.
  if (value.type === 'Identifier' && local === undefined) return;
  module.exported.set(name, { declared: local ?? [declared], isDefault: false });
}

function describeAll(module: CommonJs): SourceSymbol[] {
  const symbols: SourceSymbol[] = [];
  for (const [name, { declared, isDefault }] of module.exported) {
    const functions = declared.filter((one) => one.node.type === 'FunctionDeclaration');
    const symbol = describeDeclared(
      module.source,
      functions.length > 0 ? functions.slice(-1) : declared.slice(0, 1),
      name,
      isDefault,
    );
    if (symbol === null) continue;
    const own = declared[0]?.name ?? name;
    symbols.push({ ...symbol, members: [...symbol.members, ...membersOf(module, own)] });
  }
  return symbols;
}

function membersOf(module: CommonJs, owner: string): SourceSymbol[] {
  const found = new Map<string, SourceSymbol>();
  for (const member of module.members) {
    if (member.owner !== owner) continue;
    const symbol = describeDeclared(module.source, [member.declared], member.name, false);
    if (symbol === null) continue;
    const kind = symbol.kind === 'function' ? 'method' : symbol.kind === 'class' ? 'class' : 'property';
    // An object's own properties are not "static": that word is for those of a class or a constructor.
    const isStatic = member.isStatic && module.whole !== owner;
    found.set(`${member.isStatic} ${member.name}`, { ...symbol, kind, isStatic });
  }
  return [...found.values()];
}
