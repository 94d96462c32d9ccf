import { posix } from 'node:path';
import { z } from 'zod';
import { roleOf } from '../file-roles.ts';
import type { MirroredFile } from './mirror.ts';
import { VersionCatalogs } from './tsc-catalogs.ts';
import { configMatcher, isConfigName, readConfig, type TypeScriptConfig } from './tsc-config.ts';
import { DEFAULT_OPTIONS, JSDOC_OPTIONS } from './tsc-options.ts';
import { type ImportedModule, isNodeModule } from './tsc-shims.ts';
import { Workspace } from './tsc-workspace.ts';

/** Files that are checked together, and how. Every file is reported on by one project only. */
export interface TypeScriptProject {
  /** Its configuration; null for what no configuration names. */
  readonly config: string | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly files: readonly string[];
  /** Declarations that this project sees although another one reports on them. */
  readonly declarations: readonly string[];
  readonly usesNode: boolean;
  /** Names of the packages that its files are part of: they may import themselves by name. */
  readonly packages: readonly string[];
  readonly major: number | null;
  /** What the configuration extends and is not there. */
  readonly missing: readonly string[];
  /** Only what contradicts a written comment is told: the project does not ask for checked JavaScript. */
  readonly lenient: boolean;
}

const manifest = z.object({
  name: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
});

/** What a package of the tree says about itself, as far as it changes how its files are checked. */
interface Package {
  readonly folder: string;
  readonly name: string | null;
  readonly major: number | null;
  readonly nodeTypes: boolean;
}

