import type { Manifest } from '../../code/manifests.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';

/**
 * What a project is called: as its manifest in the root names it, a Go module by the last part of its path. The root of
 * several packages that is not published itself has a name for its tools only: the repository's is known to people.
 */
export function titleOf(manifests: readonly Manifest[], repositoryName: string, packages: number): string {
  const named = manifests.find((one) => one.name !== null && !one.path.includes('/'));
  if (named === undefined || named.name === null) return repositoryName;
  const isFrame = packages > 1 && (named.private || named.kind === 'pom.xml');
  if (isFrame) return repositoryName;
  return named.kind === 'go.mod' ? named.name.replace(/\/v\d+$/, '').replace(/^.*\//, '') : named.name;
}

/** Where languages let an author say what a package is. */
const ENTRY = /^(?:(?:src\/|lib\/)?\w+\/__init__\.py|src\/(?:lib|main)\.rs|[^/]+\.go)$/;

/** What the manifest in the root says a project is, else the comment of its entry module; null when neither does. */
export function purposeOf(manifests: readonly Manifest[], modules: readonly ParsedFile[]): string | null {
  const declared = manifests.find((one) => one.description !== null && !one.path.includes('/'))?.description ?? null;
  if (declared !== null) return declared;
  return modules.find((module) => ENTRY.test(module.path) && module.doc !== null)?.doc?.summary ?? null;
}
