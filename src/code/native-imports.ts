import { posix } from 'node:path';
import { csharpResolver } from './csharp-imports.ts';
import type { Resolved } from './imports.ts';
import type { ParsedLanguage } from './languages.ts';
import type { Manifest } from './manifests.ts';
import { rustResolver } from './rust-resolver.ts';
import type { SourceImport } from './symbols.ts';
import { folderOf } from './workspaces.ts';

type Resolve = (from: string, imported: SourceImport) => Resolved[];
type NativeLanguage = Exclude<ParsedLanguage, 'typescript' | 'javascript' | 'python'>;

const UNKNOWN: readonly Resolved[] = [{ kind: 'unknown' }];

/** Files of a tree by what they can be asked for. */
export interface FileIndex {
  readonly files: ReadonlySet<string>;
  /** Files by their last segment. */
  readonly named: ReadonlyMap<string, readonly string[]>;
  /** Files by their folder, in the order of the tree. */
  readonly inFolder: ReadonlyMap<string, readonly string[]>;
}

/**
 * A resolver for the languages that name packages, types and files in their own ways. The index is made when needed.
 */
export function nativeResolver(
  files: ReadonlySet<string>,
  manifests: readonly Manifest[],
): (language: NativeLanguage, from: string, imported: SourceImport) => Resolved[] {
  let index: FileIndex | null = null;
  const made = new Map<NativeLanguage, Resolve>();
  return (language, from, imported) => {
    index ??= indexOf(files);
    const resolve = made.get(language) ?? MAKERS[language](index, manifests);
    made.set(language, resolve);
    return resolve(from, imported);
  };
}

const MAKERS: Readonly<Record<NativeLanguage, (index: FileIndex, manifests: readonly Manifest[]) => Resolve>> = {
  go: goResolver,
  java: javaResolver,
  rust: (index, manifests) => rustResolver(index.files, manifests),
  c: includeResolver,
  cpp: includeResolver,
  csharp: csharpResolver,
  ruby: rubyResolver,
  php: phpResolver,
};

function indexOf(files: ReadonlySet<string>): FileIndex {
  const named = new Map<string, string[]>();
  const inFolder = new Map<string, string[]>();
  const add = (map: Map<string, string[]>, key: string, path: string): void => {
    const known = map.get(key);
    if (known === undefined) map.set(key, [path]);
    else known.push(path);
  };
  for (const path of files) {
    add(named, path.slice(path.lastIndexOf('/') + 1), path);
    add(inFolder, folderOf(path), path);
  }
  return { files, named, inFolder };
}

function file(path: string): Resolved[] {
  return [{ kind: 'file', path }];
}

/** The file whose path ends so; of several the one that shares the longest beginning with `from`. */
function endingSo(index: FileIndex, from: string, ending: string): string | null {
  const name = ending.slice(ending.lastIndexOf('/') + 1);
  const found = (index.named.get(name) ?? []).filter((path) => path === ending || path.endsWith(`/${ending}`));
  const shared = (path: string): number => {
    let at = 0;
    while (at < path.length && path[at] === from[at]) at += 1;
    return at;
  };
  const [first] = found;
  return first === undefined ? null : found.reduce((best, path) => (shared(path) > shared(best) ? path : best));
}

/** A package of Go is a folder: the file that documents it, or is called like it, or its first one, stands for it. */
function goResolver(index: FileIndex, manifests: readonly Manifest[]): Resolve {
  const modules = manifests
    .filter((one) => one.kind === 'go.mod' && one.name !== null)
    .map((one) => ({ name: one.name ?? '', folder: folderOf(one.path), required: one.dependencies }))
    .sort((a, b) => b.name.length - a.name.length);
  return (_from, { specifier }) => {
    const module = modules.find((one) => specifier === one.name || specifier.startsWith(`${one.name}/`));
    if (module !== undefined) {
      const folder = posix.join(module.folder, specifier.slice(module.name.length + 1)).replace(/^\.$/, '');
      const inside = (index.inFolder.get(folder) ?? []).filter(
        (path) => /\.go$/.test(path) && !/_test\.go$/.test(path),
      );
      const own = folder.slice(folder.lastIndexOf('/') + 1);
      const target =
        inside.find((path) => path.endsWith('/doc.go') || path === 'doc.go') ??
        inside.find((path) => path.endsWith(`/${own}.go`)) ??
        inside[0];
      return target === undefined ? [...UNKNOWN] : file(target);
    }
    // A first part without a dot is the standard library.
    if (!/^[^/]*\./.test(specifier)) return [...UNKNOWN];
    const known = modules
      .flatMap((one) => one.required)
      .find((one) => specifier === one.name || specifier.startsWith(`${one.name}/`));
    return [{ kind: 'package', name: known?.name ?? specifier.split('/').slice(0, 3).join('/') }];
  };
}

