import { posix } from 'node:path';
import type { ImportResolver } from '../../code/imports.ts';
import type { Manifest } from '../../code/manifests.ts';
import { compareBytes } from '../../code/source-tree.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';

/** A name that users of a package get from one of its entries, and where it is defined. */
export interface PublicName {
  readonly name: string;
  readonly module: string;
  /** Name of the symbol there; null when the name stands for the whole module. */
  readonly symbol: string | null;
}

/** What users of a package import. */
export interface PublicEntry {
  /** Manifest that declares it. */
  readonly manifest: string;
  /** What stands in the import statement: `geometry/shapes`. */
  readonly specifier: string;
  /** Module of the sources behind it. */
  readonly module: string;
  /** Module that declares its types, where the manifest names another one for them. */
  readonly types: string | null;
  readonly language: 'script' | 'python';
  readonly names: readonly PublicName[];
}

const ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.d.ts', '.d.mts', '.d.cts'];
/** Files that only declare. */
export const DECLARATIONS = /\.d\.[cm]?ts$/;

/** Folders that builds write to, in place of the sources'. */
const OUTPUT = /^(?:dist|build|lib|out|output|esm|cjs|es|umd|types|typings|node|browser)\//;

/** Entries of the packages that manifests declare, with the names they give: their own and those they pass on. */
export function publicEntries(
  modules: readonly ParsedFile[],
  manifests: readonly Manifest[],
  resolver: ImportResolver,
): PublicEntry[] {
  const given = offersOf(modules, resolver);
  const byPath = given.modules;
  const found: PublicEntry[] = [];
  for (const manifest of manifests) {
    const entries =
      manifest.kind === 'package.json' ? scriptEntries(manifest, byPath) : pythonEntries(manifest, byPath);
    for (const { specifier, module, types, language } of entries) {
      const declared = types === null ? [] : namesFrom(types, given);
      const names = [...new Map([...declared, ...namesFrom(module, given)]).values()]
        .filter((one) => !(language === 'python' && /^_(?!_version__)/.test(one.name)))
        .sort((a, b) => compareBytes(a.name, b.name));
      if (names.length > 0 && !found.some((one) => one.specifier === specifier && one.module === module))
        found.push({ manifest: manifest.path, specifier, module, types, language, names });
    }
  }
  return found;
}

/** A subpath of a package, and the module behind it. */
export interface Entry {
  readonly specifier: string;
  readonly module: string;
  readonly types: string | null;
  readonly language: PublicEntry['language'];
}

/** Subpaths that a `package.json` gives, as far as their modules are found, also those that give no name. */
export function scriptEntries(manifest: Manifest, modules: ReadonlyMap<string, ParsedFile>): Entry[] {
  const { name } = manifest;
  if (name === null) return [];
  const folder = posix.dirname(manifest.path) === '.' ? '' : posix.dirname(manifest.path);
  const targets = new Map<string, string[]>();
  for (const entry of manifest.entryPoints) {
    if (entry.kind === 'command' || /[*]|\.json$|\.css$/.test(entry.target)) continue;
    const subpath = entry.kind === 'export' ? entry.name.replace(/^\.\/?/, '') : '';
    targets.set(subpath, [...(targets.get(subpath) ?? []), entry.target]);
  }
  return [...targets].flatMap(([subpath, files]): Entry[] => {
    const found = files.flatMap((target) => sourceOf(folder, target, subpath, modules) ?? []);
    const [module] = found;
    if (module === undefined) return [];
    const types = found.find((path) => path !== module && DECLARATIONS.test(path)) ?? null;
    return [{ specifier: subpath === '' ? name : `${name}/${subpath}`, module, types, language: 'script' }];
  });
}

/**
 * The module that a built file is made from, by the usual layouts; the file itself when it is a module. A file that a
 * bundler named in its own way is made from the module that stands where users look for it: `src/index`, `src/extras`.
 */
