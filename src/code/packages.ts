import { basename, posix } from 'node:path';
import { roleOf } from './file-roles.ts';
import { type ParsedLanguage, parsedLanguageOf } from './languages.ts';
import type { Manifest } from './manifests.ts';
import { compareBytes, type SourceTree } from './source-tree.ts';
import { declaredWorkspaces, folderOf, type Workspace } from './workspaces.ts';

/** Whose package it is: the tool that builds and names it. */
export type PackageKind = 'npm' | 'python' | 'go' | 'cargo' | 'composer' | 'gem' | 'maven' | 'gradle' | 'dotnet';

/** One package of a repository: a folder with a manifest of its own. */
export interface SourcePackage {
  /** As its manifest names it, or its folder's name. */
  readonly name: string;
  /** Folder, empty for the root. */
  readonly path: string;
  readonly kind: PackageKind;
  readonly manifestPath: string;
  readonly description: string | null;
  readonly version: string | null;
  /** It says itself that it is not published. */
  readonly private: boolean;
  /** Names of sibling packages that it needs when it runs, in byte order. */
  readonly dependsOn: readonly string[];
}

const KINDS: Readonly<Partial<Record<Manifest['kind'], PackageKind>>> = {
  'package.json': 'npm',
  'pyproject.toml': 'python',
  'setup.py': 'python',
  'setup.cfg': 'python',
  'go.mod': 'go',
  'Cargo.toml': 'cargo',
  'composer.json': 'composer',
  gemspec: 'gem',
  'pom.xml': 'maven',
  'build.gradle': 'gradle',
  csproj: 'dotnet',
};

const LANGUAGES: Readonly<Record<PackageKind, readonly ParsedLanguage[]>> = {
  npm: ['typescript', 'javascript'],
  python: ['python'],
  go: ['go'],
  cargo: ['rust'],
  composer: ['php'],
  gem: ['ruby'],
  maven: ['java'],
  gradle: ['java'],
  dotnet: ['csharp'],
};

/**
 * Packages of a tree in path order. Where a workspace is declared, its members and its root; else every folder with a
 * manifest of its own that is no test, example or tool. The root is one only when sources of its language stand outside
 * of the others. Rejects only for a file system that fails; a workspace file that cannot be read counts as none.
 */
export async function readPackages(
  root: string,
  tree: SourceTree,
  manifests: readonly Manifest[],
): Promise<SourcePackage[]> {
  const workspaces = await declaredWorkspaces(root, tree, manifests);
  const candidates = manifests
    .filter((manifest) => manifest.problem === null && isPackage(manifest) && isMember(manifest, workspaces))
    .map((manifest) => ({ manifest, kind: KINDS[manifest.kind], path: folderOf(manifest.path) }))
    .flatMap(({ manifest, kind, path }) => (kind === undefined ? [] : [{ manifest, kind, path }]));
  const sources = tree.files.filter((file) => roleOf(file.path) === 'source').map((file) => file.path);
  const chosen = onePerFolder(candidates, sources);
  return withDependencies(chosen, root);
}

/** The package that a file belongs to: the deepest whose folder holds it. Null for none. */
export function packageOf(packages: readonly SourcePackage[], path: string): SourcePackage | null {
  let found: SourcePackage | null = null;
  for (const one of packages) {
    if (!isBelow(path, one.path)) continue;
    if (found === null || one.path.length > found.path.length) found = one;
  }
  return found;
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}

/** A manifest that only gathers others, or only configures a tool, makes no package. */
function isPackage(manifest: Manifest): boolean {
  switch (manifest.kind) {
    case 'Cargo.toml':
    case 'pyproject.toml':
    case 'go.mod':
    case 'setup.cfg':
      return manifest.name !== null;
    case 'requirements.txt':
    case 'Makefile':
    case 'Gemfile':
      return false;
    default:
      return true;
  }
}

function isMember(manifest: Manifest, workspaces: readonly Workspace[]): boolean {
  const kind = KINDS[manifest.kind];
  const folder = folderOf(manifest.path);
  const around = workspaces.filter(
    (one) => one.kind === kind && (folder === one.path || isBelow(`${folder}/`, one.path)),
  );
  if (around.length === 0) return folder === '' || roleOf(`${folder}/module`) === 'source';
  return around.some((one) => one.path === folder || matches(one, folder));
}

