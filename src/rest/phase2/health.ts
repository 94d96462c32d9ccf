import { z } from 'zod';
import { type Condition, checkHealth, processFigures } from '../../platform/health.ts';
import { version } from '../../version.ts';
import { rawRow } from '../route.ts';

const moment = z.iso.datetime();
const condition = z.enum(['healthy', 'unhealthy', 'not_configured']);

function now(): string {
  return new Date().toISOString();
}

/** Probes for load balancers and Kubernetes, and the figures of this process. */
export const healthRows = [
  rawRow({
    method: 'GET',
    path: '/api/health/',
    summary: 'Basic health',
    auth: 'none',
    unlimited: true,
    status: 200,
    response: z.object({ status: z.literal('healthy'), timestamp: moment, version: z.string() }),
    handle: async () => ({ status: 'healthy', timestamp: now(), version }),
  }),
  rawRow({
    method: 'GET',
    path: '/api/health/ready',
    summary: 'Whether requests are taken: 503 when not',
    auth: 'none',
    unlimited: true,
    status: 200,
    response: z.object({ status: z.enum(['ready', 'not_ready']), timestamp: moment, version: z.string() }),
    handle: async ({ app }, { reply }) => {
      const { database } = await checkHealth(app, ['database']);
      const ready = database.status === 'healthy' && !app.closing.aborted;
      return reply.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not_ready', timestamp: now(), version });
    },
  }),
  rawRow({
    method: 'GET',
    path: '/api/health/live',
    summary: 'Whether the process lives',
    auth: 'none',
    unlimited: true,
    status: 200,
    response: z.object({ status: z.literal('alive'), timestamp: moment, version: z.string() }),
    handle: async () => ({ status: 'alive', timestamp: now(), version }),
  }),
  rawRow({
    method: 'GET',
    path: '/api/health/status',
    summary: 'Components and measured figures',
    auth: 'none',
    unlimited: true,
    status: 200,
    response: z.object({
      status: z.enum(['operational', 'degraded']),
      timestamp: moment,
      version: z.string(),
      components: z.object({ api: condition, database: condition, cache: condition, security: condition }),
      metrics: z.object({
        uptime_seconds: z.number(),
        requests_total: z.number(),
        requests_per_second: z.number(),
        memory_percent: z.number(),
        cpu_percent: z.number(),
      }),
    }),
    handle: async ({ app }) => {
      const { database, redis, security } = await checkHealth(app, ['database', 'redis', 'security']);
      const api: Condition = app.closing.aborted ? 'unhealthy' : 'healthy';
      const components = { api, database: database.status, cache: redis.status, security: security.status };
      const figures = await processFigures(app);
      return {
        status: Object.values(components).includes('unhealthy') ? 'degraded' : 'operational',
        timestamp: now(),
        version,
        components,
        metrics: {
          uptime_seconds: figures.uptimeSeconds,
          requests_total: figures.requestsTotal,
          requests_per_second: figures.requestsPerSecond,
          memory_percent: figures.memoryPercent,
          cpu_percent: figures.cpuPercent,
        },
      };
    },
  }),
];
