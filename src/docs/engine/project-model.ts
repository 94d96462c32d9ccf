import { roleOf } from '../../code/file-roles.ts';
import { type ImportResolver, importResolver } from '../../code/imports.ts';
import type { Manifest } from '../../code/manifests.ts';
import { type Edge, findCycles } from '../../code/modules/module-graph.ts';
import type { Skip } from '../../code/source-text.ts';
import { compareBytes, type SourceTree } from '../../code/source-tree.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import type { ParsedTree } from '../../code/tree/parse-tree.ts';
import { type Coverage, coverageOfFiles } from './coverage.ts';
import { offeredModules } from './offered-modules.ts';
import { withoutPrivate } from './private-modules.ts';
import { type PackageChapter, type PackageFacts, packageChapters } from './project-packages.ts';
import { purposeOf, titleOf } from './project-title.ts';
import { offersOf, type PublicEntry, publicEntries } from './public-names.ts';

/** What is known of a repository besides its files. */
export interface RepositoryFacts {
  /** Shown where no manifest gives a name. */
  readonly name: string;
  /** Public address for the clone command; null for a local folder. */
  readonly url: string | null;
  /** Full hash of what is documented; null for a folder without git. */
  readonly commit: string | null;
}

export interface LanguageShare {
  readonly name: string;
  readonly files: number;
  /** Null for languages whose text is not read. */
  readonly lines: number | null;
}

/** A package that the sources import, with the modules that do. */
export interface UsedPackage {
  readonly name: string;
  readonly importedBy: number;
}

/** A test or an example that may show how something is used, and the names it takes from modules. */
export interface UsageFile {
  readonly path: string;
  readonly role: 'test' | 'example';
  readonly uses: readonly { readonly module: string; readonly names: readonly string[] }[];
}

/** Everything the pages are written from. Plain JSON; the same tree gives the same bytes. */
export interface ProjectModel {
  readonly name: string;
  readonly description: string | null;
  readonly repository: RepositoryFacts;
  readonly manifests: readonly Manifest[];
  readonly languages: readonly LanguageShare[];
  /** Files that are part of what the project offers, in path order. */
  readonly modules: readonly ParsedFile[];
  /** Parsed files that are tests, examples or tooling. */
  readonly otherFiles: { readonly test: number; readonly example: number; readonly tooling: number };
  readonly edges: readonly Edge[];
  readonly cycles: readonly (readonly string[])[];
  readonly packages: readonly UsedPackage[];
  /** Packages of a monorepo that have a chapter of their own; empty for a single package. */
  readonly chapters: readonly PackageChapter[];
  readonly entries: readonly PublicEntry[];
  /** Tests and examples that import modules. */
  readonly usageFiles: readonly UsageFile[];
  /** The README in the root; null for none. */
  readonly readme: string | null;
  /** Modules that say themselves that they are run. */
  readonly runnable: readonly string[];
  readonly folders: readonly { readonly path: string; readonly files: number }[];
  readonly coverage: Coverage;
  readonly problems: readonly { readonly path: string; readonly line: number; readonly message: string }[];
  readonly latin1: readonly string[];
  readonly skips: readonly Skip[];
  readonly limitsReached: readonly string[];
  /** Files of the tree that pages may point to: licence, contribution guide, workflow files and the like. */
  readonly notableFiles: readonly string[];
}

/** Puts what was listed, parsed and declared together. Pure. */
export function describeProject(
  parsed: ParsedTree,
  manifests: readonly Manifest[],
  tree: SourceTree,
  repository: RepositoryFacts,
  siblings: readonly PackageFacts[],
): ProjectModel {
  const paths = tree.files.map((file) => file.path);
  const resolver = importResolver(
    parsed.files.map((file) => file.path),
    manifests,
  );
  const sources = sourceModules(parsed.files);
  const modules = withoutPrivate(sources, offersOf(sources, resolver));
  const { edges, packages } = importsBetween(modules, resolver);
  const entries = publicEntries(modules, manifests, resolver);
  return {
    name: titleOf(manifests, repository.name, siblings.length),
    description: purposeOf(manifests, modules),
    repository,
    manifests,
    languages: languageShares(tree),
    modules,
    otherFiles: countOthers(parsed.files, modules),
    edges,
    cycles: findCycles(edges),
    packages,
    chapters: packageChapters(siblings, modules, edges, paths),
    entries,
    usageFiles: usageFiles(parsed.files, modules, resolver),
    readme: paths.find((path) => /^readme\.(?:md|markdown)$/i.test(path)) ?? null,
    runnable: modules.filter((module) => module.runnable).map((module) => module.path),
    folders: topFolders(tree),
    coverage: coverageOfFiles(offeredModules(modules, manifests, entries, resolver)),
    problems: parsed.files.flatMap((file) => file.problems.map((problem) => ({ path: file.path, ...problem }))),
    latin1: tree.files.filter((file) => file.encoding === 'latin-1').map((file) => file.path),
    skips: [...tree.skips, ...parsed.skips].sort((a, b) => compareBytes(a.path, b.path)),
    limitsReached: tree.limitsReached,
    notableFiles: paths.filter(isNotable),
  };
}

