import type { Node } from 'web-tree-sitter';
import { children } from './syntax-tree.ts';

/** A function of a file; in Go they stand side by side. */
export interface GoFunction {
  readonly node: Node;
  readonly name: string;
  /** Its place among the functions of the file; -1 outside of all. */
  readonly at: number;
  /** `a`, and `a.b` too, where it says `return a.b`. */
  readonly returned: Set<string>;
}

/** A function without a name. */
export interface Closure {
  /** Of its node. */
  readonly id: number;
  readonly end: number;
  readonly returned: Set<string>;
}

/** Under which name a statement keeps a value, or that it gives the value back; and the closure that it stands in. */
export type Naming = { readonly closure: Closure | null } & (
  | { readonly kind: 'declared' | 'assigned'; readonly name: string }
  | { readonly kind: 'returned' }
);

/** A name longer than this is none that commands are known by: looking it up would take as long as it is. */
const LONGEST_NAME = 100;
/** What a statement does stands at its beginning. */
const LONGEST_HEAD = 400;
const NAMES_CALL = /cobra|Flag|\w\(/;
const STATEMENTS = ['short_var_declaration', 'assignment_statement', 'var_spec', 'return_statement', 'func_literal'];

/**
 * Functions of a Go file, and the names that its values get. All is found from above in one walk: a node finds its
 * parents only by a walk of its own, which is as long as the file is deep.
 */
export class GoScopes {
  readonly #functions: GoFunction[];
  readonly #namings = new Map<number, Naming>();
  readonly #calls = new GoVariables<Node>();
  readonly #outside: GoFunction;

  constructor(root: Node, text: string) {
    this.#outside = { node: root, name: '', at: -1, returned: new Set() };
    this.#functions = children(root)
      .filter(({ type }) => type === 'function_declaration' || type === 'method_declaration')
      .map((node, at) => ({ node, name: shortText(node.childForFieldName('name')) ?? '', at, returned: new Set() }));
    const open: Closure[] = [];
    for (const statement of root.descendantsOfType(STATEMENTS)) {
      if (statement === null) continue;
      while ((open.at(-1)?.end ?? Number.POSITIVE_INFINITY) <= statement.startIndex) open.pop();
      if (statement.type === 'func_literal') {
        open.push({ id: statement.id, end: statement.endIndex, returned: new Set() });
        continue;
      }
      const closure = open.at(-1) ?? null;
      const head = text.slice(statement.startIndex, Math.min(statement.endIndex, statement.startIndex + LONGEST_HEAD));
      if (statement.type === 'return_statement') this.#takeReturn(statement, head, closure);
      else if (NAMES_CALL.test(head)) this.#takeNames(statement, closure);
    }
  }

  /** The call whose value a variable holds at a place, or that of another package which a function passes on. */
  callHeldBy(scope: GoFunction | null, name: string, at: number): Node | undefined {
    return this.#calls.get(scope, name, at)?.value;
  }

  /** All functions, in source order. */
  get functions(): readonly GoFunction[] {
    return this.#functions;
  }

  /** The function that a node stands in; outside of all of them, one without a name. */
  around(node: Node): GoFunction {
    const next = firstBehind(this.#functions, ({ node: { startIndex } }) => startIndex > node.startIndex);
    const found = this.#functions[next - 1];
    return found === undefined || found.node.endIndex <= node.startIndex ? this.#outside : found;
  }

  /** Under which name a value is kept; `&` before it is passed over. */
  namingOf(value: Node): Naming | undefined {
    return this.#namings.get(value.id);
  }

  #takeReturn(statement: Node, head: string, closure: Closure | null): void {
    const [, first] = /^return\s+&?([\w.]+)/.exec(head) ?? [];
    if (first !== undefined && first.length <= LONGEST_NAME) {
      const { returned } = closure ?? this.around(statement);
      const parts = first.split('.');
      for (const at of parts.keys()) returned.add(parts.slice(0, at + 1).join('.'));
      const around = this.around(statement);
      if (closure === null) this.#passOn(around, this.callHeldBy(around, first, statement.startIndex));
    }
    if (!/cobra|Flag|\w\(/.test(head)) return;
    for (const value of valuesOf(statement.firstNamedChild)) {
      this.#namings.set(value.id, { closure, kind: 'returned' });
      if (value.type === 'call_expression' && closure === null) this.#passOn(this.around(statement), value);
    }
  }

  #takeNames(statement: Node, closure: Closure | null): void {
    const isSpec = statement.type === 'var_spec';
    const kind = statement.type === 'assignment_statement' ? 'assigned' : 'declared';
    const left = isSpec
      ? statement.childrenForFieldName('name').filter((one) => one !== null)
      : valuesOf(statement.childForFieldName('left'));
    const right = valuesOf(statement.childForFieldName(isSpec ? 'value' : 'right'));
    for (const [at, value] of right.entries()) {
      const name = shortText(left[at] ?? null);
      if (name === null) continue;
      this.#namings.set(value.id, { closure, kind, name });
      if (value.type === 'call_expression') this.#calls.set(this.around(statement), name, value.startIndex, value);
    }
  }

  /** `return held` gives the call that the variable holds. */
  #passOn(around: GoFunction, value: Node | undefined): void {
    if (value !== undefined && around.name !== '') this.#calls.set(null, `${around.name}()`, value.startIndex, value);
  }
}

/** Text of a node that can be a name; null for a longer one. */
export function shortText(node: Node | null): string | null {
  if (node === null || node.endIndex - node.startIndex > LONGEST_NAME) return null;
  return node.text;
}

/** What `&` stands before. */
export function withoutAddress(node: Node): Node {
  return node.type === 'unary_expression' ? (node.childForFieldName('operand') ?? node) : node;
}

function valuesOf(list: Node | null): Node[] {
  if (list === null) return [];
  return (list.type === 'expression_list' ? children(list) : [list]).map(withoutAddress);
}

/** Index of the first of sorted items that lies behind; their number when none does. */
function firstBehind<Item>(items: readonly Item[], isBehind: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && !isBehind(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * What variables hold. A variable of a function holds different values at different places: the last one that was kept
 * before a place is meant there.
 */
export class GoVariables<Value> {
  readonly #known = new Map<string, { from: number; value: Value }[]>();

  /** Keeps a value. Values of one name must come in source order. */
  set(scope: GoFunction | null, name: string, from: number, value: Value): void {
    const key = keyOf(scope, name);
    const held = this.#known.get(key);
    if (held === undefined) this.#known.set(key, [{ from, value }]);
    else held.push({ from, value });
  }

  /** What a name holds at a place, and since where; of another function, at whatever place. */
  get(scope: GoFunction | null, name: string, at: number): { from: number; value: Value } | undefined {
    const held = this.#known.get(keyOf(scope, name));
    const before = held?.[firstBehind(held, ({ from }) => from > at) - 1];
    return before ?? (scope === null ? held?.[0] : undefined);
  }
}

function keyOf(scope: GoFunction | null, name: string): string {
  return scope === null || scope.at < 0 ? name : `${scope.at}/${name}`;
}
