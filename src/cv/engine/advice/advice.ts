import type { CvReport } from '../../report.ts';
import type { SkillMatch } from '../match.ts';
import type { CvEvidence } from '../match-evidence.ts';
import { vocabulary } from '../skills/vocabulary.ts';
import { overallAssessment } from './assessment.ts';
import type { Project } from './catalogue.ts';
import { type ChosenProjects, chooseProjects } from './choose-projects.ts';
import { rankGaps, type SkillGap } from './gaps.ts';
import { impactOf } from './impact.ts';
import { knownSkills } from './known-skills.ts';
import { learningPath } from './learning-path.ts';
import { preparationTime } from './preparation.ts';
import { firstResultHours, planHours } from './study-plan.ts';
import { roundHours } from './wording.ts';

type Result = CvReport['result'];
type Recommendation = Result['skillGapRecommendations'][number];
/** What to do about a match. */
export type Advice = Pick<Result, 'skillGapRecommendations' | 'overallAssessment' | 'estimatedPreparationTime'>;

/** Most gaps that are spoken of one by one; the plan counts all. */
const MOST_GAPS = 10;

/**
 * What to do about a match: the ten most important gaps with projects and a way to learn, an assessment of the whole
 * and the time it takes. Deterministic; links come from the vocabulary only, those from elsewhere are added later.
 */
export function advise(match: SkillMatch, { mentions }: Pick<CvEvidence, 'mentions'>): Advice {
  const known = knownSkills(mentions);
  const gaps = rankGaps(match, known);
  const soft = match.softSkills.filter(({ shown }) => shown === null).map(({ requirement }) => requirement);
  const missing = [...gaps, ...soft].map(({ skill, priority }) => ({ skill, isRequired: priority === 'required' }));
  const chosen = chooseProjects(gaps, { known, seniority: match.seniorityShown, missing });
  const plan = planHours(gaps, chosen);
  const names = new Set(gaps.map(({ skill }) => skill));
  const place = (gap: SkillGap, { best }: ChosenProjects) => ({
    rank: gaps.filter(({ priority }) => priority === gap.priority).indexOf(gap),
    asked: match[gap.priority].length,
    together: best.skills.filter((skill) => skill !== gap.skill && names.has(skill)),
    hours: roundHours(firstResultHours(gap, best, names)),
  });
  const recommendation = (gap: SkillGap, projects: ChosenProjects): Recommendation => {
    const { skill: skillName, priority, category } = gap;
    return {
      skillGap: { skillName, priority, category, impact: impactOf(gap, place(gap, projects)) },
      recommendedProjects: projects.projects.map((project) => reported(project, gap)),
      documentationResources: documentationOf(skillName),
      githubResources: [],
      youtubeResources: [],
      learningPath: learningPath(gap, projects, { known, missing: names }),
    };
  };
  return {
    skillGapRecommendations: gaps.slice(0, MOST_GAPS).flatMap((gap, index) => {
      const projects = chosen[index];
      return projects === undefined ? [] : recommendation(gap, projects);
    }),
    overallAssessment: overallAssessment({ match, gaps, plan, known }),
    estimatedPreparationTime: preparationTime(gaps, plan, match.required.length + match.preferred.length),
  };
}

/** A project that teaches the skill through another one (Django: Python) teaches it all the same, and says so. */
function reported(project: Project, { skill }: SkillGap): Recommendation['recommendedProjects'][number] {
  const { title, description, difficulty, hours, skills, features, outcomes } = project;
  return {
    title,
    description,
    skillsCovered: skills.includes(skill) ? [...skills] : [skill, ...skills],
    difficulty,
    estimatedHours: hours,
    keyFeatures: [...features],
    learningOutcomes: [...outcomes],
  };
}

/** The documentation of a skill as the vocabulary has it; none where it has no address. */
function documentationOf(skill: string): Recommendation['documentationResources'] {
  const url = vocabulary().get(skill)?.documentation ?? '';
  if (url === '') return [];
  const nothing = { stars: null, language: null, lastUpdated: null, channel: null, duration: null, views: null };
  return [
    { type: 'documentation', title: `${skill} documentation`, url, description: null, ...nothing, relevanceScore: 1 },
  ];
}
