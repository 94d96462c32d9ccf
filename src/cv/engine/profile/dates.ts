import { plain, type Span } from './spans.ts';

/** A month of the calendar; the month, from 1, is null where only the year is written. */
export interface YearMonth {
  readonly year: number;
  readonly month: number | null;
}

/** A span of time as a CV writes it. */
export interface DateRange extends Span {
  readonly from: YearMonth;
  readonly to: YearMonth | 'present';
}

const MONTHS: readonly string[] = [
  'january|jan|januar|jänner|enero|ene|janvier|janv',
  'february|feb|februar|febrero|février|fév|févr',
  'march|mar|märz|mär|mrz|marzo|mars',
  'april|apr|abril|abr|avril|avr',
  'may|mai|mayo',
  'june|jun|juni|junio|juin',
  'july|jul|juli|julio|juillet|juil',
  'august|aug|agosto|ago|août',
  'september|sept|sep|septiembre|septembre',
  'october|oct|oktober|okt|octubre|octobre',
  'november|nov|noviembre|novembre',
  'december|dec|dezember|dez|diciembre|dic|décembre|déc',
];
const MONTH_NUMBERS: ReadonlyMap<string, number> = new Map(
  MONTHS.flatMap((names, at) => names.split('|').map((name): [string, number] => [plain(name), at + 1])),
);
const MONTH = MONTHS.join('|')
  .split('|')
  .toSorted((one, other) => other.length - one.length)
  .join('|');
const YEAR = '(?:19[5-9]\\d|20[0-4]\\d)';
const PRESENT =
  "present|now|current(?:ly)?|today|ongoing|to date|date|heute|aktuell|jetzt|gegenwärtig|laufend|presente|actualidad|actualmente|la actualidad|hoy|aujourd['’]hui|présent|actuel(?:lement)?|en cours|ce jour";
/** One date; its groups are read by `readDate`. */
const DATE = `(?:(?:\\d{1,2}\\.?\\s+)?(?:${MONTH})\\b\\.?,?\\s*(?:de\\s+|of\\s+)?(?:${YEAR}|['’]\\d{2})|\\d{1,2}[./]\\d{1,2}[./]${YEAR}|\\d{1,2}\\s?[./-]\\s?${YEAR}|${YEAR}[./-](?:0[1-9]|1[0-2])(?![\\d])|(?:spring|summer|autumn|fall|winter|early|mid|late)[\\s-]+${YEAR}|${YEAR})`;
const BETWEEN =
  '\\s*(?:[-–—−]+|\\bto\\b|\\buntil\\b|\\btill\\b|\\bbis\\b|\\ba\\b|\\bal\\b|\\bhasta\\b|à|\\bau\\b|>|→)\\s*(?:la |le |the |heute )?';
const EDGE = '(?<![\\p{L}\\p{N}/.-])';
const AFTER = '(?![\\p{L}\\p{N}])';
const RANGE = new RegExp(`${EDGE}(${DATE})${BETWEEN}(${DATE}|${PRESENT})${AFTER}`, 'giu');
/** `Jan – Mar 2020`: the year stands once. */
const SHARED_YEAR = new RegExp(`${EDGE}(${MONTH})\\b\\.?${BETWEEN}(${MONTH})\\b\\.?\\s*(${YEAR})${AFTER}`, 'giu');
/** `2019 – ` at the end of a line goes on. */
const OPEN = new RegExp(
  `${EDGE}(?:(?:since|from|seit|ab|desde|depuis(?: le)?|dès)\\s+(${DATE})|(${DATE})\\s*[-–—]\\s*(?=$|\\)|\\t|\\||,))`,
  'giu',
);
const SINGLE = new RegExp(`${EDGE}(${DATE})${AFTER}`, 'giu');
const WHOLE_MONTH = new RegExp(`(${MONTH})`, 'iu');

/** Reads one date; null for a month that is none, such as 13/2020. */
function readDate(text: string): YearMonth | null {
  const year = /(?:19|20)\d\d/.exec(text)?.[0];
  const short = /['’](\d\d)$/.exec(text.trim())?.[1];
  const full = year !== undefined ? Number(year) : short !== undefined ? shortYear(Number(short)) : null;
  if (full === null) return null;
  const named = WHOLE_MONTH.exec(text)?.[1];
  if (named !== undefined) return { year: full, month: MONTH_NUMBERS.get(plain(named)) ?? null };
  const numbers = [...text.replace(/(?:19|20)\d\d/, '').matchAll(/\d{1,2}/g)].map(([digits]) => Number(digits));
  const month = numbers.at(-1);
  if (month === undefined) return { year: full, month: null };
  if (month >= 1 && month <= 12) return { year: full, month };
  // 04/23/2020 is American; of 23 and 4 only one can be the month.
  const first = numbers[0];
  return numbers.length === 2 && first !== undefined && first >= 1 && first <= 12 ? { year: full, month: first } : null;
}

function shortYear(two: number): number {
  return two >= 50 ? 1900 + two : 2000 + two;
}

/** The ranges of a line, in order, with places counted from `offset`. */
export function dateRanges(line: string, offset = 0): DateRange[] {
  const ranges: DateRange[] = [];
  const add = (at: number, length: number, from: YearMonth | null, to: YearMonth | 'present' | null) => {
    if (from === null || to === null || (to !== 'present' && isBefore(to, from))) return;
    const [start, end] = [offset + at, offset + at + length];
    if (ranges.some((one) => start < one.end && end > one.start)) return;
    ranges.push({ start, end, from, to });
  };
  for (const match of line.matchAll(RANGE)) {
    const [whole, from = '', to = ''] = match;
    add(match.index, whole.length, readDate(from), /\d/.test(to) ? readDate(to) : 'present');
  }
  for (const match of line.matchAll(SHARED_YEAR)) {
    const [whole, from = '', to = '', year = ''] = match;
    add(match.index, whole.length, readDate(`${from} ${year}`), readDate(`${to} ${year}`));
  }
  for (const match of line.matchAll(OPEN)) {
    const [whole, since, trailing = ''] = match;
    add(match.index, whole.trimEnd().length, readDate(since ?? trailing), 'present');
  }
  return ranges.toSorted((one, other) => one.start - other.start);
}

/** Single dates of a line that are part of no range. */
export function singleDates(line: string, offset = 0): (Span & { readonly date: YearMonth })[] {
  const ranges = dateRanges(line, offset);
  return [...line.matchAll(SINGLE)].flatMap((match) => {
    const [start, end] = [offset + match.index, offset + match.index + match[0].length];
    const date = readDate(match[0]);
    return date === null || ranges.some((one) => start < one.end && end > one.start) ? [] : [{ start, end, date }];
  });
}

export function isBefore(one: YearMonth, other: YearMonth): boolean {
  if (one.year !== other.year) return one.year < other.year;
  return one.month !== null && other.month !== null && one.month < other.month;
}
