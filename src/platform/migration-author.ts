import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DiffTarget, SchemaEngine } from '@prisma/schema-engine-wasm';
import {
  MigrationError,
  migrationFolder,
  readMigrations,
  readSchema,
  schemaFolder,
  withoutTransactionControl,
} from './migration-files.ts';
import { warningsOf } from './migration-warnings.ts';
import { diffScript, diffSummary, migrationList, type SchemaFile, withSchemaEngine } from './schema-engine.ts';

/** What to write. */
export interface NewMigration {
  /** What it does, in words; becomes part of the folder's name. */
  readonly name: string;
  /** A server on which temporary databases may be made. Nothing is changed in the database itself. */
  readonly url: string;
  readonly folder?: string;
  readonly schema?: string;
  /** Write empty scripts, to be filled in by hand, instead of comparing with the datamodel. */
  readonly empty?: boolean;
  /** The time in the folder's name. */
  readonly now?: Date;
}

/** What was written. */
export interface WrittenMigration {
  readonly name: string;
  /** Paths of the up script and the down script. */
  readonly files: readonly [up: string, down: string];
  /** What somebody should look at before applying it, a sentence each. */
  readonly warnings: readonly string[];
}

interface Step {
  readonly name: string;
  readonly up: string;
}

const notice = '-- Nothing to compare: write here what';

/**
 * Writes the migration that leads from the existing ones to the datamodel, and the script that takes it back. Both have
 * been tried on a temporary database. Undefined when there is nothing to change.
 * @throws MigrationError when an existing migration does not run, or the server makes no temporary databases for us.
 */
export async function createMigration(wanted: NewMigration): Promise<WrittenMigration | undefined> {
  const folder = wanted.folder ?? migrationFolder;
  const existing = readMigrations(folder);
  const name = folderName(wanted.name, wanted.now ?? new Date(), existing.at(-1)?.name);
  if (wanted.empty) {
    return write(folder, name, `${notice} this migration does.\n`, `${notice} takes this migration back.\n`, []);
  }
  const files = readSchema(wanted.schema ?? schemaFolder);
  return compare(wanted.url, files, async (engine) => {
    const datamodel: DiffTarget = { tag: 'schemaDatamodel', files: [...files] };
    const before: DiffTarget = { tag: 'migrations', ...migrationList(existing) };
    const up = await transactionalScript(engine, existing, datamodel);
    if (up === undefined) return undefined;
    const after = [...existing, { name, up }];
    const down = (await transactionalScript(engine, after, before)) ?? '';
    const warnings = [
      ...warningsOf(up),
      ...(await trial(engine, after, datamodel, 'The up script')),
      ...(await trial(engine, [...after, { name: `${name}_down`, up: down }], before, 'The down script')),
    ];
    return write(folder, name, withWarnings(up, warnings), down, warnings);
  });
}

/**
 * The script from a list of migrations to a state, fit for one transaction. PostgreSQL does not let a transaction use
 * an enum value that it added itself. A script that would do so is asked for from an enum with one value too many: then
 * the engine replaces the whole enum, which it otherwise does only to remove a value.
 */
async function transactionalScript(
  engine: SchemaEngine,
  from: readonly Step[],
  to: DiffTarget,
): Promise<string | undefined> {
  const script = await diffScript(engine, { tag: 'migrations', ...migrationList(from) }, to);
  const enums = script === undefined ? [] : enumsUsedAtOnce(script);
  if (enums.length === 0) return script === undefined ? undefined : withoutTransactionControl(script);
  const surplus = enums.map((type) => `ALTER TYPE ${type} ADD VALUE 'value to be removed';`).join('\n');
  const padded = migrationList([...from, { name: `${from.at(-1)?.name ?? ''}_surplus`, up: surplus }]);
  const replaced = await diffScript(engine, { tag: 'migrations', ...padded }, to);
  return replaced === undefined ? undefined : withoutTransactionControl(replaced);
}

/** Enums, quoted as in the script, that get a value which the script also uses. */
function enumsUsedAtOnce(script: string): string[] {
  const additions = [...script.matchAll(/^ALTER TYPE (\S+) ADD VALUE ('(?:[^']|'')*')/gm)];
  const rest = script.replace(/^ALTER TYPE \S+ ADD VALUE .*$/gm, '');
  const used = additions.filter(([, , value]) => value !== undefined && rest.includes(value));
  return [...new Set(used.flatMap(([, type]) => type ?? []))];
}

/** Runs the scripts in a temporary database and says whether they lead where they should. */
async function trial(
  engine: SchemaEngine,
  steps: readonly Step[],
  target: DiffTarget,
  what: string,
): Promise<string[]> {
  try {
    const difference = await diffSummary(engine, { tag: 'migrations', ...migrationList(steps) }, target);
    return difference === undefined ? [] : [`${what} does not lead quite there, complete it by hand: ${difference}`];
  } catch {
    return [`${what} does not run as it stands, complete it by hand.`];
  }
}

async function compare<Result>(
  url: string,
  files: readonly SchemaFile[],
  task: (engine: SchemaEngine) => Promise<Result>,
): Promise<Result> {
  try {
    return await withSchemaEngine(url, files, task);
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new MigrationError(`The migrations and the datamodel cannot be compared: ${firstLine(message)}`, {
      cause: error,
    });
  }
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}

function folderName(words: string, now: Date, newest: string | undefined): string {
  const slug = words
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 100);
  if (slug === '')
    throw new MigrationError('A migration needs a name of letters and digits, for example -m "add items".');
  const stamp = (time: Date) => time.toISOString().replace(/\D/g, '').slice(0, 14);
  // Names sort in the order of application, also on a machine whose clock is behind.
  let time = now;
  while (newest !== undefined && stamp(time) <= newest.slice(0, 14)) time = secondAfter(newest, time);
  return `${stamp(time)}_${slug}`;
}

function secondAfter(newest: string, otherwise: Date): Date {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(newest)?.map(Number) ?? [];
  if (year === undefined || month === undefined) return new Date(otherwise.getTime() + 1000);
  return new Date(Date.UTC(year, month - 1, day, hour, minute, (second ?? 0) + 1));
}

function withWarnings(script: string, warnings: readonly string[]): string {
  if (warnings.length === 0) return script;
  const list = warnings.map((warning) => `  - ${warning.replaceAll('*/', '* /').replaceAll('\n', '\n    ')}`);
  return `/*\nWarnings:\n\n${list.join('\n')}\n*/\n${script}`;
}

function write(folder: string, name: string, up: string, down: string, warnings: readonly string[]): WrittenMigration {
  const files = [join(folder, name, 'migration.sql'), join(folder, name, 'down.sql')] as const;
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(files[0], up);
  writeFileSync(files[1], down);
  return { name, files, warnings };
}
