import type { Builder } from '../platform/builder.ts';
import type { CvReport } from './report.ts';
import type { SkillWords } from './result-schema.ts';

type Profile = CvReport['profile'];
type Skill = CvReport['skills'][number];
type Requirement = CvReport['requirements'][number];
type Evidence = Skill['evidence'][number];

const start = { description: 'Where it begins: characters of the text.' } as const;
const end = { description: 'Where it ends, exclusive.' } as const;

/** What was read of the CV and of the job description, with the places it was read from. */
export function addProfileTypes(builder: Builder, words: SkillWords) {
  const evidence = builder.objectRef<Evidence>('CvEvidence').implement({
    description: 'Words of the CV or the job description that something was read from.',
    fields: (t) => ({
      start: t.exposeInt('start', start),
      end: t.exposeInt('end', end),
      text: t.exposeString('text', { description: 'As written.' }),
      section: t.exposeString('section', {
        nullable: true,
        description: 'The section of the CV they stand in, such as experience; null for a job description.',
      }),
    }),
  });
  const skill = builder.objectRef<Skill>('CvSkill').implement({
    description: 'A skill that the CV shows.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its usual name.' }),
      category: t.expose('category', { type: words.category, description: 'What kind of skill it is.' }),
      evidence: t.expose('evidence', { type: [evidence], description: 'Every place that names it.' }),
    }),
  });
  const requirement = builder.objectRef<Requirement>('CvRequirement').implement({
    description: 'Something that the job description asks for.',
    fields: (t) => ({
      alternatives: t.exposeStringList('alternatives', { description: 'The skills of which one is enough.' }),
      priority: t.expose('priority', { type: words.priority, description: 'How much it is asked for.' }),
      category: t.expose('category', { type: words.category, description: 'What kind of skill it is.' }),
      years: t.exposeFloat('years', { nullable: true, description: 'Years asked for; null when it says none.' }),
      yearsShown: t.exposeFloat('yearsShown', {
        nullable: true,
        description: 'Years the CV shows of it; null when it is missing or its time could not be measured.',
      }),
      satisfiedBy: t.exposeString('satisfiedBy', {
        nullable: true,
        description: 'The skill of the CV that answers it, which may be one that implies it; null when it is missing.',
      }),
      evidence: t.expose('evidence', { type: [evidence], description: 'Where the job description says so.' }),
    }),
  });
  return { profile: addProfile(builder), skill, requirement };
}

function addText(builder: Builder) {
  return builder.objectRef<NonNullable<Profile['name']>>('CvText').implement({
    description: 'Something that the CV says, and where.',
    fields: (t) => ({
      value: t.exposeString('value', { description: 'What it says.' }),
      start: t.exposeInt('start', start),
      end: t.exposeInt('end', end),
    }),
  });
}

function addProfile(builder: Builder) {
  const said = addText(builder);
  const link = builder.objectRef<Profile['links'][number]>('CvLink').implement({
    description: 'An address that the CV names or leads to.',
    fields: (t) => ({
      kind: t.exposeString('kind', { description: 'linkedin, github or website.' }),
      url: t.exposeString('url', { description: 'With its scheme.' }),
    }),
  });
  const { role, education, language, section } = addEntries(builder, said);
  const nullable = true;
  return builder.objectRef<Profile>('CvProfile').implement({
    description: 'What the CV says of the person. What is not found is null.',
    fields: (t) => ({
      name: t.expose('name', { type: said, nullable, description: 'Of the person.' }),
      email: t.expose('email', { type: said, nullable, description: 'The first address.' }),
      phone: t.expose('phone', { type: said, nullable, description: 'As written.' }),
      location: t.expose('location', { type: said, nullable, description: 'Where the person lives.' }),
      links: t.expose('links', { type: [link], description: 'Addresses.' }),
      roles: t.expose('roles', { type: [role], description: 'Positions, as written.' }),
      monthsOfExperience: t.exposeInt('monthsOfExperience', {
        nullable,
        description: 'Months of work, what overlaps once; null when no role has dates that say.',
      }),
      education: t.expose('education', { type: [education], description: 'Courses of study and schools.' }),
      languages: t.expose('languages', { type: [language], description: 'Spoken languages.' }),
      sections: t.expose('sections', { type: [section], description: 'How the CV is divided.' }),
    }),
  });
}

function addEntries(builder: Builder, said: ReturnType<typeof addText>) {
  const nullable = true;
  const date = { nullable, description: 'A year, or year and month as 2020-03; null when it is not said.' } as const;
  const role = builder.objectRef<Profile['roles'][number]>('CvRole').implement({
    description: 'A position.',
    fields: (t) => ({
      title: t.expose('title', { type: said, nullable, description: 'What the person was.' }),
      employer: t.expose('employer', { type: said, nullable, description: 'For whom.' }),
      from: t.exposeString('from', date),
      to: t.exposeString('to', date),
      isCurrent: t.exposeBoolean('isCurrent', { description: 'Whether it goes on.' }),
      months: t.exposeInt('months', { nullable, description: 'How long; null when the dates do not say.' }),
      start: t.exposeInt('start', start),
      end: t.exposeInt('end', end),
    }),
  });
  const education = builder.objectRef<Profile['education'][number]>('CvEducation').implement({
    description: 'A course of study or a school.',
    fields: (t) => ({
      degree: t.expose('degree', { type: said, nullable, description: 'As written, with its subject.' }),
      level: t.exposeString('level', {
        nullable,
        description: 'school, vocational, bachelor, master or doctorate; null when it does not say.',
      }),
      institution: t.expose('institution', { type: said, nullable, description: 'Where.' }),
      from: t.exposeString('from', date),
      to: t.exposeString('to', date),
      start: t.exposeInt('start', start),
      end: t.exposeInt('end', end),
    }),
  });
  return { role, education, ...addLines(builder) };
}

function addLines(builder: Builder) {
  const nullable = true;
  const language = builder.objectRef<Profile['languages'][number]>('CvLanguage').implement({
    description: 'A spoken language.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'In English.' }),
      level: t.exposeString('level', { nullable, description: 'As written; null when nothing is said.' }),
      start: t.exposeInt('start', start),
      end: t.exposeInt('end', end),
    }),
  });
  const section = builder.objectRef<Profile['sections'][number]>('CvSection').implement({
    description: 'A part of the CV.',
    fields: (t) => ({
      kind: t.exposeString('kind', { description: 'What it is about, such as experience.' }),
      heading: t.exposeString('heading', { nullable, description: 'As written; null before the first heading.' }),
      start: t.exposeInt('start', start),
      end: t.exposeInt('end', end),
    }),
  });
  return { language, section };
}
