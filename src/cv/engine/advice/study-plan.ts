import { vocabulary } from '../skills/vocabulary.ts';
import type { Project } from './catalogue.ts';
import type { ChosenProjects } from './choose-projects.ts';
import type { SkillGap } from './gaps.ts';

/** The hours of closing gaps. */
export interface PlanHours {
  readonly required: number;
  readonly preferred: number;
}

/** The share of a skill's hours that is reading and exercises; the rest is practice, which the projects are. */
const READING_SHARE = 0.3;
/** Of which somebody needs this much who knows a skill of the same kind. */
const KIN_SHARE = 0.5;
/** The share of its hours at which a skill that another stands on is known well enough to go on. */
const GROUND_SHARE = 0.5;
const DEFAULT_HOURS = 15;

const hoursOf = (skill: string) => vocabulary().get(skill)?.hours ?? DEFAULT_HOURS;

/** Hours of reading before the first project. */
export function readingHours({ skill, kin }: Pick<SkillGap, 'skill' | 'kin'>): number {
  return hoursOf(skill) * READING_SHARE * (kin.length > 0 ? KIN_SHARE : 1);
}

/** Hours for something that a skill stands on, to the point where the skill itself can be begun. */
export function groundHours(skill: string): number {
  return hoursOf(skill) * GROUND_SHARE;
}

/** Hours from where the person stands to a first result: ground that is no gap of its own, reading, one project. */
export function firstResultHours(gap: SkillGap, project: Project, missing: ReadonlySet<string>): number {
  const ground = gap.before.filter((name) => !missing.has(name));
  return ground.reduce((sum, name) => sum + groundHours(name), 0) + readingHours(gap) + project.hours;
}

/**
 * The hours of the whole plan: for each gap what it stands on, the reading, and its best project, where nothing counts
 * twice: a project that covers several gaps, and ground that several stand on or that is a gap of its own.
 */
export function planHours(gaps: readonly SkillGap[], chosen: readonly ChosenProjects[]): PlanHours {
  const missing = new Set(gaps.map(({ skill }) => skill));
  const learned = new Set<string>();
  const built: Project[] = [];
  const hours = { required: 0, preferred: 0 };
  gaps.forEach((gap, index) => {
    const ground = gap.before.filter((name) => !missing.has(name) && !learned.has(name));
    for (const name of ground) learned.add(name);
    hours[gap.priority] += readingHours(gap) + ground.reduce((sum, name) => sum + groundHours(name), 0);
    const best = chosen[index]?.best;
    if (best === undefined || built.some(({ skills }) => skills.includes(gap.skill))) return;
    built.push(best);
    hours[gap.priority] += best.hours;
  });
  return hours;
}
