import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';
import { readMakefile, readRequirements, readSetupCfg } from './manifest-lines.ts';
import { decodeSource, readSourceBytes } from './source-text.ts';
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
  readonly kind: 'package.json' | 'pyproject.toml' | 'setup.cfg' | 'requirements.txt' | 'Makefile';
  readonly name: string | null;
  readonly version: string | null;
  readonly description: string | null;
  readonly license: string | null;
  /** `pnpm@9.1.0`, or the build back end of a Python project. */
  readonly packageManager: string | null;
  /** Range of the language's version: Node or Python. */
  readonly runtime: string | null;
  readonly private: boolean;
  readonly workspaces: readonly string[];
  readonly scripts: readonly Script[];
  readonly dependencies: readonly Dependency[];
  readonly entryPoints: readonly EntryPoint[];
  /** Why the file could not be read; everything else is empty then. */
  readonly problem: string | null;
}

const LARGEST_MANIFEST = 1024 * 1024;
const MOST_MANIFESTS = 500;

/** Manifests of a tree in path order. A broken one is named by its `problem`, never fatal. */
export async function readManifests(root: string, tree: SourceTree, signal?: AbortSignal): Promise<Manifest[]> {
  const found: Manifest[] = [];
  for (const file of tree.files) {
    const kind = manifestKind(file.path);
    if (kind === null || found.length >= MOST_MANIFESTS) continue;
    signal?.throwIfAborted();
    found.push(await readManifest(root, file.path, kind));
  }
  return found.sort((a, b) => depthOf(a.path) - depthOf(b.path) || compareBytes(a.path, b.path));
}

function depthOf(path: string): number {
  return path.split('/').length;
}

function manifestKind(path: string): Manifest['kind'] | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'package.json' || name === 'pyproject.toml' || name === 'setup.cfg') return name;
  if (/^requirements(?:[-_.][\w.-]+)?\.txt$/.test(name)) return 'requirements.txt';
  return /^(?:GNU)?[Mm]akefile$/.test(name) ? 'Makefile' : null;
}

/** A manifest with nothing in it. */
export function emptyManifest(path: string, kind: Manifest['kind']): Manifest {
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
    workspaces: [],
    scripts: [],
    dependencies: [],
    entryPoints: [],
    problem: null,
  };
}

async function readManifest(root: string, path: string, kind: Manifest['kind']): Promise<Manifest> {
  const empty = emptyManifest(path, kind);
  const read = await readSourceBytes(root, path, LARGEST_MANIFEST);
  if ('reason' in read) return { ...empty, problem: read.detail };
  const decoded = decodeSource(read.bytes);
  if ('reason' in decoded) return { ...empty, problem: decoded.detail };
  const text = decoded.text.replace(/^\uFEFF/, '');
  try {
    switch (kind) {
      case 'package.json':
        return readPackageJson(empty, text);
      case 'pyproject.toml':
        return readPyproject(empty, text);
      case 'setup.cfg':
        return readSetupCfg(empty, text);
      case 'requirements.txt':
        return readRequirements(empty, text);
      case 'Makefile':
        return readMakefile(empty, text);
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : 'not readable';
    return { ...empty, problem: message.split('\n')[0] ?? 'not readable' };
  }
}

const text = z.string().nullable().catch(null).default(null);
const texts = z.record(z.string(), z.string().catch('')).catch({}).default({});
const list = z.array(z.string()).catch([]).default([]);

const PackageJson = z.object({
  name: text,
  version: text,
  description: text,
  packageManager: text,
  main: text,
  module: text,
  types: text,
  browser: text,
  license: z
    .union([z.string(), z.object({ type: z.string() }).transform((value) => value.type)])
    .nullable()
    .catch(null)
    .default(null),
  private: z.boolean().catch(false).default(false),
  engines: texts,
  scripts: texts,
  dependencies: texts,
  devDependencies: texts,
  peerDependencies: texts,
  optionalDependencies: texts,
  bin: z
    .union([z.string(), z.record(z.string(), z.string())])
    .nullable()
    .catch(null)
    .default(null),
  exports: z.unknown().optional(),
  workspaces: z
    .union([list, z.object({ packages: list }).transform((value) => value.packages)])
    .catch([])
    .default([]),
});

function readPackageJson(empty: Manifest, content: string): Manifest {
  const parsed = PackageJson.parse(JSON.parse(content));
  const groups = [
    ['runtime', parsed.dependencies],
    ['peer', parsed.peerDependencies],
    ['optional', parsed.optionalDependencies],
    ['development', parsed.devDependencies],
  ] as const;
  return {
    ...empty,
    name: parsed.name,
    version: parsed.version,
    description: parsed.description,
    license: parsed.license,
    packageManager: parsed.packageManager,
    runtime: parsed.engines.node === undefined ? null : `Node ${parsed.engines.node}`,
    private: parsed.private,
    workspaces: parsed.workspaces,
    scripts: Object.entries(parsed.scripts).map(([name, command]) => ({ name, command })),
    dependencies: groups.flatMap(([group, names]) =>
      sortedEntries(names).map(([name, version]) => ({ name, version, group })),
    ),
    entryPoints: packageEntryPoints(parsed),
  };
}

function sortedEntries(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => compareBytes(a, b));
}

