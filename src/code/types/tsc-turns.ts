import { CheckedFiles, copyBeside } from './checked-files.ts';
import type { Diagnostic } from './messages.ts';
import type { Mirror } from './mirror.ts';
import type { CheckingPlan } from './tsc-groups.ts';
import type { TypeScriptProject } from './tsc-projects.ts';
import { checkProject, checkTogether, type TscAnswer, type TscSetup } from './tsc-run.ts';

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
  { projects, plan }: { readonly projects: readonly TypeScriptProject[]; readonly plan: CheckingPlan },
  typeRoot: string,
): Promise<CheckedProject[]> {
  const stop = new AbortController();
  const stoppable = { ...setup, signal: AbortSignal.any([setup.signal, stop.signal]) };
  // The copy of what takes longest is written first.
  const isWritten = Promise.withResolvers<void>();
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
    return work(plan.beside, await copyBeside(setup.mirror), plan.beside.length === 1);
  };
  const works = [
    work(plan.main, setup.mirror, false).finally(isWritten.resolve),
    ...(plan.beside.length === 0 ? [] : [workBeside()]),
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
