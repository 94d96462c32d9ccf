import { setTimeout as delay } from 'node:timers/promises';
import type { App } from '../app.ts';
import { isDatabaseAway, saysDatabaseAway } from '../platform/database.ts';

/** Milliseconds that a database which does not answer is borne, and between two tries. */
export const outagePatience = 60_000;
export const outagePause = 500;
/** The same of a process that is closing, which others wait for. */
const closingPatience = 5000;

/** The database went away under an attempt. */
class OutageError extends Error {
  override readonly name = 'OutageError';
  constructor(cause: unknown) {
    super('the database went away', { cause });
  }
}

/** Does what asks nobody but the database. @throws OutageError when that is away, and what else it fails with */
export async function ofDatabase<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw isDatabaseAway(error) && !isTooSlow(error) ? new OutageError(error) : error;
  }
}

/**
 * Whether an attempt broke off because the database was away, and not for anything its job has done: somebody else who
 * does not answer, or a transaction that takes too long, is the job's own failure.
 */
export function isOutage(error: unknown): boolean {
  if (error instanceof OutageError) return true;
  return error instanceof Error && saysDatabaseAway(error) && !isTooSlow(error);
}

/** Prisma has one code for transactions that could not begin, that lost their connection, and that took too long. */
function isTooSlow(error: unknown): boolean {
  return error instanceof Error && /expired transaction/.test(error.message);
}

/** Asks again while the database is away, for a minute at most. @throws what the last try failed with */
export async function bearingOutage<Answer>(app: App, ask: () => Promise<Answer>): Promise<Answer> {
  const since = performance.now();
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      const patience = app.closing.aborted ? closingPatience : outagePatience;
      if (!isDatabaseAway(error) || performance.now() - since > patience) throw error;
      if (tries === 1) app.log.warn({ err: error }, 'a job could not be changed; trying again');
      await delay(outagePause);
    }
  }
}
