import type { Flow, FunctionUnit } from './flow.ts';

/** What is counted of a function. */
export interface Counted {
  /** Functions inside that count along, of those that do not stand for themselves. */
  readonly inner: 'none' | 'expressions' | 'all';
  /** Of ways of which the value of one thing chooses one, how many, the hardest first. All where it is not said. */
  readonly ways?: number;
}

/**
 * Of a dispatch so many ways are counted in `followed`. Fewer are counted all, and none of them is counted less for
 * there being another one: what is added to a function never makes it easier.
 */
export const WAYS_FOLLOWED = 3;

/** Whether a function inside another one is measured by itself and not counted to it. */
export function standsForItself({ isMember, isNamed }: FunctionUnit): boolean {
  return isMember || isNamed;
}

function countsAlong(unit: FunctionUnit, { inner }: Counted): boolean {
  if (standsForItself(unit) || inner === 'none') return false;
  return inner === 'all' || unit.isExpression;
}

/**
 * Cyclomatic complexity: one more than the decisions of a function (T. J. McCabe, “A Complexity Measure”, IEEE
 * Transactions on Software Engineering SE-2(4), 1976), conditions of `and` and `or` counted each. Functions inside
 * count for themselves where nothing else is asked for.
 */
export function cyclomaticOf(flows: readonly Flow[], counted: Counted = { inner: 'none' }): number {
  return 1 + decisionsIn(flows, counted);
}

function decisionsIn(flows: readonly Flow[], counted: Counted): number {
  let sum = 0;
  for (const flow of flows) sum += decisionsOf(flow, counted);
  return sum;
}

function decisionsOf(flow: Flow, counted: Counted): number {
  const { kind, children, chain = [], unit } = flow;
  const own = kind === 'logic' ? (flow.operators ?? 0) : isDecision(flow) ? 1 : 0;
  switch (kind) {
    case 'function':
      return unit !== undefined && countsAlong(unit, counted) ? decisionsIn(unit.body, counted) : 0;
    case 'switch':
    case 'if': {
      const { ways, others } = waysOf(flow);
      const costs = ways.map((way) => (way === flow ? 1 + decisionsIn(children, counted) : decisionsOf(way, counted)));
      return hardest(costs, counted.ways) + decisionsIn(others, counted);
    }
    default:
      return own + decisionsIn(children, counted) + decisionsIn(chain, counted);
  }
}

function isDecision({ kind }: Flow): boolean {
  return kind !== 'else' && kind !== 'jump' && kind !== 'recursion';
}

/**
 * The ways of a branch of which the value of one thing chooses one: cases of a switch, or an `if` (it stands for its
 * own way) with those behind it that ask for the same; and what else is in it.
 */
function waysOf(flow: Flow): { ways: readonly Flow[]; others: readonly Flow[] } {
  const { kind, children, chain = [], subject = null } = flow;
  const isWay = (one: Flow) =>
    subject !== null && (kind === 'switch' ? one.kind === 'case' : one.kind === 'elif' && one.subject === subject);
  const parts = kind === 'switch' ? children : chain;
  const others = parts.filter((one) => !isWay(one));
  const ways = parts.filter(isWay);
  return { ways: kind === 'switch' ? ways : [flow, ...ways], others };
}

function hardest(costs: readonly number[], count = costs.length): number {
  const counted = costs.length <= count ? costs : costs.toSorted((a, b) => b - a).slice(0, count);
  return counted.reduce((sum, one) => sum + one, 0);
}

/**
 * Cognitive complexity as SonarSource defines it (G. A. Campbell, “Cognitive Complexity: a new way of measuring
 * understandability”, version 1.7, appendix B): one for each break of the linear flow, and one more for each level it
 * is nested in. Of recursion only a function that calls itself is seen. It differs in functions inside: those that are
 * written in place, as callbacks are, are read where they stand, so they count along, one level deeper, unless the
 * function does nothing but hold them; those that are declared or given to a variable stand for themselves, as all do
 * in SonarJS since 2024. As there, so do those of a component, and what is shown under a condition
 * (`open && <Dialog />`) is no break of the flow.
 */
export function cognitiveOf(flows: readonly Flow[], counted: Counted): number {
  return score(flows, 0, counted);
}

function score(flows: readonly Flow[], nesting: number, counted: Counted): number {
  let sum = 0;
  for (const flow of flows) sum += scoreOne(flow, nesting, counted);
  return sum;
}

function scoreOne(flow: Flow, nesting: number, counted: Counted): number {
  const { kind, children, unit } = flow;
  switch (kind) {
    case 'if':
    case 'switch':
      return 1 + nesting + scoreWays(flow, nesting, counted);
    case 'loop':
    case 'catch':
    case 'choice':
      return 1 + nesting + score(children, nesting + 1, counted) + score(flow.chain ?? [], nesting, counted);
    case 'elif':
    case 'else':
      return 1 + score(children, nesting + 1, counted);
    case 'logic':
      return (flow.runs ?? 0) + score(children, nesting, counted);
    case 'jump':
    case 'recursion':
      return 1;
    case 'case':
    case 'guard':
      return score(children, nesting, counted);
    case 'function':
      return unit !== undefined && countsAlong(unit, counted) ? score(unit.body, nesting + 1, counted) : 0;
  }
}

/** What stands in a branch: cases one level deeper, `elif` and `else` on its own. */
function scoreWays(flow: Flow, nesting: number, counted: Counted): number {
  const { ways, others } = waysOf(flow);
  const inner = flow.kind === 'switch' ? nesting + 1 : nesting;
  const costs = ways.map((way) =>
    way === flow ? score(flow.children, nesting + 1, counted) : scoreOne(way, inner, counted),
  );
  return hardest(costs, counted.ways) + score(others, inner, counted);
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
