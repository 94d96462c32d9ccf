import type { App } from '../app.ts';

/** Tokens of a task, written as they are used: an attempt that dies does not forget them. */
export class TokenMeter {
  readonly #app: App;
  readonly #jobId: string;
  #total: number;
  #written: number;
  #writing: Promise<void> | null = null;

  /** @param used what earlier attempts have used */
  constructor(app: App, jobId: string, used: number) {
    this.#app = app;
    this.#jobId = jobId;
    this.#total = used;
    this.#written = used;
  }

  get total(): number {
    return this.#total;
  }

  /** Counts more. Writing goes on by itself, newest total last. */
  add(tokens: number): void {
    if (!(tokens > 0)) return;
    this.#total += Math.ceil(tokens);
    this.#writing ??= this.#write();
  }

  /** Waits until everything counted is written. */
  async flush(): Promise<void> {
    while (this.#written < this.#total) {
      this.#writing ??= this.#write();
      await this.#writing;
    }
  }

  async #write(): Promise<void> {
    try {
      while (this.#written < this.#total) {
        const total = this.#total;
        // Of a job that has ended the bill is made: what comes later is not on it.
        await this.#app.database.prisma.$executeRaw`
          UPDATE "Task" SET "tokensUsed" = greatest("tokensUsed", ${total}::int)
          WHERE "jobId" = ${this.#jobId}::uuid
            AND EXISTS (SELECT FROM "Job" WHERE "id" = ${this.#jobId}::uuid AND "status" = 'RUNNING')`;
        this.#written = total;
      }
    } catch (error) {
      this.#app.log.warn({ err: error, jobId: this.#jobId }, 'the tokens of a task could not be written');
      this.#written = this.#total;
    } finally {
      this.#writing = null;
    }
  }
}
