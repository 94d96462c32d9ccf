import type { Argument, Expression, ObjectExpression } from 'oxc-parser';
import { readFlags } from './command-drafts.ts';
import type { CommandOption } from './symbols.ts';
import {
  objectLiteral,
  propertiesOf,
  propertyName,
  propertyOf,
  stringValue,
  unwrapped,
} from './typescript-expressions.ts';

/** What is asked of the source while options are read. */
export interface Written {
  readonly lineAt: (offset: number) => number;
  /** A value as the source writes it, on one line. */
  readonly slice: (node: { start: number; end: number }) => string;
}

/** `{ port: { type: 'string', short: 'p' }, … }` as parseArgs, meow and yargs take it. */
export function optionsOfObject(object: ObjectExpression, written: Written): CommandOption[] {
  return propertiesOf(object).map(({ name, value }) =>
    optionOfObject(name, value.type === 'ObjectExpression' ? value : null, written),
  );
}

/** One option from its name and the object that describes it. */
export function optionOfObject(name: string, settings: ObjectExpression | null, written: Written): CommandOption {
  const get = (...keys: string[]): Expression | null => {
    for (const key of keys) {
      const found = propertyOf(settings, key);
      if (found !== null) return found;
    }
    return null;
  };
  const others = ['short', 'shortFlag', 'alias', 'aliases'].flatMap((key) => texts(get(key)));
  const flags = [...new Set([...others, name])].map((flag) => (flag.length === 1 ? `-${flag}` : `--${flag}`));
  const type = stringValue(get('type'));
  const fallback = get('default');
  const isSwitch = type === 'boolean' || type === 'count' || isTrue(get('boolean')) || isTrue(get('count'));
  return {
    flags: flags.sort((a, b) => a.length - b.length),
    value: isSwitch ? null : (type ?? (isTrue(get('number')) ? 'number' : isTrue(get('array')) ? 'array' : 'string')),
    description: stringValue(get('describe', 'description', 'desc')),
    default: fallback === null ? null : written.slice(fallback),
    required: isTrue(get('demandOption', 'isRequired', 'required', 'demand')),
    repeated: type === 'array' || type === 'count' || isTrue(get('multiple', 'isMultiple', 'array')),
  };
}

function texts(value: Expression | null): string[] {
  if (value === null) return [];
  const one = stringValue(value);
  if (one !== null) return [one];
  if (value.type !== 'ArrayExpression') return [];
  return value.elements.flatMap((element) => {
    const text = stringValue(element);
    return text === null ? [] : [text];
  });
}

/** A value that switches something on; a reason in words does so too. */
function isTrue(value: Expression | null): boolean {
  if (value === null) return false;
  return value.type === 'Literal' && value.value !== false && value.value !== null;
}

type Constants = ReadonlyMap<string, Expression>;

/**
 * `.option('-p, --port <number>', 'about', parse, default)` of commander, `.option('--port <n>', 'about', { default })`
 * of cac.
 */
export function optionOfFlags(
  flags: string,
  given: readonly Argument[],
  required: boolean,
  constants: Constants,
  written: Written,
): CommandOption {
  const [, about, third, fourth] = given;
  const settings = objectLiteral(third, constants);
  const isParser = third?.type === 'ArrowFunctionExpression' || third?.type === 'FunctionExpression';
  let value: Argument | null = third ?? null;
  if (settings !== null) value = propertyOf(settings, 'default');
  else if (isParser || fourth !== undefined) value = fourth ?? null;
  // A lone name is more often a function that reads the value than the value itself.
  else if (third?.type === 'Identifier' && !isConstant(constants.get(third.name))) value = null;
  return {
    ...readFlags(flags),
    description: stringValue(about),
    default: value === null ? null : written.slice(value),
    required,
  };
}

function isConstant(value: Expression | undefined): boolean {
  return value?.type === 'Literal' || value?.type === 'TemplateLiteral' || value?.type === 'ArrayExpression';
}

/** `new Option('-p, --port <n>', 'about').default(1).makeOptionMandatory()` of commander. */
export function optionOfBuilder(expression: Expression, constants: Constants, written: Written): CommandOption | null {
  let fallback: string | null = null;
  let required = false;
  let at = unwrapped(expression);
  for (let step = 0; step < 50; step += 1) {
    if (at.type === 'Identifier') at = constants.get(at.name) ?? at;
    if (at.type !== 'CallExpression' || at.callee.type !== 'MemberExpression') break;
    const called = propertyName(at.callee);
    const [value] = at.arguments;
    if (called === 'default' && value !== undefined) fallback ??= written.slice(value);
    if (called === 'makeOptionMandatory') required = true;
    at = unwrapped(at.callee.object);
  }
  if (at.type !== 'NewExpression' && at.type !== 'CallExpression') return null;
  const flags = stringValue(at.arguments[0]);
  if (flags === null) return null;
  return { ...readFlags(flags), description: stringValue(at.arguments[1]), default: fallback, required };
}
