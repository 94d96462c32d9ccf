import type { Db, PgBoss } from 'pg-boss';
import type { Transaction } from './database.ts';
import type { Log } from './log.ts';
import { type QueueWork, QueueWorker } from './queue-work.ts';
import { statementName } from './statements.ts';
import { type Writing, writingOn } from './transactions.ts';

/** How one queue treats its entries. */
export interface QueueSettings {
  readonly name: string;
  /** Seconds after which an entry that is still being worked on is taken away from its worker. */
  readonly expireSeconds: number;
}

/** The transport of work. Its entries say only which job to look at; what the job is lives in our own tables. */
export interface Queue {
  /** Loads and starts what carries it. Safe to call twice. */
  start(): Promise<void>;
  /** @throws Error before the queue has started */
  readonly boss: PgBoss;
  /** Puts an entry, whose id the caller chooses, in as part of `transaction`. Waits until the queue has started. */
  send(transaction: Writing | Transaction, name: string, entry: QueueEntry): Promise<void>;
  /** The same for several that may be taken at once, by one statement. */
  sendAll(writing: Writing, name: string, entries: readonly Omit<QueueEntry, 'delaySeconds'>[]): Promise<void>;
  /** Takes an entry out, or tells the worker that has it to stop. An entry that is gone already is fine. */
  withdraw(name: string, id: string): Promise<void>;
  /** Works on the entries of a queue until it is closed. Gives what makes it look into the queue at once. */
  work(work: QueueWork): () => void;
  close(): Promise<void>;
}

export interface QueueEntry {
  readonly id: string;
  readonly data: { readonly jobId: string; readonly queueId: string };
  readonly priority: number;
  /** Seconds, by the database's clock, before which nobody takes it. */
  readonly delaySeconds?: number;
}

/** The topic that is woken when something was put into a queue. */
export function topicOfQueue(name: string): string {
  return `queue:${name}`;
}

/** Where entries go whose worker died again and again. */
export const deadLetterQueue = 'dead-letters';
/** Where the hourly pruning waits. */
export const pruneQueue = 'prune';
/**
 * Days an entry waits for a worker before pg-boss forgets it; its job would be QUEUED for ever. Its default is 14.
 */
const waitingDays = 3650;
/**
 * Seconds after which entries that are done with are deleted, and between two looks for such. What became of a job is
 * in its own row; pg-boss goes through all entries, the old ones too, whenever it looks after the workers.
 */
const tidyingSeconds = 60;
/** How often a worker may die on an entry before it becomes a dead letter; the work's own failures count elsewhere. */
const crashLimit = 20;

export interface QueueOptions {
  readonly url: string;
  readonly queues: readonly QueueSettings[];
  /** Whether this process hands out work and looks after crashed workers, not only sends. */
  readonly working: boolean;
  /** Whether this process starts what is due by the clock. */
  readonly scheduling: boolean;
  readonly log: Log;
}

/** The queue, which is not started yet: requests that send nothing need not wait for that. */
export function openQueue(options: QueueOptions): Queue {
  return new LateQueue(options);
}

class LateQueue implements Queue {
  readonly #options: QueueOptions;
  readonly #workers: QueueWorker[] = [];
  #starting: Promise<PgBoss> | undefined;
  #boss: PgBoss | undefined;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get boss(): PgBoss {
    if (this.#boss === undefined) throw new Error('the queue has not started yet');
    return this.#boss;
  }

  async start(): Promise<void> {
    await this.#started();
  }

  async send(transaction: Writing | Transaction, name: string, entry: QueueEntry): Promise<void> {
    const { id, data, priority, delaySeconds = 0 } = entry;
    const boss = await this.#started();
    const options = {
      id,
      priority,
      db: onWriting(writingOn(transaction)),
      ...(delaySeconds > 0 && { startAfter: delaySeconds }),
    };
    const sent = await boss.send(name, data, options);
    if (sent === null) throw new Error(`the queue ${name} dropped entry ${id}`);
  }

  async sendAll(writing: Writing, name: string, entries: readonly Omit<QueueEntry, 'delaySeconds'>[]): Promise<void> {
    const boss = await this.#started();
    const sent = await boss.insert(name, [...entries], { db: onWriting(writing), returnId: true });
    if (sent?.length !== entries.length) throw new Error(`the queue ${name} dropped entries`);
  }

  async withdraw(name: string, id: string): Promise<void> {
    const boss = await this.#started();
    await boss.cancel(name, id);
  }

  work(work: QueueWork): () => void {
    const worker = new QueueWorker(this.boss, this.#options.log, work);
    this.#workers.push(worker);
    return () => worker.look();
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    // Why it could not be started was told to whoever waited for it.
    const boss = await this.#starting?.catch(() => undefined);
    await boss?.stop({ graceful: true, timeout: 10_000 });
  }

  async #started(): Promise<PgBoss> {
    this.#starting ??= startBoss(this.#options);
    this.#boss = await this.#starting;
    return this.#boss;
  }
}

/**
 * Starts pg-boss and makes its queues. Heartbeats of 10 s (the least it allows), looked at every 2 s, bring the work
 * of a killed worker back within 15 s.
 */
async function startBoss({ url, queues, working, scheduling, log }: QueueOptions): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss');
  const boss = new PgBoss({
    connectionString: url,
    application_name: 'millwright queue',
    max: working ? 10 : 3,
    supervise: working,
    schedule: scheduling,
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
    maintenanceIntervalSeconds: tidyingSeconds,
    queueCacheIntervalSeconds: 30,
  });
  boss.on('error', (error) => log.warn({ err: error }, 'the queue had a problem'));
  await boss.start();
  await makeQueues(boss, queues);
  return boss;
}

/** Makes the queues that are not there yet, and gives those that are their settings of today. */
async function makeQueues(boss: PgBoss, queues: readonly QueueSettings[]): Promise<void> {
  const known = new Set((await boss.getQueues()).map((queue) => queue.name));
  if (!known.has(deadLetterQueue)) await boss.createQueue(deadLetterQueue, { retryLimit: 5 });
  if (!known.has(pruneQueue)) await boss.createQueue(pruneQueue, { retryLimit: 2, policy: 'short' });
  for (const { name, expireSeconds } of queues) {
    const options = {
      retryLimit: crashLimit,
      retryDelay: 0,
      heartbeatSeconds: 10,
      retentionSeconds: waitingDays * 86_400,
      expireInSeconds: expireSeconds,
      deleteAfterSeconds: tidyingSeconds,
      // Workers are told by our own wake-ups, once for all that a transaction has put in.
      notify: false,
    };
    if (known.has(name)) await boss.updateQueue(name, options);
    else await boss.createQueue(name, { ...options, deadLetter: deadLetterQueue });
  }
}

/** How pg-boss writes in a transaction of ours. */
function onWriting(writing: Writing): Db {
  return {
    executeSql: async (text, values = []) => ({
      rows: await writing.run({ name: statementName(text), text, values }),
    }),
  };
}
