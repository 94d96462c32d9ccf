import { posix } from 'node:path';
import { z } from 'zod';
import { onePer } from '../../platform/one-per.ts';
import { readJsonc } from '../jsonc.ts';

const patterns = z.array(z.string()).max(10_000);

const configFile = z.object({
  extends: z.union([z.string(), z.array(z.string())]).optional(),
  compilerOptions: z.record(z.string(), z.unknown()).optional(),
  include: patterns.optional(),
  exclude: patterns.optional(),
  files: patterns.optional(),
});

/** A configuration of the analysed project with everything it extends in the tree. Paths are relative to the root. */
export interface TypeScriptConfig {
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly include: readonly string[] | null;
  readonly exclude: readonly string[] | null;
  readonly files: readonly string[] | null;
  /** Configurations of the tree that it stands on. */
  readonly bases: readonly string[];
  /** What it extends and is not there: a package that is not installed. */
  readonly missing: readonly string[];
}

type Settings = Omit<TypeScriptConfig, 'path'>;

/** Texts of the configuration files, by path. */
export type ConfigTexts = ReadonlyMap<string, string>;

/** Whether a file is a configuration that the compiler is run with. */
export function isConfigName(path: string): boolean {
  return /(?:^|\/)(?:tsconfig(?:\.[\w.-]+)?|jsconfig)\.json$/.test(path);
}

/**
 * Reads a configuration and what it extends. Null when it is no configuration at all. What it extends outside of the
 * tree is named in `missing`; a circle ends where it closes.
 */
export function readConfig(texts: ConfigTexts, path: string, above: readonly string[] = []): TypeScriptConfig | null {
  const text = texts.get(path);
  if (text === undefined || above.includes(path) || above.length > 20) return null;
  const parsed = configFile.safeParse(readJsonc(text).value);
  if (!parsed.success) return null;
  const own = parsed.data;
  const folder = posix.dirname(path);
  let merged: Settings = { options: {}, include: null, exclude: null, files: null, bases: [], missing: [] };
  for (const written of [own.extends ?? []].flat()) {
    const base = baseOf(texts, folder, written, [...above, path]);
    merged =
      base === null
        ? { ...merged, include: namesOfMade(folder, written) ?? merged.include, missing: [...merged.missing, written] }
        : mergeConfigs(merged, { ...base, bases: [...base.bases, base.path] });
  }
  const rebased = (list: readonly string[] | undefined) => list?.map((one) => rebase(folder, one)) ?? null;
  return {
    path,
    ...mergeConfigs(merged, {
      options: rebaseOptions(folder, own.compilerOptions ?? {}),
      include: rebased(own.include),
      exclude: rebased(own.exclude),
      files: rebased(own.files),
      bases: [],
      missing: [],
    }),
  };
}

/** What the base names that SvelteKit makes: a script beside it is the affair of no settings. */
const OF_KIT = ['vite.config.js', 'vite.config.ts', 'src', 'test', 'tests'];

/** What a base would name that a tool makes and the tree does not hold; null for all that there is. */
function namesOfMade(folder: string, written: string): readonly string[] | null {
  if (!/^(?:\.{1,2}\/)+\.svelte-kit\/tsconfig(?:\.json)?$/.test(written)) return null;
  const home = posix.join(folder, posix.dirname(posix.dirname(written)));
  return OF_KIT.map((one) => posix.join(home, one));
}

function mergeConfigs(below: Settings, above: Settings): Settings {
  return {
    options: { ...below.options, ...above.options },
    include: above.include ?? (above.files === null ? below.include : null),
    exclude: above.exclude ?? below.exclude,
    files: above.files ?? below.files,
    bases: [...below.bases, ...above.bases],
    missing: [...below.missing, ...above.missing],
  };
}

const manifest = z.object({ name: z.string() });

/** Folders of the packages of a tree, by their names. */
const packageFolders = onePer((texts: ConfigTexts): ReadonlyMap<string, string> => {
  const manifests = [...texts].filter(([path]) => posix.basename(path) === 'package.json');
  return new Map(
    manifests.flatMap(([path, text]) => {
      const parsed = manifest.safeParse(readJsonc(text).value);
      return parsed.success ? [[parsed.data.name, posix.dirname(path)] as const] : [];
    }),
  );
});

