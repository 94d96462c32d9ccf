import { posix } from 'node:path';
import type { ImportResolver } from '../../code/imports.ts';
import type { EntryPoint, Manifest } from '../../code/manifests.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import {
  namesOffered,
  type Offers,
  offersOf,
  type PublicEntry,
  patternModules,
  scriptEntries,
} from './public-names.ts';

/** Manifests that say whether their package is for others, and the files that it is made of. */
const OWN_FILES: readonly (readonly [Manifest['kind'], RegExp])[] = [
  ['package.json', /\.[cm]?[jt]sx?$/],
  ['Cargo.toml', /\.rs$/],
  ['csproj', /\.cs$/],
];
/** By convention not for users, where the language itself has nothing to say so: Java, C#, PHP, JavaScript. */
const INTERNAL = /(?:^|\/)internals?\/(?:.*\/)?[^/]+\.(?:java|cs|php|[cm]?[jt]sx?)$/i;

/**
 * The modules with what they offer to users of the repository, which is what has to be documented. Left out is what
 * stands in a package that is not published (`"private": true`, `publish = false`, `IsPackable` false) beside others
 * that are, unless it is the application in the root that those only belong to; what stands in a folder `internal`, or
 * in a gem outside of `lib` and `app`; of C what no header in a folder `include` declares, where there is one; and what
 * no subpath of a package's `exports` gives, where all of them are known. A repository that offers nothing by these
 * rules, an application, keeps everything of that language.
 */
export function offeredModules(
  modules: readonly ParsedFile[],
  manifests: readonly Manifest[],
  entries: readonly PublicEntry[],
  resolver: ImportResolver,
): ParsedFile[] {
  const offers = offersOf(modules, resolver);
  const byPattern = manifests.flatMap((one) => patternsOf(one).flatMap((pattern) => filesOf(one, pattern, offers)));
  const names = new Set(
    [...entries.flatMap((one) => one.names), ...byPattern.flatMap((path) => namesOffered(path, offers))].map(
      ({ module, symbol }) => `${module}\0${symbol ?? ''}`,
    ),
  );
  const isGiven = (path: string, symbol: string): boolean => names.has(`${path}\0`) || names.has(`${path}\0${symbol}`);
  const homes = new Homes(manifests);
  const closed = closedFolders(manifests, offers, homes);
  const isClosed = (path: string): boolean => {
    const home = homes.of(path);
    return INTERNAL.test(path) || (home?.kind === 'package.json' && closed.has(home.path));
  };
  const published = publishedModules(modules, homes);
  const declared = headersDeclare(modules);
  const inGem = gemFolders(manifests);
  const open = published.map((module) => {
    const { path, symbols } = module;
    if (isClosed(path)) return { ...module, symbols: symbols.filter(({ name }) => isGiven(path, name)) };
    if (declared !== null && C_FILES.test(path) && !INCLUDE.test(path))
      return { ...module, symbols: symbols.filter(({ kind, name }) => kind === 'function' && declared.has(name)) };
    return isBesideGem(path, inGem) ? { ...module, symbols: [] } : module;
  });
  const speaking = new Set(open.filter(({ symbols }) => symbols.length > 0).map(({ path }) => languageOf(path)));
  return published.map((module, at) => (speaking.has(languageOf(module.path)) ? (open[at] ?? module) : module));
}

const C_FILES = /\.(?:c|h|cc|hh|cpp|hpp|cxx|hxx|inl|ipp|tpp)$/i;
const INCLUDE = /(?:^|\/)include\/.*\.(?:h|hh|hpp|hxx|inl|ipp|tpp)$/i;

/** Names of the functions that headers for users declare; null where none stands in a folder of its own. */
function headersDeclare(modules: readonly ParsedFile[]): ReadonlySet<string> | null {
  const headers = modules.filter(({ path, symbols }) => INCLUDE.test(path) && symbols.length > 0);
  if (headers.length === 0) return null;
  return new Set(headers.flatMap(({ symbols }) => symbols.map(({ name }) => name)));
}

/** Folders with a `.gemspec`, ending in a stroke where they are not the root. */
function gemFolders(manifests: readonly Manifest[]): string[] {
  return manifests
    .filter(({ kind }) => kind === 'gemspec')
    .map(({ path }) => (posix.dirname(path) === '.' ? '' : `${posix.dirname(path)}/`));
}

