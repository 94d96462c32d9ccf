import type { Seniority } from '../requirements-demands.ts';
import { once } from '../skills/once.ts';
import { impliedSkills, vocabulary } from '../skills/vocabulary.ts';
import { catalogue, type Difficulty, difficulties, type Project } from './catalogue.ts';
import { documentationProject } from './documentation-project.ts';
import type { SkillGap } from './gaps.ts';
import type { KnownSkills } from './known-skills.ts';

/** The projects for a gap. */
export interface ChosenProjects {
  /** Up to three, from the easiest to the hardest. */
  readonly projects: readonly Project[];
  /** The one that fits best: whoever builds only one builds this. */
  readonly best: Project;
}

export interface ChoiceContext {
  readonly known: KnownSkills;
  /** By the titles of the latest roles; null when they do not say. */
  readonly seniority: Seniority | null;
  /** Everything that is missing, soft skills too: a project that closes several gaps is worth more. */
  readonly missing: readonly { readonly skill: string; readonly isRequired: boolean }[];
}

const MOST_PROJECTS = 3;
/** How many of a project's skills are what it is about. */
const MAIN_SKILLS = 2;

/** Where somebody begins with a skill that is new to them. */
const startBySeniority: Readonly<Record<Seniority, Difficulty>> = {
  intern: 'beginner',
  junior: 'beginner',
  mid: 'intermediate',
  senior: 'intermediate',
  lead: 'intermediate',
};

/**
 * Chooses up to three projects for each gap, in the order of the gaps. The score of a project is the sum of
 * - how much it is about the skill: 3 among its first two, 2 named, 1 only through another skill (Django: Python);
 * - other gaps that it covers: 1 for a required, 0.5 for a preferred one, 2 at most;
 * - twice the share of its prerequisites that the person has, or learns with the skill; the skill itself is not there
 *   yet;
 * - the share of its other skills that are known or missing here, so that it stays in the person's field, less a
 *   hundredth for each hour that learning the rest takes, 1.5 at most;
 * - how its difficulty fits: 1.2, 0.3 and -1.2 with the distance from where somebody of this seniority begins.
 * After each choice the same difficulty counts 0.8 less and a project chosen for an earlier gap 1 less. Of equals the
 * earlier in the catalogue comes first. A skill that the catalogue does not have gets a project of its documentation.
 */
export function chooseProjects(gaps: readonly SkillGap[], context: ChoiceContext): ChosenProjects[] {
  const used = new Set<Project>();
  return gaps.map((gap) => {
    const chosen = chooseFor(gap, context, used);
    for (const project of chosen) used.add(project);
    const best = chosen[0] ?? documentationProject(gap, context.known);
    const projects = chosen.length === 0 ? [best] : chosen.toSorted((one, other) => level(one) - level(other));
    return { projects, best };
  });
}

const level = ({ difficulty }: Project) => difficulties.indexOf(difficulty);

/** Best first. */
function chooseFor(gap: SkillGap, context: ChoiceContext, used: ReadonlySet<Project>): Project[] {
  const candidates = (teachers().get(gap.skill) ?? []).map(({ project, about }) => ({
    project,
    score: about + suitability(project, gap, context) - (used.has(project) ? 1 : 0),
  }));
  const chosen: Project[] = [];
  while (chosen.length < MOST_PROJECTS && chosen.length < candidates.length) {
    const best = candidates
      .filter(({ project }) => !chosen.includes(project))
      .map(({ project, score }) => ({
        project,
        score: score - 0.8 * chosen.filter(({ difficulty }) => difficulty === project.difficulty).length,
      }))
      .reduce((one, other) => (other.score > one.score ? other : one));
    chosen.push(best.project);
  }
  return chosen;
}

/**
 * The projects that teach a skill, with how much they are about it. A general skill ("Relational databases") is taught
 * by every one of its kind, a language by its frameworks.
 */
const teachers = once(() => {
  const bySkill = new Map<string, { readonly project: Project; readonly about: number }[]>();
  for (const project of catalogue()) {
    const about = new Map<string, number>(project.skills.map((name, place) => [name, place < MAIN_SKILLS ? 3 : 2]));
    for (const name of project.skills.slice(0, MAIN_SKILLS))
      for (const implied of impliedSkills(name).keys()) if (!about.has(implied)) about.set(implied, 1);
    for (const [name, weight] of about) bySkill.set(name, [...(bySkill.get(name) ?? []), { project, about: weight }]);
  }
  return bySkill;
});

function suitability(project: Project, gap: SkillGap, { known, seniority, missing }: ChoiceContext): number {
  const others = project.skills.filter((name) => name !== gap.skill);
  const covered = missing.filter(({ skill }) => skill !== gap.skill && others.includes(skill));
  const gain = covered.reduce((sum, { isRequired }) => sum + (isRequired ? 1 : 0.5), 0);
  const isReady = (name: string) => known.has(name) || impliedSkills(gap.skill).has(name);
  const isOurs = (name: string) => isReady(name) || name === gap.skill || missing.some(({ skill }) => skill === name);
  const strange = others.filter((name) => !isOurs(name));
  const hours = strange.reduce((sum, name) => sum + (vocabulary().get(name)?.hours ?? 0), 0);
  return (
    Math.min(gain, 2) +
    2 * share(project.prerequisites, isReady) +
    share(others, isOurs) -
    Math.min(hours / 100, 1.5) +
    difficultyFit(project, gap, seniority)
  );
}

const share = (names: readonly string[], holds: (name: string) => boolean) =>
  names.length === 0 ? 1 : names.filter(holds).length / names.length;

const fitByDistance: readonly number[] = [1.2, 0.3, -1.2];
/** Hours of a skill that is a field or a platform of its own. */
const BROAD_HOURS = 100;

/**
 * Whoever knows something of the same kind begins at intermediate; a broad skill that resembles nothing known is begun
 * from the beginning, whatever the seniority.
 */
function difficultyFit(project: Project, gap: SkillGap, seniority: Seniority | null): number {
  const isBroad = (vocabulary().get(gap.skill)?.hours ?? 0) >= BROAD_HOURS;
  const usual = seniority === null || isBroad ? 'beginner' : startBySeniority[seniority];
  const start = gap.kin.length > 0 ? 'intermediate' : usual;
  return fitByDistance[Math.abs(level(project) - difficulties.indexOf(start))] ?? 0;
}
