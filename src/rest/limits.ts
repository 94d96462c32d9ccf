import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import type { App } from '../app.ts';
import type { Log } from '../platform/log.ts';

/** So many requests in so many seconds. */
export interface LimitRule {
  readonly name: string;
  readonly requests: number;
  readonly seconds: number;
}

/** How a caller stands with a rule after a request was counted. */
export interface LimitState {
  readonly rule: LimitRule;
  readonly remaining: number;
  readonly resetAt: Date;
  readonly exceeded: boolean;
}

/** Counts requests. */
export interface Limits {
  /** Counts one request of a caller against a rule. */
  count(dialect: string, rule: LimitRule, caller: string): Promise<LimitState>;
}

/**
 * Exact counts shared by all processes: over Redis when there is one, else over PostgreSQL. When the server that
 * counts is away each process counts in memory, so nobody is refused for that and nobody is let through unbounded.
 */
export function createLimits(app: App): Limits {
  const limiters = new Map<string, RateLimiterAbstract>();
  const limiterFor = (dialect: string, rule: LimitRule) => {
    const keyPrefix = `${dialect}:${rule.name}`;
    const present = limiters.get(keyPrefix);
    if (present !== undefined) return present;
    const made = makeLimiter(app, { keyPrefix, points: rule.requests, duration: rule.seconds });
    limiters.set(keyPrefix, made);
    return made;
  };
  return {
    async count(dialect, rule, caller) {
      const result = await consume(limiterFor(dialect, rule), caller, app.log);
      return {
        rule,
        remaining: Math.max(0, result?.state.remainingPoints ?? rule.requests),
        resetAt: new Date(Date.now() + (result?.state.msBeforeNext ?? rule.seconds * 1000)),
        exceeded: result?.exceeded ?? false,
      };
    },
  };
}

async function consume(limiter: RateLimiterAbstract, caller: string, log: Log) {
  try {
    return { state: await limiter.consume(caller), exceeded: false };
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return { state: refused, exceeded: true };
    log.warn({ err: refused }, 'a request could not be counted');
    return null;
  }
}

function makeLimiter(app: App, options: { keyPrefix: string; points: number; duration: number }): RateLimiterAbstract {
  const insuranceLimiter = new RateLimiterMemory(options);
  if (app.redis !== null) {
    return new RateLimiterRedis({ ...options, storeClient: app.redis, insuranceLimiter, rejectIfRedisNotReady: true });
  }
  return new RateLimiterPostgres({
    ...options,
    storeClient: app.database.pool,
    storeType: 'pool',
    tableName: 'RateLimit',
    tableCreated: true,
    clearExpiredByTimeout: false,
    insuranceLimiter,
  });
}
