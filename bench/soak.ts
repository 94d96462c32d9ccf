import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { createWriter } from './event-writer.ts';
import { describeMachine } from './machine.ts';
import { type Mixed, measureCapacity, percentile, startMixed } from './mixed-work.ts';
import { startJobs } from './soak-jobs.ts';

const minutes = Number(process.env.BENCH_MINUTES ?? 10);
const sampleSeconds = 10;
const subscribers = 20;
/** Seconds at the beginning in which caches fill and code is compiled: they are left out of the slopes. */
const settling = Math.min(120, minutes * 12);

interface Sample {
  readonly seconds: number;
  readonly residentMegabytes: number;
  /** After a collection of garbage. */
  readonly heapMegabytes: number;
  /** Milliseconds, of the time since the sample before. */
  readonly loopDelay: number;
}

/**
 * Half of what a server can carry, for a long time: whether its memory grows and its event loop keeps up. GraphQL
 * reads, REST polls and mutations at a steady rate; subscribers who follow jobs that report progress every second; and
 * jobs that the same process works on.
 */
export async function benchSoak(): Promise<void> {
  const mixed = await startMixed('./soak-server.ts', '--expose-gc');
  try {
    const capacity = Number(process.env.BENCH_CAPACITY) || (await measureCapacity(mixed));
    const rate = capacity / 2;
    console.log(
      `${describeMachine()}; ${minutes} minutes at ${Math.round(rate)} of ${Math.round(capacity)} requests/s, ${subscribers} subscribers, jobs one after the other\n`,
    );
    const before = await rowsOfTables(mixed);
    const followers = follow(mixed);
    const jobs = await startJobs(mixed);
    await soak(mixed, rate);
    await jobs.close();
    await followers.close();
    console.log(`| jobs ended | ${words(jobs.ended())} |`);
    console.log(`| events delivered | ${followers.delivered()}; subscriptions that broke: ${followers.broken()} |`);
    reportTables(before, await rowsOfTables(mixed));
  } finally {
    await mixed.close();
  }
}

async function soak(mixed: Mixed, rate: number): Promise<void> {
  const samples: Sample[] = [];
  const accepted: number[] = [];
  const refused: Record<string, number> = {};
  console.log('| s | resident, MB | heap, MB | event loop p99, ms | p99, ms | refused |\n|---|---|---|---|---|---|');
  await sampleOf(mixed, 0);
  for (let seconds = 0; seconds < minutes * 60; seconds += sampleSeconds) {
    const load = await mixed.load(rate, sampleSeconds);
    const sample = await sampleOf(mixed, seconds + sampleSeconds);
    samples.push(sample);
    accepted.push(...load.accepted);
    for (const [status, count] of Object.entries(load.refused)) refused[status] = (refused[status] ?? 0) + count;
    const { residentMegabytes, heapMegabytes, loopDelay } = sample;
    const told = [residentMegabytes, heapMegabytes, loopDelay, percentile(load.accepted, 0.99) ?? 0];
    console.log(`| ${sample.seconds} | ${told.map((one) => one.toFixed(1)).join(' | ')} | ${load.refusals.length} |`);
  }
  const settled = samples.filter(({ seconds }) => seconds > settling);
  const slope = (name: 'residentMegabytes' | 'heapMegabytes') =>
    slopeOf(settled.map((one) => [one.seconds, one[name]]));
  const told = (value: number | null, unit: string) => (value === null ? 'not known' : `${value.toFixed(2)} ${unit}`);
  console.log(`\n| after ${settling} s | |\n|---|---|`);
  console.log(`| resident memory | ${told(slope('residentMegabytes'), 'MB a minute')} |`);
  console.log(`| heap after collecting garbage | ${told(slope('heapMegabytes'), 'MB a minute')} |`);
  console.log(
    `| event loop p99, worst of all samples | ${Math.max(...settled.map(({ loopDelay }) => loopDelay))} ms |`,
  );
  console.log(`| answers | ${accepted.length}, p99 ${told(percentile(accepted, 0.99), 'ms')} |`);
  console.log(`| others | ${words(refused) || '0'} |`);
}

function words(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ');
}

const memory = z.object({ heap: z.number(), resident: z.number() });

/** The figures of the time before are read before garbage is collected, which holds the event loop up. */
async function sampleOf({ figures, server }: Mixed, seconds: number): Promise<Sample> {
  const lag = (await figures()).get('nodejs_eventloop_lag_p99_seconds') ?? Number.NaN;
  const { heap, resident } = await server.ask(memory, {});
  return { seconds, residentMegabytes: resident / 1e6, heapMegabytes: heap / 1e6, loopDelay: lag * 1000 };
}

/** How many rows each table has. */
async function rowsOfTables({ app }: Mixed): Promise<ReadonlyMap<string, number>> {
  const { pool } = app.database;
  const { rows } = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'pgboss')`,
  );
  const counted = new Map<string, number>();
  for (const { name } of rows) {
    const { rows: counts } = await pool.query<{ count: string }>(`SELECT count(*) FROM ${name}`);
    counted.set(name, Number(counts[0]?.count));
  }
  return counted;
}

function reportTables(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): void {
  console.log('\n| table that has grown or shrunk | rows before | after |\n|---|---|---|');
  for (const [name, count] of [...after].sort()) {
    if (count !== before.get(name)) console.log(`| ${name} | ${before.get(name) ?? 0} | ${count} |`);
  }
}

/** Growth a minute, by least squares; null with less than three points. */
function slopeOf(points: readonly (readonly [number, number])[]): number | null {
  if (points.length < 3) return null;
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [middle, level] = [mean(0), mean(1)];
  const over = points.reduce((sum, [x, y]) => sum + (x - middle) * (y - level), 0);
  const under = points.reduce((sum, [x]) => sum + (x - middle) ** 2, 0);
  return (over / under) * 60;
}

/** Subscribers of running jobs, each of which reports progress every second. */
function follow({ url, token, app, userId }: Mixed) {
  const sockets = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  let [delivered, broken] = [0, 0];
  const jobs = createWriter(app, userId, subscribers);
  jobs.then(
    (writer) => {
      for (const id of writer.jobs) {
        sockets.subscribe(
          { query: 'subscription ($id: UUID!) { jobEvents(id: $id) { seq status percentage } }', variables: { id } },
          {
            next: ({ errors }) => {
              if (errors === undefined) delivered += 1;
              else broken += 1;
            },
            error: () => {
              broken += 1;
            },
            complete() {},
          },
        );
      }
    },
    () => {
      broken += subscribers;
    },
  );
  const timer = setInterval(() => {
    jobs
      .then((writer) => writer.write(writer.jobs))
      .catch(() => {
        broken += 1;
      });
  }, 1000);
  return {
    delivered: () => delivered,
    broken: () => broken,
    async close() {
      clearInterval(timer);
      await sockets.dispose();
    },
  };
}
