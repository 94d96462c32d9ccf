import type { Scope } from './scope.ts';
import type {
  AssignExpression,
  CallExpression,
  CompareExpression,
  Entry,
  Expression,
  FunctionExpression,
  MarkupExpression,
  RecordExpression,
  Target,
  TextExpression,
} from './syntax.ts';
import type { Value } from './values.ts';

/** A call with what is known of everything in it. */
export interface CallSite {
  readonly node: CallExpression;
  /** Dotted name of what is called; empty when nothing is known. */
  readonly name: string;
  readonly args: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  /** What the method is called on. */
  readonly receiver: Value | null;
  readonly scope: Scope;
}

/** Who is told what the flow passes. The same place may be passed more than once, with other values. */
export interface Observer {
  imported(name: string): void;
  call(site: CallSite): void;
  assigned(node: AssignExpression, path: string | null, value: Value, scope: Scope): void;
  compared(node: CompareExpression, left: Value, right: Value, scope: Scope): void;
  /** `values`: what the parts are, in their order. */
  text(node: TextExpression, values: readonly Value[]): void;
  record(node: RecordExpression, value: Value, scope: Scope): void;
  markup(node: MarkupExpression, properties: ReadonlyMap<Entry, Value>, scope: Scope): void;
  /** `isRoute`: the function answers requests, so what it returns is what the visitor gets. */
  returned(node: Expression, value: Value, scope: Scope, isRoute: boolean): void;
  parameterDefault(made: FunctionExpression, target: Target, value: Value, node: Expression | null): void;
}
