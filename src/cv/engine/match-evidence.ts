import type { YearMonth } from './profile/dates.ts';
import { coveredMonths, stretchOf } from './profile/months.ts';
import type { Role } from './profile/roles.ts';
import type { Span } from './profile/spans.ts';
import type { SkillMention } from './skills/find-skills.ts';
import { impliedSkills } from './skills/vocabulary.ts';
import { namedYears, saysYearsOf } from './skills/years.ts';

/** What a CV shows of a person, as far as a match needs it. */
export interface CvEvidence {
  readonly text: string;
  /** All mentions of the CV, those that deny or wish among them. */
  readonly mentions: readonly SkillMention[];
  readonly roles: readonly Role[];
  /** Months of work over all; null when no dates say. */
  readonly monthsOfExperience: number | null;
  /** The month of the analysis: roles that go on are counted to it. */
  readonly asOf: YearMonth;
}

/** Time with a skill. */
export interface ShownYears {
  /** To one decimal. */
  readonly years: number;
  /** `roles`: the time of the roles that name it, what overlaps once; `stated`: a number the CV gives itself. */
  readonly source: 'roles' | 'stated';
  /** The roles, or the words that state it. */
  readonly evidence: readonly Span[];
}

/** How a CV shows a skill. */
export interface ShownSkill {
  readonly skill: string;
  /** The skill the CV names: `skill` itself, or one that nobody has without it (Django: Python). */
  readonly through: string;
  /** Where it names that, in order. */
  readonly mentions: readonly SkillMention[];
  /** Null when no role names it and no number is given: its time was not measured. */
  readonly years: ShownYears | null;
}

/** Looks skills up in what a CV shows. */
export interface ShownSkills {
  /** How the CV shows a skill; null when it does not. */
  find(skill: string): ShownSkill | null;
  /** The mentions that deny a skill or wish for it. */
  notHeld(skill: string): readonly SkillMention[];
}

/** Indexes the mentions of a CV. */
export function shownSkills(evidence: CvEvidence): ShownSkills {
  const held = new Map<string, SkillMention[]>();
  const notHeld = new Map<string, SkillMention[]>();
  for (const mention of evidence.mentions) {
    const index = mention.stance === 'held' ? held : notHeld;
    index.set(mention.skill, [...(index.get(mention.skill) ?? []), mention]);
  }
  // What each named skill shows besides itself, the first named before the later.
  const shownThrough = new Map<string, string[]>();
  for (const name of held.keys())
    for (const implied of impliedSkills(name).keys())
      shownThrough.set(implied, [...(shownThrough.get(implied) ?? []), name]);
  const find = (skill: string): ShownSkill | null => {
    const itself = held.get(skill);
    const others = shownThrough.get(skill) ?? [];
    const through = itself === undefined ? mostNamed(others, held) : skill;
    if (through === undefined) return null;
    const mentions = held.get(through) ?? [];
    // Time with Django is time with Python, whether or not the role says so.
    const all = [skill, ...others].flatMap((name) => held.get(name) ?? []);
    return { skill, through, mentions, years: yearsShown(evidence, skill, all) };
  };
  return { find, notHeld: (skill) => notHeld.get(skill) ?? [] };
}

function mostNamed(names: readonly string[], held: ReadonlyMap<string, readonly SkillMention[]>): string | undefined {
  const count = (name: string) => held.get(name)?.length ?? 0;
  return names.toSorted((one, other) => count(other) - count(one))[0];
}

function yearsShown(evidence: CvEvidence, skill: string, mentions: readonly SkillMention[]): ShownYears | null {
  const fromRoles = yearsInRoles(evidence, mentions);
  const stated = yearsStated(
    evidence.text,
    mentions.filter((mention) => mention.skill === skill),
  );
  if (fromRoles === null || stated === null) return fromRoles ?? stated;
  return stated.years > fromRoles.years ? stated : fromRoles;
}

const toYears = (months: number) => Math.round((months / 12) * 10) / 10;

function yearsInRoles({ roles, asOf }: CvEvidence, mentions: readonly SkillMention[]): ShownYears | null {
  const named = roles.filter((role) => mentions.some(({ span }) => role.start <= span.start && span.end <= role.end));
  const dated = named.flatMap((role) => {
    const { from, to } = role;
    const stretch = from === null || to === null ? null : stretchOf({ from: from.value, to: to.value }, asOf);
    return stretch === null ? [] : [{ role, stretch }];
  });
  if (dated.length === 0) return null;
  const months = coveredMonths(dated.map(({ stretch }) => stretch));
  const places = dated.map(({ role: { start, end } }) => ({ start, end }));
  return { years: toYears(months), source: 'roles', evidence: places };
}

const NEAR = 100;

function yearsStated(text: string, mentions: readonly SkillMention[]): ShownYears | null {
  const stated = mentions.flatMap(({ span }) => {
    const from = Math.max(0, span.start - NEAR);
    return namedYears(text.slice(from, span.end + NEAR / 2))
      .map(({ years, start, end }) => ({ years, start: start + from, end: end + from }))
      .filter((years) => saysYearsOf(text, years, span));
  });
  const most = stated.toSorted((one, other) => other.years - one.years)[0];
  return most === undefined
    ? null
    : { years: most.years, source: 'stated', evidence: [{ start: most.start, end: most.end }] };
}
