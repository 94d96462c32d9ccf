import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { answering } from './measured-process.ts';

/**
 * Load that does not wait for answers: requests are due at a steady rate, however many are still under way, as those of
 * many people are. A process of its own, so that what it takes is not the server's, on bare sockets, so that it can ask
 * for more than a server carries. It says by how much it was late itself.
 */
const order = z.object({
  url: z.string(),
  token: z.string(),
  /** Requests a second. */
  rate: z.number(),
  seconds: z.number(),
  /** Whether connections are there before the first request, as those of a proxy are; else each caller is new. */
  isConnected: z.boolean(),
  /** Asked in turn. */
  works: z.array(z.object({ path: z.string(), body: z.string().optional() })),
});
type Order = z.infer<typeof order>;

/** What came of it; all times in milliseconds. */
interface LoadReport {
  /** Answers with 2xx, from when they were due. */
  readonly accepted: readonly number[];
  /** The same answers, from when they were asked for. */
  readonly acceptedSinceSent: readonly number[];
  /** How many had which other status, or error of the connection. */
  readonly refused: Readonly<Record<string, number>>;
  /** Refusals, from when they were due. */
  readonly refusals: readonly number[];
  /** By how much requests were sent too late. */
  readonly late: readonly number[];
}

/** Connections at most, each for one request at a time: who finds none free waits, which counts as late. */
const mostConnections = 1500;
/** Milliseconds that answers are waited for after the last request. */
const patience = 30_000;

async function run({ url, token, rate, seconds, works, isConnected }: Order): Promise<LoadReport> {
  const texts = works.map((work) => requestText(new URL(url), token, work));
  const load = new Load(new URL(url), texts);
  if (isConnected) await load.connect(Math.min(mostConnections, Math.ceil(rate / 4)));
  const total = Math.floor(rate * seconds);
  const began = performance.now();
  let asked = 0;
  while (asked < total) {
    const now = performance.now();
    for (; asked < total && began + (asked * 1000) / rate <= now; asked += 1) load.ask(began + (asked * 1000) / rate);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await load.ended(patience);
  return load.report();
}

function requestText({ host }: URL, token: string, { path, body }: Order['works'][number]): string {
  const lines = [
    `${body === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1`,
    `host: ${host}`,
    `authorization: Bearer ${token}`,
    ...(body === undefined ? [] : ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

class Load {
  readonly #url: URL;
  readonly #texts: readonly string[];
  readonly #free: Connection[] = [];
  /** When those were due that wait for a connection, and how many of them have been served. */
  readonly #waiting: number[] = [];
  #served = 0;
  readonly #open = new Set<Connection>();
  #sent = 0;
  #underWay = 0;
  readonly #report = {
    accepted: [] as number[],
    acceptedSinceSent: [] as number[],
    refused: {} as Record<string, number>,
    refusals: [] as number[],
    late: [] as number[],
  };

  constructor(url: URL, texts: readonly string[]) {
    this.#url = url;
    this.#texts = texts;
  }

  ask(due: number): void {
    this.#underWay += 1;
    const connection = this.#free.pop() ?? this.#connect();
    if (connection === undefined) this.#waiting.push(due);
    else this.#send(connection, due);
  }

  /** Opens connections; each has been taken by the server when this resolves, as it has answered a probe there. */
  async connect(count: number): Promise<void> {
    const probe = requestText(this.#url, '', { path: '/health/live' });
    const opened = Array.from({ length: count }, async () => {
      const connection = this.#connect();
      await connection?.probe(probe);
      if (connection?.isClosed === false) this.#free.push(connection);
    });
    await Promise.all(opened);
  }

  /** Resolves when everything is answered, or the patience is over: the rest counts as unanswered. */
  async ended(milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds;
    while (this.#underWay > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
    if (this.#underWay > 0) this.#report.refused.unanswered = this.#underWay;
    for (const connection of this.#open) connection.close();
  }

  report(): LoadReport {
    return this.#report;
  }

  #connect(): Connection | undefined {
    if (this.#open.size >= mostConnections) return undefined;
    const connection = new Connection(this.#url, {
      answered: (status, due, sent) => this.#note(connection, status, due, sent),
      closed: () => {
        this.#open.delete(connection);
        const at = this.#free.indexOf(connection);
        if (at >= 0) this.#free.splice(at, 1);
      },
    });
    this.#open.add(connection);
    return connection;
  }

  #send(connection: Connection, due: number): void {
    const now = performance.now();
    this.#report.late.push(now - due);
    connection.send(this.#texts[this.#sent % this.#texts.length] ?? '', due, now);
    this.#sent += 1;
  }

  #note(connection: Connection, status: string, due: number, sent: number): void {
    const now = performance.now();
    this.#underWay -= 1;
    const { accepted, acceptedSinceSent, refused, refusals } = this.#report;
    if (status.startsWith('2')) {
      accepted.push(now - due);
      acceptedSinceSent.push(now - sent);
    } else {
      refused[status] = (refused[status] ?? 0) + 1;
      refusals.push(now - due);
    }
    if (connection.isClosed) return;
    const next = this.#waiting[this.#served];
    if (next === undefined) this.#free.push(connection);
    else {
      this.#served += 1;
      this.#send(connection, next);
    }
  }
}

interface ConnectionEvents {
  answered(status: string, due: number, sent: number): void;
  closed(): void;
}

const endOfHead = '\r\n\r\n';

/** One connection that is kept, with at most one request on it. */
class Connection {
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  #asked: { readonly due: number; readonly sent: number } | undefined;
  #received = '';
  #probed: (() => void) | undefined;
  isClosed = false;

  constructor({ hostname, port }: URL, events: ConnectionEvents) {
    this.#events = events;
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text) => this.#read(String(text)));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#end(error.code ?? 'broken'));
    this.#socket.on('close', () => this.#end('closed'));
  }

  send(text: string, due: number, sent: number): void {
    this.#asked = { due, sent };
    this.#socket.write(text);
  }

  /** Sends what is not counted, and resolves at its answer. */
  probe(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#probed = resolve;
      this.#socket.write(text);
    });
  }

  close(): void {
    this.#asked = undefined;
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf(endOfHead);
    if (end < 0) return;
    const head = this.#received.slice(0, end).toLowerCase();
    const isWhole = /^content-length: (\d+)/m.test(head)
      ? this.#received.length >= end + endOfHead.length + Number(/^content-length: (\d+)/m.exec(head)?.[1])
      : !head.includes('\r\ntransfer-encoding: chunked') || this.#received.endsWith('\r\n0\r\n\r\n');
    if (!isWhole) return;
    this.#received = '';
    const asked = this.#asked;
    this.#asked = undefined;
    if (head.includes('\r\nconnection: close')) this.#end('closed');
    this.#probed?.();
    this.#probed = undefined;
    if (asked !== undefined) this.#events.answered(head.slice('http/1.1 '.length, 12), asked.due, asked.sent);
  }

  #end(reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#socket.destroy();
    this.#events.closed();
    this.#probed?.();
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked !== undefined) this.#events.answered(reason, asked.due, asked.sent);
  }
}

answering('ready', (question) => run(order.parse(question)));
