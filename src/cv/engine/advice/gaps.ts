import type { RequirementMatch, SkillMatch } from '../match.ts';
import type { SkillPriority } from '../requirements.ts';
import { type SkillCategory, vocabulary } from '../skills/vocabulary.ts';
import type { KnownSkills } from './known-skills.ts';

/** A skill that is asked for and not shown. */
export interface SkillGap {
  /** Canonical name; of a choice, the first named. */
  readonly skill: string;
  /** What would do as well. */
  readonly instead: readonly string[];
  readonly priority: SkillPriority;
  readonly category: SkillCategory;
  /** Years asked of it; null when none are. */
  readonly years: number | null;
  /** How often the job description names it. */
  readonly timesNamed: number;
  /** What the CV says of it: that it is missing, or a wish to learn it; null when it says nothing. */
  readonly said: 'denied' | 'wished' | null;
  /** Skills of the same kind that the CV shows, the most often named first. */
  readonly kin: readonly string[];
  /** What it stands on and the CV does not show, in the order to learn it. */
  readonly before: readonly string[];
  /** How much it weighs among gaps of its priority; see `weightOf`. */
  readonly weight: number;
}

/** What the work itself is done in weighs most; methods, certificates and office tools can be picked up on the way. */
const weightByCategory: Readonly<Record<SkillCategory, number>> = {
  programming_language: 1,
  framework: 1,
  backend: 0.9,
  frontend: 0.9,
  mobile: 0.9,
  data_science: 0.9,
  database: 0.9,
  cloud: 0.9,
  devops: 0.9,
  other: 0.75,
  soft_skill: 0.5,
};
const MOST_YEARS = 8;
const MOST_TIMES = 5;

/**
 * Emphasis times category: 1, and 0.1 for each year asked (8 at most), 0.15 for each time it is named again (4 at
 * most), 0.3 less for the last than for the first of the list, as descriptions begin with what matters.
 */
function weightOf({ requirement }: RequirementMatch, place: number, count: number): number {
  const years = 0.1 * Math.min(requirement.years?.years ?? 0, MOST_YEARS);
  const times = 0.15 * (Math.min(Math.max(requirement.evidence.length, 1), MOST_TIMES) - 1);
  const early = 0.3 * (1 - place / Math.max(1, count));
  return (1 + years + times + early) * weightByCategory[requirement.category];
}

/** All gaps by impact: the required ones first, then by weight, then as the description has them. */
export function rankGaps({ required, preferred }: SkillMatch, known: KnownSkills): SkillGap[] {
  return [required, preferred].flatMap((matches) =>
    matches
      .flatMap((match, place) =>
        match.shown === null ? [gapOf(match, weightOf(match, place, matches.length), known)] : [],
      )
      .toSorted((one, other) => other.weight - one.weight),
  );
}

function gapOf({ requirement, notHeld }: RequirementMatch, weight: number, known: KnownSkills): SkillGap {
  const { skill, alternatives, priority, category, years, evidence } = requirement;
  return {
    skill,
    instead: alternatives.filter((name) => name !== skill),
    priority,
    category,
    years: years?.years ?? null,
    timesNamed: evidence.length,
    said: notHeld[0] === undefined || notHeld[0].stance === 'held' ? null : notHeld[0].stance,
    kin: known.kinOf(skill),
    before: groundOf(skill, known),
    weight,
  };
}

/** What a skill stands on and the person lacks, the deepest first; no more than three, as steps of a plan. */
function groundOf(skill: string, known: KnownSkills): string[] {
  const ground: string[] = [];
  const add = (name: string) => {
    for (const implied of vocabulary().get(name)?.implies ?? []) {
      if (known.has(implied) || ground.includes(implied) || implied === skill) continue;
      add(implied);
      if (!ground.includes(implied)) ground.push(implied);
    }
  };
  add(skill);
  return ground.slice(-3);
}
