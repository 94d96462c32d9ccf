import type { Dependency, Manifest } from '../../code/manifests.ts';
import { code, counted, table } from './markdown.ts';
import type { ProjectModel } from './project-model.ts';

/** Manifests in the root: they speak for the whole project. */
export function rootManifests(model: ProjectModel): Manifest[] {
  return model.manifests.filter((manifest) => !manifest.path.includes('/') && manifest.problem === null);
}

/** How to install what the project needs, each command with the file that calls for it. */
export function setUpCommands(model: ProjectModel): { command: string; because: string }[] {
  const locks = new Set(model.skips.filter((skip) => skip.detail === 'a lock file').map((skip) => skip.path));
  const kinds = new Map(rootManifests(model).map((manifest) => [manifest.kind, manifest]));
  const found: { command: string; because: string }[] = [];
  const add = (command: string, because: string): void => void found.push({ command, because });
  if (kinds.has('package.json')) {
    const declared = kinds.get('package.json')?.packageManager?.split('@')[0];
    const byLock = NODE_LOCKS.find(([lock]) => locks.has(lock));
    if (byLock !== undefined) add(byLock[1], byLock[0]);
    else if (declared !== undefined && /^(?:npm|pnpm|yarn|bun)$/.test(declared))
      add(`${declared} install`, 'package.json');
    else add('npm install', 'package.json');
  }
  const pythonLock = PYTHON_LOCKS.find(([lock]) => locks.has(lock));
  if (pythonLock !== undefined) add(pythonLock[1], pythonLock[0]);
  else if (kinds.get('pyproject.toml')?.name != null) add('pip install -e .', 'pyproject.toml');
  else if (kinds.get('setup.cfg')?.name != null) add('pip install -e .', 'setup.cfg');
  else if (kinds.has('setup.py')) add('pip install -e .', 'setup.py');
  if (pythonLock === undefined) {
    for (const manifest of rootManifests(model)) {
      if (manifest.kind === 'requirements.txt') add(`pip install -r ${manifest.path}`, manifest.path);
    }
  }
  return found;
}

const NODE_LOCKS = [
  ['package-lock.json', 'npm ci'],
  ['pnpm-lock.yaml', 'pnpm install --frozen-lockfile'],
  ['yarn.lock', 'yarn install'],
  ['bun.lock', 'bun install'],
  ['bun.lockb', 'bun install'],
] as const;

const PYTHON_LOCKS = [
  ['uv.lock', 'uv sync'],
  ['poetry.lock', 'poetry install'],
  ['pdm.lock', 'pdm install'],
] as const;

/** How a script of a manifest is started. */
export function scriptCommand(model: ProjectModel, manifest: Manifest, name: string): string {
  if (manifest.kind === 'Makefile') return `make ${name}`;
  const install = setUpCommands(model)[0]?.command ?? '';
  const runner = /^(npm|pnpm|yarn|bun)\b/.exec(install)?.[1] ?? 'npm';
  if (runner === 'npm' && (name === 'test' || name === 'start')) return `npm ${name}`;
  return `${runner} run ${name}`;
}

/** Scripts of the root's manifests as a table; empty when there are none. */
export function scriptTable(model: ProjectModel): string {
  const rows = rootManifests(model).flatMap((manifest) =>
    manifest.scripts
      .filter((script) => !isHook(manifest, script.name))
      .map((script) => [code(scriptCommand(model, manifest, script.name)), code(shown(script.command))]),
  );
  return table(['Command', 'Runs'], rows);
}

/** `pretest` beside `test` runs by itself: nobody starts it. */
function isHook(manifest: Manifest, name: string): boolean {
  const hooked = manifest.kind === 'package.json' ? /^(?:pre|post)(.+)$/.exec(name)?.[1] : undefined;
  return hooked !== undefined && manifest.scripts.some((script) => script.name === hooked);
}

function shown(command: string): string {
  return command.length > 160 ? `${command.slice(0, 159)}…` : command;
}

/** Entry points of the root's manifests as rows. */
export function entryPointRows(model: ProjectModel): string[][] {
  return rootManifests(model).flatMap((manifest) =>
    manifest.entryPoints
      .slice(0, 60)
      .map((entry) => [ENTRY_WORDS[entry.kind], code(entry.name), code(entry.target), code(manifest.path)]),
  );
}

const ENTRY_WORDS = {
  main: 'Main module',
  module: 'ES module',
  types: 'Types',
  browser: 'Browser module',
  export: 'Export',
  command: 'Command',
} as const;

/** Dependencies of one group in the root's manifests, each once. */
export function dependenciesOf(model: ProjectModel, group: Dependency['group']): Dependency[] {
  const found = new Map<string, Dependency>();
  for (const manifest of rootManifests(model)) {
    for (const dependency of manifest.dependencies) {
      if (dependency.group === group && !found.has(dependency.name)) found.set(dependency.name, dependency);
    }
  }
  return [...found.values()];
}

/** "3 tests, 1 example" for the parsed files that are not part of the API; empty when there are none. */
export function otherFilesText(model: ProjectModel): string {
  const { test, example, tooling } = model.otherFiles;
  return [
    test > 0 ? counted(test, 'test file') : '',
    example > 0 ? counted(example, 'example or documentation file') : '',
    tooling > 0 ? counted(tooling, 'tooling file') : '',
  ]
    .filter((text) => text !== '')
    .join(', ');
}
