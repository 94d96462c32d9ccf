import { shortened } from '../signatures.ts';
import type { DocComment } from '../symbols.ts';
import { docstringLine } from './docstring-line.ts';
import { docstringMarkdown } from './docstring-markdown.ts';
import { fence } from './markdown.ts';
import { withoutReferences } from './markdown-references.ts';

/** An author's description as Markdown that cannot break the page around it. */
export function descriptionOf(doc: DocComment): string {
  return authorText(doc.description, doc.markup);
}

/** An author's text of several paragraphs as Markdown that cannot break the page around it. */
export function authorText(text: string, markup: DocComment['markup']): string {
  return markup === 'docstring' ? docstringMarkdown(text) : tamedMarkdown(text);
}

const LONGEST_SUMMARY = 200;

/** The summary of a comment on one line, shortened; empty when there is none. */
export function summaryLine(doc: DocComment | null): string {
  if (doc === null) return '';
  const { summary, markup } = doc;
  // What a colon announces is not in the table.
  return authorLine(summary.length <= LONGEST_SUMMARY ? summary : cutBetweenWords(summary), markup).replace(/:$/, '');
}

/** Never within a code span: half of one would be read as something else. */
function cutBetweenWords(text: string): string {
  const cut = shortened(text, LONGEST_SUMMARY).replace(/\S*$/, '');
  const isOpen = (cut.split('`').length - 1) % 2 === 1;
  const whole = isOpen ? cut.slice(0, cut.lastIndexOf('`')).replace(/(?:^|\s):[\w:+.-]+:$/, '') : cut;
  return `${whole.trimEnd()} …`;
}

/** An author's text on one line, for a table cell or a list. */
export function authorLine(text: string, markup: DocComment['markup']): string {
  const line = (markup === 'docstring' ? withoutDirectives(text) : text)
    .replace(/```+|~~~+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return markup === 'docstring' ? docstringLine(line) : tamedLine(line);
}

/** Directives need lines of their own: within one line their words must do. */
function withoutDirectives(text: string): string {
  return text
    .replace(/^[ \t]*\.\. (versionadded|versionchanged|deprecated)::[ \t]*(\S*)/gm, (_whole, what: string, version) => {
      const verb = what === 'versionadded' ? 'Added' : what === 'versionchanged' ? 'Changed' : 'Deprecated';
      return `${verb}${version === '' ? '' : ` in version ${version}`}.`;
    })
    .replace(/^[ \t]*\.\. [\w-]+::[ \t]*/gm, '');
}

/** Markdown of a comment with what would leave its place made harmless: headings, HTML, images, open fences. */
export function tamedMarkdown(text: string): string {
  const lines = withoutReferences(text.replace(/\r/g, '')).split('\n');
  const done: string[] = [];
  let opened: string | null = null;
  let block: string[] | null = null;
  let listed = false;
  const closeBlock = (): void => {
    if (block !== null) done.push(fence(outdented(block), ''), '');
    block = null;
  };
  for (const line of lines) {
    const mark: string | undefined = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (opened !== null) {
      done.push(line);
      if (mark?.startsWith(opened) === true && line.trim() === mark) opened = null;
      continue;
    }
    // Three: the blank after a comment's star is often counted by its author as the first of four.
    const indented = /^(?: {3}|\t)/.test(line);
    if (block !== null && (indented || line.trim() === '')) {
      block.push(line);
      continue;
    }
    closeBlock();
    if (mark !== undefined) {
      opened = mark;
      done.push(line);
    } else if (line.trim() === '' && (done.at(-1) ?? '') === '') continue;
    else if (indented && !listed && (done.at(-1) ?? '') === '') block = [line];
    else {
      listed ||= /^\s*(?:[-*+]|\d+[.)])\s/.test(line);
      done.push(tamedBlockStart(tamedLine(line)));
    }
  }
  closeBlock();
  if (opened !== null) done.push(opened);
  // Blanks that nobody sees are what reviews of patches stumble over.
  return done
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
}

function outdented(lines: readonly string[]): string {
  const depth = lines
    .filter((line) => line.trim() !== '')
    .reduce((least, line) => Math.min(least, /^\s*/.exec(line)?.[0].length ?? 0), 99);
  return lines
    .map((line) => line.slice(depth))
    .join('\n')
    .trimEnd();
}

/** Headings, rules and link definitions would speak for the whole page. */
function tamedBlockStart(line: string): string {
  return line
    .replace(/^(\s{0,3})(#{1,6})(\s|$)/, '$1\\$2$3')
    .replace(/^(\s{0,3})(=+|-{2,}|\*{3,}|_{3,})(\s*)$/, '$1\\$2$3')
    .replace(/^(\s{0,3})(\[[^\]]+\]:)/, '$1\\$2');
}

/** Inline Markdown of a comment: code spans stay, HTML and images do not. */
function tamedLine(line: string): string {
  const linked = line.replace(
    /\{@(?:link|linkcode|linkplain|see)\s+([^{}|\s]{1,300})(?:[\s|]+([^{}]{0,300}))?\}/g,
    (_, target, label) => {
      const text: string = (label ?? '').trim();
      if (/^https?:\/\/[^\s()<>]+$/.test(target)) return text === '' ? `<${target}>` : `[${text}](${target})`;
      return text === '' ? `\`${target}\`` : text;
    },
  );
  return withoutOwnLinks(linked)
    .split(/(`+[^`]+`+|<https?:\/\/[^\s<>]+>)/)
    .map((piece, index) => (index % 2 === 1 ? piece : tamedInline(piece)))
    .join('');
}

/** A path or a name in a link is the author's: beside the code it may lead somewhere, on the page it does not. */
function withoutOwnLinks(line: string): string {
  return line.replace(
    /(`+[^`]+`+)|(?<!!)\[((?:[^\][`]|`[^`]+`)+)\]\(\s*(?!https?:|mailto:)[^)\s]*\s*\)|\[(`[^`]+`)\](?![([:])/g,
    (whole, span: string | undefined, label: string | undefined, name: string | undefined) =>
      span ?? label ?? name ?? whole,
  );
}

function tamedInline(text: string): string {
  return text
    .replace(/&lt;/g, '<')
    .replace(/</g, '&lt;')
    .replace(/!\[/g, '!\\[')
    .replace(/\]\(\s*(?!https?:|mailto:)[^)\s]*\s*\)/gi, ']');
}
