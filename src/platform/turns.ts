interface Waiter {
  go(): void;
  refuse(reason: unknown): void;
}

/** A number of turns to be had at once, first come, first served but for what is urgent. */
export class Turns {
  #free: number;
  #closed = false;
  readonly #line: Waiter[] = [];

  constructor(turns: number) {
    this.#free = turns;
  }

  /**
   * Rejects with the signal's reason when it is aborted before there is a turn, and when there will be none. Who is
   * `urgent` stands before all that wait.
   */
  async take(signal: AbortSignal | undefined, urgent = false): Promise<void> {
    signal?.throwIfAborted();
    if (this.#closed) throw closedError();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal, urgent);
  }

  give(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#free += 1;
    else next.go();
  }

  close(): void {
    this.#closed = true;
    for (const waiter of this.#line.splice(0)) waiter.refuse(closedError());
  }

  async #wait(signal: AbortSignal | undefined, urgent: boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { go: resolve, refuse: reject };
    const leave = () => {
      const at = this.#line.indexOf(waiter);
      // Whose turn has come in the same moment has it, and gives it back.
      if (at < 0) return;
      this.#line.splice(at, 1);
      reject(signal?.reason);
    };
    if (urgent) this.#line.unshift(waiter);
    else this.#line.push(waiter);
    signal?.addEventListener('abort', leave);
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }
}

function closedError(): Error {
  return new Error('The threads are closed');
}
