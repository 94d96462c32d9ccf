import { z } from 'zod';
import { skillCategories } from './engine/skills/vocabulary.ts';

const place = { start: z.int(), end: z.int() };
const said = z.object({ value: z.string(), ...place });
/** A year, or a year and a month: `2020`, `2020-03`. */
const date = z.string().regex(/^\d{4}(-\d{2})?$/);
const sections = [
  'contact',
  'summary',
  'experience',
  'education',
  'skills',
  'projects',
  'certificates',
  'languages',
  'other',
] as const;
const category = z.enum(skillCategories);
export const priorities = ['required', 'preferred'] as const;
const priority = z.enum(priorities);

/** Words of the CV or of the job description, with their place in its text. */
const evidence = z.object({ ...place, text: z.string(), section: z.enum(sections).nullable() });

const profile = z.object({
  name: said.nullable(),
  email: said.nullable(),
  phone: said.nullable(),
  location: said.nullable(),
  links: z.array(z.object({ kind: z.enum(['linkedin', 'github', 'website']), url: z.string() })),
  roles: z.array(
    z.object({
      ...place,
      title: said.nullable(),
      employer: said.nullable(),
      from: date.nullable(),
      to: date.nullable(),
      isCurrent: z.boolean(),
      months: z.int().nullable(),
    }),
  ),
  monthsOfExperience: z.int().nullable(),
  education: z.array(
    z.object({
      ...place,
      degree: said.nullable(),
      level: z.enum(['school', 'vocational', 'bachelor', 'master', 'doctorate']).nullable(),
      institution: said.nullable(),
      from: date.nullable(),
      to: date.nullable(),
    }),
  ),
  languages: z.array(z.object({ ...place, name: z.string(), level: z.string().nullable() })),
  sections: z.array(z.object({ ...place, kind: z.enum(sections), heading: z.string().nullable() })),
});

const skill = z.object({ name: z.string(), category, evidence: z.array(evidence) });

const requirement = z.object({
  alternatives: z.array(z.string()),
  priority,
  category,
  years: z.number().nullable(),
  yearsShown: z.number().nullable(),
  satisfiedBy: z.string().nullable(),
  evidence: z.array(evidence),
});

export const difficulties = ['beginner', 'intermediate', 'advanced'] as const;
const project = z.object({
  title: z.string(),
  description: z.string(),
  skillsCovered: z.array(z.string()),
  difficulty: z.enum(difficulties),
  estimatedHours: z.int(),
  keyFeatures: z.array(z.string()),
  learningOutcomes: z.array(z.string()),
});

export const resourceTypes = ['github', 'youtube', 'documentation', 'tutorial', 'course'] as const;
export const learningResource = z.object({
  type: z.enum(resourceTypes),
  title: z.string(),
  url: z.string(),
  description: z.string().nullable(),
  stars: z.int().nullable(),
  language: z.string().nullable(),
  lastUpdated: z.string().nullable(),
  channel: z.string().nullable(),
  duration: z.string().nullable(),
  views: z.number().nullable(),
  relevanceScore: z.number(),
});

const recommendation = z.object({
  skillGap: z.object({ skillName: z.string(), priority, category, impact: z.string() }),
  recommendedProjects: z.array(project),
  documentationResources: z.array(learningResource),
  githubResources: z.array(learningResource),
  youtubeResources: z.array(learningResource),
  learningPath: z.string(),
});

/**
 * What came of an analysis, as it is stored. The text of the CV is not part of it, only the words that are evidence.
 */
export const cvReport = z.object({
  result: z.object({
    skillMatchAnalysis: z.object({
      totalRequiredSkills: z.int(),
      matchedSkills: z.array(z.string()),
      missingRequiredSkills: z.array(z.string()),
      missingPreferredSkills: z.array(z.string()),
      matchPercentage: z.number().nullable(),
      strengths: z.array(z.string()),
      areasForImprovement: z.array(z.string()),
    }),
    skillGapRecommendations: z.array(recommendation),
    overallAssessment: z.string(),
    estimatedPreparationTime: z.string(),
  }),
  profile,
  skills: z.array(skill),
  requirements: z.array(requirement),
  warnings: z.array(z.string()),
});
export type CvReport = z.infer<typeof cvReport>;
