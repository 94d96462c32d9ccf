import type { Gap } from '../analyser.ts';
import { isScript } from './checked-files.ts';
import type { MirroredFile } from './mirror.ts';
import { type CopyOrder, copyFiles } from './mirror-copy.ts';
import { declaredModules } from './tsc-declared.ts';
import { type CheckingPlan, planChecks } from './tsc-groups.ts';
import { mergeProjects } from './tsc-merge.ts';
import { divideFiles, type TypeScriptProject } from './tsc-projects.ts';
import { collectImports, declaresJsx, type ImportedModule } from './tsc-shims.ts';

/** A tree that is to be checked. Plain data. */
export interface TscOrder extends CopyOrder {
  /** Names of the compiler's own libraries, as `lib` has them. */
  readonly libraries: ReadonlySet<string>;
  readonly maxProjects: number;
}

/** What the compiler is to check, and what it has to know for that. Plain data. */
export interface PreparedTree {
  readonly files: readonly MirroredFile[];
  /** What is not in the copy. */
  readonly gaps: readonly Gap[];
  readonly imported: ReadonlyMap<string, ImportedModule>;
  /** Packages that the tree itself holds or declares: they are resolved, not assumed. */
  readonly known: ReadonlySet<string>;
  /** Whether the tree declares itself what JSX is. */
  readonly ownJsx: boolean;
  readonly projects: readonly TypeScriptProject[];
  /** Those of `projects` that are checked together. */
  readonly plan: CheckingPlan;
  /** Projects beyond the number that is checked. */
  readonly unchecked: readonly TypeScriptProject[];
}

/**
 * Thread entry: copies all but the scripts of a tree, whose folders are made, and works out from their texts what is
 * checked together and what is imported from where.
 */
export default function prepareTypeScript(order: TscOrder): PreparedTree {
  const { files, gaps } = copyFiles(order, (path) => isScript({ path }));
  const scripts = files.filter(isScript);
  const imported = new Map<string, ImportedModule>();
  for (const file of scripts) collectImports(file, imported);
  const known = declaredModules(scripts, imported);
  const ownJsx = scripts.some(({ text }) => declaresJsx(text));
  const all = mergeProjects(divideFiles(files, imported), files, order.libraries);
  const projects = all.slice(0, order.maxProjects);
  const plan = planChecks(projects, files, imported);
  return { files, gaps, imported, known, ownJsx, projects, plan, unchecked: all.slice(order.maxProjects) };
}
