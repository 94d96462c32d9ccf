import { createPublicKey } from 'node:crypto';
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

/** A key that RS256 or ES256 is checked with. */
const publicKey = z
  .string()
  .transform((text) => text.replaceAll('\\n', '\n'))
  .refine(isPublicKey, 'must be a public key in PEM: RSA of at least 2048 bits, or EC P-256');

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
  DATABASE_POOL: wholeNumber(2, 200)
    .default(20)
    .describe(
      'Most database connections of a process for ordinary work; two more serve short reads, and the queue has its own.',
    ),
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
  ANONYMOUS_CV: flag.default(true).describe('Whether CVs are analysed for people who are not signed in.'),
  CV_ANONYMOUS_HOURS: wholeNumber(1, 8760)
    .default(24)
    .describe('Hours after which the analysis of a CV by somebody not signed in is removed.'),
  CV_RESOURCES: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Whether GitHub and YouTube are searched for what to learn from; they are told names of skills only.'),
  YOUTUBE_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'must be a key without spaces')
    .optional()
    .describe("Key of YouTube's Data API; without one no videos are searched."),
  YOUTUBE_API_URL: safeOrigin
    .default('https://www.googleapis.com/youtube/v3')
    .describe("Address of YouTube's Data API."),
  REGISTRATION_ENABLED: flag.default(true).describe('Whether people may sign up.'),
  GITHUB_URL: origin.default('https://github.com').describe('Web address of GitHub or GitHub Enterprise.'),
  GITHUB_API_URL: origin.default('https://api.github.com').describe("Address of GitHub's REST API."),
  GITHUB_CLIENT_ID: z.string().optional().describe('OAuth application at GitHub: its id.'),
  GITHUB_CLIENT_SECRET: z.string().optional().describe('OAuth application at GitHub: its secret.'),
  GITHUB_ACCESS_TOKEN: z.string().optional().describe('GitHub token for reading where the caller has attached none.'),
  GITHUB_WEBHOOK_SECRET: z
    .string()
    .optional()
    .describe("Secret of GitHub's webhook, which is received at /api/webhooks/github; without it none is taken."),
  COMMIT_AUTHOR: z
    .string()
    .regex(/^[^<>\p{Cc}]*[^<>\p{Cc}\s][^<>\p{Cc}]* <[^<>\s]+@[^<>\s]+>$/u, 'must be of the form Name <email>')
    .default('Millwright <noreply@millwright.localhost>')
    .describe('Author of the commits this server makes: Name <email>.'),
  GOOGLE_ISSUER: safeOrigin.default('https://accounts.google.com').describe('OpenID provider of the Google sign-in.'),
  GOOGLE_CLIENT_ID: z.string().optional().describe('OAuth client at Google: its id.'),
  GOOGLE_CLIENT_SECRET: z.string().optional().describe('OAuth client at Google: its secret.'),
  CLERK_ISSUER: safeOrigin.optional().describe("Clerk's Frontend API URL, which is the issuer of its session tokens."),
  CLERK_JWKS_URL: safeOrigin
    .optional()
    .describe("Where Clerk's keys are: the issuer's /.well-known/jwks.json. Or set CLERK_JWT_KEY."),
  CLERK_JWT_KEY: publicKey
    .optional()
    .describe("Clerk's public key in PEM, instead of CLERK_JWKS_URL; \\n counts as a line break."),
  CLERK_AUTHORIZED_PARTIES: list
    .default([])
    .describe('Origins whose Clerk session tokens are taken (azp), separated by commas; any when empty.'),
  CLERK_SECRET_KEY: z
    .string()
    .optional()
    .describe("Reads users from Clerk's API where their session tokens say no verified email."),
  CLERK_API_URL: safeOrigin.default('https://api.clerk.com').describe("Address of Clerk's Backend API."),
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
  MAX_REQUESTS: wholeNumber(16, 100_000)
    .default(512)
    .describe('Requests a process answers at once; more get 503, and fewer while it cannot keep up.'),
  SHED_LOAD: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Whether a process that cannot keep up lets in fewer requests than MAX_REQUESTS.'),
  TRUSTED_DOCUMENTS: z
    .string()
    .optional()
    .describe('JSON file of operations by SHA-256 hash; when given, GraphQL runs no others.'),
  WORKER_CONCURRENCY: wholeNumber(1, 256).default(2).describe('Jobs of one kind that a worker process runs at once.'),
  WORKER_THREADS: wholeNumber(1, 256)
    .default(availableParallelism())
    .describe('Threads for heavy work; as many as there are processors.'),
  EVENT_RETENTION_DAYS: wholeNumber(1, 3650).default(30).describe('Days the events of finished jobs are kept.'),
  JOB_RETENTION_DAYS: wholeNumber(1, 3650).default(180).describe('Days finished jobs and their files are kept.'),
  MAX_REPOSITORY_MEGABYTES: wholeNumber(1, 100_000)
    .default(500)
    .describe('Largest repository that is cloned or read, in megabytes.'),
  CACHE_MEGABYTES: wholeNumber(1, 1_000_000)
    .default(1000)
    .describe('Most megabytes of DATA_DIR for results kept by content, so that nothing is parsed twice.'),
  OPENAI_API_KEY: z
    .string()
    .optional()
    .describe('Key of an OpenAI-compatible service; with one, models do what the local engines do without.'),
  OPENAI_BASE_URL: origin
    .default('https://api.openai.com/v1')
    .describe('Address of that service up to /chat/completions; another one needs AI_MODEL.'),
  ANTHROPIC_API_KEY: z.string().optional().describe('Key of Anthropic.'),
  ANTHROPIC_BASE_URL: origin.default('https://api.anthropic.com/v1').describe("Address of Anthropic's API."),
  AI_MODEL: z
    .string()
    .regex(/^[\w@][\w.:/@+-]{0,199}$/, 'must be the name of a model')
    .optional()
    .describe('Model to ask; openai: or anthropic: before it says whose. A small one of the service unless set.'),
  DOCS_MODEL_TOKENS: wholeNumber(0, 100_000_000)
    .default(200_000)
    .describe('Most tokens, in and out, that the pages of one job may cost; 0 leaves all to the local engine.'),
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

