import type { YearMonth } from './dates.ts';
import { type Entry, entriesOf } from './entries.ts';
import { isEmployerName, isJobTitle } from './job-words.ts';
import { coveredMonths, stretchOf } from './months.ts';
import { isPlace } from './places.ts';
import type { Section } from './sections.ts';
import { type Found, found, type Piece, type Span, splitPiece } from './spans.ts';

/** A post held. */
export interface Role extends Span {
  readonly title: Found<string> | null;
  readonly employer: Found<string> | null;
  readonly location: Found<string> | null;
  readonly from: Found<YearMonth> | null;
  readonly to: Found<YearMonth | 'present'> | null;
  /** Months as `stretchOf` counts them; null when the dates do not say. */
  readonly months: number | null;
}

const AT = /\s+(?:at|bei|chez)\s+(?=\p{Lu})|\s+@\s*/gu;
const DURATION = /^\(?\d{1,2}\+?\s*(?:years?|yrs?|jahre?|años?|ans?|months?|mos?|monate?|meses|mois)\b[^)]*\)?$/i;
const KIND_OF_POST =
  /^\(?(?:full[- ]?time|part[- ]?time|contract(?:or)?|permanent|freelance|temporary|internship|vollzeit|teilzeit|befristet|cdi|cdd|jornada completa|media jornada|self-employed)\)?$/i;

/** Words of those who work for themselves. */
const OWN_ACCOUNT =
  /(?<!\p{L})(?:freelanc\p{L}*|self-employed|selbst(?:st)?ändig\p{L}*|freiberuf\p{L}*|autónom[oa]|indépendante?)(?!\p{L})/iu;

/** The roles of a section in the order they are written. */
export function rolesOf(section: Section, asOf: YearMonth): Role[] {
  const roles: Role[] = [];
  let employer: Found<string> | null = null;
  for (const entry of entriesOf(section, { single: 'of-posts' })) {
    const role = roleOf(entry, asOf, employer);
    if (role.employer !== null) employer = role.employer;
    roles.push(role);
  }
  return roles;
}

/** Months of work, what overlaps once; null when no role has months. */
export function monthsOfExperience(roles: readonly Role[], asOf: YearMonth): number | null {
  const stretches = roles.flatMap(({ from, to }) => {
    const stretch = from === null || to === null ? null : stretchOf({ from: from.value, to: to.value }, asOf);
    return stretch === null ? [] : [stretch];
  });
  return stretches.length === 0 ? null : coveredMonths(stretches);
}

function roleOf(entry: Entry, asOf: YearMonth, employerAbove: Found<string> | null): Role {
  const pieces = entry.pieces
    .flatMap((piece) => splitPiece(piece, AT))
    .filter(({ text }) => !DURATION.test(text) && !KIND_OF_POST.test(text));
  const parts = partsOf(pieces);
  const { range } = entry;
  const stretch = range === null ? null : stretchOf(range, asOf);
  // Several posts in one firm: its name stands only over the first.
  const above = parts.title !== null && OWN_ACCOUNT.test(parts.title.text) ? null : employerAbove;
  const employer = parts.employer === null ? above : found(parts.employer);
  return {
    start: entry.start,
    end: entry.end,
    title: parts.title === null ? null : found(parts.title),
    employer,
    location: parts.location === null ? null : found(parts.location),
    from: range === null ? null : { value: range.from, start: range.start, end: range.end },
    to: range === null ? null : { value: range.to, start: range.start, end: range.end },
    months: stretch === null ? null : stretch.until - stretch.since,
  };
}

interface Parts {
  readonly title: Piece | null;
  readonly employer: Piece | null;
  readonly location: Piece | null;
}

/** Tells title, employer and place of the pieces by their words, then by their order. */
function partsOf(pieces: readonly Piece[]): Parts {
  const location = pieces.find(({ text }) => isPlace(text) && !isEmployerName(text)) ?? null;
  const rest = pieces.filter((piece) => piece !== location);
  const titles = rest.filter(({ text }) => isJobTitle(text));
  const title = titles.find(({ text }) => !isEmployerName(beforeComma(text).after ?? '')) ?? titles[0] ?? null;
  if (title !== null) {
    const others = rest.filter((piece) => piece !== title);
    const employer = others.find(({ text }) => isEmployerName(text)) ?? others[0] ?? null;
    return withCommas({ title, employer, location });
  }
  const employer = rest.find(({ text }) => isEmployerName(text)) ?? null;
  if (employer !== null) {
    return withCommas({ title: rest.find((piece) => piece !== employer) ?? null, employer, location });
  }
  return withCommas({ title: rest[0] ?? null, employer: rest[1] ?? null, location });
}

/** `Nurse, City Hospital, Leeds`: what commas part is told apart when there was no other sign. */
function withCommas({ title, employer, location }: Parts): Parts {
  let role = title;
  let firm = employer;
  let place = location;
  if (role?.text.includes(',') === true && (firm === null || firm === place)) {
    const parts = splitPiece(role, /,\s+/g);
    const at = parts.findIndex(({ text }) => isJobTitle(text));
    if (parts.length > 1 && at === 0) {
      const [head, second] = parts;
      role = head ?? role;
      const tail = second === undefined ? null : pieceFrom(title, second);
      const split = tail === null ? null : splitPlace(tail);
      firm = split?.firm ?? firm;
      place ??= split?.place ?? null;
    } else if (parts.length > 1 && at > 0) {
      firm = parts[0] ?? firm;
      role = parts[at] ?? role;
    }
  }
  if (firm !== null && place === null) {
    const split = splitPlace(firm);
    firm = split.firm;
    place = split.place;
  }
  return { title: role, employer: firm, location: place };
}

function pieceFrom(whole: Piece | null, from: Piece): Piece {
  if (whole === null) return from;
  return { text: whole.text.slice(from.start - whole.start), start: from.start, end: whole.end };
}

/** `Example GmbH, Berlin` and `Example Inc, Austin, TX`: the firm, and the place after it. */
function splitPlace(piece: Piece): { firm: Piece; place: Piece | null } {
  for (const match of piece.text.matchAll(/,\s+/g)) {
    const after = piece.text.slice(match.index + match[0].length);
    const first = piece.text.slice(0, match.index);
    const town =
      /^\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+)?$/u.test(after) && !isEmployerName(after) && first.length > 2;
    if (!isPlace(after) && !town) continue;
    const start = piece.start + match.index + match[0].length;
    return {
      firm: { text: first, start: piece.start, end: piece.start + first.length },
      place: { text: after, start, end: piece.end },
    };
  }
  return { firm: piece, place: null };
}

function beforeComma(text: string): { after: string | null } {
  const comma = text.indexOf(',');
  return { after: comma < 0 ? null : text.slice(comma + 1) };
}
