import { copyFileSync, statSync, truncateSync } from 'node:fs';
import { hasCode, messageOf } from './postgres-binaries.ts';
import { findPostmaster, type PostgresPlace } from './postgres-process.ts';

const lookInterval = 1000;
const retryInterval = 5000;
const logCheckInterval = 600_000;
const logLimit = 10_000_000;

/** How to look after a server. */
export interface Care {
  /** Starts the server again, unless somebody else has or nobody wants it any more. */
  readonly revive: () => Promise<void>;
  readonly log: { info(message: string): void };
}

/**
 * Looks after a server that this process uses, until the returned function is called: one that was killed, by hand or
 * for want of memory, is started again within seconds, and its log does not grow for ever. Holds no process up.
 */
export function lookAfter(place: PostgresPlace, { revive, log }: Care): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let logCheckedAt = performance.now();
  const next = (milliseconds: number) => {
    if (!stopped) timer = setTimeout(look, milliseconds).unref();
  };
  // A full disk or a folder that is gone ends neither the process nor the care.
  const failed = (error: unknown) => {
    log.info(`The embedded PostgreSQL could not be looked after: ${messageOf(error)}`);
    next(retryInterval);
  };
  const look = () => {
    try {
      if (performance.now() - logCheckedAt > logCheckInterval) {
        logCheckedAt = performance.now();
        limitLog(place);
      }
      if (findPostmaster(place) !== undefined) return next(lookInterval);
    } catch (error) {
      return failed(error);
    }
    revive().then(() => next(lookInterval), failed);
  };
  next(lookInterval);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** The log is opened for appending, so that it can be cut while the server writes. One old part is kept. */
export function limitLog(place: PostgresPlace): void {
  try {
    if (statSync(place.log).size < logLimit) return;
    copyFileSync(place.log, `${place.log}.1`);
    truncateSync(place.log);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}
