import { basename } from 'node:path';
import type { DocComment, Parameter, SourceSymbol } from '../../code/symbols.ts';
import { authorLine, authorText, descriptionOf } from './author-text.ts';
import { code, fence, plain, table } from './markdown.ts';

/** One public symbol with its members as blocks of Markdown. `anchor` is its id on the page. */
export function describeSymbol(symbol: SourceSymbol, path: string, anchor: string): string[] {
  const blocks = [
    `<a id="${anchor}"></a>`,
    `#### ${code(symbol.name)}`,
    `${titleWords(symbol)} in ${code(`${basename(path)}:${symbol.line}`)}`,
  ];
  blocks.push(fence(signatureText(symbol), languageTag(path)));
  blocks.push(...docBlocks(symbol));
  const simple = symbol.members.filter(isSimple);
  const others = symbol.members.filter((member) => !isSimple(member));
  if (simple.length > 0) blocks.push(memberTable(simple));
  for (const member of others) blocks.push(...describeMember(member, symbol.name, path));
  return blocks;
}

function describeMember(member: SourceSymbol, owner: string, path: string): string[] {
  const blocks = [
    `##### ${code(member.kind === 'constructor' && member.name === 'new' ? `new ${owner}` : `${owner}.${member.name}`)}`,
  ];
  blocks.push(`${titleWords(member)} in ${code(`${basename(path)}:${member.line}`)}`);
  blocks.push(fence(signatureText(member), languageTag(path)), ...docBlocks(member));
  for (const inner of member.members) {
    const about = inner.doc === null ? '' : `: ${authorLine(inner.doc.summary, inner.doc.markup)}`;
    blocks.push(`- ${code(`${owner}.${member.name}.${inner.name}`)}, ${inner.kind}, line ${inner.line}${about}`);
  }
  return blocks;
}

function titleWords(symbol: SourceSymbol): string {
  const words = `${symbol.isDefault ? 'default ' : ''}${symbol.isStatic && symbol.kind !== 'enum member' ? 'static ' : ''}${symbol.kind}`;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function languageTag(path: string): string {
  if (/\.pyi?$/.test(path)) return 'python';
  return /\.[mc]?jsx?$/.test(path) ? 'js' : 'ts';
}

function signatureText(symbol: SourceSymbol): string {
  const shown = symbol.decorators.filter((decorator) => !/^@(?:\w+\.)?overload$/.test(decorator));
  return [...shown, symbol.signature].join('\n');
}

/** Properties and enum members with a short doc read best as a table. */
function isSimple(member: SourceSymbol): boolean {
  return (member.kind === 'property' || member.kind === 'enum member') && member.members.length === 0;
}

function memberTable(members: readonly SourceSymbol[]): string {
  const rows = members.map((member) => [
    code(member.signature),
    String(member.line),
    member.doc === null ? '' : shortDoc(member.doc),
  ]);
  const head = members.every((member) => member.kind === 'enum member') ? 'Value' : 'Property';
  return table([head, 'Line', 'Description'], rows);
}

function shortDoc(doc: DocComment): string {
  const text = authorLine(doc.description, doc.markup);
  return `${doc.deprecated === null ? '' : '**Deprecated.** '}${text.length > 400 ? authorLine(doc.summary, doc.markup) : text}`;
}

function docBlocks(symbol: SourceSymbol): string[] {
  const { doc } = symbol;
  if (doc === null) return [];
  const blocks: string[] = [];
  if (doc.deprecated !== null && doc.markup === 'markdown') {
    const why = authorLine(doc.deprecated, doc.markup);
    blocks.push(`**Deprecated${why === '' ? '.' : `:** ${why}`}${why === '' ? '**' : ''}`);
  }
  blocks.push(descriptionOf(doc), parameterTable(symbol.parameters, doc), returnsText(symbol, doc));
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
  for (const example of doc.examples) blocks.push('Example:', exampleText(example));
  return blocks.filter((block) => block !== '');
}

function parameterTable(parameters: readonly Parameter[], doc: DocComment): string {
  if (doc.params.length === 0) return '';
  const said = new Map(doc.params.map((param) => [bareName(param.name), param]));
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
  return table(['Parameter', 'Type', 'Default', 'Description'], rows);
}

function bareName(name: string): string {
  return name.replace(/^(?:\.\.\.|\*{1,2}|\\\*{1,2})/, '').replace(/^\\\*/, '');
}

function returnsText(symbol: SourceSymbol, doc: DocComment): string {
  if (doc.returns === null) return '';
  const type = symbol.returns ?? doc.returns.type;
  const text = authorLine(doc.returns.text, doc.markup);
  if (type === null && text === '') return '';
  return `Returns${type === null ? '' : ` ${code(type)}`}${text === '' ? '.' : `: ${text}`}`;
}

/** An example is code, unless its author already fenced it or wrote prose around it. */
function exampleText(example: string): string {
  const captioned = /^<caption>(.*?)<\/caption>\s*/s.exec(example);
  const rest = captioned === null ? example : example.slice(captioned[0].length);
  const text = /```|~~~/.test(rest) ? authorText(rest, 'markdown') : fence(rest, '');
  return captioned === null ? text : `${plain(captioned[1] ?? '')}\n\n${text}`;
}
