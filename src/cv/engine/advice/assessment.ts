import type { RequirementMatch, SkillMatch } from '../match.ts';
import { seniorities } from '../requirements-demands.ts';
import type { SkillGap } from './gaps.ts';
import type { KnownSkills } from './known-skills.ts';
import { hoursPerWeek, spanOf } from './preparation.ts';
import type { PlanHours } from './study-plan.ts';
import { counted, inWords, listed, roundHours, sentence } from './wording.ts';

/** What the whole is judged by. */
export interface AssessmentFacts {
  readonly match: SkillMatch;
  readonly gaps: readonly SkillGap[];
  readonly plan: PlanHours;
  readonly known: KnownSkills;
}

/** The whole in a few sentences: where the person stands, what carries, what is short, and what to do. */
export function overallAssessment(facts: AssessmentFacts): string {
  const sentences = isAsked(facts.match)
    ? [standing(facts.match), carrying(facts), missing(facts), ...shortfalls(facts.match), advice(facts)]
    : [nothingAsked(facts.match), ...shortfalls(facts.match)];
  return sentences.flatMap((text) => (text === '' ? [] : sentence(text))).join(' ');
}

const isAsked = ({ required, preferred }: SkillMatch) => required.length + preferred.length > 0;
const isMet = ({ shown }: RequirementMatch) => shown !== null;

function nothingAsked({ yearsAsked, seniorityAsked }: SkillMatch): string {
  const other = yearsAsked !== null || seniorityAsked !== null;
  return other
    ? 'The job description names no skill that a CV could be held against, only experience.'
    : 'The job description names no skill that a CV could be held against, so nothing can be said about the match.';
}

function standing({ required, preferred }: SkillMatch): string {
  const had = required.filter(isMet).length;
  const welcome = preferred.filter(isMet).length;
  if (required.length === 0) {
    if (welcome === preferred.length) return `Nothing is required outright, and the CV has all that would be welcome.`;
    return welcome === 0
      ? 'Nothing is required outright; of what would be welcome the CV shows nothing yet.'
      : `Nothing is required outright; of the ${counted(preferred.length, 'skill')} that would be welcome the CV shows ${inWords(welcome)}.`;
  }
  const share = had / required.length;
  const of = `${inWords(had)} of ${inWords(required.length)} required skills`;
  if (share === 1)
    return required.length === 1
      ? 'The one skill that is required is there.'
      : `This is a strong match: all ${inWords(required.length)} required skills are in the CV.`;
  if (had === 0)
    return required.length === 1
      ? 'The one skill that is required is not in the CV.'
      : `As it stands, the CV shows none of the ${inWords(required.length)} required skills, so this post is a long way off.`;
  if (share >= 0.75) return `A good match with a clear remainder: ${of} are there.`;
  if (share === 0.5) return `Half of the way is done: the CV has ${of}.`;
  if (share > 0.5) return `More than half of the way is done: the CV has ${of}.`;
  return share >= 0.25
    ? `The CV has ${of}, which is too little for an application to carry by itself.`
    : `Only ${of} ${had === 1 ? 'is' : 'are'} there: the post lies in another field than the CV, or a step further on.`;
}

/** The skills that speak loudest: those with the longest time, else those that are there. */
function carrying({ match, known }: AssessmentFacts): string {
  const { required, preferred, seniorityAsked, seniorityShown } = match;
  const had = [...required, ...preferred].filter(isMet);
  const long = had
    .flatMap(({ shown }) =>
      shown === null || shown.years === null || shown.years.years < 2
        ? []
        : [{ skill: shown.skill, years: shown.years.years }],
    )
    .toSorted((one, other) => other.years - one.years)
    .slice(0, 2);
  const level = seniorityAsked !== null && seniorityAsked === seniorityShown ? ' and the level fits' : '';
  const [first, second] = long;
  if (first !== undefined && second !== undefined)
    return `What carries it is ${counted(first.years, 'year')} of ${first.skill} and ${counted(second.years, 'year')} of ${second.skill}${level === '' ? '' : ','}${level}.`;
  if (first !== undefined)
    return `What carries it is ${counted(first.years, 'year')} of ${first.skill}${level === '' ? '' : ','}${level}.`;
  const names = had.flatMap(({ shown }) => shown?.skill ?? []);
  if (names.length === 0)
    return known.named.length === 0 ? '' : `Its strengths lie elsewhere: ${listed(known.named.slice(0, 3))}.`;
  return `No dated role says for how long ${listed(names, 3)} ${names.length === 1 ? 'was' : 'were'} used, and a reader will ask.`;
}