const GLOBAL_DECLARATION = /^[ \t\uFEFF]*(?:export\s+)?declare\s+(?:global|module)\b/m;
const CHECKED = /^[ \t\uFEFF]*(?:\/\/|\/\*)\s*@ts-check\b/m;
const TYPED_COMMENT = /@(?:param|type|returns?|typedef)\s*\{/;

/**
 * Divides the files of a tree among its configurations as editors do: a file belongs to the nearest `tsconfig.json`
 * that names it, else to the nearest variant (`tsconfig.test.json`). TypeScript that nothing names is checked with
 * defaults, JavaScript only where its comments hold types.
 */
export function divideFiles(
  files: readonly MirroredFile[],
  imported: ReadonlyMap<string, ImportedModule>,
): TypeScriptProject[] {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const scripts = files.filter(({ path }) => /\.[cm]?[jt]sx?$/.test(path));
  const declaring = new Set(scripts.filter(({ text }) => GLOBAL_DECLARATION.test(text)));
  const packages = readPackages(files);
  const onNode = new Set([...imported].flatMap(([name, { files: by }]) => (isNodeModule(name) ? [...by] : [])));
  const left = new Map(scripts.filter(({ path }) => !isTransformed(path)).map((file) => [file.path, file]));
  const projects: TypeScriptProject[] = [];
  for (const config of orderedConfigs(texts)) {
    const matches = configMatcher(config);
    const named = scripts.filter(({ path }) => matches(path));
    const own = named.filter(({ path }) => left.delete(path));
    if (own.length === 0) continue;
    const isOwn = new Set(own);
    const about = packageOf(packages, config.path);
    projects.push({
      config: config.path,
      options: optionsOf(config, own),
      files: own.map(({ path }) => path),
      declarations: named
        .filter((file) => !isOwn.has(file) && (isDeclaration(file.path) || declaring.has(file)))
        .map(({ path }) => path),
      usesNode: asksForNode(config.options) || about.nodeTypes || own.some(({ path }) => onNode.has(path)),
      packages: namesAround(packages, own),
      major: about.major,
      missing: config.missing,
      lenient: false,
    });
  }
  const around = readConfig(texts, 'tsconfig.json') ?? readConfig(texts, 'jsconfig.json');
  // What a tool of the tree is tried out on says what it says on purpose, where no configuration names it.
  const others = [...left.values()].filter(({ path }) => projects.length === 0 || !FIXTURE.test(path));
  const all = [...projects, ...unconfigured(others, onNode, packages, strictnessOf(around))];
  const workspace = new Workspace(files, imported.keys());
  return all.map((project) => onSources(project, workspace));
}

const FIXTURE = /(?:^|\/)(?:__fixtures__|fixtures?|test-?fixtures|test[-_]?data)\//i;

/** What a transformation of sources reads and writes when it is tested: half of a program, with names from nowhere. */
function isTransformed(path: string): boolean {
  return /(?:^|\/)__testfixtures__\//.test(path) || (FIXTURE.test(path) && /\.(?:in|out)put\.[cm]?[jt]sx?$/.test(path));
}

const pathsOption = z.record(z.string(), z.array(z.string()));

/**
 * A project whose imports of the tree's own packages lead to their sources. An example stands on what was published.
 */
function onSources(project: TypeScriptProject, workspace: Workspace): TypeScriptProject {
  if (project.files.every((path) => roleOf(path) === 'example')) return project;
  const written = pathsOption.safeParse(project.options.paths).data ?? {};
  const folder = project.config === null ? '.' : posix.dirname(project.config);
  const takesScripts = project.options.allowJs === true || project.options.checkJs === true;
  const paths = workspace.pathsFor(folder, written, takesScripts);
  return Object.keys(paths).length === 0 ? project : { ...project, options: { ...project.options, paths } };
}

/** Where a project has no declarations of its own, to check all of them would only check those of others. */
function optionsOf({ path, options }: TypeScriptConfig, files: readonly MirroredFile[]): Record<string, unknown> {
  return {
    ...(path.endsWith('jsconfig.json') && { allowJs: true }),
    ...options,
    ...(!files.some((file) => isDeclaration(file.path)) && { skipLibCheck: true }),
  };
}

function isDeclaration(path: string): boolean {
  return /\.d\.[cm]?ts$/.test(path);
}

function asksForNode(options: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(options.types) && options.types.includes('node');
}

/** The deepest first, and in a folder the plain name first. A variant that others only stand on is no project. */
function orderedConfigs(texts: ReadonlyMap<string, string>): TypeScriptConfig[] {
  const configs = [...texts.keys()].filter(isConfigName).flatMap((path) => readConfig(texts, path) ?? []);
  const bases = new Set(configs.flatMap(({ bases: list }) => list));
  const plain = ({ path }: TypeScriptConfig) => /(?:^|\/)(?:ts|js)config\.json$/.test(path);
  // Of two plain ones in a folder, the first is that of all scripts there.
  const named = ({ path }: TypeScriptConfig) => Number(path.endsWith('jsconfig.json'));
  const depth = ({ path }: TypeScriptConfig) => path.split('/').length;
  return configs
    .filter((one) => plain(one) || !bases.has(one.path) || one.include !== null || one.files !== null)
    .sort(
      (a, b) =>
        depth(b) - depth(a) || Number(plain(b)) - Number(plain(a)) || named(a) - named(b) || (a.path < b.path ? -1 : 1),
    );
}

function unconfigured(
  files: readonly MirroredFile[],
  onNode: ReadonlySet<string>,
  packages: readonly Package[],
  strictness: Readonly<Record<string, unknown>>,
): TypeScriptProject[] {
  const isTypeScript = ({ path }: MirroredFile) => /\.[cm]?tsx?$/.test(path);
  const isChecked = (file: MirroredFile) => !isTypeScript(file) && CHECKED.test(file.text.slice(0, 2_000));
  const isTyped = (file: MirroredFile) => !isTypeScript(file) && !isChecked(file) && TYPED_COMMENT.test(file.text);
  const rest = { config: null, declarations: [], major: null, missing: [] };
  const declarations = files.filter((file) => isDeclaration(file.path)).map(({ path }) => path);
  const groups = [
    { own: files.filter(isTypeScript), options: { ...DEFAULT_OPTIONS, ...strictness }, lenient: false },
    {
      own: files.filter(isChecked),
      options: { ...DEFAULT_OPTIONS, ...strictness, allowJs: true, checkJs: true },
      lenient: false,
    },
    { own: files.filter(isTyped), options: JSDOC_OPTIONS, lenient: true },
  ];
  return groups
    .filter(({ own }) => own.length > 0)
    .map(({ own, options, lenient }) => ({
      ...rest,
      options,
      lenient,
      declarations: own.some(isTypeScript) ? [] : declarations,
      packages: namesAround(packages, own),
      files: own.map(({ path }) => path),
      usesNode: own.some(({ path }) => onNode.has(path)) || packages.some(({ nodeTypes }) => nodeTypes),
    }));
}

/**
 * How strict the settings of the root are: JavaScript that asks to be checked and that they do not name is no stricter.
 */
function strictnessOf(config: TypeScriptConfig | null): Readonly<Record<string, unknown>> {
  if (config === null || config.missing.length > 0) return {};
  const written = Object.entries(config.options).filter(([name]) => /^(?:strict|noImplicit|useUnknown)/.test(name));
  return { strict: false, ...Object.fromEntries(written) };
}

function readPackages(files: readonly MirroredFile[]): Package[] {
  const found: Package[] = [];
  const catalogs = new VersionCatalogs(files);
  for (const { path, text } of files) {
    if (posix.basename(path) !== 'package.json') continue;
    const parsed = manifest.safeParse(jsonOf(text));
    if (!parsed.success) continue;
    const dependencies = { ...parsed.data.dependencies, ...parsed.data.devDependencies };
    const asked = catalogs.rangeOf(posix.dirname(path), 'typescript', dependencies.typescript ?? '');
    const major = /\d+/.exec(asked)?.[0];
    found.push({
      folder: posix.dirname(path),
      name: parsed.data.name ?? null,
      major: major === undefined ? null : Number(major),
      nodeTypes: '@types/node' in dependencies,
    });
  }
  return found.sort((a, b) => b.folder.length - a.folder.length);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What the packages around a file say; the nearest that says something wins. */
function packageOf(packages: readonly Package[], path: string): Pick<Package, 'major' | 'nodeTypes'> {
  const around = packages.filter(({ folder }) => isIn(folder, path));
  return {
    major: around.find(({ major }) => major !== null)?.major ?? null,
    nodeTypes: around.some(({ nodeTypes }) => nodeTypes),
  };
}

function namesAround(packages: readonly Package[], files: readonly MirroredFile[]): string[] {
  return packages.flatMap(({ name, folder }) =>
    name !== null && files.some(({ path }) => isIn(folder, path)) ? [name] : [],
  );
}

function isIn(folder: string, path: string): boolean {
  return folder === '.' || path.startsWith(`${folder}/`);
}
