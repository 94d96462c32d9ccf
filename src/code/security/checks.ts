import type { Expressions } from './evaluate.ts';
import type { RuleId } from './rules.ts';
import type { Check, Scope } from './scope.ts';
import { type CallExpression, type CompareExpression, type Expression, pathOf } from './syntax.ts';
import type { Value } from './values.ts';

/** What a test tells of the values in it, on either side. */
export interface Checks {
  readonly whenTrue: readonly Check[];
  readonly whenFalse: readonly Check[];
}

const NONE: Checks = { whenTrue: [], whenFalse: [] };

const PLACES: readonly RuleId[] = ['path-traversal', 'zip-slip'];
const ADDRESSES: readonly RuleId[] = ['server-side-request-forgery', 'open-redirect'];

/** Names of functions that say whether a value is one that may be used. */
const VALIDATES =
  /(?:^|[.$])_*(?:(?:is|has|are|can|url_has)\w*?)?_?(?:allow|valid|safe|trusted|permitted|known|whitelisted|allowlisted|in_?side|with_?in|local|same_?origin)/i;
/** Names of functions that say whether a value has a form without any signs: a number, an identifier, a duration. */
const HAS_FORM =
  /(?:^|[.$])is_?(?:iso_?\w*|uuid\w*|numeric|integer|int|number|hex\w*|alpha\w*|slug|mongo_?id|object_?id|semver)$/i;
/** Statements of their own that throw for a value that may not be used. */
const ASSERTS = /(?:^|[.$])_*(?:assert|ensure|validate|verify|check|require|guard)(?=[_A-Z]|$)/;

/**
 * What holds where a test is true and where it is false. `asStatement`: the expression stands alone, so that a function
 * that throws for a bad value has let this one through.
 */
export function checksOf(expressions: Expressions, test: Expression, scope: Scope, asStatement: boolean): Checks {
  if (asStatement) {
    if (test.kind === 'assign') return NONE;
    return test.kind === 'call' ? assertion(expressions, test, scope) : NONE;
  }
  return outcome(expressions, test, scope, false);
}

/** The same for a condition. `isKept`: it is what a name was made of, of which other names are not looked up. */
function outcome(expressions: Expressions, test: Expression, scope: Scope, isKept: boolean): Checks {
  switch (test.kind) {
    case 'not': {
      const { whenTrue, whenFalse } = outcome(expressions, test.value, scope, isKept);
      return { whenTrue: whenFalse, whenFalse: whenTrue };
    }
    case 'logic': {
      const left = outcome(expressions, test.left, scope, isKept);
      const right = outcome(expressions, test.right, scope, isKept);
      if (test.operator === 'and') {
        return { whenTrue: [...left.whenTrue, ...right.whenTrue], whenFalse: shared(left.whenFalse, right.whenFalse) };
      }
      // Leaving when one of several tests fails: what follows has passed each of them.
      return { whenTrue: shared(left.whenTrue, right.whenTrue), whenFalse: [...left.whenFalse, ...right.whenFalse] };
    }
    case 'compare':
      return comparison(expressions, test, scope);
    case 'call':
      return call(expressions, test, scope);
    case 'name': {
      const kept = isKept ? null : scope.testOf(test.name);
      return kept === null ? NONE : outcome(expressions, kept, scope, true);
    }
    case 'member':
      // `ALLOWED[x]` as a test.
      return test.index === null ? NONE : whenTrue(expressions.evaluate(test.index, scope), null);
    default:
      return NONE;
  }
}

function shared(left: readonly Check[], right: readonly Check[]): Check[] {
  return left.filter((one) => right.some(({ root }) => root === one.root));
}

function checks(value: Value, rules: readonly RuleId[] | null): Check[] {
  return value.taints.map(({ root }) => ({ root, rules }));
}

function whenTrue(value: Value, rules: readonly RuleId[] | null): Checks {
  return { whenTrue: checks(value, rules), whenFalse: [] };
}

function whenFalse(value: Value, rules: readonly RuleId[] | null): Checks {
  return { whenTrue: [], whenFalse: checks(value, rules) };
}

