import type { ThreadPool } from './thread-pool.ts';
import { Turns } from './turns.ts';

/** A part of a pool: no more than `threads` of them are used at a time. Closing it leaves the pool open. */
export interface ThreadShare extends ThreadPool {
  /** Lets go what was held back of it. To be called once. */
  release(): void;
}

/** A pool of which no more than `most` threads are used at a time, and `heldBack` fewer until these are released. */
export function shareOf(pool: ThreadPool, most: number, heldBack = 0): ThreadShare {
  const threads = Math.min(most, pool.threads);
  const turns = new Turns(threads - heldBack);
  let waiting = 0;
  return {
    threads,
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
    release() {
      for (let turn = 0; turn < heldBack; turn += 1) turns.give();
    },
    async close() {
      turns.close();
    },
  };
}
