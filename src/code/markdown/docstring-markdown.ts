import { docstringLine } from './docstring-line.ts';
import { code, fence } from './markdown.ts';
import { withoutReferences } from './markdown-references.ts';

interface Cursor {
  readonly lines: readonly string[];
  at: number;
}

/**
 * A docstring as Markdown. What reStructuredText and numpy's sections say by layout (literal blocks, directives,
 * doctests, underlined titles, definition lists) keeps its meaning; everything else is plain text.
 */
export function docstringMarkdown(text: string): string {
  const cursor: Cursor = { lines: withoutReferences(text.replace(/\r/g, '')).split('\n'), at: 0 };
  const blocks: string[] = [];
  while (cursor.at < cursor.lines.length) {
    const line = lineAt(cursor, 0);
    if (line.trim() === '') cursor.at += 1;
    else blocks.push(takeBlock(cursor, line));
  }
  return blocks.filter((block) => block !== '').join('\n\n');
}

function lineAt(cursor: Cursor, ahead: number): string {
  return cursor.lines[cursor.at + ahead] ?? '';
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

const ITEM = /^(\s*)([-*+•]|\d+[.)]|\(\d+\))\s+(\S.*)$/;

function takeBlock(cursor: Cursor, line: string): string {
  const directive = /^\s*\.\. ([\w:-]+)::\s*(.*)$/.exec(line);
  if (directive !== null) return takeDirective(cursor, directive[1] ?? '', directive[2] ?? '');
  // What Sphinx is told is not for readers.
  if (/^\s*:meta [\w-]+:/.test(line)) {
    cursor.at += 1;
    return '';
  }
  // `.. _target:` and `.. a comment` are not shown by reStructuredText either.
  if (/^\s*\.\. /.test(line)) {
    takeIndented(cursor, indentOf(line));
    return '';
  }
  const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
  if (mark !== undefined) return takeFence(cursor, mark);
  if (/^\s*>>> /.test(line)) return takeDoctest(cursor);
  if (/^\s*([=\-~^"*+#])\1{2,}\s*$/.test(lineAt(cursor, 1)) && indentOf(line) <= indentOf(lineAt(cursor, 1)))
    return takeTitle(cursor, line);
  if (ITEM.test(line)) return takeList(cursor);
  return takeParagraph(cursor);
}

/** Takes the first line and every deeper one after it; gives the deeper ones without their common indentation. */
function takeIndented(cursor: Cursor, indent: number): string[] {
  const taken: string[] = [];
  cursor.at += 1;
  while (cursor.at < cursor.lines.length) {
    const line = lineAt(cursor, 0);
    if (line.trim() !== '' && indentOf(line) <= indent) break;
    taken.push(line);
    cursor.at += 1;
  }
  while (taken.length > 0 && taken.at(-1)?.trim() === '') taken.pop();
  while (taken.length > 0 && taken[0]?.trim() === '') taken.shift();
  const depth = taken
    .filter((line) => line.trim() !== '')
    .reduce((least, line) => Math.min(least, indentOf(line)), 999);
  return taken.map((line) => line.slice(depth));
}

const VERSION_WORDS: Readonly<Record<string, string>> = {
  versionadded: 'Added in version',
  versionchanged: 'Changed in version',
  deprecated: 'Deprecated since version',
  versionremoved: 'Removed in version',
};

function takeDirective(cursor: Cursor, name: string, argument: string): string {
  const body = takeIndented(cursor, indentOf(lineAt(cursor, 0)));
  if (/^(?:code-block|code|sourcecode|highlight|parsed-literal|literalinclude|math|plot)$/.test(name)) {
    const lines = body.filter((line) => !/^:[\w-]+:/.test(line));
    return lines.length === 0 ? '' : fence(lines.join('\n').trim(), /^[\w+-]+$/.test(argument) ? argument : '');
  }
  const words = Object.hasOwn(VERSION_WORDS, name) ? VERSION_WORDS[name] : undefined;
  if (words !== undefined) {
    const [version = '', ...rest] = argument.split(' ');
    const text = docstringMarkdown([rest.join(' '), ...body].join('\n').trim());
    return `*${words} ${docstringLine(version)}${text === '' ? '.*' : `:* ${text}`}`;
  }
  const text = docstringMarkdown([argument, ...body].join('\n').trim());
  return text === '' ? '' : `**${name.charAt(0).toUpperCase()}${docstringLine(name.slice(1))}:** ${text}`;
}

function takeDoctest(cursor: Cursor): string {
  const taken: string[] = [];
  for (; cursor.at < cursor.lines.length && lineAt(cursor, 0).trim() !== ''; cursor.at += 1)
    taken.push(lineAt(cursor, 0));
  const depth = indentOf(taken[0] ?? '');
  return fence(taken.map((line) => line.slice(Math.min(depth, indentOf(line)))).join('\n'), 'pycon');
}

function takeTitle(cursor: Cursor, line: string): string {
  const title = line.trim();
  cursor.at += 2;
  const heading = `**${docstringLine(title)}**`;
  if (!/^(?:other )?(?:parameters|returns|yields|raises|warns|attributes|receives)$/i.test(title)) return heading;
  while (cursor.at < cursor.lines.length && lineAt(cursor, 0).trim() === '') cursor.at += 1;
  const items = takeDefinitions(cursor);
  return items.length === 0 ? heading : `${heading}\n\n${items.join('\n')}`;
}

/** numpy's `name : type` with its description indented below. */
function takeDefinitions(cursor: Cursor): string[] {
  const items: string[] = [];
  const indent = indentOf(lineAt(cursor, 0));
  while (cursor.at < cursor.lines.length) {
    const line = lineAt(cursor, 0);
    if (
      line.trim() === '' &&
      lineAt(cursor, 1).trim() !== '' &&
      indentOf(lineAt(cursor, 1)) >= indent &&
      !isTitle(cursor, 1)
    ) {
      cursor.at += 1;
      continue;
    }
    if (line.trim() === '' || indentOf(line) !== indent || isTitle(cursor, 0)) break;
    const definition = /^(\S.*?)\s+:\s*(.*)$/.exec(line.trim());
    if (definition === null && indentOf(lineAt(cursor, 1)) <= indent) break;
    const text = docstringLine(takeIndented(cursor, indent).join(' ').replace(/\s+/g, ' ').trim());
    const type = definition?.[2] ?? '';
    items.push(
      `- ${code(definition?.[1] ?? line)}${type === '' ? '' : ` (${docstringLine(type)})`}${text === '' ? '' : `: ${text}`}`,
    );
  }
  return items;
}

function isTitle(cursor: Cursor, ahead: number): boolean {
  return /^\s*([=-])\1{2,}\s*$/.test(lineAt(cursor, ahead + 1));
}

/** Consecutive items of one list; an item goes on until its paragraph ends. */
function takeList(cursor: Cursor): string {
  const items: string[] = [];
  while (cursor.at < cursor.lines.length) {
    const item = ITEM.exec(lineAt(cursor, 0));
    if (item === null) {
      if (lineAt(cursor, 0).trim() !== '' || !ITEM.test(lineAt(cursor, 1))) break;
      cursor.at += 1;
      continue;
    }
    const more = takeIndented(cursor, (item[1] ?? '').length);
    while (goesOn(cursor)) {
      more.push(lineAt(cursor, 0));
      cursor.at += 1;
    }
    const number = /\d+/.exec(item[2] ?? '')?.[0];
    const text = docstringLine([item[3] ?? '', ...more].join(' ').replace(/\s+/g, ' ').trim());
    items.push(`${number === undefined ? '-' : `${number}.`} ${text}`);
  }
  return items.join('\n');
}

/** Whether a line that is not indented still belongs to the item above it. */
function goesOn(cursor: Cursor): boolean {
  const line = lineAt(cursor, 0);
  if (line.trim() === '' || lineAt(cursor, -1).trim() === '') return false;
  return !ITEM.test(line) && !/^\s*(?:>>> |\.\. |`{3}|~{3})/.test(line) && !isTitle(cursor, 0);
}

/** Code between Markdown's fences. */
function takeFence(cursor: Cursor, mark: string): string {
  const opened = lineAt(cursor, 0);
  const language = /^\s*[`~]+\s*([\w+-]*)/.exec(opened)?.[1] ?? '';
  const taken: string[] = [];
  cursor.at += 1;
  while (cursor.at < cursor.lines.length && !lineAt(cursor, 0).trim().startsWith(mark)) {
    taken.push(lineAt(cursor, 0));
    cursor.at += 1;
  }
  cursor.at += 1;
  const depth = indentOf(opened);
  const code = taken.map((line) => line.slice(Math.min(depth, indentOf(line)))).join('\n');
  if (code.trim() === '') return '';
  return fence(code, /^>>> /m.test(code) ? 'pycon' : language);
}

function takeParagraph(cursor: Cursor): string {
  const indent = indentOf(lineAt(cursor, 0));
  const taken: string[] = [];
  while (cursor.at < cursor.lines.length && lineAt(cursor, 0).trim() !== '') {
    if (taken.length > 0 && /^\s*(?:>>> |\.\. \S|[-*•]\s+\S|`{3}|~{3})/.test(lineAt(cursor, 0))) break;
    taken.push(lineAt(cursor, 0).trim());
    cursor.at += 1;
  }
  const text = taken.join('\n');
  if (!text.endsWith('::')) return paragraph(text);
  // Step back: the literal block is what is indented deeper than this paragraph.
  cursor.at -= 1;
  const literal = takeIndented(cursor, indent);
  const lead = text === '::' ? '' : paragraph(text.slice(0, -1).replace(/\s+:$/, ''));
  return [lead, literal.length === 0 ? '' : fence(literal.join('\n'), '')].filter((block) => block !== '').join('\n\n');
}

function paragraph(text: string): string {
  return docstringLine(text.replace(/\n/g, ' '));
}
