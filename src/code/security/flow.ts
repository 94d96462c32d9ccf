import { checksOf } from './checks.ts';
import { Expressions } from './evaluate.ts';
import type { Language } from './language.ts';
import type { Observer } from './observer.ts';
import { Scope } from './scope.ts';
import {
  convertedByRoute,
  handlerLevel,
  inheritedSources,
  isRequestTyped,
  nameOfTarget,
  parameterValue,
} from './sources.ts';
import { type FunctionExpression, type MemberExpression, pathOf, type Statement, type Target } from './syntax.ts';
import { withPart } from './texts.ts';
import { carrying, eitherOf, elementOf, namedValue, takenFrom, UNKNOWN, type Value } from './values.ts';

/** Functions that are looked at anew for a call, each time with other arguments. */
const MOST_CALLS = 1_500;
const DEEPEST_CALL = 4;

/** A request that the program makes: `new Request(…)`. */
const OWN_REQUEST = 'Request()';

/**
 * Follows values through a program, function by function: what a name stands for where it is used, what of it comes
 * from outside, what was checked. Calls of functions of the same file are followed into them. One pass over loops.
 * Bounded by the size of the text and `MOST_CALLS`.
 */
export class Flow {
  readonly language: Language;
  readonly observer: Observer;
  readonly #expressions: Expressions;
  readonly #homes = new Map<FunctionExpression, Scope>();
  readonly #seen = new Set<FunctionExpression>();
  readonly #returned: Value[][] = [];
  /** Functions of this file whose calls are being followed. */
  readonly #followed = new Set<FunctionExpression>();
  /** Functions of the file's own that take a request, to be looked at once all calls of them were seen. */
  readonly #waiting = new Map<FunctionExpression, Scope>();
  /** Whether all calls of such a function give it a request that the program itself has made. */
  readonly #givenOwn = new Map<FunctionExpression, boolean>();
  readonly #isLocal: (name: string) => boolean;
  #calls = 0;
  #inRoute = false;

  /** `isLocal`: whether a function of that name is called in the file and nowhere else. */
  constructor(language: Language, observer: Observer, isLocal: (name: string) => boolean) {
    this.language = language;
    this.observer = observer;
    this.#isLocal = isLocal;
    this.#expressions = new Expressions(this);
  }

