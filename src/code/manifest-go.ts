import type { Dependency, EntryPoint, Manifest } from './manifests.ts';

/** go.mod: the module's path, its Go version and what it requires directly. `paths` are those below its folder. */
export function readGoMod(empty: Manifest, content: string, paths: readonly string[]): Manifest {
  const lines = content.split(/\r?\n/);
  const go = lines.map((line) => /^go\s+(\S+)/.exec(line)?.[1]).find((one) => one !== undefined);
  const name = lines.map((line) => /^module\s+"?([^\s"]+)"?/.exec(line)?.[1]).find((one) => one !== undefined) ?? null;
  return {
    ...empty,
    name,
    packageManager: 'go',
    runtime: go === undefined ? null : `Go ${go}`,
    dependencies: requirementsOf(lines),
    entryPoints: name === null ? [] : commandsOf(name, paths),
  };
}

function requirementsOf(lines: readonly string[]): Dependency[] {
  const found: Dependency[] = [];
  let inside = false;
  for (const line of lines) {
    if (/^require\s*\(/.test(line)) inside = true;
    else if (inside && /^\)/.test(line)) inside = false;
    const match = /^(require\s+)?\s*([^\s()/][^\s()]*)\s+(v\S+)(.*)$/.exec(line);
    if (match === null || !(inside || match[1] !== undefined)) continue;
    // What others need is listed too.
    if (/\/\/\s*indirect\b/.test(match[4] ?? '')) continue;
    found.push({ name: match[2] ?? '', version: match[3] ?? '', group: 'runtime' });
  }
  return found;
}

/** `main.go` at the top, and in the folders of `cmd`, by the convention of the language. */
function commandsOf(module: string, paths: readonly string[]): EntryPoint[] {
  return paths.flatMap((path): EntryPoint[] => {
    const folder = path === 'main.go' ? module : (/^(?:.*\/)?cmd\/([^/]+)\/main\.go$/.exec(path)?.[1] ?? '');
    const name = folder.replace(/\/v\d+$/, '').replace(/^.*\//, '');
    return name === '' ? [] : [{ kind: 'command', name, target: path }];
  });
}

/** Folders that go.work uses. */
export function readGoWork(content: string): string[] {
  const found: string[] = [];
  let inside = false;
  for (const line of content.split(/\r?\n/)) {
    if (/^use\s*\(/.test(line)) inside = true;
    else if (inside && /^\)/.test(line)) inside = false;
    else {
      const match = /^(use\s+)?\s*"?(\.[^\s"]*)"?/.exec(line);
      if (match !== null && (inside || match[1] !== undefined)) found.push(match[2] ?? '');
    }
  }
  return found;
}
