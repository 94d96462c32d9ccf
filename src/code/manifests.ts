import { readCargo } from './manifest-cargo.ts';
import { readComposer } from './manifest-composer.ts';
import { readGoMod } from './manifest-go.ts';
import { readGradle } from './manifest-gradle.ts';
import { readMakefile, readRequirements, readSetupCfg } from './manifest-lines.ts';
import { readPackageJson } from './manifest-package.ts';
import { readPyproject } from './manifest-python.ts';
import { readGemfile, readGemspec } from './manifest-ruby.ts';
import { decodeSource, readSourceBytesSync } from './source-text.ts';
import { compareBytes, type SourceTree } from './source-tree.ts';

export interface Dependency {
  readonly name: string;
  /** As written; empty when any version will do. */
  readonly version: string;
  readonly group: 'runtime' | 'development' | 'peer' | 'optional';
}

/** A file or a command by which the project is entered. `target` is as the manifest writes it. */
export interface EntryPoint {
  readonly kind: 'main' | 'module' | 'types' | 'browser' | 'export' | 'command';
  readonly name: string;
  readonly target: string;
}

export interface Script {
  readonly name: string;
  /** What it runs; empty for a Makefile target without a recipe. */
  readonly command: string;
}

/** What one manifest says. Null and empty where it says nothing. */
export interface Manifest {
  readonly path: string;
  readonly kind:
    | 'package.json'
    | 'pyproject.toml'
    | 'setup.cfg'
    | 'setup.py'
    | 'requirements.txt'
    | 'Makefile'
    | 'go.mod'
    | 'Cargo.toml'
    | 'composer.json'
    | 'Gemfile'
    | 'gemspec'
    | 'pom.xml'
    | 'csproj'
    | 'build.gradle';
  readonly name: string | null;
  readonly version: string | null;
  readonly description: string | null;
  readonly license: string | null;
  /** `pnpm@9.1.0`, or the build back end of a Python project. */
  readonly packageManager: string | null;
  /** Range of the language's version: Node, Python, Go … */
  readonly runtime: string | null;
  readonly private: boolean;
  /** Its `.js` files are ES modules (`"type": "module"`). */
  readonly esModules: boolean;
  /** Folders of further packages as the manifest writes them, with globs; a `!` leaves out. */
  readonly workspaces: readonly string[];
  readonly scripts: readonly Script[];
  readonly dependencies: readonly Dependency[];
  readonly entryPoints: readonly EntryPoint[];
  /** Why the file could not be read; everything else is empty then. */
  readonly problem: string | null;
}

const LARGEST_MANIFEST = 1024 * 1024;
const MOST_MANIFESTS = 500;

/** Manifests of a tree in path order. A broken one is named by its `problem`, never fatal. Waits for the disk. */
export async function readManifests(root: string, tree: SourceTree, signal?: AbortSignal): Promise<Manifest[]> {
  const found: Manifest[] = [];
  for (const file of tree.files) {
    const kind = manifestKind(file.path);
    if (kind === null || found.length >= MOST_MANIFESTS) continue;
    signal?.throwIfAborted();
    found.push(await readManifest(root, tree, file.path, kind));
  }
  return found.sort((a, b) => depthOf(a.path) - depthOf(b.path) || compareBytes(a.path, b.path));
}

function depthOf(path: string): number {
  return path.split('/').length;
}

const MORE_NAMES = ['go.mod', 'Cargo.toml', 'composer.json', 'Gemfile', 'pom.xml'] as const;

function manifestKind(path: string): Manifest['kind'] | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'package.json' || name === 'pyproject.toml' || name === 'setup.cfg' || name === 'setup.py') return name;
  if (/^requirements(?:[-_.][\w.-]+)?\.txt$/.test(name)) return 'requirements.txt';
  if (/^(?:GNU)?[Mm]akefile$/.test(name)) return 'Makefile';
  if (/^build\.gradle(?:\.kts)?$/.test(name)) return 'build.gradle';
  if (/^[^.].*\.gemspec$/.test(name)) return 'gemspec';
  if (/\.csproj$/.test(name)) return 'csproj';
  return MORE_NAMES.find((one) => one === name) ?? null;
}

/** A manifest with nothing in it. */
function emptyManifest(path: string, kind: Manifest['kind']): Manifest {
  return {
    path,
    kind,
    name: null,
    version: null,
    description: null,
    license: null,
    packageManager: null,
    runtime: null,
    private: false,
    esModules: false,
    workspaces: [],
    scripts: [],
    dependencies: [],
    entryPoints: [],
    problem: null,
  };
}

async function readManifest(root: string, tree: SourceTree, path: string, kind: Manifest['kind']): Promise<Manifest> {
  const empty = emptyManifest(path, kind);
  const read = readSourceBytesSync(root, path, LARGEST_MANIFEST);
  if ('reason' in read) return { ...empty, problem: read.detail };
  const decoded = decodeSource(read.bytes);
  if ('reason' in decoded) return { ...empty, problem: decoded.detail };
  const text = decoded.text.replace(/^\uFEFF/, '');
  try {
    return await readKind(empty, text, tree);
  } catch (error) {
    const message = error instanceof Error ? error.message : 'not readable';
    return { ...empty, problem: message.split('\n')[0] ?? 'not readable' };
  }
}

/** Paths of the tree below the folder of a manifest, seen from there. */
function pathsBeside(path: string, tree: SourceTree): string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return tree.files.flatMap((file) => (file.path.startsWith(folder) ? [file.path.slice(folder.length)] : []));
}

/** The readers that bring a parser along are loaded when they are first needed: few trees need any of them. */
async function readKind(empty: Manifest, text: string, tree: SourceTree): Promise<Manifest> {
  switch (empty.kind) {
    case 'package.json':
      return readPackageJson(empty, text);
    case 'pyproject.toml':
      return readPyproject(empty, text);
    case 'setup.cfg':
      return readSetupCfg(empty, text);
    case 'setup.py':
      return await (await import('./manifest-setup-py.ts')).readSetupPy(empty, text);
    case 'requirements.txt':
      return readRequirements(empty, text);
    case 'Makefile':
      return readMakefile(empty, text);
    case 'go.mod':
      return readGoMod(empty, text, pathsBeside(empty.path, tree));
    case 'Cargo.toml': {
      const beside = new Set(pathsBeside(empty.path, tree));
      return readCargo(empty, text, (path) => beside.has(path));
    }
    case 'composer.json':
      return readComposer(empty, text);
    case 'Gemfile':
      return readGemfile(empty, text);
    case 'gemspec':
      return readGemspec(empty, text);
    case 'pom.xml':
      return (await import('./manifest-xml.ts')).readPom(empty, text);
    case 'csproj':
      return (await import('./manifest-xml.ts')).readCsproj(empty, text);
    case 'build.gradle':
      return readGradle(empty, text);
  }
}
