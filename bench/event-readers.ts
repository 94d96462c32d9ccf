import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { answering } from './measured-process.ts';

/** Whom to read from, and what. */
const opening = z.object({
  url: z.string(),
  /** `graphql` speaks graphql-transport-ws; `raw` reads whatever comes. */
  protocol: z.enum(['graphql', 'raw']),
  query: z.string(),
  token: z.string(),
  /** One socket for each. */
  jobs: z.array(z.string()),
});
const reaching = z.object({ reach: z.number().int() });
/** Subscribers that connect at the same time. */
const together = 50;

/** One subscriber: how many deliveries it has had, and what came when, as far as it is asked to remember. */
interface Subscriber {
  readonly socket: WebSocket;
  deliveries: number;
  readonly times: number[];
  readonly texts: string[];
}

let subscribers: Subscriber[] = [];
let waiting: { readonly deliveries: number; readonly resolve: () => void } | undefined;
let behind = 0;
let remember: 'nothing' | 'times' | 'texts' = 'nothing';

const clock = () => performance.timeOrigin + performance.now();

async function subscribe({ url, protocol, query, token }: z.infer<typeof opening>, job: string): Promise<Subscriber> {
  const socket = protocol === 'raw' ? new WebSocket(`${url}/?job=${job}`) : new WebSocket(url, 'graphql-transport-ws');
  const subscriber: Subscriber = { socket, deliveries: 0, times: [], texts: [] };
  await once(socket, 'open');
  if (protocol === 'graphql') {
    socket.send(JSON.stringify({ type: 'connection_init', payload: { Authorization: `Bearer ${token}` } }));
    await once(socket, 'message');
    const payload = { query, variables: { id: job } };
    socket.send(JSON.stringify({ id: randomUUID(), type: 'subscribe', payload }));
  }
  socket.on('message', (data) => {
    if (subscriber.deliveries === 0 && String(data).match(/"errors"|"type":"error"/) !== null)
      throw new Error(String(data));
    subscriber.deliveries += 1;
    if (remember === 'times') subscriber.times.push(clock());
    else if (remember === 'texts') subscriber.texts.push(String(data));
    if (waiting !== undefined && subscriber.deliveries === waiting.deliveries) {
      behind -= 1;
      if (behind === 0) waiting.resolve();
    }
  });
  return subscriber;
}

async function answer(question: Readonly<Record<string, unknown>>): Promise<unknown> {
  if ('url' in question) {
    const asked = opening.parse(question);
    subscribers = [];
    for (let start = 0; start < asked.jobs.length; start += together) {
      const some = asked.jobs.slice(start, start + together);
      subscribers.push(...(await Promise.all(some.map((job) => subscribe(asked, job)))));
    }
    return subscribers.length;
  }
  if ('remember' in question) {
    remember = z.enum(['nothing', 'times', 'texts']).parse(question.remember);
    return null;
  }
  if ('reach' in question) return reach(reaching.parse(question).reach);
  if ('times' in question) return subscribers.map(({ times }) => times.splice(0));
  if ('texts' in question) return subscribers.map(({ texts }) => texts.splice(0));
  for (const { socket } of subscribers) socket.terminate();
  subscribers = [];
  return null;
}

/** Resolves when every subscriber has had so many deliveries. */
async function reach(deliveries: number): Promise<null> {
  behind = subscribers.filter((one) => one.deliveries < deliveries).length;
  if (behind === 0) return null;
  await new Promise<void>((resolve) => {
    waiting = { deliveries, resolve };
  });
  waiting = undefined;
  return null;
}

answering('readers', answer);
