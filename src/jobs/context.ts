import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { ZodType } from 'zod';
import type { App } from '../app.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { Transaction } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import type { Writing } from '../platform/transactions.ts';
import { recordTogether } from './gathered-moves.ts';
import type { MovedJob } from './move-statements.ts';
import { ofDatabase } from './outages.ts';
import { type Claim, type Progress, recordStep } from './transitions.ts';

/** This attempt no longer holds its job: it was cancelled, or a newer attempt took over. Nothing is left to write. */
export class SupersededError extends Error {
  override readonly name = 'SupersededError';
  constructor() {
    super('this attempt no longer holds its job');
  }
}

/** What a handler gives back when the work is done. */
export interface JobResult {
  /** The engine that did it. */
  readonly engine: string;
  readonly message?: string;
  /** The last stage's name; "completed" unless given. */
  readonly stage?: string;
  /** Writes the results, in the transaction that completes the job. */
  readonly save?: (transaction: Transaction) => Promise<unknown>;
  /** Instead of `save`: hands over all its statements at once, so that they travel with those that complete the job. */
  readonly write?: (writing: Writing) => Promise<unknown>;
}

interface Parts<Input> {
  readonly app: App;
  readonly row: MovedJob;
  readonly claim: Claim;
  readonly input: Input;
  readonly signal: AbortSignal;
  readonly workFolder: string;
  readonly log: Log;
}

/** Milliseconds between two progress ticks of one stage; those between are replaced by the newest. */
const tickInterval = 150;

/** What a handler works with: its input, a signal that stops it, progress, and steps that survive a crash. */
export class JobContext<Input> {
  readonly app: App;
  readonly jobId: string;
  readonly ownerId: string;
  readonly input: Input;
  /** Attempts that failed before this one. */
  readonly failures: number;
  /** Aborted when the attempt must stop; pass it on to everything that takes one. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly #workFolder: string;
  #isFolderMade = false;
  /** Whether an attempt may have made the work folder: most short work needs none. */
  #mayHaveFolder: boolean;
  readonly #claim: Claim;
  readonly #outputs: Map<string, unknown>;
  #stage: string;
  #percentage: number;
  #writing: Promise<void> = Promise.resolve();
  /** Resolves when the newest tick has been handed over, which waits until those before it are written. */
  #handedOver: Promise<void> = Promise.resolve();
  #pending: Progress | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** By a clock that nobody sets back: a tick would wait for it to catch up. */
  #writtenAt = -tickInterval;
  #failure: unknown;

  private constructor(parts: Parts<Input>, outputs: Map<string, unknown>) {
    this.app = parts.app;
    this.jobId = parts.row.id;
    this.ownerId = parts.row.ownerId;
    this.failures = parts.row.failures;
    this.input = parts.input;
    this.signal = parts.signal;
    this.#workFolder = parts.workFolder;
    this.#mayHaveFolder = parts.row.attempt > 1;
    this.log = parts.log;
    this.#claim = parts.claim;
    this.#outputs = outputs;
    this.#stage = parts.row.stage;
    this.#percentage = parts.row.percentage;
  }

  /** A folder of this job's own, kept over attempts on the same machine, removed when the job ends. */
  get workFolder(): string {
    if (!this.#isFolderMade) mkdirSync(this.#workFolder, { recursive: true, mode: 0o700 });
    this.#isFolderMade = true;
    this.#mayHaveFolder = true;
    return this.#workFolder;
  }

  /** Removes the work folder, if there may be one. */
  async removeWorkFolder(): Promise<void> {
    if (this.#mayHaveFolder) await rm(this.#workFolder, { recursive: true, force: true });
  }

  /** Reads which steps earlier attempts have finished. */
  static async open<Input>(parts: Parts<Input>): Promise<JobContext<Input>> {
    const steps =
      parts.row.attempt === 1
        ? []
        : await parts.app.database.prisma.jobStep.findMany({ where: { jobId: parts.row.id } });
    return new JobContext(parts, new Map(steps.map((step) => [step.name, step.output])));
  }

  /**
   * Reports where the work stands. A new stage is written at once; within a stage the newest tick wins, at most one
   * every 150 ms. The percentage never falls. Does not wait for the database: a failed write ends the next step.
   */
  progress(progress: { stage: string; percentage: number; message?: string | undefined }): void {
    this.signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
    this.#percentage = Math.max(this.#percentage, Math.floor(progress.percentage));
    const tick: Progress = { ...progress, percentage: this.#percentage };
    if (progress.stage !== this.#stage) {
      this.#stage = progress.stage;
      this.#write(tick);
      return;
    }
    this.#pending = tick;
    this.#timer ??= setTimeout(
      () => this.#writePending(),
      Math.max(0, this.#writtenAt + tickInterval - performance.now()),
    );
  }

  /** The same by a table of where each stage begins, in percent: `share` of the way to the next one, 0 to 1. */
  stage<Stage extends string>(
    stages: Readonly<Record<Stage, number>>,
    stage: Stage,
    share: number,
    message?: string,
  ): void {
    const start = stages[stage];
    const next = Object.values<number>(stages).find((value) => value > start) ?? 100;
    const within = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
    this.progress({ stage, percentage: start + (next - start) * within, message });
  }

  /**
   * Does a part of the work once: its output is kept, and a later attempt gets it back without doing it again.
   * Outputs should be small; large ones belong into storage, with their key as output.
   */
  async step<Output extends Prisma.InputJsonValue>(
    name: string,
    output: ZodType<Output>,
    work: () => Promise<Output>,
  ): Promise<Output> {
    this.signal.throwIfAborted();
    const kept = this.#outputs.get(name);
    if (kept !== undefined) return output.parse(kept);
    const made = await work();
    await this.flush();
    this.signal.throwIfAborted();
    const row = await this.app.database.prisma.$transaction(async (transaction) => {
      await transaction.jobStep.upsert({
        where: { jobId_name: { jobId: this.jobId, name } },
        create: { jobId: this.jobId, name, output: made },
        update: { output: made },
      });
      const moved = await recordStep(transaction, this.#claim, {
        stage: this.#stage,
        percentage: this.#percentage,
        message: name,
      });
      if (moved === null) throw new SupersededError();
      return moved;
    });
    this.#announce(row);
    this.#outputs.set(name, made);
    return made;
  }

  /** Waits until every reported progress is written. @throws what a write failed with */
  async flush(): Promise<void> {
    this.#writePending();
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Hands over every reported progress, and waits until it is written but for the newest, which may still wait. */
  async handOver(): Promise<void> {
    this.#writePending();
    await this.#handedOver;
  }

  #writePending(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const tick = this.#pending;
    if (tick !== undefined) this.#write(tick);
  }

  #write(tick: Progress): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pending = undefined;
    this.#writtenAt = performance.now();
    this.#handedOver = this.#writing;
    this.#writing = this.#writing.then(async () => {
      if (this.#failure !== undefined || this.signal.aborted) return;
      try {
        const row = await ofDatabase(() => recordTogether(this.app, this.#claim, tick));
        if (row === null) throw new SupersededError();
        this.#announce(row);
      } catch (error) {
        this.#failure = error;
      }
    });
  }

  #announce(row: Pick<MovedJob, 'id' | 'ownerId'>): void {
    this.app.wakeUps.publish([`job:${row.id}`, `user:${row.ownerId}`]);
  }
}