  /** Looks at a whole file. */
  program(body: readonly Statement[]): void {
    const scope = new Scope(null);
    this.#returned.push([]);
    this.run(body, scope);
    for (const [made, home] of this.#waiting) this.#wholeNow(made, home);
    this.#returned.pop();
  }

  /** Runs statements; gives whether what follows them is never reached. */
  run(body: readonly Statement[], scope: Scope): boolean {
    const functions = body.flatMap((one) => (one.kind === 'function' ? [one.made] : []));
    for (const made of functions) {
      this.#homes.set(made, scope);
      if (made.name !== null && !made.isMethod) scope.set(made.name, { ...UNKNOWN, made, name: `$${made.name}` });
      if (made.name !== null && made.isMethod) scope.set(`this.${made.name}`, { ...UNKNOWN, made });
      if (made.name !== null && made.isMethod) scope.set(`self.${made.name}`, { ...UNKNOWN, made });
    }
    let left = false;
    for (const one of body) left = this.#statement(one, scope) || left;
    for (const made of functions) this.whole(made, scope);
    return left;
  }

  #statement(one: Statement, scope: Scope): boolean {
    switch (one.kind) {
      case 'import':
        scope.set(one.local, { ...UNKNOWN, name: one.name });
        this.observer.imported(one.name);
        return false;
      case 'do': {
        const value = this.#expressions.evaluate(one.value, scope);
        if (value.made !== null) this.whole(value.made, scope);
        const { whenTrue } = checksOf(this.#expressions, one.value, scope, true);
        scope.check(whenTrue);
        return (
          value.name !== null &&
          /^(?:process\.exit|sys\.exit|exit|quit|flask\.abort|abort|os\._exit)\(\)$/.test(value.name)
        );
      }
      case 'return': {
        const value = one.value === null ? UNKNOWN : this.#expressions.evaluate(one.value, scope);
        this.#returned.at(-1)?.push(scope.settledHere(value));
        if (value.made !== null) this.whole(value.made, scope);
        if (one.value !== null)
          this.observer.returned(one.value, value, scope, this.#inRoute && this.#returned.length === 2);
        return true;
      }
      case 'leave':
        if (one.value !== null) this.#expressions.evaluate(one.value, scope);
        return true;
      case 'if':
        return this.#branch(one, scope);
      case 'loop':
        this.#loop(one, scope);
        return false;
      case 'block':
        return this.run(one.body, scope);
      case 'class': {
        const bases = one.bases.map((base) => this.#expressions.evaluate(base, scope).name);
        const own = new Scope(scope, true);
        for (const [path, value] of inheritedSources(this.language, bases)) own.values.set(path, value);
        this.run(one.body, own);
        return false;
      }
      case 'function':
        for (const decorator of one.made.decorators) this.#expressions.evaluate(decorator, scope);
        return false;
    }
  }

  #branch(one: Extract<Statement, { kind: 'if' }>, scope: Scope): boolean {
    this.#expressions.evaluate(one.test, scope);
    const checks = checksOf(this.#expressions, one.test, scope, false);
    const yes = new Scope(scope);
    const no = new Scope(scope);
    yes.check(checks.whenTrue);
    no.check(checks.whenFalse);
    const yesLeaves = this.run(one.yes, yes);
    const noLeaves = this.run(one.no, no);
    if (yesLeaves && !noLeaves) {
      scope.check(checks.whenFalse);
      scope.merge([no], false);
    } else if (noLeaves && !yesLeaves) {
      scope.check(checks.whenTrue);
      scope.merge([yes], false);
    } else scope.merge([yes, no], false);
    return yesLeaves && noLeaves;
  }

  #loop(one: Extract<Statement, { kind: 'loop' }>, scope: Scope): void {
    const inner = new Scope(scope);
    if (one.over !== null) this.assign(one.target, elementOf(this.#expressions.evaluate(one.over, scope)), inner);
    if (one.test !== null) {
      this.#expressions.evaluate(one.test, scope);
      inner.check(checksOf(this.#expressions, one.test, scope, false).whenTrue);
    }
    this.run(one.body, inner);
    scope.merge([inner], true);
  }

  /** Looks at a function for itself: its parameters are what any caller may give. */
  whole(made: FunctionExpression, scope: Scope): void {
    if (this.#seen.has(made)) return;
    this.#seen.add(made);
    if (this.#mayTakeOwn(made)) this.#waiting.set(made, scope);
    else this.#wholeNow(made, scope);
  }

  #mayTakeOwn({ name, isMethod, parameters }: FunctionExpression): boolean {
    if (this.language !== 'script' || name === null || isMethod) return false;
    return parameters.some(isRequestTyped) && this.#isLocal(name);
  }

  #wholeNow(made: FunctionExpression, scope: Scope): void {
    const isOwn = this.#givenOwn.get(made) === true;
    const level = handlerLevel(made, (decorator) => this.#expressions.evaluate(decorator, scope).name);
    const takenBy = made.isMethod ? null : made.name;
    const converted = convertedByRoute(made);
    const inputs = made.parameters.map((parameter) => {
      if (isOwn && isRequestTyped(parameter)) return namedValue(OWN_REQUEST);
      return converted.has(nameOfTarget(parameter.target))
        ? UNKNOWN
        : takenFrom(takenBy, parameterValue(parameter, level));
    });
    const outer = this.#inRoute;
    this.#inRoute = level === 'route';
    this.#enter(made, scope, inputs);
    this.#inRoute = outer;
  }

  /** Looks at a function that is handed over, with what its parameters will be. */
  handed(made: FunctionExpression, scope: Scope, inputs: readonly Value[]): Value {
    this.#seen.add(made);
    return this.#enter(made, this.#homes.get(made) ?? scope, inputs);
  }

  /**
   * The value of a call of a function of this file; null when it is too deep to follow, or when a function calls
   * itself: what comes back then is what goes in, as of any function that is not known.
   */
  called(
    made: FunctionExpression,
    scope: Scope,
    args: readonly Value[],
    named: ReadonlyMap<string, Value>,
  ): Value | null {
    this.#noteRequest(made, args);
    if (this.#returned.length > DEEPEST_CALL + 1 || this.#calls >= MOST_CALLS || this.#followed.has(made)) return null;
    this.#calls += 1;
    const offset = made.isMethod && this.language === 'python' ? 1 : 0;
    const inputs = made.parameters.map((parameter, at) => {
      const name =
        parameter.target.kind === 'place' && parameter.target.place.kind === 'name' ? parameter.target.place.name : '';
      return scope.settledHere(args[at - offset] ?? named.get(name) ?? UNKNOWN);
    });
    this.#followed.add(made);
    try {
      return this.#enter(made, this.#homes.get(made) ?? scope, inputs);
    } finally {
      this.#followed.delete(made);
    }
  }

  #noteRequest(made: FunctionExpression, args: readonly Value[]): void {
    const at = made.parameters.findIndex(isRequestTyped);
    if (at >= 0) this.#givenOwn.set(made, args[at]?.name === OWN_REQUEST && this.#givenOwn.get(made) !== false);
  }

  #enter(made: FunctionExpression, home: Scope, inputs: readonly Value[]): Value {
    if (this.#returned.length > 60) return UNKNOWN;
    const scope = new Scope(home);
    for (const [at, { target, fallback }] of made.parameters.entries()) {
      const given = inputs[at] ?? UNKNOWN;
      const other = fallback === null ? null : this.#expressions.evaluate(fallback, scope);
      if (other !== null) this.observer.parameterDefault(made, target, other, fallback);
      this.assign(target, other === null || given.taints.length > 0 ? given : eitherOf([given, other]), scope);
    }
    const returned: Value[] = [];
    this.#returned.push(returned);
    this.run(made.body, scope);
    this.#returned.pop();
    return eitherOf(returned);
  }

  /** Puts a value where a target says. */
  assign(target: Target, value: Value, scope: Scope): void {
    switch (target.kind) {
      case 'place': {
        const path = pathOf(target.place);
        if (target.place.kind === 'member' && target.place.index !== null)
          this.#changeOwner(target.place, value, scope);
        if (target.place.kind === 'member') this.#changeAddress(target.place, value, scope);
        if (path !== null)
          scope.set(
            path,
            value.name === null && !/^_?req(?:uest)?$/.test(path) ? { ...value, name: `$${path}` } : value,
          );
        else if (target.place.kind === 'member') this.#taintOwner(target.place, value, scope);
        return;
      }
      case 'record':
        for (const { key, target: inner } of target.entries) {
          const part = key === null ? carrying(value.taints) : this.#expressions.propertyOf(value, key);
          this.assign(inner, part, scope);
        }
        if (target.rest !== null) this.assign(target.rest, carrying(value.taints), scope);
        return;
      case 'list':
        for (const [at, inner] of target.items.entries()) {
          if (inner !== null) this.assign(inner, value.items?.[at] ?? carrying(value.taints), scope);
        }
        return;
      case 'nowhere':
        return;
    }
  }

  /** `bytes[0] = value`: the whole is no longer what it was made as. */
  #changeOwner(place: Extract<Target, { kind: 'place' }>['place'], value: Value, scope: Scope): void {
    if (place.kind !== 'member' || value.isFixed) return;
    const path = pathOf(place.object);
    const old = path === null ? null : scope.get(path);
    if (path !== null && old?.isFixed === true) scope.set(path, { ...old, isFixed: false, constant: undefined });
  }

  /** `url.hostname = value`: the address leads elsewhere. */
  #changeAddress({ object, property }: MemberExpression, value: Value, scope: Scope): void {
    const path = pathOf(object);
    const old = path === null ? null : scope.get(path);
    const changed = old === null ? null : withPart(old, property, value);
    if (path !== null && changed !== null) scope.set(path, changed);
  }

  /** `list[i] = value`: the whole list carries it. */
  #taintOwner(place: Extract<Target, { kind: 'place' }>['place'], value: Value, scope: Scope): void {
    if (place.kind !== 'member' || value.taints.length === 0) return;
    const path = pathOf(place.object);
    const old = path === null ? null : scope.get(path);
    if (path !== null && old !== null)
      scope.set(path, { ...old, isFixed: false, isOpen: true, taints: [...old.taints, ...value.taints] });
  }
}
