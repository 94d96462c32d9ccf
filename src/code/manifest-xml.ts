import { XMLParser } from 'fast-xml-parser';
import { isRecord } from './manifest-shapes.ts';
import type { Dependency, Manifest } from './manifests.ts';

const parser = (): XMLParser =>
  new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@', parseTagValue: false });

function record(value: unknown): Record<string, unknown> {
  const one = Array.isArray(value) ? value[0] : value;
  return isRecord(one) ? one : {};
}

/** One element or several of a name. */
function all(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === '' ? [] : [value];
}

function words(value: unknown): string | null {
  const one = Array.isArray(value) ? value[0] : value;
  const text = isRecord(one) ? one['#text'] : one;
  return typeof text === 'string' && text.trim() !== '' ? text.replace(/\s+/g, ' ').trim() : null;
}

/** pom.xml: its own properties are filled in; what a parent elsewhere says is not known. Throws for what is no pom. */
export function readPom(empty: Manifest, content: string): Manifest {
  const parsed: unknown = parser().parse(content);
  if (!isRecord(parsed) || !isRecord(parsed.project)) throw new SyntaxError('no project in it');
  const project = parsed.project;
  const properties = record(project.properties);
  const parent = record(project.parent);
  const value = (given: unknown): string | null => {
    const text = words(given);
    const filled = text?.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
      if (/^(?:project|pom)\.version$/.test(name)) return words(project.version) ?? words(parent.version) ?? whole;
      if (/^(?:project|pom)\.groupId$/.test(name)) return words(project.groupId) ?? words(parent.groupId) ?? whole;
      return words(properties[name]) ?? whole;
    });
    return filled ?? null;
  };
  const java = ['maven.compiler.release', 'java.version', 'maven.compiler.source', 'maven.compiler.target']
    .map((name) => value(properties[name]))
    .find((one) => one !== null && !one.includes('${'));
  return {
    ...empty,
    name: value(project.artifactId),
    version: value(project.version) ?? value(parent.version),
    description: value(project.description),
    license: value(record(record(project.licenses).license).name),
    packageManager: 'maven',
    runtime: java === undefined ? null : `Java ${java}`,
    workspaces: all(record(project.modules).module).flatMap((one) => words(one) ?? []),
    dependencies: all(record(project.dependencies).dependency).flatMap((one): Dependency[] => {
      const name = value(record(one).artifactId);
      const scope = words(record(one).scope) ?? 'compile';
      const group = scope === 'test' ? 'development' : scope === 'provided' ? 'peer' : 'runtime';
      const optional = words(record(one).optional) === 'true' ? 'optional' : group;
      const owner = value(record(one).groupId);
      if (name === null) return [];
      return [
        {
          name: owner === null ? name : `${owner}:${name}`,
          version: value(record(one).version) ?? '',
          group: optional,
        },
      ];
    }),
  };
}

/** *.csproj: project references are dependencies under the names of their files. Throws for what is no project. */
export function readCsproj(empty: Manifest, content: string): Manifest {
  const parsed: unknown = parser().parse(content);
  if (!isRecord(parsed) || !isRecord(parsed.Project)) throw new SyntaxError('no Project in it');
  const project = parsed.Project;
  const groups = all(project.PropertyGroup).map(record);
  const property = (name: string): string | null => {
    const found = groups.map((group) => words(group[name])).find((one) => one !== null && !one.includes('$('));
    return found ?? null;
  };
  const items = all(project.ItemGroup).map(record);
  const includes = (name: string): Record<string, unknown>[] => items.flatMap((group) => all(group[name]).map(record));
  const file = fileName(empty.path, 'csproj');
  const name = property('PackageId') ?? property('AssemblyName') ?? file;
  // A web application is packed only where it says so.
  const isWeb = /^Microsoft\.NET\.Sdk\.Web(?:\/|$)/.test(words(project['@Sdk']) ?? '');
  const packable = property('IsPackable')?.toLowerCase() ?? String(!isWeb);
  const framework = property('TargetFramework') ?? property('TargetFrameworks');
  return {
    ...empty,
    name,
    version: property('Version') ?? property('VersionPrefix'),
    description: property('Description'),
    license: property('PackageLicenseExpression'),
    packageManager: 'dotnet',
    runtime: framework === null ? null : `.NET ${framework}`,
    private: packable === 'false',
    dependencies: [
      ...includes('PackageReference').map((one) =>
        dependency(words(one['@Include']), words(one['@Version']) ?? words(one.Version)),
      ),
      ...includes('ProjectReference').map((one) => dependency(fileName(words(one['@Include']) ?? '', 'csproj'), null)),
    ].filter((one) => one.name !== ''),
    entryPoints: /^(?:Win)?Exe$/i.test(property('OutputType') ?? '')
      ? [{ kind: 'command', name: property('AssemblyName') ?? file, target: empty.path.replace(/^.*\//, '') }]
      : [],
  };
}

function dependency(name: string | null, version: string | null): Dependency {
  return { name: name ?? '', version: version ?? '', group: 'runtime' };
}

function fileName(path: string, ending: string): string {
  return path.replace(/^.*[\\/]/, '').replace(new RegExp(`\\.${ending}$`, 'i'), '');
}
