import { vocabulary } from '../skills/vocabulary.ts';
import type { ChosenProjects } from './choose-projects.ts';
import type { SkillGap } from './gaps.ts';
import type { KnownSkills } from './known-skills.ts';
import { firstResultHours, groundHours, readingHours } from './study-plan.ts';
import { counted, inWords, listed, roundHours } from './wording.ts';

export interface PathContext {
  readonly known: KnownSkills;
  /** All gaps: what is one of its own is not planned twice. */
  readonly missing: ReadonlySet<string>;
}

/**
 * The steps from what somebody knows to a skill they can show, in order and with hours: what it stands on, its
 * documentation, its projects from the easiest on.
 */
export function learningPath(gap: SkillGap, chosen: ChosenProjects, context: PathContext): string {
  const steps = [...groundSteps(gap, context), readingStep(gap), ...projectSteps(gap, chosen.projects)];
  const numbered = steps.map((step, index) => `${index + 1}. ${step}`);
  return [beginning(gap, chosen, context), ...numbered, ending(gap, chosen, context)].join('\n');
}

/** Hours of a skill that can be learned on the side, and of one that is a field of its own. */
const SMALL_HOURS = 15;
const BROAD_HOURS = 100;

/** Where the person stands. */
function beginning({ skill, kin, before }: SkillGap, { best }: ChosenProjects, { known }: PathContext): string {
  const entry = vocabulary().get(skill);
  const implied = (entry?.implies ?? []).filter((name) => known.has(name));
  const near = listed(kin.slice(0, 2));
  if (kin.length > 0 && implied.length > 0)
    return `You know ${near} and, underneath, ${listed(implied)}, so much of ${skill} will look familiar: look for the differences.`;
  if (kin.length > 0)
    return `${near} ${kin.length === 1 ? 'is' : 'are'} of the same kind as ${skill}, so begin with what is different.`;
  if (implied.length > 0 && before.length === 0)
    return `${skill} builds on ${listed(implied)}, which you use already: you can start with the subject itself.`;
  if (implied.length > 0)
    return `You bring ${listed(implied)}; ${listed(before)} ${before.length === 1 ? 'is' : 'are'} still missing below ${skill}.`;
  if (before.length > 0) return `${skill} stands on ${listed(before)}, so the way begins one step earlier.`;
  const helps = [...best.prerequisites, ...best.skills].filter((name) => name !== skill && known.has(name));
  if (helps.length > 0)
    return `${skill} is new to the CV, but ${listed([...new Set(helps)].slice(0, 2))} will help you with it.`;
  const hours = entry?.hours ?? 0;
  if (hours >= BROAD_HOURS)
    return `${skill} is a wide field; go for one result you can show before you go for breadth.`;
  if (hours <= SMALL_HOURS) return `${skill} is small enough to be learned on the side.`;
  return `${skill} is new ground, and needs nothing in particular before it.`;
}

function groundSteps({ before, skill }: SkillGap, { missing }: PathContext): string[] {
  return before.map((name) => {
    if (missing.has(name))
      return `Begin with ${name}, which is a gap of its own: its first project is enough to go on.`;
    const address = vocabulary().get(name)?.documentation ?? '';
    const where = address === '' ? '' : ` from ${address}`;
    return `Learn as much ${name} as ${skill} needs${where} (about ${counted(roundHours(groundHours(name)), 'hour')}).`;
  });
}

function readingStep(gap: SkillGap): string {
  const address = vocabulary().get(gap.skill)?.documentation ?? '';
  const hours = counted(roundHours(readingHours(gap)), 'hour');
  const where = address === '' ? 'an introduction to it' : `the introductory part of ${address}`;
  return `Read ${where} and try its examples (about ${hours}).`;
}

function projectSteps({ skill }: SkillGap, projects: ChosenProjects['projects']): string[] {
  return projects.map(({ title, hours, skills }, index) => {
    const others = skills.filter((name) => name !== skill).slice(0, 2);
    const also = index === 0 && others.length > 0 ? `; it brings in ${listed(others)} too` : '';
    const verb = index === 0 ? 'Build' : index === 1 ? 'Go on with' : 'Then';
    return `${verb} “${title}” (${counted(hours, 'hour')})${also}.`;
  });
}

/** When it is enough. */
function ending(gap: SkillGap, { projects, best }: ChosenProjects, { missing }: PathContext): string {
  const time = counted(roundHours(firstResultHours(gap, best, missing)), 'hour');
  const enough =
    projects.length === 1
      ? `That makes about ${time}; publish the result and link it in the CV.`
      : `One of the ${inWords(projects.length)} is enough to show it; “${best.title}” fits best here and makes it about ${time} in all. Publish it and link it in the CV.`;
  return gap.years === null ? enough : `${enough} The ${counted(gap.years, 'year')} asked for only work can show.`;
}
