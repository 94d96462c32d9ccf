import { authorLine, descriptionOf } from '../../code/markdown/author-text.ts';
import { code, counted } from '../../code/markdown/markdown.ts';
import type { SourceSymbol } from '../../code/symbols.ts';
import { type Confidence, listed, type PlaceWriter, quoted } from './answer-text.ts';
import type { Definition, NameEvidence } from './ask-name-search.ts';
import type { QuestionKind } from './ask-question.ts';
import type { NameUse } from './code-uses.ts';

/** A part of an answer. */
export interface AnswerPart {
  readonly blocks: readonly string[];
  /** One sentence. */
  readonly summary: string;
  readonly confidence: Confidence;
  /** Why it is so sure. */
  readonly because: string;
}

const MOST_SHOWN_USES = 20;
const MOST_QUOTED = 3;

/** What the tree tells of one name, with what was asked for first. */
export function answerName(evidence: NameEvidence, kind: QuestionKind, places: PlaceWriter): AnswerPart {
  const { asked, definitions, mentions } = evidence;
  if (mentions === 0) return missingName(evidence);
  if (definitions.length === 0) return onlyMentioned(evidence, places);
  const [first, ...others] = definitions;
  if (first === undefined) return missingName(evidence);
  // Places are remembered in the order in which they are written.
  const uses = (): string[] => usesBlocks(evidence, kind, places);
  const about = (): string[] => [
    ...definitionBlocks(first, places),
    ...otherBlocks(others, evidence.definitionCount, places),
  ];
  const order = kind === 'uses' || kind === 'error' ? [uses, about] : [about, uses];
  const blocks = order.flatMap((write) => write());
  const heading = `## ${code(first.title)}`;
  return {
    blocks: [heading, ...blocks],
    summary: summaryOf(evidence, first, kind),
    ...sureness(evidence, first, asked),
  };
}

function sureness(
  { definitionCount, name }: NameEvidence,
  first: Definition,
  asked: string,
): Pick<AnswerPart, 'confidence' | 'because'> {
  const spelled = asked === name ? '' : ` (asked for as ${code(asked)})`;
  const qualifier = asked.split('.').at(-2);
  if (qualifier !== undefined && !`${first.title} ${first.path}`.toLowerCase().includes(qualifier.toLowerCase())) {
    return { confidence: 'low', because: `nothing called ${code(asked)} is defined, only ${code(first.title)}` };
  }
  if (first.symbol === null)
    return {
      confidence: 'medium',
      because: `${code(name)} is declared here, and is no public symbol: its line was recognised and not its whole declaration`,
    };
  if (definitionCount > 1)
    return {
      confidence: 'medium',
      because: `${counted(definitionCount, 'definition')} share the name${spelled}`,
    };
  return { confidence: 'high', because: `the tree has one definition of ${code(first.title)}${spelled}` };
}

function summaryOf({ name, uses, definitionCount }: NameEvidence, first: Definition, kind: QuestionKind): string {
  const where = `${code(first.title)} is defined in ${first.path}:${first.line}`;
  const more = definitionCount > 1 ? ` (and in ${counted(definitionCount - 1, 'other place')})` : '';
  if (kind === 'uses') {
    const shown = wantedUses(uses, kind);
    const files = new Set(shown.map(({ path }) => path)).size;
    const used =
      shown.length === 0
        ? `nothing in the tree uses ${code(name)} by that name`
        : `${counted(shown.length, 'line')} in ${counted(files, 'file')} ${shown.length === 1 ? 'uses' : 'use'} it`;
    return `${where}${more}; ${used}.`;
  }
  const says = first.symbol?.doc?.summary.replace(/\s+/g, ' ').trim() ?? '';
  return says === '' ? `${where}${more}.` : `${where}${more}: ${says.slice(0, 200)}`;
}

function missingName({ asked, nearest }: NameEvidence): AnswerPart {
  const like = nearest.length === 0 ? '' : ` Names that look like it: ${listed(nearest)}.`;
  return {
    blocks: [
      `## ${code(asked)}`,
      `Not found: no line of the tree has the name ${code(asked.split('.').at(-1) ?? asked)}.${like}`,
    ],
    summary: `${code(asked)} was not found in the tree.`,
    confidence: 'none',
    because: `no line has the name`,
  };
}

