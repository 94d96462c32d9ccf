import type { IncomingMessage, ServerResponse } from 'node:http';
import type { App } from '../app.ts';

/** What tells that this process has more to do than it can. */
export interface Strain {
  /**
   * Milliseconds by which the event loop is behind, that a request has waited to be begun, or that even the quickest
   * statement took: the least time in an interval tells a line that stays from a burst, as CoDel has it (Nichols and
   * Jacobson, 2012).
   */
  readonly delay: number;
  /** Statements that wait for a database connection. */
  readonly waiting: number;
}

/** From when on a process cannot keep up. */
const bearable = { delay: 50, waiting: 100 } as const;
/** Milliseconds between two looks. */
const interval = 100;
/** Looks in a row, and milliseconds they are about: one pause, as for garbage or a large page, is no overload. */
const patience = { looks: 2, milliseconds: 300 } as const;
/** Requests that are always let in, of how many more each calm look lets in, and what is left of them at each other. */
const least = 32;
const growth = 16;
const shrinkage = 0.8;
/** Milliseconds for which a request keeps its place while its sender leaves us waiting for the rest of it. */
const arrivalPatience = 5000;
/** Seconds after which a refused caller may ask again. */
export const retryAfter = 1;

export interface AdmissionOptions {
  /** Most requests that are answered at once. */
  readonly most: number;
}

/**
 * Lets in as many requests at once as this process can answer in good time, and refuses the others at once, before they
 * cost anything. How many that is follows from how far behind it is: by additive increase and multiplicative decrease
 * (Chiu and Jain, 1989), as congestion control of TCP has it. A request counts until its answer begins, so that streams
 * and downloads take nobody's place. One whose body does not come loses its place to the next, where there is no other:
 * else a few hundred connections that send nothing would keep everybody out.
 */
export class Admission {
  readonly #most: number;
  /** Since when each is inside; the oldest first. */
  readonly #inside = new Map<ServerResponse, number>();
  #limit: number;
  #peak = 0;
  #strained = { looks: 0, milliseconds: 0 };

  constructor({ most }: AdmissionOptions) {
    this.#most = most;
    this.#limit = most;
  }

  /** Requests whose answer has not begun. */
  get inside(): number {
    return this.#inside.size;
  }

  /** How many are let in at once, as things stand. */
  get limit(): number {
    return this.#limit;
  }

