import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { registerDbCommands } from '../src/cli/db.ts';
import { createOutput } from '../src/cli/output.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { createMigration } from '../src/platform/migration-author.ts';
import { readMigrations, readSchema } from '../src/platform/migration-files.ts';
import { warningsOf } from '../src/platform/migration-warnings.ts';
import { currentMigration, diagnose, migrateDown, migrateUp, migrationHistory } from '../src/platform/migrations.ts';
import { migrationList, withDatabase, withSchemaEngine } from '../src/platform/schema-engine.ts';

const datasource = 'datasource db {\n  provider = "postgresql"\n}\n';

let server: EmbeddedPostgres;
let dataDir: string;
let databases = 0;
let url: string;
let folder: string;
let schema: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'millwright-migrations-'));
  server = await startEmbeddedPostgres({ dataDir, durable: false });
});

afterAll(async () => {
  await server.leave();
  rmSync(dataDir, { recursive: true, force: true });
});

beforeEach(async () => {
  databases += 1;
  const name = `migrations_${databases}`;
  await sql(`CREATE DATABASE ${name}`, server.url);
  url = withDatabase(server.url, name);
  const own = mkdtempSync(join(tmpdir(), 'millwright-schema-'));
  onTestFinished(() => rmSync(own, { recursive: true, force: true }));
  folder = join(own, 'migrations');
  schema = join(own, 'schema');
  mkdirSync(schema);
});

async function sql(statement: string, at = url): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: at });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

function put(name: string, up: string, down?: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'migration.sql'), up);
  if (down !== undefined) writeFileSync(join(folder, name, 'down.sql'), down);
}

/** Writes the datamodel and the migration to it; applies it. */
async function evolve(name: string, models: string) {
  writeFileSync(join(schema, 'schema.prisma'), datasource + models);
  const written = await createMigration({ name, url, folder, schema });
  await migrateUp(url, { folder });
  return written;
}

