import { randomUUID } from 'node:crypto';
import { Client, type Pool } from 'pg';
import type { Log } from './log.ts';

/**
 * Tells processes to look again. A wake-up carries no data and may be lost: rows are the truth, and every reader
 * looks again by itself after a few seconds. So no call here ever fails or waits for a server that is away.
 */
export interface WakeUps {
  /** Wakes all listeners of these topics in all processes. */
  publish(topics: readonly string[]): void;
  /** Calls `listener` on every wake-up of `topic` until the returned function is called. */
  listen(topic: string, listener: () => void): () => void;
  /** Resolves once it was tried to open the channel; until then every reader looks again by itself. */
  opened(): Promise<void>;
  /** Whether the channel is up: null when there is none to be up. */
  healthy(): boolean | null;
  close(): Promise<void>;
}

const channel = 'millwright';

/** Listeners by topic in this process. */
class Listeners {
  readonly #byTopic = new Map<string, Set<() => void>>();

  add(topic: string, listener: () => void): () => void {
    const present = this.#byTopic.get(topic) ?? new Set();
    this.#byTopic.set(topic, present.add(listener));
    return () => {
      present.delete(listener);
      if (present.size === 0 && this.#byTopic.get(topic) === present) this.#byTopic.delete(topic);
    };
  }

  wake(topics: readonly string[]): void {
    for (const topic of topics) for (const listener of this.#byTopic.get(topic) ?? []) listener();
  }

  /** After a gap in the channel nobody knows what was missed. */
  wakeAll(): void {
    for (const listeners of this.#byTopic.values()) for (const listener of listeners) listener();
  }
}

/**
 * Gathers the topics of one turn of the event loop, and those that come while the server has not answered yet, so that
 * a burst of changes is one message. Listeners of this process are woken at once, without the way through the server.
 */
class Gathering {
  readonly #topics = new Set<string>();
  readonly #listeners: Listeners;
  readonly #tell: (topics: string[]) => Promise<void>;
  #isTelling = false;

  /** `tell` hands topics to the server, and resolves when that is done or has failed. */
  constructor(listeners: Listeners, tell: (topics: string[]) => Promise<void>) {
    this.#listeners = listeners;
    this.#tell = tell;
  }

  add(topics: readonly string[]): void {
    if (this.#topics.size === 0 && !this.#isTelling) setImmediate(() => this.flush());
    for (const topic of topics) this.#topics.add(topic);
    this.#listeners.wake(topics);
  }

  flush(): void {
    if (this.#topics.size === 0) return;
    const topics = [...this.#topics];
    this.#topics.clear();
    this.#isTelling = true;
    void this.#tell(topics).finally(() => {
      this.#isTelling = false;
      this.flush();
    });
  }
}

/** No channel at all: every reader relies on looking again by itself, in this process too. */
export function noWakeUps(): WakeUps {
  return { publish() {}, listen: () => () => {}, opened: async () => {}, healthy: () => null, close: async () => {} };
}

/** Wake-ups by PostgreSQL's LISTEN and NOTIFY, on one connection that is made again when it breaks. */
export function postgresWakeUps(url: string, pool: Pool, log: Log): WakeUps {
  const listeners = new Listeners();
  const self = randomUUID();
  let closing = false;
  let connection: Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  /** Told once when it breaks and once when it is back. */
  let away = false;

  async function connect(): Promise<void> {
    const client = new Client({ connectionString: url, application_name: 'millwright wake-ups', keepAlive: true });
    client.on('notification', (message) => {
      // Our own have been heard already.
      if (message.payload === undefined || message.payload.startsWith(self)) return;
      listeners.wake(message.payload.split(' ').slice(1));
    });
    client.on('error', (error) => lost(client, error));
    client.on('end', () => lost(client));
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
    } catch (error) {
      lost(client, error);
      return;
    }
    if (closing) return void client.end().catch(() => {});
    if (away) log.info('the wake-up connection is back');
    away = false;
    connection = client;
    listeners.wakeAll();
  }

  function lost(client: Client, error?: unknown): void {
    if (connection === client) connection = undefined;
    client.removeAllListeners();
    client.on('error', () => {});
    client.end().catch(() => {});
    if (closing || retry !== undefined) return;
    if (!away) log.warn({ err: error }, 'the wake-up connection broke; trying again');
    away = true;
    retry = setTimeout(() => {
      retry = undefined;
      connect().catch((failure: unknown) => log.warn({ err: failure }, 'the wake-up connection failed'));
    }, 500);
  }

  const gathering = new Gathering(listeners, async (topics) => {
    const payloads: string[] = [];
    // They are at most 8000 bytes; a topic is about 45.
    for (let start = 0; start < topics.length; start += 100) {
      payloads.push([self, ...topics.slice(start, start + 100)].join(' '));
    }
    await pool
      .query({
        name: 'wake',
        text: 'SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload',
        values: [channel, payloads],
      })
      .catch((error: unknown) => log.warn({ err: error }, 'a wake-up was lost'));
  });
  const opening = connect();
  return {
    publish: (topics) => gathering.add(topics),
    listen: (topic, listener) => listeners.add(topic, listener),
    opened: () => opening,
    healthy: () => connection !== undefined,
    async close() {
      closing = true;
      gathering.flush();
      clearTimeout(retry);
      await opening;
      await connection?.end().catch(() => {});
    },
  };
}

/**
 * Wake-ups by Redis. Redis delivers at most once and may be away: messages sent meanwhile are dropped at once instead
 * of queueing, and every listener is woken when it comes back.
 */
export async function redisWakeUps(url: string, log: Log): Promise<WakeUps> {
  // Loaded where there is a Redis.
  const [{ RedisPubSub }, { openRedis }] = await Promise.all([
    import('graphql-redis-subscriptions'),
    import('./redis.ts'),
  ]);
  const listeners = new Listeners();
  const self = randomUUID();
  const publisher = openRedis(url, log);
  const subscriber = openRedis(url, log, { enableOfflineQueue: true });
  subscriber.on('ready', () => listeners.wakeAll());
  const pubsub = new RedisPubSub({ publisher, subscriber });
  const subscription = pubsub.subscribe<{ sender: string; topics: string[] }>(channel, ({ sender, topics }) => {
    if (sender !== self) listeners.wake(topics);
  });
  subscription.catch(() => {});
  const gathering = new Gathering(listeners, (topics) =>
    // Refused at once while Redis is away; readers look again by themselves.
    pubsub.publish(channel, { sender: self, topics }).catch(() => {}),
  );
  return {
    publish: (topics) => gathering.add(topics),
    listen: (topic, listener) => listeners.add(topic, listener),
    // Commands wait for it, or are refused, by themselves.
    opened: async () => {},
    healthy: () => publisher.status === 'ready' && subscriber.status === 'ready',
    async close() {
      gathering.flush();
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}
