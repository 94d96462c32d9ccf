import type { Dependency, EntryPoint, Manifest } from './manifests.ts';

/** A Gemfile's gems by their groups; what is computed is not known. */
export function readGemfile(empty: Manifest, content: string): Manifest {
  const dependencies: Dependency[] = [];
  let development = false;
  let runtime: string | null = null;
  for (const line of withoutComments(content)) {
    const group = /^\s*group\s*\(?(.*?)\)?\s+do\b/.exec(line);
    if (group !== null) development = !/:(?:default|production)\b/.test(group[1] ?? '');
    else if (/^end\b/.test(line)) development = false;
    runtime = /^\s*ruby\s+['"]([^'"]+)['"]/.exec(line)?.[1] ?? runtime;
    const gem = /^\s*gem\s*\(?\s*['"]([^'"]+)['"](?:\s*,\s*['"]([^'"]+)['"])?(.*)$/.exec(line);
    if (gem === null) continue;
    const inGroup = /\bgroups?:\s*(?:\[[^\]]*)?:?(?:development|test)/.test(gem[3] ?? '');
    dependencies.push({
      name: gem[1] ?? '',
      version: gem[2] ?? '',
      group: development || inGroup ? 'development' : 'runtime',
    });
  }
  return { ...empty, packageManager: 'bundler', runtime: runtime === null ? null : `Ruby ${runtime}`, dependencies };
}

/** *.gemspec: what its lines assign as written texts. */
export function readGemspec(empty: Manifest, content: string): Manifest {
  const lines = withoutComments(content);
  const one = (name: string): string | null =>
    lines
      .map((line) => new RegExp(`^\\s*\\w+\\.${name}\\s*=\\s*(['"])((?:(?!\\1)[^#])*)\\1`).exec(line)?.[2])
      .find((value) => value !== undefined) ?? null;
  const name = one('name') ?? empty.path.replace(/^.*\//, '').replace(/\.gemspec$/, '');
  const ruby = one('required_ruby_version');
  const executables = lines.flatMap((line): EntryPoint[] => {
    const list = /^\s*\w+\.executables?\s*(?:<<|=)\s*(.*)$/.exec(line)?.[1] ?? '';
    const names = /^%w[[({]/.test(list)
      ? list.slice(3, -1).trim().split(/\s+/)
      : [...list.matchAll(/['"]([\w.-]+)['"]/g)].map((match) => match[1] ?? '');
    return names.filter((each) => each !== '').map((each) => ({ kind: 'command', name: each, target: each }));
  });
  return {
    ...empty,
    name,
    version: one('version'),
    description: one('summary') ?? one('description'),
    license: one('license'),
    packageManager: 'rubygems',
    runtime: ruby === null ? null : `Ruby ${ruby}`,
    dependencies: lines.flatMap((line): Dependency[] => {
      const match =
        /^\s*\w+\.add_(runtime_|development_)?dependency\s*\(?\s*['"]([^'"]+)['"]((?:\s*,\s*['"][^'"]+['"])*)/.exec(
          line,
        );
      if (match === null) return [];
      const version = [...(match[3] ?? '').matchAll(/['"]([^'"]+)['"]/g)].map((part) => part[1]).join(', ');
      return [{ name: match[2] ?? '', version, group: match[1] === 'development_' ? 'development' : 'runtime' }];
    }),
    entryPoints: executables,
  };
}

function withoutComments(content: string): string[] {
  return content.split(/\r?\n/).map((line) => line.replace(/(?:^|\s)#(?!\{).*$/, ''));
}
