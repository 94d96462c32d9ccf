import type { MirroredFile } from './mirror.ts';
import { safeOptions } from './tsc-options.ts';
import type { TypeScriptProject } from './tsc-projects.ts';

/** How many files may be checked in one program, whose memory grows with them. */
const MOST_FILES = 4_000;
const MODULE = /^[ \t\uFEFF]*(?:import|export)\b|\bmodule\.exports\b|\brequire\s*\(/m;
const GLOBAL = /^[ \t\uFEFF]*(?:export\s+)?declare\s+(?:global|module)\b/m;

/**
 * Puts projects whose settings come to the same into one program, so that the compiler's own libraries and what several
 * of them import are read once. A project that declares global names stays alone: others must not see them.
 */
export function mergeProjects(
  projects: readonly TypeScriptProject[],
  files: readonly MirroredFile[],
  libraries: ReadonlySet<string>,
): TypeScriptProject[] {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const merged = new Map<string, TypeScriptProject>();
  for (const [number, project] of projects.entries()) {
    const key = hasGlobalNames(project, texts) ? `alone ${number}` : settingsOf(project, libraries);
    const known = merged.get(key);
    if (known === undefined) merged.set(key, project);
    else if (known.files.length + project.files.length > MOST_FILES) merged.set(`${key} ${number}`, project);
    else merged.set(key, joined(known, project));
  }
  return [...merged.values()];
}

function joined(one: TypeScriptProject, other: TypeScriptProject): TypeScriptProject {
  const union = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])];
  return {
    ...one,
    files: union(one.files, other.files),
    declarations: union(one.declarations, other.declarations),
    packages: union(one.packages, other.packages),
  };
}

function hasGlobalNames({ files, declarations }: TypeScriptProject, texts: ReadonlyMap<string, string>): boolean {
  return [...files, ...declarations].some((path) => {
    const text = texts.get(path) ?? '';
    return !MODULE.test(text) || GLOBAL.test(text);
  });
}

/** Everything of a project that changes what the compiler says of a file. */
function settingsOf(project: TypeScriptProject, libraries: ReadonlySet<string>): string {
  const { options, usesNode, major, missing, lenient } = project;
  const safe = safeOptions(options, {
    root: '/',
    libraries,
    typeRoot: '/',
    types: [],
    unsettled: missing.length > 0,
    major,
  });
  const sorted = Object.entries(safe).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted, usesNode, lenient, [...missing].sort()]);
}
