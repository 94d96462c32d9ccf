import { type Db, fromPrisma, PgBoss } from 'pg-boss';
import type { Transaction } from './database.ts';
import type { Log } from './log.ts';
import { type QueueWork, QueueWorker } from './queue-work.ts';
import { statementName } from './statements.ts';
import type { Writing } from './transactions.ts';

/** How one queue treats its entries. */
export interface QueueSettings {
  readonly name: string;
  /** Seconds after which an entry that is still being worked on is taken away from its worker. */
  readonly expireSeconds: number;
}

/** The transport of work. Its entries say only which job to look at; what the job is lives in our own tables. */
export interface Queue {
  readonly boss: PgBoss;
  /** Puts an entry in, as part of `transaction`. The caller chooses the entry's id. */
  send(transaction: Writing | Transaction, name: string, entry: QueueEntry): Promise<void>;
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
/** How often a worker may die on an entry before it becomes a dead letter. Failures of the work itself are counted elsewhere. */
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

/**
 * Starts pg-boss and makes its queues. Heartbeats of 10 s (the least it allows), looked at every 2 s, bring the work
 * of a killed worker back within 15 s.
 */
export async function startQueue({ url, queues, working, scheduling, log }: QueueOptions): Promise<Queue> {
  const boss = new PgBoss({
    connectionString: url,
    application_name: 'millwright queue',
    max: working ? 10 : 3,
    supervise: working,
    schedule: scheduling,
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
    queueCacheIntervalSeconds: 30,
  });
  boss.on('error', (error) => log.warn({ err: error }, 'the queue had a problem'));
  await boss.start();
  await makeQueues(boss, queues);
  const workers: QueueWorker[] = [];
  return {
    boss,
    work(work) {
      const worker = new QueueWorker(boss, log, work);
      workers.push(worker);
      return () => worker.look();
    },
    async send(transaction, name, { id, data, priority, delaySeconds = 0 }) {
      const options = {
        id,
        priority,
        db: 'run' in transaction ? onWriting(transaction) : fromPrisma(transaction),
        ...(delaySeconds > 0 && { startAfter: delaySeconds }),
      };
      const sent = await boss.send(name, data, options);
      if (sent === null) throw new Error(`the queue ${name} dropped entry ${id}`);
    },
    async withdraw(name, id) {
      await boss.cancel(name, id);
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await boss.stop({ graceful: true, timeout: 10_000 });
    },
  };
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
