import type { SkillMention } from '../skills/find-skills.ts';
import { genericSkills, impliedSkills, vocabulary } from '../skills/vocabulary.ts';

/** What a person can do already, by the CV. */
export interface KnownSkills {
  /** The skills that the CV names, soft skills apart, the most often named first. */
  readonly named: readonly string[];
  /** Whether the CV names a skill or one that nobody has without it. */
  has(skill: string): boolean;
  /** The skills named that are of one kind with another (MySQL for PostgreSQL), the most often named first. */
  kinOf(skill: string): readonly string[];
}

/** What the mentions of a CV show; what it denies or wishes for is not known. */
export function knownSkills(mentions: readonly SkillMention[]): KnownSkills {
  const times = new Map<string, number>();
  for (const { skill, stance } of mentions) if (stance === 'held') times.set(skill, (times.get(skill) ?? 0) + 1);
  const named = [...times.keys()].toSorted((one, other) => (times.get(other) ?? 0) - (times.get(one) ?? 0));
  const all = new Set(named.flatMap((skill) => [skill, ...impliedSkills(skill).keys()]));
  return {
    named: named.filter((skill) => vocabulary().get(skill)?.category !== 'soft_skill'),
    has: (skill) => all.has(skill),
    kinOf(skill) {
      const kinds = vocabulary().get(skill)?.parents ?? [];
      return named.filter(
        (other) =>
          other !== skill &&
          !genericSkills().has(other) &&
          (vocabulary().get(other)?.parents ?? []).some((kind) => kinds.includes(kind)),
      );
    },
  };
}
