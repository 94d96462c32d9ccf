import type { App } from '../app.ts';
import { onePer } from '../platform/one-per.ts';
import {
  type EventPage,
  type EventRow,
  type EventStream,
  pageSize,
  SharedReading,
  seqOf,
  topicOf,
} from './event-reading.ts';

/** Rows of a stream that are held for readers who are a little behind. */
const mostRows = 2 * pageSize;
/** Milliseconds after which a stream is looked at again without a wake-up. */
export const rereadAfter = 5000;

/** How a job stands to whoever waits for more of its events. */
export interface Standing {
  readonly hasEnded: boolean;
  readonly lastSeq: number;
  readonly prunedSeq: number;
}

/** Somebody who wants to know when a stream may have grown. */
export interface TailReader {
  wake(): void;
}

/** Where a tail gets its rows. */
interface Source {
  readonly read: (after: number) => Promise<EventPage>;
  readonly seqOf: (event: EventRow) => number;
  readonly listen: (listener: () => void) => () => void;
}

/**
 * The newest rows of one stream, read once for everybody in this process who follows it. Each reader has a cursor of
 * its own; one that has fallen behind what is held reads for itself. Held are at most 200 rows, and none once a stream
 * has been still for 5 s or its only reader has them.
 */
export class EventTail {
  readonly #source: Source;
  readonly #readers = new Set<TailReader>();
  #rows: EventRow[] = [];
  /** The cursor after which `#rows` is whole, and the number of its last row. */
  #from: number;
  #to: number;
  /** Occasions to look so far, and how many there had been when the last look that is done began. */
  #occasions = 0;
  #answered = 0;
  #looking: Promise<void> | undefined;
  #standing: { readonly answered: number; readonly state: Promise<Standing> } | undefined;
  #isWaking = false;
  #lookedAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #stop: (() => void) | undefined;

  constructor(source: Source, cursor: number) {
    this.#source = source;
    this.#from = cursor;
    this.#to = cursor;
  }

  /** Whether nobody follows the stream. */
  get isIdle(): boolean {
    return this.#readers.size === 0;
  }

  /** Begins to wake a reader, whose first look is always a new one: nobody knows what it has missed. */
  join(reader: TailReader): void {
    this.#readers.add(reader);
    this.#occasions += 1;
    if (this.#stop !== undefined) return;
    const unlisten = this.#source.listen(() => this.#wake());
    this.#waitForStillness(rereadAfter);
    this.#stop = () => {
      unlisten();
      clearTimeout(this.#timer);
    };
  }

  /** Ends what `join` began. */
  leave(reader: TailReader): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }

  /** The rows after a cursor that are held; null when the table must be asked. */
  ready(cursor: number): readonly EventRow[] | null {
    if (cursor < this.#from || (cursor >= this.#to && this.isBehind)) return null;
    return this.#held(cursor);
  }

  /** The rows after a cursor that can be had now; none when there are none yet. */
  async after(cursor: number): Promise<readonly EventRow[]> {
    if (cursor >= this.#to && this.isBehind) await this.#look();
    return cursor < this.#from ? (await this.#source.read(cursor)).rows : this.#held(cursor);
  }

  /** Whether there has been an occasion to look that no look has answered yet. */
  get isBehind(): boolean {
    return this.#answered < this.#occasions;
  }

  /** How many looks there have been, for who wants to know whether there was another one. */
  get answered(): number {
    return this.#answered;
  }

  /** Whether rows after a cursor are known of. */
  reachesBeyond(cursor: number): boolean {
    return this.#to > cursor;
  }

  /** How the job stands, asked once for all who found nothing in the same look. */
  standing(ask: () => Promise<Standing>): Promise<Standing> {
    if (this.#standing?.answered !== this.#answered) {
      const asked = { answered: this.#answered, state: ask() };
      this.#standing = asked;
      asked.state.catch(() => {
        if (this.#standing === asked) this.#standing = undefined;
      });
    }
    return this.#standing.state;
  }

  #held(cursor: number): readonly EventRow[] {
    if (cursor >= this.#to) {
      if (this.#readers.size === 1) this.#forget();
      return [];
    }
    let first = this.#rows.length;
    while (first > 0 && this.#seqAt(first - 1) > cursor) first -= 1;
    return first === 0 ? this.#rows : this.#rows.slice(first);
  }

  #seqAt(index: number): number {
    const row = this.#rows[index];
    return row === undefined ? this.#from : this.#source.seqOf(row);
  }

  /** One look at a time, for everybody. */
  #look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #read(): Promise<void> {
    const occasions = this.#occasions;
    this.#lookedAt = performance.now();
    const { rows, isFull } = await this.#source.read(this.#to);
    if (!isFull) this.#answered = occasions;
    if (rows.length === 0) return;
    // A new array: readers may be in the middle of the old one.
    this.#rows = [...this.#rows, ...rows].slice(-mostRows);
    this.#to = this.#seqAt(this.#rows.length - 1);
    if (this.#rows.length === mostRows) this.#from = this.#seqAt(0) - 1;
  }

  /** Looks before it wakes anybody, so that readers find what there is. A look that fails is theirs to repeat. */
  #wake(): void {
    this.#occasions += 1;
    if (this.#isWaking) return;
    this.#isWaking = true;
    const done = () => {
      this.#isWaking = false;
      for (const reader of this.#readers) reader.wake();
    };
    this.#look().then(done, done);
  }

  /** Looks once nobody has looked for 5 s. A stream that moves is looked at anyway, and costs nothing here. */
  #waitForStillness(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      const left = this.#lookedAt + rereadAfter - performance.now();
      if (left > 100) return this.#waitForStillness(left);
      this.#forget();
      this.#wake();
      this.#waitForStillness(rereadAfter);
    }, milliseconds);
  }

  #forget(): void {
    this.#rows = [];
    this.#from = this.#to;
  }
}

/** The tails of all streams that are followed in this process. */
class EventTails {
  readonly #app: App;
  readonly #reading: SharedReading;
  readonly #byTopic = new Map<string, EventTail>();

  constructor(app: App) {
    this.#app = app;
    this.#reading = new SharedReading(app);
  }

  join(stream: EventStream, cursor: number, reader: TailReader): EventTail {
    const topic = topicOf(stream);
    const tail =
      this.#byTopic.get(topic) ??
      new EventTail(
        {
          read: (after) => this.#reading.read(stream, after),
          seqOf: (event) => seqOf(stream, event),
          listen: (listener) => this.#app.wakeUps.listen(topic, listener),
        },
        cursor,
      );
    this.#byTopic.set(topic, tail);
    tail.join(reader);
    return tail;
  }

  leave(stream: EventStream, tail: EventTail, reader: TailReader): void {
    tail.leave(reader);
    const topic = topicOf(stream);
    if (tail.isIdle && this.#byTopic.get(topic) === tail) this.#byTopic.delete(topic);
  }
}

const tailsOf = onePer((app: App) => new EventTails(app));

/** Joins those who follow a stream in this process. Gives the tail they share, and what ends the membership. */
export function joinTail(
  app: App,
  stream: EventStream,
  cursor: number,
  reader: TailReader,
): { readonly tail: EventTail; readonly leave: () => void } {
  const tails = tailsOf(app);
  const tail = tails.join(stream, cursor, reader);
  return { tail, leave: () => tails.leave(stream, tail, reader) };
}
