import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SchemaFile } from './schema-engine.ts';

/** Why the database cannot be migrated. Its message is one sentence for the person at the terminal. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** One folder of prisma/migrations. */
export interface Migration {
  /** The folder's name: UTC time, underscore, words. Names sort in the order of application. */
  readonly name: string;
  readonly up: string;
  /** Undefined when there is no down.sql. */
  readonly down: string | undefined;
}

/** Where the project keeps its migrations. */
export const migrationFolder = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));
/** Where the project keeps its datamodel. */
export const schemaFolder = fileURLToPath(new URL('../../prisma/schema', import.meta.url));

/**
 * Reads all migrations of a folder, oldest first.
 * @throws MigrationError naming a folder without migration.sql.
 */
export function readMigrations(folder: string = migrationFolder): Migration[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const [up, down] = ['migration.sql', 'down.sql'].map((file) => readIfThere(join(folder, name, file)));
      if (up === undefined)
        throw new MigrationError(`${join(folder, name)} has no migration.sql: restore or delete it.`);
      return { name, up, down };
    });
}

/** Reads the datamodel: every .prisma file of a folder. */
export function readSchema(folder: string = schemaFolder): SchemaFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.prisma'));
  return names.sort().map((name) => ({ path: name, content: readFileSync(join(folder, name), 'utf8') }));
}

/** Prisma's checksum of a script. */
export function checksum(script: string): string {
  return createHash('sha256').update(script).digest('hex');
}

/** Whether a script is the one with that checksum; line ends may have been converted since, as Git does. */
export function matchesChecksum(script: string, expected: string): boolean {
  const unix = script.replaceAll('\r\n', '\n');
  return [script, unix, unix.replaceAll('\n', '\r\n')].some((variant) => checksum(variant) === expected);
}

/**
 * The script without the BEGIN and COMMIT that Prisma puts around changes of an enum: every script runs in one
 * transaction, which that COMMIT would end half way.
 */
export function withoutTransactionControl(script: string): string {
  return script.replace(/^BEGIN;\r?\n([\s\S]*?)^COMMIT;$/gm, '$1');
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
