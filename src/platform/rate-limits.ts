import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import type { App } from '../app.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';

/** So many requests in so many seconds. */
export interface LimitRule {
  readonly name: string;
  readonly requests: number;
  readonly seconds: number;
  /** Only for callers that are not signed in, by their address. */
  readonly anonymous?: true;
}

/** How a caller stands with a rule after a request was counted. */
export interface LimitState {
  readonly rule: LimitRule;
  readonly remaining: number;
  readonly resetAt: Date;
  readonly exceeded: boolean;
}

/** Counts requests. Made once for a process, for what is counted in memory is counted there. */
export interface RateLimits {
  /**
   * Counts a caller's request against a rule. A scope has its own counters; `points` is what the request counts for,
   * 1 unless said.
   */
  count(scope: string, rule: LimitRule, caller: string, points?: number): Promise<LimitState>;
}

/**
 * Exact counts shared by all processes: over Redis when there is one, else over PostgreSQL. When the server that
 * counts is away each process counts in memory, so nobody is refused for that and nobody is let through unbounded.
 */
export function createRateLimits(app: App): RateLimits {
  const limiters = new Map<string, RateLimiterAbstract>();
  const limiterFor = (scope: string, rule: LimitRule) => {
    const keyPrefix = `${scope}:${rule.name}`;
    const present = limiters.get(keyPrefix);
    if (present !== undefined) return present;
    const made = makeLimiter(app, { keyPrefix, points: rule.requests, duration: rule.seconds });
    limiters.set(keyPrefix, made);
    return made;
  };
  return {
    async count(scope, rule, caller, points = 1) {
      const result = await consume(limiterFor(scope, rule), { caller, points }, app.log);
      return {
        rule,
        remaining: Math.max(0, result?.state.remainingPoints ?? rule.requests),
        resetAt: new Date(Date.now() + (result?.state.msBeforeNext ?? rule.seconds * 1000)),
        exceeded: result?.exceeded ?? false,
      };
    },
  };
}

interface Taken {
  readonly caller: string;
  readonly points: number;
}

async function consume(limiter: RateLimiterAbstract, { caller, points }: Taken, log: Log) {
  try {
    return { state: await limiter.consume(caller, points), exceeded: false };
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

/** The rule that stops the caller, else the one with the least left. */
export function narrowest(states: readonly LimitState[]): LimitState | undefined {
  return states.reduce<LimitState | undefined>((told, state) => {
    if (told === undefined || told.exceeded) return told ?? state;
    return state.exceeded || state.remaining <= told.remaining ? state : told;
  }, undefined);
}

/** Whole seconds until a caller may ask again, at least one. */
export function secondsUntil(moment: Date): number {
  return Math.max(1, Math.ceil((moment.getTime() - Date.now()) / 1000));
}

/** The limit where nothing says otherwise, by the settings. */
export function defaultRule({ RATE_LIMIT_REQUESTS, RATE_LIMIT_PERIOD }: Config): LimitRule {
  return { name: 'general', requests: RATE_LIMIT_REQUESTS, seconds: RATE_LIMIT_PERIOD };
}
