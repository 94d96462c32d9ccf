import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AskedPlaces } from './messages.ts';
import type { MirroredFile } from './mirror.ts';
import { candidatesOf, type RelativeImport } from './tsc-imports.ts';

/**
 * Relative imports, as `file\0specifier`, whose target is on the disk although it is not in the copy: generated,
 * minified, vendored, too large. With what the tree was asked for that.
 */
export async function existingTargets(
  root: string,
  files: readonly MirroredFile[],
  imports: readonly RelativeImport[],
): Promise<{ found: ReadonlySet<string>; asked: AskedPlaces }> {
  const known = new Set(files.map(({ path }) => path));
  const open = imports.filter(
    ({ target }) => !target.startsWith('..') && !candidatesOf(target).some((one) => known.has(one)),
  );
  const places = [...new Set(open.map(({ target }) => target))].sort();
  const there = await thoseOnDisk(root, places);
  const isThere = new Set(there);
  const found = open.flatMap(({ file, specifier, target }) => (isThere.has(target) ? `${file}\0${specifier}` : []));
  return { found: new Set(found), asked: { places, there } };
}

/** Those of the targets of imports that a tree has a file of, in their order. */
export async function thoseOnDisk(root: string, targets: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const target of targets) {
    for (const one of candidatesOf(target)) {
      const there = await stat(join(root, one)).catch(() => null);
      if (there?.isFile() !== true) continue;
      found.push(target);
      break;
    }
  }
  return found;
}
