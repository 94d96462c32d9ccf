import { stat } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import type { AskedPlaces } from './messages.ts';
import type { MirroredFile } from './mirror.ts';
import type { PyrightAnswer } from './pyright-run.ts';
import { mypyFolders } from './python-checked.ts';
import { declaredBy, mayBeLeftOut } from './python-standard.ts';

type Said = PyrightAnswer['generalDiagnostics'][number];

/** What pyright said of a copy, and the tree that was copied. */
interface CheckedCopy {
  /** Resolved path of the copy. */
  readonly root: string;
  /** Resolved path of the tree. */
  readonly tree: string;
  readonly files: readonly MirroredFile[];
  readonly said: PyrightAnswer;
}

/** A name that is said to be missing in a module, as it is written in a file: dots in front lead up from there. */
interface Absence {
  readonly file: string;
  readonly dots: number;
  readonly module: string;
  readonly name: string;
}

/**
 * An answer without names that are said to be missing because their module is not in the copy, though it is in the
 * tree: files that are generated or too large are left out. The name may be that module, be one of a package whose own
 * file was left out, or come with all names that its module takes from such a one. So are the private names of a module
 * of which the tree has the declarations only. The tree is only asked whether a file is there; what it was asked is
 * given as well.
 */
export async function withoutLeftOut({
  root,
  tree,
  files,
  said,
}: CheckedCopy): Promise<{ said: PyrightAnswer; asked: AskedPlaces }> {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const left = new LeftOutModules(tree, texts);
  const kept: Said[] = [];
  for (const one of said.generalDiagnostics) {
    const file = relative(root, one.file).replaceAll(sep, '/');
    const absence = absenceOf(one, file, texts.get(file) ?? '');
    if (absence === null || !(await left.explain(absence))) kept.push(one);
  }
  return { said: { ...said, generalDiagnostics: kept }, asked: await left.asked() };
}

/** Those of the places of modules, without an ending, that a tree has a file of, in their order. */
export async function modulesOnDisk(root: string, places: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const place of places) if (await isOnDisk(root, place)) found.push(place);
  return found;
}

async function isOnDisk(root: string, place: string): Promise<boolean> {
  for (const path of moduleFiles(place)) {
    const there = await stat(join(root, path)).catch(() => null);
    if (there?.isFile() === true) return true;
  }
  return false;
}

function absenceOf({ message, range }: Said, file: string, text: string): Absence | null {
  const [, attribute, holder] = /^"(\w+)" is not a known attribute of module "(\w[\w.]*)"/.exec(message) ?? [];
  if (attribute !== undefined && holder !== undefined) return { file, dots: 0, module: holder, name: attribute };
  const name = /^"(\w+)" is unknown import symbol/.exec(message)?.[1];
  if (name === undefined || range === undefined) return null;
  const lines = text.split('\n').slice(0, range.start.line + 1);
  const head = lines.findLast((one) => /^\s*(?:from|import)\s/.test(one)) ?? '';
  const [, dots = '', module = ''] = /^\s*from\s+(\.*)\s*([\w.]*)\s+import\b/.exec(head) ?? [];
  return dots === '' && module === '' ? null : { file, dots: dots.length, module, name };
}

const WILD = /^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+\*/gm;

/** Asks the tree for modules that are not in the copy. */
class LeftOutModules {
  readonly #tree: string;
  readonly #texts: ReadonlyMap<string, string>;
  /** Folders that modules are found from: those with sources, with a manifest, or named to mypy. */
  readonly #roots: Set<string>;
  readonly #known = new Map<string, Promise<boolean>>();

  constructor(tree: string, texts: ReadonlyMap<string, string>) {
    this.#tree = tree;
    this.#texts = texts;
    this.#roots = new Set(['', ...mypyFolders(texts)]);
    for (const path of texts.keys()) {
      const source = /^((?:.+\/)?src)\//.exec(path)?.[1];
      if (source !== undefined) this.#roots.add(source);
      if (/(?:^|\/)(?:setup\.py|pyproject\.toml)$/.test(path)) this.#roots.add(folderOf(path));
    }
  }

  async explain({ file, dots, module, name }: Absence): Promise<boolean> {
    for (const place of this.#placesOf(file, dots, module)) {
      if ((await this.#isLeftOut(posix.join(place, name))) || (await this.#isLeftOut(place))) return true;
      const own = moduleFiles(place).find((path) => this.#texts.has(path));
      if (own === undefined) continue;
      if (this.#isOwnAffair(name, own) || (await this.#takesAllOfLeftOut(own))) return true;
    }
    return false;
  }

  /** Whether a module is there as declarations only, and these need not tell the name. */
  #isOwnAffair(name: string, file: string): boolean {
    const text = this.#texts.get(file);
    if (text === undefined || !file.endsWith('.pyi')) return false;
    return mayBeLeftOut(name, { ...declaredBy(text), parts: new Set() }, false);
  }

  /** Whether a module of the copy takes all names of one that was left out. */
  async #takesAllOfLeftOut(file: string): Promise<boolean> {
    for (const [, dots = '', module = ''] of (this.#texts.get(file) ?? '').matchAll(WILD)) {
      for (const place of this.#placesOf(file, dots.length, module)) if (await this.#isLeftOut(place)) return true;
    }
    return false;
  }

  /** Where a module that a file names may be, without an ending. */
  #placesOf(file: string, dots: number, module: string): string[] {
    const path = module.replaceAll('.', '/');
    const above = [folderOf(file)];
    for (let at = above[0] ?? ''; at !== ''; at = folderOf(at)) above.push(folderOf(at));
    if (dots > 0) return dots > above.length ? [] : [posix.join(above[dots - 1] ?? '', path)];
    return [...new Set([...above, ...this.#roots])].map((folder) => posix.join(folder, path));
  }

  /** Whether the tree has the file of a module, and the copy has none. */
  #isLeftOut(place: string): Promise<boolean> {
    const known = this.#known.get(place) ?? this.#ask(place);
    this.#known.set(place, known);
    return known;
  }

  async #ask(place: string): Promise<boolean> {
    return !moduleFiles(place).some((path) => this.#texts.has(path)) && (await isOnDisk(this.#tree, place));
  }

  /** What the tree was asked: what the copy has was not. */
  async asked(): Promise<AskedPlaces> {
    const places = [...this.#known.keys()].filter((one) => !moduleFiles(one).some((path) => this.#texts.has(path)));
    places.sort();
    const there: string[] = [];
    for (const place of places) if ((await this.#known.get(place)) === true) there.push(place);
    return { places, there };
  }
}

/** The files that a module without its ending may be. */
function moduleFiles(place: string): string[] {
  return [`${place}.py`, `${place}.pyi`, posix.join(place, '__init__.py'), posix.join(place, '__init__.pyi')];
}

/** The folder of a file; empty for the root. */
function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === '.' ? '' : folder;
}