/** What a configuration means by a base: a path, or a file of a package of the tree. Null for another package's. */
function targetOf(texts: ConfigTexts, folder: string, written: string): string | null {
  if (written.startsWith('.')) return posix.normalize(posix.join(folder, written));
  const [, name = '', rest = ''] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(written) ?? [];
  const home = packageFolders(texts).get(name);
  return home === undefined ? null : posix.join(home, rest);
}

function baseOf(texts: ConfigTexts, folder: string, written: string, above: readonly string[]) {
  const target = targetOf(texts, folder, written);
  if (target === null) return null;
  const path = [target, `${target}.json`, `${target}/tsconfig.json`].find((one) => texts.has(one));
  return path === undefined ? null : readConfig(texts, path, above);
}

function rebase(folder: string, written: string): string {
  return posix.normalize(posix.join(folder, written.replace(/^\$\{configDir\}\//, '')));
}

const pathsOption = z.record(z.string(), z.array(z.string()));
const listOption = z.array(z.string());

/** Options that name places, with the places relative to the root; `baseUrl` becomes what it means for `paths`. */
function rebaseOptions(folder: string, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { baseUrl, paths, rootDirs, typeRoots, ...rest } = options;
  const base = typeof baseUrl === 'string' ? rebase(folder, baseUrl) : folder;
  const written = pathsOption.safeParse(paths).data ?? {};
  const rebased = Object.entries(written).map(([name, targets]) => [name, targets.map((one) => rebase(base, one))]);
  // Before version 6, a base folder was where every name was looked for.
  if (typeof baseUrl === 'string' && !('*' in written)) rebased.push(['*', [rebase(base, '*')]]);
  const folders = (value: unknown) => listOption.safeParse(value).data?.map((one) => rebase(folder, one));
  return {
    ...rest,
    ...(rebased.length === 0 ? {} : { paths: Object.fromEntries(rebased) }),
    ...(rootDirs === undefined ? {} : { rootDirs: folders(rootDirs) }),
    ...(typeRoots === undefined ? {} : { typeRoots: folders(typeRoots) }),
  };
}

/** Says which of the tree's files a configuration names, by the compiler's own rules for its patterns. */
export function configMatcher(config: TypeScriptConfig): (path: string) => boolean {
  const folder = posix.dirname(config.path);
  const include = (config.include ?? (config.files === null ? [rebase(folder, '**/*')] : [])).map(includePattern);
  const exclude = (config.exclude ?? defaultExclude(config, folder)).map((one) => globPattern(one, '(?:/.*)?$', false));
  const files = new Set(config.files ?? []);
  const { allowJs, checkJs } = config.options;
  const takesJavaScript = allowJs === true || checkJs === true || config.path.endsWith('jsconfig.json');
  return (path) => {
    if (files.has(path)) return true;
    if (!(takesJavaScript ? /\.[cm]?[jt]sx?$/ : /\.[cm]?tsx?$/).test(path)) return false;
    return include.some((one) => one.test(path)) && !exclude.some((one) => one.test(path));
  };
}

function defaultExclude(config: TypeScriptConfig, folder: string): string[] {
  const { outDir, declarationDir } = config.options;
  const places = [outDir, declarationDir].flatMap((one) => (typeof one === 'string' ? [rebase(folder, one)] : []));
  return places.filter((place) => place !== folder && place !== '.');
}

function includePattern(pattern: string): RegExp {
  const last = posix.basename(pattern);
  if (pattern === '.') return globPattern('**/*', '$', true);
  return globPattern(/[*?.]/.test(last) ? pattern : `${pattern}/**/*`, '$', true);
}

/** `**` takes folders, `*` and `?` take no slash; what starts with a dot is only taken by a pattern that says so. */
function globPattern(pattern: string, end: string, visibleOnly: boolean): RegExp {
  const visible = visibleOnly ? '(?!\\.)' : '';
  const segments = pattern.replace(/\/+$/, '').split('/');
  const source = segments.map((segment, index) => {
    const last = index === segments.length - 1;
    if (segment === '**') return last ? '.*' : `(?:${visible}[^/]+/)*`;
    const written = segment
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '[^/]*')
      .replaceAll('?', '[^/]');
    return (/^[*?]/.test(segment) ? visible : '') + written + (last ? '' : '/');
  });
  return new RegExp(`^${source.join('')}${end}`);
}
