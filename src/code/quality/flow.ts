/** What steers a program, with everything else left out. The same for every language. */
export interface Flow {
  readonly kind:
    | 'if'
    /** Of an `if` before it; so is `else`. */
    | 'elif'
    | 'else'
    | 'loop'
    | 'switch'
    | 'case'
    | 'catch'
    /** A conditional expression. */
    | 'choice'
    /** Operands joined by and, or. */
    | 'logic'
    /** To a label. */
    | 'jump'
    /** The function calls itself. */
    | 'recursion'
    /** A filter or loop inside a comprehension. */
    | 'guard'
    | 'function';
  /** What stands in it, one level deeper. */
  readonly children: readonly Flow[];
  /** What goes on beside it on the same level: `elif` and `else`. */
  readonly chain?: readonly Flow[];
  /** Of `logic`: operators, and runs of the same operator; a condition of what is shown makes no run. */
  readonly operators?: number;
  readonly runs?: number;
  /** Of `if`, `elif` and `switch`: what is compared with values there and nothing else, as its source has it. */
  readonly subject?: string | null;
  /** Of `function`. */
  readonly unit?: FunctionUnit;
}

/** One function, method or accessor as its source has it. */
export interface FunctionUnit {
  /** Null for a function without a name. */
  readonly name: string | null;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  /** Parameters a caller gives by their place. */
  readonly parameters: number;
  /** Statements in it, at any depth; those of functions inside count for themselves. */
  readonly statements: number;
  /** A member of a class or an object: it stands for itself wherever that stands. */
  readonly isMember: boolean;
  /** Declared, or given to a variable: what calls it has its name, and a reader finds it by that. */
  readonly isNamed: boolean;
  /** An arrow or lambda that is one expression: it is a part of what holds it. */
  readonly isExpression: boolean;
  /** A component of a page: it holds the handlers of what it shows, and each of them stands for itself. */
  readonly isComponent?: boolean;
  /** Lines of the markup it shows, from and to. */
  readonly markup?: readonly (readonly [from: number, to: number])[];
  readonly body: readonly Flow[];
}

/** The same with one `recursion` at most: a function that calls itself in several places is recursive once. */
export function onceRecursive(flows: readonly Flow[]): Flow[] {
  let seen = false;
  const trim = (list: readonly Flow[]): Flow[] =>
    list.flatMap((flow) => {
      if (flow.kind === 'recursion' && seen) return [];
      if (flow.kind === 'recursion') seen = true;
      const { chain } = flow;
      return [{ ...flow, children: trim(flow.children), ...(chain === undefined ? {} : { chain: trim(chain) }) }];
    });
  return trim(flows);
}
