import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { Comment } from './comments.ts';
import { docFrom, onOneLine } from './doc-comments.ts';
import { codeSpan, fenced } from './html-text.ts';
import type { DocComment, NamedText } from './symbols.ts';

const parser = (): XMLParser =>
  new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    trimValues: false,
    parseTagValue: false,
    htmlEntities: true,
  });

/** Elements in order: one has its children under its name and its attributes under `:@`. */
const Elements = z.array(z.record(z.string(), z.unknown())).catch([]);
const Attributes = z.record(z.string(), z.string()).catch({});

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

function elementsOf(value: unknown): Element[] {
  return Elements.parse(value).flatMap((one) =>
    Object.entries(one)
      .filter(([name]) => name !== ':@')
      .map(([name, inner]) => ({
        name,
        attributes: Attributes.parse(one[':@'] ?? {}),
        children: name === '#text' ? [] : elementsOf(inner),
        text: name === '#text' ? String(inner) : '',
      })),
  );
}

/** An XML documentation comment. One that is no XML is kept as it is written. */
export function xmlDoc(comment: Comment | null): DocComment | null {
  if (comment === null) return null;
  const source = comment.lines.map((line) => line.text).join('\n');
  if (!/<\w/.test(source)) return docFrom(comment, { style: 'plain', description: source });
  let elements: Element[];
  try {
    elements = elementsOf(parser().parse(`<doc>${source}</doc>`))[0]?.children.slice() ?? [];
  } catch {
    return docFrom(comment, { style: 'plain', description: source.replace(/<[^>]*>/g, '').trim() });
  }
  const all = (name: string): Element[] => elements.filter((one) => one.name === name);
  const prose = [...all('summary'), ...all('remarks')].map((one) => markdown(one.children));
  const returned = all('returns')[0] ?? all('value')[0];
  const lines = lineFinder(comment);
  const texts = (name: string, attribute: string): NamedText[] =>
    all(name).map((one) => {
      const given = one.attributes[attribute] ?? '';
      return { name: shortReference(given), type: null, text: markdown(one.children), line: lines(name, given) };
    });
  const plain = markdown(elements.filter((one) => one.name === '#text'));
  return docFrom(comment, {
    style: 'xmldoc',
    description: [...prose, plain].filter((text) => text !== '').join('\n\n'),
    params: texts('param', 'name'),
    typeParams: texts('typeparam', 'name'),
    returns:
      returned === undefined
        ? null
        : { type: null, text: markdown(returned.children), line: lines(returned.name, null) },
    throws: texts('exception', 'cref'),
    examples: all('example')
      .map((one) => markdown(one.children))
      .filter((text) => text !== ''),
    // Only small letters make the compiler take the text over; whoever writes it another way means the same.
    inheritDoc: elements.some((one) => one.name.toLowerCase() === 'inheritdoc'),
  });
}

/** Line of the element's opening tag. */
function lineFinder(comment: Comment): (name: string, given: string | null) => number {
  return (name, given) =>
    comment.lines.find((line) => line.text.includes(`<${name}`) && (given === null || line.text.includes(given)))
      ?.line ?? comment.line;
}

/** `T:System.Foo(int)` and `System.Foo` by the last part of its name. */
function shortReference(reference: string): string {
  const name = reference.replace(/^[A-Z]:/, '').replace(/\(.*$/, '');
  return name.slice(name.lastIndexOf('.') + 1).replace(/[{`].*$/, '');
}

function markdown(elements: readonly Element[]): string {
  return inline(elements)
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function inline(elements: readonly Element[]): string {
  return elements.map(inlineOne).join('');
}

function inlineOne(element: Element): string {
  const inner = (): string => inline(element.children);
  switch (element.name) {
    case '#text':
      return element.text.replace(/[ \t]*\n[ \t]*/g, '\n');
    case 'see':
    case 'seealso':
      return seeAlso(element);
    case 'paramref':
    case 'typeparamref':
      return codeSpan(element.attributes.name ?? '');
    case 'c':
      return codeSpan(inner());
    case 'code':
      return fenced(rawText(element.children).replaceAll('<', '&lt;'));
    case 'para':
    case 'list':
      return `\n\n${inner().trim()}\n\n`;
    case 'br':
      return '\n';
    case 'item':
      return `\n- ${onOneLine(inner())}`;
    case 'term':
      return `${inner().trim()} `;
    case 'b':
    case 'strong':
      return `**${inner()}**`;
    case 'i':
    case 'em':
      return `*${inner()}*`;
    default:
      return inner();
  }
}

function rawText(elements: readonly Element[]): string {
  return elements.map((one) => (one.name === '#text' ? one.text : rawText(one.children))).join('');
}

function seeAlso({ attributes, children }: Element): string {
  const label = inline(children).trim();
  if (attributes.href !== undefined) return label === '' ? attributes.href : `[${label}](${attributes.href})`;
  if (label !== '') return label;
  return codeSpan(attributes.langword ?? shortReference(attributes.cref ?? ''));
}
