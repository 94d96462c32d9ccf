import type { RuleId } from './rules.ts';
import type { FunctionExpression } from './syntax.ts';

/**
 * Who can choose a text: somebody who sends a request, somebody who runs the program (its arguments, environment,
 * standard input), or whoever calls the function that takes it as a parameter.
 */
export type Level = 'request' | 'input' | 'parameter';

/** A text that comes from outside. */
export interface Taint {
  /** What the source writes, which names it: `req.query.id`. Checks of it are noted under this name. */
  readonly root: string;
  readonly level: Level;
  /** Rules that it cannot break any more: it was escaped for them. */
  readonly safeFor: ReadonlySet<RuleId>;
  /** Name of the function that takes it as a parameter, where that has one. */
  readonly takenBy?: string;
}

/** What is known of a value where it is used. */
export interface Value {
  readonly taints: readonly Taint[];
  /** The value itself where it is constant, else undefined. */
  readonly constant: string | number | boolean | null | undefined;
  /** It follows from the source alone. */
  readonly isFixed: boolean;
  /** A text put together from parts, not all of them fixed. */
  readonly isBuilt: boolean;
  /** The fixed text that it begins with. */
  readonly prefix: string;
  /**
   * Dotted name of what it is: `subprocess.run`, `sqlite3.connect().cursor`; a parameter or an unknown local begins
   * with `$`. Null for none.
   */
  readonly name: string | null;
  readonly made: FunctionExpression | null;
  readonly entries: ReadonlyMap<string, Value> | null;
  /** It may have more than its entries say: fields of a spread, or under computed keys. */
  readonly isOpen: boolean;
  readonly items: readonly Value[] | null;
  /** Source of a regular expression. */
  readonly pattern: string | null;
}

export const UNKNOWN: Value = {
  taints: [],
  constant: undefined,
  isFixed: false,
  isBuilt: false,
  prefix: '',
  name: null,
  made: null,
  entries: null,
  isOpen: false,
  items: null,
  pattern: null,
};

/** A value that stands in the source. */
export function constantValue(constant: string | number | boolean | null): Value {
  return { ...UNKNOWN, constant, isFixed: true, prefix: typeof constant === 'string' ? constant : '' };
}

/** Something with a name and nothing else. */
export function namedValue(name: string): Value {
  return { ...UNKNOWN, name };
}

/** A value that carries what others carried. */
export function carrying(taints: readonly Taint[], more: Partial<Value> = {}): Value {
  return { ...UNKNOWN, taints, ...more };
}

const STRENGTH: Readonly<Record<Level, number>> = { request: 3, input: 2, parameter: 1 };
const MOST_TAINTS = 8;

/** Taints of several values, each root once. A root that comes escaped and plain counts as plain. */
export function joinTaints(values: readonly Value[]): readonly Taint[] {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return only.taints;
  const joined = new Map<string, Taint>();
  for (const { taints } of values) {
    for (const taint of taints) {
      const seen = joined.get(taint.root);
      if (seen === undefined) joined.set(taint.root, taint);
      else {
        const level = STRENGTH[seen.level] >= STRENGTH[taint.level] ? seen.level : taint.level;
        const isOfOne = seen.takenBy !== undefined && seen.takenBy === taint.takenBy;
        const takenBy = isOfOne ? { takenBy: seen.takenBy } : {};
        const safeFor = seen.safeFor.intersection(taint.safeFor);
        joined.set(taint.root, { root: taint.root, level, safeFor, ...takenBy });
      }
    }
  }
  return [...joined.values()].sort((a, b) => STRENGTH[b.level] - STRENGTH[a.level]).slice(0, MOST_TAINTS);
}

