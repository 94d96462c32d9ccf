import { type Counted, cognitiveOf, cyclomaticOf, nestingOf, standsForItself, WAYS_FOLLOWED } from './counted-flow.ts';
import type { Flow, FunctionUnit } from './flow.ts';

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
  /** Cyclomatic complexity with that of the functions inside which count to the cognitive one. */
  readonly cyclomaticWithin: number;
  /**
   * The same of what is read to follow one call: of several ways of which the value of one thing chooses one, only the
   * hardest count.
   */
  readonly followed: { readonly cyclomatic: number; readonly cognitive: number };
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
  const isScope = unit.isComponent === true || cognitiveOf(unit.body, { inner: 'expressions' }) === 0;
  for (const one of inner) measure(one, standsForItself(one) || (standsAlone && isScope), measuring);
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
    ...{ name, line, column, endLine, parameters, statements },
    ...complexityOf(unit, { standsAlone, isScope }),
    nesting: nestingOf(unit.body),
    lines: Math.max(1, linesBetween(line, endLine) - linesWithin(line, endLine)),
    markupLines,
  });
}

function complexityOf(
  { body }: FunctionUnit,
  { standsAlone, isScope }: { standsAlone: boolean; isScope: boolean },
): Pick<FunctionMeasure, 'cyclomatic' | 'cognitive' | 'cyclomaticWithin' | 'followed'> {
  const counted: Counted = { inner: isScope ? 'expressions' : 'all' };
  return {
    cyclomatic: cyclomaticOf(body),
    cognitive: standsAlone ? cognitiveOf(body, counted) : null,
    cyclomaticWithin: cyclomaticOf(body, counted),
    followed: {
      cyclomatic: cyclomaticOf(body, { inner: 'none', ways: WAYS_FOLLOWED }),
      cognitive: cognitiveOf(body, { ...counted, ways: WAYS_FOLLOWED }),
    },
  };
}

/** The functions directly in a part of a program, at any depth of its statements. */
function unitsIn(flows: readonly Flow[]): FunctionUnit[] {
  return flows.flatMap((flow) => {
    if (flow.unit !== undefined) return [flow.unit];
    return [...unitsIn(flow.children), ...unitsIn(flow.chain ?? [])];
  });
}
