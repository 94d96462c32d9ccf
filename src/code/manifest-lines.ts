import { requirement } from './manifest-python.ts';
import type { Dependency, Manifest, Script } from './manifests.ts';

/** setup.cfg: the metadata, requirements and console scripts of its sections. */
export function readSetupCfg(empty: Manifest, content: string): Manifest {
  const values = readIni(content);
  const list = (key: string): string[] =>
    (values.get(key) ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
  const one = (key: string): string | null => {
    const value = (values.get(key) ?? '').trim();
    // `attr:` and `file:` name where the value is; they are not the value.
    return value === '' || /^(?:attr|file):/.test(value) ? null : value;
  };
  const python = one('options.python_requires');
  return {
    ...empty,
    name: one('metadata.name'),
    version: one('metadata.version'),
    description: one('metadata.description'),
    license: one('metadata.license'),
    runtime: python === null ? null : `Python ${python}`,
    dependencies: list('options.install_requires').map((line) => requirement(line, 'runtime')),
    entryPoints: list('options.entry_points.console_scripts').flatMap((line) => {
      const [name, target] = line.split('=').map((part) => part.trim());
      return name === undefined || target === undefined ? [] : [{ kind: 'command' as const, name, target }];
    }),
  };
}

/** `section.key` to value; an indented line goes on with the value before it. */
function readIni(content: string): Map<string, string> {
  const values = new Map<string, string>();
  let section = '';
  let key = '';
  for (const line of content.split(/\r?\n/)) {
    const header = /^\[([^\]]+)\]/.exec(line);
    const pair = /^([\w.-]+)\s*[=:]\s*(.*)$/.exec(line);
    if (header !== null) section = (header[1] ?? '').trim();
    else if (/^\s+\S/.test(line) && key !== '') values.set(key, `${values.get(key) ?? ''}\n${line.trim()}`);
    else if (pair !== null) {
      key = `${section}.${pair[1] ?? ''}`;
      values.set(key, pair[2] ?? '');
    }
  }
  return values;
}

/** requirements*.txt: one requirement a line; options and links to other files are left out. */
export function readRequirements(empty: Manifest, content: string): Manifest {
  const development = /dev|test|doc|lint|typing/i.test(empty.path.slice(empty.path.lastIndexOf('/') + 1));
  const dependencies: Dependency[] = content
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(/(?:^|\s)#.*$/, '')
        .replace(/\s--hash=.*$|\\$/, '')
        .trim(),
    )
    .filter((line) => /^[A-Za-z0-9]/.test(line) && !line.includes('://'))
    .map((line) => requirement(line, development ? 'development' : 'runtime'));
  return { ...empty, dependencies };
}

/** Makefile: its named targets with their recipes, one command a line. */
export function readMakefile(empty: Manifest, content: string): Manifest {
  const scripts = new Map<string, Script>();
  const lines = content.split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const match = /^([A-Za-z0-9][\w./-]*)\s*:(?![=:])/.exec(line);
    const name = match?.[1];
    if (name === undefined || scripts.has(name)) continue;
    scripts.set(name, { name, command: recipeAfter(lines, index) });
  }
  return { ...empty, scripts: [...scripts.values()] };
}

/** The commands under a target; a line that ends with a backslash goes on with the next. */
function recipeAfter(lines: readonly string[], target: number): string {
  const commands: string[] = [];
  let goesOn = false;
  for (const line of lines.slice(target + 1)) {
    if (/^\s*(?:#.*)?$/.test(line) && !goesOn) continue;
    if (!line.startsWith('\t')) break;
    const text = line.trim().replace(/\\$/, '').trim();
    if (goesOn) commands.push(`${commands.pop() ?? ''} ${text}`);
    else commands.push(text.replace(/^[@+-]+\s*/, ''));
    goesOn = line.endsWith('\\');
  }
  return commands.join('\n');
}
