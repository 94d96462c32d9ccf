import { isSectionHeading } from '../profile/headings.ts';
import { median, type Segment } from './pdf-lines.ts';

/** A part of a page that is read as one: over the whole width, or one of columns side by side. */
export interface Region {
  readonly segments: readonly Segment[];
  /** Where the gutter to its right or left is; null over the whole width. */
  readonly gutter: number | null;
  readonly side: 'whole' | 'left' | 'right';
}

/** Least width of a gutter in points. */
const GUTTER = 7;
/** Columns in columns in columns are no layout of people. */
const DEPTH = 4;
/** Past this many segments a page is no CV; it is read line by line. */
const MOST_SEGMENTS = 4_000;

/** Parts a page into its columns, in reading order. */
export function regionsOf(segments: readonly Segment[]): Region[] {
  return part(segments, 0);
}

function part(segments: readonly Segment[], depth: number): Region[] {
  if (segments.length === 0) return [];
  const split = depth < DEPTH && segments.length <= MOST_SEGMENTS ? bestSplit(segments) : null;
  if (split === null) return [{ segments, gutter: null, side: 'whole' }];
  const { gutter, top, bottom } = split;
  const inside = segments.filter(({ baseline }) => baseline >= top && baseline <= bottom);
  const within = (side: 'left' | 'right', some: readonly Segment[]): Region[] =>
    part(some, depth + 1).map((region) => (region.side === 'whole' ? { ...region, gutter, side } : region));
  return [
    ...part(
      segments.filter(({ baseline }) => baseline < top),
      depth + 1,
    ),
    ...within(
      'left',
      inside.filter(({ left }) => left < gutter),
    ),
    ...within(
      'right',
      inside.filter(({ left }) => left >= gutter),
    ),
    ...part(
      segments.filter(({ baseline }) => baseline > bottom),
      depth + 1,
    ),
  ];
}

interface Split {
  readonly gutter: number;
  readonly top: number;
  readonly bottom: number;
  readonly weight: number;
}

function bestSplit(segments: readonly Segment[]): Split | null {
  const sorted = segments.toSorted((one, other) => one.baseline - other.baseline);
  // A gutter ends where some text begins.
  const gutters = [...new Set(segments.map(({ left }) => Math.floor(left * 2) / 2))].slice(0, 400);
  let best: Split | null = null;
  for (const gutter of gutters) {
    for (const run of runsBeside(sorted, gutter)) {
      const split = asSplit(run, gutter);
      if (split !== null && (best === null || split.weight > best.weight)) best = split;
    }
  }
  return best;
}

/** Longest stretches of a page in which nothing crosses the gutter. */
function runsBeside(sorted: readonly Segment[], gutter: number): Segment[][] {
  const runs: Segment[][] = [[]];
  for (const segment of sorted) {
    const crosses = segment.left < gutter && segment.right > gutter - GUTTER;
    if (crosses) runs.push([]);
    else runs.at(-1)?.push(segment);
  }
  return runs.filter((run) => run.length >= 6);
}

function asSplit(run: readonly Segment[], gutter: number): Split | null {
  const left = run.filter((segment) => segment.left < gutter);
  const right = run.filter((segment) => segment.left >= gutter);
  if (left.length < 3 || right.length < 3 || !areColumns(left, right)) return null;
  const baselines = run.map(({ baseline }) => baseline);
  const [top, bottom] = [Math.min(...baselines), Math.max(...baselines)];
  return { gutter, top: top - 0.1, bottom: bottom + 0.1, weight: Math.min(left.length, right.length) * 2 + run.length };
}

/**
 * Whether two sides are read one after the other. They are not when one side only completes the other line by line:
 * dates beside titles, values beside labels, cells of a table.
 */
function areColumns(left: readonly Segment[], right: readonly Segment[]): boolean {
  const [headingsLeft, headingsRight] = [headings(left), headings(right)];
  // Headings in the margin beside their text are read with it.
  if (headingsLeft >= 2 && headingsRight === 0 && headingsLeft >= left.length * 0.5) return false;
  if (headingsLeft > 0 && headingsRight > 0) return true;
  if (isRagged(left) || isRagged(right)) return false;
  // By lines: a table's row has several cells on one side.
  const [leftLines, rightLines] = [firstOfLines(left), firstOfLines(right)];
  const [fewer, more] = leftLines.length <= rightLines.length ? [leftLines, rightLines] : [rightLines, leftLines];
  const paired = fewer.filter((one) => more.some((other) => Math.abs(one.baseline - other.baseline) < 0.3 * one.size));
  if (paired.length >= fewer.length * 0.75) return isProse(left) && isProse(right);
  return true;
}

/** One segment of each line. */
function firstOfLines(side: readonly Segment[]): Segment[] {
  return side.filter((one, at) => {
    const before = side[at - 1];
    return before === undefined || Math.abs(before.baseline - one.baseline) >= 0.3 * one.size;
  });
}

/** Whether few lines follow each other closely: scattered pieces belong to what they stand beside. */
function isRagged(side: readonly Segment[]): boolean {
  let followed = 0;
  for (const [at, segment] of side.entries()) {
    const next = side[at + 1];
    if (next !== undefined && next.baseline - segment.baseline < 2.2 * Math.max(segment.size, next.size)) followed++;
  }
  return followed < (side.length - 1) * 0.5;
}

/** Lines of words, more than labels, dates or places are. */
function isProse(side: readonly Segment[]): boolean {
  return median(side.map(({ text }) => text.length)) >= 25;
}

function headings(side: readonly Segment[]): number {
  return side.filter(({ text }) => isSectionHeading(text)).length;
}
