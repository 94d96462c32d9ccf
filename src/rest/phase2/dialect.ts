import { version } from '../../version.ts';
import { headerCredential } from '../credentials.ts';
import type { Dialect } from '../dialect.ts';
import { analysisRows, analysisSocket } from './analysis.ts';
import { phase2Error, refusePhase2 } from './errors.ts';
import { healthRows } from './health.ts';
import { signInRows } from './sign-in.ts';

/** The phase2 backend. */
export function phase2(): Dialect {
  return {
    name: 'phase2',
    title: 'Phase 2',
    description: 'Sign-in, analyses of code, and probes.',
    version,
    prefixes: ['/auth/login', '/api/build', '/api/analysis', '/api/health/', '/api/ws/build', '/api/ws/analysis'],
    rows: [...signInRows, ...analysisRows, ...healthRows],
    sockets: [analysisSocket],
    refused: phase2Error,
    refuse: refusePhase2,
    credential: headerCredential,
    limits: {
      general: { name: 'general', requests: 60, seconds: 60 },
      special: {
        build: { name: 'build', requests: 10, seconds: 60 },
        analysis: { name: 'analysis', requests: 5, seconds: 60 },
      },
      headers: ({ rule, remaining, resetAt }) => ({
        'x-ratelimit-limit': String(rule.requests),
        'x-ratelimit-remaining': String(remaining),
        'x-ratelimit-reset': String(Math.ceil(resetAt.getTime() / 1000)),
      }),
    },
  };
}
