import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** A program of an installed package. */
export interface InstalledEngine {
  /** What is run; a script when `script` says so. */
  readonly path: string;
  readonly version: string;
}

const packageFile = z.object({ version: z.string() });

/** Pyright's command line script and version, or null where the package is not installed. */
export async function findPyright(): Promise<InstalledEngine | null> {
  return findEngine('pyright', (folder) => join(folder, 'index.js'));
}

/** The native TypeScript compiler for this machine, or null where its package is not installed. */
export async function findTsc(): Promise<InstalledEngine | null> {
  const platform = `${process.platform}-${process.arch}`;
  const name = process.platform === 'win32' ? 'tsc.exe' : 'tsc';
  const typescript = packageFolder('typescript');
  if (typescript === null) return null;
  return findEngine(`@typescript/typescript-${platform}`, (folder) => join(folder, 'lib', name), typescript);
}

/**
 * Folder with the declarations of Node.js, or null. They come along with other packages; without them Node's own
 * modules are taken as `any`.
 */
export async function findNodeTypes(): Promise<InstalledEngine | null> {
  return findEngine('@types/node', (folder) => folder);
}

async function findEngine(
  name: string,
  place: (folder: string) => string,
  from?: string,
): Promise<InstalledEngine | null> {
  const folder = packageFolder(name, from);
  if (folder === null) return null;
  const { version } = packageFile.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  return { path: place(folder), version };
}

function packageFolder(name: string, from?: string): string | null {
  try {
    const require = createRequire(from === undefined ? import.meta.url : join(from, 'package.json'));
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}
