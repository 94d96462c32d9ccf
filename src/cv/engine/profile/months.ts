import type { DateRange, YearMonth } from './dates.ts';

/** A stretch of months, numbered from year 0; `until` is the first month after it. */
export interface Stretch {
  readonly since: number;
  readonly until: number;
}

/** Middle of a year: where a date without a month lies on average. */
const MIDDLE = 6;

/**
 * The months of a range. With months written, both count: January to March are three. A year alone counts from or to
 * its middle, so that 2018 – 2020 are 24 months. Null when both ends are the same bare year, which may be a day or a
 * year, and for a range that begins after `asOf`.
 */
export function stretchOf({ from, to }: Pick<DateRange, 'from' | 'to'>, asOf: YearMonth): Stretch | null {
  const end = to === 'present' ? asOf : to;
  if (from.month === null && end.month === null && from.year === end.year) return null;
  const since = from.year * 12 + (from.month === null ? MIDDLE : from.month - 1);
  const until = end.year * 12 + (end.month === null ? MIDDLE : end.month);
  return until > since ? { since, until } : null;
}

/** Months covered by any of the stretches: what overlaps counts once. */
export function coveredMonths(stretches: readonly Stretch[]): number {
  let months = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { since, until } of stretches.toSorted((one, other) => one.since - other.since)) {
    months += Math.max(0, until - Math.max(since, reached));
    reached = Math.max(reached, until);
  }
  return months;
}
