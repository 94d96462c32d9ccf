import type { CvReport } from '../report.ts';
import { advise } from './advice/advice.ts';
import { matchSkills, type RequirementMatch, type SkillMatch } from './match.ts';
import { reportedProfile } from './reported-profile.ts';
import type { SkillMention } from './skills/find-skills.ts';
import type { Understanding } from './understanding.ts';

/** What came of both texts alone; resources from elsewhere come to it later. Plain data. */
export type Comparison = CvReport;

/** Compares what a CV says with what a job description asks for. Deterministic. */
export function compare({ profile, evidence, requirements }: Understanding): Comparison {
  const match = matchSkills(evidence, requirements);
  return {
    result: {
      skillMatchAnalysis: reportedMatch(match),
      ...advise(match, evidence),
    },
    profile: reportedProfile(profile),
    skills: skillsOf(evidence.mentions),
    requirements: [...match.required, ...match.preferred, ...match.softSkills].map(reportedRequirement),
    warnings: [...match.warnings],
  };
}

function reportedMatch(match: SkillMatch): CvReport['result']['skillMatchAnalysis'] {
  return {
    totalRequiredSkills: match.totalRequired,
    matchedSkills: [...match.matchedSkills],
    missingRequiredSkills: [...match.missingRequired],
    missingPreferredSkills: [...match.missingPreferred],
    matchPercentage: match.matchPercentage,
    strengths: match.strengths.map(({ text }) => text),
    areasForImprovement: match.areasForImprovement.map(({ text }) => text),
  };
}

function reportedRequirement({ requirement, shown }: RequirementMatch): CvReport['requirements'][number] {
  const { alternatives, priority, category, years } = requirement;
  return {
    alternatives: [...alternatives],
    priority,
    category,
    years: years?.years ?? null,
    yearsShown: shown?.years?.years ?? null,
    satisfiedBy: shown?.through ?? null,
    evidence: requirement.evidence.map(reportedEvidence),
  };
}

/** The skills that a CV shows, each with every place that names it, in the order of the text. */
function skillsOf(mentions: readonly SkillMention[]): CvReport['skills'] {
  const byName = new Map<string, CvReport['skills'][number]>();
  for (const mention of mentions) {
    if (mention.stance !== 'held') continue;
    const { skill: name, category } = mention;
    const present = byName.get(name) ?? { name, category, evidence: [] };
    present.evidence.push(reportedEvidence(mention));
    byName.set(name, present);
  }
  return [...byName.values()];
}

function reportedEvidence({ span, text, section }: SkillMention): CvReport['skills'][number]['evidence'][number] {
  return { start: span.start, end: span.end, text, section };
}
