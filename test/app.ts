import { randomBytes, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { Client } from 'pg';
import { inject } from 'vitest';
import { type App, createApp } from '../src/app.ts';
import { type Roles, type Running, run } from '../src/main.ts';
import { type Config, readConfig } from '../src/platform/config.ts';
import { createLog } from '../src/platform/log.ts';
import { makeScratch } from './scratch.ts';

/**
 * What a test app does. `bare`: it may work on jobs, but on none unless the test says how. `shortWay`: false sends
 * every GraphQL request the long way.
 */
export type TestRoles = Partial<Roles> & { readonly bare?: boolean; readonly shortWay?: boolean };

let shortWayUnlessSaid = true;

/** Sends the GraphQL requests of a whole test file the long way. */
export function goTheLongWay(): void {
  shortWayUnlessSaid = false;
}

/** A real app of its own database, with its own folders and, with the api role, a listening server. */
export interface TestApp {
  readonly app: App;
  /** Where it listens; empty without the api role. */
  readonly url: string;
  readonly config: Config;
  /** SQL statements that this process has sent since the last call, but for those of the queue and of wake-ups. */
  readonly statements: () => string[];
  /** Starts another process's worth of app on the same database and folder. */
  readonly another: (roles?: TestRoles, settings?: Record<string, string>) => Promise<TestApp>;
  /** The environment to start a real child process on the same database and folder with. */
  readonly environment: Record<string, string>;
  close(): Promise<void>;
}

/**
 * Starts an app on a fresh clone of the template database. By default it serves but does not work, so that a test
 * decides when and by whom work is done.
 */
export async function testApp(roles: TestRoles = {}, settings: Record<string, string> = {}): Promise<TestApp> {
  const folder = await makeScratch('app');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name} TEMPLATE template`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  const environment = {
    DATABASE_URL: url.href,
    DATA_DIR: folder,
    PORT: '0',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'fatal',
    DATABASE_POOL: '8',
    SECRET_KEY: `test-secret-${randomUUID()}`,
    DEVELOPMENT_USER: 'false',
    RATE_LIMITS: 'off',
    // A busy machine that runs tests is no overload of the server in the same process.
    SHED_LOAD: 'off',
    // Nobody asks the real GitHub; a test that wants resources names fakes.
    CV_RESOURCES: 'off',
    ...settings,
  };
  return start(environment, roles, async () => {
    await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await rm(folder, { recursive: true, force: true });
  });
}

async function start(
  environment: Record<string, string>,
  roles: TestRoles,
  afterwards: () => Promise<void>,
): Promise<TestApp> {
  const config = readConfig(environment, '/');
  const seen: string[] = [];
  const { bare: isBare, shortWay = shortWayUnlessSaid, ...asked } = roles;
  const options = { config, log: createLog(config.LOG_LEVEL), onStatement: (sql: string) => seen.push(sql), shortWay };
  const running =
    isBare === true
      ? await bare(options)
      : await run(options, { api: true, worker: false, scheduler: false, ...asked });
  return {
    app: running.app,
    url: running.addresses[0] ?? '',
    config,
    environment,
    statements: () => seen.splice(0).filter((sql) => !sql.includes('pg_notify')),
    another: (more = {}, settings = {}) => start({ ...environment, ...settings }, more, async () => {}),
    async close() {
      await running.close();
      await afterwards();
    },
  };
}

async function bare(options: Omit<Parameters<typeof createApp>[0], 'working'>): Promise<Running> {
  const app = await createApp({ ...options, working: true });
  return { app, addresses: [], signIn: null, close: () => app.close() };
}

async function onServer(sql: string): Promise<void> {
  const client = new Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  await client.query(sql);
  await client.end();
}
