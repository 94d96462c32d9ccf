import type { Severity } from '../../code/findings.ts';
import { severityWeights } from './score.ts';
import type { TypedFinding } from './typed-findings.ts';

/** How many recommendations there are at most, and places in each. */
const mostRecommendations = 10;
const mostPlaces = 3;

const urgency: Record<Severity, number> = { high: 0, medium: 1, low: 2 };

/** Rules that measure how large and how much alike code is. It works all the same, and there is a lot of it. */
const MEASURES: ReadonlySet<string> = new Set(
  'complex-function deep-nesting duplicated-block large-class long-file long-function many-parameters'.split(' '),
);

/** What the findings of one rule come to. */
interface Heap {
  readonly first: TypedFinding;
  readonly findings: TypedFinding[];
  weight: number;
}

/**
 * What to do first, each naming its places: one recommendation a rule, the worst severity before the rest, what is
 * wrong before what is large, and the weightiest heap before the others. Findings must come worst first.
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
        Number(MEASURES.has(one.first.rule)) - Number(MEASURES.has(other.first.rule)) ||
        other.weight - one.weight ||
        (one.first.rule < other.first.rule ? -1 : 1),
    )
    .slice(0, mostRecommendations)
    .map(sentence);
}

function sentence({ first, findings }: Heap): string {
  const places = findings.slice(0, mostPlaces).map(({ file, line }) => `${file}:${line}`);
  const more = findings.length - places.length;
  const advice = sharedAdvice(findings.map((one) => (one.suggestion ?? one.message).replace(/\s*[.:;]\s*$/, '')));
  return `${advice} (${first.rule}): ${places.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}

/** Names in quotation marks, places and numbers: what differs from place to place. */
const PARTICULAR = /('[^']*'|"[^"]*"|`[^`]*`|“[^”]*”|[^\s'"`“”:]{1,300}:\d+|\b\d+(?:\.\d+)?\b)/;

/**
 * One advice for all places: what they say alike, with `…` for the names, places and numbers in which they differ.
 * Where they say more than one thing, the first.
 */
function sharedAdvice([first = '', ...others]: readonly string[]): string {
  const parts = first.split(PARTICULAR);
  const split = others.map((one) => one.split(PARTICULAR));
  const isAlike = split.every(
    (one) => one.length === parts.length && one.every((part, at) => at % 2 === 1 || part === parts[at]),
  );
  if (!isAlike) return `${first}, and others of the kind`;
  const isShared = (part: string, at: number) => split.every((one) => one[at] === part);
  return parts.map((part, at) => (at % 2 === 0 || isShared(part, at) ? part : withoutName(part))).join('');
}

/** The quotation marks of a name, or nothing but the dots. */
function withoutName(part: string): string {
  return /^['"`“]/.test(part) ? `${part[0]}…${part.at(-1)}` : '…';
}
