import type { z } from 'zod';
import { graphql } from '../../gql/gql.ts';
import type { CvAnalysisOutcomeFragment, CvAnalysisResourceFragment } from '../../gql/graphql.ts';
import type { profile, resource, resultForm } from './result-form.ts';

graphql(`
  fragment CvAnalysisResource on LearningResource {
    type
    title
    url
    description
    stars
    language
    lastUpdated
    channel
    duration
    views
    relevanceScore
  }
`);

graphql(`
  fragment CvAnalysisEvidence on CvEvidence {
    start
    end
    text
    section
  }
`);

graphql(`
  fragment CvAnalysisOutcome on CvAnalysis {
    engine
    warnings
    result {
      skillMatchAnalysis {
        totalRequiredSkills
        matchedSkills
        missingRequiredSkills
        missingPreferredSkills
        matchPercentage
        strengths
        areasForImprovement
      }
      skillGapRecommendations {
        skillGap {
          skillName
          priority
          category
          impact
        }
        recommendedProjects {
          title
          description
          skillsCovered
          difficulty
          estimatedHours
          keyFeatures
          learningOutcomes
        }
        documentationResources {
          ...CvAnalysisResource
        }
        githubResources {
          ...CvAnalysisResource
        }
        youtubeResources {
          ...CvAnalysisResource
        }
        learningPath
      }
      overallAssessment
      estimatedPreparationTime
    }
    skills {
      name
      category
      evidence {
        ...CvAnalysisEvidence
      }
    }
    requirements {
      alternatives
      priority
      category
      years
      yearsShown
      satisfiedBy
      evidence {
        ...CvAnalysisEvidence
      }
    }
    profile {
      name {
        value
      }
      email {
        value
      }
      phone {
        value
      }
      location {
        value
      }
      links {
        kind
        url
      }
      monthsOfExperience
      roles {
        title {
          value
        }
        employer {
          value
        }
        from
        to
        isCurrent
        months
      }
      education {
        degree {
          value
        }
        institution {
          value
        }
        from
        to
      }
      languages {
        name
        level
      }
    }
  }
`);

/** The result in the words of the document; null until there is one. */
export function resultOf(found: CvAnalysisOutcomeFragment): z.infer<typeof resultForm> | null {
  const { result, profile: read, engine } = found;
  if (result === null || read === null || engine === null) return null;
  const match = result.skillMatchAnalysis;
  return {
    skill_match_analysis: {
      total_required_skills: match.totalRequiredSkills,
      matched_skills: match.matchedSkills,
      missing_required_skills: match.missingRequiredSkills,
      missing_preferred_skills: match.missingPreferredSkills,
      match_percentage: match.matchPercentage,
      strengths: match.strengths,
      areas_for_improvement: match.areasForImprovement,
    },
    skill_gap_recommendations: result.skillGapRecommendations.map(recommendationOf),
    overall_assessment: result.overallAssessment,
    estimated_preparation_time: result.estimatedPreparationTime,
    engine,
    warnings: found.warnings,
    profile: profileOf(read),
    skills: found.skills.map((one) => ({ ...one, category: lower(one.category) })),
    requirements: found.requirements.map(({ satisfiedBy, yearsShown, ...one }) => ({
      ...one,
      priority: lower(one.priority),
      category: lower(one.category),
      years_shown: yearsShown,
      satisfied_by: satisfiedBy,
    })),
  };
}

type Result = NonNullable<CvAnalysisOutcomeFragment['result']>;
type Recommendation = Result['skillGapRecommendations'][number];
type Documented = z.infer<typeof resultForm>;

function recommendationOf(found: Recommendation): Documented['skill_gap_recommendations'][number] {
  const { skillGap: gap } = found;
  return {
    skill_gap: {
      skill_name: gap.skillName,
      priority: lower(gap.priority),
      category: lower(gap.category),
      impact: gap.impact,
    },
    recommended_projects: found.recommendedProjects.map((project) => ({
      title: project.title,
      description: project.description,
      skills_covered: project.skillsCovered,
      difficulty: lower(project.difficulty),
      estimated_hours: project.estimatedHours,
      key_features: project.keyFeatures,
      learning_outcomes: project.learningOutcomes,
    })),
    github_resources: found.githubResources.map(resourceOf),
    youtube_resources: found.youtubeResources.map(resourceOf),
    documentation_resources: found.documentationResources.map(resourceOf),
    learning_path: found.learningPath,
  };
}

function resourceOf(found: CvAnalysisResourceFragment): z.infer<typeof resource> {
  const { type, lastUpdated, relevanceScore, ...same } = found;
  return { ...same, type: lower(type), last_updated: lastUpdated, relevance_score: relevanceScore };
}

function profileOf(read: NonNullable<CvAnalysisOutcomeFragment['profile']>): z.infer<typeof profile> {
  const value = (found: { readonly value: string } | null) => found?.value ?? null;
  return {
    name: value(read.name),
    email: value(read.email),
    phone: value(read.phone),
    location: value(read.location),
    links: read.links,
    months_of_experience: read.monthsOfExperience,
    roles: read.roles.map(({ isCurrent, title, employer, ...role }) => ({
      title: value(title),
      employer: value(employer),
      ...role,
      is_current: isCurrent,
    })),
    education: read.education.map(({ degree, institution, ...dates }) => ({
      degree: value(degree),
      institution: value(institution),
      ...dates,
    })),
    languages: read.languages,
  };
}

/** The documented word of an enum's value. */
function lower<Word extends string>(word: Word): Lowercase<Word> {
  return word.toLowerCase() as Lowercase<Word>;
}