/** Whether a file of Ruby stands in the folder of a gem, but not where users load it from. */
function isBesideGem(path: string, folders: readonly string[]): boolean {
  if (!path.endsWith('.rb')) return false;
  const around = folders.filter((folder) => path.startsWith(folder));
  return around.length > 0 && !around.some((folder) => /^(?:lib|app)\//.test(path.slice(folder.length)));
}

/**
 * Without those of unpublished packages, for each kind of package of which there is a published one with symbols. An
 * application in the root that is larger than all that is published, such as its clients, is what the repository is
 * about.
 */
function publishedModules(modules: readonly ParsedFile[], homes: Homes): ParsedFile[] {
  const sizes = new Map<Manifest, number>();
  const published = new Map<Manifest['kind'], number>();
  for (const { path, symbols } of modules) {
    const home = homes.of(path);
    if (home === null || symbols.length === 0) continue;
    if (home.private) sizes.set(home, (sizes.get(home) ?? 0) + 1);
    else published.set(home.kind, (published.get(home.kind) ?? 0) + 1);
  }
  const isMain = (home: Manifest): boolean =>
    posix.dirname(home.path) === '.' && (sizes.get(home) ?? 0) > (published.get(home.kind) ?? 0);
  return modules.filter(({ path }) => {
    const home = homes.of(path);
    return home === null || !home.private || !published.has(home.kind) || isMain(home);
  });
}

/** The packages that files are parts of, by the folders of their manifests. */
class Homes {
  readonly #folders = new Map<string, Manifest>();

  constructor(manifests: readonly Manifest[]) {
    for (const one of manifests) {
      if (one.problem !== null || (one.name === null && one.kind !== 'csproj')) continue;
      this.#folders.set(`${one.kind} ${posix.dirname(one.path)}`, one);
    }
  }

  /**
   * The manifest of the package that a file is a part of; null for none, and for languages whose manifests do not tell.
   */
  of(path: string): Manifest | null {
    const kind = OWN_FILES.find(([, files]) => files.test(path))?.[0];
    if (kind === undefined) return null;
    for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
      const home = this.#folders.get(`${kind} ${folder}`);
      if (home !== undefined || folder === '.') return home ?? null;
    }
  }
}

/** Subpaths of `exports` that stand for many. */
function patternsOf({ kind, entryPoints }: Manifest): EntryPoint[] {
  return kind === 'package.json'
    ? entryPoints.filter(({ kind: what, target }) => what === 'export' && target.includes('*') && CODE.test(target))
    : [];
}

function filesOf({ path }: Manifest, pattern: EntryPoint, { modules }: Offers): string[] {
  return patternModules(posix.dirname(path), pattern, modules.keys());
}

const CODE = /(?:\.[cm]?[jt]sx?|\*)$/;

/** Paths of the `package.json` whose `exports` are known whole: every subpath with its modules, and no name lost. */
function closedFolders(manifests: readonly Manifest[], offers: Offers, homes: Homes): ReadonlySet<string> {
  const { modules, resolver } = offers;
  const lossy = new Set(
    [...modules.values()]
      .filter(({ path, reexports }) => reexports.some((one) => isLost(path, one.specifier, one.imported, resolver)))
      .flatMap(({ path }) => homes.of(path)?.path ?? []),
  );
  return new Set(
    manifests
      .filter((manifest) => {
        const { path, kind, entryPoints } = manifest;
        if (kind !== 'package.json' || lossy.has(path)) return false;
        const exported = entryPoints.filter((one) => one.kind === 'export' && CODE.test(one.target));
        const patterns = patternsOf(manifest);
        if (exported.length === 0 || patterns.some((one) => filesOf(manifest, one, offers).length === 0)) return false;
        return exported.length - patterns.length === scriptEntries(manifest, modules).length;
      })
      .map(({ path }) => path),
  );
}

/** Whether a name is passed on from a file of the repository that is not found. */
function isLost(path: string, specifier: string, imported: string, resolver: ImportResolver): boolean {
  if (!specifier.startsWith('.')) return false;
  const statement = { specifier, names: [imported], line: 1, typeOnly: false, lazy: false };
  return !resolver.resolve(path, statement).some(({ kind }) => kind === 'file');
}

function languageOf(path: string): string {
  const ending = posix.extname(path);
  if (C_FILES.test(path)) return 'c';
  return /^\.[cm]?[jt]sx?$/.test(ending) ? 'script' : ending;
}
