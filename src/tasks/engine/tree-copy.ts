import { constants } from 'node:fs';
import { copyFile, mkdir, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const AT_ONCE = 32;

/**
 * Copies files of a folder into another one, by their paths. Files are never links: the tree they come from names none
 * as a file. Rejects with the signal's reason between two files.
 */
export async function copyTreeFiles(
  from: string,
  to: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const folder of new Set(paths.map(dirname))) await mkdir(join(to, folder), { recursive: true });
  const waiting = paths.values();
  const work = async (): Promise<void> => {
    for (const path of waiting) {
      signal.throwIfAborted();
      await copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Puts a text in the place of a file of a copy. */
export async function replaceFile(root: string, path: string, text: string): Promise<void> {
  await unlink(join(root, path)).catch(() => undefined);
  await writeFile(join(root, path), text);
}
