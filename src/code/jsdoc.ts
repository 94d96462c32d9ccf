import type { DocComment, NamedText, ReturnedText } from './symbols.ts';

interface Tag {
  readonly name: string;
  readonly text: string;
  readonly line: number;
}

/** A parsed JSDoc block with the names of all its tags, which say more than what is kept of them. */
export interface JsDocBlock {
  readonly doc: DocComment;
  readonly tags: ReadonlySet<string>;
  /** `@typedef` and `@callback` of the block with the names they give to types. */
  readonly typedefs: readonly TypeDefinition[];
}

/** A type that only a comment declares. */
export interface TypeDefinition {
  readonly name: string;
  readonly type: string | null;
  readonly isCallback: boolean;
}

/**
 * Takes the inside of a JSDoc comment apart: `value` is what stands between the slash-star and the star-slash, `line`
 * the line of the file on which it begins.
 */
export function parseJsDoc(value: string, line = 1): JsDocBlock {
  const lines = value.replace(/^\*+/, '').replace(/\r\n?/g, '\n').split('\n').map(stripStar);
  const { description, tags } = splitTags(lines, line);
  const named = (names: ReadonlySet<string>): Tag[] => tags.filter((tag) => names.has(tag.name));
  const text = tidy([description, ...named(DESCRIPTION_TAGS).map((tag) => tag.text)].join('\n\n'));
  const inheritDoc = tags.some((tag) => /^inheritdoc$/i.test(tag.name)) || /\{@inheritdoc\b/i.test(description);
  const doc: DocComment = {
    markup: 'markdown',
    style: tags.length === 0 ? 'plain' : 'jsdoc',
    line,
    endLine: line + lines.length - 1,
    summary: summaryOf(text),
    description: text,
    params: named(PARAMETER_TAGS).map((tag) => namedText(tag)),
    typeParams: named(TYPE_PARAMETER_TAGS).flatMap(typeParameters),
    attributes: named(PROPERTY_TAGS).map((tag) => namedText(tag)),
    returns: returned(named(RETURN_TAGS)[0]),
    yields: returned(named(YIELD_TAGS)[0]),
    throws: named(THROW_TAGS).map(thrown),
    examples: tags
      .filter((tag) => tag.name === 'example')
      .map((tag) => tidy(tag.text))
      .filter((example) => example !== ''),
    deprecated: tidyOrNull(tags.find((tag) => tag.name === 'deprecated')),
    inheritDoc,
  };
  return { doc, tags: new Set(tags.map((tag) => tag.name)), typedefs: named(TYPEDEF_TAGS).flatMap(typeDefinition) };
}

const DESCRIPTION_TAGS: ReadonlySet<string> = new Set(['description', 'summary', 'desc']);
const PARAMETER_TAGS: ReadonlySet<string> = new Set(['param', 'arg', 'argument']);
const TYPE_PARAMETER_TAGS: ReadonlySet<string> = new Set(['template', 'typeParam', 'typeparam']);
const PROPERTY_TAGS: ReadonlySet<string> = new Set(['prop', 'property']);
const RETURN_TAGS: ReadonlySet<string> = new Set(['returns', 'return']);
const YIELD_TAGS: ReadonlySet<string> = new Set(['yields', 'yield']);
const THROW_TAGS: ReadonlySet<string> = new Set(['throws', 'throw', 'exception']);
const TYPEDEF_TAGS: ReadonlySet<string> = new Set(['typedef', 'callback']);

function tidyOrNull(tag: Tag | undefined): string | null {
  return tag === undefined ? null : tidy(tag.text);
}

function stripStar(line: string): string {
  return line.replace(/^\s*\*? ?/, (start) => (start.includes('*') ? '' : start)).trimEnd();
}

/** Tags begin a line, outside of a fenced code block: an `@decorator` in an example is no tag. */
function splitTags(lines: readonly string[], first: number): { description: string; tags: Tag[] } {
  const description: string[] = [];
  const tags: { name: string; line: number; lines: string[] }[] = [];
  let fence = false;
  for (const [at, line] of lines.entries()) {
    const start = fence ? null : /^\s*@([a-zA-Z]+)(?:\s+(.*))?$/.exec(line);
    if (/^\s*(?:```|~~~)/.test(line)) fence = !fence;
    if (start !== null) tags.push({ name: start[1] ?? '', line: first + at, lines: [start[2] ?? ''] });
    else (tags.at(-1)?.lines ?? description).push(line);
  }
  return {
    description: tidy(description.join('\n')),
    tags: tags.map((tag) => ({ name: tag.name, line: tag.line, text: tag.lines.join('\n') })),
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

function returned(tag: Tag | undefined): ReturnedText | null {
  return tag === undefined ? null : { ...typedText(tag.text), line: tag.line };
}

function namedText({ text, line }: Tag): NamedText {
  const typed = typedText(text);
  const { name, rest } = splitName(typed.text);
  return { name, type: typed.type, text: withoutDash(rest), line };
}

/** `name text`, `[name] text` or `[name=default] text`; a default may hold brackets of its own. */
function splitName(text: string): { name: string; rest: string } {
  if (text.startsWith('[')) {
    let depth = 0;
    for (let at = 0; at < text.length; at += 1) {
      if (text[at] === '[') depth += 1;
      else if (text[at] === ']') depth -= 1;
      if (depth > 0) continue;
      const name = /^[^=\s]*/.exec(text.slice(1, at).trim())?.[0] ?? '';
      return { name, rest: text.slice(at + 1).trimStart() };
    }
  }
  const name = /^\S*/.exec(text)?.[0] ?? '';
  return { name, rest: text.slice(name.length).trimStart() };
}

/** `@template {string} Key, Value = 1 - text`: several names may stand in one tag. */
function typeParameters({ text, line }: Tag): NamedText[] {
  const typed = typedText(text);
  const names = /^(?:\[?[\w$]+(?:\s*=[^\]]*\])?\]?)(?:\s*,\s*[\w$]+)*/.exec(typed.text)?.[0] ?? '';
  const about = withoutDash(typed.text.slice(names.length).trimStart());
  return names
    .split(',')
    .map((name) => ({ name: /[\w$]+/.exec(name)?.[0] ?? '', type: typed.type, text: about, line }))
    .filter(({ name }) => name !== '');
}

function thrown({ text, line }: Tag): NamedText {
  const typed = typedText(text);
  if (typed.type !== null) {
    const linked = /^@link(?:code|plain)?\s+([\w$.#]+)/.exec(typed.type);
    return { name: linked?.[1] ?? typed.type, type: null, text: typed.text, line };
  }
  const named = /^`?([A-Z][\w.]*(?:Error|Exception))\b`?:?\s*/.exec(typed.text);
  if (named === null) return { name: '', type: null, text: typed.text, line };
  return { name: named[1] ?? '', type: null, text: withoutDash(typed.text.slice(named[0].length)), line };
}

function typeDefinition({ name: tag, text }: Tag): TypeDefinition[] {
  const typed = typedText(text);
  const name = /^[\w$.]+/.exec(typed.text)?.[0];
  return name === undefined ? [] : [{ name, type: typed.type, isCallback: tag === 'callback' }];
}
