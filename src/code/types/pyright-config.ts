import { posix } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';
import { roleOf } from '../file-roles.ts';
import { readJsonc } from '../jsonc.ts';
import { mypyFolders } from './python-checked.ts';

/** Settings for pyright out of a project's own, and what of them could not be kept. */
export interface PyrightSettings {
  readonly config: Readonly<Record<string, unknown>>;
  readonly problems: readonly string[];
}

const settings = z.record(z.string(), z.unknown());
const pyproject = z.object({ tool: z.object({ pyright: settings.optional() }).optional() });
const environments = z.array(settings);
const paths = z.array(z.string());

/** Rules and switches: they change what is told, never what is read or run. */
const SWITCH =
  /^(?:report[A-Z]\w*|strict\w+Inference|enable\w+|disableBytesTypePromotions|deprecateTypingAliases|analyzeUnannotatedFunctions|typeCheckingMode|pythonVersion|pythonPlatform|defineConstant)$/;
const PATH_LISTS = ['include', 'exclude', 'ignore', 'strict', 'extraPaths'];
/** Settings that lead to an interpreter or to a configuration elsewhere. */
const UNSAFE = ['venv', 'venvPath', 'pythonPath', 'typeshedPath', 'extends', 'baselineFile'];

/** The newest version this pyright knows declarations for: what is used where a project names none. */
export const DEFAULT_PYTHON = '3.14';

/**
 * Reads `pyrightconfig.json`, else `[tool.pyright]` of `pyproject.toml`, from the root of a tree. What names an
 * interpreter or leads out of the tree is dropped; `emptyEnvironment` (a folder and a name in it) takes the place of an
 * installed one, so that no interpreter of this machine is asked.
 */
export function pyrightSettings(
  texts: ReadonlyMap<string, string>,
  emptyEnvironment: { readonly venvPath: string; readonly venv: string },
): PyrightSettings {
  const problems: string[] = [];
  const own = ownSettings(texts, problems);
  const dropped = UNSAFE.filter((name) => name in own);
  if (dropped.length > 0) problems.push(`Settings that lead out of the tree are not used: ${dropped.join(', ')}.`);
  if (own.typeCheckingMode === 'off') problems.push('The project has turned type checking off.');
  const { executionEnvironments, extraPaths, ...others } = own;
  const roots = sourceRoots(texts.keys());
  const looked = [...new Set([...(paths.safeParse(extraPaths).data ?? []), ...mypyFolders(texts), ...roots])];
  const places = environments.safeParse(executionEnvironments).data?.map(safeSettings);
  return {
    config: {
      typeCheckingMode: 'basic',
      // Of the next stricter mode: they break callers that know the base class only, and at run time. A project that
      // has chosen a mode has decided on them.
      ...(!('typeCheckingMode' in own) && { reportIncompatibleMethodOverride: 'error' }),
      reportPossiblyUnboundVariable: 'warning',
      pythonVersion: DEFAULT_PYTHON,
      // Each platform's names are known: what is guarded by a look at the platform is no error.
      pythonPlatform: 'All',
      ...safeSettings({ ...others, ...(looked.length > 0 && { extraPaths: looked }) }),
      ...(places === undefined ? {} : { executionEnvironments: places }),
      ...emptyEnvironment,
      useLibraryCodeForTypes: false,
    },
    problems,
  };
}

/** How many source folders are looked through for a module: each one costs a look at the disk for every import. */
const MOST_ROOTS = 50;

/**
 * Folders below the root from which the packages of a tree are imported: `src` folders, and those with a manifest
 * beside a package. A folder of the root may share its name with a package that lies deeper, as `cert/src/cert` does.
 */
function sourceRoots(files: Iterable<string>): string[] {
  const known = [...files].filter((path) => /(?:\.pyi?|(?:^|\/)pyproject\.toml)$/.test(path));
  const present = new Set(known);
  const found = new Set<string>();
  for (const path of known) {
    const folder = posix.dirname(path);
    const above = posix.dirname(folder);
    const hasManifest = present.has(`${above}/setup.py`) || present.has(`${above}/pyproject.toml`);
    if (posix.basename(path) === '__init__.py' && hasManifest) found.add(above);
    if (isOnlyModule(path, present)) found.add(folder);
    const source = /^(.+\/src)\//.exec(path)?.[1];
    if (source !== undefined) found.add(source);
  }
  // A project that tests run on may have a file of the name of a package that the program needs.
  const roots = [...found].filter(
    (one) => one !== '.' && one !== 'src' && !present.has(`${one}/__init__.py`) && roleOf(`${one}/setup.py`) !== 'test',
  );
  return roots.sort().slice(0, MOST_ROOTS);
}

/** Whether a file is the module that a project bears the name of, as the declarations of an extension in Rust are. */
function isOnlyModule(path: string, present: ReadonlySet<string>): boolean {
  const { dir, name } = posix.parse(path);
  const isNamed = name === posix.basename(dir).replaceAll('-', '_') && /\.pyi?$/.test(path);
  return isNamed && (present.has(`${dir}/setup.py`) || present.has(`${dir}/pyproject.toml`));
}

function ownSettings(texts: ReadonlyMap<string, string>, problems: string[]): Record<string, unknown> {
  const json = texts.get('pyrightconfig.json');
  if (json !== undefined) return settings.safeParse(readJsonc(json).value).data ?? {};
  const toml = texts.get('pyproject.toml');
  if (toml === undefined) return {};
  try {
    return pyproject.parse(parseToml(toml)).tool?.pyright ?? {};
  } catch {
    problems.push('pyproject.toml does not parse, so its settings are not used.');
    return {};
  }
}

function safeSettings(own: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(own)
    .filter(([name]) => SWITCH.test(name))
    // What the strict mode adds is about habits, and about what is not installed.
    .map(([name, value]) => [name, name === 'typeCheckingMode' && value === 'strict' ? 'standard' : value]);
  const lists = PATH_LISTS.flatMap((name): [string, string[]][] => {
    const list = paths.safeParse(own[name]).data?.filter(staysInside);
    return list === undefined || (name === 'include' && list.length === 0) ? [] : [[name, list]];
  });
  const single = ['stubPath', 'root'].flatMap((name): [string, string][] => {
    const value = own[name];
    return typeof value === 'string' && staysInside(value) ? [[name, value]] : [];
  });
  return Object.fromEntries([...kept, ...lists, ...single]);
}

function staysInside(path: string): boolean {
  return !posix.isAbsolute(path) && !/^[A-Za-z]:|[$~]|^\\/.test(path) && !posix.normalize(path).startsWith('..');
}
