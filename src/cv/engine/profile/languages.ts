import type { Section } from './sections.ts';
import { type Found, type Piece, plain, type Span, splitPiece } from './spans.ts';

/** Levels of the Common European Framework, and above them the mother tongue. */
export type LanguageLevel = 'A1' | 'A2' | 'B1' | 'B2' | 'C1' | 'C2' | 'native';

/** A language somebody speaks. */
export interface SpokenLanguage extends Span {
  /** In English. */
  readonly name: Found<string>;
  /** As written; null when nothing is said. */
  readonly level: Found<string> | null;
  /** What the written level says in the framework's terms; null for words that say nothing of a level. */
  readonly framework: LanguageLevel | null;
}

/** Words for levels, without accents; the framework has no words, so these follow its own descriptions. */
const LEVEL_WORDS: readonly (readonly [LanguageLevel, RegExp])[] = [
  [
    'native',
    /\b(?:native|mother tongue|first language|bilingual|muttersprach\w*|nativ[oa]|lengua materna|materna|bilingue|langue maternelle|maternelle|zweisprachig)\b/,
  ],
  ['C2', /\b(?:proficient|mastery|near-native|verhandlungssicher|full professional)\b/],
  [
    'C1',
    /\b(?:fluent(?:ly)?|fluency|advanced|professional(?: working)?(?: proficiency)?|fliessend|sehr gut\w*|fluido|fluida|avanzado|courant|avance|alto)\b/,
  ],
  [
    'B2',
    /\b(?:upper[- ]intermediate|good|working(?: knowledge| proficiency)?|gut\w*|business|conversational|bon(?:ne)?)\b/,
  ],
  ['B1', /\b(?:intermediate|limited working|mittel\w*|intermedio|medio|intermediaire)\b/],
  ['A2', /\b(?:elementary|basic(?:s)?|grundkenntnisse|basico|scolaire|notions|schulkenntnisse|basiswissen|limited)\b/],
  ['A1', /\b(?:beginner|anfanger|principiante|debutant)\b/],
];
const FRAMEWORK = /\b([ABC][12])\b\+?/;
/** Two-letter codes of languages people write in CVs; their names come from the JavaScript engine. */
const CODES =
  `af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gd gl gu he hi hr hu hy id is it ja ka kk km kn
  ko ku la lb lo lt lv mk ml mn mr ms mt my nb ne nl nn no or pa pl ps pt ro ru si sk sl so sq sr sv sw ta te th tl tr uk ur uz
  vi xh yi yo zh zu`.split(/\s+/);
const OTHER_NAMES: Readonly<Record<string, string>> = {
  mandarin: 'Chinese',
  cantonese: 'Cantonese',
  farsi: 'Persian',
  castilian: 'Spanish',
  castellano: 'Spanish',
  flemish: 'Dutch',
  tagalog: 'Filipino',
  gaelic: 'Scottish Gaelic',
};

let names: ReadonlyMap<string, string> | undefined;

/** English names by names in English, German, Spanish, French and the language itself. */
function languageNames(): ReadonlyMap<string, string> {
  if (names !== undefined) return names;
  const all = new Map(Object.entries(OTHER_NAMES));
  const english = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });
  for (const code of CODES) {
    const name = english.of(code);
    if (name === undefined) continue;
    for (const language of ['en', 'de', 'es', 'fr', code]) {
      const written = new Intl.DisplayNames([language], { type: 'language', fallback: 'none' }).of(code);
      if (written !== undefined) all.set(plain(written), name);
    }
  }
  names = all;
  return all;
}

/** The languages of a section, each once. */
export function languagesOf(section: Section): SpokenLanguage[] {
  const spoken: SpokenLanguage[] = [];
  for (const line of section.lines) {
    const pieces = splitPiece(line, /\t|[;|•·,/]|\s+(?:and|und|y|et)\s+/gu);
    for (const [at, piece] of pieces.entries()) {
      const named = nameIn(piece);
      if (named === null) continue;
      // The level stands in the piece, or is the next one.
      const next = pieces[at + 1];
      const level = levelIn(piece, named) ?? (next !== undefined && nameIn(next) === null ? levelIn(next, null) : null);
      if (spoken.some(({ name }) => name.value === named.value)) continue;
      spoken.push({
        start: piece.start,
        end: level?.end ?? piece.end,
        name: named,
        level,
        framework: frameworkOf(level),
      });
    }
  }
  return spoken;
}

function nameIn(piece: Piece): Found<string> | null {
  for (const match of piece.text.matchAll(/[\p{L}\p{M}]+/gu)) {
    const value = languageNames().get(plain(match[0]));
    if (value !== undefined && match[0].length > 2)
      return { value, start: piece.start + match.index, end: piece.start + match.index + match[0].length };
  }
  return null;
}

function levelIn(piece: Piece, name: Span | null): Found<string> | null {
  const from = name === null ? 0 : name.end - piece.start;
  const after = piece.text.slice(from);
  const match = /[\p{L}\p{N}][\s\S]*[\p{L}\p{N}+]|[\p{L}\p{N}]+/u.exec(after);
  if (match !== null) {
    const start = piece.start + from + match.index;
    const closed = match[0].includes('(') && !match[0].includes(')') && after[match.index + match[0].length] === ')';
    const value = closed ? `${match[0]})` : match[0];
    return { value, start, end: start + value.length };
  }
  const before = name === null ? '' : piece.text.slice(0, name.start - piece.start).trimEnd();
  const word = /[\p{L}\p{N} -]+$/u.exec(before.replace(/[\s:(]+$/, ''))?.[0].trim();
  if (word === undefined || word === '' || frameworkOf({ value: word, start: 0, end: 0 }) === null) return null;
  const start = piece.start + piece.text.indexOf(word);
  return { value: word, start, end: start + word.length };
}

function frameworkOf(level: Found<string> | null): LanguageLevel | null {
  if (level === null) return null;
  const said = FRAMEWORK.exec(level.value)?.[1];
  const exact = LEVEL_WORDS.find(([one]) => one === said)?.[0];
  if (exact !== undefined) return exact;
  const words = plain(level.value).replaceAll('ß', 'ss');
  return LEVEL_WORDS.find(([, one]) => one.test(words))?.[0] ?? null;
}
