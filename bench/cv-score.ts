import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readJobDescription } from '../src/cv/engine/requirements.ts';
import { understand } from '../src/cv/engine/understanding.ts';
import { readCvFile } from '../src/cv/reading.ts';
import type { ThreadPool } from '../src/platform/thread-pool.ts';

const folder = new URL('../test/fixtures/cv-set/', import.meta.url);
const names = z.array(z.string());
const groups = z.array(names);

const labels = z.object({
  asOf: z.string().regex(/^\d{4}-\d{2}$/),
  cvs: z.record(
    z.string(),
    z.object({
      skills: names,
      optionalSkills: names,
      softSkills: names,
      spokenLanguages: names,
      traps: names,
      files: z.array(z.object({ path: z.string(), lostWords: names.optional() })),
    }),
  ),
  jobs: z.record(z.string(), z.object({ file: z.string(), required: groups, preferred: groups, mentioned: names })),
});
type Labels = z.infer<typeof labels>;

/** How the skills that were found stand to those that a reader has labelled. */
export interface SkillScore {
  readonly cv: string;
  /** Labelled and found; found and not labelled; labelled and not found. */
  readonly right: readonly string[];
  readonly wrong: readonly string[];
  readonly missed: readonly string[];
  /** Skills that one file of the CV shows and its text does not, or the other way round, by file. */
  readonly differing: Readonly<Record<string, readonly string[]>>;
}

/** How the requirements that were found stand to the labelled ones. */
export interface JobScore {
  readonly job: string;
  /** Groups that were found, as what they are labelled. */
  readonly right: readonly string[];
  /** Groups that were found, required for preferred or the other way round. */
  readonly swapped: readonly string[];
  readonly missed: readonly string[];
}

export interface SetScore {
  readonly cvs: readonly SkillScore[];
  readonly jobs: readonly JobScore[];
  /** Of all skills found, the share that is labelled; of all labelled, the share that was found. */
  readonly precision: number;
  readonly recall: number;
  /** Of the groups found, the share with the labelled priority; of all groups, the share that was found. */
  readonly split: number;
  readonly groupsFound: number;
}

/**
 * Measures the labelled set: skills of every CV from its text and its files, and what every job description asks for.
 */
export async function scoreLabelledSet(threads: ThreadPool): Promise<SetScore> {
  const set = labels.parse(JSON.parse(await readFile(new URL('labels.json', folder), 'utf8')));
  const same = await sameness();
  const asOf = { year: Number(set.asOf.slice(0, 4)), month: Number(set.asOf.slice(5)) };
  const cvs: SkillScore[] = [];
  for (const [cv, label] of Object.entries(set.cvs)) {
    const skills = (path: string) => skillsOf(threads, path, asOf);
    const [text, ...others] = await Promise.all(
      label.files
        .toSorted((one, other) => Number(other.path.endsWith('.txt')) - Number(one.path.endsWith('.txt')))
        .map(async ({ path, lostWords = [] }) => ({ path, found: await skills(path), lostWords })),
    );
    if (text === undefined) throw new Error(`${cv} has no files`);
    const differing = others.flatMap(({ path, found, lostWords }) => {
      const apart = [...difference(text.found, found), ...difference(found, text.found)];
      const meant = apart.filter((name) => !lostWords.some((word) => same(word, name)));
      return meant.length === 0 ? [] : [[path, meant] as const];
    });
    cvs.push({ cv, ...compareSkills(text.found, label, same), differing: Object.fromEntries(differing) });
  }
  const jobs = await Promise.all(Object.entries(set.jobs).map(([job, label]) => scoreJob(job, label, same)));
  return summed(cvs, jobs);
}

function summed(cvs: readonly SkillScore[], jobs: readonly JobScore[]): SetScore {
  const count = <One>(all: readonly One[], of: (one: One) => readonly string[]) =>
    all.reduce((sum, one) => sum + of(one).length, 0);
  const right = count(cvs, (one) => one.right);
  const found = count(jobs, (one) => [...one.right, ...one.swapped]);
  return {
    cvs,
    jobs,
    precision: right / (right + count(cvs, (one) => one.wrong)),
    recall: right / (right + count(cvs, (one) => one.missed)),
    split: count(jobs, (one) => one.right) / found,
    groupsFound: found / (found + count(jobs, (one) => one.missed)),
  };
}

type Same = (one: string, other: string) => boolean;

/** Names of one skill: the same but for case, or one listed as a spelling of the other. */
async function sameness(): Promise<Same> {
  const read = z.record(z.string(), names).parse(JSON.parse(await readFile(new URL('aliases.json', folder), 'utf8')));
  const spellings = new Map(
    Object.entries(read).map(([name, others]) => [name.toLowerCase(), new Set(others.map((one) => one.toLowerCase()))]),
  );
  return (one, other) => {
    const [left, right] = [one.toLowerCase(), other.toLowerCase()];
    return left === right || spellings.get(left)?.has(right) === true || spellings.get(right)?.has(left) === true;
  };
}

/** The hard skills that a file of the set shows. */
async function skillsOf(threads: ThreadPool, path: string, asOf: { year: number; month: number }): Promise<string[]> {
  const reading = await readCvFile(await readFile(fileURLToPath(new URL(path, folder))), { threads });
  const { mentions } = understand({ reading, jobDescription: '', asOf }).evidence;
  const held = mentions.filter(({ stance, category }) => stance === 'held' && category !== 'soft_skill');
  return [...new Set(held.map(({ skill }) => skill))];
}

function compareSkills(found: readonly string[], label: Labels['cvs'][string], same: Same) {
  const { skills, optionalSkills, softSkills, spokenLanguages } = label;
  const among = (list: readonly string[]) => (name: string) => list.some((one) => same(one, name));
  const tolerated = among([...optionalSkills, ...softSkills, ...spokenLanguages]);
  return {
    right: skills.filter(among(found)),
    wrong: found.filter((name) => !among(skills)(name) && !tolerated(name)),
    missed: skills.filter((name) => !among(found)(name)),
  };
}

async function scoreJob(job: string, label: Labels['jobs'][string], same: Same): Promise<JobScore> {
  const read = readJobDescription(await readFile(new URL(label.file, folder), 'utf8'));
  const asked = [...read.skills, ...read.softSkills];
  const score = { job, right: [] as string[], swapped: [] as string[], missed: [] as string[] };
  for (const priority of ['required', 'preferred'] as const) {
    for (const group of label[priority]) {
      const found = asked.filter(({ alternatives }) =>
        alternatives.some((one) => group.some((name) => same(name, one))),
      );
      const kind = found.length === 0 ? 'missed' : found.some((one) => one.priority === priority) ? 'right' : 'swapped';
      score[kind].push(group.join(' or '));
    }
  }
  return score;
}

function difference(one: readonly string[], other: readonly string[]): string[] {
  return one.filter((name) => !other.includes(name));
}
