/** What is known of the value of an expression on one way through a program; null where nothing is. */
export interface Known {
  readonly truth: boolean | null;
  readonly none: boolean | null;
  /** The constant that it is, as written. */
  readonly is: string | null;
  /** Constants that it is not. */
  readonly isNot: readonly string[];
}

const NOTHING: Known = { truth: null, none: null, is: null, isNot: [] };
const NUMBER = /^-?\d[\d_]*(?:\.\d+)?$/;
const DOTTED = /^([\w.]+)\.(\w+)$/;

/** One way through a function up to a place: whether a name is bound on it, and what the conditions on it tell. */
export class Way {
  readonly bound: boolean;
  readonly #known: ReadonlyMap<string, Known>;
  /** What is known, as one text for each expression: ways are compared far more often than they learn. */
  readonly #told: ReadonlyMap<string, string>;
  #key: string | null = null;

  constructor(
    bound: boolean,
    known: ReadonlyMap<string, Known> = new Map(),
    told: ReadonlyMap<string, string> = new Map(),
  ) {
    this.bound = bound;
    this.#known = known;
    this.#told = told;
  }

  /** Equal for ways on which the same is known. */
  get key(): string {
    this.#key ??= `${this.bound}\n${[...this.#told.values()].sort().join('\n')}`;
    return this.#key;
  }

  /** What is known of an expression, by its text. */
  of(subject: string): Known {
    return this.#known.get(subject) ?? NOTHING;
  }

  withBound(bound: boolean): Way {
    return bound === this.bound ? this : new Way(bound, this.#known, this.#told);
  }

  /** The same way with more known of an expression; null where that contradicts what is known, so nobody goes it. */
  learn(subject: string, news: Partial<Known>): Way | null {
    const known = this.of(subject);
    const more = completed(news);
    if (contradicts(known, more)) return null;
    const isNot = [...new Set([...known.isNot, ...more.isNot])].sort();
    const next: Known = {
      truth: more.truth ?? known.truth,
      none: more.none ?? known.none,
      is: more.is ?? known.is,
      isNot,
    };
    return new Way(this.bound, added(this.#known, subject, next), added(this.#told, subject, told(subject, next)));
  }

  /** The same way after an expression has got another value: all that speaks of it is forgotten. */
  forget(target: string): Way {
    if (![...this.#known.keys()].some((subject) => subject.includes(target))) return this;
    const own = new RegExp(`(?<![\\w.])${target.replace(/[^\w]/g, '\\$&')}(?!\\w)`);
    const left = [...this.#known.keys()].filter((subject) => !own.test(subject));
    return left.length === this.#known.size ? this : this.#keeping(left);
  }

  /** Expressions of which anything is known. */
  subjects(): IterableIterator<string> {
    return this.#known.keys();
  }

  /** The same way with nothing known of one expression. */
  without(subject: string): Way {
    if (!this.#known.has(subject)) return this;
    return this.#keeping([...this.#known.keys()].filter((one) => one !== subject));
  }

  /** What is known of an expression, as text: equal for equal knowledge. */
  told(subject: string): string {
    return this.#told.get(subject) ?? '';
  }

  #keeping(subjects: readonly string[]): Way {
    const known = new Map(subjects.map((one) => [one, this.of(one)]));
    return new Way(this.bound, known, new Map(subjects.map((one) => [one, this.told(one)])));
  }
}

function added<Value>(map: ReadonlyMap<string, Value>, key: string, value: Value): Map<string, Value> {
  return new Map(map).set(key, value);
}

/** The same text for those of whom the same is known. */
function told(subject: string, { truth, none, is, isNot }: Known): string {
  return `${subject} ${truth} ${none} ${is} ${isNot.join()}`;
}

/** Whether a constant counts as true; null for the name of one. */
function truthOf(constant: string): boolean | null {
  if (constant === 'True') return true;
  if (constant === 'False' || constant === 'None') return false;
  if (NUMBER.test(constant)) return Number(constant.replaceAll('_', '')) !== 0;
  const quoted = /^[bru]*(["'].*)$/is.exec(constant)?.[1];
  return quoted === undefined ? null : quoted.length > 2;
}

/** What follows from what is told. */
function completed(news: Partial<Known>): Known {
  const told: Known = { ...NOTHING, ...news };
  if (told.is !== null) return { ...told, truth: truthOf(told.is), none: told.is === 'None' };
  if (told.none === true) return { ...told, truth: false, is: 'None' };
  return told.truth === true ? { ...told, none: false } : told;
}

function contradicts(known: Known, news: Known): boolean {
  if (known.truth !== null && news.truth !== null && known.truth !== news.truth) return true;
  if (known.none !== null && news.none !== null && known.none !== news.none) return true;
  if (known.is !== null && (news.isNot.includes(known.is) || (news.is !== null && areDistinct(known.is, news.is))))
    return true;
  return news.is !== null && known.isNot.includes(news.is);
}

/** Whether two constants are two values: literals, or two members of the same class. */
function areDistinct(one: string, other: string): boolean {
  if (one === other) return false;
  const [left, right] = [DOTTED.exec(one), DOTTED.exec(other)];
  if (left === null && right === null) return isLiteral(one) && isLiteral(other);
  return left !== null && right !== null && left[1] === right[1];
}

function isLiteral(constant: string): boolean {
  return NUMBER.test(constant) || /^(?:[bruBRU]*["']|(?:True|False|None)$)/.test(constant);
}

/** Ways beyond which less is kept in mind of each, so that many of them become one. */
const MOST_WAYS = 128;

/** Several lists of ways as one, each way once. Of very many, less is known afterwards. */
export function joined(...lists: readonly (readonly Way[])[]): Way[] {
  const found = distinct(lists.flat());
  return found.length <= MOST_WAYS ? found : thinned(found);
}

function distinct(ways: readonly Way[]): Way[] {
  return [...new Map(ways.map((way) => [way.key, way])).values()];
}

/** Ways of which less is known: what the bound ones and the others have in common is forgotten first. */
function thinned(ways: readonly Way[]): Way[] {
  const values = new Map<string, readonly [bound: Set<string>, unbound: Set<string>]>();
  for (const way of ways) {
    for (const subject of way.subjects()) values.set(subject, values.get(subject) ?? [new Set(), new Set()]);
  }
  for (const [subject, [bound, unbound]] of values) {
    for (const way of ways) (way.bound ? bound : unbound).add(way.told(subject));
  }
  const isAlike = ([, [bound, unbound]]: readonly [string, readonly [Set<string>, Set<string>]]) =>
    bound.size === 0 ||
    unbound.size === 0 ||
    (bound.size === unbound.size && [...bound].every((one) => unbound.has(one)));
  const entries = [...values];
  let left = [...ways];
  for (const [subject] of [...entries.filter(isAlike), ...entries.filter((one) => !isAlike(one))]) {
    left = distinct(left.map((way) => way.without(subject)));
    if (left.length * 2 <= MOST_WAYS) break;
  }
  return left;
}
