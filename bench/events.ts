import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type App, createApp } from '../src/app.ts';
import { signUp } from '../src/auth/service.ts';
import { readConfig } from '../src/platform/config.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { createWriter, type EventWriter } from './event-writer.ts';
import { describeMachine, median, spread } from './machine.ts';
import { type MeasuredProcess, startMeasured } from './measured-process.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const subscriberCount = Number(process.env.BENCH_SUBSCRIBERS ?? 1000);
/** Events of one job in a round. */
const eventCount = Number(process.env.BENCH_EVENTS ?? 60);
/** Seconds of a round with many jobs, and the events a job has in a second, the highest that all can keep up with. */
const seconds = Number(process.env.BENCH_SECONDS ?? 5);
const rates = (process.env.BENCH_RATES ?? '20,10,5,2').split(',').map(Number);
/** `one` or `many`: only this part. */
const part = process.env.BENCH_PART;
/** Jobs whose events are written by one statement, as many as a busy worker's. */
const writtenTogether = 100;

const queries = {
  jobEvents: 'subscription ($id: UUID!) { jobEvents(id: $id) { seq type status percentage stage message at } }',
  docsProgress: 'subscription ($id: UUID!) { docsProgress(id: $id) { status percentage stage message updatedAt } }',
} as const;
type Field = keyof typeof queries;

/** A server under test. */
interface Server {
  readonly name: 'ours' | 'stock' | 'raw';
  readonly process: MeasuredProcess;
}

/** Where the events of a round come from, and who reads them. */
interface Bench {
  readonly app: App;
  readonly ownerId: string;
  readonly token: string;
  readonly readers: MeasuredProcess;
  readonly servers: Readonly<Record<Server['name'], Server>>;
}

/**
 * What it costs to deliver events to subscribers over WebSockets: many on one job against the stock way of graphql-ws,
 * and many jobs with one each against sockets without any protocol. Every server and the subscribers are processes of
 * their own; all servers get the same rows of the same database.
 */
export async function benchEvents(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const postgres = await startEmbeddedPostgres({ dataDir: folder });
    closers.unshift(() => postgres.leave());
    const environment = { DATABASE_URL: postgres.url, DATA_DIR: folder };
    const app = await createApp({ config: readConfig({ ...environment, LOG_LEVEL: 'fatal' }, folder) });
    closers.unshift(() => app.close());
    const { accessToken, userId } = await signUp(
      app,
      {},
      { email: 'a@example.com', password: 'correct horse battery' },
    );
    const start = async (script: string) => {
      const started = await startMeasured(new URL(script, import.meta.url), environment, ...nodeOptions(script));
      closers.unshift(() => started.close());
      return started;
    };
    const bench: Bench = {
      app,
      ownerId: userId,
      token: accessToken,
      readers: await start('./event-readers.ts'),
      servers: {
        ours: { name: 'ours', process: await start('./events-server.ts') },
        stock: { name: 'stock', process: await start('./peers/events-stock.js') },
        raw: { name: 'raw', process: await start('./peers/events-raw.js') },
      },
    };
    console.log(`${describeMachine()}; ${subscriberCount} subscribers, ${rounds} rounds, median (least–most)\n`);
    if (part !== 'many') await oneJob(bench);
    if (part !== 'one') await manyJobs(bench);
  } finally {
    for (const close of closers) await close();
  }
}

/** BENCH_PROFILE writes a CPU profile of the named script's process to the working folder. */
function nodeOptions(script: string): string[] {
  return process.env.BENCH_PROFILE !== undefined && script.includes(process.env.BENCH_PROFILE) ? ['--cpu-prof'] : [];
}

async function open({ readers, token }: Bench, server: Server, field: Field, jobs: readonly string[]): Promise<void> {
  const address = server.process.ready.replace('http', 'ws');
  await readers.ask(z.number(), {
    url: server.name === 'raw' ? address : `${address}/graphql`,
    protocol: server.name === 'raw' ? 'raw' : 'graphql',
    query: queries[field],
    token,
    jobs,
  });
}

const noAnswer = z.null();
const delivered = z.array(z.array(z.string()));

