import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { parsedLanguageOf } from './languages.ts';
import type { Manifest } from './manifests.ts';
import { nativeResolver } from './native-imports.ts';
import type { SourceImport } from './symbols.ts';

/** Where an import leads: a file of the tree, a package by name, or nowhere that can be told. */
export type Resolved =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'unknown' };

/** Resolves imports against the files of one tree, by the languages' rules and nothing installed. */
export interface ImportResolver {
  resolve(from: string, imported: SourceImport): Resolved[];
}

const SCRIPT_ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.d.ts', '.js', '.jsx', '.mjs', '.cjs', '.d.mts', '.d.cts'];
const BUILTIN: ReadonlySet<string> = new Set(builtinModules);

/** A resolver for the given paths; packages of a workspace are found by their manifests' names. */
export function importResolver(paths: Iterable<string>, manifests: readonly Manifest[]): ImportResolver {
  const files = new Set(paths);
  const packages = new Map<string, string>();
  for (const manifest of manifests) {
    if (manifest.kind === 'package.json' && manifest.name !== null)
      packages.set(manifest.name, folderOf(manifest.path));
  }
  const native = nativeResolver(files, manifests);
  return {
    resolve(from, imported) {
      const language = parsedLanguageOf(from);
      if (language === 'python') return resolvePython(files, from, imported);
      if (language === null || language === 'typescript' || language === 'javascript')
        return [resolveScript(files, packages, from, imported.specifier)];
      return native(language, from, imported);
    },
  };
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

function resolveScript(
  files: ReadonlySet<string>,
  packages: ReadonlyMap<string, string>,
  from: string,
  specifier: string,
): Resolved {
  const clean = specifier.replace(/[?#].*$/, '');
  if (clean.startsWith('.')) {
    const path = scriptFile(files, posix.normalize(posix.join(folderOf(from), clean)));
    return path === null ? { kind: 'unknown' } : { kind: 'file', path };
  }
  if (clean === '' || clean.startsWith('/') || clean.startsWith('#') || /^[a-z]+:\/\//.test(clean))
    return { kind: 'unknown' };
  // Built-in modules are the platform, not a dependency.
  if (clean.startsWith('node:') || BUILTIN.has(clean)) return { kind: 'unknown' };
  const name = packageName(clean);
  const folder = packages.get(name);
  if (folder !== undefined) {
    const path = packageFile(files, folder, clean.slice(name.length + 1));
    if (path !== null) return { kind: 'file', path };
  }
  // `jsr:@scope/x@1` and `npm:x@2` name a registry first.
  return { kind: 'package', name: packageName(clean.replace(/^(?:npm|jsr):/, '')).replace(/(.)@.*$/, '$1') };
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function scriptFile(files: ReadonlySet<string>, raw: string): string | null {
  const path = raw.replace(/\/$/, '').replace(/^\.$/, '');
  if (files.has(path)) return path;
  // TypeScript sources import each other by the names that the output will have.
  const written = /^(.*)\.([mc]?)js(x?)$/.exec(path);
  if (written !== null) {
    for (const ending of [`.${written[2] ?? ''}ts`, '.tsx', `.d.${written[2] ?? ''}ts`]) {
      if (files.has(`${written[1]}${ending}`)) return `${written[1]}${ending}`;
    }
  }
  for (const ending of SCRIPT_ENDINGS) if (files.has(`${path}${ending}`)) return `${path}${ending}`;
  const prefix = path === '' ? '' : `${path}/`;
  for (const ending of SCRIPT_ENDINGS) if (files.has(`${prefix}index${ending}`)) return `${prefix}index${ending}`;
  return null;
}

function packageFile(files: ReadonlySet<string>, folder: string, subpath: string): string | null {
  const join = (...parts: string[]): string => parts.filter((part) => part !== '').join('/');
  return scriptFile(files, join(folder, 'src', subpath)) ?? scriptFile(files, join(folder, subpath));
}

function resolvePython(files: ReadonlySet<string>, from: string, imported: SourceImport): Resolved[] {
  const dots = /^\.*/.exec(imported.specifier)?.[0].length ?? 0;
  const parts = imported.specifier
    .slice(dots)
    .split('.')
    .filter((part) => part !== '');
  if (dots > 0) {
    const base = folderOf(from)
      .split('/')
      .filter((part) => part !== '');
    if (dots - 1 > base.length) return [{ kind: 'unknown' }];
    return (
      pythonTargets(files, [...base.slice(0, base.length - (dots - 1)), ...parts], imported.names) ?? [
        { kind: 'unknown' },
      ]
    );
  }
  for (const start of pythonRoots(files, from)) {
    const found = pythonTargets(files, [...start, ...parts], imported.names);
    if (found !== null) return found;
  }
  return [{ kind: 'package', name: parts[0] ?? imported.specifier }];
}

/**
 * Folders an absolute import may start from: the root, the usual source folders, and the folders around the file that
 * are no packages: in one of those `import types` is not its own `types.py`.
 */
function pythonRoots(files: ReadonlySet<string>, from: string): string[][] {
  const around = folderOf(from)
    .split('/')
    .filter((part) => part !== '');
  const roots: string[][] = [[], ['src'], ['lib'], ['python']];
  for (let depth = 1; depth <= around.length; depth += 1) {
    const folder = around.slice(0, depth);
    if (!files.has([...folder, '__init__.py'].join('/'))) roots.push(folder);
  }
  return roots;
}

/**
 * `from package import name`: the name is a module of the package where there is one, else something in the package.
 */
function pythonTargets(
  files: ReadonlySet<string>,
  parts: readonly string[],
  names: readonly string[],
): Resolved[] | null {
  const base = pythonFile(files, parts);
  const found = new Map<string, Resolved>();
  for (const name of names) {
    const module = name === '*' ? null : pythonFile(files, [...parts, name]);
    const path = module ?? base;
    if (path !== null) found.set(path, { kind: 'file', path });
  }
  if (found.size === 0 && base !== null) found.set(base, { kind: 'file', path: base });
  return found.size > 0 ? [...found.values()] : null;
}

function pythonFile(files: ReadonlySet<string>, parts: readonly string[]): string | null {
  const path = parts.join('/');
  if (path === '') return null;
  for (const one of [`${path}.py`, `${path}/__init__.py`, `${path}.pyi`, `${path}/__init__.pyi`])
    if (files.has(one)) return one;
  return null;
}
