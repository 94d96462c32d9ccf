import type { FileFacts, LintResult } from './file-facts.ts';

/** A name that so many files use and none of them declares was not forgotten: something outside of them sets it. */
const LEAST_FILES = 4;

/** What a linter said of files, without the names that something outside of the files sets for all of them. */
export function withoutAmbientNames(lint: ReadonlyMap<string, LintResult>): ReadonlyMap<string, LintResult> {
  const files = new Map<string, number>();
  for (const { hits } of lint.values()) {
    const names = new Set(hits.map(undefinedName));
    for (const name of names) if (name !== null) files.set(name, (files.get(name) ?? 0) + 1);
  }
  const ambient = new Set([...files].flatMap(([name, count]) => (count >= LEAST_FILES ? [name] : [])));
  if (ambient.size === 0) return lint;
  const isAmbient = (name: string | null) => name !== null && ambient.has(name);
  return new Map(
    [...lint].map(([path, { hits, problem }]) => [
      path,
      { hits: hits.filter((hit) => !isAmbient(undefinedName(hit))), problem },
    ]),
  );
}

/**
 * The same without the names that a file of the tree declares for all, and without those that a script which is no
 * module has from another one.
 */
export function withoutSharedNames(
  lint: ReadonlyMap<string, LintResult>,
  facts: ReadonlyMap<string, FileFacts>,
): ReadonlyMap<string, LintResult> {
  const shared = new Set([...facts.values()].flatMap((one) => one.shared ?? []));
  const globals = new Set([...facts.values()].flatMap((one) => one.globals));
  if (shared.size + globals.size === 0) return lint;
  return new Map(
    [...lint].map(([path, result]) => {
      const isModule = (facts.get(path)?.shared ?? null) === null;
      const isThere = (name: string) => globals.has(name) || (!isModule && shared.has(name));
      return [path, { ...result, hits: result.hits.filter((hit) => !isThere(undefinedName(hit) ?? '')) }];
    }),
  );
}

/**
 * The same without the names that a package lists in `__all__` and that are modules of its own folder: `from package
 * import *` loads these.
 */
export function withoutOwnModules(
  lint: ReadonlyMap<string, LintResult>,
  paths: Iterable<string>,
): ReadonlyMap<string, LintResult> {
  const isListed = ({ code }: LintResult['hits'][number]) => code === 'F822';
  const packages = [...lint].filter(([path, { hits }]) => /(?:^|\/)__init__\.pyi?$/.test(path) && hits.some(isListed));
  if (packages.length === 0) return lint;
  const modules = new Set([...paths].map((path) => path.replace(/(?:\/__init__)?\.\w+$/, '')));
  const kept = packages.map(([path, { hits, problem }]): [string, LintResult] => {
    const folder = path.replace(/[^/]*$/, '');
    const isModule = (message: string) => modules.has(`${folder}${/`(\w+)`/.exec(message)?.[1] ?? ''}`);
    return [path, { hits: hits.filter((hit) => !isListed(hit) || !isModule(hit.message)), problem }];
  });
  return new Map([...lint, ...kept]);
}

function undefinedName({ code, message }: LintResult['hits'][number]): string | null {
  if (code === 'eslint/no-undef') return /^'([^']+)'/.exec(message)?.[1] ?? null;
  return code === 'F821' ? (/`(\w+)`/.exec(message)?.[1] ?? null) : null;
}
