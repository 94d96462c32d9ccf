import { Agent, request } from 'node:http';
import { z } from 'zod';
import { answering } from './measured-process.ts';

/**
 * Load that does not wait for answers: requests leave at a rate, however many are still under way, as those of many
 * people do. A process of its own, so that what it takes is not the server's.
 */
const order = z.object({
  url: z.string(),
  token: z.string(),
  /** Requests a second. */
  rate: z.number(),
  seconds: z.number(),
  /** Asked in turn. */
  works: z.array(z.object({ path: z.string(), body: z.string().optional() })),
});
type Order = z.infer<typeof order>;

/** What came of it: milliseconds of each answer with 2xx, and how many had which other status. */
interface LoadReport {
  readonly accepted: readonly number[];
  readonly refused: Readonly<Record<string, number>>;
  /** Milliseconds of refusals. */
  readonly refusals: readonly number[];
}

/** Connections at most: more wait here, and count from when they should have left. */
const agent = new Agent({ keepAlive: true, maxSockets: 2000 });
const tick = 5;

async function run({ url, token, rate, seconds, works }: Order): Promise<LoadReport> {
  const accepted: number[] = [];
  const refusals: number[] = [];
  const refused: Record<string, number> = {};
  const began = performance.now();
  const open: Promise<void>[] = [];
  let sent = 0;
  const one = async () => {
    const work = works[sent % works.length];
    sent += 1;
    const due = performance.now();
    const status = work === undefined ? 'none' : await ask(url, token, work);
    const took = performance.now() - due;
    if (status.startsWith('2')) accepted.push(took);
    else {
      refused[status] = (refused[status] ?? 0) + 1;
      refusals.push(took);
    }
  };
  while (performance.now() - began < seconds * 1000) {
    const due = ((performance.now() - began) / 1000) * rate;
    while (sent < due) open.push(one());
    await new Promise((resolve) => setTimeout(resolve, tick));
  }
  await Promise.all(open);
  return { accepted, refused, refusals };
}

function ask(url: string, token: string, { path, body }: Order['works'][number]): Promise<string> {
  return new Promise((resolve) => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    const asked = request(`${url}${path}`, { method: body === undefined ? 'GET' : 'POST', agent, headers });
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'broken'));
    asked.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(String(response.statusCode)));
    });
    asked.end(body);
  });
}

answering('ready', (question) => run(order.parse(question)));
