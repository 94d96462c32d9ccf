import { descriptionOf } from '../../code/markdown/author-text.ts';
import { code, counted, grouped, page } from '../../code/markdown/markdown.ts';
import { type Confidence, listed, type NamedPlace, PlaceWriter, quoted } from './answer-text.ts';
import type { Evidence, PathEvidence } from './ask-evidence.ts';
import { type AnswerPart, answerName, MOST_NAMES_ANSWERED, oneLine } from './ask-name.ts';
import type { Question } from './ask-question.ts';
import type { MessagePlace } from './message-search.ts';
import type { SettingPlace } from './setting-search.ts';
import type { TaskBrief } from './task-engine.ts';
import type { Passage } from './text-passages.ts';

/** An answer, for people and for programs. */
export interface Answer {
  readonly content: string;
  readonly summary: string;
  readonly confidence: Confidence;
  readonly places: readonly NamedPlace[];
}

const RANK: readonly Confidence[] = ['none', 'low', 'medium', 'high'];
const ENOUGH = { medium: 0.8, low: 0.45 } as const;

/** Puts what was found into words. Everything it says stands in the tree, at the places it names. */
export function writeAnswer(
  question: Question,
  evidence: Evidence,
  brief: Pick<TaskBrief, 'repository' | 'commit'>,
): Answer {
  const places = new PlaceWriter(brief);
  const parts = partsOf(question, evidence, places);
  const found = parts.filter(({ confidence }) => confidence !== 'none');
  // One part that is found answers; what is not is told beside it.
  const best = found.toSorted((a, b) => RANK.indexOf(b.confidence) - RANK.indexOf(a.confidence))[0];
  const shown = parts.length === 0 ? [nothing(question, evidence)] : parts;
  const confidence = best?.confidence ?? 'none';
  const reasons = [...new Set(shown.map(({ because }) => because))].join('; ');
  const { files, lines, parsed } = evidence.searched;
  const at = brief.commit === null ? '' : ` at commit ${code(brief.commit.slice(0, 10))}`;
  const content = page([
    ...shown.flatMap(({ blocks }) => blocks),
    '---',
    `Confidence: **${confidence === 'none' ? 'not found' : confidence}** (${reasons}). Searched: ${counted(files, 'file')} with ${grouped(lines)} lines${at}; the symbols of ${counted(parsed, 'file')} were read.`,
  ]);
  const told = found.length > 0 ? found : shown;
  return {
    content,
    summary: told
      .slice(0, 2)
      .map(({ summary }) => summary)
      .join(' '),
    confidence,
    places: places.places,
  };
}

function partsOf(question: Question, evidence: Evidence, places: PlaceWriter): AnswerPart[] {
  const parts: AnswerPart[] = [];
  for (const { message, places: found } of evidence.messages) parts.push(answerMessage(message, found, places));
  if (question.kind === 'settings' && evidence.settings.length > 0)
    parts.push(answerSettings(evidence.settings, places));
  for (const one of evidence.paths) parts.push(answerPath(one, places));
  for (const one of evidence.names.slice(0, MOST_NAMES_ANSWERED)) parts.push(answerName(one, question.kind, places));
  const isAnswered = parts.some(({ confidence }) => RANK.indexOf(confidence) >= RANK.indexOf('medium'));
  const isNamed = evidence.names.length > 0 && question.kind !== 'settings' && question.kind !== 'search';
  if (!isAnswered && !isNamed && evidence.messages.length === 0 && evidence.paths.length === 0) {
    const passages = answerPassages(question, evidence, places);
    if (passages !== null) parts.push(passages);
  }
  return parts;
}

function nothing({ words: sought }: Question, { coverage, passages }: Evidence): AnswerPart {
  const words =
    sought.length === 0
      ? 'The question names nothing to look for.'
      : `Looked for ${listed(sought, 20)} in names, comments, code and documents.`;
  const nearest =
    passages.length === 0 ? '' : ` The nearest place holds too little of it (${Math.round(coverage * 100)} %).`;
  return {
    blocks: ['## Not found', `Nothing in this tree answers that. ${words}${nearest}`],
    summary: 'Nothing in this tree answers the question.',
    confidence: 'none',
    because: 'there is no evidence',
  };
}

function answerMessage(message: string, found: readonly MessagePlace[], places: PlaceWriter): AnswerPart {
  const [first] = found;
  const heading = `## “${code(message)}”`;
  if (first === undefined) {
    return {
      blocks: [
        heading,
        'Not found: no line has this text, or two fifths of its words in their order. It may come from a package this project depends on, or be put together when it runs.',
      ],
      summary: `No line has the text ${code(message)}.`,
      confidence: 'none',
      because: 'no line has the text',
    };
  }
  const lines = found.map((one) => {
    const inside = one.inside === null ? '' : ` in ${code(one.inside)}`;
    const part = one.share === 1 ? '' : ` (${Math.round(one.share * 100)} % of the words)`;
    return `- ${places.at('text of the message', one.path, one.line)}${inside}${part}: ${code(one.text)}`;
  });
  const inside = first.inside === null ? '' : `, in ${code(first.inside)}`;
  const isWhole = first.share === 1;
  return {
    blocks: [
      heading,
      isWhole
        ? 'The text stands in:'
        : 'No line has the whole text; values may be put into it when it runs. Most of its words stand in:',
      lines.join('\n'),
    ],
    summary: `${isWhole ? 'The text comes' : 'Most of the text comes'} from ${first.path}:${first.line}${inside}.`,
    confidence: first.isComment ? 'low' : isWhole ? 'high' : first.share > 0.6 ? 'medium' : 'low',
    because: isWhole
      ? `the whole text stands in ${counted(found.filter(({ share }) => share === 1).length, 'line')}`
      : `${Math.round(first.share * 100)} % of the text stands in one line`,
  };
}