function comparison(expressions: Expressions, test: CompareExpression, scope: Scope): Checks {
  const { operator } = test;
  const left = expressions.evaluate(test.left, scope);
  const right = expressions.evaluate(test.right, scope);
  if (operator === 'in' && right.taints.length === 0) return whenTrue(left, null);
  if (operator === 'not in' && right.taints.length === 0) return whenFalse(left, null);
  // `'..' in name`
  if (operator === 'in' && left.isFixed && /^(?:\.\.|[\\/]|__proto__)/.test(String(left.constant))) {
    return whenFalse(right, left.constant === '__proto__' ? ['prototype-pollution'] : PLACES);
  }
  if (operator !== '==' && operator !== '!=') return NONE;
  const sided = operator === '==' ? whenTrue : whenFalse;
  const type = typeTest(expressions, test, scope);
  if (type !== null) return sided(type.value, type.rules);
  // `key === '__proto__'` refuses it.
  for (const [value, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (/^(?:__proto__|constructor|prototype)$/.test(String(other.constant))) {
      return operator === '==' ? whenFalse(value, ['prototype-pollution']) : whenTrue(value, ['prototype-pollution']);
    }
    // An address without a host stays on this one.
    if (other.constant === '' && /\.(?:netloc|hostname|host)$/.test(value.name ?? '')) return sided(value, ADDRESSES);
    if (other.constant === null || other.constant === '' || other.constant === true) continue;
    if (typeof other.constant === 'number' && other.constant < 0) continue;
    // A value that equals a fixed one, or one that does not come from outside.
    if (other.isFixed && other.constant !== undefined) return sided(value, null);
    if (value.taints.length > 0 && other.taints.length === 0 && other.name !== 'undefined')
      return sided(value, [...ADDRESSES, ...PLACES]);
  }
  return NONE;
}

/** `typeof x === 'number'`. */
function typeTest(
  expressions: Expressions,
  { left, right }: CompareExpression,
  scope: Scope,
): { value: Value; rules: readonly RuleId[] | null } | null {
  const [subject] =
    left.kind === 'call' && left.callee.kind === 'name' && left.callee.name === 'typeof' ? left.args : [];
  if (subject === undefined || right.kind !== 'literal') return null;
  const value = expressions.evaluate(subject, scope);
  if (right.value === 'number' || right.value === 'boolean') return { value, rules: null };
  return { value, rules: right.value === 'string' ? ['nosql-injection'] : [] };
}

function call(expressions: Expressions, test: CallExpression, scope: Scope): Checks {
  const { callee } = test;
  const method = callee.kind === 'member' ? callee.property : callee.kind === 'name' ? callee.name : null;
  const receiver = callee.kind === 'member' ? expressions.evaluate(callee.object, scope) : null;
  const args = test.args.map((one) => expressions.evaluate(one, scope));
  const [first, second] = args;
  if (method === null) return NONE;
  // `Object.prototype.hasOwnProperty.call(table, key)`
  if (method === 'call' && second !== undefined && /\.hasOwnProperty$/.test(receiver?.name ?? ''))
    return whenTrue(second, null);
  if (
    receiver !== null &&
    first !== undefined &&
    /^(?:includes|has|contains|indexOf|get|hasOwn|hasOwnProperty|some|test|fullmatch|match)$/.test(method)
  ) {
    return membership(method, receiver, args);
  }
  if (receiver !== null && /^(?:startsWith|startswith|is_relative_to)$/.test(method))
    return beginning(method, receiver, first);
  if (/^(?:isdigit|isalnum|isnumeric|isdecimal|isidentifier|isalpha)$/.test(method) && receiver !== null) {
    return whenTrue(receiver, null);
  }
  if (/^(?:isInteger|isSafeInteger|isFinite)$/.test(method) && first !== undefined) return whenTrue(first, null);
  if (method === 'isinstance' && first !== undefined) return instance(test, first);
  const name = callee.kind === 'member' ? `.${method}` : method;
  if (!VALIDATES.test(name) && !HAS_FORM.test(name)) return NONE;
  const given = [...args, ...test.named.map(({ value }) => expressions.evaluate(value, scope))];
  return { whenTrue: given.flatMap((one) => checks(one, null)), whenFalse: [] };
}

function membership(method: string, receiver: Value, args: readonly Value[]): Checks {
  const [first] = args;
  if (first === undefined) return NONE;
  // What a request says against what whoever set this up says.
  const isSetUp = receiver.taints.every(({ level }) => level === 'parameter');
  const isAsked = first.taints.some(({ level }) => level === 'request');
  if (first.taints.length > 0 && (receiver.taints.length === 0 || (isSetUp && isAsked))) return whenTrue(first, null);
  const second = args[1];
  if (/^(?:hasOwn|hasOwnProperty|fullmatch|match)$/.test(method) && second !== undefined) return whenTrue(second, null);
  // `name.includes('..')`
  if (method === 'includes' && /^(?:\.\.|[\\/]|\0)/.test(String(first.constant))) return whenFalse(receiver, PLACES);
  if (method === 'match' && first.pattern !== null) return whenTrue(receiver, null);
  return NONE;
}

function beginning(method: string, receiver: Value, first: Value | undefined): Checks {
  if (method === 'is_relative_to') return whenTrue(receiver, PLACES);
  const constant = first?.constant;
  // A relative path that does not lead up.
  if (constant === '..') return whenFalse(receiver, PLACES);
  if (constant === '/') return whenTrue(receiver, ['open-redirect']);
  if (typeof constant === 'string' && /^https?:\/\/[^/]+/.test(constant)) return whenTrue(receiver, ADDRESSES);
  // Without normalisation `base/../..` begins with `base` as well; a joined path of Python is not normalised.
  const isNormal =
    /(?:resolve|realpath|abspath|normpath|normalize|relative|safe_join)\(\)$|(?:^|[^s])\.?path\.join\(\)$/.test(
      receiver.name ?? '',
    );
  const isJoinedOnly = receiver.name === 'os.path.join()';
  return isNormal && !isJoinedOnly ? whenTrue(receiver, PLACES) : NONE;
}

function instance({ args }: CallExpression, first: Value): Checks {
  const type = args[1];
  // A text that says of itself that it is HTML.
  if (type !== undefined && /(?:^|\.)(?:Markup|SafeString|SafeText|SafeData)$/.test(pathOf(type) ?? ''))
    return whenTrue(first, ['cross-site-scripting']);
  if (type?.kind !== 'name') return NONE;
  return /^(?:int|float|bool|UUID|Decimal)$/.test(type.name)
    ? whenTrue(first, null)
    : whenTrue(first, ['nosql-injection']);
}

function assertion(expressions: Expressions, test: CallExpression, scope: Scope): Checks {
  const { callee } = test;
  const name = callee.kind === 'member' ? (callee.property ?? '') : callee.kind === 'name' ? callee.name : '';
  if (name === 'relative_to' && callee.kind === 'member')
    return whenTrue(expressions.evaluate(callee.object, scope), PLACES);
  if (!ASSERTS.test(name)) return NONE;
  return { whenTrue: test.args.flatMap((one) => checks(expressions.evaluate(one, scope), null)), whenFalse: [] };
}
