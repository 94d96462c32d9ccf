import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createWriter } from './event-writer.ts';
import { describeMachine } from './machine.ts';
import { type Mixed, measureCapacity, percentile, startMixed } from './mixed-work.ts';

const minutes = Number(process.env.BENCH_MINUTES ?? 10);
const sampleSeconds = 10;
const subscribers = 20;
/** Seconds at the beginning in which caches fill and code is compiled: they are left out of the slopes. */
const settling = Math.min(120, minutes * 12);

interface Sample {
  readonly seconds: number;
  readonly residentMegabytes: number;
  readonly heapMegabytes: number;
  /** Milliseconds, of the time since the sample before. */
  readonly loopDelay: number;
}

/**
 * Half of what a server can carry, for a long time: whether its memory grows and its event loop keeps up. GraphQL reads,
 * REST polls and mutations at a steady rate, and subscribers who follow jobs that report progress every second.
 */
export async function benchSoak(): Promise<void> {
  const mixed = await startMixed();
  try {
    const capacity = await measureCapacity(mixed);
    const rate = capacity / 2;
    console.log(
      `${describeMachine()}; ${minutes} minutes at ${Math.round(rate)} of ${Math.round(capacity)} requests/s, ${subscribers} subscribers\n`,
    );
    const followers = follow(mixed);
    await soak(mixed, rate);
    console.log(`\nEvents delivered: ${followers.delivered()}, subscriptions that broke: ${followers.broken()}`);
    await followers.close();
  } finally {
    await mixed.close();
  }
}

async function soak(mixed: Mixed, rate: number): Promise<void> {
  const samples: Sample[] = [];
  const accepted: number[] = [];
  const refused = new Map<string, number>();
  console.log('| s | resident, MB | heap, MB | event loop p99, ms | p99, ms | refused |\n|---|---|---|---|---|---|');
  await sampleOf(mixed, 0);
  for (let seconds = 0; seconds < minutes * 60; seconds += sampleSeconds) {
    const load = await mixed.load(rate, sampleSeconds);
    const sample = await sampleOf(mixed, seconds + sampleSeconds);
    samples.push(sample);
    accepted.push(...load.accepted);
    for (const [status, count] of Object.entries(load.refused)) refused.set(status, (refused.get(status) ?? 0) + count);
    const words = [
      sample.residentMegabytes,
      sample.heapMegabytes,
      sample.loopDelay,
      percentile(load.accepted, 0.99) ?? 0,
    ];
    console.log(`| ${sample.seconds} | ${words.map((one) => one.toFixed(1)).join(' | ')} | ${load.refusals.length} |`);
  }
  const settled = samples.filter(({ seconds }) => seconds > settling);
  const slope = (name: 'residentMegabytes' | 'heapMegabytes') =>
    slopeOf(settled.map((one) => [one.seconds, one[name]]));
  const told = (value: number | null, unit: string) => (value === null ? 'not known' : `${value.toFixed(2)} ${unit}`);
  console.log(`\nResident memory: ${told(slope('residentMegabytes'), 'MB a minute')} after ${settling} s`);
  console.log(`Heap: ${told(slope('heapMegabytes'), 'MB a minute')}`);
  console.log(`Event loop p99, the worst of all samples: ${Math.max(...settled.map(({ loopDelay }) => loopDelay))} ms`);
  console.log(`Answers: ${accepted.length}, p99 ${told(percentile(accepted, 0.99), 'ms')}; others:`, refused);
}

async function sampleOf({ figures }: Mixed, seconds: number): Promise<Sample> {
  const read = await figures();
  const figure = (name: string) => read.get(name) ?? Number.NaN;
  return {
    seconds,
    residentMegabytes: figure('process_resident_memory_bytes') / 1e6,
    heapMegabytes: figure('nodejs_heap_size_used_bytes') / 1e6,
    loopDelay: figure('nodejs_eventloop_lag_p99_seconds') * 1000,
  };
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
