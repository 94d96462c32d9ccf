import { type DateRange, dateRanges, singleDates } from './dates.ts';
import { isJobTitle } from './job-words.ts';
import type { Section, SectionLine } from './sections.ts';
import { type Piece, splitPiece, trimmed } from './spans.ts';

/** One post or course of study: the lines that head it, parted into pieces, its time, and what describes it. */
export interface Entry {
  readonly start: number;
  readonly end: number;
  readonly range: DateRange | null;
  /** Pieces of the heading lines, without dates, with the number of their line. */
  readonly pieces: readonly (Piece & { readonly line: number })[];
  readonly details: readonly SectionLine[];
}

const SEPARATOR = /\t|\s+[|•·‖/]\s+|\s*[|•·]\s*|\s+[–—−-]+\s+|\s+@\s+|;\s+/gu;
const LONGEST_HEADING = 110;
/** Heading lines an entry has at most above and below the line of its dates. */
const LINES_ABOVE = 2;
const LINES_BELOW = 2;

/**
 * Parts a section at the lines that hold a time. Lines before the first are its heading when they look like one. A
 * single date is a time where `single` says `any`, else only at the end of a line that names a post: `Engineer, Example
 * (2019)`.
 */
export function entriesOf(section: Section, { single }: { readonly single: 'any' | 'of-posts' }): Entry[] {
  const { lines } = section;
  const times = lines.map((line) => timeOf(line, single));
  const dated = lines.flatMap((line, at) => (times[at] != null && isHeadingLine(line, true) ? [at] : []));
  // An item of a list heads an entry only where all entries are items of one list.
  const unlisted = dated.filter((at) => lines[at]?.kind !== 'bullet');
  const anchors = unlisted.length > 0 ? unlisted : dated;
  const first = anchors[0];
  if (first === undefined) return [];
  // How the first entry is written is how the others are.
  const usual = Math.min(LINES_ABOVE, trailingHeads(lines, 0, first));
  const starts = anchors.map((anchor, at) => {
    const from = at === 0 ? 0 : (anchors[at - 1] ?? 0) + 1;
    const heads = trailingHeads(lines, from, anchor);
    // Lines that stand together with the dates and apart from what is above belong to them anyhow.
    const together = heads > 0 && lines[anchor]?.apart !== true && lines[anchor - heads]?.apart === true;
    return anchor - Math.min(together ? LINES_ABOVE : usual, heads);
  });
  return anchors.map((anchor, at) => {
    const from = starts[at] ?? anchor;
    const next = starts[at + 1] ?? lines.length;
    const to = Math.min(next, headEnd(lines, anchor, next, anchor - from));
    const heads = lines.slice(from, to);
    const range = times[anchor] ?? null;
    const pieces = heads.flatMap((line, number) =>
      withoutDates(line)
        .flatMap((piece) => splitPiece(piece, SEPARATOR))
        .map((piece) => ({ ...piece, line: number })),
    );
    const details = lines.slice(to, next);
    return { start: lines[from]?.start ?? 0, end: (details.at(-1) ?? heads.at(-1))?.end ?? 0, range, pieces, details };
  });
}

function timeOf(line: SectionLine, single: 'any' | 'of-posts'): DateRange | null {
  const range = dateRanges(line.text, line.start)[0];
  if (range !== undefined) return range;
  const one = singleDates(line.text, line.start).at(-1);
  if (one === undefined) return null;
  const before = line.text.slice(0, one.start - line.start);
  const ofPost = /[,(|\t]\s*$/.test(before) && line.end - one.end <= 1 && isJobTitle(before);
  return single === 'any' || ofPost ? { start: one.start, end: one.end, from: one.date, to: one.date } : null;
}

/** Whether a line can head an entry: no item of a list, no sentence. */
function isHeadingLine(line: SectionLine, hasTime = false): boolean {
  if (line.kind === 'bullet' && !hasTime) return false;
  if (line.text.length > LONGEST_HEADING + (hasTime ? 60 : 0)) return false;
  if (!hasTime) return isName(line.text);
  const rest = withoutDates(line)
    .map((piece) => trimmed(piece)?.text ?? '')
    .join(' ')
    .trim();
  // A sentence that mentions years heads nothing.
  return rest === '' || isName(rest.replace(/^[^:\t]{2,30}:\s/u, ''));
}

function isName(text: string): boolean {
  if (/[.!?;]$/.test(text) && !/\b(?:inc|ltd|co|corp|e\.v|s\.a|s\.l)\.$/i.test(text)) return false;
  if (/^\p{Ll}/u.test(text) || /^[^:\t]{2,30}:\s/u.test(text)) return false;
  const words = text.split(/\s+/);
  const small = words.filter((word) => /^\p{Ll}{3,}/u.test(word)).length;
  return words.length <= 14 && small <= Math.max(2, words.length * 0.4);
}

/** Heading lines right above a line. */
function trailingHeads(lines: readonly SectionLine[], from: number, to: number): number {
  let count = 0;
  for (let at = to - 1; at >= from; at--) {
    const line = lines[at];
    if (line === undefined || !isHeadingLine(line)) break;
    count++;
    // What stands apart begins the entry.
    if (line.apart) break;
  }
  return count;
}

function headEnd(lines: readonly SectionLine[], anchor: number, next: number, above: number): number {
  let end = anchor + 1;
  const most = above >= 2 ? 0 : LINES_BELOW - (above > 0 ? 1 : 0);
  while (end < next && end - anchor <= most) {
    const line = lines[end];
    if (line === undefined || !isHeadingLine(line) || (line.apart && end > anchor + 1)) break;
    end++;
  }
  return end;
}

function withoutDates(line: SectionLine): Piece[] {
  const times = [...dateRanges(line.text, line.start), ...singleDates(line.text, line.start)].toSorted(
    (one, other) => one.start - other.start,
  );
  const pieces: Piece[] = [];
  let from = line.start;
  for (const { start, end } of [...times, { start: line.end, end: line.end }]) {
    if (start > from)
      pieces.push({ text: line.text.slice(from - line.start, start - line.start), start: from, end: start });
    from = Math.max(from, end);
  }
  return pieces;
}