function javaResolver(index: FileIndex): Resolve {
  return (from, { specifier, names }) => {
    const path = specifier.replaceAll('.', '/');
    const exact = endingSo(index, from, `${path}.java`);
    if (exact !== null) return file(exact);
    // A type inside of another one stands in the other one's file.
    const outer = path.includes('/') ? endingSo(index, from, `${path.slice(0, path.lastIndexOf('/'))}.java`) : null;
    if (outer !== null && /\/[A-Z][^/]*$/.test(path.slice(0, path.lastIndexOf('/')))) return file(outer);
    if (names[0] === '*') {
      const folders = [...index.inFolder.keys()].filter((one) => one === path || one.endsWith(`/${path}`));
      const inside = folders
        .flatMap((folder) => index.inFolder.get(folder) ?? [])
        .filter((one) => one.endsWith('.java'));
      // Which of them it uses the import does not say.
      if (inside.length > 0) return inside.length === 1 && inside[0] !== undefined ? file(inside[0]) : [...UNKNOWN];
    }
    return /^javax?\./.test(specifier) ? [...UNKNOWN] : [{ kind: 'package', name: javaPackage(specifier) }];
  };
}

/** The parts of a name before its type, three at most: `org.junit.jupiter`. */
function javaPackage(specifier: string): string {
  const parts = specifier.split('.');
  const type = parts.findIndex((part) => /^[A-Z]/.test(part));
  return parts.slice(0, Math.min(type < 1 ? parts.length : type, 3)).join('.');
}

/** `"x.h"` beside the file first; then, as for `<x.h>`, a header of the tree whose path ends so. */
function includeResolver(index: FileIndex): Resolve {
  return (from, { specifier }) => {
    const path = posix.normalize(specifier.slice(1, -1));
    const beside = posix.normalize(posix.join(folderOf(from), path));
    if (specifier.startsWith('"') && index.files.has(beside)) return file(beside);
    if (path.startsWith('..')) return [...UNKNOWN];
    const roots = ['include', 'src', 'lib', '']
      .map((root) => posix.join(root, path))
      .find((one) => index.files.has(one));
    if (roots !== undefined) return file(roots);
    const found = endingSo(index, from, path);
    // A header of the system may be called like one of the tree: only a path in a folder is sure.
    const sure = specifier.startsWith('"') || path.includes('/');
    return found !== null && sure ? file(found) : [...UNKNOWN];
  };
}

function rubyResolver(index: FileIndex): Resolve {
  return (from, { specifier }) => {
    const ending = specifier.endsWith('.rb') ? '' : '.rb';
    if (specifier.startsWith('.')) {
      const path = posix.normalize(posix.join(folderOf(from), `${specifier}${ending}`));
      return index.files.has(path) ? file(path) : [...UNKNOWN];
    }
    // What is on the load path stands in the `lib` of this gem or of one beside it.
    const wanted = `lib/${specifier}${ending}`;
    const found = endingSo(index, from, wanted);
    if (found !== null) return file(found);
    return RUBY_LIBRARY.has(specifier.split('/')[0] ?? '')
      ? [...UNKNOWN]
      : [{ kind: 'package', name: specifier.split('/')[0] ?? specifier }];
  };
}

/** Parts of Ruby's own library that scripts ask for by name. */
const RUBY_LIBRARY: ReadonlySet<string> = new Set(
  (
    'abbrev base64 benchmark bigdecimal bundler cgi coverage csv date delegate digest English erb etc fiddle fileutils ' +
    'find forwardable getoptlong io ipaddr irb json logger matrix monitor mutex_m net nkf objspace observer open-uri ' +
    'open3 openssl optparse ostruct pathname pp prettyprint prime pstore psych pty rbconfig readline reline resolv ' +
    'ripper securerandom set shellwords singleton socket stringio strscan syslog tempfile thread time timeout tmpdir ' +
    'tracer tsort un uri weakref yaml zlib rubygems'
  ).split(' '),
);

/** By the PSR-4 roots of composer.json, else by a path that ends with the namespace. */
function phpResolver(index: FileIndex, manifests: readonly Manifest[]): Resolve {
  const roots = manifests
    .filter((one) => one.kind === 'composer.json')
    .flatMap((one) =>
      one.entryPoints
        .filter((entry) => entry.kind === 'module')
        .map((entry) => ({ prefix: entry.name, folder: posix.join(folderOf(one.path), entry.target) })),
    )
    .sort((a, b) => b.prefix.length - a.prefix.length);
  return (from, { specifier, names }) => {
    if (/^[./]/.test(specifier)) {
      const path = posix.normalize(posix.join(folderOf(from), specifier));
      return index.files.has(path) ? file(path) : [...UNKNOWN];
    }
    const root = roots.find((one) => one.prefix !== '' && specifier.startsWith(one.prefix));
    if (root !== undefined) {
      const path = posix.join(root.folder, `${specifier.slice(root.prefix.length).replaceAll('\\', '/')}.php`);
      if (index.files.has(path)) return file(path);
    }
    const path = `${specifier.replaceAll('\\', '/')}.php`;
    const found = path.includes('/') ? endingSo(index, from, path) : null;
    if (found !== null) return file(found);
    // A name without a namespace is PHP's own; a function or constant stands in no file of its name.
    if (root !== undefined || !specifier.includes('\\') || names.length === 0) return [...UNKNOWN];
    return [{ kind: 'package', name: specifier.split('\\').slice(0, 2).join('\\') }];
  };
}
