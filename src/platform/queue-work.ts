import type { Job, PgBoss } from 'pg-boss';
import { z } from 'zod';
import type { Log } from './log.ts';

/** An entry of a queue that this process has taken. */
export interface TakenEntry {
  readonly id: string;
  readonly data: unknown;
  /** Aborted when the entry was cancelled, has expired or was handed to somebody else. */
  readonly signal: AbortSignal;
}

export interface QueueWork {
  readonly queue: string;
  /** How many entries are worked on at once. */
  readonly places: number;
  /** Does the work of an entry. One that fails is handed out again by the queue's own rules. */
  readonly handle: (entry: TakenEntry) => Promise<void>;
  /** Once aborted, nothing more is taken. */
  readonly closing: AbortSignal;
}

/**
 * Milliseconds after which a queue is looked into without having been told to. What is put in is told of at once; this
 * is for what nobody tells: entries that were put off, those of workers that died, and what was told while nobody could
 * hear it. It costs one statement a queue, and none while all places are taken.
 */
export const pollInterval = 2000;
/**
 * Milliseconds between two signs of life, one statement for all entries of a queue that are in work. Without wake-ups
 * it is how a cancelled job's worker hears of it, which is to stop within a second.
 */
const heartbeatInterval = 500;
/** What pg-boss answers besides what it declares: which entries it has touched. */
const touched = z.object({ settled: z.array(z.string()) });
/** From how many places on work that goes by in step would let database and worker wait for each other. */
const manyPlaces = 16;
/** Milliseconds that entries in work have to end when the worker goes away. */
const farewell = 10_000;

/**
 * Takes entries out of one queue, as many at a time as there are free places, and settles those that are done together:
 * a place is free again at once, whatever the others still do.
 */
export class QueueWorker {
  readonly #boss: PgBoss;
  readonly #log: Log;
  readonly #work: QueueWork;
  readonly #held = new Map<string, { readonly entry: Job<unknown>; readonly stop: AbortController }>();
  readonly #ended: { done: Job<unknown>[]; failed: { readonly entry: Job<unknown>; readonly error: unknown }[] } = {
    done: [],
    failed: [],
  };
  readonly #timers: NodeJS.Timeout[];
  /** Entries taken by one statement: of many places half, so that the database has one half while we have the other. */
  readonly #mostAtOnce: number;
  #isTaking = false;
  #isSoon = false;
  /** Whether there may be entries that nobody will tell of. */
  #mayHaveMore = true;
  #isStopped = false;
  #settling: Promise<void> | undefined;
  #isBeating = false;
  #onIdle: (() => void) | undefined;

  constructor(boss: PgBoss, log: Log, work: QueueWork) {
    this.#boss = boss;
    this.#log = log;
    this.#work = work;
    this.#mostAtOnce = work.places < manyPlaces ? work.places : Math.ceil(work.places / 2);
    this.#timers = [
      setInterval(() => this.look(), pollInterval),
      setInterval(() => {
        this.#beat().catch((error: unknown) => this.#tell(error));
      }, heartbeatInterval),
    ];
    this.look();
  }

  /** Looks into the queue as soon as a place is free. */
  look(): void {
    this.#mayHaveMore = true;
    this.#take();
  }

  /** Takes nothing more, and resolves when everything in work has ended or 10 s are over. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#held.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, farewell);
        this.#onIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    for (const timer of this.#timers) clearInterval(timer);
    await this.#settling;
  }

  /** Takes for all places at once that become free in the same turn. */
  #takeSoon(): void {
    if (this.#isSoon) return;
    this.#isSoon = true;
    setImmediate(() => {
      this.#isSoon = false;
      this.#take();
    });
  }

  #take(): void {
    const free = Math.min(this.#work.places - this.#held.size, this.#mostAtOnce);
    if (this.#isTaking || !this.#mayHaveMore || free < 1) return;
    if (this.#isStopped || this.#work.closing.aborted) return;
    this.#isTaking = true;
    this.#mayHaveMore = false;
    this.#boss
      .fetch<unknown>(this.#work.queue, { batchSize: free })
      .then(
        (entries) => {
          if (entries.length === free) this.#mayHaveMore = true;
          for (const entry of entries) this.#start(entry);
        },
        (error: unknown) => this.#tell(error),
      )
      .finally(() => {
        this.#isTaking = false;
        this.#take();
      });
  }

  #start(entry: Job<unknown>): void {
    const stop = new AbortController();
    this.#held.set(entry.id, { entry, stop });
    this.#work
      .handle({ id: entry.id, data: entry.data, signal: stop.signal })
      .then(
        () => this.#ended.done.push(entry),
        (error: unknown) => {
          this.#tell(error);
          this.#ended.failed.push({ entry, error });
        },
      )
      .finally(() => {
        this.#held.delete(entry.id);
        this.#settling ??= this.#settle();
        this.#takeSoon();
        if (this.#held.size === 0) this.#onIdle?.();
      });
  }

  /** Settles what has ended; what ends meanwhile goes into the next statement. */
  async #settle(): Promise<void> {
    // What ends in the same turn goes along.
    await new Promise(setImmediate);
    while (this.#ended.done.length > 0 || this.#ended.failed.length > 0) {
      const [done, failed] = [this.#ended.done.splice(0), this.#ended.failed.splice(0)];
      try {
        if (done.length > 0) await this.#boss.complete(this.#work.queue, done);
        for (const { entry, error } of failed) {
          await this.#boss.fail(this.#work.queue, entry, {
            message: error instanceof Error ? error.message : String(error),
          });
        }
      } catch (error) {
        // Nobody touches them any more: they are handed out again, and found to be done.
        this.#tell(error);
      }
    }
    this.#settling = undefined;
  }

  /** Says that the entries in work are being worked on, and hears which of them are not this worker's any more. */
  async #beat(): Promise<void> {
    const held = [...this.#held.values()];
    if (held.length === 0 || this.#isBeating) return;
    this.#isBeating = true;
    try {
      const answer = await this.#boss.touch(
        this.#work.queue,
        held.map(({ entry }) => entry),
      );
      const present = new Set(touched.parse(answer).settled);
      for (const { entry, stop } of held) if (!present.has(entry.id)) stop.abort();
    } finally {
      this.#isBeating = false;
    }
  }

  #tell(error: unknown): void {
    this.#log.warn({ err: error, queue: this.#work.queue }, 'the queue had a problem');
  }
}
