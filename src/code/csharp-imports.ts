import type { Resolved } from './imports.ts';
import type { Manifest } from './manifests.ts';
import type { FileIndex } from './native-imports.ts';
import type { SourceImport } from './symbols.ts';
import { folderOf } from './workspaces.ts';

interface Project {
  readonly name: string;
  readonly folder: string;
  /** Names of the projects it references. */
  readonly references: readonly string[];
}

const UNKNOWN: readonly Resolved[] = [{ kind: 'unknown' }];

/**
 * `using` directives. An alias or a static import names one type, which stands in a file of its name. A namespace is by
 * convention a folder of the project that has the directive, else of one that it references: the first file there
 * stands for it.
 */
export function csharpResolver(
  index: FileIndex,
  manifests: readonly Manifest[],
): (from: string, imported: SourceImport) => Resolved[] {
  const projects = projectsOf(manifests);
  const families = new Set(projects.map((one) => one.name.split('.')[0] ?? ''));
  return (from, { specifier, names }) => {
    const type = typeFile(index, specifier);
    if (type !== null && names[0] !== undefined) return type === from ? [...UNKNOWN] : [{ kind: 'file', path: type }];
    // `System.Text` is no folder `Text` of a project.
    if (!families.has(specifier.split('.')[0] ?? '')) return [...UNKNOWN];
    const own = projects.find((one) => one.folder === '' || from.startsWith(`${one.folder}/`));
    if (own === undefined) return [...UNKNOWN];
    const inside = namespaceFile(index, own, specifier);
    const around = projects.filter((one) => own.references.includes(one.name));
    const found = inside ?? only(around.flatMap((one) => namespaceFile(index, one, specifier) ?? []));
    return found === null || found === from ? [...UNKNOWN] : [{ kind: 'file', path: found }];
  };
}

/** Projects, the deepest folders first. A reference names the project's file. */
function projectsOf(manifests: readonly Manifest[]): Project[] {
  return manifests
    .filter((one) => one.kind === 'csproj')
    .map((one) => ({
      name: one.path.replace(/^.*\//, '').replace(/\.csproj$/i, ''),
      folder: folderOf(one.path),
      references: one.dependencies.map((dependency) => dependency.name),
    }))
    .sort((a, b) => b.folder.length - a.folder.length);
}

function typeFile(index: FileIndex, specifier: string): string | null {
  const parts = specifier.split('.');
  const type = parts.at(-1) ?? '';
  const namespace = parts.at(-2) ?? '';
  const found = (index.named.get(`${type}.cs`) ?? []).filter((path) =>
    folderOf(path)
      .split('/')
      .some((one) => one === namespace || one.endsWith(`.${namespace}`)),
  );
  return only(found);
}

/**
 * The first file of the folder that is called like the longest end of a namespace; of the project's own for its name.
 */
function namespaceFile(index: FileIndex, project: Project, specifier: string): string | null {
  const parts = specifier.split('.');
  const prefix = project.folder === '' ? '' : `${project.folder}/`;
  const first = (folder: string): string | null =>
    index.inFolder.get(folder)?.find((path) => path.endsWith('.cs')) ?? null;
  if (specifier === project.name) return first(project.folder);
  for (let at = 1; at < parts.length; at += 1) {
    const found = first(`${prefix}${parts.slice(at).join('/')}`);
    if (found !== null) return found;
  }
  return null;
}

function only(found: readonly string[]): string | null {
  return found.length === 1 ? (found[0] ?? null) : null;
}
