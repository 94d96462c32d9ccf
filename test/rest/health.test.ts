import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { version } from '../../src/version.ts';
import { type TestApp, testApp } from '../app.ts';
import { findRedis, startRedis } from '../redis.ts';
import { tcpProxy } from '../tcp-proxy.ts';
import { call, replay } from './replay.ts';

const moment = z.iso.datetime();
const condition = z.enum(['healthy', 'unhealthy', 'not_configured']);
const check = z.strictObject({ status: condition, latency_ms: z.number().nullable() });

/** What each probe answers, in the test's own words. */
const probes = {
  'GET /health': z.strictObject({
    status: z.enum(['healthy', 'unhealthy']),
    timestamp: moment,
    services: z.strictObject({ database: condition, redis: condition, queue: condition }),
    version: z.literal(version),
    environment: z.literal('local'),
  }),
  'GET /api/health/': z.strictObject({
    status: z.literal('healthy'),
    timestamp: moment,
    version: z.literal(version),
  }),
  'GET /api/health/ready': z.strictObject({ status: z.string(), timestamp: moment, version: z.literal(version) }),
  'GET /api/health/live': z.strictObject({ status: z.string(), timestamp: moment, version: z.literal(version) }),
  'GET /api/health/status': z.strictObject({
    status: z.enum(['operational', 'degraded']),
    timestamp: moment,
    version: z.literal(version),
    components: z.strictObject({ api: condition, database: condition, cache: condition, security: condition }),
    metrics: z.strictObject({
      uptime_seconds: z.number().nonnegative(),
      requests_total: z.int().nonnegative(),
      requests_per_second: z.number().nonnegative(),
      memory_percent: z.number().gt(0).lt(100),
      cpu_percent: z.number().min(0).max(100),
    }),
  }),
  'GET /api/health': z.strictObject({
    status: z.enum(['healthy', 'unhealthy']),
    version: z.literal(version),
    timestamp: moment,
    services: z.strictObject({ llm: condition, celery: condition, cache: condition }),
  }),
  'GET /api/v1/health': z.strictObject({ status: z.literal('healthy') }),
  'GET /api/v1/ready': z.strictObject({
    status: z.enum(['ready', 'not_ready']),
    timestamp: moment,
    checks: z.strictObject({ database: check, redis: check }),
  }),
};
type Probe = keyof typeof probes;
type Said = { [Name in Probe]: z.infer<(typeof probes)[Name]> };
const forms: { readonly [Name in Probe]: z.ZodType<Said[Name]> } = probes;
const lines = Object.keys(probes) as Probe[];
/** Those that ask the database. */
const readiness = ['GET /api/health/ready', 'GET /api/v1/ready'] as const;

/** What a probe says now, whatever its status. */
async function ask<Name extends Probe>(at: TestApp, probe: Name): Promise<{ status: number; body: Said[Name] }> {
  const { status, body } = await call(at, probe);
  return { status, body: forms[probe].parse(body) };
}

describe('every probe', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp({}, { RATE_LIMITS: 'on', RATE_LIMIT_REQUESTS: '1' });
  });
  afterAll(() => app.close());

  it.each(lines)('%s answers the documented fields to anybody, and is never limited', async (line) => {
    for (const asked of [{}, {}, {}, { token: 'nonsense' }]) {
      await replay<unknown>(app, line, probes[line], asked);
      const { headers } = await call(app, line, asked);
      expect(headers.get('x-ratelimit-limit')).toBeNull();
    }
  });

  it('is told apart from its neighbours by the trailing slash', async () => {
    const [phase2, cv] = [await call(app, 'GET /api/health/'), await call(app, 'GET /api/health')];
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(phase2.body))).not.toContain('services');
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(cv.body))).toContain('services');
    for (const path of ['/health/', '/api/health/ready/', '/api/v1/health/', '/api/v1/ready/']) {
      expect([path, (await call(app, `GET ${path}`)).status]).toEqual([path, 404]);
    }
  });

  it('measures: latency, uptime, and the requests it is asked', async () => {
    const { body: ready } = await ask(app, 'GET /api/v1/ready');
    expect(ready.checks.database.latency_ms).toBeGreaterThan(0);
    expect(ready.checks.redis).toEqual({ status: 'not_configured', latency_ms: null });
    const { body: before } = await ask(app, 'GET /api/health/status');
    for (const line of lines) await call(app, line);
    const { body: after } = await ask(app, 'GET /api/health/status');
    expect(after.metrics.requests_total - before.metrics.requests_total).toBeGreaterThanOrEqual(lines.length);
    expect(after.metrics.uptime_seconds).toBeGreaterThanOrEqual(before.metrics.uptime_seconds);
    expect(after).toMatchObject({
      status: 'operational',
      components: { api: 'healthy', database: 'healthy', cache: 'not_configured', security: 'healthy' },
    });
  });

  it('ignores in the overall word what is not configured', async () => {
    const [coder, cv] = [await ask(app, 'GET /health'), await ask(app, 'GET /api/health')];
    expect(coder.body).toMatchObject({
      status: 'healthy',
      services: { database: 'healthy', redis: 'not_configured', queue: 'healthy' },
    });
    expect(cv.body).toMatchObject({
      status: 'healthy',
      services: { llm: 'not_configured', celery: 'healthy', cache: 'not_configured' },
    });
  });
});

