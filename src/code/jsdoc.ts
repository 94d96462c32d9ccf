import type { DocComment, NamedText } from './symbols.ts';

interface Tag {
  readonly name: string;
  readonly text: string;
}

/** A parsed JSDoc block with the names of all its tags, which say more than what is kept of them. */
export interface JsDocBlock {
  readonly doc: DocComment;
  readonly tags: ReadonlySet<string>;
}

/** Takes the inside of a JSDoc comment apart: `value` is what stands between the slash-star and the star-slash. */
export function parseJsDoc(value: string): JsDocBlock {
  const lines = value.replace(/^\*+/, '').replace(/\r\n?/g, '\n').split('\n').map(stripStar);
  const { description, tags } = splitTags(lines);
  const explicit = tags.filter((tag) => tag.name === 'description' || tag.name === 'summary' || tag.name === 'desc');
  const text = tidy([description, ...explicit.map((tag) => tag.text)].join('\n\n'));
  const returned = tags.find((tag) => tag.name === 'returns' || tag.name === 'return');
  const deprecated = tags.find((tag) => tag.name === 'deprecated');
  const doc: DocComment = {
    markup: 'markdown',
    summary: summaryOf(text),
    description: text,
    params: tags.filter((tag) => PARAMETER_TAGS.has(tag.name)).map((tag) => namedText(tag.text)),
    returns: returned === undefined ? null : typedText(returned.text),
    throws: tags.filter((tag) => tag.name === 'throws' || tag.name === 'exception').map((tag) => thrown(tag.text)),
    examples: tags
      .filter((tag) => tag.name === 'example')
      .map((tag) => tidy(tag.text))
      .filter((text) => text !== ''),
    deprecated: deprecated === undefined ? null : tidy(deprecated.text),
  };
  return { doc, tags: new Set(tags.map((tag) => tag.name)) };
}

const PARAMETER_TAGS: ReadonlySet<string> = new Set([
  'param',
  'arg',
  'argument',
  'template',
  'typeParam',
  'prop',
  'property',
]);

function stripStar(line: string): string {
  return line.replace(/^\s*\*? ?/, (start) => (start.includes('*') ? '' : start)).trimEnd();
}

/** Tags begin a line, outside of a fenced code block: an `@decorator` in an example is no tag. */
function splitTags(lines: readonly string[]): { description: string; tags: Tag[] } {
  const description: string[] = [];
  const tags: { name: string; lines: string[] }[] = [];
  let fence = false;
  for (const line of lines) {
    const start = fence ? null : /^\s*@([a-zA-Z]+)(?:\s+(.*))?$/.exec(line);
    if (/^\s*(?:```|~~~)/.test(line)) fence = !fence;
    if (start !== null) tags.push({ name: start[1] ?? '', lines: [start[2] ?? ''] });
    else (tags.at(-1)?.lines ?? description).push(line);
  }
  return {
    description: tidy(description.join('\n')),
    tags: tags.map((tag) => ({ name: tag.name, text: tag.lines.join('\n') })),
  };
}

function tidy(text: string): string {
  const lines = text.split('\n');
  while (lines.length > 0 && lines[0]?.trim() === '') lines.shift();
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  return outdent(lines).join('\n');
}

function outdent(lines: readonly string[]): string[] {
  const depths = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const common = depths.length === 0 ? 0 : depths.reduce((least, depth) => Math.min(least, depth));
  return lines.map((line) => line.slice(common));
}

/** First paragraph on one line, cut after its first sentence. */
export function summaryOf(text: string): string {
  const paragraph = (text.split(/\n\s*\n/)[0] ?? '')
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .trim();
  const sentence = /^.*?[^.\s]{2}[.!?](?=\s+[^a-z\s]|$)/.exec(paragraph);
  return sentence === null ? paragraph : sentence[0];
}

/** `{type} rest`, with braces counted so that `{{a: string}}` stays whole. */
function typedText(text: string): { type: string | null; text: string } {
  const trimmed = tidy(text);
  if (!trimmed.startsWith('{')) return { type: null, text: withoutDash(trimmed) };
  let depth = 0;
  for (let at = 0; at < trimmed.length; at += 1) {
    if (trimmed[at] === '{') depth += 1;
    else if (trimmed[at] === '}') depth -= 1;
    if (depth === 0) {
      return {
        type: trimmed.slice(1, at).replace(/\s+/g, ' ').trim(),
        text: withoutDash(trimmed.slice(at + 1).trim()),
      };
    }
  }
  return { type: null, text: withoutDash(trimmed) };
}

function withoutDash(text: string): string {
  return text.replace(/^[-–—]\s+/, '');
}

function namedText(text: string): NamedText {
  const typed = typedText(text);
  const bracketed = /^\[\s*([^\]=\s]+)\s*(?:=[^\]]*)?\]\s*/.exec(typed.text);
  const plain = /^(\S+)\s*/.exec(typed.text);
  const match = bracketed ?? plain;
  if (match === null) return { name: '', type: typed.type, text: '' };
  return { name: match[1] ?? '', type: typed.type, text: withoutDash(typed.text.slice(match[0].length)) };
}

function thrown(text: string): NamedText {
  const typed = typedText(text);
  if (typed.type !== null) return { name: typed.type, type: null, text: typed.text };
  const named = /^([A-Z]\w*(?:Error|Exception))\b\s*/.exec(typed.text);
  if (named === null) return { name: '', type: null, text: typed.text };
  return { name: named[1] ?? '', type: null, text: withoutDash(typed.text.slice(named[0].length)) };
}
