import type { RequirementMatch, SkillMatch } from './match.ts';
import type { CvEvidence } from './match-evidence.ts';
import type { Role } from './profile/roles.ts';
import type { Span } from './profile/spans.ts';
import { seniorities } from './requirements-demands.ts';

/** A sentence on the match, with the places of the CV that it rests on; none for what the CV does not have. */
export interface Observation {
  readonly text: string;
  readonly evidence: readonly Span[];
}

type Facts = Omit<SkillMatch, 'strengths' | 'areasForImprovement' | 'warnings'>;

const MOST_NAMED = 6;
const DEEPEST = 3;

function list(names: readonly string[], last: 'and' | 'or' = 'and'): string {
  if (names.length < 2) return names.join('');
  if (names.length > MOST_NAMED)
    return `${names.slice(0, MOST_NAMED - 1).join(', ')} and ${names.length - MOST_NAMED + 1} more`;
  return `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
}

const years = (count: number) => `${count} ${count === 1 ? 'year' : 'years'}`;
const skills = (count: number) => `${count} ${count === 1 ? 'skill' : 'skills'}`;
const met = ({ shown }: RequirementMatch) => shown !== null;
const places = (matches: readonly RequirementMatch[]) =>
  matches.flatMap(({ shown }) => shown?.mentions.slice(0, 1).map(({ span }) => span) ?? []);
const shownName = ({ shown, requirement }: RequirementMatch) => shown?.skill ?? requirement.skill;

function employers(roles: readonly Role[], evidence: readonly Span[]): string {
  const named = roles.filter(({ start }) => evidence.some((span) => span.start === start));
  const names = [...new Set(named.flatMap(({ employer }) => employer?.value ?? []))];
  return names.length === 0 ? '' : ` at ${list(names)}`;
}

/** What speaks for the person, the most telling first. */
export function describeStrengths(facts: Facts, evidence: CvEvidence): Observation[] {
  const observations: Observation[] = [];
  const { required, preferred, softSkills } = facts;
  const had = required.filter(met);
  if (had.length > 0) {
    const share =
      had.length === required.length
        ? had.length === 1
          ? 'the one required skill'
          : `all ${had.length} required skills`
        : `${had.length} of the ${skills(required.length).replace('skill', 'required skill')}`;
    observations.push({ text: `The CV shows ${share}: ${list(had.map(shownName))}.`, evidence: places(had) });
  }
  observations.push(...deepest(facts, evidence));
  for (const { requirement, shown } of had) {
    if (shown === null || shown.through === shown.skill) continue;
    const text = `${requirement.label} is not named, but follows from the work with ${shown.through}.`;
    observations.push({ text, evidence: shown.mentions.map(({ span }) => span).slice(0, DEEPEST) });
  }
  const welcome = preferred.filter(met);
  if (welcome.length > 0)
    observations.push({
      text: `It also has ${list(welcome.map(shownName))}, which the job would welcome.`,
      evidence: places(welcome),
    });
  if (facts.yearsAsked !== null && facts.yearsShown !== null && facts.yearsShown >= facts.yearsAsked) {
    const text = `${years(facts.yearsShown)} of experience where ${facts.yearsAsked} ${facts.yearsAsked === 1 ? 'is' : 'are'} asked for.`;
    observations.push({ text, evidence: evidence.roles.map(({ start, end }) => ({ start, end })) });
  }
  const soft = softSkills.filter(met);
  if (soft.length > 0)
    observations.push({
      text: `Of the soft skills asked for, it names ${list(soft.map((one) => shownName(one).toLowerCase()))}.`,
      evidence: places(soft),
    });
  return observations;
}

/** The skills of longest use among those asked for. */
function deepest({ required, preferred }: Facts, { roles }: CvEvidence): Observation[] {
  return [...required, ...preferred]
    .flatMap((match) => {
      const time = match.shown?.years;
      return time === null || time === undefined || time.years < 1 || (match.yearsMissing ?? 0) > 0
        ? []
        : [{ match, time }];
    })
    .toSorted((one, other) => other.time.years - one.time.years)
    .slice(0, DEEPEST)
    .map(({ match, time }) => {
      const asked = match.requirement.years === null ? '' : ` (${match.requirement.years.years} asked)`;
      const where = time.source === 'roles' ? employers(roles, time.evidence) : ', as the CV states';
      return { text: `${shownName(match)}: ${years(time.years)}${asked}${where}.`, evidence: time.evidence };
    });
}

/** What is missing or thin, the required first. */
export function describeAreas(facts: Facts, evidence: CvEvidence): Observation[] {
  const { required, preferred, softSkills } = facts;
  const observations = required.filter((match) => !met(match)).map((match) => missing(match));
  for (const match of [...required, ...preferred]) observations.push(...thin(match));
  if (facts.yearsAsked !== null && facts.yearsShown !== null && facts.yearsShown < facts.yearsAsked) {
    const text = `The job asks for ${years(facts.yearsAsked)} of experience; the dated roles of the CV add up to ${facts.yearsShown}.`;
    observations.push({ text, evidence: evidence.roles.map(({ start, end }) => ({ start, end })) });
  }
  observations.push(...levelBelow(facts, evidence));
  const welcome = preferred.filter((match) => !met(match));
  if (welcome.length > 0)
    observations.push({
      text: `${list(welcome.map(({ requirement }) => requirement.label))} would be welcome and ${welcome.length === 1 ? 'is' : 'are'} not in the CV.`,
      evidence: [],
    });
  const soft = softSkills.filter((match) => !met(match)).map(({ requirement }) => requirement.label.toLowerCase());
  if (soft.length > 0)
    observations.push({
      text: `The job asks for ${list(soft)}: say in the CV where you have shown ${soft.length === 1 ? 'it' : 'them'}.`,
      evidence: [],
    });
  return observations;
}

function missing({ requirement, notHeld }: RequirementMatch): Observation {
  const asked = requirement.years === null ? '' : `, ${years(requirement.years.years)} of it`;
  const said = notHeld[0];
  if (said === undefined)
    return { text: `${requirement.label} is required${asked}, and the CV does not mention it.`, evidence: [] };
  const what = said.stance === 'wished' ? 'names it only as something to learn' : 'says that it is missing';
  return {
    text: `${requirement.label} is required${asked}; the CV ${what}.`,
    evidence: notHeld.map(({ span }) => span),
  };
}

function thin(match: RequirementMatch): Observation[] {
  const { requirement, shown, yearsMissing } = match;
  const asked = requirement.years;
  if (asked === null || shown === null) return [];
  if (shown.years === null) {
    const text = `${shown.skill} is in the CV, but no dated role names it, so that the ${years(asked.years)} asked for cannot be seen.`;
    return [{ text, evidence: shown.mentions.map(({ span }) => span) }];
  }
  if (yearsMissing === null || yearsMissing === 0) return [];
  const text = `${shown.skill}: ${years(asked.years)} asked for, ${shown.years.years} shown.`;
  return [{ text, evidence: shown.years.evidence }];
}

function levelBelow({ seniorityAsked: asked, seniorityShown: shown }: Facts, { roles }: CvEvidence): Observation[] {
  if (asked === null || shown === null || seniorities.indexOf(shown) >= seniorities.indexOf(asked)) return [];
  const title = roles.find(({ title: one }) => one !== null)?.title;
  const level = (word: string) => (word === 'mid' ? 'mid-level' : word);
  const text = `The post is for ${article(asked)} ${level(asked)} position; the latest roles are ${level(shown)} ones.`;
  return [{ text, evidence: title == null ? [] : [{ start: title.start, end: title.end }] }];
}

const article = (word: string) => (/^[aeiou]/.test(word) ? 'an' : 'a');
