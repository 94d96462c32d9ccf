import { summaryOf } from './jsdoc.ts';
import type { DocComment, NamedText } from './symbols.ts';

/**
 * Takes the text of a docstring apart. `raw` is what stands between the quotes, with its escapes read. Sphinx fields
 * (`:param x:`) and Google sections (`Args:`) are understood; everything else stays in the description as written.
 */
export function parseDocstring(raw: string): DocComment {
  const lines = cleanIndent(raw);
  const found: Found = { description: [], params: [], returns: null, throws: [], types: new Map() };
  for (let at = 0; at < lines.length; ) at = takeBlock(lines, at, found);
  const description = found.description.join('\n').trim();
  return {
    markup: 'docstring',
    summary: summaryOf(description),
    description,
    params: found.params.map((param) => ({ ...param, type: param.type ?? found.types.get(param.name) ?? null })),
    returns: found.returns,
    throws: found.throws,
    examples: [],
    deprecated: deprecationOf(description),
  };
}

interface Found {
  readonly description: string[];
  readonly params: NamedText[];
  returns: { type: string | null; text: string } | null;
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

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

const GOOGLE_SECTION = /^(args|arguments|parameters|keyword args|keyword arguments|returns|yields|raises):$/i;

function takeBlock(lines: readonly string[], at: number, found: Found): number {
  const line = lines[at] ?? '';
  const field = /^:(\w+)(?:\s+([^:]+))?:(?:\s+(.*))?$/.exec(line);
  if (field !== null && FIELDS.has(field[1] ?? '')) {
    const { text, next } = indentedAfter(lines, at + 1, field[3] ?? '');
    takeField(field[1] ?? '', (field[2] ?? '').trim(), text, found);
    return next;
  }
  const section = GOOGLE_SECTION.exec(line.trim());
  const body = lines[at + 1] ?? '';
  if (section !== null && body !== '' && indentOf(body) > indentOf(line)) {
    return takeSection((section[1] ?? '').toLowerCase(), lines, at + 1, indentOf(body), found);
  }
  found.description.push(line);
  return at + 1;
}

const FIELDS: ReadonlySet<string> = new Set(
  'param parameter arg argument key keyword type returns return rtype raises raise except exception yields yield'.split(
    ' ',
  ),
);

function takeField(name: string, argument: string, text: string, found: Found): void {
  if (name === 'type') found.types.set(argument, text);
  else if (name === 'rtype') found.returns = { type: text, text: found.returns?.text ?? '' };
  else if (/^(?:return|yield)s?$/.test(name)) found.returns = { type: found.returns?.type ?? null, text };
  else if (/^(?:raise|except)/.test(name)) found.throws.push({ name: argument, type: null, text });
  else {
    // `:param int count:` puts the type before the name.
    const words = argument.split(/\s+/);
    const type = words.length > 1 ? words.slice(0, -1).join(' ') : null;
    found.params.push({ name: words.at(-1) ?? '', type, text });
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

function takeSection(name: string, lines: readonly string[], from: number, indent: number, found: Found): number {
  const items: string[] = [];
  let at = from;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line !== '' && indentOf(line) < indent) break;
    if (line !== '' && (indentOf(line) === indent || items.length === 0)) items.push(line.trim());
    else if (line !== '') items[items.length - 1] += `\n${line.trim()}`;
  }
  if (/return|yield/.test(name)) {
    found.returns = { type: null, text: items.join('\n') };
    return at;
  }
  for (const item of items) {
    const match = /^(\*{0,2}[\w.]+)\s*(?:\(([^)]*)\))?\s*:\s*([\s\S]*)$/.exec(item);
    const named: NamedText =
      match === null
        ? { name: '', type: null, text: item }
        : { name: match[1] ?? '', type: match[2] ?? null, text: match[3] ?? '' };
    (name === 'raises' ? found.throws : found.params).push(named);
  }
  return at;
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
