import { run } from '../src/main.ts';
import { readConfig } from '../src/platform/config.ts';
import { answering } from './measured-process.ts';

/**
 * The server as it is started for users, with its worker and its scheduler, but for its log and its rate limits. Asked
 * for anything, it collects its garbage and tells what is left, in bytes.
 */
const running = await run(
  {
    config: readConfig(
      { ...process.env, PORT: '0', LOG_LEVEL: 'fatal', RATE_LIMITS: 'off', DEVELOPMENT_USER: 'false' },
      '/',
    ),
  },
  { api: true, worker: true, scheduler: true },
);
answering(
  running.addresses[0] ?? '',
  () => {
    global.gc?.();
    return { heap: process.memoryUsage().heapUsed, resident: process.memoryUsage.rss() };
  },
  () => running.close(),
);
