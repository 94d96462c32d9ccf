import { posix } from 'node:path';
import { roleOf } from '../../code/file-roles.ts';
import { importResolver } from '../../code/imports.ts';
import { parsedLanguageOf } from '../../code/languages.ts';
import { inventoryIn, parsedIn } from '../../code/tree/packed.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';

/** One module imports another one. */
export interface ImportEdge {
  readonly from: string;
  readonly to: string;
  /** Line of the import. */
  readonly line: number;
  /** It exists when the program runs and happens when the module is loaded. */
  readonly atLoad: boolean;
}

/** A file that is part of what the project is. */
export interface ModuleFacts {
  readonly path: string;
  readonly size: number;
  readonly lines: number;
  readonly publicNames: number;
  /** Its author's sentence on it; empty for none. */
  readonly summary: string;
  readonly runnable: boolean;
  /** Test files that import it, or stand beside it where that is how tests are written. */
  readonly tests: number;
}

/** How the modules of a checkout hang together. Plain JSON. */
export interface TreeFacts {
  readonly modules: readonly ModuleFacts[];
  readonly edges: readonly ImportEdge[];
  /** Packages from outside that the modules import, the most used first. */
  readonly packages: readonly { readonly name: string; readonly importedBy: number }[];
  readonly problems: readonly { readonly path: string; readonly line: number; readonly message: string }[];
  readonly testFiles: number;
}

export const READ_FACTS: ThreadTask<{ readonly packed: Uint8Array }, TreeFacts> = { module: new URL(import.meta.url) };

/** Thread entry. */
export default function readFacts({ packed }: { readonly packed: Uint8Array }): TreeFacts {
  const { tree, manifests } = inventoryIn(packed);
  const { files } = parsedIn(packed);
  const modules = sourceModules(files);
  const paths = new Set(modules.map(({ path }) => path));
  const resolver = importResolver(
    files.map(({ path }) => path),
    manifests,
  );
  const edges = new Map<string, ImportEdge>();
  const users = new Map<string, Set<string>>();
  for (const module of modules) {
    for (const one of importsOf(module)) {
      for (const target of resolver.resolve(module.path, one)) {
        if (target.kind === 'package') users.set(target.name, (users.get(target.name) ?? new Set()).add(module.path));
        if (target.kind !== 'file' || target.path === module.path || !paths.has(target.path)) continue;
        const key = `${module.path}\0${target.path}`;
        const known = edges.get(key);
        const atLoad = !one.typeOnly && !one.lazy && !/\.d\.[cm]?ts$/.test(module.path);
        if (known === undefined || (atLoad && !known.atLoad))
          edges.set(key, { from: module.path, to: target.path, line: one.line, atLoad });
      }
    }
  }
  const tested = testsOf(files, resolver);
  const sizes = new Map(tree.files.map(({ path, size }) => [path, size]));
  return {
    modules: modules.map((module) => ({
      path: module.path,
      size: sizes.get(module.path) ?? 0,
      lines: module.lines,
      publicNames: module.symbols.length,
      summary: module.doc?.summary.replace(/\s+/g, ' ').slice(0, 160) ?? '',
      runnable: module.runnable,
      tests: tested.get(module.path)?.size ?? 0,
    })),
    edges: [...edges.values()],
    packages: [...users]
      .map(([name, by]) => ({ name, importedBy: by.size }))
      .sort((a, b) => b.importedBy - a.importedBy || (a.name < b.name ? -1 : 1)),
    problems: modules.flatMap(({ path, problems: [first] }) => (first === undefined ? [] : [{ path, ...first }])),
    testFiles: files.filter(({ path }) => roleOf(path) === 'test').length,
  };
}

/** A repository of examples only is drawn as what it is. */
function sourceModules(files: readonly ParsedFile[]): ParsedFile[] {
  const sources = files.filter(({ path }) => roleOf(path) === 'source');
  return sources.length > 0 ? sources : files.filter(({ path }) => roleOf(path) !== 'test');
}

function importsOf(file: ParsedFile): ParsedFile['imports'] {
  const imported = new Set(file.imports.map(({ specifier }) => specifier));
  const passed = file.reexports
    .filter(({ specifier }) => !imported.has(specifier))
    .map(({ specifier, imported: name, line }) => ({ specifier, names: [name], line, typeOnly: false, lazy: false }));
  return [...file.imports, ...passed];
}

function testsOf(files: readonly ParsedFile[], resolver: ReturnType<typeof importResolver>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const add = (path: string, test: string): void => void found.set(path, (found.get(path) ?? new Set()).add(test));
  const byPath = new Map(files.map((file) => [file.path, file]));
  const byFolder = new Map<string, string[]>();
  for (const { path } of files) byFolder.set(posix.dirname(path), [...(byFolder.get(posix.dirname(path)) ?? []), path]);
  for (const file of files) {
    if (roleOf(file.path) !== 'test') continue;
    // A test of Go has its package's folder for itself.
    if (parsedLanguageOf(file.path) === 'go')
      for (const path of byFolder.get(posix.dirname(file.path)) ?? []) add(path, file.path);
    for (const one of importsOf(file)) {
      for (const target of resolver.resolve(file.path, one)) {
        if (target.kind !== 'file') continue;
        add(target.path, file.path);
        for (const passed of passedOn(byPath.get(target.path), one.names, resolver)) add(passed, file.path);
      }
    }
  }
  return found;
}

/** The modules behind an entry file that a test gets the names from. */
function passedOn(
  entry: ParsedFile | undefined,
  names: readonly string[],
  resolver: ReturnType<typeof importResolver>,
): string[] {
  if (entry === undefined || !/(?:^|\/)(?:index\.[cm]?[jt]sx?|__init__\.py)$/.test(entry.path)) return [];
  const isWhole = names.length === 0 || names.includes('*');
  return importsOf(entry)
    .filter((one) => isWhole || one.names.some((name) => name === '*' || names.includes(name)))
    .flatMap((one) => resolver.resolve(entry.path, one))
    .flatMap((target) => (target.kind === 'file' ? [target.path] : []));
}
