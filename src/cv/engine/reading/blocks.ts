import type { CvLimits } from './limits.ts';
import { normaliseLine } from './normalise.ts';
import { CvUnreadable } from './refusal.ts';

export type CvFormat = 'pdf' | 'docx' | 'txt';

/** `heading` is said by the file's styles or looks, `row` is a row of a table with its cells parted by tabs. */
export type CvBlockKind = 'heading' | 'paragraph' | 'bullet' | 'row';

/** One paragraph, list item or table row: the characters `start` to `end` (exclusive) of the text. */
export interface CvBlock {
  readonly kind: CvBlockKind;
  readonly start: number;
  readonly end: number;
  /** Page it begins on, from 1; null where the format has no pages. */
  readonly page: number | null;
  /** Size of its letters against the body's: 1 is body text; null when not known. */
  readonly size: number | null;
  /** Equal for blocks that look the same; null when nothing is known of looks. */
  readonly look: string | null;
}

/** What was read of a CV. Plain data. */
export interface CvReading {
  /** Text in reading order: a line for each block, an empty line between groups, tabs between cells. */
  readonly text: string;
  readonly blocks: readonly CvBlock[];
  /** Null where the format has no pages. */
  readonly pages: number | null;
  readonly format: CvFormat;
  /** Addresses that links of the file lead to, in order, each once; they need not be part of the text. */
  readonly links: readonly string[];
  /** What a reader of the result should know, such as text that was left out. No content of the file. */
  readonly warnings: readonly string[];
}

/** A block before its place in the text is known. */
export interface DraftBlock {
  readonly kind: CvBlockKind;
  readonly text: string;
  readonly page: number | null;
  readonly size: number | null;
  readonly look: string | null;
  /** Whether it stands apart from the block before it. */
  readonly apart: boolean;
}

export const BULLET = '•';

/** Lays the blocks out as one text. Throws CvUnreadable when that is longer than a CV can be. */
export function layOut(
  drafts: Iterable<DraftBlock>,
  limits: Pick<CvLimits, 'characters'>,
): Pick<CvReading, 'text' | 'blocks'> {
  const parts: string[] = [];
  const blocks: CvBlock[] = [];
  let length = 0;
  for (const { text, apart, ...draft } of drafts) {
    // A character that stands for a line break inside a block would break the one line a block is.
    const line = normaliseLine(text).replace(/\n/g, ' ');
    if (line === '' || line === BULLET) continue;
    const gap = blocks.length === 0 ? '' : apart ? '\n\n' : '\n';
    const whole = draft.kind === 'bullet' ? `${BULLET} ${line}` : line;
    parts.push(gap, whole);
    blocks.push({ ...draft, start: length + gap.length, end: length + gap.length + whole.length });
    length += gap.length + whole.length;
    if (length > limits.characters) throw tooMuchText(limits.characters);
  }
  return { text: parts.join(''), blocks };
}

export function tooMuchText(characters: number): CvUnreadable {
  return new CvUnreadable(
    'too-much-text',
    `The file holds more text than a CV can: the limit is ${characters.toLocaleString('en')} characters`,
  );
}
