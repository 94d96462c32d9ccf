import { posix } from 'node:path';
import type { Edge } from '../../code/modules/module-graph.ts';
import type { SourcePackage } from '../../code/packages.ts';
import { compareBytes } from '../../code/source-tree.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';

/** A package of the repository, as its manifest declares it. */
export type PackageFacts = Omit<SourcePackage, 'kind'>;

/** A package with what the pages tell of it. */
export interface PackageChapter extends PackageFacts {
  /** Paths of its modules. */
  readonly modules: readonly string[];
  /** Siblings it needs: declared, or imported by its modules. Names, sorted. */
  readonly uses: readonly string[];
  /** Its README in the repository; null for none. */
  readonly readme: string | null;
}

/**
 * Packages that get a chapter of their own: those in folders that hold modules, when there are at least two packages.
 * What belongs to no such package is the root's.
 */
export function packageChapters(
  packages: readonly PackageFacts[],
  modules: readonly ParsedFile[],
  edges: readonly Edge[],
  paths: readonly string[],
): PackageChapter[] {
  const own = packages.filter((one) => one.path !== '');
  const owner = ownerOf(own);
  const held = new Map<string, string[]>();
  for (const module of modules) {
    const path = owner(module.path)?.path;
    if (path === undefined) continue;
    const known = held.get(path);
    if (known === undefined) held.set(path, [module.path]);
    else known.push(module.path);
  }
  const withModules = own.filter((one) => held.has(one.path));
  if (withModules.length < 2 && !(withModules.length === 1 && packages.some((one) => one.path === ''))) return [];
  const kept = new Set(withModules.map((one) => one.name));
  const imported = importedPackages(edges, owner);
  const readmes = readmesByFolder(paths);
  return withModules
    .map((one) => ({
      name: one.name,
      path: one.path,
      description: one.description,
      version: one.version,
      private: one.private,
      manifestPath: one.manifestPath,
      dependsOn: one.dependsOn,
      modules: held.get(one.path) ?? [],
      uses: [...new Set([...one.dependsOn, ...(imported.get(one.name) ?? [])])]
        .filter((name) => kept.has(name) && name !== one.name)
        .sort(compareBytes),
      readme: readmes.get(one.path) ?? null,
    }))
    .sort((a, b) => compareBytes(a.path, b.path));
}

/** The first README of each folder that has one. */
function readmesByFolder(paths: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of paths) {
    if (!/\/readme\.md$/i.test(path)) continue;
    const folder = posix.dirname(path);
    if (!found.has(folder)) found.set(folder, path);
  }
  return found;
}

/** Finds the package of a file: the one in the deepest folder around it. */
export function ownerOf<Owner extends { readonly path: string }>(
  packages: readonly Owner[],
): (path: string) => Owner | undefined {
  const byPath = new Map(packages.map((one) => [one.path, one]));
  return (path) => {
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) {
      const found = byPath.get(folder);
      if (found !== undefined) return found;
    }
    return byPath.get('');
  };
}

function importedPackages(
  edges: readonly Edge[],
  owner: (path: string) => PackageFacts | undefined,
): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const edge of edges) {
    const [from, to] = [owner(edge.from), owner(edge.to)];
    if (from === undefined || to === undefined || from === to) continue;
    found.set(from.name, (found.get(from.name) ?? new Set()).add(to.name));
  }
  return found;
}
