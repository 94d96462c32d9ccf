import { Redis } from 'ioredis';
import type { Log } from './log.ts';

/** Milliseconds between two complaints about the same server. */
const complaintInterval = 5000;

/** Milliseconds a command may take. */
const patience = 1000;

/**
 * A connection to Redis that comes back by itself. While it is away commands fail at once instead of queueing, and
 * those under way with them, unless `enableOfflineQueue` is asked for.
 */
export function openRedis(url: string, log: Log, { enableOfflineQueue = false } = {}): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 100, 1000),
    enableOfflineQueue,
    // Otherwise what is under way when the connection breaks, or the server stands still, waits without end.
    ...(!enableOfflineQueue && { autoResendUnfulfilledCommands: false, commandTimeout: patience }),
  });
  let complainedAt = 0;
  redis.on('error', (error) => {
    if (Date.now() - complainedAt < complaintInterval) return;
    complainedAt = Date.now();
    log.warn({ err: error }, 'Redis is away');
  });
  return redis;
}
