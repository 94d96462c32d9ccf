import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';
import { isRecord, list } from './manifest-shapes.ts';
import type { Dependency, EntryPoint, Manifest } from './manifests.ts';

/** A value, or `{ workspace = true }`, which is told by the workspace's own manifest. */
const inherited = z.string().nullable().catch(null).default(null);
const dependencies = z.record(z.string(), z.unknown()).catch({}).default({});
const target = z.object({ name: inherited, path: inherited }).partial();

const Cargo = z.object({
  package: z
    .object({
      name: inherited,
      version: inherited,
      description: inherited,
      license: inherited,
      'rust-version': inherited,
      publish: z.unknown(),
    })
    .partial()
    .nullable()
    .catch(null)
    .default(null),
  workspace: z
    .object({ members: list, exclude: list, package: z.record(z.string(), z.unknown()).catch({}).default({}) })
    .nullable()
    .catch(null)
    .default(null),
  dependencies,
  'dev-dependencies': dependencies,
  'build-dependencies': dependencies,
  lib: target.nullable().catch(null).default(null),
  bin: z.array(target).catch([]).default([]),
});

/** Cargo.toml; `exists` tells the files beside it, where Cargo finds targets by itself. Throws for what is no TOML. */
export function readCargo(empty: Manifest, content: string, exists: (path: string) => boolean): Manifest {
  const parsed = Cargo.parse(parseToml(content));
  const own = parsed.package ?? {};
  const name = own.name ?? null;
  const rust = own['rust-version'] ?? null;
  return {
    ...empty,
    name,
    version: own.version ?? null,
    description: own.description ?? null,
    license: own.license ?? null,
    packageManager: 'cargo',
    runtime: rust === null ? null : `Rust ${rust}`,
    private: own.publish === false,
    workspaces: parsed.workspace === null ? [] : workspaceOf(parsed.workspace, parsed.dependencies),
    dependencies: [
      ...dependenciesOf(parsed.dependencies, 'runtime'),
      ...dependenciesOf(parsed['dev-dependencies'], 'development'),
      ...dependenciesOf(parsed['build-dependencies'], 'development'),
    ],
    entryPoints: name === null ? [] : targetsOf(name, parsed.lib?.path ?? null, parsed.bin, exists),
  };
}

/** Members, exclusions with a `!`, and the paths that the root package depends on, which belong to it too. */
function workspaceOf(
  workspace: { readonly members: string[]; readonly exclude: string[] },
  used: Readonly<Record<string, unknown>>,
): string[] {
  const paths = Object.values(used).flatMap((one) => (isRecord(one) && typeof one.path === 'string' ? [one.path] : []));
  // A workspace without members still makes its folder one.
  return ['.', ...workspace.members, ...paths, ...workspace.exclude.map((one) => `!${one}`)];
}

function dependenciesOf(table: Readonly<Record<string, unknown>>, group: Dependency['group']): Dependency[] {
  return Object.entries(table).map(([key, value]) => {
    if (typeof value === 'string') return { name: key, version: value, group };
    const one = isRecord(value) ? value : {};
    return {
      // `package` is the name in the registry; the key is how this crate calls it.
      name: typeof one.package === 'string' ? one.package : key,
      version: typeof one.version === 'string' ? one.version : '',
      group: group === 'runtime' && one.optional === true ? 'optional' : group,
    };
  });
}

function targetsOf(
  name: string,
  library: string | null,
  binaries: readonly { name?: string | null | undefined; path?: string | null | undefined }[],
  exists: (path: string) => boolean,
): EntryPoint[] {
  const found: EntryPoint[] = [];
  const lib = library ?? 'src/lib.rs';
  if (library !== null || exists(lib)) found.push({ kind: 'module', name: name.replaceAll('-', '_'), target: lib });
  for (const one of binaries) {
    const binary = one.name ?? name;
    const usual = [`src/bin/${binary}.rs`, `src/bin/${binary}/main.rs`, 'src/main.rs'].find(exists);
    const path = one.path ?? usual;
    if (path !== undefined) found.push({ kind: 'command', name: binary, target: path });
  }
  const taken = found.some((one) => one.kind === 'command' && one.target === 'src/main.rs');
  if (!taken && exists('src/main.rs')) found.push({ kind: 'command', name, target: 'src/main.rs' });
  return found;
}
