import { posix } from 'node:path';
import { sourceVersion } from '../../platform/source-version.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import type { AnalyserInput } from '../analyser.ts';
import { decodeSource, readSourceBytes } from '../source-text.ts';
import { workInThread } from '../thread-work.ts';
import { isDeclarations, isPython, isScript } from './analysed-files.ts';
import type { FlatSettingsOrder } from './flat-settings.ts';
import { contentKey, keep, readKept } from './kept.ts';
import {
  defaultRuffSettings,
  isLeftOut,
  isRuffSettings,
  type RuffSettings,
  readRuffSettings,
} from './ruff-settings.ts';
import {
  isFlatSettings,
  isOff,
  isScriptSettings,
  readScriptSettings,
  type ScriptSettings,
  type WrittenSettings,
  writtenSettings,
} from './script-settings.ts';
import { namesOf } from './suppressions.ts';

const LARGEST_SETTINGS = 1024 * 1024;

/** What was read of a tree's settings. Plain data. */
export interface SettingsData {
  readonly ruff: readonly RuffSettings[];
  readonly scripts: readonly ScriptSettings[];
}

/** What a tree says to linters, read as data: nothing of it is run. */
export class ProjectSettings {
  readonly data: SettingsData;
  /** By folder, the innermost first. */
  readonly #ruff: readonly RuffSettings[];
  readonly #scripts: readonly ScriptSettings[];
  readonly #known = new Map<string, boolean>();

  constructor(data: SettingsData) {
    const { ruff, scripts } = data;
    this.data = data;
    this.#ruff = [...ruff].sort((a, b) => b.folder.length - a.folder.length);
    this.#scripts = scripts;
  }

  /** The patterns of paths in them. */
  get patterns(): readonly string[] {
    return [
      ...this.#ruff.flatMap(({ perFile, excluded }) => [...perFile.map(([glob]) => glob), ...excluded]),
      ...this.#scripts.flatMap(({ ignore, overrides }) => [...ignore, ...overrides.flatMap(({ files }) => files)]),
    ];
  }

  /** Whether there are none. */
  get saysNothing(): boolean {
    return this.#ruff.length + this.#scripts.length === 0;
  }

  /** Settings for ruff: those of the nearest folder that has any. Null where a file is not linted by it. */
  ruffOf(path: string): RuffSettings | null {
    if (!isPython(path) || isDeclarations(path)) return null;
    const own = this.#ruff.find(({ folder }) => folder === '' || path.startsWith(`${folder}/`));
    return own ?? defaultRuffSettings;
  }

  /** Whether the project does not want to hear of a rule in a file, by any name the rule goes by. */
  silences(path: string, rule: string): boolean {
    const key = `${rule}\0${path}`;
    const known = this.#known.get(key) ?? this.#decide(path, rule);
    this.#known.set(key, known);
    return known;
  }

  #decide(path: string, rule: string): boolean {
    const names = namesOf(rule);
    if (isScript(path)) return isOff(this.#scripts, path, names);
    const settings = this.ruffOf(path);
    return settings !== null && names.some((name) => isLeftOut(settings, path, name));
  }
}

/** Reads what the tree says to ruff, oxlint and ESLint. Rejects with the signal's reason only. */
export async function readProjectSettings(input: AnalyserInput): Promise<ProjectSettings> {
  const { root, files, signal } = input;
  const ruff: RuffSettings[] = [];
  const scripts: ScriptSettings[] = [];
  for (const { path } of files) {
    const [isForRuff, isForScripts] = [isRuffSettings(path), isScriptSettings(path)];
    if (!isForRuff && !isForScripts) continue;
    signal.throwIfAborted();
    const read = await readSourceBytes(root, path, LARGEST_SETTINGS);
    const decoded = 'bytes' in read ? decodeSource(read.bytes) : read;
    if (!('text' in decoded)) continue;
    const forRuff = isForRuff ? readRuffSettings(path, decoded.text) : null;
    const forScripts = isForScripts ? readScriptSettings(path, decoded.text) : null;
    // A ruff.toml goes before a pyproject.toml of the same folder.
    if (forRuff !== null && path.endsWith('pyproject.toml')) ruff.push(forRuff);
    else if (forRuff !== null) ruff.unshift(forRuff);
    if (forScripts !== null) scripts.push(forScripts);
  }
  scripts.push(...(await readPrograms(input)));
  return new ProjectSettings({ ruff, scripts });
}

const READ_PROGRAMS: ThreadTask<FlatSettingsOrder, WrittenSettings[]> = {
  module: new URL('./flat-settings.ts', import.meta.url),
};
const READING_MILLISECONDS = 10_000;

/** What ESLint's settings say that are programs, as far as it is written in them; kept under their contents. */
async function readPrograms(input: AnalyserInput): Promise<ScriptSettings[]> {
  const paths = input.files.map(({ path }) => path).filter(isFlatSettings);
  if (paths.length === 0) return [];
  const kind = `quality settings ${sourceVersion(READ_PROGRAMS.module)}`;
  const keys = paths.map((path) => contentKey(input.hashes, path) ?? '');
  const known = readKept(input.cache, kind, keys, writtenSettings);
  const fresh = paths.filter((_, at) => !known.has(keys[at] ?? ''));
  const order = { root: input.root, paths: fresh };
  const read =
    fresh.length === 0 ? [] : await workInThread(input, READ_PROGRAMS, order, { milliseconds: READING_MILLISECONDS });
  // Who writes such settings that nobody can read hears more than is wanted.
  if ('exceeded' in read) return [];
  const written = new Map(fresh.map((path, at) => [path, read[at]]));
  keep(
    input.cache,
    kind,
    paths.flatMap((path, at): [string, WrittenSettings][] => {
      const [key, one] = [keys[at] ?? '', written.get(path)];
      return key === '' || one === undefined ? [] : [[key, one]];
    }),
  );
  return paths.flatMap((path, at) => {
    const one = written.get(path) ?? known.get(keys[at] ?? '');
    return one === undefined ? [] : [{ folder: path.includes('/') ? posix.dirname(path) : '', ...one }];
  });
}
