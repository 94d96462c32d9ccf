import type { CvBlock } from '../reading/blocks.ts';
import { dateRanges } from './dates.ts';
import { isSectionHeading } from './headings.ts';
import { isEmployerName, isJobTitle } from './job-words.ts';
import { isPlace } from './places.ts';
import type { Section } from './sections.ts';
import { type Found, found, type Piece, splitPiece, trimmed } from './spans.ts';

/** How to reach somebody. */
export interface Contact {
  readonly name: Found<string> | null;
  readonly email: Found<string> | null;
  readonly phone: Found<string> | null;
  readonly location: Found<string> | null;
  readonly links: readonly ContactLink[];
}

export interface ContactLink {
  readonly kind: 'linkedin' | 'github' | 'website';
  /** With its scheme. */
  readonly url: string;
  /** Where it is written; null when only a link of the file leads there. */
  readonly span: { readonly start: number; readonly end: number } | null;
}

const EMAIL =
  /[\p{L}\p{N}][\p{L}\p{N}._%+-]{0,63}@[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62}\.){1,6}\p{L}{2,24}(?![\p{L}\p{N}])/u;
const URL_TEXT =
  /(?<![\p{L}\p{N}@.])(?:https?:\/\/)?(?:www\.)?(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}[a-z]{2,12}(?:\/[^\s|,;<>()"•·]{0,200})?/giu;
const DOMAIN_ENDS =
  /\.(?:com|org|net|io|dev|me|de|at|ch|fr|es|it|nl|be|pl|se|no|fi|dk|pt|ie|eu|uk|us|ca|au|nz|in|br|mx|ar|cl|co|info|app|page|tech|xyz|blog|site|online|art|design|studio|test|example)(?:\/|$)/i;
const PHONE = /(?<![\p{L}\p{N}/.-])(?:\+|00)?\(?\d[\d\s()./–-]{6,22}\d(?![\p{L}\p{N}])/gu;
const PARTS = /\t|\s*[|•·‖◆●▪]\s*|\s{3,}|\s+[–—]\s+/gu;
const LABEL =
  /^(?:address|adresse|anschrift|location|based in|lives in|residence|wohnort|ort|dirección|ubicación|residencia|domicilio|lieu|localisation)\s*:\s*/iu;
const NAME_LABEL = /^(?:name|full name|vor- und nachname|nombre(?: y apellidos)?|nom(?: et prénom)?)\s*:\s*/iu;
const TITLE_OF_PAPER =
  /^(?:curriculum vitae|curriculum|cv|r[ée]sum[ée]|lebenslauf|hoja de vida)\b\s*[:–—-]?\s*(?:of |von |de )?/iu;
const NAME =
  /^(?:(?:dr|prof|mr|mrs|ms|dipl|ing|mag|eng|sr|sra|herr|frau)\.?\s+|dipl\.-ing\.\s+)*\p{Lu}[\p{L}'’.-]*(?:\s+(?:\p{Lu}[\p{L}'’.-]*|de|da|do|dos|del|della|der|den|di|du|la|le|van|von|zu|zur|bin|al|el|y|ten|ter)){1,5}(?:,?\s+(?:phd|ph\.d\.|msc|m\.sc\.|bsc|mba|md|rn|bsn|pmp|cpa|jr\.?|sr\.?|ii|iii|esq\.?|m\.a\.|b\.a\.|m\.eng\.))*$/iu;
/** Lines from the top among which the name is. */
const NAME_WITHIN = 12;

/** Reads the contact data of a CV: in its first part, and e-mail, phone and links wherever they stand. */
export function contactOf(
  text: string,
  blocks: readonly CvBlock[],
  sections: readonly Section[],
  hiddenLinks: readonly string[],
): Contact {
  const lines = sections.filter(({ kind }) => kind === 'contact').flatMap((section) => section.lines);
  const mail = EMAIL.exec(text);
  const email = mail === null ? null : { value: mail[0], start: mail.index, end: mail.index + mail[0].length };
  return {
    name: nameOf(text, blocks),
    email,
    phone: first(lines, phoneIn) ?? first(wholeLines(text, blocks), labelledPhone),
    location: first(lines, placeIn),
    links: linksOf(text, hiddenLinks),
  };
}

function first<Value>(lines: readonly Piece[], read: (line: Piece) => Found<Value> | null): Found<Value> | null {
  for (const line of lines) {
    const value = read(line);
    if (value !== null) return value;
  }
  return null;
}

function wholeLines(text: string, blocks: readonly CvBlock[]): Piece[] {
  return blocks.map(({ start, end }) => ({ text: text.slice(start, end), start, end }));
}

function phoneIn({ text, start }: Piece): Found<string> | null {
  for (const match of text.matchAll(PHONE)) {
    const digits = match[0].replace(/\D/g, '').length;
    const isDate = dateRanges(match[0]).length > 0 || /^\s*(?:19|20)\d\d\s*[-–/.]\s*(?:19|20)?\d\d/.test(match[0]);
    const inAddress = /[\p{L}@/=]$/u.test(text.slice(0, match.index));
    if (digits < 8 || digits > 15 || isDate || inAddress) continue;
    return { value: match[0].trim(), start: start + match.index, end: start + match.index + match[0].trimEnd().length };
  }
  return null;
}

/** Outside of the contact section a number is a phone only when it is called one. */
function labelledPhone(line: Piece): Found<string> | null {
  return /\b(?:phone|tel(?:efon|éfono|éphone)?|mobile?|mobil|cell|móvil|portable|handy)\b\s*[.:]?\s*[+(\d]/iu.test(
    line.text,
  )
    ? phoneIn(line)
    : null;
}

function placeIn(line: Piece): Found<string> | null {
  for (const part of splitPiece(line, PARTS)) {
    const label = LABEL.exec(part.text)?.[0].length ?? 0;
    const rest = trimmed({ text: part.text.slice(label), start: part.start + label, end: part.end });
    if (rest !== null && !/[@]/.test(rest.text) && (label > 0 || isPlace(rest.text))) return found(rest);
  }
  return null;
}

function nameOf(text: string, blocks: readonly CvBlock[]): Found<string> | null {
  const top = blocks.slice(0, NAME_WITHIN);
  const candidates: { piece: Piece; size: number; order: number }[] = [];
  for (const [order, { start, end, size, kind }] of top.entries()) {
    const line = text.slice(start, end);
    const labelled = NAME_LABEL.exec(line) ?? TITLE_OF_PAPER.exec(line);
    const skip = labelled?.[0].length ?? 0;
    const [piece] = splitPiece({ text: line.slice(skip), start: start + skip, end }, /\t|\s*[|•·,]\s*|\s+[–—-]\s+/gu);
    if (piece === undefined || kind === 'bullet' || !isName(piece.text)) continue;
    if (NAME_LABEL.test(line)) return found(piece);
    candidates.push({ piece, size: size ?? 1, order });
  }
  // A column beside the name may be read before it: then the name is what is set largest.
  const largest = candidates.toSorted((one, other) => other.size - one.size || one.order - other.order)[0];
  return largest === undefined ? null : found(largest.piece);
}

function isName(text: string): boolean {
  if (text.length > 60 || /[\d@:/]/.test(text) || !NAME.test(text)) return false;
  if (!/^\p{Lu}/u.test(text)) return false;
  return !isSectionHeading(text) && !isJobTitle(text) && !isEmployerName(text) && !isPlace(text);
}

function linksOf(text: string, hidden: readonly string[]): ContactLink[] {
  const links: ContactLink[] = [];
  const add = (url: string, span: ContactLink['span']) => {
    const whole = /^https?:/i.test(url) ? url : `https://${url}`;
    const key = keyOf(whole);
    if (links.length < 20 && !links.some((one) => keyOf(one.url) === key))
      links.push({ kind: kindOf(whole), url: whole, span });
  };
  for (const match of text.matchAll(URL_TEXT)) {
    const url = match[0].replace(/[.,:)]+$/, '');
    if (/^[\p{L}\p{N}._%+-]*@/u.test(text.slice(match.index + match[0].length, match.index + match[0].length + 65)))
      continue;
    const explicit = /^(?:https?:|www\.)/i.test(url) || url.includes('/');
    // `Node.js` and `ASP.NET` look like addresses too.
    const address = DOMAIN_ENDS.test(url) && (explicit || url === url.toLowerCase());
    if (!address && !/^https?:/i.test(url)) continue;
    add(url, { start: match.index, end: match.index + url.length });
  }
  for (const url of hidden) if (/^https?:/i.test(url)) add(url, null);
  return links;
}

function keyOf(url: string): string {
  return url.toLowerCase().replace(/^https?:\/\/(?:www\.)?|\/+$/g, '');
}

function kindOf(url: string): ContactLink['kind'] {
  if (/^https?:\/\/(?:[a-z]{2,3}\.)?linkedin\.com\//i.test(url)) return 'linkedin';
  return /^https?:\/\/(?:www\.)?github\.com\//i.test(url) ? 'github' : 'website';
}
