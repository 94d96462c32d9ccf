import { run } from '../src/main.ts';
import { readConfig } from '../src/platform/config.ts';
import { answering } from './measured-process.ts';

/** The server as it is started for users, but for its log and its rate limits. */
const running = await run(
  {
    config: readConfig(
      { ...process.env, PORT: '0', LOG_LEVEL: 'fatal', RATE_LIMITS: 'off', DEVELOPMENT_USER: 'false' },
      '/',
    ),
  },
  { api: true, worker: false, scheduler: false },
);
answering(
  running.addresses[0] ?? '',
  () => null,
  () => running.close(),
);