const tables = async () =>
  (await sql(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`)).map(({ name }) => name);
const up = () => migrateUp(url, { folder });

describe('the project’s own migrations', () => {
  test('lead to prisma/schema, and back to nothing', async () => {
    const applied = await migrateUp(url);
    expect(applied.length).toBeGreaterThan(0);
    const unchanged = await createMigration({ name: 'forgotten', url, folder: join(folder, 'none'), empty: true });
    expect(unchanged?.files).toHaveLength(2);
    expect(await diagnose(url)).toMatchObject({
      current: applied.at(-1),
      problems: [],
      drift: null,
      driftUnknown: null,
    });
    await migrateDown(url, { steps: applied.length });
    expect(await tables()).toEqual(['_prisma_migrations']);
    expect(await sql(`SELECT typname FROM pg_type WHERE typtype = 'e'`)).toEqual([]);
    expect(await migrateUp(url)).toEqual(applied);
  });

  test('are complete: nothing in prisma/schema waits for a migration', async () => {
    for (const { name, up: script, down } of readMigrations()) put(name, script, down);
    expect(await createMigration({ name: 'forgotten', url, folder })).toBeUndefined();
  });
});

describe('up', () => {
  test('applies what is pending, once, in order, and says what', async () => {
    put('20260101000000_a', 'CREATE TABLE a (id int);');
    put('20260102000000_b', 'ALTER TABLE a ADD COLUMN b int;');
    const lines: string[] = [];
    const applied = await migrateUp(url, { folder, log: { info: (line) => void lines.push(line) } });
    expect(applied).toEqual(['20260101000000_a', '20260102000000_b']);
    expect(lines).toEqual(['Applied migration 20260101000000_a.', 'Applied migration 20260102000000_b.']);
    expect(await up()).toEqual([]);
    expect(await currentMigration(url, { folder })).toBe('20260102000000_b');
  });

  test('four processes at once: each migration is applied by one of them', async () => {
    put('20260101000000_a', 'CREATE TABLE a (id int); SELECT count(*) FROM generate_series(1, 100000);');
    put('20260102000000_b', 'CREATE TABLE b (id int);');
    const applied = (await Promise.all([up(), up(), up(), up()])).flat();
    expect(applied.sort()).toEqual(['20260101000000_a', '20260102000000_b']);
  });

  test('a migration that fails is rolled back whole, named, and tried again next time', async () => {
    put('20260101000000_a', 'CREATE TABLE a (id int);');
    put('20260102000000_b', 'CREATE TABLE b (id int);\n\nALTER TABLE nowhere ADD COLUMN x int;');
    await expect(up()).rejects.toThrow(
      'Migration 20260102000000_b failed and was rolled back: relation "nowhere" does not exist.',
    );
    expect(await tables()).toEqual(['_prisma_migrations', 'a']);
    put('20260102000000_b', 'CREATE TABLE b (id int);\n\nCREATE TABL c (id int);');
    await expect(up()).rejects.toThrow(/syntax error at or near "TABL" \(line 3\)/);
    put('20260102000000_b', 'CREATE TABLE b (id int);');
    expect(await up()).toEqual(['20260102000000_b']);
  });

  test('functions with semicolons and Prisma’s BEGIN … COMMIT stay in one transaction', async () => {
    const body = `CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN 'a;b';\nEND;\n$$;\n`;
    put('20260101000000_a', `${body}BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\nSELECT 1 / 0;`);
    await expect(up()).rejects.toThrow(/rolled back: division by zero/);
    expect(await tables()).not.toContain('a');
    put('20260101000000_a', body);
    await up();
    expect(await sql('SELECT f()')).toEqual([{ f: 'a;b' }]);
  });

  test('a database with tables of somebody else’s is refused', async () => {
    await sql('CREATE TABLE invoices (id int)');
    put('20260101000000_a', 'CREATE TABLE a (id int);');
    await expect(up()).rejects.toThrow(/already has tables \(invoices\) that no migration made/);
    expect(await tables()).toEqual(['invoices']);
  });

  test('tables in other schemas, such as the queue’s, are left alone and are no drift', async () => {
    await sql('CREATE SCHEMA pgboss; CREATE TABLE pgboss.job (id int)');
    put('20260101000000_a', 'CREATE TABLE a (id int);', 'DROP TABLE a;');
    await up();
    expect(await diagnose(url, { folder })).toMatchObject({ drift: null, driftUnknown: null });
    expect(await sql('SELECT count(*)::int AS n FROM pgboss.job')).toEqual([{ n: 0 }]);
  });

  test('a user of plain prisma migrate can take over: its engine finds nothing to do and nothing amiss', async () => {
    put('20260101000000_a', 'CREATE TABLE a (id int PRIMARY KEY);');
    await up();
    const migrationsList = migrationList(readMigrations(folder));
    const filters = { externalTables: [], externalEnums: [] };
    await withSchemaEngine(url, [{ path: 'schema.prisma', content: datasource }], async (engine) => {
      const diagnosis = { migrationsList, filters, optInToShadowDatabase: false };
      expect(await engine.diagnoseMigrationHistory(diagnosis)).toMatchObject({
        editedMigrationNames: [],
        failedMigrationNames: [],
        hasMigrationsTable: true,
        history: null,
      });
      expect(await engine.applyMigrations({ migrationsList, filters })).toEqual({ appliedMigrationNames: [] });
    });
  });
});

describe('history that does not fit', () => {
  beforeEach(async () => {
    put('20260101000000_a', 'CREATE TABLE a (id int);', 'DROP TABLE a;');
    put('20260102000000_b', 'CREATE TABLE b (id int);');
    await up();
  });

  test('an edited migration is refused by name; converted line ends are no edit', async () => {
    put('20260102000000_b', 'CREATE TABLE b (id int);\r\n');
    await expect(up()).rejects.toThrow(/Migration 20260102000000_b was edited after it was applied/);
    expect(await migrationHistory(url, { folder })).toMatchObject([{ state: 'applied' }, { state: 'edited' }]);
    put('20260102000000_b', 'CREATE TABLE b (id int);');
    put('20260103000000_c', '-- one\n-- two\n');
    await up();
    put('20260103000000_c', '-- one\r\n-- two\r\n');
    expect(await up()).toEqual([]);
  });

  test('a migration whose folder is gone is refused by name', async () => {
    rmSync(join(folder, '20260101000000_a'), { recursive: true });
    await expect(up()).rejects.toThrow(/Migration 20260101000000_a .* its folder is missing/);
    expect(await diagnose(url, { folder })).toMatchObject({ driftUnknown: expect.stringContaining('history') });
  });

  test('a database that is newer than the code is refused', async () => {
    rmSync(join(folder, '20260102000000_b'), { recursive: true });
    await expect(up()).rejects.toThrow(/newer than this code: it has migration 20260102000000_b/);
  });

  test('a migration that prisma migrate left half done is refused by name; one it rolled back is not counted', async () => {
    await sql(`UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = '20260102000000_b'`);
    await expect(up()).rejects.toThrow(/20260102000000_b was begun by prisma migrate and failed/);
    await sql(`UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL; DROP TABLE b`);
    expect(await up()).toEqual(['20260102000000_b']);
  });

  test('drift is found and named', async () => {
    await sql('ALTER TABLE a ADD COLUMN sneaky text; CREATE TABLE strange (id int)');
    const { drift, problems } = await diagnose(url, { folder });
    expect(drift).toMatch(/sneaky/);
    expect(drift).toMatch(/strange/);
    expect(problems).toEqual([]);
    expect(await sql(`SELECT datname FROM pg_database WHERE datname LIKE 'prisma%'`)).toEqual([]);
  });
});

describe('down', () => {
  test('takes back the newest, one or several, and up applies them again', async () => {
    put('20260101000000_a', 'CREATE TABLE a (id int);', 'DROP TABLE a;');
    put('20260102000000_b', 'CREATE TABLE b (id int);', 'DROP TABLE b;');
    put('20260103000000_c', 'CREATE TABLE c (id int);', 'DROP TABLE c;');
    await up();
    expect(await migrateDown(url, { folder, steps: 1 })).toEqual(['20260103000000_c']);
    expect(await migrateDown(url, { folder, steps: 2 })).toEqual(['20260102000000_b', '20260101000000_a']);
    expect(await tables()).toEqual(['_prisma_migrations']);
    await expect(migrateDown(url, { folder, steps: 1 })).rejects.toThrow('Only 0 of the 1 migrations');
    expect(await up()).toHaveLength(3);
  });

  test('a missing down script refuses all of it before anything is done', async () => {
    put('20260101000000_a', 'CREATE TABLE a (id int);');
    put('20260102000000_b', 'CREATE TABLE b (id int);', 'DROP TABLE b;');
    await up();
    await expect(migrateDown(url, { folder, steps: 2 })).rejects.toThrow(
      'Migration 20260101000000_a cannot be taken back: it has no down.sql.',
    );
    expect(await tables()).toContain('b');
  });

  test('a down script that fails leaves the migration applied', async () => {
    put('20260101000000_a', 'CREATE TABLE a (id int);', 'DROP TABLE a; DROP TABLE nowhere;');
    await up();
    await expect(migrateDown(url, { folder, steps: 1 })).rejects.toThrow(/20260101000000_a could not be taken back/);
    expect(await tables()).toContain('a');
    expect(await currentMigration(url, { folder })).toBe('20260101000000_a');
  });
});

describe('new migrations', () => {
  test('several in a row, each with a script back; nothing when nothing changed', async () => {
    await evolve('Create users!', 'model User {\n id Int @id\n}');
    const second = await evolve('add name', 'model User {\n id Int @id\n name String?\n}');
    expect(second?.name).toMatch(/^\d{14}_add_name$/);
    expect(second?.warnings).toEqual([]);
    expect(await evolve('again', 'model User {\n id Int @id\n name String?\n}')).toBeUndefined();
    await migrateDown(url, { folder, steps: 1 });
    expect(await sql(`SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'User'`)).toEqual([
      { name: 'id' },
    ]);
  });

  test('an enum value that is added and used at once, with rows there, goes up and down', async () => {
    await evolve('a', 'enum State {\n NEW\n OLD\n}\nmodel Thing {\n id Int @id\n state State @default(NEW)\n}');
    await sql(`INSERT INTO "Thing" VALUES (1, 'OLD')`);
    const written = await evolve(
      'b',
      'enum State {\n NEW\n OLD\n LOST\n}\nmodel Thing {\n id Int @id\n state State @default(LOST)\n}',
    );
    await sql(`INSERT INTO "Thing" VALUES (2)`);
    expect(await sql(`SELECT state FROM "Thing" ORDER BY id`)).toEqual([{ state: 'OLD' }, { state: 'LOST' }]);
    expect(await diagnose(url, { folder })).toMatchObject({ drift: null, driftUnknown: null });
    await expect(migrateDown(url, { folder, steps: 1 })).rejects.toThrow(/invalid input value for enum/);
    await sql(`DELETE FROM "Thing" WHERE state = 'LOST'`);
    await migrateDown(url, { folder, steps: 1 });
    expect(await sql(`SELECT enum_range(NULL::"State")::text AS range`)).toEqual([{ range: '{NEW,OLD}' }]);
    expect(written?.warnings.join()).not.toMatch(/does not run|quite there/);
  });

  test('an enum value that is only added needs no rewriting; one that is removed comes back', async () => {
    await evolve('a', 'enum State {\n NEW\n}\nmodel Thing {\n id Int @id\n state State\n}');
    const added = await evolve('b', 'enum State {\n NEW\n OLD\n}\nmodel Thing {\n id Int @id\n state State\n}');
    expect(readFileSync(added?.files[0] ?? '', 'utf8')).toMatch(/^ALTER TYPE "State" ADD VALUE 'OLD';$/m);
    const removed = await evolve('c', 'enum State {\n OLD\n}\nmodel Thing {\n id Int @id\n state State\n}');
    expect(removed?.warnings.join()).toMatch(/The enum of Thing.state is replaced/);
    await migrateDown(url, { folder, steps: 2 });
    expect(await diagnose(url, { folder })).toMatchObject({ drift: null, driftUnknown: null });
  });

  test('what loses data or may fail is said, in the output and in the script', async () => {
    await evolve('a', 'model Thing {\n id Int @id\n title String\n}\nmodel Gone {\n id Int @id\n}');
    const written = await evolve('b', 'model Thing {\n id Int @id\n name String @unique\n}');
    const said = written?.warnings.join('\n') ?? '';
    expect(said).toMatch(/Column Thing.title is dropped with all its values/);
    expect(said).toMatch(/only renamed/);
    expect(said).toMatch(/Column Thing.name is required and has no default/);
    expect(said).toMatch(/unique index is put on Thing \(name\)/);
    expect(said).toMatch(/Table Gone is dropped/);
    expect(readFileSync(written?.files[0] ?? '', 'utf8')).toContain('Table Gone is dropped with all its rows.');
    expect(warningsOf('CREATE TABLE "x" (a int);\nCREATE UNIQUE INDEX "i" ON "x"("a");')).toEqual([]);
  });

  test('no temporary database is left behind, not even when an existing migration does not run', async () => {
    put('20260101000000_a', 'CREATE TABL a (id int);');
    writeFileSync(join(schema, 'schema.prisma'), datasource);
    await expect(createMigration({ name: 'b', url, folder, schema })).rejects.toThrow(/syntax error at or near "TABL"/);
    expect(await sql(`SELECT datname FROM pg_database WHERE datname LIKE 'prisma%'`)).toEqual([]);
  });

  test('a datamodel with a mistake is refused with its place', async () => {
    writeFileSync(join(schema, 'schema.prisma'), `${datasource}model Thing {\n id Strin @id\n}`);
    await expect(createMigration({ name: 'b', url, folder, schema })).rejects.toThrow(/cannot be compared/);
  });

  test('names sort after the newest one, whatever the clock says', async () => {
    put('29991231235959_far', 'SELECT 1;');
    const written = await createMigration({ name: 'next', url, folder, empty: true });
    expect(written?.name).toBe('30000101000000_next');
    await expect(createMigration({ name: '!?', url, folder })).rejects.toThrow(/needs a name/);
  });
});

describe('db commands', () => {
  /** Runs a command line; gives what it printed. */
  async function run(...words: string[]): Promise<string> {
    let printed = '';
    const end = { write: (text: string) => (printed += text) };
    const program = new Command().exitOverride().configureOutput({ writeErr() {}, writeOut() {} });
    registerDbCommands(program, {
      openDatabaseUrl: async () => ({ url, close: async () => {} }),
      output: (json) => createOutput(json, { out: end, err: { write() {} } }),
      migrations: folder,
      schema,
    });
    await program.parseAsync(['node', 'millwright', 'db', ...words]);
    return printed;
  }

  test('migrate, upgrade, current, history, downgrade -1', async () => {
    writeFileSync(join(schema, 'schema.prisma'), `${datasource}model Thing {\n id Int @id\n}`);
    expect(await run('migrate', '-m', 'things')).toMatch(/Wrote .*_things\/migration.sql\nWrote .*down.sql/);
    expect(await run('current')).toMatch(/Current migration: none\nPending: \d{14}_things/);
    expect(await run('upgrade')).toMatch(/Applied migration \d{14}_things/);
    expect(await run('upgrade')).toMatch(/Nothing to do/);
    expect(await run('current')).toMatch(/No migration is pending.\nThe database is as its migrations left it/);
    expect(await run('history')).toMatch(/\d{14}_things\s+applied\s+20.*yes/);
    expect(await run('downgrade', '-1')).toMatch(/Took back migration \d{14}_things/);
  });

  test.each([
    [['downgrade', '-2']],
    [['downgrade', '2']],
    [['downgrade', '--steps', '2']],
    [['downgrade', '--steps=-2']],
  ])('%j takes back two', async (words) => {
    put('20260101000000_a', 'CREATE TABLE a (id int);', 'DROP TABLE a;');
    put('20260102000000_b', 'CREATE TABLE b (id int);', 'DROP TABLE b;');
    await up();
    expect(JSON.parse(await run(...words, '--json'))).toEqual({ reverted: ['20260102000000_b', '20260101000000_a'] });
  });

  test('--json on each gives one JSON value', async () => {
    put('20260101000000_a', 'CREATE TABLE a (id int);', 'DROP TABLE a;');
    expect(JSON.parse(await run('upgrade', '--json'))).toEqual({ applied: ['20260101000000_a'] });
    expect(JSON.parse(await run('current', '--json'))).toMatchObject({ current: '20260101000000_a', upToDate: true });
    const [entry] = JSON.parse(await run('history', '--json')).migrations;
    expect(entry).toMatchObject({ name: '20260101000000_a', state: 'applied', reversible: true });
    writeFileSync(join(schema, 'schema.prisma'), `${datasource}model Thing {\n id Int @id\n}`);
    expect(JSON.parse(await run('migrate', '-m', 'x', '--json')).migration.name).toMatch(/_x$/);
  });

  test('nonsense is refused', async () => {
    await expect(run('downgrade', 'all')).rejects.toThrow(/must be a number/);
    await expect(run('downgrade', '0')).rejects.toThrow(/must be a number/);
    await expect(run('migrate')).rejects.toThrow(/required option/);
  });
});

test('the datamodel is read whole', () => {
  expect(readSchema().map(({ path }) => path)).toContain('base.prisma');
});
