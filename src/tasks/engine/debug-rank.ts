import type { Severity } from '../../code/findings.ts';
import type { AnalysedFinding } from './analysed-tree.ts';
import type { LedPlace } from './debug-places.ts';
import { termsOf } from './search-words.ts';

/** How a finding stands to what the prompt names. */
export type Nearness = 'there' | 'within' | 'file' | 'match';

/** A finding and how near it is. */
export interface RankedFinding {
  readonly finding: AnalysedFinding;
  readonly nearness: Nearness;
  /** Lines to the nearest line the prompt leads to; null where it leads to none in that file. */
  readonly distance: number | null;
}

const nearWeight: Readonly<Record<Nearness, number>> = { there: 10, within: 6, file: 2, match: 1 };
const severityWeight: Readonly<Record<Severity, number>> = { high: 9, medium: 3, low: 1 };
/** Rules that tell of size and shape: seldom what goes wrong. */
const SHAPES: ReadonlySet<string> = new Set(
  'complex-function long-function deep-nesting many-parameters long-file large-class duplicated-code duplicate-code'.split(
    ' ',
  ),
);
/** A line or two up and down: a statement may go over several, and versions differ by some. */
const NEAR_LINES = 2;
const LONGEST_PROMPT = 20_000;

/**
 * Findings in the files of the places: what is near and bad first, and what shares words with the prompt before what
 * does not. Pure.
 */
export function rankFindings(
  findings: readonly AnalysedFinding[],
  places: readonly LedPlace[],
  prompt: string,
): RankedFinding[] {
  const byFile = Map.groupBy(places, ({ path }) => path);
  const there = findings.filter(({ file }) => byFile.has(file));
  const shared = sharedWords(there, prompt);
  const weight = (one: RankedFinding) => weightOf(one) * (1 + 1.5 * Math.min(2, shared.get(one.finding) ?? 0));
  return there
    .map((finding): RankedFinding => ({ finding, ...nearnessOf(finding, byFile.get(finding.file) ?? []) }))
    .sort(
      (a, b) =>
        weight(b) - weight(a) ||
        (a.distance ?? Number.POSITIVE_INFINITY) - (b.distance ?? Number.POSITIVE_INFINITY) ||
        (a.finding.file < b.finding.file ? -1 : a.finding.file > b.finding.file ? 1 : a.finding.line - b.finding.line),
    );
}

/** How many telling words of the prompt each finding's message has; those that many findings have tell nothing. */
function sharedWords(findings: readonly AnalysedFinding[], prompt: string): Map<AnalysedFinding, number> {
  const asked = new Set(termsOf(prompt.slice(0, LONGEST_PROMPT)));
  const words = new Map(findings.map((one) => [one, termsOf(one.message).filter((term) => asked.has(term))]));
  const counts = new Map<string, number>();
  for (const term of [...words.values()].flat()) counts.set(term, (counts.get(term) ?? 0) + 1);
  const most = Math.max(1, findings.length / 5);
  return new Map(
    findings.map((one) => [one, (words.get(one) ?? []).filter((term) => (counts.get(term) ?? 0) <= most).length]),
  );
}

function nearnessOf({ line, endLine }: AnalysedFinding, places: readonly LedPlace[]): Omit<RankedFinding, 'finding'> {
  let nearness: Nearness = places.every(({ reason }) => reason === 'match') ? 'match' : 'file';
  let distance: number | null = null;
  for (const place of places) {
    if (place.line === null) continue;
    const [from, to] = [place.line, place.endLine ?? place.line];
    const away = Math.max(0, from - (endLine ?? line), line - to);
    distance = distance === null ? away : Math.min(distance, away);
    if (from === to && away <= NEAR_LINES) nearness = 'there';
    else if (from !== to && away === 0 && nearness !== 'there') nearness = 'within';
  }
  return { nearness, distance };
}

function weightOf({ finding, nearness }: RankedFinding): number {
  return nearWeight[nearness] * severityWeight[finding.severity] * (SHAPES.has(finding.rule) ? 0.3 : 1);
}