function packageEntryPoints(parsed: z.infer<typeof PackageJson>): EntryPoint[] {
  const found: EntryPoint[] = [];
  for (const kind of ['main', 'module', 'browser', 'types'] as const) {
    const target = parsed[kind];
    if (target !== null) found.push({ kind, name: parsed.name ?? '', target });
  }
  if (typeof parsed.bin === 'string')
    found.push({ kind: 'command', name: (parsed.name ?? '').replace(/^@[^/]*\//, ''), target: parsed.bin });
  else for (const [name, target] of sortedEntries(parsed.bin ?? {})) found.push({ kind: 'command', name, target });
  return [...found, ...exportEntryPoints(parsed.exports)];
}

/** Every subpath of `exports` with the first file that its conditions lead to. */
function exportEntryPoints(exported: unknown): EntryPoint[] {
  const isSubpaths = isRecord(exported) && Object.keys(exported).some((key) => key.startsWith('.'));
  const subpaths = isSubpaths ? exported : { '.': exported };
  return Object.entries(subpaths).flatMap(([name, value]) => {
    const target = firstTarget(value, 0);
    return target === null ? [] : [{ kind: 'export' as const, name, target }];
  });
}

function firstTarget(value: unknown, depth: number): string | null {
  if (typeof value === 'string') return value;
  if (!isRecord(value) || depth > 8) return null;
  // Types describe an entry point; what runs says more about where it is.
  const entries = Object.entries(value).sort(([a], [b]) => Number(a === 'types') - Number(b === 'types'));
  for (const [, inner] of entries) {
    const target = firstTarget(inner, depth + 1);
    if (target !== null) return target;
  }
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const Project = z.object({
  name: text,
  version: text,
  description: text,
  'requires-python': text,
  license: z
    .union([z.string(), z.object({ text: z.string() }).transform((value) => value.text)])
    .nullable()
    .catch(null)
    .default(null),
  dependencies: list,
  'optional-dependencies': z.record(z.string(), list).catch({}).default({}),
  scripts: texts,
  'gui-scripts': texts,
});

const Poetry = z.object({
  name: text,
  version: text,
  description: text,
  license: text,
  scripts: texts,
  dependencies: z.record(z.string(), z.unknown()).catch({}).default({}),
  'dev-dependencies': z.record(z.string(), z.unknown()).catch({}).default({}),
  group: z
    .record(z.string(), z.object({ dependencies: z.record(z.string(), z.unknown()).catch({}).default({}) }))
    .catch({})
    .default({}),
});

const Pyproject = z.object({
  project: Project.partial().catch({}).default({}),
  'build-system': z.object({ 'build-backend': text }).nullable().catch(null).default(null),
  'dependency-groups': z.record(z.string(), z.array(z.unknown())).catch({}).default({}),
  tool: z
    .object({ poetry: Poetry.partial().catch({}).default({}) })
    .partial()
    .catch({})
    .default({}),
});

function readPyproject(empty: Manifest, content: string): Manifest {
  const parsed = Pyproject.parse(parseToml(content));
  const { project } = parsed;
  const poetry = parsed.tool.poetry ?? {};
  const groups = Object.values(parsed['dependency-groups'])
    .flat()
    .filter((one) => typeof one === 'string');
  const dependencies: Dependency[] = [
    ...(project.dependencies ?? []).map((one) => requirement(one, 'runtime')),
    ...poetryDependencies(poetry.dependencies ?? {}, 'runtime'),
    ...Object.values(project['optional-dependencies'] ?? {})
      .flat()
      .map((one) => requirement(one, 'optional')),
    ...groups.map((one) => requirement(one, 'development')),
    ...poetryDependencies(poetry['dev-dependencies'] ?? {}, 'development'),
    ...Object.values(poetry.group ?? {}).flatMap((one) => poetryDependencies(one.dependencies, 'development')),
  ];
  const python = project['requires-python'] ?? poetryVersion(poetry.dependencies?.python);
  const commands = { ...project.scripts, ...project['gui-scripts'], ...poetry.scripts };
  return {
    ...empty,
    name: project.name ?? poetry.name ?? null,
    version: project.version ?? poetry.version ?? null,
    description: project.description ?? poetry.description ?? null,
    license: project.license ?? poetry.license ?? null,
    packageManager: parsed['build-system']?.['build-backend'] ?? null,
    runtime: python === null || python === '' ? null : `Python ${python}`,
    dependencies: withoutRepeats(dependencies),
    entryPoints: sortedEntries(commands).map(([name, target]) => ({ kind: 'command', name, target })),
  };
}

function poetryDependencies(record: Readonly<Record<string, unknown>>, group: Dependency['group']): Dependency[] {
  return Object.entries(record)
    .filter(([name]) => name !== 'python')
    .map(([name, value]) => ({ name, version: poetryVersion(value) ?? '', group }));
}

function poetryVersion(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return isRecord(value) && typeof value.version === 'string' ? value.version : null;
}

/** A PEP 508 requirement: name, extras left out, then the version and markers as written. */
export function requirement(written: string, group: Dependency['group']): Dependency {
  const match = /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(.*)$/s.exec(written);
  return { name: match?.[1] ?? written.trim(), version: (match?.[2] ?? '').trim(), group };
}

function withoutRepeats(dependencies: readonly Dependency[]): Dependency[] {
  const seen = new Map(dependencies.map((one) => [`${one.group} ${one.name} ${one.version}`, one]));
  return [...seen.values()];
}