/** The last pattern that fits decides, as the tools have it. */
function matches(workspace: Workspace, folder: string): boolean {
  const relative = posix.relative(workspace.path, folder);
  const fits = (pattern: string): boolean => {
    const clean = posix.normalize(pattern).replace(/\/$/, '');
    return clean === relative || posix.matchesGlob(relative, clean);
  };
  const excluded = workspace.patterns.filter((one) => one.startsWith('!')).some((one) => fits(one.slice(1)));
  return !excluded && workspace.patterns.filter((one) => !one.startsWith('!')).some(fits);
}

interface Candidate {
  readonly manifest: Manifest;
  readonly kind: PackageKind;
  readonly path: string;
}

/** Of several manifests in a folder, that whose language the folder holds most of; the first of equals. */
function onePerFolder(candidates: readonly Candidate[], sources: readonly string[]): Candidate[] {
  const folders = new Map<string, Candidate[]>();
  for (const one of candidates) folders.set(one.path, [...(folders.get(one.path) ?? []), one]);
  const owned = new Map<string, Map<ParsedLanguage, number>>();
  for (const path of sources) {
    const language = parsedLanguageOf(path);
    if (language === null) continue;
    const folder = deepest(folders, path);
    if (folder === null) continue;
    const counts = owned.get(folder) ?? new Map<ParsedLanguage, number>();
    owned.set(folder, counts.set(language, (counts.get(language) ?? 0) + 1));
  }
  const weight = (one: Candidate): number =>
    LANGUAGES[one.kind].reduce((sum, language) => sum + (owned.get(one.path)?.get(language) ?? 0), 0);
  return [...folders.values()]
    .flatMap((all) => {
      const best = all.reduce((first, one) => (weight(one) > weight(first) ? one : first));
      // A folder without sources of its own only holds the others together.
      const holds = weight(best) > 0 || (best.path !== '' && best.manifest.workspaces.length === 0);
      return holds ? [best] : [];
    })
    .sort((a, b) => compareBytes(a.path, b.path));
}

function deepest(folders: ReadonlyMap<string, unknown>, path: string): string | null {
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    if (folders.has(folder)) return folder;
    if (folder === '') return null;
  }
}

function withDependencies(chosen: readonly Candidate[], root: string): SourcePackage[] {
  const named = chosen.map((one) => ({ ...one, name: nameOf(one, root) }));
  const siblings = new Map<string, string>();
  for (const one of named) for (const key of keysOf(one, one.name)) siblings.set(key, one.name);
  return named.map(({ manifest, kind, path, name }) => {
    const needed = manifest.dependencies
      .filter((one) => one.group !== 'development')
      .flatMap((one) => siblings.get(`${kind} ${plainName(kind, one.name)}`) ?? [])
      .filter((one) => one !== name);
    return {
      name,
      path,
      kind,
      manifestPath: manifest.path,
      description: manifest.description,
      version: manifest.version,
      private: manifest.private,
      dependsOn: [...new Set(needed)].sort(compareBytes),
    };
  });
}

function nameOf({ manifest, path }: Candidate, root: string): string {
  return manifest.name ?? basename(path === '' ? root : path);
}

/** Names under which siblings ask for a package. */
function keysOf({ manifest, kind, path }: Candidate, name: string): string[] {
  const keys = [plainName(kind, name)];
  // A reference in a project file names the file, one in a build names the folder.
  if (kind === 'dotnet') keys.push(basename(manifest.path).replace(/\.csproj$/i, ''));
  if (kind === 'gradle') keys.push(basename(path));
  return keys.map((key) => `${kind} ${key}`);
}

function plainName(kind: PackageKind, name: string): string {
  // PEP 503: runs of dots, dashes and underscores are one.
  if (kind === 'python') return name.toLowerCase().replace(/[-_.]+/g, '-');
  if (kind === 'cargo') return name.replaceAll('_', '-');
  // A group may be told by a parent elsewhere: siblings are known by their artifact.
  return kind === 'maven' ? name.replace(/^.*:/, '') : name;
}
