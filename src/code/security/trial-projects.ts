import { posix } from 'node:path';
import type { SourceFile } from '../source-file.ts';
import { decodeSource, readSourceBytes } from '../source-text.ts';

const MOST_BYTES = 256 * 1024;
/** Files of one project that are read for its list of applications. */
const MOST_SETTINGS = 20;

/** What says that the root of a tree is made into a package that others install. */
const SHIPS: readonly (readonly [path: string, sign: RegExp])[] = [
  ['setup.py', /\bsetup\(/],
  ['setup.cfg', /^\[options\]/m],
  ['pyproject.toml', /^\[(?:build-system|tool\.poetry)\]/m],
];

/**
 * Folders of Django projects on which a package is only tried: each has a `manage.py`, is no package itself, and has
 * among its applications a package that the tree ships from beside it. A project that is the program itself holds its
 * applications. Rejects never: what cannot be read says nothing.
 */
export async function trialProjects(root: string, files: readonly SourceFile[]): Promise<readonly string[]> {
  const paths = files.map(({ path }) => path);
  const all = new Set(paths);
  const folders = paths
    .filter((path) => path.endsWith('/manage.py'))
    .map((path) => posix.dirname(path))
    .filter((folder) => !all.has(`${folder}/__init__.py`));
  if (folders.length === 0 || !(await isShipped(root, all))) return [];
  const packages = paths.flatMap((path) => /^((?:src\/)?\w+)\/__init__\.py$/.exec(path)?.[1] ?? []);
  const found: string[] = [];
  for (const folder of folders) {
    const beside = packages.filter((one) => !isBelow(one, folder) && !isBelow(folder, one));
    const names = beside.map((one) => posix.basename(one));
    const settings = paths.filter((path) => isBelow(path, folder) && /settings[^/]*(?:\/[^/]+)?\.py$/.test(path));
    if (names.length > 0 && (await areInstalled(root, settings, names))) found.push(folder);
  }
  return found;
}

/** Whether a path is a folder or lies below it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

async function isShipped(root: string, paths: ReadonlySet<string>): Promise<boolean> {
  for (const [path, sign] of SHIPS) if (paths.has(path) && sign.test(await textOf(root, path))) return true;
  return false;
}

/** Whether one of some settings has a package of these names among its applications. */
async function areInstalled(root: string, settings: readonly string[], names: readonly string[]): Promise<boolean> {
  const listed = new RegExp(`\\bINSTALLED_APPS\\s*\\+?=[^=][^\\])]*["'](?:${names.join('|')})(?:\\.[\\w.]+)?["']`);
  for (const path of settings.slice(0, MOST_SETTINGS)) if (listed.test(await textOf(root, path))) return true;
  return false;
}

async function textOf(root: string, path: string): Promise<string> {
  const read = await readSourceBytes(root, path, MOST_BYTES);
  const decoded = 'reason' in read ? read : decodeSource(read.bytes);
  return 'reason' in decoded ? '' : decoded.text;
}
