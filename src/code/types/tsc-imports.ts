import { posix } from 'node:path';
import type { MirroredFile } from './mirror.ts';
import type { ImportedModule } from './tsc-shims.ts';
import { isNodeModule } from './tsc-shims.ts';

/** A relative import as it is written, with the file that holds it. */
export interface RelativeImport {
  readonly file: string;
  readonly specifier: string;
  /** Where it leads without an ending; may lie above the root. */
  readonly target: string;
}

/** A relative import as it is written: the second group is where it leads. */
export const RELATIVE = /\b(?:from|import|require)\s*(?:\(\s*)?(['"])(\.[^'"\n]*)\1/g;

/** The relative imports of scripts: found in the text, so too many rather than too few. */
export function relativeImports(files: readonly MirroredFile[]): RelativeImport[] {
  return files.flatMap(({ path, text }) => {
    if (!/\.[cm]?[jt]sx?$/.test(path)) return [];
    const folder = posix.dirname(path);
    return [...text.matchAll(RELATIVE)].map(([, , specifier = '']) => {
      return { file: path, specifier, target: posix.join(folder, specifier) };
    });
  });
}

/** The paths that a relative import may mean, as the compiler and bundlers look for them. */
export function candidatesOf(target: string): string[] {
  const bare = target.replace(/\.([cm]?)jsx?$/, '');
  const endings = ['ts', 'tsx', 'mts', 'cts', 'd.ts', 'js', 'jsx', 'mjs', 'cjs', 'json'];
  return [target, ...endings.flatMap((one) => [`${target}.${one}`, `${bare}.${one}`, `${target}/index.${one}`])];
}

/**
 * Files in which a type may be less than it is in a full installation: they import what is not there, or import a file
 * that does. A type that is inferred from such a value comes out as `{}` or `unknown`.
 */
export function unsettledFiles(
  files: readonly MirroredFile[],
  imports: readonly RelativeImport[],
  imported: ReadonlyMap<string, ImportedModule>,
): Set<string> {
  const known = new Set(files.map(({ path }) => path));
  const found = new Set<string>();
  const importers = new Map<string, string[]>();
  for (const { file, target } of imports) {
    const there = candidatesOf(target).find((one) => known.has(one));
    if (there === undefined) found.add(file);
    else importers.set(there, [...(importers.get(there) ?? []), file]);
  }
  for (const [name, { files: by }] of imported) if (!isNodeModule(name)) for (const file of by) found.add(file);
  for (const file of found) for (const importer of importers.get(file) ?? []) found.add(importer);
  return found;
}
