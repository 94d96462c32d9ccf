import type { Node } from 'web-tree-sitter';
import { type Comment, type CommentRule, commentBefore, commentOf, isComment } from './comments.ts';
import { docFrom, named, textOf } from './doc-comments.ts';
import type { DocComment, NamedText } from './symbols.ts';

const RULE: CommentRule = {
  accepts: (comment) => /^(?:\/\/\/(?!\/)|\/\*\*(?![*/]))/.test(comment),
  overEmptyLines: true,
  between: new Set(['attribute_item']),
  passesOver: (comment) => /^\/(?:\/(?![/!])|\/\/\/|\*(?![*!]))/.test(comment),
};

/** The `///` comment of an item, with what `#[deprecated]` and `#[doc = "…"]` add to it. */
export function itemDoc(
  text: string,
  siblings: readonly Node[],
  at: number,
  attributes: readonly string[],
): DocComment | null {
  const doc = rustDoc(commentBefore(text, siblings, at, RULE) ?? writtenAttribute(siblings[at], attributes));
  const deprecated = attributes.find((one) => /^#\[deprecated\b/.test(one));
  if (doc === null || deprecated === undefined) return doc;
  return { ...doc, deprecated: /note\s*=\s*"((?:[^"\\]|\\.)*)"/.exec(deprecated)?.[1] ?? '' };
}

function writtenAttribute(node: Node | undefined, attributes: readonly string[]): Comment | null {
  const lines = attributes.flatMap((one) => /^#\[doc\s*=\s*"((?:[^"\\]|\\.)*)"\s*\]$/.exec(one)?.[1] ?? []);
  if (lines.length === 0 || node === undefined) return null;
  const line = node.startPosition.row + 1;
  return { lines: lines.map((text) => ({ text: text.replace(/\\(.)/g, '$1').trim(), line })), line, endLine: line };
}

/** The `//!` comment at the top of a file or an inline module. */
export function innerDoc(text: string, body: Node): DocComment | null {
  const found: Node[] = [];
  for (const node of body.namedChildren) {
    if (node === null || !(isComment(node) || node.type === 'inner_attribute_item')) break;
    if (/^(?:\/\/!|\/\*!)/.test(node.text)) found.push(node);
    else if (found.length > 0) break;
  }
  return rustDoc(commentOf(text, found));
}

/** Markdown with the headings of the Rust API guidelines; text under any other heading stays in the description. */
function rustDoc(comment: Comment | null): DocComment | null {
  if (comment === null) return null;
  const sections = sectionsOf(comment);
  const one = (pattern: RegExp): Section | undefined => sections.find((section) => pattern.test(section.heading));
  const errors = one(/^errors?$/i);
  const returns = one(/^returns?$/i);
  return docFrom(comment, {
    style: 'plain',
    description: sections
      .filter((section) => !/^(?:arguments|parameters|errors?|returns?|examples?)$/i.test(section.heading))
      .map((section) => (section.heading === '' ? section.text : `**${section.heading}**\n\n${section.text}`))
      .map(shownCode)
      .join('\n\n')
      .trim(),
    params: listed(one(/^(?:arguments|parameters)$/i)),
    returns: returns === undefined ? null : { type: null, text: returns.text, line: returns.line },
    throws: errors === undefined ? [] : [named(errors, '', errors.text)],
    examples: sections
      .filter((section) => /^examples?$/i.test(section.heading))
      .flatMap((section) => codeIn(section.text)),
  });
}

interface Section {
  readonly heading: string;
  readonly text: string;
  readonly line: number;
}

function sectionsOf(comment: Comment): Section[] {
  const starts: number[] = [0];
  let fence = false;
  for (const [at, { text }] of comment.lines.entries()) {
    if (/^\s*(?:```|~~~)/.test(text)) fence = !fence;
    else if (!fence && at > 0 && /^#{1,3}\s+\S/.test(text)) starts.push(at);
  }
  return starts.map((start, index) => {
    const lines = comment.lines.slice(start, starts[index + 1]);
    const heading = /^#{1,3}\s+(.*)$/.exec(lines[0]?.text ?? '')?.[1];
    const body = heading === undefined ? lines : lines.slice(1);
    return { heading: heading?.trim() ?? '', text: textOf(body), line: lines[0]?.line ?? comment.line };
  });
}

/** `* name - text` and its kind. */
function listed(section: Section | undefined): NamedText[] {
  if (section === undefined) return [];
  return section.text.split('\n').flatMap((text, at) => {
    const match = /^\s*[-*+]\s+[`*_]*(\w+)[`*_]*\s*(?::\s*`[^`]*`)?\s*[-–—:]\s+(.*)$/.exec(text);
    return match === null ? [] : [named({ line: section.line + 1 + at }, match[1] ?? '', match[2] ?? '')];
  });
}

/**
 * Fenced blocks as rustdoc shows them: Rust unless they say otherwise, without the lines that are only for its tests.
 */
function shownCode(text: string): string {
  return text.replace(/^```([^\n`]*)\n([\s\S]*?)^```[ \t]*$/gm, (whole, info: string, code: string) => {
    const isRust = info.split(/[,\s]+/).every((word) => RUSTDOC_WORD.test(word));
    return isRust ? `\`\`\`rust\n${withoutHidden(code)}\`\`\`` : whole;
  });
}

const RUSTDOC_WORD = /^(?:rust|no_run|should_panic|compile_fail|ignore(?:-\w+)?|edition\d+|standalone\w*|E\d{4}|)$/;

function withoutHidden(code: string): string {
  return code.replace(/^[ \t]*#(?: .*)?(?:\n|$)/gm, '');
}

/** Code of fenced blocks without the lines that rustdoc hides. */
function codeIn(text: string): string[] {
  return [...text.matchAll(/^```(?![\w,]*\btext\b)[^\n]*\n([\s\S]*?)\n?^```/gm)]
    .map((match) => withoutHidden(match[1] ?? '').trimEnd())
    .filter((code) => code.trim() !== '');
}
