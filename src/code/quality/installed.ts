import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** A program of an installed package. */
export interface InstalledEngine {
  readonly path: string;
  readonly version: string;
}

const require = createRequire(import.meta.url);
const packageFile = z.object({ version: z.string() });

/** oxlint's command line script, or null where the package is not installed. */
export function findOxlint(): Promise<InstalledEngine | null> {
  return findEngine(
    () => require.resolve('oxlint/package.json'),
    (folder) => join(folder, 'bin', 'oxlint'),
  );
}

/** ruff as a module, or null where the package is not installed. */
export function findRuff(): Promise<InstalledEngine | null> {
  return findEngine(
    () => require.resolve('@astral-sh/ruff-wasm-nodejs/package.json'),
    (folder) => folder,
  );
}

/** jscpd's program for this machine, or null where its package is not installed. */
export async function findJscpd(): Promise<InstalledEngine | null> {
  const { platform, arch } = process;
  const jscpd = folderOf(() => require.resolve('jscpd/package.json'));
  if (jscpd === null) return null;
  // The programs are packages that jscpd depends on.
  const { resolve } = createRequire(join(jscpd, 'package.json'));
  const isWindows = platform === 'win32';
  const system = isWindows ? 'windows' : platform;
  const kinds = isWindows ? ['-msvc'] : platform === 'linux' ? ['-gnu', '-musl'] : [''];
  for (const kind of kinds) {
    const found = await findEngine(
      () => resolve(`jscpd-${system}-${arch}${kind}/package.json`),
      (folder) => join(folder, 'bin', isWindows ? 'jscpd.exe' : 'jscpd'),
    );
    if (found !== null) return found;
  }
  return null;
}

/** `resolve` finds the package's package.json, or throws. */
async function findEngine(resolve: () => string, place: (folder: string) => string): Promise<InstalledEngine | null> {
  const folder = folderOf(resolve);
  if (folder === null) return null;
  const { version } = packageFile.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  return { path: place(folder), version };
}

function folderOf(resolve: () => string): string | null {
  try {
    return dirname(resolve());
  } catch {
    return null;
  }
}
