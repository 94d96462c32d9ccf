import { readdirSync, readFileSync } from 'node:fs';
import { once } from './once.ts';

/** The kinds of skills the cv-analysis dialect knows. */
export const skillCategories = [
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
] as const;
export type SkillCategory = (typeof skillCategories)[number];

/** One way to write a skill, and how careful a reader has to be with it. */
export interface SkillForm {
  readonly text: string;
  /** An ordinary word too ("Go", "Excel"): counts in a fitting context only. */
  readonly ordinary: boolean;
  /** A first name too ("Julia"). */
  readonly firstName: boolean;
  /** An employer too ("Oracle"). */
  readonly employer: boolean;
  /** Counts in exactly this case only ("SOLID", "SAFe"). */
  readonly exactCase: boolean;
  /** Little known, and something else to most readers ("Pony"): counts in a list of skills, or named as a language. */
  readonly rare: boolean;
}

/** A skill of the vocabulary. */
export interface Skill {
  /** The canonical name. */
  readonly name: string;
  readonly category: SkillCategory;
  /** Hours to a working level; see `hoursByEffort`. */
  readonly hours: number;
  /** An https address where it is documented. */
  readonly documentation: string;
  /** All spellings, the canonical one first. */
  readonly forms: readonly SkillForm[];
  /** Who works with this skill works with these too (Django: Python). */
  readonly implies: readonly string[];
  /** What this skill is a kind of (PostgreSQL: Relational databases). */
  readonly parents: readonly string[];
}

/**
 * Hours from "never used" to "useful in a team", for somebody who already works in a neighbouring field. Estimates by
 * the size of what has to be learned, the middle of what introductory courses and books of that size take with
 * exercises: a, a format or small tool; b, a library or service; c, a larger tool or small framework; d, a framework,
 * platform or first language; e, a language with its runtime or a broad platform; f, a discipline.
 */
export const hoursByEffort = { a: 6, b: 15, c: 30, d: 60, e: 100, f: 160 } as const;

const isEffort = (text: string): text is keyof typeof hoursByEffort => Object.hasOwn(hoursByEffort, text);
const isCategory = (text: string): text is SkillCategory => skillCategories.some((category) => category === text);

const folder = new URL('./vocabulary/', import.meta.url);
const names = (cell: string | undefined) => (cell ?? '').split(';').flatMap((name) => name.trim() || []);

function readForm(written: string): SkillForm {
  const marks = /^[~!@=?]*/.exec(written)?.[0] ?? '';
  const rare = marks.includes('?');
  return {
    text: written.slice(marks.length),
    ordinary: rare || marks.includes('~'),
    firstName: marks.includes('!'),
    employer: marks.includes('@'),
    exactCase: rare || marks.includes('='),
    rare,
  };
}

function readAddress(cell: string | undefined): string {
  if (cell === undefined || cell === '') return '';
  return cell.startsWith('w:') ? `https://en.wikipedia.org/wiki/${cell.slice(2)}` : `https://${cell}`;
}

/** The skills of one table. Throws, with the line, when a line is not of the table's form: the tables are code. */
export function readSkillTable(table: string): Skill[] {
  const skills: Skill[] = [];
  let category: SkillCategory = 'other';
  for (const line of table.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const heading = /^\[(\w+)\]$/.exec(line)?.[1];
    if (heading !== undefined) {
      if (!isCategory(heading)) throw new Error(`No category of skills: ${heading}`);
      category = heading;
      continue;
    }
    const [written = '', effort = '', address, aliases, implies, parents] = line.split('|').map((cell) => cell.trim());
    const own = readForm(written);
    if (own.text === '' || !isEffort(effort)) throw new Error(`Not a line of the vocabulary: ${line}`);
    const others = names(aliases).map(readForm);
    // A name among its own spellings again stands there for its marks.
    const marked = others.find(({ text }) => text === own.text) ?? own;
    skills.push({
      name: own.text,
      category,
      hours: hoursByEffort[effort],
      documentation: readAddress(address),
      forms: [marked, ...others.filter((other) => other !== marked)],
      implies: names(implies),
      parents: names(parents),
    });
  }
  return skills;
}

/** All skills by canonical name, in the order of the tables. Read once, at the first use. */
export const vocabulary: () => ReadonlyMap<string, Skill> = once(() => {
  const tables = readdirSync(folder).filter((name) => name.endsWith('.psv'));
  const skills = tables.sort().flatMap((name) => readSkillTable(readFileSync(new URL(name, folder), 'utf8')));
  return new Map(skills.map((skill) => [skill.name, skill]));
});

/** The skills that others are a kind of ("Relational databases"). */
export const genericSkills: () => ReadonlySet<string> = once(
  () => new Set([...vocabulary().values()].flatMap(({ parents }) => parents)),
);

/**
 * What the holder of a skill also shows, nearest first: each with the skill it follows from directly. The skill itself
 * is not among them.
 */
export function impliedSkills(name: string): ReadonlyMap<string, string> {
  const shown = new Map<string, string>();
  const queue = [name];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const skill = vocabulary().get(next);
    for (const implied of [...(skill?.implies ?? []), ...(skill?.parents ?? [])]) {
      if (implied === name || shown.has(implied)) continue;
      shown.set(implied, next);
      queue.push(implied);
    }
  }
  return shown;
}
