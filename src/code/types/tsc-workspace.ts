import { posix } from 'node:path';
import { z } from 'zod';
import { roleOf } from '../file-roles.ts';
import { readJsonc } from '../jsonc.ts';
import type { MirroredFile } from './mirror.ts';
import { type ConfigTexts, isConfigName, readConfig } from './tsc-config.ts';

const ranges = z.record(z.string(), z.string()).optional().catch(undefined);
const text = z.string().optional().catch(undefined);

const manifest = z.object({
  name: z.string(),
  version: text,
  source: text,
  types: text,
  typings: text,
  module: text,
  main: text,
  exports: z.unknown().optional(),
  dependencies: ranges,
  devDependencies: ranges,
  peerDependencies: ranges,
});

type Manifest = z.infer<typeof manifest>;

/** A package of the tree, with the folders that its builds write to and those that they read from. */
interface WorkspacePackage {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly builds: readonly { readonly from: string; readonly to: string }[];
}

/** What a build leaves below a package, in the words that nearly all of them use. */
const MADE = /^(?:dist|lib|build|out|output|esm|cjs|es|es6|es20\d\d|umd|mjs|types|typings|legacy|modern|dist[-_.]\w+)$/;
const SOURCE_ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '/index.ts', '/index.tsx', '/index.mts', '.d.ts', '/index.d.ts'];
const SCRIPT_ENDINGS = ['.js', '.jsx', '.mjs', '.cjs', '/index.js', '/index.mjs', '/index.cjs'];
const TEMPLATE = /(?:^|\/)_{0,2}templates?_{0,2}\//i;

/**
 * The tree's own packages, which its files import by name. A package's manifest leads to what a build makes of it, and
 * in a fresh checkout nothing is built: what the sources say instead is what the build would have said.
 */
export class Workspace {
  readonly #paths: ReadonlySet<string>;
  readonly #packages = new Map<string, WorkspacePackage>();
  readonly #manifests: readonly { readonly folder: string; readonly manifest: Manifest }[];
  /** Where each specifier leads that names something of these packages. */
  readonly #sources = new Map<string, { readonly path: string; readonly of: WorkspacePackage }>();

  /** `specifiers` are all that the tree's files import. */
  constructor(files: readonly MirroredFile[], specifiers: Iterable<string>) {
    this.#paths = new Set(files.map(({ path }) => path));
    const configs = new Map(files.filter(({ path }) => isConfigName(path)).map((one) => [one.path, one.text]));
    this.#manifests = files.flatMap((file) => {
      if (posix.basename(file.path) !== 'package.json') return [];
      const { data } = manifest.safeParse(readJsonc(file.text).value);
      return data === undefined ? [] : [{ folder: posix.dirname(file.path), manifest: data }];
    });
    for (const one of this.#manifests) {
      // What stands among tests or templates has the name of something that it only plays.
      if (roleOf(`${one.folder}/a.ts`) === 'test' || TEMPLATE.test(`${one.folder}/`)) continue;
      const known = this.#packages.get(one.manifest.name);
      if (known !== undefined && known.folder.length <= one.folder.length) continue;
      this.#packages.set(one.manifest.name, { ...one, builds: buildsOf(configs, one.folder) });
    }
    for (const specifier of specifiers) {
      const of = this.#packages.get(nameOf(specifier));
      const path = of === undefined ? null : this.#sourceOf(of, specifier.slice(of.manifest.name.length));
      if (of !== undefined && path !== null) this.#sources.set(specifier, { path, of });
    }
  }

  /**
   * Where a project's imports by name lead, as `paths` of its settings, with what these settings say already: it comes
   * first where it leads somewhere: also to a script, if the project reads JavaScript (`takesScripts`). A package that
   * the project wants in another version is another one.
   */
  pathsFor(
    folder: string,
    written: Readonly<Record<string, readonly string[]>>,
    takesScripts: boolean,
  ): Record<string, readonly string[]> {
    const around = this.#manifests.filter((one) => isIn(one.folder, folder));
    const found: Record<string, readonly string[]> = { ...written };
    const leads = (target: string) => this.#existing(target) !== null || (takesScripts && this.#isScript(target));
    for (const [specifier, { path, of }] of this.#sources) {
      const range = around.map((one) => rangeOf(one.manifest, of.manifest.name)).find((one) => one !== undefined);
      if (!isMet(range, of.manifest.version) || leadsSomewhere(specifier, written, leads)) continue;
      found[specifier] = [path];
    }
    return found;
  }

  #isScript(target: string): boolean {
    return ['', ...SCRIPT_ENDINGS].some(
      (ending) => /\.[cm]?jsx?$/.test(target + ending) && this.#paths.has(target + ending),
    );
  }

  #existing(target: string): string | null {
    if (this.#paths.has(target) && /\.[cm]?tsx?$/.test(target)) return target;
    const bare = target.replace(/(?:\.d)?\.[cm]?[jt]sx?$/, '');
    return SOURCE_ENDINGS.map((ending) => bare + ending).find((one) => this.#paths.has(one)) ?? null;
  }

  #sourceOf({ folder, manifest: own, builds }: WorkspacePackage, below: string): string | null {
    const targets = targetsOf(own, below);
    const guesses = below === '' ? ['src/index', 'index'] : [`src${below}`, below.slice(1)];
    for (const target of [...targets, ...guesses]) {
      const made = posix.join(folder, target);
      for (const one of [made, ...builtFrom(made, builds), ...withoutMade(folder, target)]) {
        const there = this.#existing(one);
        if (there !== null) return there;
      }
    }
    return null;
  }
}

