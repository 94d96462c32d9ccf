import { readdirSync, readFileSync } from 'node:fs';
import { once } from '../skills/once.ts';

export const difficulties = ['beginner', 'intermediate', 'advanced'] as const;
export type Difficulty = (typeof difficulties)[number];

/** Something to build that teaches skills. */
export interface Project {
  readonly title: string;
  readonly description: string;
  readonly difficulty: Difficulty;
  /** For somebody who knows the prerequisites. */
  readonly hours: number;
  /** Canonical names, what it is mostly about first. */
  readonly skills: readonly string[];
  /** Canonical names of what one should know before. */
  readonly prerequisites: readonly string[];
  readonly features: readonly string[];
  readonly outcomes: readonly string[];
}

const folder = new URL('./projects/', import.meta.url);
const isDifficulty = (text: string | undefined): text is Difficulty => difficulties.some((one) => one === text);
const names = (text: string | undefined) => (text ?? '').split(';').flatMap((name) => name.trim() || []);

/**
 * The projects of one file, each of the form
 *
 *     # Title
 *     beginner, 14 h: Skill; Skill < Prerequisite; Prerequisite
 *     Description.
 *     - feature
 *     > outcome
 *
 * Throws, with the title, for one that is not of this form: the files are code.
 */
export function readProjects(text: string): Project[] {
  return text.split(/^# /m).slice(1).map(readProject);
}

function readProject(written: string): Project {
  const [title = '', head = '', description = '', ...rest] = written.split('\n').flatMap((line) => line.trim() || []);
  const [, difficulty, hours, skills, prerequisites] = /^(\w+), (\d+) h: (.+?) <(.*)$/.exec(head) ?? [];
  const marked = (mark: string) => rest.flatMap((line) => (line.startsWith(mark) ? line.slice(2) : []));
  const [features, outcomes] = [marked('- '), marked('> ')];
  if (!isDifficulty(difficulty) || description === '' || features.length + outcomes.length !== rest.length) {
    throw new Error(`Not a project of the catalogue: ${title}`);
  }
  return {
    title,
    description,
    difficulty,
    hours: Number(hours),
    skills: names(skills),
    prerequisites: names(prerequisites),
    features,
    outcomes,
  };
}

/** All projects, in the order of the files. Read once, at the first use. */
export const catalogue: () => readonly Project[] = once(() => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  return files.sort().flatMap((name) => readProjects(readFileSync(new URL(name, folder), 'utf8')));
});
