import { isSectionHeading } from '../profile/headings.ts';
import { BULLET, type DraftBlock } from './blocks.ts';
import { joinHyphenated, wordsOf } from './hyphens.ts';
import { type Region, regionsOf } from './pdf-columns.ts';
import { type Line, linesOf, segmentsOf } from './pdf-lines.ts';
import type { PdfPage } from './pdf-runs.ts';

/** Signs that begin an item of a list; the private ones are those of symbol fonts. */
const BULLET_START =
  /^\s*(?:[•●▪■◦‣⁃∙·○◆◇❖►▶▸➢➤✓✔➔→\u25aa\uf0a7\uf0b7\uf0d8\uf0fc\uf06c\uf076]\s*|[-–—*»›]\s+|[§Øüo]\s+(?=\p{Lu}))(?=\S)/u;
const LONE_BULLET = /^[•●▪■◦‣⁃∙·○◆❖►▶▸➢➤✓✔➔→\uf0a7\uf0b7\uf0d8\uf0fc\uf06c\uf076*–-]$/u;

/** A line with the page it stands on and the right edge of its column. */
interface PlacedLine extends Line {
  readonly page: number;
  readonly edge: number;
  /** First line of its region. */
  readonly first: boolean;
}

/** Blocks of a document in reading order. */
export function draftsOf(pages: readonly PdfPage[]): DraftBlock[] {
  const lines = pages.length === 0 ? [] : flows(pages);
  const body = bodyOf(lines);
  const words = wordsOf(lines.map(({ text }) => text));
  const blocks: Draft[] = [];
  for (const [at, line] of lines.entries()) {
    const labelled = isLabelled(lines[at - 1], line) || isLabelled(lines[at + 1], line);
    for (const next of labelled ? [line] : splitMarginHeading(line)) append(blocks, next, body, words);
  }
  return blocks.map(({ line: _line, indent: _indent, ...draft }) => draft);
}

/** Lines in reading order. A column that goes on over pages is read to its end before the next. */
function flows(pages: readonly PdfPage[]): PlacedLine[] {
  const flowing: { region: Region; page: number }[][] = [];
  const turned: PlacedLine[] = [];
  for (const page of pages) {
    const upright = page.runs.filter((run) => run.turned === 0);
    const regions = regionsOf(segmentsOf(upright)).map((region) => ({ region, page: page.number }));
    const open = flowing.at(-1);
    if (open !== undefined && continues(open, regions)) mergeColumns(open, regions);
    else flowing.push(regions);
    for (const quarter of [1, 2, 3]) {
      const runs = page.runs.filter((run) => run.turned === quarter);
      if (runs.length > 0) turned.push(...placed(segmentsOf(runs), page.number));
    }
  }
  const upright = flowing.flat().flatMap(({ region, page }) => placed(region.segments, page));
  return [...upright, ...turned];
}

function placed(segments: Region['segments'], page: number): PlacedLine[] {
  const lines = linesOf(segments);
  const edge = lines.reduce((most, { right }) => Math.max(most, right), 0);
  return lines.map((line, at) => ({ ...line, page, edge, first: at === 0 }));
}

type PlacedRegion = { readonly region: Region; readonly page: number };

/** Whether the columns at the foot of one page go on at the head of the next. */
function continues(above: readonly PlacedRegion[], below: readonly PlacedRegion[]): boolean {
  const last = above.at(-1)?.region;
  const first = below.find(({ region }) => region.side !== 'whole')?.region;
  const head = below.findIndex(({ region }) => region.side !== 'whole');
  return (
    last?.side === 'right' &&
    head === 0 &&
    first?.gutter != null &&
    last.gutter !== null &&
    Math.abs(first.gutter - last.gutter) < 12
  );
}

function mergeColumns(above: PlacedRegion[], below: readonly PlacedRegion[]): void {
  const lastLeft = above.findLastIndex(({ region }) => region.side === 'left');
  const columns = below.filter(({ region }) => region.side !== 'whole');
  const left = columns.filter(({ region }) => region.side === 'left');
  above.splice(lastLeft + 1, 0, ...left);
  above.push(...below.filter((one) => !left.includes(one)));
}

/** Whether the line next to another is a row whose label is no heading: then the other's is a label of a table too. */
function isLabelled(beside: PlacedLine | undefined, line: PlacedLine): boolean {
  const label = beside?.segments[0];
  if (beside === undefined || label === undefined || beside.segments.length < 2 || beside.page !== line.page)
    return false;
  const near = Math.abs(beside.baseline - line.baseline) < 2 * Math.max(beside.size, line.size);
  return near && Math.abs(beside.left - line.left) < 1 && !isSectionHeading(label.text);
}

