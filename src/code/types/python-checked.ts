import { posix } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';

/** Configurations of mypy, in the order in which it looks for them. */
const MYPY_FILES = ['mypy.ini', '.mypy.ini', 'setup.cfg'];

const override = z.object({
  module: z.union([z.string().transform((one) => [one]), z.array(z.string())]),
  ignore_errors: z.boolean().optional(),
});
const mypy = z.object({
  mypy_path: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .catch(undefined),
  ignore_errors: z.unknown().optional(),
  overrides: z.array(override).optional().catch(undefined),
});
const pyproject = z.object({ tool: z.object({ mypy: mypy.optional() }).optional() });

const OTHERWISE = 'of what pyright says otherwise, only what no checker can see differently is told.';

/** Which files of a tree have their types checked by another checker, and what is told of that. */
export interface CheckedElsewhere {
  readonly has: (file: string) => boolean;
  /** Null where no file has. */
  readonly reason: string | null;
}

/** Modules for which a configuration says whether their errors are told. */
interface Rule {
  readonly pattern: string;
  readonly ignores: boolean;
}

/** What a configuration says of errors: of all modules, and of some of them. */
interface Configuration {
  readonly ignores: boolean;
  readonly rules: readonly Rule[];
  /** Folders that modules are looked for in, as written. */
  readonly looked: readonly string[];
}

/** Whether a file may say how the project's own type checker is run. */
export function saysHowChecked(path: string): boolean {
  return MYPY_FILES.includes(posix.basename(path));
}

/**
 * Which files mypy checks for a project: all where it is set up, or, where it ignores all errors but those of some
 * modules, these. What is set up in a folder, and not at the root, is so for what stands below it. `texts` are the
 * files of the tree, by path. What pyright says otherwise of such code is where the two checkers differ, not where the
 * program does.
 */
export function checkedElsewhere(texts: ReadonlyMap<string, string>): CheckedElsewhere {
  const configurations = configurationsOf(texts);
  if (configurations.size === 0) return { has: () => false, reason: null };
  if (configurations.get('')?.ignores === false) {
    return { has: () => true, reason: `The project has mypy check its types: ${OTHERWISE}` };
  }
  const python = [...texts.keys()].filter((path) => /\.pyi?$/.test(path));
  const told = python.filter((path) => {
    const own = configurationAbove(path, configurations);
    if (own === null || !own.ignores) return own !== null;
    return own.rules.some(({ ignores }) => !ignores) && isTold(modulesOf(path, texts), own.rules);
  });
  if (told.length === 0) return { has: () => false, reason: null };
  const checked = new Set(told);
  const share = `${told.length} of its ${python.length} Python files`;
  return {
    has: (file) => checked.has(file),
    reason: `The project has mypy check the types of ${share}: there, ${OTHERWISE}`,
  };
}

/** The configurations of a tree, by their folders: that of its root, or, where there is none, those of others. */
function configurationsOf(texts: ReadonlyMap<string, string>): Map<string, Configuration> {
  const root = configurationOf(texts, '');
  if (root !== null) return new Map([['', root]]);
  const saying = [...texts.keys()].filter((path) => saysHowChecked(path) || posix.basename(path) === 'pyproject.toml');
  return new Map(
    [...new Set(saying.map((path) => posix.dirname(path)))].flatMap((folder) => {
      const own = folder === '.' ? null : configurationOf(texts, `${folder}/`);
      return own === null ? [] : [[folder, own]];
    }),
  );
}

/** The configuration that stands nearest above a file; null where none does. */
function configurationAbove(path: string, known: ReadonlyMap<string, Configuration>): Configuration | null {
  for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) {
    const own = known.get(folder);
    if (own !== undefined) return own;
  }
  return known.get('') ?? null;
}

/**
 * Folders of a tree, from its root, that mypy is told to look for modules in. What leads out of the tree, or hangs on a
 * variable of the machine, is none of them.
 */
export function mypyFolders(texts: ReadonlyMap<string, string>): string[] {
  const written = (configurationOf(texts, '')?.looked ?? []).flatMap((one) => one.split(/[,:\n]/));
  return written.flatMap((one) => {
    const path = posix.join(one.trim().replace(/^\$(?:MYPY_CONFIG_FILE_DIR|\{MYPY_CONFIG_FILE_DIR\})(?=\/|$)/, '.'));
    return posix.isAbsolute(path) || /^\.|[$~\\:]/.test(path) ? [] : path.replace(/\/$/, '');
  });
}

