import type { Builder } from '../platform/builder.ts';
import { skillCategories } from './engine/skills/vocabulary.ts';
import { type CvReport, difficulties, priorities, resourceTypes } from './report.ts';

type Result = CvReport['result'];
type Recommendation = Result['skillGapRecommendations'][number];
type Project = Recommendation['recommendedProjects'][number];
type Resource = Recommendation['githubResources'][number];

/** Values of an enum type that are the stored words in capitals. */
function inCapitals<Word extends string>(words: readonly Word[], descriptions: Readonly<Record<Word, string>>) {
  return Object.fromEntries(
    words.map((word) => [word.toUpperCase(), { value: word, description: descriptions[word] }]),
  );
}

/** The kinds of skills, and how much one matters. */
export function addSkillWords(builder: Builder) {
  const category = builder.enumType('SkillCategory', {
    description: 'What kind of skill it is.',
    values: inCapitals(skillCategories, {
      programming_language: 'A language to program in.',
      framework: 'A framework or library.',
      database: 'A database, or work with databases.',
      cloud: 'A cloud and its services.',
      devops: 'Building, delivering and running software.',
      frontend: 'What users see in a browser.',
      backend: 'What runs on servers.',
      mobile: 'Apps for phones.',
      data_science: 'Data, statistics and machine learning.',
      soft_skill: 'How somebody works with others.',
      other: 'Everything else.',
    }),
  });
  const priority = builder.enumType('SkillPriority', {
    description: 'How much a job description asks for a skill.',
    values: inCapitals(priorities, { required: 'It must be there.', preferred: 'It would be good to have.' }),
  });
  return { category, priority };
}
export type SkillWords = ReturnType<typeof addSkillWords>;

/** The result of an analysis, as the cv-analysis backend documents it. */
export function addResultTypes(builder: Builder, words: SkillWords) {
  const match = addMatch(builder);
  const recommendation = addRecommendation(builder, words);
  return builder.objectRef<Result>('CvAnalysisResult').implement({
    description: 'How a CV fits a job description, and what to learn.',
    fields: (t) => ({
      skillMatchAnalysis: t.expose('skillMatchAnalysis', {
        type: match,
        description: 'What fits and what is missing.',
      }),
      skillGapRecommendations: t.expose('skillGapRecommendations', {
        type: [recommendation],
        description: 'The ten most important gaps, the worst first, each with a way to close it.',
      }),
      overallAssessment: t.exposeString('overallAssessment', { description: 'A few sentences on the whole.' }),
      estimatedPreparationTime: t.exposeString('estimatedPreparationTime', {
        description: 'How long closing the gaps takes, in words.',
      }),
    }),
  });
}

function addMatch(builder: Builder) {
  return builder.objectRef<Result['skillMatchAnalysis']>('SkillMatchAnalysis').implement({
    description: 'The skills of a CV against those that are asked for.',
    fields: (t) => ({
      totalRequiredSkills: t.exposeInt('totalRequiredSkills', {
        description: 'Skills that are required; alternatives count as one.',
      }),
      matchedSkills: t.exposeStringList('matchedSkills', { description: 'Skills that are asked for and there.' }),
      missingRequiredSkills: t.exposeStringList('missingRequiredSkills', { description: 'Required and not found.' }),
      missingPreferredSkills: t.exposeStringList('missingPreferredSkills', { description: 'Preferred and not found.' }),
      matchPercentage: t.exposeFloat('matchPercentage', {
        nullable: true,
        description:
          'Matched of the required skills in percent, one decimal; of the preferred ones when none is required; null when there are none either.',
      }),
      strengths: t.exposeStringList('strengths', { description: 'What speaks for the person, with its evidence.' }),
      areasForImprovement: t.exposeStringList('areasForImprovement', { description: 'What is missing or thin.' }),
    }),
  });
}