/** A heading in the margin beside its text becomes a line of its own. */
function splitMarginHeading(line: PlacedLine): PlacedLine[] {
  const [head, ...rest] = line.segments;
  const second = rest[0];
  if (head === undefined || second === undefined || !isSectionHeading(head.text)) return [line];
  if (second.left - head.right < 8 || isSectionHeading(second.text)) return [line];
  const text = rest.map((one) => one.text.trim()).join('\t');
  return [
    { ...line, ...head, segments: [head] },
    { ...line, ...second, text, left: second.left, segments: rest, first: false },
  ];
}

interface Body {
  readonly size: number;
  readonly font: string;
}

/** Size and font of most letters. */
function bodyOf(lines: readonly PlacedLine[]): Body {
  const letters = new Map<string, number>();
  for (const { segments } of lines) {
    for (const { text, size, font } of segments) {
      const key = `${size.toFixed(1)} ${font}`;
      letters.set(key, (letters.get(key) ?? 0) + text.length);
    }
  }
  const [key] = [...letters].reduce((most, one) => (one[1] > most[1] ? one : most), ['10 ', 0]);
  const space = key.indexOf(' ');
  return { size: Number(key.slice(0, space)), font: key.slice(space + 1) };
}

interface Draft extends DraftBlock {
  /** Its last line. */
  readonly line: PlacedLine;
  /** Where its text begins, after a bullet. */
  readonly indent: number;
}

function append(blocks: Draft[], line: PlacedLine, body: Body, words: ReadonlySet<string>): void {
  const above = blocks.at(-1);
  const bullet = bulletOf(line);
  if (above !== undefined && bullet === null && goesOn(above, line)) {
    const joined = joinHyphenated(above.text, line.text, (word) => words.has(word)) ?? `${above.text} ${line.text}`;
    const whole = above.text === BULLET ? line.text : joined;
    blocks[blocks.length - 1] = { ...above, text: whole, line };
    return;
  }
  const text = bullet ?? line.text;
  const [mark, content] = line.segments;
  const size = line.size / body.size;
  blocks.push({
    kind: bullet !== null ? 'bullet' : kindOf(line, size, body),
    text,
    page: line.page,
    size: Math.round(size * 100) / 100,
    look: `${size.toFixed(1)} ${line.font} ${isCapitalsOnly(line.text)}`,
    apart: above === undefined || line.first || isApart(above.line, line),
    line,
    indent: bullet !== null && LONE_BULLET.test(mark?.text.trim() ?? '') ? (content?.left ?? line.left) : line.left,
  });
}

function isCapitalsOnly(text: string): boolean {
  return /\p{Lu}{2}/u.test(text) && !/\p{Ll}/u.test(text);
}

/** The text after the bullet; null when there is none. */
function bulletOf({ text }: PlacedLine): string | null {
  const plain = text.replace('\t', ' ');
  const mark = BULLET_START.exec(plain);
  if (mark === null) return plain.trim() !== '' && LONE_BULLET.test(plain.trim()) ? BULLET : null;
  return text.slice(mark[0].length);
}

function kindOf(line: PlacedLine, size: number, body: Body): DraftBlock['kind'] {
  if (line.segments.length > 1) return 'row';
  const short = line.text.length <= 60 && !/[.;,]$/.test(line.text);
  if (short && (isSectionHeading(line.text) || size >= 1.15)) return 'heading';
  return short && line.font !== body.font && isCapitalsOnly(line.text) ? 'heading' : 'paragraph';
}

function isApart(above: PlacedLine, line: PlacedLine): boolean {
  return above.page !== line.page || line.baseline - above.baseline > 1.75 * Math.max(line.size, above.size);
}

/** Whether a line is the rest of the paragraph above it: its first word would not have fitted there. */
function goesOn({ kind, line: above, indent, text }: Draft, line: PlacedLine): boolean {
  if (text === BULLET) return true;
  if (kind === 'heading' || kind === 'row' || line.segments.length > 1 || isSectionHeading(line.text)) return false;
  if (Math.abs(above.size - line.size) > 0.6) return false;
  const samePage = above.page === line.page && !line.first;
  const leading = line.baseline - above.baseline;
  if (samePage && (leading <= 0 || leading > 1.75 * line.size)) return false;
  // Over a page's end only what is plainly broken off is joined.
  if (!samePage && !(/[\p{Ll},]$/u.test(text) && /^\p{Ll}/u.test(line.text))) return false;
  if (kind === 'bullet' && samePage && line.left < above.left - 1 && line.left < indent - 1) return false;
  if (samePage && /\p{Ll}-$/u.test(text) && /^\p{Ll}/u.test(line.text)) return true;
  const [word = ''] = line.text.split(' ', 1);
  const letter = (line.right - line.left) / Math.max(1, line.text.length);
  return above.edge - above.right < letter * (word.length + 1.5);
}
