/**
 * One shape for what the security rules look at, whatever language it was written in. Offsets are UTF-16 units of the
 * file's text. Types, comments and white space are not part of it.
 */
interface Placed {
  readonly start: number;
  readonly end: number;
}

export interface NameExpression extends Placed {
  readonly kind: 'name';
  readonly name: string;
}

export interface LiteralExpression extends Placed {
  readonly kind: 'literal';
  readonly value: string | number | boolean | null;
}

/** A regular expression written as such. */
export interface PatternExpression extends Placed {
  readonly kind: 'pattern';
  readonly source: string;
}

/** A string made of parts: a template, a concatenation, `%`, `format`. */
export interface TextExpression extends Placed {
  readonly kind: 'text';
  readonly parts: readonly Expression[];
}

/** `object.property` or `object[index]`; `property` is also set for an index that is a literal string. */
export interface MemberExpression extends Placed {
  readonly kind: 'member';
  readonly object: Expression;
  readonly property: string | null;
  readonly index: Expression | null;
}

export interface CallExpression extends Placed {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly args: readonly Expression[];
  /** Arguments given by name. */
  readonly named: readonly Entry[];
  readonly isNew: boolean;
}

/** A pair of an object or a dictionary. `key` is null for a computed or spread one. */
export interface Entry extends Placed {
  readonly key: string | null;
  readonly computed: Expression | null;
  readonly value: Expression;
}

export interface RecordExpression extends Placed {
  readonly kind: 'record';
  readonly entries: readonly Entry[];
}

export interface ListExpression extends Placed {
  readonly kind: 'list';
  readonly items: readonly Expression[];
}

export interface FunctionExpression extends Placed {
  readonly kind: 'function';
  readonly name: string | null;
  readonly parameters: readonly FunctionParameter[];
  readonly body: readonly Statement[];
  readonly decorators: readonly Expression[];
  readonly isMethod: boolean;
}

export interface FunctionParameter {
  readonly target: Target;
  readonly type: string | null;
  readonly fallback: Expression | null;
}

/** One of several values; `test` says which. */
export interface ChoiceExpression extends Placed {
  readonly kind: 'choice';
  readonly test: Expression | null;
  readonly options: readonly Expression[];
}

export interface CompareExpression extends Placed {
  readonly kind: 'compare';
  /** `==`, `!=`, `in`, `not in`, `<` and the like. */
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
}

export interface LogicExpression extends Placed {
  readonly kind: 'logic';
  readonly operator: 'and' | 'or';
  readonly left: Expression;
  readonly right: Expression;
}

export interface NotExpression extends Placed {
  readonly kind: 'not';
  readonly value: Expression;
}

/** Anything else: its parts are looked at, its value carries nothing when it is a number. */
export interface MixedExpression extends Placed {
  readonly kind: 'mixed';
  readonly parts: readonly Expression[];
  readonly isNumber: boolean;
}

export interface AssignExpression extends Placed {
  readonly kind: 'assign';
  readonly target: Target;
  readonly value: Expression;
  /** `+=`: the old value stays a part of the new one. */
  readonly adds: boolean;
  /** `??=`, `||=`, `&&=`: the old value stays, or the new one takes its place. */
  readonly mayKeep?: boolean;
}

/** A list made by running over another one. */
export interface MappedExpression extends Placed {
  readonly kind: 'mapped';
  readonly clauses: readonly { readonly target: Target; readonly over: Expression }[];
  readonly tests: readonly Expression[];
  readonly result: Expression;
}

/** An element of JSX. */
export interface MarkupExpression extends Placed {
  readonly kind: 'markup';
  readonly name: string;
  readonly properties: readonly Entry[];
  readonly children: readonly Expression[];
}

export type Expression =
  | NameExpression
  | LiteralExpression
  | PatternExpression
  | TextExpression
  | MemberExpression
  | CallExpression
  | RecordExpression
  | ListExpression
  | FunctionExpression
  | ChoiceExpression
  | CompareExpression
  | LogicExpression
  | NotExpression
  | MixedExpression
  | AssignExpression
  | MappedExpression
  | MarkupExpression;

/** Where a value goes. */
export type Target =
  | { readonly kind: 'place'; readonly place: NameExpression | MemberExpression }
  | { readonly kind: 'record'; readonly entries: readonly TargetEntry[]; readonly rest: Target | null }
  | { readonly kind: 'list'; readonly items: readonly (Target | null)[] }
  | { readonly kind: 'nowhere' };

export interface TargetEntry {
  readonly key: string | null;
  readonly target: Target;
}

export type Statement =
  | { readonly kind: 'do'; readonly value: Expression }
  | { readonly kind: 'return'; readonly value: Expression | null }
  /** Leaves the block: throw, break, continue. */
  | { readonly kind: 'leave'; readonly value: Expression | null }
  | {
      readonly kind: 'if';
      readonly test: Expression;
      readonly yes: readonly Statement[];
      readonly no: readonly Statement[];
    }
  | {
      readonly kind: 'loop';
      readonly target: Target;
      readonly over: Expression | null;
      readonly test: Expression | null;
      readonly body: readonly Statement[];
    }
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'function'; readonly made: FunctionExpression }
  | {
      readonly kind: 'class';
      readonly name: string | null;
      readonly bases: readonly Expression[];
      readonly body: readonly Statement[];
    }
  /** `local` stands for what others call `name`: `subprocess.run`. */
  | { readonly kind: 'import'; readonly local: string; readonly name: string };

const RAISED = 'the exception ';

/** What an exception that is caught under a name is called; no program can write it. */
export function raisedName(alias: string): string {
  return `${RAISED}${alias}`;
}

/** Whether something is called so. */
export function isRaisedName(name: string): boolean {
  return name.startsWith(RAISED);
}

/** The dotted path of a name or a member chain: `req.query.id`, `this.db`; null for anything else. */
export function pathOf(expression: Expression): string | null {
  const parts: string[] = [];
  let at = expression;
  while (at.kind === 'member') {
    if (at.property === null) return null;
    parts.push(at.property);
    at = at.object;
  }
  return at.kind === 'name' ? [at.name, ...parts.reverse()].join('.') : null;
}
