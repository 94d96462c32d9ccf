import { z } from 'zod';
import type { Config } from '../../platform/config.ts';
import { allWell, checkHealth } from '../../platform/health.ts';
import { version } from '../../version.ts';
import { defaultLimit, defaultLimitHeaders } from '../automations/dialect.ts';
import { headerCredential } from '../credentials.ts';
import type { Dialect } from '../dialect.ts';
import { rawRow } from '../route.ts';
import { analysisRows, analysisSocket } from './analyses.ts';
import { cvAnalysisError, refuseCvAnalysis } from './errors.ts';

const condition = z.enum(['healthy', 'unhealthy', 'not_configured']);

const healthRow = rawRow({
  method: 'GET',
  path: '/api/health',
  summary: 'Health with model, queue and cache',
  auth: 'none',
  unlimited: true,
  status: 200,
  response: z.object({
    status: z.enum(['healthy', 'unhealthy']),
    version: z.string(),
    timestamp: z.iso.datetime(),
    services: z.object({ llm: condition, celery: condition, cache: condition }),
  }),
  handle: async ({ app }, { reply }) => {
    const services = await checkHealth(app, ['models', 'queue', 'redis']);
    const healthy = allWell(services) && !app.closing.aborted;
    // Without Redis everything goes on, only slower: that is told, and no reason to restart the process.
    const serving = services.queue.status === 'healthy' && !app.closing.aborted;
    return reply.status(serving ? 200 : 503).send({
      status: healthy ? 'healthy' : 'unhealthy',
      version,
      timestamp: new Date().toISOString(),
      services: { llm: services.models.status, celery: services.queue.status, cache: services.redis.status },
    });
  },
});

/** Analyses that an address may ask for whose caller is not signed in. */
const submission = { name: 'submission', requests: 30, seconds: 3600, anonymous: true } as const;

/** The cv-analysis backend. */
export function cvAnalysis(config: Config): Dialect {
  return {
    name: 'cv-analysis',
    title: 'CV Analysis',
    description: 'Comparing a CV with a job description.',
    version,
    prefixes: ['/api/health', '/api/analyze', '/api/status', '/api/results', '/api/ws', '/api/redoc'],
    rows: [healthRow, ...analysisRows],
    sockets: [analysisSocket],
    refused: cvAnalysisError,
    refuse: refuseCvAnalysis,
    credential: headerCredential,
    limits: { general: defaultLimit(config), special: { submission }, headers: defaultLimitHeaders },
  };
}
