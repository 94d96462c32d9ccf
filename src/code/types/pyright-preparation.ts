import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gap } from '../analyser.ts';
import type { MirroredFile } from './mirror.ts';
import { type CopyOrder, copyFiles } from './mirror-copy.ts';
import { type PyrightSettings, pyrightSettings } from './pyright-config.ts';
import { shadowedModules } from './python-foreign.ts';

/** A tree that is to be checked. Plain data. */
export interface PyrightOrder extends CopyOrder {
  /** Top-level modules of Python's own library. */
  readonly standard: ReadonlySet<string>;
  /** Where an installation would be: a folder, and the name of an environment in it. */
  readonly environment: { readonly venvPath: string; readonly venv: string };
}

/** What pyright is to check, and how. Plain data. */
export interface PreparedPython {
  readonly files: readonly MirroredFile[];
  /** What is not in the copy. */
  readonly gaps: readonly Gap[];
  /** Modules of each file that are not those of the tree which share their names. */
  readonly shadowed: ReadonlyMap<string, ReadonlySet<string>>;
  readonly settings: PyrightSettings;
}

/** Thread entry: copies the Python of a tree, and works out from its texts how it is checked. */
export default async function preparePython(order: PyrightOrder): Promise<PreparedPython> {
  const { files, gaps } = copyFiles(order);
  const shadowed = shadowedModules(files, order.standard);
  await writeReadable(order.target, files);
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  return { files, gaps, shadowed, settings: pyrightSettings(texts, order.environment) };
}

/** Pyright follows a look at `...`, not one at the same value by its name; the place of all else stays what it is. */
async function writeReadable(target: string, files: readonly MirroredFile[]): Promise<void> {
  for (const { path, text } of files) {
    if (!/\.pyi?$/.test(path) || !text.includes('Ellipsis')) continue;
    const readable = text.replace(/(\bis[ \t]+(?:not[ \t]+)?)Ellipsis\b/g, `$1${'...'.padEnd('Ellipsis'.length)}`);
    if (readable !== text) await writeFile(join(target, path), readable);
  }
}
