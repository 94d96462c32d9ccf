import { type RuleId, ruleIds } from './rules.ts';
import type { Expression } from './syntax.ts';
import { eitherOf, type Taint, type Value } from './values.ts';

/** Which taints were checked, and for what. */
export interface Check {
  readonly root: string;
  /** Null: for everything. */
  readonly rules: readonly RuleId[] | null;
}

/** What names stand for at one place of the program, in layers: a branch or a function writes into its own. */
export class Scope {
  readonly values = new Map<string, Value>();
  readonly #checked = new Set<string>();
  /** What names that may hold the outcome of a test were made of. */
  readonly #tests = new Map<string, Expression>();
  readonly #parent: Scope | null;
  /** The layer of the class that methods are in: what they set on `this` lives there. */
  readonly #owner: Scope | null;

  constructor(parent: Scope | null, isOwner = false) {
    this.#parent = parent;
    this.#owner = isOwner ? this : (parent?.owner ?? null);
  }

  get owner(): Scope | null {
    return this.#owner;
  }

  get(path: string): Value | null {
    for (let at: Scope | null = this; at !== null; at = at.#parent) {
      const found = at.values.get(path);
      if (found !== undefined) return found;
    }
    return null;
  }

  set(path: string, value: Value): void {
    if (/^(?:this|self)\./.test(path) && this.#owner !== null) {
      // Other methods do not know what was checked in this one.
      const kept = this.settledHere(value);
      const old = this.#owner.values.get(path);
      this.#owner.values.set(path, old === undefined ? kept : eitherOf([kept, old]));
    }
    // Another value: what was known of its properties is gone.
    for (const known of this.values.keys()) if (known.startsWith(`${path}.`)) this.values.delete(known);
    this.values.set(path, value);
    this.#tests.delete(path);
  }

  /** Notes that a name holds the outcome of a test: `const isKnown = list.includes(name)`. */
  keepTest(path: string, test: Expression): void {
    if (/^(?:call|compare|not|logic)$/.test(test.kind)) this.#tests.set(path, test);
  }

  /** The test whose outcome a name holds; null for none. */
  testOf(path: string): Expression | null {
    for (let at: Scope | null = this; at !== null; at = at.#parent) {
      const test = at.#tests.get(path);
      if (test !== undefined) return test;
      if (at.values.has(path)) return null;
    }
    return null;
  }

  check(checks: readonly Check[]): void {
    for (const { root, rules } of checks) {
      if (rules === null) this.#checked.add(root);
      else for (const rule of rules) this.#checked.add(`${rule}\0${root}`);
    }
  }

  /** The taint that breaks a rule, the worst one first; null when everything is harmless to it. */
  dangerOf(value: Value, rule: RuleId): Taint | null {
    return value.taints.find((taint) => this.#isDanger(taint, rule)) ?? null;
  }

  /** All taints that break a rule, the worst ones first. */
  dangersOf(value: Value, rule: RuleId): readonly Taint[] {
    return value.taints.filter((taint) => this.#isDanger(taint, rule));
  }

  #isDanger(taint: Taint, rule: RuleId): boolean {
    return !taint.safeFor.has(rule) && !this.#isChecked(taint, rule);
  }

  /** The value with what was checked of it here, to be used where the checks are not known. */
  settled(value: Value): Value {
    if (value.taints.length === 0 || this.#checked.size === 0) return value;
    const taints = value.taints.flatMap((taint) => {
      if (this.#checked.has(taint.root)) return [];
      const rules = ruleIds.filter((rule) => this.#checked.has(`${rule}\0${taint.root}`));
      return rules.length === 0 ? [taint] : [{ ...taint, safeFor: taint.safeFor.union(new Set(rules)) }];
    });
    return { ...value, taints };
  }

  /** The same with what was checked in the layers around as well, to be used in another function. */
  settledHere(value: Value): Value {
    let settled = value;
    for (let at: Scope | null = this; at !== null; at = at.#parent) settled = at.settled(settled);
    return settled;
  }

  #isChecked({ root }: Taint, rule: RuleId): boolean {
    for (let at: Scope | null = this; at !== null; at = at.#parent) {
      if (at.#checked.size === 0) continue;
      if (at.#checked.has(root) || at.#checked.has(`${rule}\0${root}`)) return true;
    }
    return false;
  }

  /** Takes over what branches left behind: a value is one of those that they end with. */
  merge(branches: readonly Scope[], alsoOld: boolean): void {
    const paths = new Set(branches.flatMap((branch) => [...branch.values.keys()]));
    for (const path of paths) {
      const values = branches.flatMap((branch) => {
        const value = branch.get(path);
        return value === null ? [] : branch.settled(value);
      });
      const old = alsoOld ? this.get(path) : null;
      this.set(path, eitherOf(old === null ? values : [...values, old]));
    }
    const [first, second] = branches;
    if (first === undefined || alsoOld) return;
    for (const one of first.#checked) if (second === undefined || second.#checked.has(one)) this.#checked.add(one);
  }
}
