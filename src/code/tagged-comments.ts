import type { Comment } from './comments.ts';
import { docFrom, named, onOneLine, splitTags, type Tag } from './doc-comments.ts';
import { codeSpan, htmlToMarkdown } from './html-text.ts';
import type { DocComment, NamedText, ReturnedText } from './symbols.ts';

/** How one convention writes its tags and its text. */
interface Dialect {
  readonly style: 'javadoc' | 'doxygen' | 'phpdoc' | 'yard';
  readonly start: RegExp;
  readonly params: ReadonlySet<string>;
  readonly typeParams: ReadonlySet<string>;
  readonly throws: ReadonlySet<string>;
  /** Tags whose text goes on with the description. */
  readonly prose: ReadonlySet<string>;
  readonly param: (tag: Tag) => NamedText[];
  readonly markdown: (text: string) => string;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const JAVADOC: Dialect = {
  style: 'javadoc',
  start: /^\s*@([a-zA-Z]+)(?:\s+(.*))?$/,
  params: words('param'),
  typeParams: words(''),
  throws: words('throws exception'),
  prose: words('apiNote implNote implSpec'),
  param: (tag) => firstWord(tag),
  markdown: (text) => htmlToMarkdown(inlineTags(text)),
};

const DOXYGEN: Dialect = {
  style: 'doxygen',
  start:
    /^\s*[@\\](param(?=\b|\[)|tparam|returns?|result|retval|throws?|exception|brief|short|details|deprecated|note|warning|attention|remarks?|pre|post|sa|see|since|version|author|date|copyright|file|ingroup|addtogroup|defgroup|name|class|struct|enum|union|fn|def|typedef|namespace|internal|private|code(?=\b|\{)|endcode|todo|bug|example|param\[)\s*(.*)$/,
  params: words('param'),
  typeParams: words('tparam'),
  throws: words('throw throws exception'),
  prose: words('brief short details note warning attention remark remarks pre post code endcode'),
  param: doxygenParam,
  markdown: doxygenText,
};

const PHPDOC: Dialect = {
  style: 'phpdoc',
  start: /^\s*@([a-zA-Z][\w-]*)(?:\s+(.*))?$/,
  params: words('param phpstan-param psalm-param'),
  typeParams: words('template template-covariant phpstan-template psalm-template'),
  throws: words('throws'),
  prose: words(''),
  param: phpParam,
  markdown: (text) => htmlToMarkdown(inlineTags(text)),
};

const YARD: Dialect = {
  style: 'yard',
  start: /^@([a-z_]+)(?:\s+(.*))?$/,
  params: words('param'),
  typeParams: words(''),
  throws: words('raise'),
  prose: words('note'),
  param: yardParam,
  markdown: rdocText,
};

const DIALECTS = { javadoc: JAVADOC, doxygen: DOXYGEN, phpdoc: PHPDOC, yard: YARD };

/** A comment with tags as one of the four conventions writes them; a comment without any is `plain`. */
export function taggedDoc(comment: Comment | null, convention: keyof typeof DIALECTS): DocComment | null {
  if (comment === null) return null;
  const dialect = DIALECTS[convention];
  const { description, tags } = splitTags(comment.lines, dialect.start);
  const prose = tags.filter((tag) => dialect.prose.has(tag.name)).map(proseOf);
  const all = tags.filter((tag) => dialect.params.has(tag.name)).flatMap((tag) => dialect.param(tag));
  const returned = tags.find((tag) => /^(?:returns?|result|phpstan-return)$/.test(tag.name));
  const deprecated = tags.find((tag) => tag.name === 'deprecated');
  const inherits = /\{?@inherit[dD]oc\b\}?/.test(`${description}\n${tags.map((tag) => `@${tag.name}`).join('\n')}`);
  const polish = (one: NamedText): NamedText => ({ ...one, text: dialect.markdown(one.text).trim() });
  return docFrom(comment, {
    style: tags.length === 0 ? 'plain' : dialect.style,
    description: dialect.markdown([description, ...prose].join('\n\n').replace(/\{?@inherit[dD]oc\b\}?/g, '')).trim(),
    params: once(all.filter((one) => !one.name.startsWith('<'))).map(polish),
    typeParams: [
      ...all.filter((one) => one.name.startsWith('<')).map((one) => ({ ...one, name: one.name.replace(/[<>]/g, '') })),
      ...tags.filter((tag) => dialect.typeParams.has(tag.name)).flatMap((tag) => firstWord(tag)),
    ].map(polish),
    returns: returned === undefined ? null : returnedText(returned, dialect),
    yields: yieldsOf(tags),
    throws: tags
      .filter((tag) => dialect.throws.has(tag.name))
      .flatMap((tag) => thrown(tag, dialect))
      .map(polish),
    examples: tags.flatMap((tag) => (tag.name === 'example' ? exampleOf(tag) : [])),
    deprecated: deprecated === undefined ? null : onOneLine(dialect.markdown(deprecated.text)),
    inheritDoc: inherits,
  });
}

/** PHPStan repeats a parameter in a narrower type. */
function once(params: readonly NamedText[]): NamedText[] {
  return params.filter((param, at) => params.findIndex((one) => one.name === param.name) === at);
}

function proseOf(tag: Tag): string {
  if (tag.name === 'code') return `\`\`\`\n${tag.text.replace(/^\{[^}]*\}/, '').replace(/^\n/, '')}\n\`\`\``;
  if (/^(?:brief|short|details|endcode)$/.test(tag.name)) return tag.text.trim();
  return `${tag.name.charAt(0).toUpperCase()}${tag.name.slice(1)}: ${tag.text.trim()}`;
}

function firstWord(tag: Tag): NamedText[] {
  const match = /^\s*(\S+)\s*([\s\S]*)$/.exec(tag.text);
  return match === null ? [] : [named(tag, match[1] ?? '', match[2] ?? '')];
}

/** `[in,out] a, b text`: the direction is no part of the name, and several names may share a text. */
function doxygenParam(tag: Tag): NamedText[] {
  const match = /^\s*(?:\[[^\]]*\]\s*)?([\w.]+(?:\s*,\s*[\w.]+)*)\s*([\s\S]*)$/.exec(tag.text);
  return (match?.[1] ?? '')
    .split(/\s*,\s*/)
    .filter((name) => name !== '')
    .map((name) => named(tag, name, match?.[2] ?? ''));
}

/** `type $name text`, where the type may hold blanks in brackets; `$name type` is seen too. */
function phpParam(tag: Tag): NamedText[] {
  const match = /^\s*([^$]*?)\s*(?:&\s*)?(?:\.\.\.\s*)?(\$\w+)\s*([\s\S]*)$/.exec(tag.text);
  if (match === null) return [];
  const type = onOneLine((match[1] ?? '').replace(/(?:&|\.\.\.)\s*$/, ''));
  return [named(tag, match[2] ?? '', match[3] ?? '', type === '' ? null : type)];
}

/** `name [Type] text` or `[Type] name text`. */
function yardParam(tag: Tag): NamedText[] {
  const match = /^\s*(?:\[([^\]]*)\]\s*)?([*&]{0,2}[\w?!]+):?\s*(?:\[([^\]]*)\])?\s*([\s\S]*)$/.exec(tag.text);
  return match === null ? [] : [named(tag, match[2] ?? '', match[4] ?? '', match[1] ?? match[3] ?? null)];
}

function returnedText(tag: Tag, dialect: Dialect): ReturnedText {
  const bracketed = dialect.style === 'yard' ? /^\s*\[([^\]]*)\]\s*([\s\S]*)$/.exec(tag.text) : null;
  // A type of PHP may hold blanks in brackets.
  const php =
    dialect.style === 'phpdoc' ? /^\s*((?:[^\s<({]|<[^>]*>+|\([^)]*\)|\{[^}]*\})+)\s*([\s\S]*)$/.exec(tag.text) : null;
  const match = bracketed ?? php;
  const text = match === null ? tag.text : (match[2] ?? '');
  return {
    type: match?.[1] ?? null,
    text: dialect
      .markdown(text)
      .replace(/^[-–—]\s+/, '')
      .trim(),
    line: tag.line,
  };
}

