import { type Skill, type SkillCategory, vocabulary } from '../skills/vocabulary.ts';
import type { Difficulty, Project } from './catalogue.ts';
import type { SkillGap } from './gaps.ts';
import type { KnownSkills } from './known-skills.ts';
import { listed } from './wording.ts';

type Kind = Pick<Project, 'features' | 'outcomes'> & {
  /** What is made, after "Work through … and". */
  readonly make: (skill: string) => string;
  /** What follows the skill's name in the title. */
  readonly title?: string;
};

const tool: Kind = {
  make: (skill) => `use ${skill} for one real task of your own, from an empty folder to a result others can repeat.`,
  features: [
    'A first set-up written down step by step',
    'One task of your own done with it',
    'A page on what it does well and where it stops',
  ],
  outcomes: ['Set it up and use it without a guide', 'Judge when to use it and when not to'],
};

/** A subject or method, of which there is an introduction and no manual. */
const subject: Kind = {
  title: 'one case worked through',
  make: () => 'work one case from your own surroundings through with it, for somebody experienced to check.',
  features: [
    'A page of your own on what it is and what it is for',
    'One real case worked through with it',
    'Remarks of somebody experienced, and what changed by them',
  ],
  outcomes: ['Explain it in your own words', 'Apply it to a case and know what to watch for'],
};

/** Something that is examined. */
const certificate: Kind = {
  title: 'from the outline to the exam',
  make: () => 'plan the way to the exam: what is known, what is missing, and by when.',
  features: [
    'The outline of the exam, ticked off by what is known',
    'Practice questions until the result is steady',
    'A date for the exam, booked',
  ],
  outcomes: ['Know what is examined and where you stand', 'Hold the certificate that is asked for'],
};

/** What a first project with something of a kind is, when nothing more is known of it than its kind. */
const kinds: Readonly<Record<SkillCategory, Kind>> = {
  programming_language: {
    make: (skill) => `write again in ${skill}, in the way of that language, a small program you know well.`,
    features: [
      'A program whose behaviour you know, written anew',
      'Tests that both versions pass',
      'Notes on what the language does differently',
    ],
    outcomes: ['Read and write idiomatic code in it', 'Use its tools to build, test and format'],
  },
  framework: {
    make: (skill) => `build one small application with ${skill} that keeps data, checks input and has tests.`,
    features: [
      'One complete path from input to stored data',
      'Errors a user can understand',
      'Tests that run on every change',
    ],
    outcomes: ['Know its main parts and where code belongs', 'Find answers in its documentation'],
  },
  database: {
    make: (skill) => `keep a public data set in ${skill} and answer ten real questions from it.`,
    features: ['A model with its reasons', 'Ten questions answered and checked', 'A backup that was restored'],
    outcomes: ['Model and query in it', 'Know how to keep its data safe'],
  },
  cloud: {
    make: (skill) => `run one small service on ${skill}, described in code, with a limit on its cost.`,
    features: [
      'Everything made by code and removable by it',
      'Rights as narrow as possible',
      'Costs estimated, then compared with the bill',
    ],
    outcomes: ['Set it up safely', 'Explain what it costs and why'],
  },
  devops: {
    make: (skill) => `bring ${skill} into a small repository of yours, from commit to running software.`,
    features: [
      'A change that goes all the way by itself',
      'A failure provoked and found',
      'A page that lets somebody else operate it',
    ],
    outcomes: ['Set it up from nothing', 'Find the cause when it fails'],
  },
  frontend: {
    make: (skill) => `build one page with ${skill} that works by keyboard, on a phone and on a slow line.`,
    features: ['One interface with real content', 'Checks of accessibility and speed', 'Tests from the user’s side'],
    outcomes: ['Use it in an application of your own', 'Measure what it costs the user'],
  },
  backend: {
    make: (skill) => `build one small service around ${skill}, with a description, tests and a load test.`,
    features: ['One service with a clear interface', 'Failures provoked and handled', 'Figures under load'],
    outcomes: ['Apply it in a service', 'Know its failure modes'],
  },
  mobile: {
    make: (skill) => `make one app with ${skill} that works offline and runs on a real phone.`,
    features: ['Three screens with stored data', 'Behaviour without a network', 'A build on a real device'],
    outcomes: ['Build and debug with it', 'Test on devices'],
  },
  data_science: {
    make: (skill) => `answer one question about an open data set with ${skill}, with a baseline to compare with.`,
    features: ['Data described with its gaps', 'A simple baseline first', 'A result with its uncertainty'],
    outcomes: ['Use it on real data', 'Judge whether a result holds'],
  },
  soft_skill: {
    make: (skill) =>
      `pick one situation of the next month for ${skill.toLowerCase()}, prepare it, and ask for feedback.`,
    features: [
      'One situation chosen and prepared',
      'Feedback from two people',
      'Notes on what to repeat and what to change',
    ],
    outcomes: ['Know how you come across', 'Have an example to tell in an interview'],
  },
  other: tool,
};

/** By where it is documented: certificates with those who examine, subjects in the encyclopaedia, tools in manuals. */
function kindOf(category: SkillCategory, entry: Skill | undefined): Kind {
  if (category !== 'other') return kinds[category];
  const address = entry?.documentation ?? '';
  if (/certif|licen[cs]e/i.test(address)) return certificate;
  return isEncyclopaedic(entry) ? subject : tool;
}

const isEncyclopaedic = (entry: Skill | undefined) => entry?.documentation.includes('.wikipedia.org/') ?? true;

function difficultyOf(hours: number): Difficulty {
  if (hours <= 15) return 'beginner';
  return hours <= 60 ? 'intermediate' : 'advanced';
}

/** Longest first project: past this it is no single piece of work any more. */
const MOST_HOURS = 40;

/**
 * The project for a skill that the catalogue does not have, made of what the vocabulary says of it and of nothing else:
 * its documentation, its kind, its size and what it stands on. Its hours are those of the skill, 40 at most.
 */
export function documentationProject({ skill, category, before }: SkillGap, known: KnownSkills): Project {
  const entry = vocabulary().get(skill);
  const hours = entry?.hours ?? 15;
  const {
    make,
    features,
    outcomes,
    title = 'from the documentation to a first piece of work',
  } = kindOf(category, entry);
  const address = entry === undefined || entry.documentation === '' ? '' : ` (${entry.documentation})`;
  const text = isEncyclopaedic(entry) ? 'an introduction to the subject' : 'the beginner’s part of the documentation';
  const ground = (entry?.implies ?? []).filter((name) => known.has(name));
  const start = ground.length === 0 ? '' : ` You know ${listed(ground)} already, which it builds on.`;
  return {
    title: `${skill}: ${title}`,
    description: `Work through ${text} of ${skill}${address} and ${make(skill)}${start}`,
    difficulty: difficultyOf(hours),
    hours: Math.min(hours, MOST_HOURS),
    skills: [skill, ...(entry?.implies ?? []).filter((name) => !known.has(name)).slice(0, 2)],
    prerequisites: before,
    features,
    outcomes,
  };
}
