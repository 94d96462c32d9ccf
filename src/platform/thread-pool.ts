import type { Piscina } from 'piscina';
import { compileWasmOnce, MODULE_CACHE } from './compilation.ts';
import type { ThreadOrder } from './thread-entry.ts';
import { Turns } from './turns.ts';

/** What a pool may use. Threads start when there is work and end when there has been none for a while. */
export interface ThreadPoolOptions {
  readonly threads: number;
  /** Heap of one thread in megabytes; a thread that needs more dies, and its task rejects. */
  readonly heapMegabytes?: number;
  /** Memory for what is made and soon dropped: more of it means fewer collections; 24 unless given. */
  readonly youngMegabytes?: number;
  /** Stack of one thread in megabytes of address space; only what is used takes memory. */
  readonly stackMegabytes?: number;
  /** Milliseconds without work after which a thread ends. */
  readonly idleMilliseconds?: number;
}

/**
 * A task that threads can run: a module whose default export takes `Input` and gives `Output`, both plain data.
 * `satisfies ThreadTask<…>` beside the module keeps the types of both sides together.
 */
export interface ThreadTask<Input, Output> {
  readonly module: URL;
  /** Never read: it ties the two types to the module. */
  readonly run?: (input: Input) => Output | Promise<Output>;
}

/** Threads for work that would hold up the event loop. */
export interface ThreadPool {
  readonly threads: number;
  /** Tasks that run or wait. */
  readonly busy: number;
  /**
   * Runs one task. When `signal` is aborted the thread is terminated in the middle of its work and the promise rejects
   * with the signal's reason. Rejects with the task's error, or with a ThreadDiedError when the thread did not survive.
   * An `urgent` task, which others wait for, goes before all that wait for a thread.
   */
  run<Input, Output>(
    task: ThreadTask<Input, Output>,
    input: Input,
    options?: { signal?: AbortSignal; urgent?: boolean },
  ): Promise<Output>;
  /** Terminates the threads; tasks that still run reject. Safe to call twice. */
  close(): Promise<void>;
}

/** The thread ended without an answer: out of memory, or the task ended its thread. */
export class ThreadDiedError extends Error {
  override readonly name = 'ThreadDiedError';
}

/** Makes a pool. Nothing is started before the first task. */
export function createThreadPool(options: ThreadPoolOptions): ThreadPool {
  compileWasmOnce();
  let loading: Promise<Piscina> | null = null;
  const pool = () => {
    loading ??= openPool(options);
    return loading;
  };
  // Never more tasks than threads: Piscina starts none for what waits inside of it when all of them were ended at work.
  const turns = new Turns(options.threads);
  let busy = 0;
  let closing: Promise<void> | null = null;
  return {
    threads: options.threads,
    get busy() {
      return busy;
    },
    async run(task, input, { signal, urgent } = {}) {
      signal?.throwIfAborted();
      busy += 1;
      try {
        await turns.take(signal, urgent);
        const order: ThreadOrder = { module: task.module.href, input };
        return await pool()
          .then((threads) => threads.run(order, signal === undefined ? {} : { signal }))
          .finally(() => turns.give());
      } catch (error) {
        if (signal?.aborted === true) throw signal.reason;
        throw isThreadDeath(error) ? new ThreadDiedError(deathMessage(error)) : error;
      } finally {
        busy -= 1;
      }
    },
    close() {
      turns.close();
      closing ??= loading?.then((threads) => threads.destroy()) ?? Promise.resolve();
      return closing;
    },
  };
}

/**
 * V8 would take several times as much where a machine has memory to spare. Parsing trees was no quicker for it: with
 * two threads a documentation had 270 MB more at its peak, an analysis 150.
 */
const YOUNG_MEGABYTES = 24;

/** Piscina is loaded with the first task: most processes never have one. */
async function openPool(options: ThreadPoolOptions): Promise<Piscina> {
  const { Piscina } = await import('piscina');
  const pool = new Piscina({
    filename: new URL('./thread-entry.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: options.threads,
    idleTimeout: options.idleMilliseconds ?? 10_000,
    concurrentTasksPerWorker: 1,
    atomics: 'disabled',
    recordTiming: false,
    env: { NODE_COMPILE_CACHE: MODULE_CACHE, ...process.env },
    resourceLimits: {
      maxOldGenerationSizeMb: options.heapMegabytes ?? 768,
      maxYoungGenerationSizeMb: options.youngMegabytes ?? YOUNG_MEGABYTES,
      stackSizeMb: options.stackMegabytes ?? 256,
    },
  });
  // A thread that runs out of memory while it is being ended says so here; without a listener the process would die.
  pool.on('error', () => {});
  return pool;
}

function isThreadDeath(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return (
    code === 'ERR_WORKER_OUT_OF_MEMORY' ||
    code === 'ERR_WORKER_INIT_FAILED' ||
    /worker (?:exited|thread exited)|exited with code/i.test(error.message)
  );
}

function deathMessage(error: Error): string {
  return 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? 'The thread ran out of memory'
    : 'The thread died';
}
