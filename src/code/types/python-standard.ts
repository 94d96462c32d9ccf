import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Severity } from '../findings.ts';

/** What the declarations of a module of Python's own library say. */
export interface StandardModule {
  readonly names: ReadonlySet<string>;
  /** Whether they name what is public: what else the module holds need not be declared. */
  readonly isSelective: boolean;
  /** Modules below it, which are there from the moment on in which anything has imported them. */
  readonly parts: ReadonlySet<string>;
}

/**
 * Reads the declarations of those of the modules that are Python's own, out of the folder that pyright brings them in.
 */
export async function readStandardModules(
  library: string,
  modules: Iterable<string>,
): Promise<ReadonlyMap<string, StandardModule>> {
  const read = await Promise.all(
    [...new Set(modules)].map(async (module): Promise<[string, StandardModule][]> => {
      const path = join(library, ...module.split('.'));
      const text = await readFile(`${path}.pyi`, 'utf8')
        .catch(() => readFile(join(path, '__init__.pyi'), 'utf8'))
        .catch(() => null);
      const parts = await readdir(path).catch(() => []);
      return text === null
        ? []
        : [[module, { ...declaredBy(text), parts: new Set(parts.map((one) => one.replace(/\.pyi$/, ''))) }]];
    }),
  );
  return new Map(read.flat());
}

/** What the text of declarations says of its module. */
export function declaredBy(text: string): Omit<StandardModule, 'parts'> {
  const names = text.matchAll(/^[ \t\uFEFF]*(?:async\s+)?(?:def|class)\s+(\w+)|^[ \t\uFEFF]*(\w+)\s*[:=]/gm);
  return {
    names: new Set([...names].flatMap(([, defined, set]) => defined ?? set ?? [])),
    isSelective: /^__all__\s*[:+]?=/m.test(text),
  };
}

/**
 * Whether the declarations may leave out a name that the module has: one of its own affairs, or, where they name what
 * is public, one that is imported, without which its file could not be loaded at all. A name that is nearly one of
 * those declared is a slip of the pen.
 */
export function mayBeLeftOut(name: string, { names, isSelective }: StandardModule, isImported: boolean): boolean {
  if ([...names].some((one) => isNearly(name, one))) return false;
  return name.startsWith('_') || (isSelective && isImported);
}

/** Whether two names differ by one letter that is another, missing, added or swapped with the next. */
function isNearly(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  const [left, right] = [one.slice(start), other.slice(start)];
  const rests = [
    [left.slice(1), right.slice(1)],
    [left.slice(1), right],
    [left, right.slice(1)],
  ];
  if (rests.some(([a, b]) => a === b)) return true;
  return left[0] === right[1] && left[1] === right[0] && left.slice(2) === right.slice(2);
}

/** Modules in which a name is said to be missing, and those that files with such a message import from. */
export function modulesAskedOf(
  said: readonly { readonly file: string; readonly message: string }[],
  texts: ReadonlyMap<string, string>,
): string[] {
  const files = new Set(said.flatMap(({ file, message }) => (/is unknown import symbol/.test(message) ? file : [])));
  return [
    ...said.flatMap(({ message }) => absentAttribute(message)?.module ?? []),
    ...[...files].flatMap((file) =>
      [...(texts.get(file) ?? '').matchAll(/^[ \t]*from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b/gm)].flatMap(
        ([, name]) => name ?? [],
      ),
    ),
  ];
}

/** The name that a message says a module lacks. */
function absentAttribute(message: string): { name: string; module: string } | null {
  const [, name, module] = /^"(\w+)" is not a known attribute of module "(\w[\w.]*)"/.exec(message) ?? [];
  return name === undefined || module === undefined ? null : { name, module };
}

/** The name that a message says a module lacks, as an attribute or in the import statement around it. */
export function absentName(message: string, importedFrom: string | null): { name: string; module: string } | null {
  const name = /^"(\w+)" is unknown import symbol/.exec(message)?.[1];
  return name === undefined || importedFrom === null ? absentAttribute(message) : { name, module: importedFrom };
}

/** How grave it is that a module is said to lack a name. */
export function absenceOf(name: string, module: StandardModule | undefined): Severity {
  if (module === undefined) return 'high';
  if (module.parts.has(name)) return 'low';
  return module.isSelective ? 'medium' : 'high';
}