/** One of several values: what both are stays known. */
export function eitherOf(values: readonly Value[]): Value {
  const [first, ...others] = values;
  if (first === undefined) return UNKNOWN;
  if (others.length === 0) return first;
  const same = others.every((one) => one.constant === first.constant && one.name === first.name);
  return {
    ...(same ? first : UNKNOWN),
    name: values.find(({ name }) => name !== null)?.name ?? null,
    made: values.find(({ made }) => made !== null)?.made ?? null,
    taints: joinTaints(values),
    isFixed: values.every(({ isFixed }) => isFixed),
    isBuilt: values.some(({ isBuilt }) => isBuilt),
    prefix: values.every(({ prefix }) => prefix === first.prefix) ? first.prefix : '',
    entries: values.find(({ entries }) => entries !== null)?.entries ?? null,
    isOpen: values.some((one) => one.isOpen || (one.taints.length > 0 && one.entries !== first.entries)),
  };
}

/** A record by its parts; `key` is null for a computed or a spread one. */
export function recordOf(
  parts: readonly { readonly key: string | null; readonly isSpread: boolean; readonly value: Value }[],
): Value {
  const entries = new Map<string, Value>();
  for (const { key, isSpread, value } of parts) {
    if (key !== null) entries.set(key, value);
    else if (isSpread) for (const [name, inner] of value.entries ?? []) entries.set(name, inner);
  }
  const values = parts.map(({ value }) => value);
  const isOpen = parts.some(
    ({ key, isSpread, value }) => key === null && (!isSpread || value.entries === null || value.isOpen),
  );
  return carrying(joinTaints(values), { entries, isOpen, isFixed: values.every(({ isFixed }) => isFixed) });
}

/** What a record carries beside its entries, which is what a property brings that is none of them. */
export function besideEntries(record: Value): Value {
  if (record.entries === null || record.isOpen || record.taints.length === 0) return record;
  const named = new Set([...record.entries.values()].flatMap(({ taints }) => taints.map(({ root }) => root)));
  return { ...record, taints: record.taints.filter(({ root }) => !named.has(root)) };
}

/** The value after something that makes it harmless for the rules. */
export function madeSafe(value: Value, rules: readonly RuleId[]): Value {
  if (value.taints.length === 0) return value;
  const taints = value.taints.map((taint) => ({ ...taint, safeFor: taint.safeFor.union(new Set(rules)) }));
  return { ...value, taints };
}

/** The value after something that may bring back what made it break the rules. */
export function withoutSafety(value: Value, rules: readonly RuleId[]): Value {
  const taints = value.taints.map((taint) => ({ ...taint, safeFor: taint.safeFor.difference(new Set(rules)) }));
  return { ...value, taints };
}

/** A parameter's value with the name of the function that takes it. */
export function takenFrom(takenBy: string | null, value: Value): Value {
  if (takenBy === null || value.taints.length === 0) return value;
  return { ...value, taints: value.taints.map((taint) => ({ ...taint, takenBy })) };
}

/** A property of what comes from outside comes from outside, under its own name. */
export function refined(taints: readonly Taint[], property: string): readonly Taint[] {
  return taints.map((taint) => ({
    ...taint,
    root: taint.root.length > 80 ? taint.root : rootOf(taint.root, property),
  }));
}

/** Parts that an address taken apart has, by what the page calls the same part of its own; `href` is all of it. */
const PARTS_OF_PAGE: ReadonlyMap<string, string> = new Map([
  ['href', 'href'],
  ['pathname', 'pathname'],
  ['search', 'search'],
  ['searchParams', 'search'],
  ['hash', 'hash'],
]);

function rootOf(root: string, property: string): string {
  const part = PARTS_OF_PAGE.get(property);
  if (part !== undefined && /(?:^|\.)location\.href$/.test(root)) return `${root.slice(0, -'href'.length)}${part}`;
  return property === '[]' ? `${root}[]` : `${root}.${property}`;
}

/** What a loop over a value sees. */
export function elementOf(value: Value): Value {
  if (value.items !== null) return eitherOf(value.items);
  const name = value.name === null ? null : `${value.name}[]`;
  return carrying(refined(value.taints, '[]'), { isFixed: value.isFixed, name });
}
