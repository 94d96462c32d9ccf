import { type CvEvidence, type ShownSkill, type ShownSkills, shownSkills } from './match-evidence.ts';
import { describeAreas, describeStrengths, type Observation } from './match-observations.ts';
import type { JobRequirements, Requirement } from './requirements.ts';
import { levelOfTitle, type Seniority } from './requirements-demands.ts';
import type { SkillMention } from './skills/find-skills.ts';

/** A requirement held against a CV. */
export interface RequirementMatch {
  readonly requirement: Requirement;
  /** The skill of the CV that meets it, and how; null when none does. */
  readonly shown: ShownSkill | null;
  /** Where the CV says that it lacks the skill or would like to learn it, when nothing meets it. */
  readonly notHeld: readonly SkillMention[];
  /** Years missing of those asked of this skill; null when none were asked or the CV's time was not measured. */
  readonly yearsMissing: number | null;
}

/** A CV held against what a job asks for. */
export interface SkillMatch {
  readonly totalRequired: number;
  /** Canonical names as the CV shows them, the required first; of a choice, the one it shows. */
  readonly matchedSkills: readonly string[];
  /** Canonical names; of a choice, the first named. */
  readonly missingRequired: readonly string[];
  readonly missingPreferred: readonly string[];
  /**
   * Matched required by total required, in percent to one decimal; the same over the preferred where nothing is
   * required; null, with a warning, where nothing is asked at all.
   */
  readonly matchPercentage: number | null;
  readonly required: readonly RequirementMatch[];
  readonly preferred: readonly RequirementMatch[];
  /** Apart: they do not count for the percentage. */
  readonly softSkills: readonly RequirementMatch[];
  /** Years of experience, to one decimal; null when not asked, or no dates of the CV say. */
  readonly yearsAsked: number | null;
  readonly yearsShown: number | null;
  readonly seniorityAsked: Seniority | null;
  /** By the titles of the latest roles; null when they do not say. */
  readonly seniorityShown: Seniority | null;
  readonly strengths: readonly Observation[];
  readonly areasForImprovement: readonly Observation[];
  readonly warnings: readonly string[];
}

function matchOne(skills: ShownSkills, requirement: Requirement): RequirementMatch {
  const found = requirement.alternatives.flatMap((name) => skills.find(name) ?? []);
  // A skill that is named before one that follows from others; then the longer time.
  const shown = found.toSorted(
    (one, other) =>
      Number(one.skill !== one.through) - Number(other.skill !== other.through) ||
      (other.years?.years ?? 0) - (one.years?.years ?? 0),
  )[0];
  const notHeld = shown === undefined ? requirement.alternatives.flatMap((name) => skills.notHeld(name)) : [];
  const [asked, had] = [requirement.years?.years, shown?.years?.years];
  const missing = asked === undefined || had === undefined ? null : Math.max(0, Math.round((asked - had) * 10) / 10);
  return { requirement, shown: shown ?? null, notHeld, yearsMissing: missing };
}

const met = ({ shown }: RequirementMatch) => shown !== null;

function percentage(matches: readonly RequirementMatch[]): number | null {
  return matches.length === 0 ? null : Math.round((matches.filter(met).length / matches.length) * 1000) / 10;
}

const LATEST_ROLES = 2;

function seniorityShown({ roles }: CvEvidence): Seniority | null {
  const levels = roles.slice(0, LATEST_ROLES).flatMap(({ title }) => levelOfTitle(title?.value ?? '') ?? []);
  return levels[0] ?? null;
}

const name = ({ requirement, shown }: RequirementMatch) =>
  shown !== null && requirement.alternatives.includes(shown.skill) ? shown.skill : requirement.skill;
const missingOf = (matches: readonly RequirementMatch[]) =>
  matches.filter((match) => !met(match)).map(({ requirement }) => requirement.skill);

/** Holds a CV against what a job asks for. Deterministic; every judgement comes with its places in the CV. */
export function matchSkills(
  evidence: CvEvidence,
  { skills: asked, softSkills, ...demands }: JobRequirements,
): SkillMatch {
  const skills = shownSkills(evidence);
  const all = asked.map((requirement) => matchOne(skills, requirement));
  const required = all.filter(({ requirement }) => requirement.priority === 'required');
  const preferred = all.filter(({ requirement }) => requirement.priority === 'preferred');
  const soft = softSkills.map((requirement) => matchOne(skills, requirement));
  const months = evidence.monthsOfExperience;
  const facts = {
    totalRequired: required.length,
    matchedSkills: [...new Set([...required, ...preferred].filter(met).map(name))],
    missingRequired: missingOf(required),
    missingPreferred: missingOf(preferred),
    matchPercentage: percentage(required.length > 0 ? required : preferred),
    required,
    preferred,
    softSkills: soft,
    yearsAsked: demands.years?.years ?? null,
    yearsShown: months === null ? null : Math.round((months / 12) * 10) / 10,
    seniorityAsked: demands.seniority?.level ?? null,
    seniorityShown: seniorityShown(evidence),
  };
  return {
    ...facts,
    strengths: describeStrengths(facts, evidence),
    areasForImprovement: describeAreas(facts, evidence),
    warnings: warningsOf(facts, evidence),
  };
}

function warningsOf(
  {
    required,
    preferred,
    yearsAsked,
    yearsShown: shown,
  }: Pick<SkillMatch, 'required' | 'preferred' | 'yearsAsked' | 'yearsShown'>,
  { mentions }: CvEvidence,
): string[] {
  const warnings: string[] = [];
  if (required.length === 0 && preferred.length > 0)
    warnings.push('The job description requires no skill outright: the match is over the skills it would welcome.');
  if (required.length === 0 && preferred.length === 0)
    warnings.push('The job description names no skill that is known here: there is no match percentage.');
  if (!mentions.some(({ stance }) => stance === 'held')) warnings.push('No known skill was found in the CV.');
  if (yearsAsked !== null && shown === null)
    warnings.push('The job asks for years of experience, and the CV has no dated roles to count them from.');
  return warnings;
}