describe('while PostgreSQL is away', () => {
  it('readiness is 503 in time and comes back by itself; the process stays alive', async () => {
    const own = await testApp();
    const direct = new URL(own.config.DATABASE_URL ?? '');
    const wire = await tcpProxy({ host: direct.hostname, port: Number(direct.port) });
    const through = new URL(direct);
    through.hostname = '127.0.0.1';
    through.port = String(wire.port);
    const app = await own.another({}, { DATABASE_URL: through.href });
    try {
      for (const line of readiness) expect((await ask(app, line)).status).toBe(200);
      wire.sever();
      const [phase2, automations] = [await ask(app, readiness[0]), await ask(app, readiness[1])];
      expect(phase2).toMatchObject({ status: 503, body: { status: 'not_ready' } });
      expect(automations).toMatchObject({
        status: 503,
        body: { status: 'not_ready', checks: { database: { status: 'unhealthy', latency_ms: null } } },
      });
      expect(await ask(app, 'GET /health')).toMatchObject({
        status: 503,
        body: { status: 'unhealthy', services: { database: 'unhealthy' } },
      });
      const { body: status } = await ask(app, 'GET /api/health/status');
      expect(status).toMatchObject({ status: 'degraded', components: { database: 'unhealthy', api: 'healthy' } });
      for (const line of ['GET /api/health/live', 'GET /api/health/', 'GET /api/v1/health'] as const) {
        expect((await ask(app, line)).status).toBe(200);
      }
      wire.join();
      for (const line of readiness) {
        await expect.poll(async () => (await ask(app, line)).status, { timeout: 10_000 }).toBe(200);
      }
    } finally {
      wire.join();
      await app.close();
      await wire.close();
      await own.close();
    }
  });
});

const hasRedis = await findRedis();
describe.skipIf(!hasRedis)('Redis', () => {
  it('is told as healthy, while it is away as unhealthy, and that costs no readiness', async () => {
    let redis = await startRedis();
    const app = await testApp({}, { REDIS_URL: redis.url });
    const told = async () => {
      const [coder, cv, ready, status] = await Promise.all([
        ask(app, 'GET /health'),
        ask(app, 'GET /api/health'),
        ask(app, 'GET /api/v1/ready'),
        ask(app, 'GET /api/health/status'),
      ]);
      return {
        words: [
          coder.body.services.redis,
          cv.body.services.cache,
          ready.body.checks.redis.status,
          status.body.components.cache,
        ],
        overall: [coder.body.status, cv.body.status, ready.body.status, status.body.status],
      };
    };
    const well = { words: Array(4).fill('healthy'), overall: ['healthy', 'healthy', 'ready', 'operational'] };
    try {
      expect(await told()).toEqual(well);
      expect((await ask(app, 'GET /api/v1/ready')).body.checks.redis.latency_ms).toBeGreaterThan(0);
      await redis.kill();
      const away = await told();
      expect(away).toEqual({
        words: Array(4).fill('unhealthy'),
        overall: ['unhealthy', 'unhealthy', 'ready', 'degraded'],
      });
      redis = await startRedis(redis.port);
      await expect.poll(told, { timeout: 15_000 }).toEqual(well);
    } finally {
      await app.close();
      await redis.close();
    }
  });
});
