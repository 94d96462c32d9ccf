import { summaryOf } from './jsdoc.ts';
import { indentOf, type PlacedItem, readItems, typeAndText } from './python-docstring-items.ts';
import type { DocComment, DocStyle, NamedText, ReturnedText } from './symbols.ts';

/**
 * Takes the text of a docstring apart. `raw` is what stands between the quotes, with its escapes read; `line` is the
 * line of the file on which it begins. Sphinx fields (`:param x:`, Epytext's `@param x:` too), Google sections
 * (`Args:`) and NumPy sections (`Parameters` over dashes) are understood; everything else stays in the description
 * as written, examples too.
 */
export function parseDocstring(raw: string, line = 1): DocComment {
  const lines = cleanIndent(raw);
  const found: Found = {
    line,
    style: 'plain',
    description: [],
    params: [],
    attributes: [],
    returns: null,
    yields: null,
    throws: [],
    types: new Map(),
  };
  for (let at = 0; at < lines.length; ) at = takeBlock(lines, at, found);
  const description = found.description.join('\n').trim();
  const typed = (named: NamedText): NamedText => ({
    ...named,
    type: named.type ?? found.types.get(named.name) ?? null,
  });
  return {
    markup: 'docstring',
    style: found.style,
    line,
    endLine: line + lines.length - 1,
    summary: summaryOf(description),
    description,
    params: found.params.map(typed),
    typeParams: [],
    attributes: found.attributes.map(typed),
    returns: found.returns,
    yields: found.yields,
    throws: found.throws,
    examples: [],
    deprecated: deprecationOf(description),
    // The words of Google's style guide and of Matplotlib's.
    inheritDoc: /^(?:see (?:the )?base class|docstring inherited)\b[^\n]*$/i.test(description),
  };
}

interface Found {
  readonly line: number;
  style: DocStyle;
  readonly description: string[];
  readonly params: NamedText[];
  readonly attributes: NamedText[];
  returns: ReturnedText | null;
  yields: ReturnedText | null;
  readonly throws: NamedText[];
  readonly types: Map<string, string>;
}

/** PEP 257: the first line stands by itself, the others lose what indentation they share. */
function cleanIndent(raw: string): string[] {
  const lines = raw
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.replaceAll('\t', '        ').trimEnd());
  const rest = lines.slice(1).filter((line) => line !== '');
  const common = rest.reduce((least, line) => Math.min(least, indentOf(line)), Number.MAX_SAFE_INTEGER);
  return [lines[0]?.trimStart() ?? '', ...lines.slice(1).map((line) => line.slice(Math.min(common, line.length)))];
}

type Section = 'params' | 'returns' | 'yields' | 'throws' | 'attributes';

const SECTIONS: Readonly<Record<string, Section>> = {
  args: 'params',
  arguments: 'params',
  params: 'params',
  parameters: 'params',
  'other parameters': 'params',
  'keyword args': 'params',
  'keyword arguments': 'params',
  attributes: 'attributes',
  return: 'returns',
  returns: 'returns',
  yield: 'yields',
  yields: 'yields',
  raises: 'throws',
  exceptions: 'throws',
};

function sectionOf(title: string): Section | null {
  const key = title.trim().toLowerCase();
  return Object.hasOwn(SECTIONS, key) ? (SECTIONS[key] ?? null) : null;
}

function takeBlock(lines: readonly string[], at: number, found: Found): number {
  const line = lines[at] ?? '';
  // The argument may hold a role: ``:raises :exc:`ValueError`: text``.
  const field = /^[:@](\w+)(?:\s+(.+?))?:(?:\s+(.*))?$/.exec(line);
  if (field !== null && FIELDS.has(field[1] ?? '')) {
    const { text, next } = indentedAfter(lines, at + 1, field[3] ?? '');
    takeField({ name: field[1] ?? '', argument: (field[2] ?? '').trim(), text, line: found.line + at }, found);
    return next;
  }
  if (/^\s*-{3,}$/.test(lines[at + 1] ?? '') && indentOf(lines[at + 1] ?? '') === indentOf(line)) {
    const section = sectionOf(line);
    if (section !== null) return takeNumpy(section, lines, at + 2, indentOf(line), found);
  } else if (line.endsWith(':')) {
    const section = sectionOf(line.slice(0, -1));
    let body = at + 1;
    while (body < lines.length && lines[body] === '') body += 1;
    const indent = indentOf(lines[body] ?? '');
    if (section !== null && indent > indentOf(line)) return takeGoogle(section, lines, body, indent, found);
  }
  found.description.push(line);
  return at + 1;
}

const FIELDS: ReadonlySet<string> = new Set(
  (
    'param parameter arg argument key keyword kwarg type returns return rtype raises raise except exception yields ' +
    'yield ytype var ivar cvar vartype'
  ).split(' '),
);

interface Field {
  readonly name: string;
  readonly argument: string;
  readonly text: string;
  readonly line: number;
}

function takeField(field: Field, found: Found): void {
  const { name, argument, text, line } = field;
  if (found.style === 'plain') found.style = 'sphinx';
  if (name === 'type' || name === 'vartype') found.types.set(argument, text);
  else if (name === 'rtype') found.returns = { type: text, text: found.returns?.text ?? '', line };
  else if (name === 'ytype') found.yields = { type: text, text: found.yields?.text ?? '', line };
  else if (/^returns?$/.test(name)) found.returns = { type: found.returns?.type ?? null, text, line };
  else if (/^yields?$/.test(name)) found.yields = { type: found.yields?.type ?? null, text, line };
  else if (/^(?:raise|except)/.test(name)) found.throws.push(...errors(argument, text, line));
  else {
    // `:param int count:` puts the type before the name.
    const words = argument.split(/\s+/);
    const type = words.length > 1 ? words.slice(0, -1).join(' ') : null;
    const list = /var$/.test(name) ? found.attributes : found.params;
    list.push({ name: withoutBackslash(words.at(-1) ?? ''), type, text, line });
  }
}