function addRecommendation(builder: Builder, words: SkillWords) {
  const gap = builder.objectRef<Recommendation['skillGap']>('SkillGap').implement({
    description: 'A skill that is asked for and not found in the CV.',
    fields: (t) => ({
      skillName: t.exposeString('skillName', { description: 'Its usual name.' }),
      priority: t.expose('priority', { type: words.priority, description: 'How much it is asked for.' }),
      category: t.expose('category', { type: words.category, description: 'What kind of skill it is.' }),
      impact: t.exposeString('impact', { description: 'What its absence means for the application.' }),
    }),
  });
  const project = addProject(builder);
  const resource = addResource(builder);
  return builder.objectRef<Recommendation>('SkillGapRecommendation').implement({
    description: 'A gap and how to close it.',
    fields: (t) => ({
      skillGap: t.expose('skillGap', { type: gap, description: 'The gap.' }),
      recommendedProjects: t.expose('recommendedProjects', {
        type: [project],
        description: 'Up to three projects that teach the skill, building on what the person knows.',
      }),
      documentationResources: t.expose('documentationResources', {
        type: [resource],
        description: 'Where the skill is documented.',
      }),
      githubResources: t.expose('githubResources', {
        type: [resource],
        description: 'Repositories to learn from; empty when GitHub was not reached.',
      }),
      youtubeResources: t.expose('youtubeResources', {
        type: [resource],
        description: 'Videos; empty without YOUTUBE_API_KEY or when YouTube was not reached.',
      }),
      learningPath: t.exposeString('learningPath', { description: 'What to do in which order.' }),
    }),
  });
}

function addProject(builder: Builder) {
  const difficulty = builder.enumType('ProjectDifficulty', {
    description: 'Whom a project is for.',
    values: inCapitals(difficulties, {
      beginner: 'For somebody new to the skill.',
      intermediate: 'For somebody who knows the field.',
      advanced: 'For somebody experienced.',
    }),
  });
  return builder.objectRef<Project>('RecommendedProject').implement({
    description: 'Something to build.',
    fields: (t) => ({
      title: t.exposeString('title', { description: 'Its name.' }),
      description: t.exposeString('description', { description: 'What it is.' }),
      skillsCovered: t.exposeStringList('skillsCovered', { description: 'What it teaches.' }),
      difficulty: t.expose('difficulty', { type: difficulty, description: 'Whom it is for.' }),
      estimatedHours: t.exposeInt('estimatedHours', { description: 'Hours it takes about.' }),
      keyFeatures: t.exposeStringList('keyFeatures', { description: 'What it does.' }),
      learningOutcomes: t.exposeStringList('learningOutcomes', { description: 'What one can do afterwards.' }),
    }),
  });
}

function addResource(builder: Builder) {
  const type = builder.enumType('LearningResourceType', {
    description: 'What kind of resource it is.',
    values: inCapitals(resourceTypes, {
      github: 'A repository on GitHub.',
      youtube: 'A video on YouTube.',
      documentation: 'Documentation.',
      tutorial: 'A tutorial.',
      course: 'A course.',
    }),
  });
  return builder.objectRef<Resource>('LearningResource').implement({
    description: 'Something to learn from. What its kind does not have is null.',
    fields: (t) => ({
      type: t.expose('type', { type, description: 'What it is.' }),
      title: t.exposeString('title', { description: 'Its name.' }),
      url: t.exposeString('url', { description: 'Where it is; always https.' }),
      description: t.exposeString('description', { nullable: true, description: 'What it says of itself, or null.' }),
      stars: t.exposeInt('stars', { nullable: true, description: 'Of a repository; else null.' }),
      language: t.exposeString('language', {
        nullable: true,
        description: 'Main language of a repository; else null.',
      }),
      lastUpdated: t.exposeString('lastUpdated', { nullable: true, description: 'When it last changed, or null.' }),
      channel: t.exposeString('channel', { nullable: true, description: 'Who made a video; else null.' }),
      duration: t.exposeString('duration', { nullable: true, description: 'Of a video, as ISO 8601; else null.' }),
      views: t.exposeFloat('views', { nullable: true, description: 'Of a video; else null.' }),
      relevanceScore: t.exposeFloat('relevanceScore', { description: '0 to 1, higher is better.' }),
    }),
  });
}
