import type { CallExpression, Expression, ObjectExpression } from 'oxc-parser';
import {
  memberPath,
  objectLiteral,
  propertiesOf,
  propertyName,
  propertyOf,
  stringValue,
  unwrapped,
} from './typescript-expressions.ts';

/** One variable that a schema of the environment names. */
export interface SchemaSetting {
  readonly name: string;
  readonly default: string | null;
  readonly description: string | null;
  readonly required: boolean;
  readonly start: number;
}

type Slice = (node: { start: number; end: number }) => string;

const VARIABLE = /^[A-Z][A-Z0-9_]*$/;

/**
 * Variables of a schema that the environment is parsed with: an object schema of Zod, Valibot and their like, the
 * specification of envalid, or the options of t3-env. A schema may be named: `constants` are the file's own.
 */
export function schemaSettings(
  schema: Expression,
  constants: ReadonlyMap<string, Expression>,
  slice: Slice,
): SchemaSetting[] {
  const found: SchemaSetting[] = [];
  for (const object of shapesOf(schema, constants, 0)) {
    for (const { name, value, start } of propertiesOf(object)) {
      if (VARIABLE.test(name)) found.push({ name, start, ...fieldOf(unwrapped(value), slice) });
    }
  }
  return found;
}

/** The object literals that make up an object schema, through `.extend({…})`, `.refine(…)` and names. */
function shapesOf(
  expression: Expression,
  constants: ReadonlyMap<string, Expression>,
  depth: number,
): ObjectExpression[] {
  const inner = unwrapped(expression);
  if (depth > 20) return [];
  if (inner.type === 'Identifier') {
    const value = constants.get(inner.name);
    return value === undefined ? [] : shapesOf(value, constants, depth + 1);
  }
  if (inner.type === 'ObjectExpression') {
    const parts = ['server', 'client', 'shared'].flatMap((name) => {
      const part = objectLiteral(propertyOf(inner, name), constants);
      return part === null ? [] : [part];
    });
    return parts.length > 0 ? parts : [inner];
  }
  if (inner.type !== 'CallExpression') return [];
  const called = inner.callee.type === 'MemberExpression' ? propertyName(inner.callee) : memberPath(inner.callee);
  const own = /^(?:strict|loose)?[oO]bject$|^extend$|^safeExtend$/.test(called ?? '')
    ? objectLiteral(inner.arguments[0], constants)
    : null;
  const before = inner.callee.type === 'MemberExpression' ? shapesOf(inner.callee.object, constants, depth + 1) : [];
  return own === null ? before : [...before, own];
}

function fieldOf(value: Expression, slice: Slice): Omit<SchemaSetting, 'name' | 'start'> {
  let fallback: string | null = null;
  let description: string | null = null;
  let optional = false;
  let recognised = false;
  let at: Expression = value;
  // From the last call of the chain to its root.
  while (at.type === 'CallExpression' || at.type === 'MemberExpression') {
    if (at.type === 'MemberExpression') {
      at = unwrapped(at.object);
      continue;
    }
    recognised = true;
    const called = at.callee.type === 'MemberExpression' ? propertyName(at.callee) : memberPath(at.callee);
    const [first, second] = at.arguments;
    if (/^(?:default|prefault|catch)$/.test(called ?? '') && first !== undefined) fallback ??= slice(first);
    if (/^(?:default|prefault|catch|optional|nullish|exactOptional)$/.test(called ?? '')) optional = true;
    // Valibot wraps: `optional(string(), 'x')`.
    if (called === 'optional' && second !== undefined) fallback ??= slice(second);
    if (called === 'describe') description ??= stringValue(first);
    const options = envalidOptions(at, first);
    fallback ??= options.fallback === null ? null : slice(options.fallback);
    description ??= options.description;
    optional ||= options.fallback !== null;
    at = unwrapped(at.callee);
  }
  return { default: fallback, description, required: recognised && !optional };
}

/** Options of envalid's validators: `port({ default: 3000, desc: '…' })`. */
function envalidOptions(
  call: CallExpression,
  first: CallExpression['arguments'][number] | undefined,
): { fallback: Expression | null; description: string | null } {
  if (call.callee.type !== 'Identifier' || first?.type !== 'ObjectExpression')
    return { fallback: null, description: null };
  return {
    fallback: propertyOf(first, 'default') ?? propertyOf(first, 'devDefault'),
    description: stringValue(propertyOf(first, 'desc')),
  };
}