function isPublicKey(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails = {} } = createPublicKey(pem);
    const { modulusLength = 0, namedCurve } = asymmetricKeyDetails;
    // A private key would be taken for its public half.
    if (pem.includes('PRIVATE KEY')) return false;
    return asymmetricKeyType === 'rsa' ? modulusLength >= 2048 : namedCurve === 'prime256v1';
  } catch {
    return false;
  }
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
  requireModel(read);
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

/** Where a key is set, there is a model that it opens. */
function requireModel({ OPENAI_API_KEY, OPENAI_BASE_URL, ANTHROPIC_API_KEY, AI_MODEL }: Settings): void {
  const isOwnService = new URL(OPENAI_BASE_URL).hostname !== 'api.openai.com';
  if (OPENAI_API_KEY !== undefined && isOwnService && AI_MODEL === undefined) {
    throw new ConfigError('AI_MODEL is missing: with OPENAI_BASE_URL set it to the name of a model of that service.');
  }
  const keys = { openai: OPENAI_API_KEY, anthropic: ANTHROPIC_API_KEY };
  const isUnset = (provider: keyof typeof keys) =>
    AI_MODEL?.startsWith(`${provider}:`) === true && keys[provider] === undefined;
  if (OPENAI_API_KEY !== undefined && isUnset('anthropic')) {
    throw new ConfigError('ANTHROPIC_API_KEY is missing: AI_MODEL names a model of Anthropic.');
  }
  if (ANTHROPIC_API_KEY !== undefined && isUnset('openai')) {
    throw new ConfigError('OPENAI_API_KEY is missing: AI_MODEL names a model of an OpenAI-compatible service.');
  }
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