/** Many on one job: the next event is written when everybody has the one before. */
async function oneJob(bench: Bench): Promise<void> {
  const { ours, stock, raw } = bench.servers;
  console.log('| 1 job | server | CPU µs a delivery | over stock | deliveries/s |\n|---|---|---|---|---|');
  for (const field of ['jobEvents', 'docsProgress'] as const) {
    await compareDeliveries(bench, field);
    const compared = field === 'jobEvents' ? [stock, ours, raw] : [stock, ours];
    const figures = new Map(compared.map(({ name }) => [name, { cpu: [] as number[], perSecond: [] as number[] }]));
    for (let round = 0; round < rounds; round += 1) {
      for (const server of compared) {
        const { cpu, perSecond } = await oneJobRound(bench, server, field);
        figures.get(server.name)?.cpu.push(cpu);
        figures.get(server.name)?.perSecond.push(perSecond);
      }
    }
    const base = median(figures.get('stock')?.cpu ?? []);
    for (const [name, { cpu, perSecond }] of figures) {
      const ratio = (median(cpu) / base).toFixed(2);
      console.log(`| ${field} | ${name} | ${spread(cpu, 1).text} | ${ratio}× | ${spread(perSecond, 0).text} |`);
    }
  }
}

async function oneJobRound(bench: Bench, server: Server, field: Field) {
  const writer = await createWriter(bench.app, bench.ownerId, 1);
  await open(
    bench,
    server,
    field,
    Array.from({ length: subscriberCount }, () => writer.jobs[0] ?? ''),
  );
  let sent = await settled(bench, server, writer);
  const [cpu, began] = [await server.process.cpu(), performance.now()];
  for (let n = 0; n < eventCount; n += 1) {
    await writer.write(writer.jobs);
    sent += 1;
    await bench.readers.ask(noAnswer, { reach: sent });
  }
  const used = (await server.process.cpu()) - cpu;
  const took = (performance.now() - began) / 1000;
  await bench.readers.ask(noAnswer, { close: true });
  const deliveries = eventCount * subscriberCount;
  return { cpu: used / deliveries, perSecond: deliveries / took };
}

/** Ours replays a job's events; the others begin with what comes. Gives how many deliveries everybody has had. */
async function settled(bench: Bench, server: Server, writer: EventWriter): Promise<number> {
  let sent = server.name === 'ours' ? 1 : 0;
  await bench.readers.ask(noAnswer, { reach: sent });
  // The first one may come before a peer has begun to follow: it is not counted.
  if (server.name !== 'ours') await new Promise((resolve) => setTimeout(resolve, 500));
  for (let warming = 0; warming < 5; warming += 1) {
    await writer.write(writer.jobs);
    sent += 1;
    await bench.readers.ask(noAnswer, { reach: sent });
  }
  return sent;
}

/** Everybody gets every event, and the two GraphQL servers say the same. */
async function compareDeliveries(bench: Bench, field: Field): Promise<void> {
  const writer = await createWriter(bench.app, bench.ownerId, 1);
  const answers: string[][] = [];
  for (const server of [bench.servers.ours, bench.servers.stock]) {
    await open(
      bench,
      server,
      field,
      Array.from({ length: 20 }, () => writer.jobs[0] ?? ''),
    );
    const before = await settled(bench, server, writer);
    await bench.readers.ask(noAnswer, { remember: 'texts' });
    for (let n = 1; n <= 5; n += 1) {
      await writer.write(writer.jobs);
      await bench.readers.ask(noAnswer, { reach: before + n });
    }
    const texts = await bench.readers.ask(delivered, { texts: true });
    await bench.readers.ask(noAnswer, { remember: 'nothing' });
    await bench.readers.ask(noAnswer, { close: true });
    const everybodys = texts.map((one) => JSON.stringify(one.map(shapeOf)));
    if (new Set(everybodys).size !== 1)
      throw new Error(`${server.name}: subscribers of one job were told different things`);
    answers.push(texts[0]?.map(shapeOf) ?? []);
  }
  const [ours, stock] = answers.map((one) => JSON.stringify(one));
  if (ours !== stock) throw new Error(`${field}: not the same answers:\n${ours}\n${stock}`);
}

const next = z.object({
  type: z.literal('next'),
  payload: z.object({ data: z.record(z.string(), z.object({})) }).loose(),
});

/** What a message says but for the numbers and times that differ between two rounds. */
function shapeOf(text: string): string {
  const { payload } = next.parse(JSON.parse(text));
  return JSON.stringify(payload)
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T')
    .replace(/\d+/g, 'N');
}

