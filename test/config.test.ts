import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, settings } from '../src/platform/config.ts';
import { createLog, redactUrl } from '../src/platform/log.ts';
import { readSecret } from '../src/platform/secret.ts';
import { makeScratch } from './scratch.ts';

const read = (environment: Record<string, string | undefined> = {}) => readConfig(environment, '/srv/app');
const goodKey = 'k'.repeat(32);

/** What reading these settings is refused with. */
function complaint(environment: Record<string, string>): string {
  try {
    read(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error('the settings were taken');
}

describe('settings', () => {
  it('need none to run on one’s own machine', () => {
    expect(read()).toMatchObject({
      ENVIRONMENT: 'local',
      PORT: [8000],
      HOST: '127.0.0.1',
      DATA_DIR: '/srv/app/.data',
      DATABASE_URL: undefined,
      REDIS_URL: undefined,
      WAKE_UPS: 'postgres',
      LOG_LEVEL: 'info',
    });
  });

  it.each(['production', 'staging'])(
    'refuse %s without a secret, in one sentence that says what to do',
    (ENVIRONMENT) => {
      const message = `SECRET_KEY is missing: with ENVIRONMENT=${ENVIRONMENT} set it to a random text of at least 32 characters.`;
      expect(complaint({ ENVIRONMENT })).toBe(message);
      expect(complaint({ ENVIRONMENT, SECRET_KEY: '  ' })).toBe(message);
      expect(read({ ENVIRONMENT, SECRET_KEY: goodKey }).SECRET_KEY).toBe(goodKey);
    },
  );

  it.each(['local', 'production'])('refuse a short secret in %s, without repeating it', (ENVIRONMENT) => {
    const message = complaint({ ENVIRONMENT, SECRET_KEY: 'hunter2hunter2' });
    expect(message).toBe('Settings do not fit: SECRET_KEY: must have at least 32 characters.');
  });

  it('that do not fit are all named at once', () => {
    const message = complaint({
      PORT: 'eighty',
      ENVIRONMENT: 'live',
      DEBUG: 'maybe',
      FRONTEND_URL: 'javascript:alert(1)',
    });
    for (const name of ['PORT', 'ENVIRONMENT', 'DEBUG', 'FRONTEND_URL: must be an http or https URL']) {
      expect(message).toContain(name);
    }
    expect(message).not.toContain('\n');
    for (const PORT of ['65536', '-1', '80.5', ',']) expect(complaint({ PORT })).toContain('PORT');
  });

  it('that are empty count as absent', () => {
    const empty = Object.fromEntries(
      Object.keys(settings.shape).map((name, index) => [name, index % 2 === 0 ? '' : ' ']),
    );
    expect(read(empty)).toEqual(read());
  });

  it('take several ports, and folders from the project', () => {
    expect(read({ PORT: '8000, 3001', DATA_DIR: 'here' })).toMatchObject({
      PORT: [8000, 3001],
      DATA_DIR: '/srv/app/here',
    });
    expect(read({ DATA_DIR: '/var/lib/millwright' }).DATA_DIR).toBe('/var/lib/millwright');
  });

  it.each([
    [{}, true],
    [{ HOST: 'localhost' }, true],
    [{ HOST: '::1' }, true],
    [{ HOST: '127.8.9.1' }, true],
    [{ HOST: '0.0.0.0' }, false],
    [{ HOST: '::' }, false],
    [{ HOST: '127.0.0.1.example.com' }, false],
    [{ ENVIRONMENT: 'development' }, false],
    [{ ENVIRONMENT: 'production', SECRET_KEY: goodKey }, false],
  ])('%j: local folders and the development user are on: %s', (environment, on) => {
    expect(read(environment)).toMatchObject({ ALLOW_LOCAL_REPOS: on, DEVELOPMENT_USER: on });
    const other = on ? 'false' : 'true';
    expect(read({ ...environment, ALLOW_LOCAL_REPOS: other, DEVELOPMENT_USER: other })).toMatchObject({
      ALLOW_LOCAL_REPOS: !on,
      DEVELOPMENT_USER: !on,
    });
  });

  it('make the database’s address of its parts, whatever characters they hold', () => {
    const parts = {
      POSTGRES_HOST: 'db',
      POSTGRES_USER: 'a@b:c/d',
      POSTGRES_PASSWORD: `p@ss:w/rd?#%&+ '"é`,
      POSTGRES_DB: 'my-db@1 é+&',
    };
    const client = new Client({ connectionString: read({ ...parts, POSTGRES_PORT: '5433' }).DATABASE_URL });
    expect(client).toMatchObject({ host: 'db', port: 5433, user: parts.POSTGRES_USER, database: parts.POSTGRES_DB });
    expect(client.password).toBe(parts.POSTGRES_PASSWORD);
    expect(read({ POSTGRES_HOST: 'db' }).DATABASE_URL).toBe('postgresql://postgres@db:5432/millwright');
    expect(read({ POSTGRES_HOST: '::1' }).DATABASE_URL).toBe('postgresql://postgres@[::1]:5432/millwright');
    const whole = 'postgresql://u@elsewhere/x';
    expect(read({ POSTGRES_HOST: 'db', DATABASE_URL: whole }).DATABASE_URL).toBe(whole);
  });

  it('make the address of Redis of its parts, and use it for wake-ups', () => {
    const REDIS_PASSWORD = `p@ss:w/rd?#%&+ é`;
    const config = read({ REDIS_HOST: 'cache', REDIS_PORT: '6380', REDIS_DB: '3', REDIS_PASSWORD });
    const redis = new Redis(config.REDIS_URL ?? '', { lazyConnect: true });
    expect(redis.options).toMatchObject({ host: 'cache', port: 6380, db: 3, password: REDIS_PASSWORD });
    redis.disconnect();
    expect(config.WAKE_UPS).toBe('redis');
    expect(read({ REDIS_HOST: 'cache' }).REDIS_URL).toBe('redis://cache:6379/0');
    expect(read({ REDIS_HOST: 'cache', WAKE_UPS: 'off' }).WAKE_UPS).toBe('off');
    expect(complaint({ WAKE_UPS: 'redis' })).toBe('WAKE_UPS=redis needs REDIS_URL or REDIS_HOST.');
  });

  it('stand in .env.example, each with its description and default, and nothing else does', async () => {
    const file = await readFile(join(import.meta.dirname, '../.env.example'), 'utf8');
    const blocks = [...file.matchAll(/^# (.+)\n# ([A-Z_]+)=(.*)$/gm)].map(([, description, name]) => ({
      name,
      description,
    }));
    expect(blocks).toEqual(
      Object.entries(settings.shape).map(([name, form]) => ({ name, description: form.description })),
    );
    const defaults = Object.fromEntries(
      [...file.matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
    );
    expect(read(defaults)).toEqual(read());
    expect(file).not.toMatch(/^[A-Z]/m);
  });

  it('stand in the README’s table, each once, and nothing else does', async () => {
    const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
    const [, part = ''] = readme.split('\n## Settings\n');
    const names = [...part.matchAll(/^\| `([A-Z_]+)` +\|/gm)].map(([, name]) => name);
    expect(names.sort()).toEqual(Object.keys(settings.shape).sort());
  });
});

describe('the secret', () => {
  const inFolder = (folder: string) => readConfig({ DATA_DIR: folder }, '/');
  const newFolder = () => makeScratch('secret');

  it('is made once for a folder, the same for all processes, and only its owner can read it', async () => {
    const folder = await newFolder();
    const secrets = await Promise.all(Array.from({ length: 10 }, () => readSecret(inFolder(folder))));
    expect(new Set(secrets.map((secret) => secret.sign('test', 'text'))).size).toBe(1);
    expect((await stat(join(folder, 'secret'))).mode & 0o777).toBe(0o600);
    const other = await readSecret(inFolder(await newFolder()));
    expect(other.sign('test', 'text')).not.toBe(secrets[0]?.sign('test', 'text'));
  });

  it('signs for one purpose only', async () => {
    const secret = await readSecret(read({ SECRET_KEY: goodKey }));
    const signature = secret.sign('one', 'text');
    expect(secret.verify('one', 'text', signature)).toBe(true);
    expect(secret.verify('two', 'text', signature)).toBe(false);
    expect(secret.verify('one', 'Text', signature)).toBe(false);
    expect(secret.verify('one', 'text', '')).toBe(false);
  });

  it.each(['', 'short'])('is never taken from a damaged file: %j', async (content) => {
    const folder = await newFolder();
    await writeFile(join(folder, 'secret'), content);
    await expect(readSecret(inFolder(folder))).rejects.toThrow(/^The secret in \S+ is damaged; remove the file/);
  });
});

describe('logs', () => {
  /** What is written for a call of the log. */
  function written(write: (log: ReturnType<typeof createLog>) => void): string {
    const lines: string[] = [];
    write(createLog('trace', { write: (line) => lines.push(line) }));
    return lines.join('');
  }

  it.each([
    ['a header', { headers: { authorization: 'Bearer s3cret' } }],
    ['a header as a socket sends it', { connectionParams: { Authorization: 's3cret', 'X-API-Key': 's3cret' } }],
    ['a password', { password: 's3cret' }],
    ['tokens at depth', { a: { b: { c: { d: { refreshToken: 's3cret', access_token: 's3cret' } } } } }],
    ['tokens in lists', { sessions: [{ accessToken: 's3cret' }, [{ token: 's3cret' }]] }],
    ['settings', { config: { SECRET_KEY: 's3cret', DATABASE_URL: 's3cret', REDIS_URL: 's3cret' } }],
    ['an object under such a name', { cookie: { session: 's3cret' } }],
    ['an error’s message', { err: new Error('cannot reach postgresql://user:s3cret@db/x with Bearer s3cret') }],
    ['an error’s cause', { err: new Error('outer', { cause: new Error('https://u:s3cret@example.com') }) }],
    ['an error’s other properties', { err: Object.assign(new Error('e'), { request: { password: 's3cret' } }) }],
    ['an address', { url: 'redis://:s3c@ret:s3cret@cache:6379/0' }],
  ])('never show %s', (_what, record) => {
    const line = written((log) => log.info(record, 'happened'));
    expect(line).not.toMatch(/s3cret|s3c@ret/);
    expect(JSON.parse(line)).toMatchObject({ level: 'info', msg: 'happened' });
  });

  it('never show what a child log carries', () => {
    const line = written((log) =>
      log.child({ token: 's3cret', jobId: 'j1' }).info({ refreshToken: 's3cret' }, 'happened'),
    );
    expect(JSON.parse(line)).toMatchObject({ token: '[redacted]', jobId: 'j1', refreshToken: '[redacted]' });
  });

  it('keep what helps: ids, codes, messages, stacks and causes of errors', () => {
    const error = Object.assign(new Error('broken', { cause: new TypeError('deep down') }), { code: 'ECONNRESET' });
    const line = JSON.parse(
      written((log) => log.error({ err: error, requestId: 'r1', count: 3, none: null }, 'failed')),
    );
    expect(line).toMatchObject({
      err: { type: 'Error', message: 'broken', code: 'ECONNRESET' },
      requestId: 'r1',
      count: 3,
    });
    expect(line.err.stack).toContain('config.test.ts');
    expect(line.err.cause).toMatchObject({ type: 'TypeError', message: 'deep down' });
    expect(line.none).toBeNull();
    expect(JSON.parse(written((log) => log.error(error))).err.message).toBe('broken');
  });

  it('take records that go round in circles', () => {
    const round: Record<string, unknown> = { name: 'round' };
    round.self = round;
    expect(written((log) => log.info(round))).toContain('round');
  });

  it.each([
    ['/artifacts/1?expires=5&signature=s3cret', '/artifacts/1?expires=[redacted]&signature=[redacted]'],
    [
      '/graphql?query={me}&token=s3cret#access_token=s3cret',
      '/graphql?query=[redacted]&token=[redacted]#access_token=[redacted]',
    ],
    ['https://user:s3cret@example.com/a?b=c', 'https://[redacted]@example.com/a?b=[redacted]'],
    ['https://user:s3@cret@example.com/a@b', 'https://[redacted]@example.com/a@b'],
    ['/health/ready', '/health/ready'],
  ])('show of %s only %s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });
});
