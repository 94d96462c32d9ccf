import type { AnalyserInput } from '../analyser.ts';
import { decodeSource, readSourceBytes } from '../source-text.ts';
import { isDeclarations, isPython, isScript } from './analysed-files.ts';
import {
  defaultRuffSettings,
  isLeftOut,
  isRuffSettings,
  type RuffSettings,
  readRuffSettings,
} from './ruff-settings.ts';
import { isOff, isScriptSettings, readScriptSettings, type ScriptSettings } from './script-settings.ts';
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
export async function readProjectSettings({ root, files, signal }: AnalyserInput): Promise<ProjectSettings> {
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
  return new ProjectSettings({ ruff, scripts });
}
