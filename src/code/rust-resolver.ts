import { posix } from 'node:path';
import type { Resolved } from './imports.ts';
import type { Manifest } from './manifests.ts';
import type { SourceImport } from './symbols.ts';
import { folderOf } from './workspaces.ts';

/** A module of a crate: the file, and the folder in which the files of its own modules stand. */
interface Module {
  readonly path: string | null;
  readonly folder: string;
}

/** Paths of `use` and `mod` in the crates of a tree. */
export function rustResolver(
  files: ReadonlySet<string>,
  manifests: readonly Manifest[],
): (from: string, imported: SourceImport) => Resolved[] {
  const crates = new Map<string, Module>();
  for (const one of manifests) {
    const library = one.kind === 'Cargo.toml' ? one.entryPoints.find((entry) => entry.kind === 'module') : undefined;
    if (library === undefined) continue;
    const path = posix.join(folderOf(one.path), library.target);
    crates.set(library.name, { path, folder: folderOf(path) });
  }
  return (from, imported) => {
    const found = new Map<string, Resolved>();
    for (const name of imported.names.length === 0 ? [''] : imported.names) {
      const path = [...imported.specifier.split('::'), ...(name === '' || name === '*' ? [] : [name])];
      const one = resolvePath(files, crates, from, path);
      found.set(one.kind === 'file' ? one.path : one.kind === 'package' ? one.name : '', one);
    }
    return [...found.values()];
  };
}

/** The module that a file is. */
function moduleOf(path: string): Module {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const folder = folderOf(path);
  const isRoot = /^(?:lib|main|mod)\.rs$/.test(name) || /(?:^|\/)(?:bin|tests|examples|benches)$/.test(folder);
  return { path, folder: isRoot ? folder : posix.join(folder, name.replace(/\.rs$/, '')) };
}

/** The root file of the crate around a path. */
function rootOf(files: ReadonlySet<string>, from: string): Module {
  for (let folder = folderOf(from); ; folder = folderOf(folder)) {
    for (const name of ['lib.rs', 'main.rs']) {
      const path = posix.join(folder, name);
      if (files.has(path)) return { path, folder };
    }
    if (folder === '') return moduleOf(from);
  }
}

function resolvePath(
  files: ReadonlySet<string>,
  crates: ReadonlyMap<string, Module>,
  from: string,
  path: readonly string[],
): Resolved {
  const [first = '', ...rest] = path.filter((part) => part !== '');
  if (first === 'crate') return descend(files, rootOf(files, from), rest);
  if (first === 'self') return descend(files, moduleOf(from), rest);
  if (first === 'super') return descend(files, above(files, moduleOf(from)), rest);
  if (/^(?:std|core|alloc|proc_macro|test)$/.test(first)) return { kind: 'unknown' };
  const crate = crates.get(first);
  if (crate !== undefined) return descend(files, crate, rest);
  // Since 2018 a path may begin with a module of the file's own; a type of it has a capital letter.
  const own = child(files, moduleOf(from), first);
  if (own !== null) return descend(files, own, rest);
  return /^[A-Z]/.test(first) || first === 'Self' ? { kind: 'unknown' } : { kind: 'package', name: first };
}

function above(files: ReadonlySet<string>, module: Module): Module {
  const folder = folderOf(module.folder);
  const candidates = [`${folder}.rs`, ...['mod.rs', 'lib.rs', 'main.rs'].map((name) => posix.join(folder, name))];
  return { path: candidates.find((one) => files.has(one)) ?? null, folder };
}

function child(files: ReadonlySet<string>, module: Module, name: string): Module | null {
  const folder = posix.join(module.folder, name);
  const path = [`${folder}.rs`, `${folder}/mod.rs`].find((one) => files.has(one));
  return path === undefined ? null : { path, folder };
}

/** Goes down as long as there are files; what remains is something in the last one. */
function descend(files: ReadonlySet<string>, start: Module, path: readonly string[]): Resolved {
  let module = start;
  for (const name of path) {
    const next = name === 'super' ? above(files, module) : child(files, module, name);
    if (next === null) break;
    module = next;
  }
  return module.path === null ? { kind: 'unknown' } : { kind: 'file', path: module.path };
}
