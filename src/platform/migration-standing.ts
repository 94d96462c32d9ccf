import { type ClientBase, DatabaseError } from 'pg';
import { type Migration, matchesChecksum } from './migration-files.ts';

/** A row of Prisma's table of migrations. */
export interface MigrationRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly rolled_back_at: Date | null;
}

/**
 * applied; pending: not yet applied; edited: applied, but its script has changed since; missing: applied, but unknown
 * to this code; failed: begun by `prisma migrate` and never finished.
 */
export type MigrationState = 'applied' | 'pending' | 'edited' | 'missing' | 'failed';

/** One migration as the database and the code see it. */
export interface MigrationEntry {
  readonly name: string;
  readonly state: MigrationState;
  readonly appliedAt: Date | null;
  /** Whether there is a down script. */
  readonly reversible: boolean;
}

/** How database and code stand to each other. */
export interface Standing {
  /** Name of the migration that was applied last. */
  readonly current: string | null;
  /** All that either side knows, by name. */
  readonly entries: readonly MigrationEntry[];
  /** Everything that stands against migrating, a sentence each. */
  readonly problems: readonly string[];
}

const undefinedTable = '42P01';

/** Reads Prisma's table, oldest first; empty when there is none. */
export async function readMigrationRows(client: ClientBase): Promise<MigrationRow[]> {
  try {
    const { rows } = await client.query<MigrationRow>(
      `SELECT migration_name, checksum, started_at, finished_at, rolled_back_at
       FROM public._prisma_migrations ORDER BY started_at, migration_name`,
    );
    return rows;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === undefinedTable) return [];
    throw error;
  }
}

/** Compares what was applied with what there is. */
export function compareMigrations(migrations: readonly Migration[], rows: readonly MigrationRow[]): Standing {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  const counted = rows.filter((row) => row.rolled_back_at === null);
  const entries = counted.map((row): MigrationEntry => {
    const migration = known.get(row.migration_name);
    const appliedAt = row.finished_at;
    return { name: row.migration_name, state: stateOf(row, migration), appliedAt, reversible: isReversible(migration) };
  });
  const seen = new Set(entries.map((entry) => entry.name));
  for (const migration of migrations) {
    if (seen.has(migration.name)) continue;
    entries.push({ name: migration.name, state: 'pending', appliedAt: null, reversible: isReversible(migration) });
  }
  entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  const newest = migrations.at(-1)?.name ?? '';
  return {
    current: counted.findLast((row) => row.finished_at !== null)?.migration_name ?? null,
    entries,
    problems: entries.flatMap((entry) => problemOf(entry, newest) ?? []),
  };
}

function isReversible(migration: Migration | undefined): boolean {
  return migration?.down !== undefined;
}

function stateOf(row: MigrationRow, migration: Migration | undefined): MigrationState {
  if (row.finished_at === null) return 'failed';
  if (migration === undefined) return 'missing';
  return matchesChecksum(migration.up, row.checksum) ? 'applied' : 'edited';
}

function problemOf({ name, state }: MigrationEntry, newest: string): string | undefined {
  if (state === 'edited') {
    return `Migration ${name} was edited after it was applied: restore its migration.sql and put the change into a new migration.`;
  }
  if (state === 'failed') {
    return `Migration ${name} was begun by prisma migrate and failed: repair the database, then mark it with prisma migrate resolve.`;
  }
  if (state !== 'missing') return undefined;
  return name > newest
    ? `The database is newer than this code: it has migration ${name}, which this version does not know.`
    : `Migration ${name} was applied to the database but its folder is missing from prisma/migrations: restore it.`;
}