function yieldsOf(tags: readonly Tag[]): ReturnedText | null {
  const tag = tags.find((one) => one.name === 'yield' || one.name === 'yieldparam');
  if (tag === undefined) return null;
  const match = /^\s*(?:\w+\s+)?\[([^\]]*)\]\s*([\s\S]*)$/.exec(tag.text);
  return { type: match?.[1] ?? null, text: onOneLine(match?.[2] ?? tag.text), line: tag.line };
}

function thrown(tag: Tag, dialect: Dialect): NamedText[] {
  if (dialect.style !== 'yard') return firstWord(tag);
  const match = /^\s*(?:\[([^\]]*)\]\s*)?([\s\S]*)$/.exec(tag.text);
  return (match?.[1] ?? '').split(/\s*,\s*/).map((name) => named(tag, name, match?.[2] ?? ''));
}

function exampleOf(tag: Tag): string[] {
  // YARD has a title on the tag's own line.
  const lines = tag.text.split('\n');
  const body = lines.slice(1).filter((line) => line.trim() !== '');
  const depth = body.reduce((least, line) => Math.min(least, line.length - line.trimStart().length), 40);
  const code =
    body.length === 0
      ? tag.text
      : lines
          .slice(1)
          .map((line) => line.slice(depth))
          .join('\n');
  return code.trim() === '' ? [] : [code.replace(/^\n+/, '').trimEnd()];
}

/** `{@link A#b label}` and its kind as code or their label. */
function inlineTags(text: string): string {
  return text
    .replace(/<pre>\s*\{@code\s([\s\S]*?)\}\s*<\/pre>/g, (_, code: string) => `<pre>${escaped(code)}</pre>`)
    .replace(/\{@(?:code|literal)\s((?:[^{}]|\{[^{}]*\})*)\}/g, (_, code: string) => codeSpan(code))
    .replace(/\{@(?:link|linkplain|see)\s+([^\s}]+)\s*([^}]*)\}/g, (_, target: string, label: string) =>
      label.trim() === '' ? codeSpan(target.replace(/^#/, '').replace('#', '.')) : label.trim(),
    )
    .replace(/\{@value\s*([^}]*)\}/g, (_, target: string) => codeSpan(target));
}

function escaped(code: string): string {
  return code.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function doxygenText(text: string): string {
  return text
    .replace(/[@\\](?:c|p|a|ref|link)\s+(\w[\w:.()]*\w\)?|\w)/g, (_, word: string) => codeSpan(word))
    .replace(/[@\\](?:e|em)\s+(\w+)/g, '*$1*')
    .replace(/[@\\]b\s+(\w+)/g, '**$1**')
    .replace(/[@\\](?:endlink|n)\b/g, '');
}

/** RDoc's code in plus signs and headings of equals signs. */
function rdocText(text: string): string {
  return text
    .replace(/(^|[\s(])\+([\w:.#?!@]+)\+/g, '$1`$2`')
    .replace(/<tt>(.*?)<\/tt>/g, (_, code: string) => codeSpan(code))
    .replace(/^=+\s+(.+)$/gm, '**$1**');
}
