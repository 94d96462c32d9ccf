import type { Dependency, Manifest, Script } from '../../code/manifests.ts';
import { code, counted, filledTable } from '../../code/markdown/markdown.ts';
import type { ProjectModel } from './project-model.ts';

/** Manifests in the root: they speak for the whole project. */
export function rootManifests(model: ProjectModel): Manifest[] {
  return model.manifests.filter((manifest) => !manifest.path.includes('/') && manifest.problem === null);
}

/** How to install what the project needs, each command with the file that calls for it. */
export function setUpCommands(model: ProjectModel): { command: string; because: string }[] {
  const locks = lockFiles(model);
  const kinds = new Map<string, Manifest>(rootManifests(model).map((manifest) => [manifest.kind, manifest]));
  const found: { command: string; because: string }[] = [];
  const add = (command: string, because: string): void => void found.push({ command, because });
  if (kinds.has('package.json')) {
    const manager = nodeManager(model);
    const lock = NODE_LOCKS.find(([name]) => locks.has(name));
    add(lock === undefined ? `${manager} install` : lock[1], lock === undefined ? 'package.json' : lock[0]);
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
  for (const [kind, command] of BUILDS) if (kinds.has(kind)) add(command, kinds.get(kind)?.path ?? kind);
  return found;
}

/** What fetches the dependencies and builds, where a manifest of that kind is in the root. */
const BUILDS: readonly (readonly [string, string])[] = [
  ['go.mod', 'go build ./...'],
  ['Cargo.toml', 'cargo build'],
  ['composer.json', 'composer install'],
  ['Gemfile', 'bundle install'],
  ['pom.xml', 'mvn package'],
];

function lockFiles(model: ProjectModel): ReadonlySet<string> {
  return new Set(model.skips.filter((skip) => skip.detail === 'a lock file').map((skip) => skip.path));
}

/** The package manager that the project is made with: by its lock file, else as its manifest says. */
function nodeManager(model: ProjectModel): string {
  const locks = lockFiles(model);
  const byLock = NODE_LOCKS.find(([lock]) => locks.has(lock))?.[1].split(' ')[0];
  const [declared = ''] = rootManifests(model)
    .filter((manifest) => manifest.kind === 'package.json')
    .map((manifest) => manifest.packageManager?.split('@')[0] ?? '');
  return byLock ?? (/^(?:npm|pnpm|yarn|bun)$/.test(declared) ? declared : 'npm');
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

/**
 * The command by which others install a package; null for one that is not for others: private, without a name or a
 * version, or without anything that could be imported or run.
 */
export function installCommand(model: ProjectModel, manifest: Manifest): string | null {
  const { name } = manifest;
  const kind: string = manifest.kind;
  if (name === null || manifest.private) return null;
  switch (kind) {
    case 'package.json': {
      if (manifest.version === null || manifest.entryPoints.length === 0) return null;
      const manager = nodeManager(model);
      const isProgram = manifest.entryPoints.every((entry) => entry.kind === 'command');
      if (isProgram && manager === 'npm') return `npm install --global ${name}`;
      return `${manager} ${manager === 'npm' ? 'install' : 'add'} ${name}`;
    }
    case 'pyproject.toml':
    case 'setup.cfg':
    case 'setup.py':
      return `pip install ${name}`;
    case 'go.mod':
      return goInstall(manifest, name);
    case 'Cargo.toml':
      return `cargo ${manifest.entryPoints.some((entry) => entry.kind === 'module') ? 'add' : 'install'} ${name}`;
    case 'gemspec':
      return `gem install ${name}`;
    case 'composer.json':
      return `composer require ${name}`;
    case 'csproj':
      return manifest.description === null ? null : `dotnet add package ${name}`;
    default:
      return null;
  }
}

/** A module with one command is installed by it, any other is a library to get. */
function goInstall({ entryPoints }: Manifest, name: string): string {
  const [command, ...more] = entryPoints.filter((entry) => entry.kind === 'command');
  if (command === undefined || more.length > 0) return `go get ${name}`;
  const folder = command.target.replace(/\/?[^/]*$/, '');
  return `go install ${folder === '' ? name : `${name}/${folder}`}@latest`;
}

/** How a script of a manifest is started. */
export function scriptCommand(model: ProjectModel, manifest: Manifest, name: string): string {
  const kind: string = manifest.kind;
  if (kind === 'Makefile') return `make ${name}`;
  if (kind === 'composer.json') return `composer run ${name}`;
  const runner = nodeManager(model);
  if (name === 'test' || (name === 'start' && runner !== 'bun'))
    return runner === 'bun' ? 'bun run test' : `${runner} ${name}`;
  return `${runner} run ${name}`;
}

/** Scripts that most people who work on a project need, by their names. */
const MAIN_SCRIPT =
  /^(?:start|dev|develop|serve|build|compile|test|tests|check|lint|typecheck|type-check|types|format|fmt|demo|docs)$/;

/** Scripts of the root's manifests as a table; empty when there are none. `main` keeps those for everyday work. */
export function scriptTable(model: ProjectModel, which: 'main' | 'all'): string {
  const rows = rootManifests(model).flatMap((manifest) =>
    manifest.scripts
      .filter((script) => !isHook(manifest, script.name) && (which === 'all' || MAIN_SCRIPT.test(script.name)))
      .map((script) => [code(scriptCommand(model, manifest, script.name)), code(shown(script))]),
  );
  return filledTable(['Command', 'Runs'], rows);
}

const LIFE_CYCLE =
  /^(?:(?:pre|post)?(?:install|prepare|publish|publishOnly|pack|version|uninstall)|prepublishOnly|dependencies)$/;

/** `pretest` beside `test`, and what the package manager starts by itself: nobody types it. */
function isHook(manifest: Manifest, name: string): boolean {
  if (manifest.kind !== 'package.json') return false;
  if (LIFE_CYCLE.test(name)) return true;
  const hooked = /^(?:pre|post)(.+)$/.exec(name)?.[1];
  return hooked !== undefined && manifest.scripts.some((script) => script.name === hooked);
}

/** What a script runs, on one line: the commands of a recipe one after the other. */
function shown({ command }: Script): string {
  // What a recipe only says is nothing that it runs.
  const line = command
    .split('\n')
    .filter((one) => !/^(?:\$\((?:info|warning)\b|echo\b)/.test(one))
    .join('; ');
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

/** Entry points of the root's manifests as rows. */
export function entryPointRows(model: ProjectModel): string[][] {
  return rootManifests(model).flatMap((manifest) =>
    manifest.entryPoints
      .slice(0, 60)
      .map((entry) => [entryWord(manifest, entry.kind), code(entry.name), code(entry.target), code(manifest.path)]),
  );
}

function entryWord({ kind }: Manifest, entry: keyof typeof ENTRY_WORDS): string {
  if (entry !== 'module' || kind === 'package.json') return ENTRY_WORDS[entry];
  return kind === 'composer.json' ? 'Namespace' : 'Library';
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
  const manifests = rootManifests(model);
  // Beside a manifest that says what the project needs, a list of requirements is for those who work on it.
  const isDeclared = manifests.some(
    (one) => /^(?:pyproject\.toml|setup\.(?:py|cfg))$/.test(one.kind) && one.name !== null,
  );
  const isGem = manifests.some((one) => one.kind === 'gemspec');
  for (const manifest of manifests) {
    const isForWork = (isDeclared && manifest.kind === 'requirements.txt') || (isGem && manifest.kind === 'Gemfile');
    for (const dependency of manifest.dependencies) {
      const theirs = isForWork ? 'development' : dependency.group;
      if (theirs === group && !found.has(dependency.name)) found.set(dependency.name, dependency);
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
