import { posix } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';
import { globPattern } from './globs.ts';
import { immutableCalls, ruffCodes } from './ruff-rules.ts';

const codes = z.array(z.string()).catch([]).default([]);
const perFile = z.record(z.string(), codes).catch({}).default({});
const target = z
  .string()
  .regex(/^py3\d{1,2}$/)
  .optional()
  .catch(undefined);

/** What is taken from a section of a project's settings; the rest says nothing about which findings are wanted. */
const section = z.object({
  ignore: codes,
  'extend-ignore': codes,
  'per-file-ignores': perFile,
  'extend-per-file-ignores': perFile,
  'dummy-variable-rgx': z.string().optional().catch(undefined),
  'flake8-bugbear': z.object({ 'extend-immutable-calls': codes }).optional().catch(undefined),
  exclude: codes,
});
const settings = section.extend({
  'target-version': target,
  builtins: codes,
  'extend-exclude': codes,
  lint: section.optional().catch(undefined),
});

const pyproject = z.object({
  tool: z.object({ ruff: settings.optional() }).optional().catch(undefined),
  project: z.object({ 'requires-python': z.string().optional() }).optional().catch(undefined),
});

/** The Python that is taken where nothing newer is asked for, and the newest that ruff knows. */
const OLDEST = 13;
const NEWEST = 14;

/** What a project says to ruff of the files below one of its folders. Plain JSON. */
export interface RuffSettings {
  /** For ruff itself. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Folder of the settings, empty for the root. */
  readonly folder: string;
  /** Codes left out by a glob of paths. ruff is not told the path here. */
  readonly perFile: readonly (readonly [glob: string, codes: readonly string[]])[];
  /** Prefixes of codes that are left out everywhere: rules of other engines that are known by such a code heed them. */
  readonly ignored: readonly string[];
  /** Globs of files that are not to be linted. */
  readonly excluded: readonly string[];
}

/** The settings of files without any of their own. */
export const defaultRuffSettings: RuffSettings = {
  options: optionsOf(null, null),
  folder: '',
  perFile: [],
  ignored: [],
  excluded: [],
};

/** Whether a file of that name may hold settings for ruff. */
export function isRuffSettings(path: string): boolean {
  return /(?:^|\/)(?:\.?ruff|pyproject)\.toml$/.test(path);
}

/** Settings in a file, as data; null when the file says nothing to ruff or cannot be read. */
export function readRuffSettings(path: string, text: string): RuffSettings | null {
  const found = tableOf(path, text);
  if (found === null) return null;
  const folder = path.includes('/') ? posix.dirname(path) : '';
  const { lint = null } = found;
  const sections = [found, ...(lint === null ? [] : [lint])];
  const perFile = sections.flatMap((one) => [
    ...Object.entries(one['per-file-ignores']),
    ...Object.entries(one['extend-per-file-ignores']),
  ]);
  return {
    options: optionsOf(found, lint),
    folder,
    perFile,
    ignored: sections.flatMap((one) => [...one.ignore, ...one['extend-ignore']]),
    excluded: [...sections.flatMap((one) => one.exclude), ...found['extend-exclude']],
  };
}

function tableOf(path: string, text: string): z.infer<typeof settings> | null {
  try {
    const parsed = parseToml(text);
    if (!path.endsWith('pyproject.toml')) return settings.parse(parsed);
    const { tool, project } = pyproject.parse(parsed);
    // Without a section for ruff it speaks for the whole tree, or for nothing.
    const own = tool?.ruff ?? (path === 'pyproject.toml' ? settings.parse({}) : null);
    const required = /^\s*(?:>=|~=|==)\s*3\.(\d+)/.exec(project?.['requires-python'] ?? '')?.[1];
    if (own === null || required === undefined) return own;
    return { ...own, 'target-version': own['target-version'] ?? `py3${required}` };
  } catch {
    return null;
  }
}

type Section = z.infer<typeof section>;

function optionsOf(top: z.infer<typeof settings> | null, lint: Section | null): Record<string, unknown> {
  const sections = [top, lint].filter((one) => one !== null);
  const ignore = sections.flatMap((one) => [...one.ignore, ...one['extend-ignore']]);
  const calls = sections.flatMap((one) => one['flake8-bugbear']?.['extend-immutable-calls'] ?? []);
  const dummy = lint?.['dummy-variable-rgx'] ?? top?.['dummy-variable-rgx'];
  // An older version would refuse newer syntax, which files of the tree may have for a reason.
  const version = Number(top?.['target-version']?.slice('py3'.length) ?? OLDEST);
  return {
    'target-version': `py3${Math.min(NEWEST, Math.max(OLDEST, version))}`,
    ...(top === null || top.builtins.length === 0 ? {} : { builtins: top.builtins }),
    lint: {
      select: ruffCodes.filter((code) => !ignore.some((prefix) => isIgnored(code, prefix))),
      ...(dummy === undefined ? {} : { 'dummy-variable-rgx': dummy }),
      'flake8-bugbear': { 'extend-immutable-calls': [...immutableCalls, ...calls] },
    },
  };
}

/** Whether a code falls under what a project leaves out: its prefix, or the prefix of a family. */
function isIgnored(code: string, prefix: string): boolean {
  return prefix === 'ALL' || (prefix !== '' && code.startsWith(prefix) && isFamily(code, prefix));
}

/** `S` is the family of S110, not of SIM102. */
function isFamily(code: string, prefix: string): boolean {
  const rest = code.slice(prefix.length);
  return /\d$/.test(prefix) || /^\d/.test(rest) || /^PL$/.test(prefix);
}

/** Whether a project leaves a code out in a file, or the whole file. */
export function isLeftOut({ folder, perFile, ignored, excluded }: RuffSettings, path: string, code: string): boolean {
  const inner = folder === '' ? path : path.slice(folder.length + 1);
  if (ignored.some((prefix) => isIgnored(code, prefix))) return true;
  if (excluded.some((glob) => globPattern(glob.replace(/\/$/, ''), !glob.includes('/'), true).test(inner))) return true;
  return perFile.some(([glob, prefixes]) => {
    if (!prefixes.some((prefix) => isIgnored(code, prefix))) return false;
    const isNot = glob.startsWith('!');
    const pattern = globPattern(isNot ? glob.slice(1) : glob);
    return (pattern.test(inner) || pattern.test(posix.basename(path))) !== isNot;
  });
}
