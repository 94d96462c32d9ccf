import { posix } from 'node:path';
import { parsedLanguageOf } from '../languages.ts';

/** Where a report stands, and folders that its paths may start from, as it names them. */
export interface ReportPlace {
  /** Relative to the root of the tree, with `/`. */
  readonly path: string;
  readonly sources: readonly string[];
}

/** Finds the file of a tree that a report means: reports carry paths of the machine that made them. */
export class PathMap {
  readonly #paths: ReadonlySet<string>;
  /** Each ending of a path after a slash, and the one file that ends so; null for several. */
  readonly #endings = new Map<string, string | null>();

  constructor(paths: readonly string[]) {
    this.#paths = new Set(paths);
    for (const path of paths) {
      if (parsedLanguageOf(path) === null && !path.endsWith('.go') && /\.(?:json|md|txt|ya?ml|lock)$/.test(path))
        continue;
      for (const ending of endingsOf(path)) this.#endings.set(ending, this.#endings.has(ending) ? null : path);
    }
  }

  /**
   * The file that a path of a report means, by the strongest evidence: below a folder that the report names as its
   * source; as it is written, from the folder of the report or one above it; the one file whose path ends so; the
   * file whose path is the longest ending of it. Null when it is none, or one of several.
   */
  find(written: string, { path: report, sources }: ReportPlace): string | null {
    const path = normalized(written);
    const folders = foldersAbove(report);
    if (isAbsolute(path)) return this.#within(path, folders);
    for (const source of sources) {
      const below = this.#within(normalized(`${source}/${path}`), folders);
      if (below !== null && below.length > path.length) return below;
    }
    return this.#beside(path, folders) ?? this.#endings.get(path) ?? this.#within(path, folders);
  }

  /** A file whose whole path, seen from one of the folders, the written path ends in: the longest such ending. */
  #within(path: string, folders: readonly string[]): string | null {
    const whole = isAbsolute(path) ? [] : [path];
    for (const ending of [...whole, ...endingsOf(path)]) {
      const found = this.#beside(ending, folders);
      if (found !== null) return found;
    }
    return null;
  }

  #beside(path: string, folders: readonly string[]): string | null {
    for (const folder of folders) {
      const there = folder === '' ? path : `${folder}/${path}`;
      if (this.#paths.has(there)) return there;
    }
    return null;
  }
}

function normalized(path: string): string {
  return posix.normalize(path.replaceAll('\\', '/').replace(/^file:\/\//, '')).replace(/^\.\//, '');
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:\//.test(path);
}

/** What is left of a path when folders are taken from its front, the longest first. */
function endingsOf(path: string): string[] {
  const endings: string[] = [];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) endings.push(path.slice(at + 1));
  return endings;
}

/** The folder of a file and those above it, the nearest first; the root is empty. */
function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.push(path.slice(0, at));
  return [...folders, ''];
}
