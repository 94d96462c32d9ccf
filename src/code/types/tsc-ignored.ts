import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { globPattern } from '../quality/globs.ts';
import { candidatesOf, type RelativeImport } from './tsc-imports.ts';

/** A longer line names no file. */
const LONGEST_LINE = 200;
const IGNORE_LIST = '.gitignore';

/** What git is told of a path: to leave it out, or that it belongs to the tree all the same. */
interface IgnoredPath {
  readonly pattern: RegExp;
  readonly isKept: boolean;
}

/**
 * Relative imports, as `file\0specifier`, whose target is not in a tree and which its `.gitignore` leaves out:
 * something makes them. `known` are the tree's files.
 */
export async function ignoredTargets(
  root: string,
  imports: readonly RelativeImport[],
  known: ReadonlySet<string>,
): Promise<Set<string>> {
  const read = new Map<string, Promise<readonly IgnoredPath[]>>();
  const rulesOf = (folder: string) => {
    const rules = read.get(folder) ?? readRules(join(root, folder));
    read.set(folder, rules);
    return rules;
  };
  const found = new Set<string>();
  for (const { file, specifier, target } of imports) {
    const candidates = candidatesOf(target);
    if (target.startsWith('..') || candidates.some((one) => known.has(one))) continue;
    for (const one of candidates) if (await isIgnored(one, rulesOf)) found.add(`${file}\0${specifier}`);
  }
  return found;
}

/** The last line that names a path decides, in the folders from the root to its own. */
async function isIgnored(path: string, rulesOf: (folder: string) => Promise<readonly IgnoredPath[]>): Promise<boolean> {
  const folders = ['.'];
  for (const [at, character] of [...path].entries()) if (character === '/') folders.push(path.slice(0, at));
  let ignored = false;
  for (const folder of folders) {
    const below = posix.relative(folder, path);
    for (const { pattern, isKept } of await rulesOf(folder)) if (pattern.test(below)) ignored = !isKept;
  }
  return ignored;
}

/** Whether a file tells git what to leave out. */
export function isIgnoreList({ path }: { readonly path: string }): boolean {
  return posix.basename(path) === IGNORE_LIST;
}

async function readRules(folder: string): Promise<IgnoredPath[]> {
  const text = await readFile(join(folder, IGNORE_LIST), 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const written = line.trim();
    const body = written.replace(/^!/, '').replace(/\/$/, '');
    if (body === '' || body.startsWith('#') || body.length > LONGEST_LINE) return [];
    const pattern = globPattern(body.replace(/^\//, ''), !body.includes('/'), true);
    return [{ pattern, isKept: written.startsWith('!') }];
  });
}
