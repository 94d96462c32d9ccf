import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { App } from '../app.ts';
import { type Config, readConfig } from '../platform/config.ts';
import type { OpenedDatabase } from './db.ts';

export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Takes the settings of the project's own .env file into the environment; what is set already wins. The .env of the
 * folder a command is typed in is left alone: it belongs to a repository that is to be documented.
 */
export function loadEnvironmentFile(): void {
  // What is typed at a terminal is meant from there; what is in .env is meant from the project.
  const typed = process.env.DATA_DIR?.trim();
  if (typed) process.env.DATA_DIR = resolve(hereFolder(), typed);
  try {
    process.loadEnvFile(join(projectRoot, '.env'));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** The folder a person types in. `npm run cli` starts in the project and says where it was called. */
export function hereFolder(): string {
  const { npm_lifecycle_event: script, INIT_CWD: calledFrom } = process.env;
  return script === 'cli' && calledFrom !== undefined ? calledFrom : process.cwd();
}

/** Reads the settings, some of them given anew by options. @throws ConfigError in one sentence */
export function readSettings(given: Readonly<Record<string, string | undefined>> = {}): Config {
  const chosen = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return readConfig({ ...process.env, ...chosen }, projectRoot);
}

/** The same, for a command that does one thing: it logs only what is amiss, unless asked for more. */
export function readQuietSettings(): Config {
  const config = readSettings();
  return config.DEBUG || process.env.LOG_LEVEL?.trim() ? config : { ...config, LOG_LEVEL: 'warn' };
}

/** Opens the app for one command and closes it behind it. */
export async function withApp<Result>(task: (app: App) => Promise<Result>): Promise<Result> {
  const { createApp } = await import('../app.ts');
  const app = await createApp({ config: readQuietSettings() });
  try {
    return await task(app);
  } finally {
    await app.close();
  }
}

/** The database the settings name, without the app around it; an embedded one is started or joined. */
export async function openDatabaseUrl(): Promise<OpenedDatabase> {
  const config = readQuietSettings();
  if (config.DATABASE_URL !== undefined) return { url: config.DATABASE_URL, close: async () => {} };
  const { startEmbeddedPostgres } = await import('../platform/embedded-postgres.ts');
  await mkdir(config.DATA_DIR, { recursive: true, mode: 0o700 });
  const postgres = await startEmbeddedPostgres({ dataDir: config.DATA_DIR });
  return { url: postgres.url, close: () => postgres.leave() };
}