/** Whether the settings say themselves where a specifier leads, and there is something that `leads` accepts. */
function leadsSomewhere(
  specifier: string,
  written: Readonly<Record<string, readonly string[]>>,
  leads: (target: string) => boolean,
): boolean {
  return Object.entries(written).some(([pattern, targets]) => {
    const [before = '', after] = pattern.split('*');
    if (after === undefined ? specifier !== pattern : !specifier.startsWith(before) || !specifier.endsWith(after))
      return false;
    const rest = after === undefined ? '' : specifier.slice(before.length, specifier.length - after.length);
    return targets.some((one) => leads(one.replace('*', rest)));
  });
}

/** The name of the package that a specifier begins with. */
function nameOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function isIn(folder: string, path: string): boolean {
  return folder === '.' || path === folder || path.startsWith(`${folder}/`);
}

/** The folders that the configurations of a package write to, with those that they read. */
function buildsOf(configs: ConfigTexts, folder: string): WorkspacePackage['builds'] {
  return [...configs.keys()].flatMap((path) => {
    if (posix.dirname(path) !== folder) return [];
    const options = readConfig(configs, path)?.options ?? {};
    const place = (name: string) => {
      const value = options[name];
      return typeof value === 'string' ? posix.normalize(posix.join(folder, value)).replace(/\/$/, '') : null;
    };
    const made = [place('outDir'), place('declarationDir')].flatMap((one) => one ?? []);
    const sources = [place('rootDir') ?? posix.join(folder, 'src')];
    return made.flatMap((to) => sources.map((from) => ({ from, to })));
  });
}

function builtFrom(made: string, builds: WorkspacePackage['builds']): string[] {
  return builds.flatMap(({ from, to }) => (made.startsWith(`${to}/`) ? [from + made.slice(to.length)] : []));
}

/** The places of a source by the names of the folders: `dist/esm/a.js` of `src/a`, or of `a`. */
function withoutMade(folder: string, target: string): string[] {
  const parts = posix.normalize(target).split('/');
  const found: string[] = [];
  while (parts.length > 1 && MADE.test(parts[0] ?? '')) {
    parts.shift();
    found.push(posix.join(folder, 'src', ...parts), posix.join(folder, ...parts));
  }
  return found;
}

/** What a manifest says that stands behind a name below it: `` for the package itself, `/server` for a part. */
function targetsOf(own: Manifest, below: string): string[] {
  const listed = leavesOf(exportOf(own.exports, `.${below}`));
  if (listed.length > 0 || below !== '') return listed;
  return [own.source, own.types, own.typings, own.module, own.main].flatMap((one) => one ?? []);
}

function exportOf(exports: unknown, name: string): unknown {
  const isTable = isObject(exports) && Object.keys(exports).some((key) => key.startsWith('.'));
  if (!isTable) return name === '.' ? exports : undefined;
  if (name in exports) return exports[name];
  for (const [pattern, value] of Object.entries(exports)) {
    const [before = '', after] = pattern.split('*');
    if (after === undefined || !name.startsWith(before) || !name.endsWith(after)) continue;
    const rest = name.slice(before.length, name.length - after.length);
    return leavesOf(value).map((one) => one.replaceAll('*', rest));
  }
  return undefined;
}

function leavesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return isObject(value) ? Object.values(value).flatMap(leavesOf) : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function rangeOf(own: Manifest, name: string): string | undefined {
  return own.dependencies?.[name] ?? own.devDependencies?.[name] ?? own.peerDependencies?.[name];
}

/** Whether the tree's own version may be what is asked for: of the same first number that is not zero. */
function isMet(range: string | undefined, version: string | undefined): boolean {
  const asked = range?.match(/^[\^~>=v ]*(\d+)(?:\.(\d+))?/);
  const there = version?.match(/^(\d+)(?:\.(\d+))?/);
  if (asked === undefined || asked === null || there === undefined || there === null) return true;
  if (range?.startsWith('>') === true) return Number(asked[1]) <= Number(there[1]);
  return asked[1] === there[1] && (asked[1] !== '0' || asked[2] === undefined || asked[2] === there[2]);
}
