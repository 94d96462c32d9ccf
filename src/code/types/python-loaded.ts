import { posix } from 'node:path';
import type { MirroredFile } from './mirror.ts';

const IMPORT = /^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|^[ \t]*import[ \t]+([^\n]+)/gm;

/** Modules that the files of a tree load, by their dotted names: what is loaded once is a part of its package. */
export class LoadedModules {
  readonly #names = new Set<string>();

  constructor(files: readonly MirroredFile[]) {
    const present = new Set(files.map(({ path }) => path));
    for (const { path, text } of files) {
      if (!/\.pyi?$/.test(path)) continue;
      for (const [, dots = '', module = '', taken = '', plain = ''] of text.matchAll(IMPORT)) {
        for (const one of plain.split(',')) this.#add(one.trim().split(/\s+/)[0] ?? '');
        if (plain !== '') continue;
        const from = dots === '' ? module : [packageOf(path, dots.length, present), module].filter(Boolean).join('.');
        this.#add(from);
        for (const name of taken.replace(/[()]|#[^\n]*/g, '').split(','))
          this.#names.add(`${from}.${name.trim().split(/\s+/)[0] ?? ''}`);
      }
    }
  }

  /** A module is loaded with all packages that it is in. */
  #add(module: string): void {
    for (let name = module; !this.#names.has(name); name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
      this.#names.add(name);
    }
  }

  /** Whether a file loads the module of that dotted name. */
  has(name: string): boolean {
    return this.#names.has(name);
  }
}

/** The dotted name of the package so many levels above a file, as far as folders are packages. */
function packageOf(path: string, levels: number, present: ReadonlySet<string>): string {
  let folder = posix.dirname(path);
  for (let at = 1; at < levels; at += 1) folder = posix.dirname(folder);
  const names: string[] = [];
  while (folder !== '.' && (present.has(`${folder}/__init__.py`) || present.has(`${folder}/__init__.pyi`))) {
    names.unshift(posix.basename(folder));
    folder = posix.dirname(folder);
  }
  return names.join('.');
}
