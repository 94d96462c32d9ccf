import { availableParallelism } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';

const flag = z
  .enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'])
  .transform((text) => ['true', '1', 'yes', 'on'].includes(text));
const wholeNumber = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const origin = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .transform((text) => text.replace(/\/+$/, ''));
const safeOrigin = origin.refine(
  (text) => text.startsWith('https:') || isLoopbackUrl(new URL(text)),
  'must be an https URL, or http on this machine',
);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/**
 * Every setting there is: its environment variable, its form and what it is for. The README's table and .env.example
 * are checked against this object. A default that depends on other settings is worked out in `readConfig`.
 */
export const settings = z.object({
  ENVIRONMENT: z
    .enum(['local', 'development', 'staging', 'production'])
    .default('local')
    .describe('Where this runs. Staging and production refuse to start without SECRET_KEY.'),
  PORT: list
    .transform((texts) => texts.map(Number))
    .pipe(z.array(z.int().min(0).max(65535)).min(1))
    .default([8000])
    .describe('Port to listen on; several separated by commas. 0 takes a free one.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  DATA_DIR: z.string().default('.data').describe('Folder of the embedded database, stored files and the secret.'),
  DATABASE_URL: z.string().optional().describe('PostgreSQL to use instead of the embedded one.'),
  POSTGRES_HOST: z.string().optional().describe('The same in parts: host.'),
  POSTGRES_PORT: wholeNumber(1, 65535).default(5432).describe('The same in parts: port.'),
  POSTGRES_USER: z.string().default('postgres').describe('The same in parts: user.'),
  POSTGRES_PASSWORD: z.string().default('').describe('The same in parts: password.'),
  POSTGRES_DB: z.string().default('millwright').describe('The same in parts: database.'),
  DATABASE_POOL: wholeNumber(2, 200).default(20).describe('Most database connections a process holds.'),
  REDIS_URL: z.string().optional().describe('Redis for wake-ups between processes; otherwise PostgreSQL carries them.'),
  REDIS_HOST: z.string().optional().describe('The same in parts: host.'),
  REDIS_PORT: wholeNumber(1, 65535).default(6379).describe('The same in parts: port.'),
  REDIS_PASSWORD: z.string().optional().describe('The same in parts: password.'),
  REDIS_DB: wholeNumber(0, 1000).default(0).describe('The same in parts: database number.'),
  WAKE_UPS: z
    .enum(['auto', 'postgres', 'redis', 'off'])
    .default('auto')
    .describe('What tells processes to look again. auto: Redis when configured, else PostgreSQL.'),
  SECRET_KEY: z
    .string()
    .min(32, 'must have at least 32 characters')
    .optional()
    .describe('Signs tokens and links; at least 32 characters. Made once in DATA_DIR when local.'),
  DEBUG: flag.default(false).describe('Verbose logs.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .optional()
    .describe('Least level that is logged; info unless DEBUG.'),
  BACKEND_BASE_URL: origin.optional().describe("This server's public address, as it appears in links."),
  FRONTEND_URL: origin.optional().describe('Origin of the front end that browsers may call this server from (CORS).'),
  ALLOW_LOCAL_REPOS: flag
    .optional()
    .describe('Whether folders of this machine may be documented. On when local and HOST is loopback.'),
  DEVELOPMENT_USER: flag
    .optional()
    .describe('Whether a ready account is made at start. On when local and HOST is loopback.'),
  REGISTRATION_ENABLED: flag.default(true).describe('Whether people may sign up.'),
  GITHUB_URL: origin.default('https://github.com').describe('Web address of GitHub or GitHub Enterprise.'),
  GITHUB_API_URL: origin.default('https://api.github.com').describe("Address of GitHub's REST API."),
  GITHUB_CLIENT_ID: z.string().optional().describe('OAuth application at GitHub: its id.'),
  GITHUB_CLIENT_SECRET: z.string().optional().describe('OAuth application at GitHub: its secret.'),
  GITHUB_ACCESS_TOKEN: z.string().optional().describe('GitHub token for reading where the caller has attached none.'),
  COMMIT_AUTHOR: z
    .string()
    .regex(/^[^<>\p{Cc}]*[^<>\p{Cc}\s][^<>\p{Cc}]* <[^<>\s]+@[^<>\s]+>$/u, 'must be of the form Name <email>')
    .default('Millwright <noreply@millwright.localhost>')
    .describe('Author of the commits this server makes: Name <email>.'),
  GOOGLE_ISSUER: safeOrigin.default('https://accounts.google.com').describe('OpenID provider of the Google sign-in.'),
  GOOGLE_CLIENT_ID: z.string().optional().describe('OAuth client at Google: its id.'),
  GOOGLE_CLIENT_SECRET: z.string().optional().describe('OAuth client at Google: its secret.'),
  OAUTH_TOKENS_IN: z
    .enum(['fragment', 'query'])
    .default('fragment')
    .describe('Where the front end gets its tokens after a sign-in elsewhere; a query is seen by servers and logs.'),
  RATE_LIMITS: z.enum(['on', 'off']).default('on').describe('Whether requests are limited per caller.'),
  RATE_LIMIT_REQUESTS: wholeNumber(1, 1_000_000).default(100).describe('Requests a caller has in one period.'),
  RATE_LIMIT_PERIOD: wholeNumber(1, 86_400).default(60).describe('Seconds of one period.'),
  SAFE_FETCH_ALLOW: list
    .default([])
    .describe('Exact origins that outgoing requests may reach although they are private, separated by commas.'),
  TRUSTED_DOCUMENTS: z
    .string()
    .optional()
    .describe('JSON file of operations by SHA-256 hash; when given, GraphQL runs no others.'),
  WORKER_CONCURRENCY: wholeNumber(1, 64).default(2).describe('Jobs of one kind that a worker process runs at once.'),
  WORKER_THREADS: wholeNumber(1, 256)
    .default(availableParallelism())
    .describe('Threads for heavy work; as many as there are processors.'),
  EVENT_RETENTION_DAYS: wholeNumber(1, 3650).default(30).describe('Days the events of finished jobs are kept.'),
  JOB_RETENTION_DAYS: wholeNumber(1, 3650).default(180).describe('Days finished jobs and their files are kept.'),
  MAX_REPOSITORY_MEGABYTES: wholeNumber(1, 100_000)
    .default(500)
    .describe('Largest repository that is cloned or read, in megabytes.'),
});

export type Settings = z.infer<typeof settings>;

/** The settings with every default worked out. */
export interface Config extends Omit<Settings, 'ALLOW_LOCAL_REPOS' | 'DEVELOPMENT_USER' | 'WAKE_UPS' | 'LOG_LEVEL'> {
  readonly ALLOW_LOCAL_REPOS: boolean;
  readonly DEVELOPMENT_USER: boolean;
  readonly WAKE_UPS: 'postgres' | 'redis' | 'off';
  readonly LOG_LEVEL: NonNullable<Settings['LOG_LEVEL']>;
}

/** A setting that does not fit. Its message is one sentence for the person at the terminal. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Whether an address to listen on is only reachable from this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** The same of the host a URL names. */
export function isLoopbackUrl({ hostname }: URL): boolean {
  return isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'));
}

/**
 * Reads the settings from an environment. Empty values count as absent. Relative DATA_DIR is taken from `folder`.
 * @throws ConfigError naming every setting that does not fit.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>, folder: string): Config {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const parsed = settings.safeParse(present);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`Settings do not fit: ${issues.join('; ')}.`);
  }
  const read = parsed.data;
  const deployed = read.ENVIRONMENT === 'production' || read.ENVIRONMENT === 'staging';
  if (deployed && read.SECRET_KEY === undefined) {
    throw new ConfigError(
      `SECRET_KEY is missing: with ENVIRONMENT=${read.ENVIRONMENT} set it to a random text of at least 32 characters.`,
    );
  }
  const onlyHere = read.ENVIRONMENT === 'local' && isLoopback(read.HOST);
  const redisUrl = read.REDIS_URL ?? redisUrlOf(read);
  if (read.WAKE_UPS === 'redis' && redisUrl === undefined) {
    throw new ConfigError('WAKE_UPS=redis needs REDIS_URL or REDIS_HOST.');
  }
  return {
    ...read,
    DATA_DIR: isAbsolute(read.DATA_DIR) ? read.DATA_DIR : resolve(folder, read.DATA_DIR),
    DATABASE_URL: read.DATABASE_URL ?? databaseUrlOf(read),
    REDIS_URL: redisUrl,
    ALLOW_LOCAL_REPOS: read.ALLOW_LOCAL_REPOS ?? onlyHere,
    DEVELOPMENT_USER: read.DEVELOPMENT_USER ?? onlyHere,
    WAKE_UPS: read.WAKE_UPS === 'auto' ? (redisUrl === undefined ? 'postgres' : 'redis') : read.WAKE_UPS,
    LOG_LEVEL: read.LOG_LEVEL ?? (read.DEBUG ? 'debug' : 'info'),
  };
}

function databaseUrlOf(read: Settings): string | undefined {
  if (read.POSTGRES_HOST === undefined) return undefined;
  const [user, password] = [read.POSTGRES_USER, read.POSTGRES_PASSWORD].map(encodeURIComponent);
  const credentials = password === '' ? user : `${user}:${password}`;
  // The driver reads the name by decodeURI, which leaves more as it is than its counterpart for components.
  const name = encodeURI(read.POSTGRES_DB).replace(/[?#]/g, encodeURIComponent);
  return `postgresql://${credentials}@${hostInUrl(read.POSTGRES_HOST)}:${read.POSTGRES_PORT}/${name}`;
}

function redisUrlOf(read: Settings): string | undefined {
  if (read.REDIS_HOST === undefined) return undefined;
  const credentials = read.REDIS_PASSWORD === undefined ? '' : `:${encodeURIComponent(read.REDIS_PASSWORD)}@`;
  return `redis://${credentials}${hostInUrl(read.REDIS_HOST)}:${read.REDIS_PORT}/${read.REDIS_DB}`;
}

function hostInUrl(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