function onlyMentioned({ asked, uses, mentions, mentionPlaces }: NameEvidence, places: PlaceWriter): AnswerPart {
  const imports = uses.filter(({ kind }) => kind === 'import');
  const lines = (mentionPlaces.length > 0 ? mentionPlaces : uses.slice(0, MOST_SHOWN_USES)).map(
    (one) => `- ${places.at(`mention of ${asked}`, one.path, one.line)}: ${code(one.text)}`,
  );
  const from = imports.length > 0 ? ' It is imported, so it is defined in a package this project depends on.' : '';
  return {
    blocks: [
      `## ${code(asked)}`,
      `It is not defined in this tree; ${counted(mentions, 'line names', 'lines name')} it.${from}`,
      lines.join('\n'),
    ],
    summary: `${code(asked)} is not defined in this tree; ${counted(mentions, 'line names', 'lines name')} it.`,
    confidence: imports.length > 0 ? 'medium' : 'low',
    because: 'the tree has no line that declares it',
  };
}

function definitionBlocks(definition: Definition, places: PlaceWriter): string[] {
  const { path, line, endLine, symbol, title, text } = definition;
  const link = places.at(`definition of ${title}`, path, line, endLine);
  const within = title.includes('.') ? ` of ${code(title.slice(0, title.lastIndexOf('.')))}` : '';
  const what =
    symbol === null ? 'Declared' : `${symbol.kind[0]?.toUpperCase()}${symbol.kind.slice(1)}${within}, defined`;
  const blocks = [`${what} in ${link}.`];
  if (symbol === null) return [...blocks, quoted(path, text.split('\n').slice(0, MOST_BODY_LINES).join('\n'))];
  blocks.push(quoted(path, symbol.signature));
  if (symbol.doc !== null && symbol.doc.description !== '') {
    blocks.push(
      `What it says of itself (${places.at(`comment of ${title}`, path, symbol.doc.line, symbol.doc.endLine)}):`,
      inset(descriptionOf(symbol.doc)),
    );
  } else blocks.push('It says nothing of itself: there is no comment at it.');
  const facts = factsOf(symbol, path, places);
  if (facts !== '') blocks.push(facts);
  const body = bodyText(definition);
  if (body !== '') blocks.push('What it does begins so:', quoted(path, body));
  return blocks;
}

const MOST_BODY_LINES = 24;

/** The source after what was shown of it already; a declaration that is all signature needs no second showing. */
function bodyText({ text, line, endLine, symbol }: Definition): string {
  if (symbol === null || endLine - line < 2) return '';
  const { doc } = symbol;
  const isInside = doc !== null && doc.line >= line && doc.line <= endLine;
  // Members follow: they were named.
  if (symbol.members.length > 0) return '';
  const lines = text.split('\n').slice(isInside ? doc.endLine - line + 1 : 0);
  while (lines[0]?.trim() === '') lines.shift();
  return lines.slice(0, MOST_BODY_LINES).join('\n').trimEnd();
}

function factsOf({ doc, body, members, returns }: SourceSymbol, path: string, places: PlaceWriter): string {
  const facts: string[] = [];
  if (doc !== null && doc.deprecated !== null)
    facts.push(`- It is deprecated${doc.deprecated === '' ? '' : `: ${code(doc.deprecated)}`}.`);
  for (const { name, type, text } of doc?.params ?? [])
    facts.push(`- ${code(name)}${type === null ? '' : ` (${code(type)})`}: ${oneLine(text)}`);
  const given = doc?.returns?.text ?? '';
  if (given !== '') facts.push(`- Gives: ${oneLine(given)}`);
  else if (returns !== null && returns !== 'None' && returns !== 'void') facts.push(`- Gives ${code(returns)}.`);
  for (const raised of (body?.raises ?? []).slice(0, 6))
    facts.push(`- Raises ${code(raised.name)} in ${places.at(`raises ${raised.name}`, path, raised.line)}.`);
  const named = members.filter(({ kind }) => kind !== 'enum member');
  if (named.length > 0)
    facts.push(
      `- Members: ${listed(
        named.map(({ name }) => name),
        15,
      )}.`,
    );
  return facts.join('\n');
}

