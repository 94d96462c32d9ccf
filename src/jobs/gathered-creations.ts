import type { App } from '../app.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { isDatabaseAway } from '../platform/database.ts';
import { topicOfQueue } from '../platform/queue.ts';
import { insertStatements } from '../platform/row-inserts.ts';
import { handedOver, inTransaction, type Writing } from '../platform/transactions.ts';
import { announceJobs, insertJobs, type NewJob } from './creation.ts';
import type { JobDefinition } from './kind.ts';

/** A job that was just written, and what its kind keeps of it. */
export interface CreatedJob<Detail> {
  readonly jobId: string;
  readonly detail: Detail;
}

/** Writes the row of a table that each job has, by the job's id. */
export function rowPerJob<Row extends object>(table: Prisma.ModelName) {
  return (writing: Writing, _ownerId: string, jobs: readonly CreatedJob<Row>[]): Promise<unknown> => {
    const rows = jobs.map(({ jobId, detail }) => ({ ...detail, jobId }));
    return Promise.all(insertStatements(table, rows).map((statement) => writing.run(statement)));
  };
}

/** How the jobs of a kind are made. */
export interface Creation<Input, Detail> {
  readonly definition: JobDefinition<Input>;
  /**
   * Writes what the kind keeps of new jobs of one owner, in their transaction; late in it, as it may take locks that
   * hold up others. Hands its statements over before it waits, and may be called again for jobs whose transaction was
   * undone.
   */
  readonly write: (writing: Writing, ownerId: string, jobs: readonly CreatedJob<Detail>[]) => Promise<unknown>;
  /** Whether only the database can refuse `write`, which then need not be waited for before the commit. */
  readonly neverRefuses?: boolean;
}

/** A job that is asked for. */
export interface AskedJob<Detail> {
  readonly job: Omit<NewJob, 'kind'>;
  readonly detail: Detail;
  /** Remembers the answer to an idempotency key, as part of the transaction; null without a key. */
  readonly remember: ((writing: Writing) => Promise<void>) | null;
}

interface WaitingJob<Detail> extends AskedJob<Detail> {
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

/** Jobs in one transaction; what is asked for meanwhile waits for the next. */
const mostTogether = 50;

/**
 * Makes the jobs of a kind. Those one owner asks for at the same time are written in one transaction, as they would
 * otherwise stand in line for the owner's credits and event counter, each until the disk has taken the one before it.
 * All of them are written or none; when one is refused, each is tried again in a transaction of its own, so that every
 * refusal is its own.
 */
export class JobCreator<Input, Detail> {
  readonly #creation: Creation<Input, Detail>;
  /** What waits of the owners whose jobs are being written. */
  readonly #lanes = new WeakMap<App, Map<string, WaitingJob<Detail>[]>>();

  constructor(creation: Creation<Input, Detail>) {
    this.#creation = creation;
  }

  get definition(): JobDefinition<Input> {
    return this.#creation.definition;
  }

  /** Writes job, detail, first event and queue entry. @throws what `write` and `remember` throw */
  create(app: App, asked: AskedJob<Detail>): Promise<void> {
    const { ownerId } = asked.job;
    const lanes = this.#lanes.get(app) ?? new Map<string, WaitingJob<Detail>[]>();
    this.#lanes.set(app, lanes);
    return new Promise((done, fail) => {
      const waiting = { ...asked, done, fail };
      const lane = lanes.get(ownerId);
      if (lane !== undefined) {
        lane.push(waiting);
        return;
      }
      lanes.set(ownerId, [waiting]);
      // Whatever is asked for in the same turn comes along.
      setImmediate(() => this.#empty(app, ownerId, lanes));
    });
  }

  async #empty(app: App, ownerId: string, lanes: Map<string, WaitingJob<Detail>[]>): Promise<void> {
    const lane = lanes.get(ownerId) ?? [];
    while (lane.length > 0) {
      const some = lane.splice(0, mostTogether);
      try {
        await this.#write(app, ownerId, some);
        for (const { done } of some) done();
      } catch (error) {
        // After a connection that broke nobody knows whether they were written: whoever asked decides.
        if (some.length === 1 || isDatabaseAway(error)) for (const { fail } of some) fail(error);
        else for (const one of some) await this.#write(app, ownerId, [one]).then(one.done, one.fail);
      }
    }
    // In the same breath as it was found empty: nobody is to stand in a lane that is no longer looked at.
    lanes.delete(ownerId);
  }

  async #write(app: App, ownerId: string, asked: readonly AskedJob<Detail>[]): Promise<void> {
    const { definition, write, neverRefuses = false } = this.#creation;
    const { kind, queue } = definition;
    const jobs = asked.map(({ job }) => ({ ...job, kind }));
    const ids = jobs.map(({ id }) => id);
    // Not waited for with a transaction open.
    await app.queue.start();
    await inTransaction(app.database, async (writing, commit) => {
      // Handed over in the order in which they take locks, and answered together.
      const inserted = insertJobs(writing, jobs);
      const entries = jobs.map(({ id, queueId, priority }) => ({
        id: queueId,
        data: { jobId: id, queueId },
        priority,
      }));
      const { done: queued } = await handedOver(writing, (told) => app.queue.sendAll(told, queue, entries));
      const remembered = asked.map(({ remember }) => remember?.(writing));
      const created = asked.map(({ job, detail }) => ({ jobId: job.id, detail }));
      const written = [inserted, queued, ...remembered, write(writing, ownerId, created)];
      const announced = announceJobs(writing, ids);
      // A key may be lost to another request, and a detail may refuse: both are known by their answers only.
      if (neverRefuses && asked.every(({ remember }) => remember === null)) commit();
      await Promise.all([...written, announced]);
    });
    app.wakeUps.publish([topicOfQueue(queue), ...ids.map((id) => `job:${id}`), `user:${ownerId}`]);
  }
}
