import { z } from 'zod';
import type { MirroredFile } from './mirror.ts';
import { candidatesOf, relativeImports } from './tsc-imports.ts';
import type { TypeScriptProject } from './tsc-projects.ts';
import type { ImportedModule } from './tsc-shims.ts';

/** Files of one project up to which it is checked together with others, and files of all of them. */
const MOST_FILES_OF_ONE = 200;
const MOST_FILES_TOGETHER = 400;
/** Below this many files a program takes so little memory that it may be checked while another one is. */
const MOST_FILES_BESIDE = 200;
/** From how many files on the largest program takes long enough to do something beside it. */
const LEAST_FILES_ALONE = 64;

/** Projects in groups of which each is checked in one run: those one after the other, and those beside them. */
export interface CheckingPlan {
  readonly main: readonly (readonly TypeScriptProject[])[];
  readonly beside: readonly (readonly TypeScriptProject[])[];
}

/** Divides projects among runs of the compiler. */
export function planChecks(
  projects: readonly TypeScriptProject[],
  files: readonly MirroredFile[],
  imported: ReadonlyMap<string, ImportedModule>,
): CheckingPlan {
  const [main, beside] = divided(projects, files);
  return { main: groupProjects(main, files, imported), beside: groupProjects(beside, files, imported) };
}

/**
 * Divides projects into groups that the compiler may check in one run. One run reads the compiler's own libraries and
 * the declarations of Node.js once, which is most of what a small project costs. Projects of which one imports from
 * the other, even by way of a third, are kept apart: a run that reports on both would check the other's files twice.
 */
export function groupProjects(
  projects: readonly TypeScriptProject[],
  files: readonly MirroredFile[],
  imported: ReadonlyMap<string, ImportedModule>,
): TypeScriptProject[][] {
  const small = projects.filter((one) => one.files.length < MOST_FILES_OF_ONE);
  if (small.length < 2) return projects.map((one) => [one]);
  const reached = reachOf(projects, files, imported);
  const meet = (one: TypeScriptProject, other: TypeScriptProject) =>
    reached.get(one)?.has(other) === true || reached.get(other)?.has(one) === true;
  const groups: TypeScriptProject[][] = [];
  for (const project of small) {
    const group = groups.find(
      (one) =>
        one.reduce((sum, { files: own }) => sum + own.length, project.files.length) <= MOST_FILES_TOGETHER &&
        !one.some((member) => meet(member, project)),
    );
    if (group === undefined) groups.push([project]);
    else group.push(project);
  }
  return [...projects.filter((one) => !small.includes(one)).map((one) => [one]), ...groups];
}

/** The projects that are checked one after the other, and those that are small enough to be checked beside them. */
function divided(
  projects: readonly TypeScriptProject[],
  files: readonly MirroredFile[],
): [main: readonly TypeScriptProject[], beside: readonly TypeScriptProject[]] {
  const sizes = new Map(files.map(({ path, text }) => [path, text.length]));
  const sizeOf = (project: TypeScriptProject) => project.files.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0);
  const [largest] = projects.toSorted((a, b) => sizeOf(b) - sizeOf(a));
  if (largest === undefined || largest.files.length < LEAST_FILES_ALONE) return [projects, []];
  const isBeside = (project: TypeScriptProject) => project !== largest && project.files.length < MOST_FILES_BESIDE;
  return [projects.filter((one) => !isBeside(one)), projects.filter(isBeside)];
}

type Reach = ReadonlyMap<TypeScriptProject, ReadonlySet<TypeScriptProject>>;

/** Of each project the others that it imports from, itself or through others. */
function reachOf(
  projects: readonly TypeScriptProject[],
  files: readonly MirroredFile[],
  imported: ReadonlyMap<string, ImportedModule>,
): Reach {
  const owners = new Map(projects.flatMap((project) => project.files.map((path) => [path, project] as const)));
  const known = new Set(files.map(({ path }) => path));
  const tables = new Map(projects.map((project) => [project, pathsOf(project)] as const));
  const reached = new Map(projects.map((project) => [project, new Set<TypeScriptProject>()]));
  const add = (from: string, target: string | undefined) => {
    const [one, other] = [owners.get(from), target === undefined ? undefined : owners.get(target)];
    if (one !== undefined && other !== undefined && one !== other) reached.get(one)?.add(other);
  };
  const found = (target: string) => candidatesOf(target).find((one) => known.has(one));
  for (const { file, target } of relativeImports(files)) add(file, found(target));
  for (const [specifier, { files: by }] of imported) {
    const named = projects.filter(({ packages }) => packages.some((name) => isPartOf(specifier, name)));
    for (const file of by) {
      const project = owners.get(file);
      const table = (project === undefined ? undefined : tables.get(project)) ?? [];
      for (const target of targetsOf(table, specifier)) add(file, found(target));
      for (const other of named) add(file, other.files[0]);
    }
  }
  // A set is walked to the end of what is added to it meanwhile.
  for (const [project, ones] of reached) {
    for (const one of ones) for (const further of reached.get(one) ?? []) if (further !== project) ones.add(further);
  }
  return reached;
}

function isPartOf(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`);
}

const pathMap = z.record(z.string(), z.array(z.string()));

/** Patterns of names with their targets. */
type PathTable = readonly (readonly [pattern: string, targets: readonly string[]])[];

/** The project's own table of names (`paths`). */
function pathsOf({ options }: TypeScriptProject): PathTable {
  return Object.entries(pathMap.safeParse(options.paths).data ?? {});
}

/** Where a table of names lets a specifier lead. */
function targetsOf(table: PathTable, specifier: string): string[] {
  return table.flatMap(([pattern, targets]) => {
    const [before = '', after] = pattern.split('*');
    if (after === undefined) return pattern === specifier ? targets : [];
    const fits =
      specifier.length >= before.length + after.length && specifier.startsWith(before) && specifier.endsWith(after);
    if (!fits) return [];
    const part = specifier.slice(before.length, specifier.length - after.length);
    return targets.map((target) => target.replace('*', () => part).replace(/^\.\//, ''));
  });
}
