import type { Span } from '../profile/spans.ts';
import type { Atom } from './atoms.ts';

/** What stands between spaces; a longer run is no address, and no expression is run over it. */
const RUN = /[^\s<>()]+/g;
const LONGEST_RUN = 300;
const ADDRESS =
  /(?:https?:\/\/|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w.@])@[\w-]{2,}|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,6}\/[^\s,;]+/gi;
const BARE_DOMAIN =
  /(?<![\w.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|edu|gov|io|dev|de|at|ch|es|fr|uk|me|info|app|ai|eu|example)(?![\w.-])/g;

function spansInRuns(text: string, wanted: RegExp): Span[] {
  const spans: Span[] = [];
  for (const { 0: run, index } of text.matchAll(RUN)) {
    if (run.length > LONGEST_RUN || !/[@.]|:\/\//.test(run)) continue;
    for (const match of run.matchAll(wanted))
      spans.push({ start: index + match.index, end: index + match.index + match[0].length });
  }
  return spans;
}

/** Links, e-mail addresses and account names: what stands in them names no skill. */
export function linkSpans(text: string): Span[] {
  return spansInRuns(text, ADDRESS);
}

/** Addresses without a scheme ("asp.net" looks the same: a skill that fills one whole is a skill). */
export function domainSpans(text: string): Span[] {
  return spansInRuns(text, BARE_DOMAIN);
}

const words = (list: string) => new Set(list.trim().split(/\s+/));
/** After a name, these make a street, firm, school or place of it. */
const ALWAYS =
  words(`street st avenue ave road rd boulevard blvd park lane drive hill hills stadium arena tower plaza square
  bridge airport university college school gmbh inc llc ltd limited plc ag corp corporation incorporated holding holdings
  logistics insurance airlines hospital hotel church museum universität hochschule strasse straße platz allee s.a sa sl
  clinic taverna restaurant bakery café cafe theatre theater cinema zoo county survey primary ferries brewery winery inn
  bank capital ventures motors foods pharma foundation institute kg ohg mbh ev polytechnic universidad`);
/** These do only where no trade follows: "Redis Labs" is a firm, "Linux Systems Administrator" a trade. */
const OFTEN =
  words(`labs systems solutions technologies technology consulting group studios media energy partners company
  networks industries services software academy records press club team interactive digital works games`);
const BEFORE = words(`university college school institute faculty academy universität hochschule universidad université
  instituto escuela bank museum church`);
const LINK_WORDS = words('of for the and de del la für of der & at');
const PLACE_LEAD = words('san santa los las saint st port mount lake fort el');
const capital = (text: string, { start }: Atom) => /\p{Lu}/u.test(text[start] ?? '');
const adjacent = (text: string, left: Atom, right: Atom) => /^[ \u00a0]{1,2}$/.test(text.slice(left.end, right.start));

/** "Haskell County High School": a name ends this many words on at most. */
const NAME_REACH = 4;

function trails(text: string, atoms: readonly Atom[], to: number): boolean {
  for (let at = to + 1, left = atoms[to]; at <= to + NAME_REACH; at += 1) {
    const next = atoms[at];
    if (left === undefined || next === undefined || !adjacent(text, left, next) || !capital(text, next)) return false;
    if (ALWAYS.has(next.key)) return true;
    if (at <= to + 2 && OFTEN.has(next.key)) {
      const after = atoms[at + 1];
      const alone = after === undefined || !adjacent(text, next, after) || !/^\p{L}/u.test(text[after.start] ?? '');
      return alone || ALWAYS.has(after.key);
    }
    left = next;
  }
  return false;
}

function leads(text: string, atoms: readonly Atom[], from: number): boolean {
  const first = atoms[from];
  const before = atoms[from - 1];
  if (first !== undefined && before !== undefined && adjacent(text, before, first) && PLACE_LEAD.has(before.key))
    return capital(text, before);
  for (let at = from - 1, right = first; at >= from - 5; at -= 1) {
    const left = atoms[at];
    if (left === undefined || right === undefined || !adjacent(text, left, right)) return false;
    if (BEFORE.has(left.key)) return capital(text, left) && LINK_WORDS.has(atoms[at + 1]?.key ?? '');
    if (!LINK_WORDS.has(left.key) && !capital(text, left)) return false;
    right = left;
  }
  return false;
}

/**
 * Whether these words are part of the name of a street, place, firm or school: "Spring Street", "University of Redis".
 */
export function inProperName(text: string, atoms: readonly Atom[], from: number, to: number): boolean {
  const first = atoms[from];
  if (first === undefined || !capital(text, first)) return false;
  return trails(text, atoms, to) || leads(text, atoms, from);
}

const SKILLED_AT = words('good skilled proficient experienced expert adept great excellent better strong working');
const YEARS =
  /\b(?:19|20)\d\d\b.{0,12}?(?:[-–—]|to|bis|hasta|until).{0,12}?(?:\b(?:19|20)\d\d\b|present|now|current|heute|today|actualidad)/i;
const SEGMENT_BEFORE = /(?:^|[|•·\t(,–—@]|\s-|\bat)\s*$/;
const SEGMENT_AFTER = /^\s*(?:$|[|•·\t),–—(]|-\s)/;

/** Whether a name that is an employer too ("Oracle") stands here as one: after "at", or as a part of a dated line. */
export function isEmployerHere(text: string, atoms: readonly Atom[], from: number, to: number): boolean {
  const [first, last] = [atoms[from], atoms[to]];
  if (first === undefined || last === undefined) return false;
  const before = atoms[from - 1];
  if (before !== undefined && adjacent(text, before, first) && ['at', 'bei', 'chez'].includes(before.key))
    return !SKILLED_AT.has(atoms[from - 2]?.key ?? '');
  const lineStart = text.lastIndexOf('\n', first.start - 1) + 1;
  const newline = text.indexOf('\n', last.end);
  const lineEnd = newline < 0 ? text.length : newline;
  if (lineEnd - lineStart > 160) return false;
  return (
    SEGMENT_BEFORE.test(text.slice(lineStart, first.start)) &&
    SEGMENT_AFTER.test(text.slice(last.end, lineEnd)) &&
    YEARS.test(text.slice(lineStart, lineEnd))
  );
}