/** Text of a field with the indented lines after it. */
function indentedAfter(lines: readonly string[], from: number, first: string): { text: string; next: number } {
  const taken = [first];
  let at = from;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line === '' ? indentOf(lines[at + 1] ?? '') === 0 : indentOf(line) === 0) break;
    taken.push(line.trim());
  }
  return { text: taken.join('\n').trim(), next: at };
}

function takeGoogle(section: Section, lines: readonly string[], from: number, indent: number, found: Found): number {
  found.style = 'google';
  const { items, next } = readItems(lines, from, indent, found.line, (at) => indentOf(lines[at] ?? '') < indent);
  if (section === 'returns' || section === 'yields') {
    const text = items.map((item) => item.text).join('\n');
    found[section] = { ...typeAndText(text), line: items[0]?.line ?? found.line };
    return next;
  }
  for (const item of items) found[section].push(...(section === 'throws' ? googleErrors(item) : [googleItem(item)]));
  return next;
}

/** `name (type): text`; brackets of the type may nest. */
function googleItem({ text, line }: PlacedItem): NamedText {
  const start = /^(\\?\*{0,2}[\w.]+(?:\[\])?)\s*(?=[(:]|$)/.exec(text);
  if (start === null) return { name: '', type: null, text, line };
  const name = withoutBackslash(start[1] ?? '');
  let rest = text.slice(start[0].length);
  let type: string | null = null;
  if (rest.startsWith('(')) {
    const close = closingBracket(rest);
    if (close < 0) return { name: '', type: null, text, line };
    type = rest.slice(1, close);
    rest = rest.slice(close + 1).trimStart();
  }
  if (rest === '') return { name, type, text: '', line };
  return rest.startsWith(':')
    ? { name, type, text: rest.slice(1).trimStart(), line }
    : { name: '', type: null, text, line };
}

function closingBracket(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function googleErrors({ text, line }: PlacedItem): NamedText[] {
  const match =
    /^((?::[\w:]+:`[^`]+`|[\w.~`]+)(?:\s*(?:,|or|and|\|)\s*(?::[\w:]+:`[^`]+`|[\w.~`]+))*)\s*(?::\s*([\s\S]*))?$/.exec(
      text,
    );
  return match === null ? [{ name: '', type: null, text, line }] : errors(match[1] ?? '', match[2] ?? '', line);
}

/** Names of errors, several of which may share a text; roles and marks of Sphinx fall away. */
function errors(written: string, text: string, line: number): NamedText[] {
  const plain = written.replace(/:[\w:]+:`([^`]*)`/g, '$1').replace(/[`~!]/g, '');
  const names = plain.split(/\s*(?:,|\bor\b|\band\b|\|)\s*/).filter((name) => name !== '');
  return (names.length === 0 ? [''] : names).map((name) => ({ name, type: null, text, line }));
}

function takeNumpy(section: Section, lines: readonly string[], from: number, indent: number, found: Found): number {
  found.style = 'numpy';
  const { items, next } = readItems(lines, from, indent, found.line, (at) => {
    const line = lines[at] ?? '';
    const under = lines[at + 1] ?? '';
    return indentOf(line) < indent || (/^\s*-{3,}$/.test(under) && indentOf(under) === indentOf(line));
  });
  if (section === 'returns' || section === 'yields') {
    const head = items.map((item) => numpyHead(item.head));
    const text = items.map((item) => item.body).filter((body) => body !== '');
    const type = head.map((one) => one.type ?? one.names.join(', ')).join(', ');
    found[section] = { type: type === '' ? null : type, text: text.join('\n'), line: items[0]?.line ?? found.line };
    return next;
  }
  for (const { head, body, line } of items) {
    if (section === 'throws') found.throws.push(...errors(head.replace(/:$/, ''), body, line));
    else {
      const { names, type } = numpyHead(head);
      found[section].push(...names.map((name) => ({ name, type, text: body, line })));
    }
  }
  return next;
}

/** `name : type`, `first, second : type`, or one of the two alone. */
function numpyHead(head: string): { names: string[]; type: string | null } {
  const colon = /\s*:(?:\s+|$)/.exec(head);
  const names = (colon === null ? head : head.slice(0, colon.index)).split(/\s*,\s*/).map(withoutBackslash);
  const type = colon === null ? '' : head.slice(colon.index + colon[0].length);
  return { names: names.filter((name) => name !== ''), type: type === '' ? null : type };
}

/** `\*args` is how one writes `*args` where a star means emphasis. */
function withoutBackslash(name: string): string {
  return name.replaceAll('\\', '').replace(/^`+|`+$/g, '');
}

function deprecationOf(description: string): string | null {
  const directive = /^\s*\.\. deprecated::\s*(.*(?:\n[ \t]+\S.*)*)/m.exec(description);
  return directive === null
    ? null
    : (directive[1] ?? '')
        .split('\n')
        .map((line) => line.trim())
        .join(' ')
        .trim();
}
