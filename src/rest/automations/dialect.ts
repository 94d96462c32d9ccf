import type { Config } from '../../platform/config.ts';
import { version } from '../../version.ts';
import { headerCredential } from '../credentials.ts';
import type { Dialect } from '../dialect.ts';
import type { LimitState } from '../limits.ts';
import { automationsError, refuseAutomations } from './errors.ts';
import { googleRows } from './google.ts';
import { healthRows } from './health.ts';
import { identityRows } from './identity.ts';
import { itemRows } from './items.ts';

/** The limit that is the default of dialects that name none. */
export function defaultLimit(config: Config) {
  return { name: 'general', requests: config.RATE_LIMIT_REQUESTS, seconds: config.RATE_LIMIT_PERIOD };
}

/** The headers of the default limit; Reset in seconds since the epoch. */
export function defaultLimitHeaders({ rule, remaining, resetAt }: LimitState): Record<string, string> {
  return {
    'x-ratelimit-limit': String(rule.requests),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(Math.ceil(resetAt.getTime() / 1000)),
  };
}

/** The automations backend, under /api/v1. */
export function automations(config: Config): Dialect {
  return {
    name: 'automations',
    title: 'Automations',
    description: 'Accounts, sessions, items and probes under /api/v1.',
    version,
    prefixes: ['/api/v1', '/ws/agent'],
    rows: [...healthRows, ...identityRows, ...googleRows, ...itemRows],
    refused: automationsError,
    refuse: refuseAutomations,
    credential: headerCredential,
    limits: { general: defaultLimit(config), special: {}, headers: defaultLimitHeaders },
  };
}