/** An author's text on one line. */
export function oneLine(text: string): string {
  return authorLine(text, 'docstring');
}

function inset(markdown: string): string {
  return markdown
    .split('\n')
    .map((line) => (line === '' ? '>' : `> ${line}`))
    .join('\n');
}

function otherBlocks(others: readonly Definition[], count: number, places: PlaceWriter): string[] {
  if (others.length === 0) return [];
  const lines = others.map((other) => {
    const says = other.symbol?.doc?.summary.replace(/\s+/g, ' ').trim() ?? '';
    return `- ${code(other.title)} in ${places.at(`definition of ${other.title}`, other.path, other.line, other.endLine)}${says === '' ? '' : `: ${oneLine(says)}`}`;
  });
  const rest = count - 1 - others.length;
  return [
    `The name is defined in ${counted(count - 1, 'other place')} too:`,
    [...lines, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n'),
  ];
}

/** For an error, where it is raised comes before where it is caught or imported. */
function wantedUses(uses: readonly NameUse[], kind: QuestionKind): NameUse[] {
  const rank = { raise: kind === 'error' ? -1 : 0, call: 0, inherits: 0, reference: 1, import: 3 } as const;
  const role = { source: 0, tooling: 10, example: 20, test: 30 } as const;
  const sorted = [...uses].sort(
    (a, b) =>
      role[a.role] + rank[a.kind] + (a.isResolved ? 0 : 5) - (role[b.role] + rank[b.kind] + (b.isResolved ? 0 : 5)) ||
      (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line),
  );
  return kind === 'error' && sorted.some((use) => use.kind === 'raise')
    ? sorted.filter((use) => use.kind === 'raise')
    : sorted;
}

const WORDS = {
  call: 'calls it',
  import: 'imports it',
  inherits: 'builds on it',
  raise: 'raises it',
  reference: 'names it',
} as const;

function usesBlocks({ name, uses, definitions }: NameEvidence, kind: QuestionKind, places: PlaceWriter): string[] {
  const wanted = wantedUses(uses, kind);
  const head = kind === 'error' && wanted[0]?.kind === 'raise' ? '### Where it is raised' : '### Who uses it';
  if (wanted.length === 0)
    return [
      head,
      `No other line of the sources uses ${code(name)} by that name. What is reached from outside of the tree, or by a name made when it runs, cannot be seen here.`,
    ];
  const most = kind === 'uses' || kind === 'error' ? MOST_SHOWN_USES : 8;
  const shown = wanted.slice(0, most);
  const tests = wanted.filter(({ role }) => role === 'test').length;
  const files = new Set(wanted.map(({ path }) => path)).size;
  const isMember = definitions[0]?.title.includes('.') === true;
  const byName = wanted.filter(({ isResolved }) => !isResolved).length;
  const notes = [
    `${counted(wanted.length, 'line')} in ${counted(files, 'file')}${tests > 0 ? `, ${tests} of them in tests` : ''}.`,
  ];
  if (byName > 0)
    notes.push(
      `Of ${byName === wanted.length ? 'all of them' : byName} only the name is known to be the same: ${isMember ? 'on what it is called is not known from the text' : 'the file does not import it from where it is defined'}.`,
    );
  const lines = shown.map((use) => {
    const inside = use.inside === null ? '' : ` in ${code(use.inside)}`;
    return `- ${places.at(`${use.kind} of ${name}`, use.path, use.line)}${inside} ${WORDS[use.kind]}${use.isResolved ? '' : ' (by name)'}: ${code(use.text)}`;
  });
  const rest = wanted.length - shown.length;
  return [head, notes.join(' '), [...lines, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n')];
}

/** How many names are answered in full. */
export const MOST_NAMES_ANSWERED = MOST_QUOTED;
