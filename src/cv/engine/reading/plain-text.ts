import { dateRanges } from '../profile/dates.ts';
import type { DraftBlock } from './blocks.ts';
import { normaliseText } from './normalise.ts';
import { CvUnreadable } from './refusal.ts';

const BULLET_START = /^\s*(?:[•●▪■◦‣⁃∙·○◆◇►▶▸➢➤✓✔➔→❖]\s*|[-–—+*]\s+)(?=\S)/u;
/** A line of only these underlines the line above it. */
const RULE = /^\s*([-=_~*#])\1{2,}\s*$/;

/** Reads plain text in UTF-8, UTF-16 or Windows-1252 (which Latin-1 is part of). Throws CvUnreadable for no text. */
export function readPlainText(bytes: Buffer): { drafts: DraftBlock[]; warnings: string[] } {
  const { text, encoding } = decode(bytes);
  const warnings = encoding === 'windows-1252' ? ['The text is not UTF-8: it was read as Windows-1252'] : [];
  return { drafts: blocksOf(normaliseText(text)), warnings };
}

function decode(bytes: Buffer): { text: string; encoding: string } {
  for (const encoding of candidates(bytes)) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      if (looksLikeText(text)) return { text, encoding };
    } catch {
      // Not this encoding: the next is tried.
    }
  }
  throw new CvUnreadable(
    'unsupported',
    'The file is neither a PDF nor a DOCX, and its content is no text. Upload the CV as PDF, DOCX or plain text',
  );
}

function candidates(bytes: Buffer): readonly string[] {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return ['utf-16le'];
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return ['utf-16be'];
  const sample = bytes.subarray(0, 4096);
  let even = 0;
  let odd = 0;
  for (const [at, byte] of sample.entries()) {
    if (byte === 0) at % 2 === 0 ? even++ : odd++;
  }
  // Latin letters of UTF-16 have a zero in one half only.
  const most = sample.length / 2;
  if (odd > most * 0.4 && even < most * 0.05) return ['utf-16le'];
  if (even > most * 0.4 && odd < most * 0.05) return ['utf-16be'];
  return ['utf-8', 'windows-1252'];
}

/** Binary data decodes as Windows-1252 too; control characters tell it. A stray one is tolerated. */
function looksLikeText(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is counted
  const controls = text.match(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/g)?.length ?? 0;
  return controls <= 2 + text.length * 0.005;
}

function blocksOf(text: string): DraftBlock[] {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const drafts: DraftBlock[] = [];
  let apart = false;
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '' || RULE.test(line)) {
      apart = true;
      continue;
    }
    const bullet = BULLET_START.exec(line);
    const heading = /^#{1,6}\s+(.+)$/.exec(line);
    const underlined = RULE.test(lines[at + 1] ?? '') && line.length <= 60;
    const content = bullet === null ? (heading?.[1] ?? line) : line.slice(bullet[0].length);
    drafts.push({
      kind: bullet !== null ? 'bullet' : heading !== null || underlined ? 'heading' : 'paragraph',
      // Two or more spaces inside a line are where a column begins.
      text: plainMarks(content).replace(/(?<=\S) {3,}(?=\S)/g, '\t'),
      page: null,
      size: null,
      look: heading !== null || underlined ? 'underlined' : isCapitals(content) ? 'capitals' : null,
      apart,
    });
    apart = false;
  }
  return unwrapped(drafts);
}

/** `**bold**`, `__bold__` and a line all in `*italics*` of Markdown say nothing that is read here. */
function plainMarks(line: string): string {
  const regular = line.replace(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, '$2');
  return regular.replace(/^([*_])(?=[^\s*_])([^*_]+)(?<=\S)\1$/, '$2');
}

export function isCapitals(line: string): boolean {
  return /\p{Lu}{3}/u.test(line) && !/\p{Ll}/u.test(line);
}

/** Joins the lines of text that was wrapped at a fixed width. */
function unwrapped(drafts: readonly DraftBlock[]): DraftBlock[] {
  const widest = Math.max(0, ...drafts.slice(0, 5000).map(({ text }) => text.length));
  if (widest < 60 || widest > 120) return [...drafts];
  const joined: DraftBlock[] = [];
  for (const draft of drafts) {
    const above = joined.at(-1);
    const firstWord = /^\S+/.exec(draft.text.trimStart())?.[0] ?? '';
    const lastLine = above?.text.slice(above.text.lastIndexOf('\n') + 1) ?? '';
    const wrapped =
      above !== undefined &&
      draft.kind === 'paragraph' &&
      above.kind !== 'heading' &&
      !draft.apart &&
      /^[\p{Ll}(]/u.test(draft.text.trimStart()) &&
      !/[:\t]/.test(draft.text.slice(0, 30)) &&
      // What parts the facts of an entry, and its dates in a line of their own, are no prose.
      !/ [|·•] |\t/.test(above.text) &&
      dateRanges(draft.text).length === 0 &&
      lastLine.length + firstWord.length >= widest * 0.85;
    if (wrapped) joined[joined.length - 1] = { ...above, text: `${above.text}\n${draft.text.trim()}` };
    else joined.push(draft);
  }
  return joined.map((draft) => ({ ...draft, text: draft.text.replace(/\n/g, ' ') }));
}
