import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils';
import type { DiffTarget, MigrationList, SchemaEngine, SchemaFilter } from '@prisma/schema-engine-wasm';
import { Pool, type QueryArrayResult } from 'pg';

/** One file of the datamodel. */
export interface SchemaFile {
  readonly path: string;
  readonly content: string;
}

/** TypeScript knows it from browsers only. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, object>,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

const everything: SchemaFilter = { externalTables: [], externalEnums: [] };

let loading: Promise<typeof SchemaEngine> | undefined;

/**
 * Opens Prisma's schema engine on a database, runs the task and closes all connections. States given as migrations are
 * built in temporary databases on the same server, which are dropped again.
 * @param files The datamodel; the engine wants one even where a task compares databases only.
 */
export async function withSchemaEngine<Result>(
  url: string,
  files: readonly SchemaFile[],
  task: (engine: SchemaEngine) => Promise<Result>,
): Promise<Result> {
  loading ??= load();
  const Engine = await loading;
  const connections = new Connections(url);
  try {
    const datamodels = files.map((file): [string, string] => [file.path, file.content]);
    const engine = await Engine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(connections));
    try {
      return await task(engine);
    } finally {
      engine.free();
    }
  } catch (error) {
    // The engine knows the server's error only as "external".
    throw connections.scriptError ?? error;
  } finally {
    await connections.close();
  }
}

/** The SQL that leads from one state to another; undefined when they are the same. */
export async function diffScript(engine: SchemaEngine, from: DiffTarget, to: DiffTarget): Promise<string | undefined> {
  const answer = await engine.diff({ from, to, script: true, exitCode: true, filters: everything });
  return answer.exitCode === 0 ? undefined : (answer.stdout ?? undefined);
}

/** What differs between two states, in words; undefined when they are the same. */
export async function diffSummary(engine: SchemaEngine, from: DiffTarget, to: DiffTarget): Promise<string | undefined> {
  const answer = await engine.diff({ from, to, script: false, exitCode: true, filters: everything });
  return answer.exitCode === 0 ? undefined : (answer.stdout ?? '').trim();
}

/** Migrations in the engine's form. */
export function migrationList(migrations: readonly { name: string; up: string }[]): MigrationList {
  return {
    baseDir: '/',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, up }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: up } },
    })),
  };
}

/** The same server's connection URL with another database. */
export function withDatabase(url: string, database: string): string {
  return url.replace(/^([a-z]+:\/\/[^/?]*)(\/[^?]*)?/i, `$1/${database}`);
}

/**
 * PrismaPg's own way to a shadow database ignores the name when the settings are a URL, and its executeScript cuts
 * scripts at every semicolon, those in strings and function bodies included.
 */
class Connections implements SqlMigrationAwareDriverAdapterFactory {
  readonly provider = 'postgres';
  readonly adapterName = '@prisma/adapter-pg';
  readonly #url: string;
  readonly #open = new Map<Pool, () => Promise<void>>();
  readonly #closing = new Set<Promise<void>>();
  /** What the server said to a script that failed. */
  scriptError: unknown;

  constructor(url: string) {
    this.#url = url;
  }

  async connect(): Promise<SqlDriverAdapter> {
    return this.#connectTo(this.#url, async () => {});
  }

  async connectToShadowDb(): Promise<SqlDriverAdapter> {
    const database = `prisma_migrate_shadow_db_${randomUUID()}`;
    await this.#execute(this.#url, `CREATE DATABASE "${database}" TEMPLATE template0`);
    return this.#connectTo(withDatabase(this.#url, database), () =>
      this.#execute(this.#url, `DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`),
    );
  }

  async close(): Promise<void> {
    for (const pool of [...this.#open.keys()]) this.#dispose(pool);
    await Promise.all(this.#closing);
  }

  async #connectTo(url: string, afterwards: () => Promise<void>): Promise<SqlDriverAdapter> {
    const pool = new Pool({ connectionString: url, max: 2 });
    pool.on('error', () => {});
    this.#open.set(pool, afterwards);
    const catalogs = readingCatalogs(pool);
    const adapter: SqlDriverAdapter = await new PrismaPg(catalogs.pool).connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => catalogs.restore(await queryRaw(query));
    adapter.dispose = async () => this.#dispose(pool);
    adapter.executeScript = async (script) => {
      try {
        await pool.query(script);
      } catch (error) {
        this.scriptError ??= error;
        throw error;
      }
    };
    return adapter;
  }

  /** The engine does not wait for what it disposes of; `close` does. */
  #dispose(pool: Pool): void {
    const afterwards = this.#open.get(pool);
    if (afterwards === undefined) return;
    this.#open.delete(pool);
    this.#closing.add(pool.end().then(afterwards));
  }

  async #execute(url: string, sql: string): Promise<void> {
    const pool = new Pool({ connectionString: url, max: 1 });
    try {
      await pool.query(sql);
    } catch (error) {
      this.scriptError ??= error;
      throw error;
    } finally {
      await pool.end();
    }
  }
}

/**
 * The engine wants catalog columns of the internal type "char" as single letters; PrismaPg knows no such type. So they
 * go through it as `character` and get their type back afterwards. Gives the pool to hand to PrismaPg, and the repair.
 */
function readingCatalogs(pool: Pool): { pool: Pool; restore(result: SqlResultSet): SqlResultSet } {
  const letters = new WeakMap<object, number[]>();
  const query = async (...parts: unknown[]): Promise<QueryArrayResult> => {
    const result: QueryArrayResult = await Reflect.apply(pool.query, pool, parts);
    const columns = result.fields.flatMap((field, index) => (field.dataTypeID === internalChar ? [index] : []));
    for (const field of result.fields) if (field.dataTypeID === internalChar) field.dataTypeID = character;
    letters.set(result.rows, columns);
    return result;
  };
  return {
    pool: new Proxy(pool, { get: (target, key) => (key === 'query' ? query : Reflect.get(target, key, target)) }),
    restore(result) {
      for (const index of letters.get(result.rows) ?? []) result.columnTypes[index] = ColumnTypeEnum.Character;
      return result;
    },
  };
}

const internalChar = 18;
const character = 1042;

/** Prisma's client keeps such a register too; whoever comes first. */
function reportPanics(): void {
  if ('PRISMA_WASM_PANIC_REGISTRY' in globalThis) return;
  const set_message = (message: string) => {
    throw new Error(`Prisma's schema engine broke down: ${message}`);
  };
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message } });
}

/** The package's own entry imports the .wasm file as a module, which Node calls experimental and warns about. */
async function load(): Promise<typeof SchemaEngine> {
  reportPanics();
  const path = import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = readFileSync(fileURLToPath(path.replace(/\.js$/, '.wasm')));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': { ...bindings } });
  bindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start === 'function') start();
  return bindings.SchemaEngine;
}
