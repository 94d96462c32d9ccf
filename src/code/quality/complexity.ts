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
  /** An arrow or lambda that is one expression: it is a part of what holds it. */
  readonly isExpression: boolean;
  /** A component of a page: it holds the handlers of what it shows, and each of them stands for itself. */
  readonly isComponent?: boolean;
  /** Lines of the markup it shows, from and to. */
  readonly markup?: readonly (readonly [from: number, to: number])[];
  readonly body: readonly Flow[];
}

/** What was measured of one function. */
export interface FunctionMeasure {
  readonly name: string | null;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly parameters: number;
  readonly statements: number;
  readonly cyclomatic: number;
  /** Null where it counts to the function around it. */
  readonly cognitive: number | null;
  /** How deep branches and loops stand in one another. */
  readonly nesting: number;
  /** Lines of code from first to last, without those of functions inside that are measured themselves. */
  readonly lines: number;
  /** Of these, lines of markup. */
  readonly markupLines: number;
}

/** How many lines of code stand from one line to another, both counted from 1 and taken in. */
type LinesBetween = (from: number, to: number) => number;

/** Measures every function of a file, in source order; those that are one expression count to what holds them. */
export function measureFunctions(
  flows: readonly Flow[],
  linesBetween: LinesBetween = (from, to) => to - from + 1,
): FunctionMeasure[] {
  const measures: FunctionMeasure[] = [];
  for (const unit of unitsIn(flows)) measure(unit, true, { measures, linesBetween });
  return measures.sort((a, b) => a.line - b.line || a.column - b.column);
}

interface Measuring {
  readonly measures: FunctionMeasure[];
  readonly linesBetween: LinesBetween;
}

function measure(unit: FunctionUnit, standsAlone: boolean, measuring: Measuring): void {
  const { measures, linesBetween } = measuring;
  const inner = unitsIn(unit.body);
  // A function that only holds others is a scope; what is in it stands for itself.
  const isScope = unit.isComponent === true || ownCognitive(unit.body, 0) === 0;
  for (const one of inner) measure(one, one.isMember || (standsAlone && isScope), measuring);
  if (unit.isExpression && unit.name === null && cyclomaticOf(unit.body) === 1) return;
  const { name, line, column, endLine, parameters, statements } = unit;
  const measured = inner.filter((one) => !one.isExpression);
  const linesWithin = (from: number, to: number) =>
    measured
      .filter((one) => one.line >= from && one.endLine <= to)
      .reduce((sum, one) => sum + linesBetween(one.line + 1, one.endLine), 0);
  const markupLines = (unit.markup ?? []).reduce(
    (sum, [from, to]) => sum + linesBetween(from, to) - linesWithin(from, to),
    0,
  );
  measures.push({
    name,
    line,
    column,
    endLine,
    parameters,
    statements,
    cyclomatic: cyclomaticOf(unit.body),
    cognitive: standsAlone ? cognitiveOf(unit.body, !isScope) : null,
    nesting: nestingOf(unit.body),
    lines: Math.max(1, linesBetween(line, endLine) - linesWithin(line, endLine)),
    markupLines,
  });
}

/** The functions directly in a part of a program, at any depth of its statements. */
function unitsIn(flows: readonly Flow[]): FunctionUnit[] {
  return flows.flatMap((flow) => {
    if (flow.unit !== undefined) return [flow.unit];
    return [...unitsIn(flow.children), ...unitsIn(flow.chain ?? [])];
  });
}

/**
 * Cyclomatic complexity: one more than the decisions of a function (T. J. McCabe, “A Complexity Measure”, IEEE
 * Transactions on Software Engineering SE-2(4), 1976), conditions of `and` and `or` counted each. Functions inside
 * count for themselves.
 */
export function cyclomaticOf(flows: readonly Flow[]): number {
  return 1 + decisionsIn(flows);
}

function decisionsIn(flows: readonly Flow[]): number {
  let decisions = 0;
  for (const flow of flows) {
    if (flow.kind === 'function') continue;
    if (flow.kind === 'logic') decisions += flow.operators ?? 0;
    else if (flow.kind !== 'else' && flow.kind !== 'switch' && !isJump(flow)) decisions += 1;
    decisions += decisionsIn(flow.children) + decisionsIn(flow.chain ?? []);
  }
  return decisions;
}

/**
 * Cognitive complexity as SonarSource defines it (G. A. Campbell, “Cognitive Complexity: a new way of measuring
 * understandability”, version 1.7, appendix B): one for each break of the linear flow, and one more for each level it
 * is nested in. Of recursion only a function that calls itself is seen. Functions inside count along, one level deeper,
 * unless the function does nothing but hold them. As in SonarJS, those of a component stand for themselves, and what is
 * shown under a condition (`open && <Dialog />`) is no break of the flow.
 */
export function cognitiveOf(flows: readonly Flow[], withInner = true): number {
  return score(flows, 0, withInner);
}

function ownCognitive(flows: readonly Flow[], nesting: number): number {
  return score(flows, nesting, false);
}

function score(flows: readonly Flow[], nesting: number, withInner: boolean): number {
  let sum = 0;
  for (const flow of flows) sum += scoreOne(flow, nesting, withInner);
  return sum;
}

function scoreOne(flow: Flow, nesting: number, withInner: boolean): number {
  const { kind, children, chain = [], unit } = flow;
  switch (kind) {
    case 'if':
    case 'loop':
    case 'switch':
    case 'catch':
    case 'choice':
      return 1 + nesting + score(children, nesting + 1, withInner) + score(chain, nesting, withInner);
    case 'elif':
    case 'else':
      return 1 + score(children, nesting + 1, withInner);
    case 'logic':
      return (flow.runs ?? 0) + score(children, nesting, withInner);
    case 'jump':
    case 'recursion':
      return 1;
    case 'case':
    case 'guard':
      return score(children, nesting, withInner);
    case 'function':
      if (unit === undefined || unit.isMember) return 0;
      return withInner || unit.isExpression ? score(unit.body, nesting + 1, withInner) : 0;
  }
}

/** How many branches and loops stand in one another at most; functions inside count for themselves. */
export function nestingOf(flows: readonly Flow[]): number {
  let deepest = 0;
  for (const { kind, children, chain = [] } of flows) {
    if (kind === 'function') continue;
    const deepens =
      kind === 'if' || kind === 'elif' || kind === 'else' || kind === 'loop' || kind === 'switch' || kind === 'catch';
    deepest = Math.max(deepest, nestingOf(children) + (deepens ? 1 : 0), nestingOf(chain));
  }
  return deepest;
}

function isJump({ kind }: Flow): boolean {
  return kind === 'jump' || kind === 'recursion';
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