function answerSettings(found: readonly SettingPlace[], places: PlaceWriter): AnswerPart {
  const rows = found.map((one) => {
    const of = one.of === null ? '' : ` of ${code(one.of)}`;
    const value = one.default === null ? '' : `, default ${code(one.default)}`;
    const text = one.description === null ? '' : `: ${code(one.description.slice(0, 160))}`;
    return `- ${code(one.name)}, ${one.kind}${of}${value}, in ${places.at(`${one.kind} ${one.name}`, one.path, one.line)}${text}`;
  });
  const [first] = found;
  const exact = found.filter(({ share }) => share === 1).length;
  return {
    blocks: ['## What can be set', rows.join('\n')],
    summary:
      first === undefined
        ? ''
        : `${code(first.name)} is set as ${first.kind === 'parameter' ? 'a' : 'an'} ${first.kind}${first.of === null ? '' : ` of ${code(first.of)}`} in ${first.path}:${first.line}${first.default === null ? '' : `, default ${code(first.default)}`}.`,
    confidence: exact > 0 && exact < 4 ? 'high' : (first?.share ?? 0) >= 0.8 ? 'medium' : 'low',
    because:
      exact > 0
        ? `${counted(exact, 'setting has', 'settings have')} the very name`
        : 'the names or descriptions of the settings hold what is asked for',
  };
}

function answerPath({ asked, path, parsed, importedBy }: PathEvidence, places: PlaceWriter): AnswerPart {
  if (path === null)
    return {
      blocks: [`## ${code(asked)}`, `Not found: the tree has no ${code(asked)}.`],
      summary: `The tree has no ${code(asked)}.`,
      confidence: 'none',
      because: 'no such path is in the tree',
    };
  const blocks = [`## ${code(path)}`];
  if (path.endsWith('/')) blocks.push('A folder of the tree.');
  else if (parsed === null) blocks.push(`A file whose symbols are not read: ${places.at('file', path, 1)}.`);
  else {
    blocks.push(`${places.at('file', path, 1, parsed.lines)}, ${counted(parsed.lines, 'line')}.`);
    if (parsed.doc !== null) blocks.push(descriptionOf(parsed.doc));
    const rows = parsed.symbols.slice(0, 30).map(({ name, kind, line, endLine, doc }) => {
      const says = doc?.summary.replace(/\s+/g, ' ').trim() ?? '';
      return `- ${code(name)} (${kind}), ${places.at(`${kind} ${name}`, path, line, endLine)}${says === '' ? '' : `: ${oneLine(says)}`}`;
    });
    if (rows.length > 0) blocks.push('It offers:', rows.join('\n'));
    if (importedBy.length > 0)
      blocks.push(`Imported by ${counted(importedBy.length, 'file')}: ${listed(importedBy, 12)}.`);
  }
  const offers =
    parsed === null
      ? ''
      : ` It offers ${counted(parsed.symbols.length, 'public name')} and is imported by ${counted(importedBy.length, 'file')}.`;
  return {
    blocks,
    summary: `${code(path)} is in the tree.${offers}`,
    confidence: parsed === null ? 'medium' : 'high',
    because: 'the path is in the tree',
  };
}

/** What a full-text search gives; null when the best place holds too little of the question. */
function answerPassages(
  { terms, words }: Question,
  { passages, coverage }: Evidence,
  places: PlaceWriter,
): AnswerPart | null {
  const [first] = passages;
  if (first === undefined || coverage < ENOUGH.low) return null;
  const shown = passages.filter((one) => one.found.length > 0);
  const blocks = shown.flatMap((one) => passageBlocks(one, places));
  const missing = words.filter((_, at) => !first.found.includes(terms[at] ?? ''));
  const lacks =
    missing.length === 0 ? 'it holds every word that was looked for' : `it does not hold ${listed(missing)}`;
  const title =
    first.title === null ? `${first.path}:${first.best.line}` : `${code(first.title)} in ${first.path}:${first.line}`;
  return {
    blocks: [
      `## Where the tree speaks of it`,
      'Found by the words of the question, the best first; whether they answer it is for the reader to judge.',
      ...blocks,
    ],
    summary:
      `The place that speaks most of it is ${title}${first.summary === '' ? '' : `: ${first.summary.slice(0, 160)}`}.`.replace(
        /\.\.$/,
        '.',
      ),
    confidence: coverage >= ENOUGH.medium ? 'medium' : 'low',
    because: `a search by words, and of the best place ${lacks}`,
  };
}

/** A passage with its place and its best lines. */
export function passageBlocks({ path, line, endLine, title, best }: Passage, places: PlaceWriter): string[] {
  const name = title === null ? '' : `${code(title)}: `;
  const whole = places.at(title ?? 'passage', path, line, endLine);
  const shown = best.line === line && best.endLine === endLine ? '' : `, lines ${best.line}–${best.endLine}`;
  return [`### ${name}${whole}${shown}`, quoted(path, best.text)];
}
