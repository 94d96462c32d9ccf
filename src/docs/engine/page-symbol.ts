import { authorLine, authorText, descriptionOf } from '../../code/markdown/author-text.ts';
import { code, fence, filledTable, plain } from '../../code/markdown/markdown.ts';
import type { SourceLinks } from '../../code/markdown/source-links.ts';
import type { DocComment, Parameter, ReturnedText, SourceSymbol } from '../../code/symbols.ts';
import type { Example } from './examples.ts';
import { kindWord, separatorOf, wordsOf } from './language-words.ts';
import { layOut } from './signature-layout.ts';

/** Where a symbol is described. */
export interface SymbolPlace {
  /** Page it stands on. */
  readonly page: string;
  /** File it is defined in. */
  readonly file: string;
  readonly anchor: string;
  readonly links: SourceLinks;
  readonly example: Example | undefined;
}

/** One public symbol with its members as blocks of Markdown. */
export function describeSymbol(symbol: SourceSymbol, place: SymbolPlace): string[] {
  const blocks = [`<a id="${place.anchor}"></a>`, `#### ${code(symbol.name)}`, titleLine(symbol, place)];
  blocks.push(signatureBlock(symbol, place.file));
  blocks.push(...docBlocks(symbol, place));
  const members = symbol.members.filter((member) => !isHidden(member));
  const simple = members.filter(isSimple);
  const others = members.filter((member) => !isSimple(member));
  if (simple.length > 0) blocks.push(memberTable(simple, symbol.doc));
  blocks.push(...attributeBlocks(symbol));
  for (const member of others) blocks.push(...describeMember(member, symbol.name, place));
  if (place.example !== undefined) blocks.push(...exampleBlocks(place.example, place));
  return blocks;
}

/** A symbol that its author says nothing about, on one line. */
export function describeBriefly(symbol: SourceSymbol, { page, file, anchor, links }: SymbolPlace): string {
  const [first = ''] = symbol.signature.split('\n');
  const shown = first.length > 160 ? `${first.slice(0, 159)}…` : first;
  return `- <a id="${anchor}"></a>${code(shown)} (${links.lines(page, file, symbol.line, symbol.endLine)})`;
}

/** Whether anything is written about a symbol or a member of it. */
export function isTold(symbol: SourceSymbol): boolean {
  return symbol.doc !== null || symbol.members.some(isTold);
}

function describeMember(member: SourceSymbol, owner: string, place: SymbolPlace): string[] {
  const separator = separatorOf(member, place.file);
  const isNew = member.kind === 'constructor' && (member.name === 'new' || member.name === 'constructor');
  const name = isNew ? `new ${owner}` : `${owner}${separator}${member.name}`;
  const blocks = [`##### ${code(name)}`, titleLine(member, place)];
  blocks.push(signatureBlock(member, place.file), ...docBlocks(member, place));
  const simple = member.members.filter(isSimple);
  if (simple.length > 0) blocks.push(memberTable(simple, member.doc));
  blocks.push(...attributeBlocks(member));
  const others = member.members.filter((one) => !isSimple(one));
  const inner = others.map((one) => {
    const about = one.doc === null ? '' : `: ${authorLine(one.doc.summary, one.doc.markup)}`;
    return `- ${code(`${name}${separator}${one.name}`)}, ${kindWord(one, place.file)}, line ${one.line}${about}`;
  });
  if (inner.length > 0) blocks.push(inner.join('\n'));
  return blocks;
}

