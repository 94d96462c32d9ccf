import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { PgBoss } from 'pg-boss';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { migrateUp } from '../src/platform/migrations.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A server URL whose database `template` has every migration and the queue's schema. */
    postgresUrl: string;
    /** A folder for what tests write, removed when all have ended. */
    scratch: string;
  }
}

/** One real Postgres for all tests, with a migrated template that each test app clones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'millwright-tests-'));
  const postgres = await startEmbeddedPostgres({ dataDir: folder, durable: false });
  const template = databaseUrl(postgres.url, 'template');
  await execute(postgres.url, 'CREATE DATABASE template');
  await migrateUp(template);
  const boss = new PgBoss(template);
  await boss.start();
  await boss.stop({ graceful: false });
  project.provide('postgresUrl', postgres.url);
  const scratch = await realpath(await mkdtemp(join(tmpdir(), 'millwright-scratch-')));
  project.provide('scratch', scratch);
  return async () => {
    await postgres.leave();
    for (const one of [folder, scratch]) await rm(one, { recursive: true, force: true });
  };
}

function databaseUrl(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}
