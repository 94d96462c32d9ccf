import { ModelError } from './errors.ts';

/** What was spent. Tokens as the provider counts them. */
export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Calls that were sent, retries among them. */
  readonly calls: number;
  /** Some call ended without the provider's count: the most it can have taken was counted instead. */
  readonly estimated: boolean;
}

/** Fewer tokens are no room for an answer. */
const LEAST_OUTPUT = 64;

/**
 * The tokens a job may use, input and output together. Every call is reserved at the most it can take before it is
 * sent, so that the cap holds even when nobody ever says what it took; what was not used comes back when it is known.
 */
export class TokenBudget {
  readonly cap: number;
  readonly #spentBefore: number;
  #inputTokens = 0;
  #outputTokens = 0;
  #calls = 0;
  #estimated = false;
  readonly #open = new Set<Reservation>();

  /** @param spent tokens that count from the start: those of earlier attempts at the same job */
  constructor(cap: number, spent = 0) {
    this.cap = cap;
    this.#spentBefore = spent;
  }

  /** Tokens that nobody has spent or reserved. */
  get left(): number {
    const { inputTokens, outputTokens } = this.usage;
    return Math.max(0, this.cap - this.#spentBefore - inputTokens - outputTokens);
  }

  /** Tokens of the calls whose cost is known. */
  get settled(): number {
    return this.#inputTokens + this.#outputTokens;
  }

  /** What was spent; a call whose cost is not known yet, or never will be, counts with all that was reserved for it. */
  get usage(): ModelUsage {
    const open = [...this.#open];
    return {
      inputTokens: open.reduce((sum, { inputTokens }) => sum + inputTokens, this.#inputTokens),
      outputTokens: open.reduce((sum, { outputTokens }) => sum + outputTokens, this.#outputTokens),
      calls: this.#calls,
      estimated: this.#estimated || open.length > 0,
    };
  }

  /**
   * Takes out what a call can take at most: its input, and `wanted` output tokens or as many as are left for it.
   * @throws ModelError MODEL_TOKEN_CAP when nothing worth sending is left
   */
  reserve(inputTokens: number, wanted: number): Reservation {
    const outputTokens = Math.min(wanted, this.left - inputTokens);
    if (outputTokens < Math.min(LEAST_OUTPUT, wanted)) {
      throw new ModelError('MODEL_TOKEN_CAP', `The cap of ${this.cap} tokens leaves no room for another call`);
    }
    const reservation: Reservation = {
      inputTokens,
      outputTokens,
      settle: (input, output, { estimated = false } = {}) => {
        if (!this.#open.delete(reservation)) return;
        this.#inputTokens += input;
        this.#outputTokens += output;
        this.#estimated ||= estimated;
      },
    };
    this.#open.add(reservation);
    this.#calls += 1;
    return reservation;
  }
}

/** Tokens that are taken out for a call. */
export interface Reservation {
  readonly inputTokens: number;
  /** The most the call may be allowed to write. */
  readonly outputTokens: number;
  /** Puts what the call took in place of what was reserved. The first time counts. */
  settle(inputTokens: number, outputTokens: number, how?: { readonly estimated?: boolean }): void;
}
