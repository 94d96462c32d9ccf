import type { Roles, Running } from '../main.ts';
import type { Config } from '../platform/config.ts';
import { logUncaught } from './failure.ts';
import { readableLog } from './log-lines.ts';
import { closeInTime, untilStopped } from './stopping.ts';

/**
 * Runs roles of the house until a signal comes, then closes them in good order. `onReady` is called once everything
 * runs, unless the signal has come by then. @throws what starting fails with
 */
export async function runUntilStopped(
  config: Config,
  roles: Roles,
  onReady: (running: Running) => void,
): Promise<void> {
  const stopped = untilStopped();
  const stopping = new AbortController();
  stopped.then(() => stopping.abort());
  const [{ run }, { createLog }] = await Promise.all([import('../main.ts'), import('../platform/log.ts')]);
  const readable = process.stderr.isTTY && config.ENVIRONMENT !== 'production';
  const log = createLog(config.LOG_LEVEL, readable ? readableLog(process.stderr) : undefined);
  logUncaught(log);
  const running = await run({ config, log, stopping: stopping.signal }, roles);
  if (!stopping.signal.aborted) onReady(running);
  const signal = await stopped;
  log.info({ signal }, 'closing');
  await closeInTime(() => running.close());
}
