import type { Span } from '../profile/spans.ts';

/** Years that a text names as experience. */
export interface NamedYears extends Span {
  /** The lower number of a range: "3-5 years" are three. */
  readonly years: number;
}

const NUMBER_WORDS: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  zwei: 2,
  drei: 3,
  vier: 4,
  fünf: 5,
  dos: 2,
  tres: 3,
  cuatro: 4,
  cinco: 5,
};
const NUMBER = String.raw`(\d{1,2}(?:[.,]5)?|${Object.keys(NUMBER_WORDS).join('|')})`;
const YEARS = new RegExp(
  String.raw`(?<![\p{L}\p{N}.,])${NUMBER}\s?(?:\+|plus|or more|o más|oder mehr)?\s*(?:(?:-|–|to|bis|a)\s*\d{1,2}\s?\+?\s*)?(?:\(\d{1,2}\)\s*)?\+?\s*(?:full\s+|volle\s+)?(?:years?|yrs?\.?|jahren?|años|ans)(?![\p{L}])['’]?`,
  'giu',
);
/** Ages of firms and terms of contracts: no experience asked or shown. */
const NO_EXPERIENCE = /^\s*(?:old|ago|contract|in business|of age|warranty|guarantee|fixed)\b/i;
const LONGEST = 40;

/** Every place where a text names years of experience, in order. */
export function namedYears(text: string): NamedYears[] {
  return [...text.matchAll(YEARS)].flatMap((match) => {
    const [whole, number = ''] = match;
    const end = match.index + whole.length;
    const years = NUMBER_WORDS[number.toLowerCase()] ?? Number(number.replace(',', '.'));
    if (!(years > 0 && years <= LONGEST) || NO_EXPERIENCE.test(text.slice(end, end + 20))) return [];
    return [{ years, start: match.index, end }];
  });
}

const BRACKETED =
  /^\s*(?:[(:,–—-]\s*|for\s+|\()\s*(?:at least\s+|min(?:imum|\.)?\s+|over\s+|more than\s+|ca\.\s+|mindestens\s+)?$/i;
const LEADS_TO =
  /^(?=[^.;!?\n]{0,70}$)[^,:)]*\b(?:with|in|of|using|mit|con|en|writing|building|developing|administering|operating|programming|as)\b[^:)]*$/i;
const DIRECT = /^\s*(?:of\s+|in\s+)?(?:[\p{L}-]+\s+){0,2}$/u;

/** Whether the years are said of a skill: "3 years of Python", "Python (3 years)", "5+ years' experience with AWS". */
export function saysYearsOf(text: string, years: Span, skill: Span): boolean {
  if (skill.start >= years.end) {
    const between = text.slice(years.end, skill.start);
    return between.length <= 90 && (LEADS_TO.test(between) || DIRECT.test(between));
  }
  const between = text.slice(skill.end, years.start);
  if (between.length > 24 || !BRACKETED.test(between)) return false;
  // "Terraform, 5 years of Java": what follows is meant.
  return (
    !between.startsWith(',') || !/^\s*(?:of|in|with|mit|in|de|con|en)\b/i.test(text.slice(years.end, years.end + 8))
  );
}