function sourceOf(
  folder: string,
  target: string,
  subpath: string,
  modules: ReadonlyMap<string, ParsedFile>,
): string | null {
  const inside = posix.normalize(target).replace(/^\.\//, '');
  const at = (path: string): string => (folder === '' ? path : `${folder}/${path}`);
  if (modules.has(at(inside))) return at(inside);
  for (const one of stemsOf(inside, subpath).flatMap((path) => [path, `${path}/index`])) {
    for (const ending of ENDINGS) if (modules.has(at(`${one}${ending}`))) return at(`${one}${ending}`);
  }
  return null;
}

/** Where the source of a built file may stand, without its ending, the likeliest first. */
function stemsOf(target: string, subpath: string): string[] {
  let stem = target.replace(/(?:\.d)?\.[mc]?[jt]sx?$/, '');
  const stems = [stem];
  while (OUTPUT.test(stem)) {
    stem = stem.replace(OUTPUT, '');
    stems.push(stem, `src/${stem}`, `source/${stem}`, `lib/${stem}`);
  }
  return [...stems, `src/${stem}`, `src/${subpath === '' ? 'index' : subpath.replace(/\.[cm]?[jt]sx?$/, '')}`];
}

/**
 * Modules that a pattern of `exports` gives, `./locale/*`: `subpath` and `target` as the manifest in `folder` has them.
 */
export function patternModules(
  folder: string,
  { name, target }: { readonly name: string; readonly target: string },
  modules: Iterable<string>,
): string[] {
  const paths = [...modules];
  for (const stem of stemsOf(posix.normalize(target).replace(/^\.\//, ''), name.replace(/^\.\//, ''))) {
    const [before = '', ...after] = stem.split('*');
    const start = posix.join(folder, '_').slice(0, -1) + before;
    const end = after.join('*');
    const found = paths.filter(
      (path) => path.startsWith(start) && ENDINGS.some((ending) => path.endsWith(`${end}${ending}`)),
    );
    if (found.length > 0) return found;
  }
  return [];
}

/** Packages right under a Python project's folder or its source folder. */
function pythonEntries(manifest: Manifest, modules: ReadonlyMap<string, ParsedFile>): Entry[] {
  if (!/^(?:pyproject\.toml|setup\.cfg|setup\.py)$/.test(manifest.kind)) return [];
  const folder = posix.dirname(manifest.path) === '.' ? '' : `${posix.dirname(manifest.path)}/`;
  const found: Entry[] = [];
  for (const path of modules.keys()) {
    if (!path.startsWith(folder)) continue;
    const name = /^(?:(?:src|lib|python)\/)?([A-Za-z]\w*)\/__init__\.pyi?$/.exec(path.slice(folder.length))?.[1];
    if (name !== undefined) found.push({ specifier: name, module: path, types: null, language: 'python' });
  }
  return found;
}

/** What modules give, found as it is asked for. */
export interface Offers {
  readonly modules: ReadonlyMap<string, ParsedFile>;
  readonly resolver: ImportResolver;
  /** What each module gives; a module that is not finished yet, in a circle, is there in part. */
  readonly names: Map<string, Map<string, PublicName>>;
}

export function offersOf(modules: readonly ParsedFile[], resolver: ImportResolver): Offers {
  return { modules: new Map(modules.map((module) => [module.path, module])), resolver, names: new Map() };
}

/** The names that a module gives: its own, and those that it passes on. */
export function namesOffered(path: string, offers: Offers): PublicName[] {
  return [...namesFrom(path, offers).values()];
}

function namesFrom(path: string, given: Offers): Map<string, PublicName> {
  const known = given.names.get(path);
  if (known !== undefined) return known;
  const names = new Map<string, PublicName>();
  given.names.set(path, names);
  const module = given.modules.get(path);
  if (module === undefined) return names;
  for (const { isDefault, name } of module.symbols) {
    const offered = isDefault ? 'default' : name;
    names.set(offered, { name: offered, module: path, symbol: name });
  }
  for (const { specifier, imported, exported, line } of module.reexports) {
    const statement = { specifier, names: [imported], line, typeOnly: false, lazy: false };
    const target = given.resolver.resolve(path, statement).find((one) => one.kind === 'file');
    if (target === undefined || !given.modules.has(target.path)) continue;
    if (imported === '*' && exported !== '*') {
      names.set(exported, { name: exported, module: target.path, symbol: null });
      continue;
    }
    const theirs = namesFrom(target.path, given);
    if (exported === '*') {
      for (const [name, one] of theirs) if (name !== 'default' && !names.has(name)) names.set(name, one);
      continue;
    }
    const one = theirs.get(imported);
    if (one !== undefined) names.set(exported, { ...one, name: exported });
  }
  return names;
}
