import { z } from 'zod';
import { allWell, checkHealth } from '../../platform/health.ts';
import { version } from '../../version.ts';
import type { Dialect } from '../dialect.ts';
import { rawRow } from '../route.ts';
import { aiModelRows } from './ai-models.ts';
import { asyncCoderCredential } from './credential.ts';
import { creditRows } from './credits.ts';
import { asyncCoderError, refuseAsyncCoder } from './errors.ts';
import { repositoryRows } from './repositories.ts';
import { signInRows } from './sign-in.ts';
import { taskRows } from './tasks.ts';
import { userRows } from './users.ts';
import { webhookRows } from './webhooks.ts';

const condition = z.enum(['healthy', 'unhealthy', 'not_configured']);
const quarterHour = 15 * 60;

const healthRow = rawRow({
  method: 'GET',
  path: '/health',
  summary: 'Health with database, Redis and queue',
  auth: 'none',
  unlimited: true,
  status: 200,
  response: z.object({
    status: z.enum(['healthy', 'unhealthy']),
    timestamp: z.iso.datetime(),
    services: z.object({ database: condition, redis: condition, queue: condition }),
    version: z.string(),
    environment: z.string(),
  }),
  handle: async ({ app }, { reply }) => {
    const services = await checkHealth(app, ['database', 'redis', 'queue']);
    const healthy = allWell(services) && !app.closing.aborted;
    // Without Redis everything goes on, only slower: that is told, and no reason to restart the process.
    const serving =
      services.database.status === 'healthy' && services.queue.status === 'healthy' && !app.closing.aborted;
    return reply.status(serving ? 200 : 503).send({
      status: healthy ? 'healthy' : 'unhealthy',
      timestamp: new Date().toISOString(),
      services: {
        database: services.database.status,
        redis: services.redis.status,
        queue: services.queue.status,
      },
      version,
      environment: app.config.ENVIRONMENT,
    });
  },
});

/** The async-coder backend. */
export function asyncCoder(): Dialect {
  return {
    name: 'async-coder',
    title: 'Async Coder',
    description: 'Accounts, credits, repositories and AI coding tasks.',
    version,
    prefixes: [
      '/health',
      '/ws',
      '/api/auth',
      '/api/auth/github/connect',
      '/api/users',
      '/api/repositories',
      '/api/tasks',
      '/api/ai-models',
      '/api/webhooks',
    ],
    rows: [
      healthRow,
      ...signInRows,
      ...userRows,
      ...creditRows,
      ...aiModelRows,
      ...taskRows,
      ...repositoryRows,
      ...webhookRows,
    ],
    refused: asyncCoderError,
    refuse: refuseAsyncCoder,
    credential: asyncCoderCredential,
    limits: {
      general: { name: 'general', requests: 100, seconds: quarterHour },
      special: {
        auth: { name: 'auth', requests: 5, seconds: quarterHour },
        tasks: { name: 'tasks', requests: 10, seconds: 3600 },
        webhooks: { name: 'webhooks', requests: 1000, seconds: 3600 },
      },
      headers: ({ rule, remaining, resetAt }) => ({
        'x-ratelimit-limit': String(rule.requests),
        'x-ratelimit-remaining': String(remaining),
        'x-ratelimit-reset': resetAt.toISOString(),
      }),
    },
  };
}
