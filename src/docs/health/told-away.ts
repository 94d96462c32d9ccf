import type { MarkdownDocument } from './markdown-document.ts';
import type { Fault } from './rules.ts';

/** Headings over what is not there, or not any more. */
const OTHER_TIMES =
  /\b(?:planned|plans?|roadmap|to-?do|future|ideas?|upcoming|proposed|wish ?list|deprecat\w*|removed|removals?|legacy|obsolete|old(?:er)? versions?|history|changes|changelog|migrat\w*|upgrad\w*)\b/i;
/** Sentences that say so of one thing. */
const NOT_THERE =
  /\b(?:git-?ignored|not (?:tracked|committed|checked in|included|needed|required|available|supported|part of)|no longer|remov\w+|deprecat\w+|obsolete|was called|renam\w+|untracked)\b/i;
const IGNORED_ON_PURPOSE = /\bMD051\b|link-check-disable|lychee|no-?lint/i;
const MOST_LETTERS = 800;

/**
 * Whether the document itself says of what a fault is about that it is not there (any more, or yet): by a heading above
 * it, in a sentence that names it, or in a remark for whoever checks links.
 */
export function isToldAway({ text, links }: MarkdownDocument, { rule, line, subject }: Fault): boolean {
  const lines = text.split('\n');
  if (IGNORED_ON_PURPOSE.test(lines[line - 1] ?? '')) return true;
  if (headingsAbove(lines, line).some((heading) => OTHER_TIMES.test(heading))) return true;
  if (rule === 'docs/unparsable-code' || rule === 'docs/broken-anchor') return false;
  if (rule === 'docs/broken-link')
    return links.length > 0 && NOT_THERE.test(sentenceAround(lines[line - 1] ?? '', subject));
  const name = /([\w$-]{4,})\W*$/.exec(subject.replace(/\(.*$/s, ''))?.[1] ?? subject;
  return lines.some((one) => one.includes(name) && NOT_THERE.test(sentenceAround(one, name)));
}

/** The headings that a line stands under, each once, as far as they are marked by signs. */
function headingsAbove(lines: readonly string[], line: number): string[] {
  const found: string[] = [];
  let depth = 7;
  let fenced = false;
  const above: [number, string][] = [];
  for (const one of lines.slice(0, line - 1)) {
    if (/^\s*(?:```|~~~)/.test(one)) fenced = !fenced;
    const heading = fenced ? null : /^(#{1,6})\s+(.*)$/.exec(one);
    if (heading !== null) above.push([heading[1]?.length ?? 1, heading[2] ?? '']);
  }
  for (const [level, words] of above.toReversed()) {
    if (level >= depth) continue;
    depth = level;
    // What the whole document is called says less than what a section is.
    if (level > 1) found.push(words);
  }
  return found;
}

function sentenceAround(line: string, name: string): string {
  const at = Math.max(0, line.indexOf(name));
  const before =
    line
      .slice(Math.max(0, at - MOST_LETTERS), at)
      .split(/[.!?]\s/)
      .at(-1) ?? '';
  const after = line.slice(at, at + MOST_LETTERS).split(/[.!?]\s/)[0] ?? '';
  return before + after;
}
