import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';
import { isRecord, list, sortedEntries, text, texts } from './manifest-shapes.ts';
import type { Dependency, Manifest } from './manifests.ts';

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
    .object({
      poetry: Poetry.partial().catch({}).default({}),
      uv: z
        .object({ workspace: z.object({ members: list, exclude: list }).nullable().catch(null).default(null) })
        .nullable()
        .catch(null),
    })
    .partial()
    .catch({})
    .default({}),
});

/** pyproject.toml, with Poetry's own tables; throws for text that is no TOML. */
export function readPyproject(empty: Manifest, content: string): Manifest {
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
    workspaces: workspacesOf(parsed.tool.uv?.workspace ?? null),
    dependencies: withoutRepeats(dependencies),
    entryPoints: sortedEntries(commands).map(([name, target]) => ({ kind: 'command', name, target })),
  };
}

/** Members of a uv workspace, its own folder first; a `!` leaves out. */
function workspacesOf(workspace: { readonly members: string[]; readonly exclude: string[] } | null): string[] {
  return workspace === null ? [] : ['.', ...workspace.members, ...workspace.exclude.map((one) => `!${one}`)];
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
