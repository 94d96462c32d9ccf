import type { ThreadPool } from './thread-pool.ts';
import { Turns } from './turns.ts';

/** A pool of which no more than so many threads are used at a time. Closing it leaves the pool open. */
export function shareOf(pool: ThreadPool, most: number): ThreadPool {
  if (most >= pool.threads) return pool;
  const turns = new Turns(most);
  let waiting = 0;
  return {
    threads: most,
    get busy() {
      return pool.busy + waiting;
    },
    async run(task, input, options = {}) {
      waiting += 1;
      await turns.take(options.signal, options.urgent).finally(() => {
        waiting -= 1;
      });
      return pool.run(task, input, options).finally(() => turns.give());
    },
    async close() {
      turns.close();
    },
  };
}
