import { checksOf } from './checks.ts';
import type { Flow } from './flow.ts';
import { harmlessAfter, keepAdded, MAPS, passesOn, quotedBy, withoutSlashes, withReturned } from './passing.ts';
import { Scope } from './scope.ts';
import { handlerInputs, sourceOfCall, sourceOfName } from './sources.ts';
import { type CallExpression, type Expression, type MemberExpression, pathOf, type TextExpression } from './syntax.ts';
import {
  behindFolder,
  isConversion,
  isEnding,
  isFieldOfServer,
  isFixedCall,
  isRepeated,
  joined,
  keepsOnlyFixed,
  leftInProperty,
  nameOfResult,
  prefixOfList,
  replacedIn,
} from './texts.ts';
import {
  besideEntries,
  carrying,
  constantValue,
  eitherOf,
  elementOf,
  joinTaints,
  madeSafe,
  namedValue,
  recordOf,
  refined,
  UNKNOWN,
  type Value,
} from './values.ts';

/** Deeper expressions are not followed; nothing people write is. */
const DEEPEST = 400;

/** More steps than this are not made for one file: ten times what the most involved ones of large projects take. */
const MOST_STEPS = 1_500_000;

/** The file takes more steps than any that people write. */
export class TooInvolvedError extends Error {}

/** Works out what expressions are. */
export class Expressions {
  readonly #flow: Flow;
  #depth = 0;
  #steps = 0;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  /** Throws a TooInvolvedError when the file has taken more steps than are allowed. */
  evaluate(node: Expression, scope: Scope): Value {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS) throw new TooInvolvedError();
    if (this.#depth > DEEPEST) return UNKNOWN;
    this.#depth += 1;
    try {
      return this.#value(node, scope);
    } finally {
      this.#depth -= 1;
    }
  }

  #value(node: Expression, scope: Scope): Value {
    switch (node.kind) {
      case 'literal':
        return constantValue(node.value);
      case 'pattern':
        return { ...UNKNOWN, isFixed: true, pattern: node.source };
      case 'name':
        return scope.get(node.name) ?? sourceOfName(this.#flow.language, node.name) ?? namedValue(node.name);
      case 'member':
        return this.#memberOf(node, this.evaluate(node.object, scope), scope);
      case 'call':
        return this.#call(node, scope);
      case 'text':
        return this.#text(node, scope);
      case 'record':
        return this.#record(node, scope);
      case 'list': {
        const items = node.items.map((one) => this.evaluate(one, scope));
        for (const { made } of items) if (made !== null) this.#flow.whole(made, scope);
        return carrying(joinTaints(items), { items, isFixed: items.every(({ isFixed }) => isFixed) });
      }
      case 'function':
        if (node.body[0]?.kind === 'class') this.#flow.run(node.body, new Scope(scope));
        return { ...UNKNOWN, made: node };
      default:
        return this.#composed(node, scope);
    }
  }

