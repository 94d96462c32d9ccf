/** Keys asked for at once at most; more of them are several questions. */
const mostKeys = 200;

interface Waiter<Value> {
  readonly resolve: (value: Value | undefined) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Gathers the keys that are asked for within one turn of the event loop, by however many requests, and asks for all of
 * them at once. Nothing is kept: a key that is asked for again is looked up again.
 */
export class BatchLoader<Value> {
  readonly #load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;
  #waiting = new Map<string, Waiter<Value>[]>();

  /** `load` gives the values by their keys, without those there are none of. */
  constructor(load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>) {
    this.#load = load;
  }

  /** Undefined when there is none. @throws what `load` throws */
  get(key: string): Promise<Value | undefined> {
    if (this.#waiting.size === 0) setImmediate(() => this.#flush());
    const { promise, resolve, reject } = Promise.withResolvers<Value | undefined>();
    const waiters = this.#waiting.get(key);
    if (waiters === undefined) this.#waiting.set(key, [{ resolve, reject }]);
    else waiters.push({ resolve, reject });
    if (this.#waiting.size >= mostKeys) this.#flush();
    return promise;
  }

  #flush(): void {
    const waiting = this.#waiting;
    if (waiting.size === 0) return;
    this.#waiting = new Map();
    this.#load([...waiting.keys()]).then(
      (values) => {
        for (const [key, waiters] of waiting) for (const { resolve } of waiters) resolve(values.get(key));
      },
      (error: unknown) => {
        for (const waiters of waiting.values()) for (const { reject } of waiters) reject(error);
      },
    );
  }
}
