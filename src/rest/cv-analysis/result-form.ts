import { z } from 'zod';

const words = z.array(z.string());
const category = z.enum([
  'programming_language',
  'framework',
  'database',
  'cloud',
  'devops',
  'frontend',
  'backend',
  'mobile',
  'data_science',
  'soft_skill',
  'other',
]);
const priority = z.enum(['required', 'preferred']);
export const resource = z.object({
  type: z.enum(['github', 'youtube', 'documentation', 'tutorial', 'course']),
  title: z.string(),
  url: z.string(),
  description: z.string().nullable(),
  stars: z.int().nullable(),
  language: z.string().nullable(),
  last_updated: z.string().nullable(),
  channel: z.string().nullable(),
  duration: z.string().nullable(),
  views: z.number().nullable(),
  relevance_score: z.number(),
});
const evidence = z.array(z.object({ start: z.int(), end: z.int(), text: z.string(), section: z.string().nullable() }));
const text = z.string().nullable();
export const profile = z.object({
  name: text,
  email: text,
  phone: text,
  location: text,
  links: z.array(z.object({ kind: z.string(), url: z.string() })),
  months_of_experience: z.int().nullable(),
  roles: z.array(
    z.object({
      title: text,
      employer: text,
      from: text,
      to: text,
      is_current: z.boolean(),
      months: z.int().nullable(),
    }),
  ),
  education: z.array(z.object({ degree: text, institution: text, from: text, to: text })),
  languages: z.array(z.object({ name: z.string(), level: text })),
});

/** The documented result, and beside it what did the work, what was read, and from which words. */
export const resultForm = z.object({
  skill_match_analysis: z.object({
    total_required_skills: z.int(),
    matched_skills: words,
    missing_required_skills: words,
    missing_preferred_skills: words,
    match_percentage: z.number().nullable(),
    strengths: words,
    areas_for_improvement: words,
  }),
  skill_gap_recommendations: z.array(
    z.object({
      skill_gap: z.object({ skill_name: z.string(), priority, category, impact: z.string() }),
      recommended_projects: z.array(
        z.object({
          title: z.string(),
          description: z.string(),
          skills_covered: words,
          difficulty: z.enum(['beginner', 'intermediate', 'advanced']),
          estimated_hours: z.int(),
          key_features: words,
          learning_outcomes: words,
        }),
      ),
      github_resources: z.array(resource),
      youtube_resources: z.array(resource),
      documentation_resources: z.array(resource),
      learning_path: z.string(),
    }),
  ),
  overall_assessment: z.string(),
  estimated_preparation_time: z.string(),
  engine: z.string(),
  warnings: words,
  profile,
  skills: z.array(z.object({ name: z.string(), category, evidence })),
  requirements: z.array(
    z.object({
      alternatives: words,
      priority,
      category,
      years: z.number().nullable(),
      years_shown: z.number().nullable(),
      satisfied_by: text,
      evidence,
    }),
  ),
});
