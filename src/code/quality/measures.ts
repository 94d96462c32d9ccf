import { roleOf } from '../file-roles.ts';
import type { SourceFile } from '../source-file.ts';
import { isCompared } from './analysed-files.ts';
import type { FileFacts } from './file-facts.ts';
import { thresholds } from './size-rules.ts';

/** How a measure of functions is distributed. Null of nothing. */
interface Spread {
  readonly mean: number;
  /** Nine of ten functions have this much or less. */
  readonly p90: number;
  readonly max: number;
  /** How many are over the threshold. */
  readonly over: number;
  readonly threshold: number;
}

/** A part of a whole, so that trees of any size compare. */
interface Share {
  readonly part: number;
  readonly of: number;
}

/**
 * What was measured of the Python, JavaScript and TypeScript of a tree. Null where `reasons` says why there is nothing.
 */
export interface TreeMeasures {
  /** Lines that hold more than comments and white space. */
  readonly linesOfCode: number;
  readonly files: number;
  readonly functions: number;
  readonly cyclomatic: Spread | null;
  readonly cognitive: Spread | null;
  /** Of functions outside of tests, those whose cyclomatic or cognitive complexity is over its threshold. */
  readonly complexity: Share | null;
  /** Of lines outside of tests and examples, those in blocks that are there more than once. */
  readonly duplication: Share | null;
  /** Of public symbols outside of tests, those that say nothing of themselves. */
  readonly documentation: Share | null;
  /** Percent of public symbols that are documented, one decimal. */
  readonly documentedPercent: number | null;
  /** Why a measure is null, by its name. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** What measures are made of. */
export interface MeasuredFiles {
  readonly files: readonly SourceFile[];
  readonly facts: ReadonlyMap<string, FileFacts>;
  readonly duplication: { readonly lines: number; readonly reason: string | null };
}

/** Measures a tree. Pure; independent of the order of files. */
export function measureFiles({ files, facts, duplication }: MeasuredFiles): TreeMeasures {
  const all = [...facts.values()];
  const judged = [...facts].flatMap(([path, one]) => (roleOf(path) === 'test' ? [] : [one]));
  const functions = judged.flatMap((one) => one.functions);
  const cognitive = functions.flatMap(([, value]) => (value < 0 ? [] : [value]));
  const complex = functions.filter(([mccabe, value]) => mccabe > thresholds.cyclomatic || value > thresholds.cognitive);
  const published = [...facts].flatMap(([path, one]) => (roleOf(path) === 'source' ? [one] : []));
  const publicSymbols = sum(published.map((one) => one.publicSymbols));
  const documented = sum(published.map((one) => one.documentedSymbols));
  const lines = sum(
    files.flatMap(({ path, lines: count }) => (facts.has(path) && isCompared(path) ? [count ?? 0] : [])),
  );
  const reasons: Record<string, string> = {};
  if (functions.length === 0) reasons.complexity = 'There is no function in Python, JavaScript or TypeScript.';
  if (duplication.reason !== null) reasons.duplication = `${duplication.reason}.`;
  else if (lines === 0)
    reasons.duplication = 'There is no Python, JavaScript or TypeScript outside of tests and examples.';
  if (publicSymbols === 0) reasons.documentation = 'There is no public symbol in Python, JavaScript or TypeScript.';
  return {
    linesOfCode: sum(all.map(({ codeLines }) => codeLines)),
    files: facts.size,
    functions: sum(all.map((one) => one.functions.length)),
    cyclomatic: spreadOf(
      functions.map(([value]) => value),
      thresholds.cyclomatic,
    ),
    cognitive: spreadOf(cognitive, thresholds.cognitive),
    complexity: functions.length === 0 ? null : { part: complex.length, of: functions.length },
    duplication: reasons.duplication === undefined ? { part: Math.min(duplication.lines, lines), of: lines } : null,
    documentation: publicSymbols === 0 ? null : { part: publicSymbols - documented, of: publicSymbols },
    documentedPercent: publicSymbols === 0 ? null : Math.floor((documented * 1000) / publicSymbols) / 10,
    reasons,
  };
}

function spreadOf(values: readonly number[], threshold: number): Spread | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return {
    mean: Math.round((sum(sorted) * 100) / sorted.length) / 100,
    p90: sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0,
    max: sorted.at(-1) ?? 0,
    over: sorted.filter((value) => value > threshold).length,
    threshold,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
