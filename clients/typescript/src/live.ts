import type { EventName, Events, TaskStatus } from './types.ts';

type Listener<Name extends EventName> = (data: Events[Name]) => void;

interface Message {
  readonly event: EventName;
  readonly data: never;
  readonly seq: number;
}

/** Milliseconds before the second and the last of the tries to connect again. */
const [firstPause, longestPause] = [500, 30_000];
/** Close codes after which trying again is of no use: against the rules, not signed in. */
const final = new Map([
  [1008, 'REFUSED'],
  [4401, 'UNAUTHORIZED'],
]);

/** The socket: open while somebody listens, opened again when it breaks, without losing or repeating an event. */
export class Live {
  readonly #url: (since: number | undefined) => string;
  readonly #listeners = new Map<EventName, Set<Listener<never>>>();
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since: number | undefined;
  #tries = 0;
  #opening: PromiseWithOpener | undefined;

  /** Ids of tasks whose end has been told. */
  readonly #ended = new Set<string>();
  readonly #onOpen: () => void;

  /** @param onOpen called each time the socket has opened */
  constructor(url: (since: number | undefined) => string, onOpen: () => void) {
    this.#url = url;
    this.#onOpen = onOpen;
  }

  /** Listens. Gives a function that stops it. */
  on<Name extends EventName>(event: Name, listener: Listener<Name>): () => void {
    const present = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, present.add(listener as Listener<never>));
    if (this.#socket === undefined && this.#timer === undefined) this.#open();
    return () => {
      present.delete(listener as Listener<never>);
      if ([...this.#listeners.values()].every(({ size }) => size === 0)) this.close();
    };
  }

  /** Resolves once the socket is open: what happens from then on is told. */
  get opened(): Promise<void> {
    return this.#opening?.promise ?? Promise.resolve();
  }

  /** Closes the socket and forgets all listeners. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#listeners.clear();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#opening?.open();
    this.#opening = undefined;
  }

  #open(): void {
    this.#opening ??= opener();
    const socket = new WebSocket(this.#url(this.#since));
    this.#socket = socket;
    socket.addEventListener('open', () => {
      if (socket !== this.#socket) return;
      this.#tries = 0;
      this.#opening?.open();
      this.#opening = undefined;
      this.#onOpen();
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket) this.#hear(JSON.parse(String(data)) as Message);
    });
    // A socket that fails says so, and then closes.
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', ({ code, reason }) => {
      if (socket !== this.#socket) return;
      this.#socket = undefined;
      const refused = final.get(code);
      if (refused !== undefined) return this.#giveUp(refused, reason);
      const pause = Math.min(longestPause, firstPause * 2 ** this.#tries);
      this.#tries += 1;
      // Not all at the same moment after a restart of the server.
      this.#timer = setTimeout(
        () => {
          this.#timer = undefined;
          this.#open();
        },
        pause * (0.5 + Math.random() / 2),
      );
    });
  }

  #giveUp(code: string, reason: string): void {
    const message = reason || 'The server refused the socket';
    this.tell('error', { code, message });
    this.close();
  }

  #hear({ event, data, seq }: Message): void {
    if (this.#since !== undefined && seq <= this.#since && event !== 'error') return;
    this.#since = seq;
    this.tell(event, data);
  }

  /** Tells the listeners; the end of a task once, from wherever it is known. */
  tell<Name extends EventName>(event: Name, data: Events[Name]): void {
    if ('taskId' in data && isEnd(data.status)) {
      if (this.#ended.has(data.taskId)) return;
      this.#ended.add(data.taskId);
    }
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(data as never);
  }

  /** Whether the end of a task has been told. */
  hasTold(taskId: string): boolean {
    return this.#ended.has(taskId);
  }
}

/** Whether a task with this status has ended. */
export function isEnd(status: TaskStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

interface PromiseWithOpener {
  readonly promise: Promise<void>;
  readonly open: () => void;
}

function opener(): PromiseWithOpener {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}