  #composed(node: Expression, scope: Scope): Value {
    switch (node.kind) {
      case 'choice':
        return this.#choice(node, scope);
      case 'logic': {
        const left = this.evaluate(node.left, scope);
        const inner = new Scope(scope);
        const checks = checksOf(this, node.left, scope, false);
        inner.check(node.operator === 'and' ? checks.whenTrue : checks.whenFalse);
        return eitherOf([inner.settled(this.evaluate(node.right, inner)), left]);
      }
      case 'compare': {
        const left = this.evaluate(node.left, scope);
        const right = this.evaluate(node.right, scope);
        this.#flow.observer.compared(node, left, right, scope);
        return UNKNOWN;
      }
      case 'not':
        this.evaluate(node.value, scope);
        return UNKNOWN;
      case 'mixed': {
        const parts = node.parts.map((one) => this.evaluate(one, scope));
        const isFixed = parts.every((part) => part.isFixed);
        if (node.isNumber) return { ...UNKNOWN, isFixed: isFixed || isRepeated(parts) };
        return carrying(joinTaints(parts), { isFixed, name: parts[0]?.name ?? null });
      }
      case 'assign':
        return this.#assign(node, scope);
      case 'mapped':
        return this.#mapped(node, scope);
      case 'markup': {
        const properties = new Map(node.properties.map((one) => [one, this.evaluate(one.value, scope)]));
        for (const [, value] of properties) if (value.made !== null) this.#flow.whole(value.made, scope);
        for (const child of node.children) this.evaluate(child, scope);
        this.#flow.observer.markup(node, properties, scope);
        return UNKNOWN;
      }
      default:
        return UNKNOWN;
    }
  }

  #choice(node: Extract<Expression, { kind: 'choice' }>, scope: Scope): Value {
    const checks = node.test === null ? null : checksOf(this, node.test, scope, false);
    if (node.test !== null) this.evaluate(node.test, scope);
    const values = node.options.map((option, at) => {
      const inner = new Scope(scope);
      if (checks !== null) inner.check(at === 0 ? checks.whenTrue : checks.whenFalse);
      return inner.settled(this.evaluate(option, inner));
    });
    return eitherOf(values);
  }

  #assign(node: Extract<Expression, { kind: 'assign' }>, scope: Scope): Value {
    const given = this.evaluate(node.value, scope);
    const path = node.target.kind === 'place' ? pathOf(node.target.place) : null;
    const old = node.adds && path !== null ? scope.get(path) : null;
    const value = old === null ? given : node.mayKeep === true ? eitherOf([given, old]) : joined([old, given]);
    if (node.target.kind === 'place' && node.target.place.kind === 'member') this.evaluate(node.target.place, scope);
    this.#flow.observer.assigned(node, path, value, scope);
    this.#flow.assign(node.target, value, scope);
    if (path !== null && !node.adds) scope.keepTest(path, node.value);
    // A function that is set on something is called by others.
    if (given.made !== null) this.#flow.whole(given.made, scope);
    return value;
  }

  #mapped(node: Extract<Expression, { kind: 'mapped' }>, scope: Scope): Value {
    const inner = new Scope(scope);
    for (const { target, over } of node.clauses) {
      this.#flow.assign(target, elementOf(this.evaluate(over, inner)), inner);
    }
    for (const test of node.tests) {
      this.evaluate(test, inner);
      inner.check(checksOf(this, test, inner, false).whenTrue);
    }
    const result = inner.settled(this.evaluate(node.result, inner));
    return carrying(result.taints, { isFixed: result.isFixed });
  }

  #record(node: Extract<Expression, { kind: 'record' }>, scope: Scope): Value {
    const parts = node.entries.map(({ key, computed, value }) => {
      if (computed !== null) this.evaluate(computed, scope);
      return { key, isSpread: computed === null, value: this.evaluate(value, scope) };
    });
    const record = recordOf(parts);
    this.#flow.observer.record(node, record, scope);
    for (const { value } of parts) if (value.made !== null) this.#flow.whole(value.made, scope);
    return record;
  }

  #text(node: TextExpression, scope: Scope): Value {
    const values = node.parts.map((part) => this.evaluate(part, scope));
    this.#flow.observer.text(node, values);
    return joined(values);
  }

  /** `object` is evaluated by the caller, once: chains of calls are long. */
  #memberOf(node: MemberExpression, object: Value, scope: Scope): Value {
    const index = node.index === null ? null : this.evaluate(node.index, scope);
    const path = pathOf(node);
    const known = path === null ? null : scope.get(path);
    if (known !== null) return known;
    if (node.property !== null) return this.propertyOf(object, node.property);
    if (isEnding(node) || isFieldOfServer(node, index))
      return madeSafe(elementOf(object), ['path-traversal', 'zip-slip']);
    if (object.items !== null && node.index?.kind === 'literal' && typeof node.index.value === 'number') {
      return object.items[node.index.value] ?? carrying(object.taints);
    }
    return elementOf(object);
  }

  /** A property of a value. */
  propertyOf(whole: Value, property: string): Value {
    const entry = whole.entries?.get(property);
    if (entry !== undefined) return entry;
    const object = besideEntries(whole);
    const name = object.name === null ? null : `${object.name}.${property}`;
    const source = name === null ? null : sourceOfName(this.#flow.language, name);
    if (source !== null && object.taints.every(({ level }) => level === 'parameter')) return source;
    if (property === 'length' || object.taints.length === 0) {
      return { ...UNKNOWN, name, isFixed: object.isFixed && object.entries !== null };
    }
    const isPartOfAddress = /^(?:hostname|host|protocol|origin|netloc|scheme|parts|parent|parents)$/.test(property);
    const isAddress = isPartOfAddress && !object.name?.endsWith('.headers');
    const taints = isAddress ? object.taints : refined(object.taints, property);
    return leftInProperty(property, object, carrying(taints, { name }));
  }

  #call(node: CallExpression, scope: Scope): Value {
    const receiver = node.callee.kind === 'member' ? this.evaluate(node.callee.object, scope) : null;
    const callee =
      receiver !== null && node.callee.kind === 'member'
        ? this.#memberOf(node.callee, receiver, scope)
        : this.evaluate(node.callee, scope);
    const args = node.args.map((one) => this.evaluate(one, scope));
    const named = new Map(node.named.map(({ key, value }) => [key ?? '', this.evaluate(value, scope)]));
    const name = callee.name ?? (node.callee.kind === 'member' ? `.${node.callee.property ?? ''}` : '');
    const site = { node, name, args, named, receiver, scope };
    this.#flow.observer.call(site);
    const returned = this.#callbacks(node, name, receiver, args, scope);
    const made = callee.made ?? null;
    const followed = made === null ? null : this.#flow.called(made, scope, args, named);
    if (followed !== null) {
      return quotedBy(pathOf(node.callee) ?? name, { ...followed, name: followed.name ?? `${name}()` });
    }
    if (/^(?:util\.promisify|functools\.partial|bluebird\.promisify)$/.test(name) && args[0] !== undefined)
      return args[0];
    if (name === '$' || name === 'require') return UNKNOWN;
    const source = sourceOfCall(this.#flow.language, site);
    if (source !== null) return { ...source, name: `${name}()` };
    const given = behindFolder(name, [...args, ...named.values()]);
    const carried = passesOn(this.#flow.language, name, receiver, given);
    if (keepsOnlyFixed(name, args)) return { ...UNKNOWN, name: `${name}()` };
    const key = /\.(?:get|getlist|getAll|pop)$/.test(name) ? args[0]?.constant : undefined;
    if (typeof key === 'string' && receiver !== null && receiver.taints.length > 0) {
      return carrying(refined(joinTaints(carried), key), { name: `${name}()` });
    }
    const all = withReturned(name, carried, returned);
    const value = carrying(joinTaints(all), {
      name: nameOfResult(name, args),
      isFixed: isConversion(name) && isFixedCall(receiver, given),
      isBuilt: all.some(({ isBuilt }) => isBuilt),
      prefix: prefixOfList(name, args),
    });
    keepAdded(this.#flow.language, node, site, scope);
    if (name === 're.compile' && typeof args[0]?.constant === 'string') return { ...value, pattern: args[0].constant };
    const ended = isEnding(node) ? madeSafe(value, ['path-traversal', 'zip-slip']) : value;
    const safeFor = [...replacedIn(node, name, args), ...withoutSlashes(name, named.get('safe') ?? args[1])];
    return harmlessAfter(this.#flow.language, name, madeSafe(ended, safeFor));
  }

  /** Runs functions that are handed to a call; gives what they return where the call passes that on. */
  #callbacks(
    node: CallExpression,
    name: string,
    receiver: Value | null,
    args: readonly Value[],
    scope: Scope,
  ): Value | null {
    const results: Value[] = [];
    const element = receiver === null || receiver.taints.length === 0 ? UNKNOWN : elementOf(receiver);
    for (const [at, { made }] of args.entries()) {
      const handed = node.args[at];
      const isNamed = at === 0 && handed !== undefined && handed.kind !== 'function';
      if (isNamed && MAPS.test(name)) results.push(this.#applied(made, pathOf(handed) ?? '', element, scope));
      if (made === null) continue;
      const inputs = handlerInputs(this.#flow.language, name, node, made, at);
      if (inputs !== null) this.#flow.handed(made, scope, inputs);
      else if (handed?.kind === 'function') {
        const first = /\.(?:then|tap|pipe)$/.test(name) && receiver !== null ? receiver : element;
        const given = made.parameters.map((_, index) => (index === 0 ? first : UNKNOWN));
        results.push(this.#flow.handed(made, scope, given));
      }
    }
    return /\.(?:map|flatMap|then|filter|find|reduce)$/.test(name) && results.length > 0 ? eitherOf(results) : null;
  }

  /** What a function that is handed over by its name makes of an element. */
  #applied(made: Value['made'], name: string, element: Value, scope: Scope): Value {
    const followed = made === null ? null : this.#flow.called(made, scope, [element], new Map());
    return followed === null ? harmlessAfter(this.#flow.language, name, element) : quotedBy(name, followed);
  }
}
