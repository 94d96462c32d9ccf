import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { MirroredFile } from './mirror.ts';

/** Imports of a file, as dotted names with what is taken from each. */
interface PythonImport {
  readonly module: string;
  readonly names: readonly string[];
}

const FROM = /^[ \t]*from[ \t]+([A-Za-z_][\w.]*)[ \t]+import[ \t]+(\([^)]{0,20000}\)|[^\n]*)/gm;
const PLAIN = /^[ \t]*import[ \t]+([^\n#]+)/gm;
const STUB = 'from typing import Any\ndef __getattr__(name: str) -> Any: ...\n';

function importsOf(text: string): PythonImport[] {
  const found: PythonImport[] = [];
  for (const [, module = '', list = ''] of text.matchAll(FROM)) {
    const names = list.replace(/[()]|#[^\n]*/g, '').split(',');
    found.push({ module, names: names.flatMap((one) => /^\s*(\w+)/.exec(one)?.[1] ?? []) });
  }
  let members: ReadonlyMap<string, ReadonlySet<string>> | null = null;
  for (const [, list = ''] of text.matchAll(PLAIN)) {
    for (const part of list.split(',')) {
      const module = /^\s*([\w.]+)/.exec(part)?.[1];
      if (module === undefined) continue;
      members ??= membersIn(text);
      found.push({ module, names: [...((module.includes('.') ? undefined : members.get(module)) ?? [])] });
    }
  }
  return found;
}

/** What is taken of each name in a text, gone through once however many names are imported. */
function membersIn(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, name = '', member = ''] of text.matchAll(/(?<![\w.])(\w+)\.(\w+)/g)) {
    const known = found.get(name);
    if (known === undefined) found.set(name, new Set([member]));
    else known.add(member);
  }
  return found;
}

/**
 * Packages that are not installed but share their name with a folder that happens to stand above a file which imports
 * them, as `examples/fastapi/main.py` does with `fastapi`: pyright would take the folder for the package. The same of a
 * file. Gives the dotted modules of each file that are meant. A folder counts as the package when most of what is
 * imported from it is there; within a package nothing is found by its bare name. `standard` are the modules of Python's
 * own library, which are always there.
 */
export function shadowedModules(
  files: readonly MirroredFile[],
  standard: ReadonlySet<string>,
): Map<string, Set<string>> {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let at = posix.dirname(path); at !== '.'; at = posix.dirname(at)) folders.add(at);
  }
  const outer = new Set<string>();
  const votes = new Map<string, { there: number; absent: number; by: Map<string, Set<string>> }>();
  for (const { path, text } of files) {
    if (!/\.pyi?$/.test(path)) continue;
    for (const one of importsOf(text)) {
      const top = one.module.split('.')[0] ?? one.module;
      if (standard.has(top)) continue;
      const place = placeAbove(path, top, { texts, folders }) ?? projectOf(top, texts, folders);
      if (place === null) continue;
      if (`${place}.py` === path || texts.has(`${posix.dirname(place)}/__init__.py`)) {
        outer.add(`${path}\0${one.module}`);
        continue;
      }
      const vote = votes.get(top) ?? { there: 0, absent: 0, by: new Map<string, Set<string>>() };
      votes.set(top, vote);
      const isItself = path === `${place}/__init__.py`;
      if (!isItself && holds(one, place, texts, folders)) vote.there += 1;
      else vote.absent += 1;
      vote.by.set(path, (vote.by.get(path) ?? new Set()).add(one.module));
    }
  }
  const found = new Map<string, Set<string>>();
  for (const [path = '', module = ''] of [...outer].map((one) => one.split('\0'))) {
    found.set(path, (found.get(path) ?? new Set()).add(module));
  }
  for (const { there, absent, by } of votes.values()) {
    if (absent <= there) continue;
    for (const [path, modules] of by) found.set(path, new Set([...(found.get(path) ?? []), ...modules]));
  }
  return found;
}

/**
 * The folder or file of that name above a file which only a search upwards finds; null for one at the root or in `src`.
 */
function placeAbove(
  path: string,
  top: string,
  { texts, folders }: { readonly texts: ReadonlyMap<string, string>; readonly folders: ReadonlySet<string> },
): string | null {
  const isThere = (place: string) => folders.has(place) || texts.has(`${place}.py`);
  if (isThere(top) || isThere(`src/${top}`)) return null;
  for (let at = posix.dirname(path); at !== '.'; at = posix.dirname(at)) {
    const place = posix.join(at, top);
    if (isThere(place)) return place;
    if (posix.basename(at) === top) return at;
  }
  return null;
}

/**
 * The folder at the root that is a project of its own and only bears the name of what it brings when it is installed,
 * as that of an extension in Rust does; null where the tree has a module of that name.
 */
function projectOf(top: string, texts: ReadonlyMap<string, string>, folders: ReadonlySet<string>): string | null {
  if (!folders.has(top) || !(texts.has(`${top}/pyproject.toml`) || texts.has(`${top}/setup.py`))) return null;
  const modules = [`/${top}.py`, `/${top}.pyi`, `/${top}/__init__.py`, `/${top}/__init__.pyi`];
  return [...texts.keys()].some((path) => modules.some((one) => `/${path}`.endsWith(one))) ? null : top;
}

function holds(
  { module, names }: PythonImport,
  place: string,
  texts: ReadonlyMap<string, string>,
  folders: ReadonlySet<string>,
): boolean {
  const at = posix.join(place, ...module.split('.').slice(1));
  const init = texts.get(`${at}/__init__.py`) ?? texts.get(`${at}/__init__.pyi`);
  const text = init ?? texts.get(`${at}.py`) ?? texts.get(`${at}.pyi`);
  if (text === undefined && !folders.has(at)) return false;
  if (names.length === 0) return text !== undefined;
  const isThere = (name: string) =>
    ['.py', '.pyi', ''].some((ending) => texts.has(`${at}/${name}${ending}`) || folders.has(`${at}/${name}`)) ||
    (text !== undefined && defines(text, name, module.split('.')[0] ?? module));
  return names.every(isThere);
}

function defines(text: string, name: string, top: string): boolean {
  const own = text.replace(new RegExp(`^[ \\t]*from[ \\t]+${top}\\b[^\\n]*`, 'gm'), '');
  return new RegExp(
    `^\\s*(?:class|(?:async\\s+)?def)\\s+${name}\\b|^${name}\\s*[:=]|\\bimport\\b[^\\n]*\\b${name}\\b|^\\s+${name},?\\s*$|import \\*|__getattr__`,
    'm',
  ).test(own);
}

/** Writes declarations of modules in which everything is any type into a folder for installed packages. */
export async function writeStubs(folder: string, modules: Iterable<string>): Promise<void> {
  const every = new Set<string>();
  for (const module of modules) {
    const parts = module.split('.');
    for (let length = 1; length <= parts.length; length += 1) every.add(parts.slice(0, length).join('/'));
  }
  for (const path of every) {
    const target = join(folder, path, '__init__.pyi');
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, STUB);
  }
}
