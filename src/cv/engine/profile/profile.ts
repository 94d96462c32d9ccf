import type { CvReading } from '../reading/blocks.ts';
import { type Contact, contactOf } from './contact.ts';
import type { YearMonth } from './dates.ts';
import { type Education, educationOf } from './education.ts';
import { languagesOf, type SpokenLanguage } from './languages.ts';
import { monthsOfExperience, type Role, rolesOf } from './roles.ts';
import { type Section, sectionsOf } from './sections.ts';

/** What a CV says of a person. Every value has its place in the text; what is not found is null or absent. */
export interface CvProfile {
  readonly contact: Contact;
  readonly sections: readonly Section[];
  /** As written, mostly the latest first. */
  readonly roles: readonly Role[];
  /** Months of work, what overlaps once; null when no role has dates that say. */
  readonly monthsOfExperience: number | null;
  readonly education: readonly Education[];
  readonly languages: readonly SpokenLanguage[];
}

/**
 * Reads the profile out of a CV. Deterministic: roles that go on are counted to `asOf`, the month of the analysis, and
 * no clock is asked.
 */
export function parseProfile(
  { text, blocks, links }: Pick<CvReading, 'text' | 'blocks' | 'links'>,
  asOf: YearMonth,
): CvProfile {
  const sections = sectionsOf(text, blocks);
  const all = <Value>(kind: Section['kind'], read: (section: Section) => Value[]): Value[] =>
    sections.filter((section) => section.kind === kind).flatMap(read);
  const roles = all('experience', (section) => rolesOf(section, asOf));
  return {
    contact: contactOf(text, blocks, sections, links),
    sections,
    roles,
    monthsOfExperience: monthsOfExperience(roles, asOf),
    education: all('education', educationOf),
    languages: all('languages', languagesOf),
  };
}