/** What the configuration of a folder, which ends with a slash or is the root, says. */
function configurationOf(texts: ReadonlyMap<string, string>, folder: string): Configuration | null {
  for (const path of MYPY_FILES) {
    const text = texts.get(`${folder}${path}`) ?? '';
    const section = iniSection(text, 'mypy');
    if (section === null) continue;
    const looked = /^mypy_path[ \t]*[=:](.*(?:\n[ \t]+\S.*)*)/m.exec(section)?.[1] ?? '';
    return { ignores: iniIgnores(section) === true, rules: iniRules(text), looked: [looked] };
  }
  const text = texts.get(`${folder}pyproject.toml`) ?? '';
  if (!text.includes('mypy')) return null;
  try {
    const own = pyproject.parse(parseToml(text)).tool?.mypy;
    if (own === undefined) return null;
    const rules = (own.overrides ?? []).flatMap(({ module, ignore_errors: ignores }) =>
      ignores === undefined ? [] : module.map((pattern) => ({ pattern, ignores })),
    );
    return { ignores: own.ignore_errors === true, rules, looked: [own.mypy_path ?? []].flat() };
  } catch {
    return null;
  }
}

function iniRules(text: string): Rule[] {
  return [...text.matchAll(/^\[(mypy-([^\]\n]+))\][ \t]*$/gm)].flatMap(([, name = '', patterns = '']) => {
    const ignores = iniIgnores(iniSection(text, name) ?? '');
    return ignores === null ? [] : patterns.split(',').map((one) => ({ pattern: one.trim(), ignores }));
  });
}

/** What a section says of ignoring errors; null for nothing. */
function iniIgnores(section: string): boolean | null {
  const value = /^ignore_errors[ \t]*[=:][ \t]*(\w+)[ \t]*$/im.exec(section)?.[1];
  return value === undefined ? null : /^(?:true|yes|on|1)$/i.test(value);
}

/** Whether the rule that counts for a module is one that has its errors told. */
function isTold(modules: readonly string[], rules: readonly Rule[]): boolean {
  const found = rules.filter(({ pattern }) => modules.some((module) => matches(module, pattern)));
  let counting: Rule | null = null;
  for (const rule of found) if (counting === null || weightOf(rule) >= weightOf(counting)) counting = rule;
  return counting?.ignores === false;
}

function matches(module: string, pattern: string): boolean {
  const written = pattern.split('.').map((part) => (part === '*' ? '*' : part.replace(/[^\w]/g, '\\$&')));
  const [first = '', ...rest] = written;
  const tail = rest.map((part) => (part === '*' ? '(?:\\..*)?' : `\\.${part}`)).join('');
  return new RegExp(`^${first === '*' ? '.*' : first}${tail}$`).test(module);
}

/** A name counts more than a pattern, a package below another more than that one, and a star before the end least. */
function weightOf({ pattern }: Rule): number {
  if (!pattern.includes('*')) return Number.POSITIVE_INFINITY;
  return /^[^*]+\.\*$/.test(pattern) ? pattern.split('.').length : 0;
}

/** The dotted names that a file may be imported by: from the root, and from each folder that is no package. */
function modulesOf(path: string, texts: ReadonlyMap<string, string>): string[] {
  const parts = path.replace(/(?:\/__init__)?\.pyi?$/, '').split('/');
  return parts.flatMap((_, at) => {
    const above = parts.slice(0, at).join('/');
    return at > 0 && texts.has(`${above}/__init__.py`) ? [] : [parts.slice(at).join('.')];
  });
}

/** The lines of one section of a file of that kind; null where it has none. */
function iniSection(text: string, name: string): string | null {
  const start = new RegExp(`^\\[${name.replace(/[^\w]/g, '\\$&')}\\][ \\t]*$`, 'm').exec(text);
  if (start === null) return null;
  const rest = text.slice(start.index + start[0].length);
  const end = /^\[/m.exec(rest);
  return end === null ? rest : rest.slice(0, end.index);
}
