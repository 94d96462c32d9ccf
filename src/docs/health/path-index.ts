import { posix } from 'node:path';
import type { SourceTree } from '../../code/source-tree.ts';
import { type IgnoreRule, isIgnored } from './ignored-paths.ts';
import { NearNames, nearest } from './nearest.ts';

const PAGE = /\.(?:mdx?|rst)$/i;

/** Every path of a checkout: files, what was left out by name, and the folders around them. */
export class PathIndex {
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>(['']);
  /** Folders that were not opened: what is in them is not known. */
  readonly #closed = new Set<string>();
  readonly #byName = new Map<string, string[]>();
  readonly #ignored: readonly IgnoreRule[];
  #names: NearNames | null = null;
  readonly #pageNames = new Map<string, { readonly all: ReadonlySet<string>; near: NearNames | null }>();
  #pages: Map<string, string[]> | null = null;

  constructor(tree: SourceTree, ignored: readonly IgnoreRule[]) {
    this.#ignored = ignored;
    for (const { path } of tree.files) this.#addFile(path);
    for (const { path, folderOf, reason } of tree.skips) {
      if (folderOf === undefined) this.#addFile(path);
      if (folderOf !== undefined || reason === 'submodule' || reason.startsWith('symlink')) this.#closed.add(path);
    }
    for (const path of this.#closed) this.#addFolders(`${path}/`);
  }

  #addFile(path: string): void {
    this.#files.add(path);
    this.#addFolders(path);
    const name = posix.basename(path);
    const known = this.#byName.get(name);
    if (known === undefined) this.#byName.set(name, [path]);
    else known.push(path);
  }

  #addFolders(path: string): void {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash);
      if (this.#folders.has(folder)) return;
      this.#folders.add(folder);
    }
  }

  isFile(path: string): boolean {
    return this.#files.has(path);
  }

  isFolder(path: string): boolean {
    return this.#folders.has(path);
  }

  /** Whether a file or folder is there, or may be for all that is known. */
  has(path: string): boolean {
    return this.#files.has(path) || this.#folders.has(path) || this.isOutOfSight(path);
  }

  /** Whether it lies where nobody looked, or is made by a tool: git is told to leave it alone. */
  isOutOfSight(path: string): boolean {
    for (let folder = path; folder !== '.' && folder !== ''; folder = posix.dirname(folder))
      if (this.#closed.has(folder)) return true;
    return isIgnored(path, this.#ignored);
  }

  /**
   * Whether a folder that was not opened stands among sources: by its name it is made by a tool, and it may be none.
   */
  hidesSources(): boolean {
    const among = new Set<string>();
    for (const path of this.#files) if (/\.(?:py|[cm]?[jt]sx?|go|rs|rb)$/.test(path)) among.add(posix.dirname(path));
    return [...this.#closed].some((path) => {
      const folder = posix.dirname(path);
      return (
        folder.includes('/') && among.has(folder) && !/^(?:node_modules|__pycache__|\..*)$/.test(posix.basename(path))
      );
    });
  }

  /** Files whose path ends with the given segments. */
  endingWith(path: string): readonly string[] {
    const named = this.#byName.get(posix.basename(path)) ?? [];
    return named.filter((one) => one === path || one.endsWith(`/${path}`));
  }

  /** Markdown files that stand in a folder. */
  pagesIn(folder: string): readonly string[] {
    if (this.#pages === null) {
      this.#pages = new Map();
      for (const path of this.#files) {
        if (!/\.mdx?$/i.test(path)) continue;
        const home = posix.dirname(path).replace(/^\.$/, '');
        this.#pages.set(home, [...(this.#pages.get(home) ?? []), path]);
      }
    }
    return this.#pages.get(folder) ?? [];
  }

  /** Whether a page below the same folder at the top as `from` has a name, or one that is a slip away. */
  hasPageLike(name: string, from: string): boolean {
    const names = this.#pagesAround(from);
    if (names.all.has(name)) return true;
    names.near ??= new NearNames(names.all);
    return names.near.nearest(name, 2) !== null;
  }

  /** Whether a page below the same folder at the top as `from` has just that name. */
  hasPage(name: string, from: string): boolean {
    return this.#pagesAround(from).all.has(name);
  }

  #pagesAround(from: string): { readonly all: ReadonlySet<string>; near: NearNames | null } {
    const top = from.includes('/') ? from.slice(0, from.indexOf('/') + 1) : '';
    let names = this.#pageNames.get(top);
    if (names === undefined) {
      const pages = [...this.#files].filter((path) => path.startsWith(top) && PAGE.test(path));
      names = { all: new Set(pages.map((path) => posix.parse(path).name)), near: null };
      this.#pageNames.set(top, names);
    }
    return names;
  }

  files(): IterableIterator<string> {
    return this.#files.values();
  }

  /** What a path that is not there was probably meant to be: the same name elsewhere, or a name like it. */
  near(path: string): string | null {
    const name = posix.basename(path);
    this.#names ??= new NearNames(this.#byName.keys());
    const moved = this.#byName.get(name) ?? this.#byName.get(this.#names.nearest(name) ?? '') ?? [];
    const [only] = moved;
    return only !== undefined && moved.length === 1 ? only : nearest(path, moved);
  }
}
