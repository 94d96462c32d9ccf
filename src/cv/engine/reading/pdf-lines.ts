import type { TextRun } from './pdf-runs.ts';

/** Text on one baseline with no wide gap in it: a line, a part of a line beside another column, a cell. */
export interface Segment {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
  readonly size: number;
  /** Font of most of its letters. */
  readonly font: string;
}

/** A line of a column: segments side by side, parted by tabs. */
export interface Line extends Segment {
  readonly segments: readonly Segment[];
}

/** Gap in letter heights from which two runs are two words. */
const SPACE = 0.14;
/** Gap in letter heights from which two runs are two cells; a justified line has gaps of up to one. */
const GAP = 1.3;
/** Difference of baselines in letter heights that is still one line: raised and lowered letters. */
const SAME_LINE = 0.35;

/** Joins runs to segments. */
export function segmentsOf(runs: readonly TextRun[]): Segment[] {
  return rowsOf(runs).flatMap((row) => {
    const segments: TextRun[][] = [];
    for (const run of row) {
      const before = segments.at(-1);
      const last = before?.at(-1);
      if (before === undefined || last === undefined) segments.push([run]);
      else if (isDoubled(last, run)) continue;
      else if (run.left - last.right > GAP * Math.max(run.size, last.size)) segments.push([run]);
      else before.push(run);
    }
    return segments.map(joined);
  });
}

/** Groups what stands on one baseline, from the left to the right; rows from above to below. */
function rowsOf<Part extends { readonly baseline: number; readonly left: number; readonly size: number }>(
  parts: readonly Part[],
): Part[][] {
  const sorted = parts.toSorted((one, other) => one.baseline - other.baseline || one.left - other.left);
  const rows: Part[][] = [];
  let baseline = Number.NEGATIVE_INFINITY;
  let size = 0;
  for (const part of sorted) {
    if (part.baseline - baseline <= SAME_LINE * Math.min(Math.max(size, 1), Math.max(part.size, 1) * 2)) {
      rows.at(-1)?.push(part);
      size = Math.max(size, part.size);
    } else {
      rows.push([part]);
      baseline = part.baseline;
      size = part.size;
    }
  }
  return rows.map((row) => row.toSorted((one, other) => one.left - other.left));
}

/** Bold made by setting the same letters twice. */
function isDoubled(one: TextRun, other: TextRun): boolean {
  return one.text === other.text && Math.abs(one.left - other.left) < 0.1 * one.size && one.text.trim().length > 1;
}

function joined(runs: readonly TextRun[]): Segment {
  let text = '';
  let last: TextRun | undefined;
  const letters = new Map<string, number>();
  for (const run of runs) {
    const apart = last !== undefined && run.left - last.right > SPACE * Math.min(run.size, last.size);
    const spaced = /\s$/.test(text) || /^\s/.test(run.text);
    text += apart && !spaced ? ` ${run.text}` : run.text;
    letters.set(run.font, (letters.get(run.font) ?? 0) + run.text.length);
    last = run;
  }
  const [font = ''] = [...letters].reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0]);
  return {
    text: withoutTracking(text),
    left: Math.min(...runs.map(({ left }) => left)),
    right: Math.max(...runs.map(({ right }) => right)),
    baseline: median(runs.map(({ baseline }) => baseline)),
    size: Math.max(...runs.map(({ size }) => size)),
    font,
  };
}

/** `E X P E R I E N C E`, letters set wide apart, becomes a word; two spaces or more part its words. */
function withoutTracking(text: string): string {
  const tokens = text.trim().split(/\s+/);
  if (tokens.length < 4 || tokens.some((token) => [...token].length !== 1)) return text;
  if (!tokens.every((token) => /[\p{L}\p{N}&/'’.,-]/u.test(token))) return text;
  return text
    .trim()
    .split(/\s{2,}/)
    .map((word) => word.replace(/\s/g, ''))
    .join(' ');
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Joins the segments of one column to lines. */
export function linesOf(segments: readonly Segment[]): Line[] {
  return rowsOf(segments).map((row) => {
    const widest = row.reduce((most, one) => (one.text.length > most.text.length ? one : most));
    return {
      ...widest,
      text: row.map(({ text }) => text.trim()).join('\t'),
      left: Math.min(...row.map(({ left }) => left)),
      right: Math.max(...row.map(({ right }) => right)),
      size: Math.max(...row.map(({ size }) => size)),
      segments: row,
    };
  });
}
