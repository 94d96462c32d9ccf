import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { analysisDefinition } from './analyses/jobs.ts';
import { cvAnalysisDefinition } from './cv/jobs.ts';
import { docsDefinition } from './docs/jobs.ts';
import type { JobKind } from './generated/prisma/enums.ts';
import type { JobKindRules } from './jobs/kind.ts';
import type { Config } from './platform/config.ts';
import { type ContentCache, cachePlace, openContentCache } from './platform/content-cache.ts';
import { type Database, openDatabase } from './platform/database.ts';
import { startEmbeddedPostgres } from './platform/embedded-postgres.ts';
import { createLog, type Log } from './platform/log.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { migrateUp } from './platform/migrations.ts';
import { openQueue, type Queue } from './platform/queue.ts';
import { readSecret, type Secret } from './platform/secret.ts';
import { createFileStorage, type Storage } from './platform/storage.ts';
import { createThreadPool, type ThreadPool } from './platform/thread-pool.ts';
import { noWakeUps, postgresWakeUps, redisWakeUps, type WakeUps } from './platform/wake-ups.ts';
import { taskDefinition } from './tasks/jobs.ts';

/** Everything a feature may use, built once. */
export interface App {
  readonly config: Config;
  readonly log: Log;
  readonly secret: Secret;
  readonly database: Database;
  readonly wakeUps: WakeUps;
  /** For counters shared by all processes; null without REDIS_URL. Commands fail at once while Redis is away. */
  readonly redis: Redis | null;
  readonly queue: Queue;
  /** The kinds of jobs there are, by their names. */
  readonly jobKinds: JobKinds;
  readonly storage: Storage;
  readonly metrics: Metrics;
  /** Threads for heavy work; none is started before there is some. */
  readonly threads: ThreadPool;
  /** Results by the content they were made of, kept on this machine over jobs. */
  readonly cache: ContentCache;
  /** Folder for checkouts and other things a job needs only while it runs. */
  readonly workFolder: string;
  /** Aborted when the app begins to close: long-lived streams end, workers give their jobs back. */
  readonly closing: AbortSignal;
  /** Tells streams and workers to end, before `close` takes their ground away. */
  beginClosing(): void;
  /** Closes everything in reverse order. Safe to call twice. */
  close(): Promise<void>;
}

type JobKinds = Readonly<Record<JobKind, JobKindRules>>;

/** The kinds of work there are; each has a queue of its own. */
export const jobKinds: JobKinds = {
  DOCS: docsDefinition,
  ANALYSIS: analysisDefinition,
  TASK: taskDefinition,
  CV_ANALYSIS: cvAnalysisDefinition,
};

export interface AppOptions {
  readonly config: Config;
  /** Whether this process works on jobs. */
  readonly working?: boolean;
  /** Whether this process starts what is due by the clock. */
  readonly scheduling?: boolean;
  /** Whether this process answers requests. */
  readonly serving?: boolean;
  readonly log?: Log;
  readonly onStatement?: (sql: string) => void;
}

/** Builds the app with everything started that it stands on. Whatever was opened is closed again when a part fails. */
export async function createApp(options: AppOptions): Promise<App> {
  const app = await openApp(options);
  try {
    await startApp(app);
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

/**
 * Starts the queue, and waits for the wake-ups that are being opened. Safe to call twice.
 * @throws what the queue's start fails with
 */
export async function startApp({ queue, wakeUps }: App): Promise<void> {
  await Promise.all([queue.start(), wakeUps.opened()]);
}

/**
 * Builds the app: embedded or given Postgres, migrations, wake-ups, queue, storage. Requests can be answered with it,
 * before `startApp` has started what few of them need. Whatever was already opened is closed again when a later part
 * fails.
 */
export async function openApp(options: AppOptions): Promise<App> {
  const { config, working = false, scheduling = false } = options;
  const log = options.log ?? createLog(config.LOG_LEVEL);
  const closing = new AbortController();
  const opened: (() => Promise<unknown>)[] = [];
  const close = once(() => {
    closing.abort();
    return closeAll(opened, log);
  });
  try {
    const { url, database } = await openMigrated(options, log, opened);
    const redis = config.REDIS_URL === undefined ? null : await connectRedis(config.REDIS_URL, log);
    opened.push(async () => redis?.disconnect());
    const wakeUps = await openWakeUps(config, url, database, log);
    opened.push(() => wakeUps.close());
    const queue = openQueue({ url, queues: queuesOfKinds(), working, scheduling, log });
    opened.push(() => queue.close());
    const threads = createThreadPool({ threads: config.WORKER_THREADS });
    opened.push(() => threads.close());
    const cache = openContentCache({ ...cachePlace(config), log });
    opened.push(async () => cache.close());
    return {
      config,
      log,
      secret: await readSecret(config),
      database,
      wakeUps,
      redis,
      queue,
      jobKinds,
      storage: createFileStorage(join(config.DATA_DIR, 'storage')),
      metrics: createMetrics(),
      threads,
      cache,
      workFolder: join(config.DATA_DIR, 'work'),
      closing: closing.signal,
      beginClosing: () => closing.abort(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function closeAll(opened: (() => Promise<unknown>)[], log: Log): Promise<void> {
  for (const shut of opened.reverse()) {
    await shut().catch((error: unknown) => log.error({ err: error }, 'closing failed'));
  }
}

/** A queue for each kind; its entries outlive the deadline of the work, so that the work ends first. */
function queuesOfKinds() {
  return Object.values(jobKinds).map(({ queue, deadlineSeconds }) => ({
    name: queue,
    expireSeconds: deadlineSeconds + 120,
  }));
}

/** The embedded or given Postgres with every migration applied. */
async function openMigrated(
  { config, onStatement, serving = false }: AppOptions,
  log: Log,
  opened: (() => Promise<unknown>)[],
): Promise<{ url: string; database: Database }> {
  await mkdir(config.DATA_DIR, { recursive: true, mode: 0o700 });
  const url = config.DATABASE_URL ?? (await embedded(config, log, opened));
  const database = openDatabase({ url, connections: config.DATABASE_POOL, log, onStatement });
  opened.push(() => database.close());
  await Promise.all([migrateUp(url, { log }), serving && connectBeforehand(database)]);
  return { url, database };
}

/** Makes the connections that the first requests would have to wait for, beside others that are being made. */
async function connectBeforehand({ pool, statements }: Database): Promise<void> {
  // Should one fail, whoever needs it is told.
  await Promise.allSettled([pool.query('SELECT 1'), statements.run({ text: 'SELECT 1', values: [] })]);
}

async function embedded(config: Config, log: Log, opened: (() => Promise<unknown>)[]): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataDir: config.DATA_DIR, log });
  opened.push(() => postgres.leave());
  return postgres.url;
}

/** Its client is loaded where there is a Redis. */
async function connectRedis(url: string, log: Log): Promise<Redis> {
  const { openRedis } = await import('./platform/redis.ts');
  return openRedis(url, log);
}

async function openWakeUps(config: Config, url: string, database: Database, log: Log): Promise<WakeUps> {
  if (config.WAKE_UPS === 'off') return noWakeUps();
  if (config.WAKE_UPS === 'redis' && config.REDIS_URL !== undefined) return redisWakeUps(config.REDIS_URL, log);
  return postgresWakeUps(url, database.pool, log);
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= run();
    return running;
  };
}
