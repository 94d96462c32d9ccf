import type { YearMonth } from './dates.ts';
import { type Entry, entriesOf } from './entries.ts';
import { isPlace } from './places.ts';
import type { Section } from './sections.ts';
import { type Found, found, type Piece, type Span, splitPiece } from './spans.ts';

/** What a degree stands for; the order is that of the European framework of qualifications. */
export type DegreeLevel = 'school' | 'vocational' | 'bachelor' | 'master' | 'doctorate';

/** A course of study or a school. */
export interface Education extends Span {
  /** As written, with its subject. */
  readonly degree: Found<string> | null;
  readonly level: DegreeLevel | null;
  readonly institution: Found<string> | null;
  readonly from: Found<YearMonth> | null;
  readonly to: Found<YearMonth | 'present'> | null;
}

const LEVELS: readonly (readonly [DegreeLevel, RegExp])[] = [
  ['doctorate', /\b(?:ph\.?\s?d|d\.?phil|doctora(?:te|do|t)|doctor of|dr\.|promotion|m\.?d\.?\b(?!\s*\d)|ed\.?d)\b/i],
  [
    'master',
    /\b(?:m\.?\s?sc|m\.?\s?a\.?|m\.?\s?eng|mba|m\.?\s?ed|m\.?\s?phil|ll\.?m|master(?:['’]?s)?|m[aá]ster|mastère|magister|diplom(?:-[\p{L}]+|ingenieur)?|staatsexamen|maestr[ií]a|licenciatura|licenciad[oa]|ingénieur)(?=$|[^\p{L}])/iu,
  ],
  [
    'bachelor',
    /\b(?:b\.?\s?sc|b\.?\s?a\.?|b\.?\s?eng|b\.?\s?tech|bba|b\.?\s?ed|ll\.?b|b\.?\s?s\.?|bfa|bsn|beng|bachelor(?:['’]?s)?|undergraduate|grado|licence)(?=$|[^\p{L}])/iu,
  ],
  [
    'vocational',
    /\b(?:diploma|apprenticeship|associate|certificate|ausbildung|berufsausbildung|lehre|facharbeiter|meister|techniker|hnd|hnc|btec|nvq|bts|dut|iut|ciclo formativo|formación profesional|fp|foundation degree|vocational|bootcamp)\b/i,
  ],
  [
    'school',
    /\b(?:abitur|fachabitur|matura|maturité|mittlere reife|realschul\p{L}*|hauptschul\p{L}*|gymnasium|a[- ]levels?|gcses?|high school|secondary school|baccalauréat|bachillerato|ged|leaving certificate|international baccalaureate)(?=$|[^\p{L}])/iu,
  ],
];
const INSTITUTION =
  /\b(?:universit\p{L}*|universidad\p{L}*|college|institut\p{L}*|school|(?:hoch|fach|berufs|real|haupt)?schule|academy|akademie|academia|escuela|école|ecole|instituto|gymnasium|lyc[ée]e|polytechnic|politécnica|faculty|seminary|conservator\p{L}*|eth|mit|tu|uni|iit|bootcamp|facult\p{L}*)(?=$|[^\p{L}])|(?<=\p{L})(?:universität|schule|gymnasium)(?=$|[^\p{L}])/iu;

/** The studies of a section in the order they are written. */
export function educationOf(section: Section): Education[] {
  const dated = entriesOf(section, { single: 'any' });
  if (dated.length > 0) return dated.map(studyOf).filter(isStudy);
  // Without dates each line that names a degree or a school is one.
  return section.lines
    .map((line) => studyOf({ start: line.start, end: line.end, range: null, pieces: piecesOf(line), details: [] }))
    .filter(isStudy);
}

function piecesOf(line: Piece): (Piece & { line: number })[] {
  return splitPiece(line, /\t|\s+[|•·–—-]\s+/gu).map((piece) => ({ ...piece, line: 0 }));
}

function isStudy({ degree, institution }: Education): boolean {
  return degree !== null || institution !== null;
}

function studyOf({ start, end, range, pieces, details }: Entry): Education {
  const parts = pieces.filter(({ text }) => !isPlace(text)).flatMap(splitAtInstitution);
  const degree = parts.find(({ text }) => levelOf(text) !== null && !isInstitutionOnly(text)) ?? null;
  const others = [...parts.filter((part) => part !== degree), ...details.slice(0, 2)];
  const institution = others.find(({ text }) => INSTITUTION.test(text) && text.length < 110) ?? null;
  const fallback = degree === null ? parts.find((part) => part !== institution) : undefined;
  const named = degree ?? (institution === null ? undefined : fallback);
  const placed = institution ?? (degree === null ? undefined : parts.find((part) => part !== degree));
  // A single date is when it ended.
  const single = range !== null && range.from === range.to;
  return {
    start,
    end,
    degree: named === undefined ? null : found(named),
    level: degree === null ? null : levelOf(degree.text),
    institution: placed === undefined ? null : found(placed),
    from: range === null || single ? null : { value: range.from, start: range.start, end: range.end },
    to: range === null ? null : { value: range.to, start: range.start, end: range.end },
  };
}

/** `MSc Physics, University of Example`: parted at the comma or word before the school. */
function splitAtInstitution(piece: Piece): Piece[] {
  const parts = splitPiece(piece, /,\s+|\s+(?:at|an der|at the|en la|à l['’])\s+(?=\p{Lu})/gu);
  const at = parts.findIndex(({ text }) => INSTITUTION.test(text));
  const school = parts[at];
  if (at < 0 || school === undefined || parts.length === 1) return [piece];
  const slice = (from: number, to: number): Piece[] => {
    const [first, last] = [parts[from], parts[to - 1]];
    if (first === undefined || last === undefined || to <= from) return [];
    const text = piece.text.slice(first.start - piece.start, last.end - piece.start);
    return [{ text, start: first.start, end: last.end }];
  };
  const degreeAfter = parts.findIndex(({ text }, index) => index > at && levelOf(text) !== null);
  if (degreeAfter > 0) return [...slice(0, degreeAfter), ...slice(degreeAfter, parts.length)];
  return [...slice(0, at), school, ...slice(at + 1, parts.length)];
}

function isInstitutionOnly(text: string): boolean {
  return INSTITUTION.test(text) && !LEVELS.slice(0, 4).some(([, words]) => words.test(text));
}

function levelOf(text: string): DegreeLevel | null {
  return LEVELS.find(([, words]) => words.test(text))?.[0] ?? null;
}
