import type { CvBlock } from '../reading/blocks.ts';
import { type SectionKind, sectionOf } from './headings.ts';
import type { Piece, Span } from './spans.ts';

/** A part of a CV under one heading. Its span covers heading and content. */
export interface Section extends Span {
  readonly kind: SectionKind;
  /** As written; null for what stands before the first heading. */
  readonly heading: string | null;
  readonly lines: readonly SectionLine[];
}

/** One block of a section, or what follows a label in the line of the heading. */
export interface SectionLine extends Piece {
  readonly kind: CvBlock['kind'];
  readonly size: number | null;
  readonly look: string | null;
  readonly apart: boolean;
}

/** A label that opens a section although its content follows in the same line: `Languages: English, German`. */
const INLINE = /^([^:\t]{3,40})(?::\s*|\t)(?=\S)/;
/** Inside an entry these labels belong to the entry. */
const ENTRIES: ReadonlySet<SectionKind> = new Set(['experience', 'projects', 'education']);
const OPENED_INLINE: ReadonlySet<SectionKind> = new Set([
  'skills',
  'languages',
  'certificates',
  'education',
  'summary',
]);

interface OpenSection {
  readonly kind: SectionKind;
  readonly heading: string | null;
  readonly start: number;
  readonly lines: SectionLine[];
}

/** Parts a CV at its headings: those whose words are known, and lines that look the same as these. */
export function sectionsOf(text: string, blocks: readonly CvBlock[]): Section[] {
  const looks = headingLooks(text, blocks);
  const sections: OpenSection[] = [{ kind: 'contact', heading: null, start: 0, lines: [] }];
  let end = 0;
  for (const block of blocks) {
    const line = text.slice(block.start, block.end);
    const apart = block.start - end > 1;
    end = block.end;
    const open = sections.at(-1);
    if (open === undefined) break;
    const kind = headingKind(block, line, looks, open);
    if (kind !== null) {
      sections.push({ kind, heading: line, start: block.start, lines: [] });
      continue;
    }
    const inline = inlineLabel(block, line, open.kind);
    if (inline !== null) {
      const start = block.start + inline.length;
      sections.push({ kind: inline.kind, heading: inline.label, start: block.start, lines: [] });
      sections.at(-1)?.lines.push({ ...block, text: line.slice(inline.length), start, apart: true });
    } else open.lines.push(lineOf(block, line, apart));
  }
  return sections
    .filter(({ heading, lines }) => heading !== null || lines.length > 0)
    .map((section) => ({
      ...section,
      end: section.lines.at(-1)?.end ?? section.start + (section.heading?.length ?? 0),
    }));
}

function lineOf(block: CvBlock, line: string, apart: boolean): SectionLine {
  const mark = block.kind === 'bullet' ? (/^•\s*/.exec(line)?.[0].length ?? 0) : 0;
  return { ...block, text: line.slice(mark), start: block.start + mark, apart };
}

/** The looks in which known headings are set, when text of no other kind is set in them. */
function headingLooks(text: string, blocks: readonly CvBlock[]): ReadonlySet<string> {
  const counts = new Map<string, { headings: number; others: number }>();
  for (const { look, start, end } of blocks) {
    if (look === null) continue;
    const count = counts.get(look) ?? { headings: 0, others: 0 };
    if (sectionOf(text.slice(start, end)) === null) count.others++;
    else count.headings++;
    counts.set(look, count);
  }
  return new Set(
    [...counts].flatMap(([look, { headings, others }]) => (headings >= 2 && others <= headings ? [look] : [])),
  );
}

function headingKind(block: CvBlock, line: string, looks: ReadonlySet<string>, open: OpenSection): SectionKind | null {
  if (block.kind === 'bullet' || line.includes('\t')) return null;
  const known = sectionOf(line);
  if (known !== null) {
    // In capitals, by its style or its look it is a heading; else it must stand where a heading can.
    const set =
      block.kind === 'heading' || (block.look !== null && looks.has(block.look)) || line === line.toUpperCase();
    return set || !ENTRIES.has(open.kind) || open.lines.length > 0 ? known : null;
  }
  const alike = block.look !== null && looks.has(block.look) && block.kind === 'heading';
  return alike && line.length <= 40 && open.heading !== null && !/\d/.test(line) ? 'other' : null;
}

function inlineLabel(
  block: CvBlock,
  line: string,
  open: SectionKind,
): { kind: SectionKind; label: string; length: number } | null {
  const match = INLINE.exec(line);
  const label = match?.[1]?.replace(/^•\s*/, '');
  const kind = label === undefined ? null : sectionOf(label);
  if (match === null || label === undefined || kind === null || !OPENED_INLINE.has(kind)) return null;
  if (ENTRIES.has(open) && (kind !== 'languages' || block.kind === 'bullet')) return null;
  // Languages among skills may be those of programming.
  if (open === 'skills' && kind !== 'certificates' && kind !== 'education') return null;
  return { kind, label, length: match[0].length };
}
