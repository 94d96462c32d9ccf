import { z } from 'zod';
import { sortedEntries, text, texts } from './manifest-shapes.ts';
import type { Dependency, EntryPoint, Manifest } from './manifests.ts';

const folders = z
  .record(z.string(), z.union([z.string(), z.array(z.string()).transform((all) => all[0] ?? '')]).catch(''))
  .catch({})
  .default({});

const Composer = z.object({
  name: text,
  version: text,
  description: text,
  license: z
    .union([z.string(), z.array(z.string()).transform((all) => all.join(' OR '))])
    .nullable()
    .catch(null)
    .default(null),
  require: texts,
  'require-dev': texts,
  scripts: z.record(z.string(), z.unknown()).catch({}).default({}),
  bin: z
    .union([z.string().transform((one) => [one]), z.array(z.string())])
    .catch([])
    .default([]),
  autoload: z.object({ 'psr-4': folders }).partial().catch({}).default({}),
});

/** composer.json; a namespace with its folder is an entry point of kind `module`. Throws for text that is no JSON. */
export function readComposer(empty: Manifest, content: string): Manifest {
  const parsed = Composer.parse(JSON.parse(content));
  const isPackage = ([name]: [string, string]): boolean => name.includes('/');
  const dependency =
    (group: Dependency['group']) =>
    ([name, version]: [string, string]): Dependency => ({ name, version, group });
  const command = (target: string): EntryPoint => ({ kind: 'command', name: target.replace(/^.*\//, ''), target });
  const php = parsed.require.php;
  return {
    ...empty,
    name: parsed.name,
    version: parsed.version,
    description: parsed.description,
    license: parsed.license,
    packageManager: 'composer',
    runtime: php === undefined ? null : `PHP ${php}`,
    scripts: Object.entries(parsed.scripts).map(([name, value]) => ({
      name,
      command: (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string').join(' && '),
    })),
    dependencies: [
      ...Object.entries(parsed.require).filter(isPackage).map(dependency('runtime')),
      ...Object.entries(parsed['require-dev']).filter(isPackage).map(dependency('development')),
    ],
    entryPoints: [
      ...sortedEntries(parsed.autoload['psr-4'] ?? {}).map(([name, target]) => ({
        kind: 'module' as const,
        name,
        target,
      })),
      ...parsed.bin.map(command),
    ],
  };
}