function titleLine(symbol: SourceSymbol, { page, file, links }: SymbolPlace): string {
  const isStatic = symbol.isStatic && symbol.kind !== 'enum member';
  const words = `${symbol.isDefault ? 'default ' : ''}${isStatic ? 'static ' : ''}${kindWord(symbol, file)}`;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} in ${links.lines(page, file, symbol.line, symbol.endLine)}`;
}

const LONGEST_DECORATOR = 60;

function signatureBlock(symbol: SourceSymbol, file: string): string {
  const words = wordsOf(file);
  const decorators = symbol.decorators
    .filter((decorator) => !/^@(?:\w+\.)?overload$/.test(decorator))
    // What a decorator is told at length is told again where it takes effect.
    .map((decorator) => (decorator.length > LONGEST_DECORATOR ? decorator.replace(/\(.*\)$/s, '(…)') : decorator));
  return fence([...new Set(decorators), layOut(symbol.signature, words)].join('\n'), words.tag);
}

/** Sphinx leaves out what its author marks so. */
function isHidden({ doc }: SourceSymbol): boolean {
  return doc !== null && /^[ \t]*:meta private:/m.test(doc.description);
}

/** Properties and enum members with a short doc read best as a table. */
function isSimple(member: SourceSymbol): boolean {
  return (member.kind === 'property' || member.kind === 'enum member') && member.members.length === 0;
}

function memberTable(members: readonly SourceSymbol[], owner: DocComment | null): string {
  const told = new Map((owner?.attributes ?? []).map((one) => [one.name, one]));
  const about = (member: SourceSymbol): string => {
    if (member.doc !== null) return shortDoc(member.doc);
    const attribute = told.get(member.name);
    return attribute === undefined || owner === null ? '' : authorLine(attribute.text, owner.markup);
  };
  const head = members.every((member) => member.kind === 'enum member') ? 'Value' : 'Property';
  const rows = members.map((member) => [code(member.signature), about(member)]);
  return filledTable([head, 'Description'], rows);
}

/** Attributes that a comment tells of and no declaration shows: `self.x` of a method, an option of a type elsewhere. */
function attributeBlocks({ doc, members }: SourceSymbol): string[] {
  if (doc === null) return [];
  const shown = new Set(members.map((member) => member.name));
  const rows = doc.attributes
    .filter((one) => !shown.has(one.name))
    .map((one) => [code(one.name), one.type === null ? '' : code(one.type), authorLine(one.text, doc.markup)]);
  return rows.length === 0 ? [] : [filledTable(['Attribute', 'Type', 'Description'], rows)];
}

function shortDoc(doc: DocComment): string {
  const text = authorLine(doc.description, doc.markup);
  return `${doc.deprecated === null ? '' : '**Deprecated.** '}${text.length > 400 ? authorLine(doc.summary, doc.markup) : text}`;
}

function docBlocks(symbol: SourceSymbol, { file }: SymbolPlace): string[] {
  const { doc } = symbol;
  if (doc === null) return [];
  const blocks: string[] = [];
  if (doc.deprecated !== null && doc.markup === 'markdown') {
    const why = authorLine(doc.deprecated, doc.markup);
    blocks.push(why === '' ? '**Deprecated.**' : `**Deprecated:** ${why}`);
  }
  const said = [...doc.params, ...doc.typeParams];
  blocks.push(
    descriptionOf(doc),
    parameterTable(symbol.parameters, said, doc),
    returnsText('Returns', symbol.returns, doc.returns, doc),
    returnsText('Yields', null, doc.yields, doc),
  );
  if (doc.throws.length > 0) {
    blocks.push(`${doc.markup === 'docstring' ? 'Raises' : 'Throws'}:`);
    blocks.push(
      doc.throws
        .map(
          (one) => `- ${[code(one.name), authorLine(one.text, doc.markup)].filter((text) => text !== '').join(': ')}`,
        )
        .join('\n'),
    );
  }
  for (const example of doc.examples) blocks.push('Example:', authorExample(example, wordsOf(file).tag));
  return blocks.filter((block) => block !== '');
}

function parameterTable(
  parameters: readonly Parameter[],
  told: readonly DocComment['params'][number][],
  doc: DocComment,
): string {
  if (told.length === 0) return '';
  const said = new Map(told.map((param) => [bareName(param.name), param]));
  const rows: string[][] = [];
  for (const parameter of parameters) {
    const about = said.get(bareName(parameter.name));
    said.delete(bareName(parameter.name));
    const type = parameter.type ?? about?.type ?? null;
    const must = parameter.default === null ? (parameter.optional ? 'optional' : '') : code(parameter.default);
    rows.push([
      code(parameter.name),
      type === null ? '' : code(type),
      must,
      about === undefined ? '' : authorLine(about.text, doc.markup),
    ]);
  }
  // Documented, but not parameters of their own: fields of an options object, type parameters, old names.
  for (const about of said.values()) {
    rows.push([
      code(about.name) || '',
      about.type === null ? '' : code(about.type),
      '',
      authorLine(about.text, doc.markup),
    ]);
  }
  return filledTable(['Parameter', 'Type', 'Default', 'Description'], rows);
}

function bareName(name: string): string {
  return name.replace(/^(?:\.\.\.|\*{1,2}|\\\*{1,2}|&)/, '').replace(/^\\\*/, '');
}

function returnsText(verb: string, declared: string | null, told: ReturnedText | null, doc: DocComment): string {
  if (told === null) return '';
  const type = declared ?? told.type;
  const text = authorLine(told.text, doc.markup);
  if (type === null && text === '') return '';
  return `${verb}${type === null ? '' : ` ${code(type)}`}${text === '' ? '.' : `: ${text}`}`;
}

/** An example is code, unless its author already fenced it or wrote prose around it. */
function authorExample(example: string, tag: string): string {
  const captioned = /^<caption>(.*?)<\/caption>\s*/s.exec(example);
  const rest = captioned === null ? example : example.slice(captioned[0].length);
  const language = /^\s*>>> /m.test(rest) ? 'pycon' : tag;
  const text = /```|~~~/.test(rest) ? authorText(rest, 'markdown') : fence(rest, language);
  return captioned === null ? text : `${plain(captioned[1] ?? '')}\n\n${text}`;
}

/** A piece of the repository that uses the symbol, with the place it is from. */
export function exampleBlocks(example: Example, { page, links }: Pick<SymbolPlace, 'page' | 'links'>): string[] {
  const title = example.title === null ? '' : ` “${plain(example.title)}”`;
  const from = links.lines(page, example.path, example.line, example.endLine, example.path);
  return [`Example, from ${from}${title === '' ? '' : `,${title}`}:`, fence(example.code, example.language)];
}
