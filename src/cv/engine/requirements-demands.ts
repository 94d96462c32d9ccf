import type { Span } from './profile/spans.ts';
import { jobSectionsOf } from './requirements-wording.ts';
import type { SkillMention } from './skills/find-skills.ts';
import { isFieldOfWork } from './skills/occupations.ts';
import { genericSkills } from './skills/vocabulary.ts';
import { type NamedYears, namedYears, saysYearsOf } from './skills/years.ts';

/** Years of experience that a job asks for, and where it says so. */
export type AskedYears = NamedYears;

export const seniorities = ['intern', 'junior', 'mid', 'senior', 'lead'] as const;
/** `lead` is whoever leads by post: staff, principal and head are too. */
export type Seniority = (typeof seniorities)[number];

/** The level of a post, and where the description says so. */
export interface AskedSeniority extends Span {
  readonly level: Seniority;
}

const LEVELS: readonly (readonly [Seniority, string])[] = [
  [
    'intern',
    'interns?|internship|trainee|working student|werkstudent(?:in)?|praktikant(?:in)?|praktikum|becari[oa]|prácticas|stagiaire|apprentice(?:ship)?',
  ],
  ['junior', 'junior|jr\\.?|entry[- ]level|graduate|berufseinsteiger(?:in)?|career starter'],
  ['mid', 'mid[- ]?(?:level|senior)?|intermediate|regular|semi[- ]?senior'],
  ['lead', 'lead|principal|staff|head of|director|chief|leitende[rn]?|teamleit(?:er|ung)|jefe'],
  ['senior', String.raw`senior|sr\.?|expert|erfahrene[rn]?|experienced`],
];
const TRADE = String.raw`(?:[\p{L}\p{N}+#./&-]+[\s,]+){0,4}?(?:developers?|engineers?|programmers?|architects?|analysts?|designers?|scientists?|administrators?|managers?|consultants?|specialists?|technicians?|testers?|entwickler(?:in)?|ingenieur(?:in)?|desarrollador(?:a)?|ingenier[oa]|développeu(?:r|se)|writers?|leads?|owners?|masters?|nurses?|accountants?|researchers?|officers?)`;

const levelIn = (text: string, near: boolean) => {
  const found = LEVELS.flatMap(([level, words]) => {
    const match = new RegExp(
      `(?<![\\p{L}\\p{N}])(${words})(?![\\p{L}\\p{N}])${near ? `(?=[\\s/-]+${TRADE}(?!\\p{L}))` : ''}`,
      'iu',
    ).exec(text);
    return match === null ? [] : [{ level, start: match.index, end: match.index + match[0].length }];
  });
  return found.toSorted((one, other) => one.start - other.start)[0] ?? null;
};
/** The level a title of a post names; null when it names none. */
export function levelOfTitle(title: string): Seniority | null {
  return levelIn(title, false)?.level ?? null;
}

const TITLE_LENGTH = 120;
const OPENING_LENGTH = 600;

/**
 * The level a job description asks for: by its title, else by the trade its opening names; null when it does not say.
 */
export function seniorityAsked(text: string): AskedSeniority | null {
  const title = /^\s*([^\n]*)/.exec(text);
  const line = title?.[1] ?? '';
  if (line.length <= TITLE_LENGTH) {
    const level = levelIn(line, false);
    const start = (title?.[0].length ?? 0) - line.length;
    if (level !== null) return { ...level, start: level.start + start, end: level.end + start };
  }
  return levelIn(text.slice(0, OPENING_LENGTH), true);
}

/** Words between years and a skill that make the years those of a whole career. */
const OVERALL =
  /^\s*(?:of\s+)?(?:(?:\p{L}[\p{L}-]*|\/|&)\s+){0,5}?(?:experience|expertise|berufserfahrung|erfahrung|praxis|experiencia|expérience|work|background|track record|as\s+an?|in\s+(?:an?|the)\s)(?!\p{L})|^\s*(?:in|as|building|developing|working|doing)\b/iu;
const SENTENCE_STOP = /[.;!?\n]/;

/** The years asked of each mention: "3+ years with Python", "Python (3 years)". */
export function yearsAskedOf(text: string, mentions: readonly SkillMention[]): ReadonlyMap<SkillMention, AskedYears> {
  const asked = new Map<SkillMention, AskedYears>();
  for (const years of inDemand(text)) {
    const after = mentions.filter(({ span }) => span.start >= years.end && span.start <= years.end + 160);
    const before = mentions.findLast(({ span }) => span.end <= years.start);
    if (before !== undefined && saysYearsOf(text, years, before.span)) {
      asked.set(before, asked.get(before) ?? years);
      continue;
    }
    let last: number | null = null;
    for (const mention of after) {
      const { start, end } = mention.span;
      const first: boolean = last === null;
      const follows = first ? saysYearsOf(text, years, mention.span) : LINKED.test(text.slice(last ?? 0, start));
      if (!follows || genericSkills().has(mention.skill)) break;
      asked.set(mention, asked.get(mention) ?? years);
      last = end;
    }
  }
  return asked;
}

const CAREER = /^[^.;!?\n,]{0,40}$/;

/** Whether a mention only says what the years are of: "5 years of software development experience". */
export function saysCareer(text: string, { skill, span }: SkillMention): boolean {
  if (!isFieldOfWork(skill)) return false;
  const from = Math.max(0, span.start - 60);
  const years = namedYears(text.slice(from, span.start)).at(-1);
  const counted = years !== undefined && CAREER.test(text.slice(from + years.end, span.start));
  return counted && /^\s+(?:\w+\s+)?experience\b/i.test(text.slice(span.end, span.end + 40));
}

const LINKED = /^\s?(?:\/|,?\s*\b(?:or|and|oder|und|o|y|et|ou)\b|&)\s*$/i;

/** Years asked over all: the longest that is not of a single skill, or of one with "professional" before it. */
export function yearsAsked(text: string): AskedYears | null {
  const asked = inDemand(text).filter(({ start, end }) => {
    const stop = text.slice(end).search(SENTENCE_STOP);
    const rest = text.slice(end, stop < 0 ? end + 120 : Math.min(end + stop, end + 120));
    const lead = text.slice(Math.max(0, start - 60), start);
    return (
      OVERALL.test(rest) ||
      /\b(?:experience|erfahrung|experiencia|expérience)\s*(?::|of|\(|\p{L}{0,10}\s?(?:at least|min\w*\.?|mindestens|mínim\w+))\s*$/iu.test(
        lead,
      )
    );
  });
  return asked.toSorted((one, other) => other.years - one.years)[0] ?? null;
}

/** Years named where the firm speaks of itself ask for nothing: "in business for 20 years". */
function inDemand(text: string): NamedYears[] {
  const company = jobSectionsOf(text).filter(({ part }) => part === 'company');
  return namedYears(text).filter(({ start, end }) => {
    if (company.some((section) => section.start <= start && start < section.end)) return false;
    const before = text.slice(Math.max(0, start - 80), start);
    const sentence = before.slice(before.search(/[^.!?\n]*$/));
    return (
      !/\b(?:for (?:over|more than|the (?:last|past))|since|founded|we have|we['’]ve|our (?:company|team)|history of|over the (?:last|past|next)|every|each|within)\s*[^.!?\n]{0,30}$/i.test(
        sentence,
      ) ||
      /\b(?:you|candidate|required|must)\b/i.test(sentence) ||
      /^\s*of\b/i.test(text.slice(end, end + 5))
    );
  });
}