function missing({ match, gaps }: AssessmentFacts): string {
  const required = gaps.filter(({ priority }) => priority === 'required');
  const preferred = gaps.filter(({ priority }) => priority === 'preferred');
  const [first] = required;
  if (first === undefined) {
    if (preferred.length === 0)
      return match.preferred.length > 0 && match.required.length > 0 ? 'What would be welcome is there too.' : '';
    return `Only what would be welcome is missing: ${names(preferred)}.`;
  }
  if (required.length === 1) return `What is missing is ${first.skill}${near(first)}.`;
  const weightiest = required.length > 2 ? `, ${first.skill} first of all` : '';
  return `${names(required)} are missing${weightiest}${near(first)}.`;
}

const names = (gaps: readonly SkillGap[]) => listed(gaps.map(({ skill }) => skill));

function near({ kin, skill }: SkillGap): string {
  const [closest] = kin;
  return closest === undefined ? '' : `; ${closest} in the CV shortens the way to ${skill}`;
}

/** Years and level that are short; what is not measured is not spoken of. */
function shortfalls({
  required,
  preferred,
  yearsAsked,
  yearsShown,
  seniorityAsked,
  seniorityShown,
}: SkillMatch): string[] {
  const said: string[] = [];
  if (yearsAsked !== null && yearsShown !== null && yearsShown < yearsAsked) {
    const lack = Math.round((yearsAsked - yearsShown) * 10) / 10;
    said.push(
      lack <= 1 && yearsShown >= 0.75 * yearsAsked
        ? `With ${counted(yearsShown, 'year')} of the ${yearsAsked} asked for, experience is just short, which few will hold against it.`
        : `The job asks for ${counted(yearsAsked, 'year')} of experience and the dated roles add up to ${yearsShown}, which no project makes up for.`,
    );
  }
  const thin = [...required, ...preferred].filter(({ yearsMissing }) => (yearsMissing ?? 0) > 0);
  const [one] = thin;
  if (thin.length === 1 && one !== undefined && one.requirement.years !== null)
    said.push(
      `${one.shown?.skill ?? one.requirement.skill} is there with less time than the ${counted(one.requirement.years.years, 'year')} asked for.`,
    );
  if (thin.length > 1)
    said.push(
      `In ${listed(thin.map(({ requirement }) => requirement.skill))} the CV shows fewer years than are asked for.`,
    );
  if (
    seniorityAsked !== null &&
    seniorityShown !== null &&
    seniorities.indexOf(seniorityShown) < seniorities.indexOf(seniorityAsked)
  )
    said.push(
      `The post is for ${levels[seniorityAsked]} and the latest roles are those of ${levels[seniorityShown]}, so be ready to show responsibility you have carried.`,
    );
  return said;
}

const levels = {
  intern: 'an intern',
  junior: 'a junior',
  mid: 'somebody with some experience',
  senior: 'a senior',
  lead: 'somebody who leads',
} as const;

function advice({ match, gaps, plan }: AssessmentFacts): string {
  const { required } = match;
  const open = gaps.filter(({ priority }) => priority === 'required');
  const [first] = open;
  if (first === undefined) {
    return gaps.length === 0
      ? 'Apply now, with the strongest of it at the top of the CV.'
      : 'Apply now; the rest can be learned on the way.';
  }
  const hours = roundHours(plan.required);
  const share = 1 - open.length / required.length;
  if (share >= 0.75)
    return `Apply now and begin with ${first.skill}: about ${counted(hours, 'hour')} of work close${open.length === 1 ? ' the gap' : ' what is missing'}.`;
  if (share >= 0.5)
    return `Begin with ${first.skill} and apply once its first project is in the CV; closing everything required takes about ${spanOf(hours)} at ${hoursPerWeek} hours a week.`;
  return hours > 200
    ? `Closing it all would take about ${counted(hours, 'hour')}: look for a post between the two as well, and begin with ${first.skill}.`
    : `Closing it takes about ${counted(hours, 'hour')}; begin with ${first.skill}, and apply when two of the projects are done.`;
}