/** Many jobs, a subscriber each: how long an event takes from its commit to its subscriber. */
async function manyJobs(bench: Bench): Promise<void> {
  const { ours, raw } = bench.servers;
  const rate = await highestRate(bench);
  console.log(`\n${subscriberCount} jobs, a subscriber each, ${rate} events/s each for ${seconds} s`);
  console.log('\n| server | p50 ms | p99 ms | p99 over raw | CPU µs a delivery |\n|---|---|---|---|---|');
  const figures = new Map(
    [raw, ours].map(({ name }) => [name, { p50: [] as number[], p99: [] as number[], cpu: [] as number[] }]),
  );
  for (let round = 0; round < rounds; round += 1) {
    for (const server of [raw, ours]) {
      const { p50, p99, cpu } = await manyJobsRound(bench, server, rate, seconds);
      figures.get(server.name)?.p50.push(p50);
      figures.get(server.name)?.p99.push(p99);
      figures.get(server.name)?.cpu.push(cpu);
    }
  }
  const base = median(figures.get('raw')?.p99 ?? []);
  for (const [name, { p50, p99, cpu }] of figures) {
    console.log(
      `| ${name} | ${spread(p50, 1).text} | ${spread(p99, 1).text} | ${(median(p99) / base).toFixed(2)}× | ${spread(cpu, 1).text} |`,
    );
  }
}

/** The highest rate at which the writer falls behind by less than a tenth and every server has delivered soon after. */
async function highestRate(bench: Bench): Promise<number> {
  for (const rate of rates) {
    const tries = [];
    for (const server of [bench.servers.raw, bench.servers.ours])
      tries.push(await manyJobsRound(bench, server, rate, 2));
    const isSustained = tries.every(({ late, p99 }) => late < 0.1 && p99 < 500);
    const words = tries
      .map(({ late, p99 }) => `late ${(late * 100).toFixed(0)} %, p99 ${p99.toFixed(0)} ms`)
      .join('; ');
    console.log(`\n${rate} events/s each: ${isSustained ? 'sustained' : 'not sustained'} (raw, ours: ${words})`);
    if (isSustained) return rate;
  }
  throw new Error('no rate was sustained');
}

async function manyJobsRound(bench: Bench, server: Server, rate: number, duration: number) {
  const writer = await createWriter(bench.app, bench.ownerId, subscriberCount);
  await open(bench, server, 'jobEvents', writer.jobs);
  const sent = await settled(bench, server, writer);
  await bench.readers.ask(noAnswer, { remember: 'times' });
  const cpu = await server.process.cpu();
  const { committed, late } = await writeSteadily(writer, rate, duration);
  const events = rate * duration;
  await bench.readers.ask(noAnswer, { reach: sent + events });
  const used = (await server.process.cpu()) - cpu;
  const times = await bench.readers.ask(z.array(z.array(z.number())), { times: true });
  await bench.readers.ask(noAnswer, { remember: 'nothing' });
  await bench.readers.ask(noAnswer, { close: true });
  const delays = times.flatMap((received, job) =>
    received.map((at, n) => at - (committed[Math.floor(job / writtenTogether)]?.[n] ?? Number.NaN)),
  );
  if (delays.length !== events * subscriberCount) throw new Error(`${server.name}: ${delays.length} deliveries`);
  delays.sort((one, other) => one - other);
  const at = (share: number) => delays[Math.floor(delays.length * share)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), cpu: used / delays.length, late };
}

/**
 * Writes group after group, spread evenly over time. Gives when each was committed and by which share it was too slow.
 */
async function writeSteadily(writer: EventWriter, rate: number, duration: number) {
  const groups: string[][] = [];
  for (let start = 0; start < writer.jobs.length; start += writtenTogether) {
    groups.push(writer.jobs.slice(start, start + writtenTogether));
  }
  const committed: number[][] = groups.map(() => []);
  const began = performance.now();
  const interval = 1000 / (rate * groups.length);
  for (let n = 0; n < rate * duration * groups.length; n += 1) {
    const group = n % groups.length;
    const wait = began + n * interval - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    committed[group]?.push(await writer.write(groups[group] ?? []));
  }
  return { committed, late: Math.max(0, (performance.now() - began) / (duration * 1000) - 1) };
}
