import type { Severity } from '../../code/findings.ts';
import { severityWeights } from './score.ts';
import type { TypedFinding } from './typed-findings.ts';

/** How many recommendations there are at most, and places in each. */
const mostRecommendations = 10;
const mostPlaces = 3;

const urgency: Record<Severity, number> = { high: 0, medium: 1, low: 2 };

/** What the findings of one rule come to. */
interface Heap {
  readonly first: TypedFinding;
  readonly findings: TypedFinding[];
  weight: number;
}

/**
 * What to do first, each naming its places: one recommendation a rule, the worst severity before the rest and the
 * weightiest heap before the others. Findings must come worst first.
 */
export function recommend(findings: readonly TypedFinding[]): string[] {
  const heaps = new Map<string, Heap>();
  for (const finding of findings) {
    const key = `${finding.engine}/${finding.rule}`;
    const heap = heaps.get(key) ?? { first: finding, findings: [], weight: 0 };
    heap.findings.push(finding);
    heap.weight += severityWeights[finding.severity];
    heaps.set(key, heap);
  }
  return [...heaps.values()]
    .sort(
      (one, other) =>
        urgency[one.first.severity] - urgency[other.first.severity] ||
        other.weight - one.weight ||
        (one.first.rule < other.first.rule ? -1 : 1),
    )
    .slice(0, mostRecommendations)
    .map(sentence);
}

function sentence({ first, findings }: Heap): string {
  const advice = (first.suggestion ?? first.message).replace(/\s*[.:;]\s*$/, '');
  const places = findings.slice(0, mostPlaces).map(({ file, line }) => `${file}:${line}`);
  const more = findings.length - places.length;
  return `${advice} (${first.rule}): ${places.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}