  /** Whether a request is let in. */
  enter(response: ServerResponse): boolean {
    if (this.#inside.size >= this.#limit) {
      this.#forgetAnswered();
      while (this.#inside.size >= this.#limit) if (!this.#dismissLaggard()) return false;
    }
    this.#inside.set(response, performance.now());
    if (this.#inside.size > this.#peak) this.#peak = this.#inside.size;
    response.on('close', () => this.#inside.delete(response));
    return true;
  }

  /** Looks how things stand: to be called every 100 ms. */
  look({ delay, waiting }: Strain): void {
    this.#forgetAnswered();
    if (delay <= bearable.delay && waiting <= bearable.waiting) {
      this.#strained = { looks: 0, milliseconds: 0 };
      this.#limit = Math.min(this.#most, this.#limit + growth);
    } else {
      const { looks, milliseconds } = this.#strained;
      this.#strained = { looks: looks + 1, milliseconds: milliseconds + interval + delay };
      if (this.#isLastingStrain()) {
        const kept = Math.floor(Math.min(this.#limit, this.#peak) * shrinkage);
        this.#limit = Math.min(this.#most, Math.max(least, kept));
      }
    }
    this.#peak = this.#inside.size;
  }

  #isLastingStrain(): boolean {
    const { looks, milliseconds } = this.#strained;
    return looks >= patience.looks && milliseconds >= patience.milliseconds;
  }

  /** What is being sent, and what waits for something else than this process, holds nobody up. */
  #forgetAnswered(): void {
    for (const response of this.#inside.keys()) {
      if (response.headersSent || standingAside.has(response)) this.#inside.delete(response);
    }
  }

  /** Hangs up on the oldest request whose sender lets us wait, and gives whether there was one. */
  #dismissLaggard(): boolean {
    const latest = performance.now() - arrivalPatience;
    for (const [response, since] of this.#inside) {
      if (since > latest) return false;
      if (!isLateInArriving(response.req)) continue;
      this.#inside.delete(response);
      response.req.destroy();
      return true;
    }
    return false;
  }
}

/** Whether there is more of a request to come, and nothing of it left that we have not read yet. */
function isLateInArriving({ complete, readableLength }: IncomingMessage): boolean {
  return !complete && readableLength === 0;
}

/**
 * Milliseconds that a turn of the event loop spends on beginning requests, and while some wait from the turn before:
 * what many requests ask in one turn is asked of the database together, so turns are short only where they have to be.
 */
const mostOfTurn = { usual: 5, busy: 1 } as const;

/**
 * Begins requests in the order they came, and leaves what is too much for one turn of the event loop to the next. Node
 * takes one new connection a turn: were everything begun that is there, turns of a busy process would be so long that
 * new callers wait for many seconds, where nobody sees them, while those who have a connection are answered.
 */
export class RequestTurns {
  readonly #waiting: { readonly begin: () => void; readonly since: number }[] = [];
  #spent = 0;
  #most: number = mostOfTurn.usual;
  #isNextTurnDue = false;
  #longestWait = 0;

  /** Begins a request in this turn or a later one. */
  run(begin: () => void): void {
    const now = performance.now();
    if (this.#waiting.length > 0 || this.#spent >= this.#most) this.#waiting.push({ begin, since: now });
    else this.#begin(begin, now);
    if (this.#isNextTurnDue) return;
    this.#isNextTurnDue = true;
    setImmediate(() => this.#nextTurn());
  }

  /** Milliseconds that a request has waited at most since this was asked last, those that still wait included. */
  takeLongestWait(): number {
    const [oldest] = this.#waiting;
    const longest = Math.max(this.#longestWait, oldest === undefined ? 0 : performance.now() - oldest.since);
    this.#longestWait = 0;
    return longest;
  }

  #nextTurn(): void {
    this.#isNextTurnDue = false;
    this.#spent = 0;
    this.#most = this.#waiting.length > 0 ? mostOfTurn.busy : mostOfTurn.usual;
    while (this.#spent < this.#most) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const now = performance.now();
      this.#longestWait = Math.max(this.#longestWait, now - next.since);
      this.#begin(next.begin, now);
    }
    if (this.#waiting.length === 0) return;
    this.#isNextTurnDue = true;
    setImmediate(() => this.#nextTurn());
  }

  #begin(begin: () => void, now: number): void {
    begin();
    this.#spent += performance.now() - now;
  }
}

const standingAside = new WeakSet<ServerResponse>();

/** Says that a request waits for a job's end, or the like, and costs nothing meanwhile. */
export function standAside(response: ServerResponse): void {
  standingAside.add(response);
}

/**
 * Addresses of probes, of the server and of what it serves below /api, and of the figures; nothing below a thing of
 * theirs.
 */
const probes = /^\/(?:metrics|(?:api\/(?:v\d+\/)?)?(?:ready|health(?:\/\w+)?))\/?(?:\?|$)/;

/** Whether a request is answered however much there is to do: probes, figures and the preflights of browsers. */
export function isAlwaysLetIn({ method, url = '' }: IncomingMessage): boolean {
  return method === 'OPTIONS' || ((method === 'GET' || method === 'HEAD') && probes.test(url));
}

/** Looks every 100 ms, until the returned function is called. */
export function watchStrain(app: App, admission: Admission, turns: RequestTurns): () => void {
  let due = performance.now() + interval;
  const timer = setInterval(() => {
    const now = performance.now();
    const delay = Math.max(0, now - due, turns.takeLongestWait(), app.database.statements.takeLeastTime());
    admission.look({ delay, waiting: app.database.pool.waitingCount });
    due = now + interval;
    app.metrics.requestsInside.set(admission.inside);
    app.metrics.requestLimit.set(admission.limit);
  }, interval).unref();
  return () => clearInterval(timer);
}

/** What a caller is told whose request is not let in. */
export const overloadedMessage = 'This server has more to do than it can at the moment; try again';
const code = 'SERVICE_OVERLOADED';

/** The answer to a GraphQL request that is not let in. */
export const graphqlOverloaded = {
  status: 503,
  body: { errors: [{ message: overloadedMessage, extensions: { code, retryable: true, retryAfter } }] },
  headers: {},
} as const;

/** The answer to any other that is not let in, where its address is nobody's. */
export const overloaded = { status: 503, body: { error: { code, message: overloadedMessage } }, headers: {} } as const;
