import { z } from 'zod';
import { isRecord, list, sortedEntries, text, texts } from './manifest-shapes.ts';
import type { EntryPoint, Manifest } from './manifests.ts';

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
  type: text,
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

/** package.json; throws for text that is no JSON object. */
export function readPackageJson(empty: Manifest, content: string): Manifest {
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
    esModules: parsed.type === 'module',
    workspaces: parsed.workspaces,
    scripts: Object.entries(parsed.scripts).map(([name, command]) => ({ name, command })),
    dependencies: groups.flatMap(([group, names]) =>
      sortedEntries(names).map(([name, version]) => ({ name, version, group })),
    ),
    entryPoints: packageEntryPoints(parsed),
  };
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
