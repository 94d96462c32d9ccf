import { posix } from 'node:path';
import { z } from 'zod';
import { readJsonc } from '../jsonc.ts';
import { globPattern } from './globs.ts';

const rules = z.record(z.string(), z.unknown()).catch({}).default({});
const globs = z
  .union([z.string().transform((one) => [one]), z.array(z.string())])
  .catch([])
  .default([]);
const settings = z.object({
  rules,
  ignorePatterns: globs,
  overrides: z
    .array(z.object({ files: globs, rules }))
    .catch([])
    .default([]),
});
const manifest = z.object({ eslintConfig: settings });

const said = z.array(z.tuple([z.string(), z.boolean()]));
/** What is said of rules: their names without the plugin's, and whether each of them is on. */
type Said = z.infer<typeof said>;

/** What a file says to oxlint or ESLint. Plain JSON. */
export const writtenSettings = z.object({
  said,
  overrides: z.array(z.object({ files: z.array(z.string()), said })),
  ignore: z.array(z.string()),
});
export type WrittenSettings = z.infer<typeof writtenSettings>;

/** The same of the files below one of the project's folders, empty for the root. */
export interface ScriptSettings extends WrittenSettings {
  readonly folder: string;
}

/** Whether a file of that name may hold settings that are data. Those that are programs are never run. */
export function isScriptSettings(path: string): boolean {
  return /(?:^|\/)(?:\.oxlintrc\.json|\.eslintrc(?:\.json)?|package\.json|\.eslintignore)$/.test(path);
}

/** Whether a file of that name is a program that makes settings for ESLint 9 and later. */
export function isFlatSettings(path: string): boolean {
  return /(?:^|\/)eslint\.config\.[cm]?[jt]s$/.test(path);
}

/** Settings in a file, as data; null when the file says nothing to a linter or cannot be read. */
export function readScriptSettings(path: string, text: string): ScriptSettings | null {
  const folder = path.includes('/') ? posix.dirname(path) : '';
  if (path.endsWith('.eslintignore')) {
    const ignore = text.split('\n').flatMap((line) => (/^\s*(?:#|$)/.test(line) ? [] : [line.trim()]));
    return { folder, said: [], overrides: [], ignore };
  }
  const { value, isWhole } = readJsonc(text);
  const found = path.endsWith('package.json') ? manifest.safeParse(value) : settings.safeParse(value);
  if (!isWhole || !found.success) return null;
  const {
    rules: all,
    ignorePatterns: ignore,
    overrides,
  } = 'rules' in found.data ? found.data : found.data.eslintConfig;
  return {
    folder,
    said: saidOf(all),
    overrides: overrides.map((one) => ({ files: one.files, said: saidOf(one.rules) })),
    ignore,
  };
}

function saidOf(all: Readonly<Record<string, unknown>>): Said {
  return Object.entries(all).map(([name, value]): [string, boolean] => {
    const level: unknown = Array.isArray(value) ? value[0] : value;
    return [baseName(name), level !== 'off' && level !== 'allow' && level !== 0];
  });
}

function baseName(rule: string): string {
  return rule.slice(rule.lastIndexOf('/') + 1);
}

/**
 * Whether a project silences a rule, by any of its names, in a file: the nearest settings that speak of it decide. A
 * rule that is off under one plugin's name and on under another's is on.
 */
export function isOff(all: readonly ScriptSettings[], path: string, names: readonly string[]): boolean {
  const wanted = new Set(names.map(baseName));
  const above = all.filter(({ folder }) => folder === '' || path.startsWith(`${folder}/`));
  if (above.some((one) => isIgnored(one, path))) return true;
  for (const one of above.toSorted((a, b) => b.folder.length - a.folder.length)) {
    const inner = innerPath(one, path);
    const overriding = one.overrides.filter(({ files }) => files.some((glob) => globPattern(glob, true).test(inner)));
    for (const said of [...overriding.map((other) => other.said).toReversed(), one.said]) {
      const levels = said.flatMap(([name, isOn]) => (wanted.has(name) ? [isOn] : []));
      if (levels.length > 0) return levels.every((isOn) => !isOn);
    }
  }
  return false;
}

function innerPath({ folder }: ScriptSettings, path: string): string {
  return folder === '' ? path : path.slice(folder.length + 1);
}

/** The last pattern that fits decides, as in a .gitignore. */
function isIgnored(one: ScriptSettings, path: string): boolean {
  const inner = innerPath(one, path);
  let ignored = false;
  for (const written of one.ignore) {
    const isNot = written.startsWith('!');
    const glob = (isNot ? written.slice(1) : written).replace(/\/$/, '');
    const anywhere = !glob.includes('/');
    if (globPattern(glob.replace(/^\//, ''), anywhere, true).test(inner)) ignored = !isNot;
  }
  return ignored;
}
