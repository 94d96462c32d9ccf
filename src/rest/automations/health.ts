import { z } from 'zod';
import { checkHealth } from '../../platform/health.ts';
import { rawRow } from '../route.ts';
import { moment } from './shapes.ts';

const check = z.object({ status: z.string(), latency_ms: z.number().nullable() });

/** Probes. */
export const healthRows = [
  rawRow({
    method: 'GET',
    path: '/api/v1/health',
    summary: 'Basic health check',
    auth: 'none',
    unlimited: true,
    status: 200,
    response: z.object({ status: z.literal('healthy') }),
    handle: async () => ({ status: 'healthy' }),
  }),
  rawRow({
    method: 'GET',
    path: '/api/v1/ready',
    summary: 'Readiness probe: database and Redis',
    auth: 'none',
    unlimited: true,
    status: 200,
    response: z.object({
      status: z.enum(['ready', 'not_ready']),
      timestamp: moment,
      checks: z.object({ database: check, redis: check }),
    }),
    handle: async ({ app }, { reply }) => {
      const { database, redis } = await checkHealth(app, ['database', 'redis']);
      // Redis away only costs speed: readers look again by themselves and limits count in memory.
      const ready = database.status === 'healthy' && !app.closing.aborted;
      return reply.status(ready ? 200 : 503).send({
        status: ready ? 'ready' : 'not_ready',
        timestamp: new Date().toISOString(),
        checks: {
          database: { status: database.status, latency_ms: database.latencyMilliseconds },
          redis: { status: redis.status, latency_ms: redis.latencyMilliseconds },
        },
      });
    },
  }),
];
