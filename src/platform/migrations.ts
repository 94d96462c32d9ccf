import { randomUUID } from 'node:crypto';
import { Client, DatabaseError } from 'pg';
import {
  checksum,
  type Migration,
  MigrationError,
  migrationFolder,
  readMigrations,
  withoutTransactionControl,
} from './migration-files.ts';
import { compareMigrations, type MigrationEntry, readMigrationRows, type Standing } from './migration-standing.ts';
import { diffSummary, migrationList, type SchemaFile, withSchemaEngine } from './schema-engine.ts';

/** What the functions of this module share. */
export interface MigrationOptions {
  /** Folder of migrations; the project's own when absent. */
  readonly folder?: string;
  /** Told what happens, a sentence at a time. */
  readonly log?: { info(message: string): void };
}

/** How database and code stand to each other, and whether the database is still as its migrations left it. */
export interface Diagnosis extends Standing {
  /** What differs, in words; null when nothing does, or when it could not be found out. */
  readonly drift: string | null;
  /** Why drift could not be looked for; null when it was. */
  readonly driftUnknown: string | null;
}

/** The lock that prisma migrate takes as well. */
const advisoryLock = 72707369;
const anyDatasource: SchemaFile = { path: 'schema.prisma', content: 'datasource db {\n  provider = "postgresql"\n}\n' };

/**
 * Applies every pending migration, oldest first, each in a transaction of its own together with its row in Prisma's
 * table, so that a killed process leaves nothing half done. Processes that do this at once take turns.
 * Gives the names of those it applied.
 * @throws MigrationError naming the migration that failed, was edited, or is unknown to this code.
 */
export async function migrateUp(url: string, options: MigrationOptions = {}): Promise<string[]> {
  const migrations = readMigrations(options.folder);
  return withClient(url, async (client) => {
    const standing = compareMigrations(migrations, await readMigrationRows(client));
    const applied: string[] = [];
    if (firstPending(migrations, standing) === undefined) return applied;
    for (;;) {
      const name = await inLockedTransaction(client, () => applyNext(client, migrations));
      if (name === undefined) return applied;
      options.log?.info(`Applied migration ${name}.`);
      applied.push(name);
    }
  });
}

/**
 * Takes back the migrations that were applied last, newest first, each in a transaction of its own. Gives their names.
 * @throws MigrationError when fewer are applied, a down script is missing or fails; checked before anything is done.
 */
export async function migrateDown(url: string, options: MigrationOptions & { steps: number }): Promise<string[]> {
  const { steps } = options;
  if (!Number.isInteger(steps) || steps < 1) throw new MigrationError('The number of migrations must be 1 or more.');
  const migrations = readMigrations(options.folder);
  return withClient(url, async (client) => {
    const targets = (await appliedNames(client)).slice(-steps).reverse();
    if (targets.length < steps) {
      throw new MigrationError(`Only ${targets.length} of the ${steps} migrations to take back are applied.`);
    }
    const scripts = targets.map((name) => downScript(migrations, name));
    for (const script of scripts) {
      await inLockedTransaction(client, () => revert(client, script));
      options.log?.info(`Took back migration ${script.name}.`);
    }
    return targets;
  });
}

/** The name of the migration applied last; null for a database without any. */
export async function currentMigration(url: string, options: MigrationOptions = {}): Promise<string | null> {
  const migrations = readMigrations(options.folder);
  return withClient(url, async (client) => compareMigrations(migrations, await readMigrationRows(client)).current);
}

/** Every migration that the database or the code knows, oldest first. */
export async function migrationHistory(url: string, options: MigrationOptions = {}): Promise<MigrationEntry[]> {
  const migrations = readMigrations(options.folder);
  return withClient(url, async (client) => [...compareMigrations(migrations, await readMigrationRows(client)).entries]);
}