/** The coverage of a model. */
export function coverageOf(model: ProjectModel): Coverage {
  return model.coverage;
}

/** A repository of examples only is documented as what it is. */
function sourceModules(files: readonly ParsedFile[]): ParsedFile[] {
  const sources = files.filter((file) => roleOf(file.path) === 'source');
  if (sources.some((file) => file.symbols.length > 0)) return sources;
  const examples = files.filter((file) => roleOf(file.path) === 'example');
  return [...sources, ...examples].sort((a, b) => compareBytes(a.path, b.path));
}

function countOthers(files: readonly ParsedFile[], modules: readonly ParsedFile[]): ProjectModel['otherFiles'] {
  const taken = new Set(modules.map((module) => module.path));
  const counts = { test: 0, example: 0, tooling: 0 };
  for (const file of files) {
    const role = roleOf(file.path);
    if (!taken.has(file.path) && role !== 'source') counts[role] += 1;
  }
  return counts;
}

function usageFiles(
  files: readonly ParsedFile[],
  modules: readonly ParsedFile[],
  resolver: ImportResolver,
): UsageFile[] {
  const known = new Set(modules.map((module) => module.path));
  return files.flatMap((file): UsageFile[] => {
    const role = roleOf(file.path);
    if ((role !== 'test' && role !== 'example') || known.has(file.path)) return [];
    const uses = new Map<string, Set<string>>();
    for (const imported of file.imports) {
      for (const target of resolver.resolve(file.path, imported)) {
        if (target.kind !== 'file' || !known.has(target.path)) continue;
        const names = uses.get(target.path) ?? new Set();
        for (const name of imported.names) names.add(name);
        uses.set(target.path, names);
      }
    }
    if (uses.size === 0) return [];
    return [{ path: file.path, role, uses: [...uses].map(([module, names]) => ({ module, names: [...names] })) }];
  });
}

function importsBetween(
  modules: readonly ParsedFile[],
  resolver: ImportResolver,
): { edges: Edge[]; packages: UsedPackage[] } {
  const known = new Set(modules.map((module) => module.path));
  const edges = new Map<string, Edge>();
  const users = new Map<string, Set<string>>();
  for (const module of modules) {
    for (const imported of module.imports) {
      for (const target of resolver.resolve(module.path, imported)) {
        if (target.kind === 'package') users.set(target.name, (users.get(target.name) ?? new Set()).add(module.path));
        if (target.kind !== 'file' || target.path === module.path || !known.has(target.path)) continue;
        const key = `${module.path}\0${target.path}`;
        const atLoad = !imported.typeOnly && !imported.lazy && !/\.d\.[cm]?ts$/.test(module.path);
        edges.set(key, { from: module.path, to: target.path, atLoad: atLoad || edges.get(key)?.atLoad === true });
      }
    }
  }
  return {
    edges: [...edges.values()].sort((a, b) => compareBytes(a.from, b.from) || compareBytes(a.to, b.to)),
    packages: [...users]
      .map(([name, by]) => ({ name, importedBy: by.size }))
      .sort((a, b) => b.importedBy - a.importedBy || compareBytes(a.name, b.name)),
  };
}

function languageShares(tree: SourceTree): LanguageShare[] {
  const shares = new Map<string, { files: number; lines: number | null }>();
  for (const { language, lines } of tree.files) {
    if (language === null) continue;
    const share = shares.get(language) ?? { files: 0, lines: null };
    shares.set(language, { files: share.files + 1, lines: lines === null ? share.lines : (share.lines ?? 0) + lines });
  }
  return [...shares]
    .map(([name, share]) => ({ name, ...share }))
    .sort((a, b) => (b.lines ?? -1) - (a.lines ?? -1) || b.files - a.files || compareBytes(a.name, b.name));
}

function topFolders(tree: SourceTree): { path: string; files: number }[] {
  const counts = new Map<string, number>();
  for (const { path } of tree.files) {
    const slash = path.indexOf('/');
    if (slash > 0) counts.set(path.slice(0, slash), (counts.get(path.slice(0, slash)) ?? 0) + 1);
  }
  return [...counts].map(([path, files]) => ({ path, files })).sort((a, b) => compareBytes(a.path, b.path));
}

function isNotable(path: string): boolean {
  return (
    /^(?:licen[sc]e|copying|changelog|changes|history|contributing|code_of_conduct|security)(?:\.\w+)?$/i.test(path) ||
    /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path) ||
    /^(?:\.editorconfig|\.pre-commit-config\.yaml|tox\.ini)$/.test(path)
  );
}
