import { CheckedFiles, copyBeside } from './checked-files.ts';
import type { Diagnostic } from './messages.ts';
import type { Mirror } from './mirror.ts';
import { groupProjects } from './tsc-groups.ts';
import type { TypeScriptProject } from './tsc-projects.ts';
import { checkProject, checkTogether, type TscAnswer, type TscSetup } from './tsc-run.ts';

/** Below this many files a program takes so little memory that it may be checked while another one is. */
const MOST_FILES_BESIDE = 200;
/** From how many files on the largest program takes long enough to do something beside it. */
const LEAST_FILES_ALONE = 64;

/** What was said of a project, and which of the files it came to read do not parse. */
export interface CheckedProject {
  readonly project: TypeScriptProject;
  readonly answer: TscAnswer;
  readonly broken: readonly Diagnostic[];
}

/**
 * Checks projects, and gives what was said of each in their order. One at a time, as the compiler runs several threads
 * itself and pyright may be at work too; but where one of them is large, small ones are checked beside it, in a copy of
 * their own. In one run they take what the large one leaves of the processors; several runs, one after the other, would
 * come too late with that. Rejects with the signal's reason only, when every compiler has ended.
 */
export async function checkProjects(
  setup: TscSetup,
  projects: readonly TypeScriptProject[],
  typeRoot: string,
): Promise<CheckedProject[]> {
  const stop = new AbortController();
  const stoppable = { ...setup, signal: AbortSignal.any([setup.signal, stop.signal]) };
  const [main, beside] = divided(projects, setup.mirror);
  // The copy of what takes longest is written first.
  const isWritten = Promise.withResolvers<void>();
  const groupsOf = (own: readonly TypeScriptProject[]) => groupProjects(own, setup.mirror.files, setup.imported);
  const work = async (groups: readonly (readonly TypeScriptProject[])[], mirror: Mirror, givesWay: boolean) => {
    const checked = new CheckedFiles(mirror);
    const found: CheckedProject[] = [];
    for (const group of groups) {
      await show(checked, group, projects);
      isWritten.resolve();
      found.push(...(await checkGroup({ ...stoppable, mirror, givesWay }, group, { typeRoot, checked, projects })));
    }
    return found;
  };
  const workBeside = async () => {
    await isWritten.promise;
    const groups = groupsOf(beside);
    return work(groups, await copyBeside(setup.mirror), groups.length === 1);
  };
  const works = [
    work(groupsOf(main), setup.mirror, false).finally(isWritten.resolve),
    ...(beside.length === 0 ? [] : [workBeside()]),
  ];
  for (const one of works) one.catch((error: unknown) => stop.abort(error));
  const settled = await Promise.allSettled(works);
  const found = settled.flatMap((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  return found.sort((a, b) => projects.indexOf(a.project) - projects.indexOf(b.project));
}

/** Shows some projects' files to the compiler, and no others where there are any. */
async function show(
  checked: CheckedFiles,
  own: readonly TypeScriptProject[],
  projects: readonly TypeScriptProject[],
): Promise<void> {
  const files = new Set(own.flatMap((project) => project.files));
  await checked.show((path) => projects.length === 1 || files.has(path));
}

/** Checks projects in one run, and those of which that says nothing one after the other. */
async function checkGroup(
  setup: TscSetup,
  group: readonly TypeScriptProject[],
  { typeRoot, checked, projects }: GroupPlace,
): Promise<CheckedProject[]> {
  const numbered = group.map((project) => [projects.indexOf(project), project] as const);
  const answers = group.length > 1 ? await checkTogether(setup, numbered, typeRoot) : [];
  const found: CheckedProject[] = [];
  for (const [index, [number, project]] of numbered.entries()) {
    const broken: Diagnostic[] = [];
    let answer = answers[index] ?? null;
    if (answer === null) {
      await show(checked, [project], projects);
      answer = await checkProject(setup, project, { typeRoot, checked, number }, (one) => broken.push(one));
    }
    found.push({ project, answer, broken });
  }
  return found;
}

interface GroupPlace {
  readonly typeRoot: string;
  readonly checked: CheckedFiles;
  /** All projects of the tree: their places name the files of each. */
  readonly projects: readonly TypeScriptProject[];
}

/** The projects that are checked one after the other, and those that are small enough to be checked beside them. */
function divided(
  projects: readonly TypeScriptProject[],
  { files }: Mirror,
): [main: readonly TypeScriptProject[], beside: readonly TypeScriptProject[]] {
  const sizes = new Map(files.map(({ path, text }) => [path, text.length]));
  const sizeOf = (project: TypeScriptProject) => project.files.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0);
  const [largest] = projects.toSorted((a, b) => sizeOf(b) - sizeOf(a));
  if (largest === undefined || largest.files.length < LEAST_FILES_ALONE) return [projects, []];
  const isBeside = (project: TypeScriptProject) => project !== largest && project.files.length < MOST_FILES_BESIDE;
  return [projects.filter((one) => !isBeside(one)), projects.filter(isBeside)];
}