/** Compares database and code thoroughly; builds the expected state in a temporary database to find drift. */
export async function diagnose(url: string, options: MigrationOptions = {}): Promise<Diagnosis> {
  const migrations = readMigrations(options.folder);
  const standing = await withClient(url, async (client) =>
    compareMigrations(migrations, await readMigrationRows(client)),
  );
  if (standing.problems.length > 0) {
    return { ...standing, drift: null, driftUnknown: 'The history has to be put right first.' };
  }
  const names = new Set(standing.entries.filter(({ state }) => state === 'applied').map(({ name }) => name));
  const list = migrationList(migrations.filter(({ name }) => names.has(name)));
  try {
    const drift = await withSchemaEngine(url, [anyDatasource], (engine) =>
      diffSummary(
        engine,
        { tag: 'migrations', ...list },
        { tag: 'schemaDatasource', files: [anyDatasource], configDir: options.folder ?? migrationFolder },
      ),
    );
    return { ...standing, drift: drift ?? null, driftUnknown: null };
  } catch (error) {
    return { ...standing, drift: null, driftUnknown: error instanceof Error ? error.message : String(error) };
  }
}

function firstPending(migrations: readonly Migration[], standing: Standing): Migration | undefined {
  if (standing.problems.length > 0) throw new MigrationError(standing.problems.join(' '));
  const pending = standing.entries.find((entry) => entry.state === 'pending');
  return migrations.find((migration) => migration.name === pending?.name);
}

async function applyNext(client: Client, migrations: readonly Migration[]): Promise<string | undefined> {
  const rows = await readRowsOfTransaction(client);
  const migration = firstPending(migrations, compareMigrations(migrations, rows));
  if (migration === undefined) return undefined;
  if (rows.length === 0) await refuseForeignDatabase(client);
  const { rows: clock } = await client.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  await runScript(client, migration.name, migration.up, 'failed and was rolled back');
  await client.query(
    `INSERT INTO public._prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, $4, clock_timestamp(), 1)`,
    [randomUUID(), checksum(migration.up), migration.name, clock[0]?.now],
  );
  return migration.name;
}

/** Makes Prisma's table first: reading one that does not exist would end the transaction. */
async function readRowsOfTransaction(client: Client) {
  await client.query(`CREATE TABLE IF NOT EXISTS public._prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`);
  return readMigrationRows(client);
}

async function refuseForeignDatabase(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> '_prisma_migrations'
       AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
     ORDER BY c.relname LIMIT 3`,
  );
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(', ');
  throw new MigrationError(
    `The database already has tables (${names}) that no migration made: use an empty database, or mark what is there with prisma migrate resolve.`,
  );
}

interface DownScript {
  readonly name: string;
  readonly sql: string;
}

function downScript(migrations: readonly Migration[], name: string): DownScript {
  const sql = migrations.find((migration) => migration.name === name)?.down;
  if (sql === undefined) throw new MigrationError(`Migration ${name} cannot be taken back: it has no down.sql.`);
  return { name, sql };
}

async function revert(client: Client, { name, sql }: DownScript): Promise<void> {
  if ((await appliedNames(client)).at(-1) !== name) {
    throw new MigrationError(`Migration ${name} is no longer the newest: somebody else migrated meanwhile.`);
  }
  await runScript(client, name, sql, 'could not be taken back and stays applied');
  await client.query(
    `DELETE FROM public._prisma_migrations
     WHERE migration_name = $1 AND finished_at IS NOT NULL AND rolled_back_at IS NULL`,
    [name],
  );
}

/** In the order they were applied. */
async function appliedNames(client: Client): Promise<string[]> {
  const rows = await readMigrationRows(client);
  return rows.filter((row) => row.finished_at && !row.rolled_back_at).map((row) => row.migration_name);
}

async function runScript(client: Client, name: string, script: string, outcome: string): Promise<void> {
  const sql = withoutTransactionControl(script);
  try {
    await client.query(sql);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const offset = Number(error.position);
    const line = error.position === undefined ? '' : ` (line ${sql.slice(0, offset).split('\n').length})`;
    throw new MigrationError(`Migration ${name} ${outcome}: ${error.message}${line}.`, { cause: error });
  }
}

async function inLockedTransaction<Result>(client: Client, task: () => Promise<Result>): Promise<Result> {
  // Scripts name their tables without a schema, and may take longer than a session is commonly allowed.
  await client.query(
    `BEGIN; SET LOCAL search_path = public; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0`,
  );
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLock]);
    const result = await task();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function withClient<Result>(url: string, task: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url, application_name: 'millwright migrations' });
  // A connection that breaks fails the pending query; it must not end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    return await task(client);
  } finally {
    await client.end();
  }
}
