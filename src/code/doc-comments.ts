import type { Comment, CommentLine } from './comments.ts';
import { summaryOf } from './jsdoc.ts';
import type { DocComment, DocStyle, NamedText } from './symbols.ts';

/** A tag of a comment with the lines that belong to it. */
export interface Tag {
  readonly name: string;
  readonly text: string;
  readonly line: number;
}

/** What a reader of comments fills in; the rest of a doc comment is empty. */
export interface DocParts extends Partial<Omit<DocComment, 'markup' | 'summary' | 'line' | 'endLine'>> {
  readonly style: DocStyle;
  readonly description: string;
}

/** A doc comment with every field filled. The summary is the first sentence of the description. */
export function docFrom(comment: Pick<Comment, 'line' | 'endLine'>, parts: DocParts): DocComment {
  return {
    markup: 'markdown',
    line: comment.line,
    endLine: comment.endLine,
    summary: summaryOf(parts.description),
    params: [],
    typeParams: [],
    attributes: [],
    returns: null,
    yields: null,
    throws: [],
    examples: [],
    deprecated: null,
    inheritDoc: false,
    ...parts,
  };
}

/** A comment without tags: Go's, and plain ones. A paragraph that begins with "Deprecated:" says so. */
export function plainDoc(comment: Comment | null): DocComment | null {
  if (comment === null) return null;
  const description = textOf(comment.lines);
  const deprecated = /(?:^|\n[ \t]*\n)Deprecated:\s*([\s\S]*?)(?=\n[ \t]*\n|$)/.exec(description);
  return docFrom(comment, {
    style: 'plain',
    description,
    deprecated: deprecated === null ? null : onOneLine(deprecated[1] ?? ''),
  });
}

/** Lines of a comment as one text. */
export function textOf(lines: readonly CommentLine[]): string {
  return lines
    .map((line) => line.text)
    .join('\n')
    .trim();
}

/** Words of several lines on one. */
export function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** A named text of a tag. */
export function named(tag: Pick<Tag, 'line'>, name: string, text: string, type: string | null = null): NamedText {
  return { name, type, text: text.replace(/^[-–—:]\s+/, '').trim(), line: tag.line };
}

/**
 * Splits a comment where a line begins with a tag, outside of fenced code. `start` finds the tag: its first group is
 * the name, its second the text behind it.
 */
export function splitTags(lines: readonly CommentLine[], start: RegExp): { description: string; tags: Tag[] } {
  const description: string[] = [];
  const tags: { name: string; line: number; lines: string[] }[] = [];
  let fence = false;
  for (const { text, line } of lines) {
    const match = fence ? null : start.exec(text);
    if (/^\s*(?:```|~~~)/.test(text)) fence = !fence;
    if (match !== null) tags.push({ name: match[1] ?? '', line, lines: [match[2] ?? ''] });
    else (tags.at(-1)?.lines ?? description).push(text);
  }
  return {
    description: description.join('\n').trim(),
    tags: tags.map(({ lines: own, ...tag }) => ({ ...tag, text: own.join('\n').trimEnd() })),
  };
}
