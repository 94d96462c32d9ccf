import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { z } from 'zod';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { describeMachine, spread } from './machine.ts';
import { startMeasured } from './measured-process.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const jobCount = Number(process.env.BENCH_JOBS ?? 20_000);
/** Jobs asked for in a round, and how many requests are under way at a time. */
const createCount = Number(process.env.BENCH_CREATIONS ?? 1000);
const together = 16;
/** `create` or `work`: only this part. */
const part = process.env.BENCH_PART;

const contenders = {
  'pg-boss': './peers/jobs-pg-boss.js',
  'graphile-worker': './peers/jobs-graphile.js',
  ours: './jobs-worker.ts',
  'ours, only what is written': './jobs-worker.ts',
} as const;
type Contender = keyof typeof contenders;

interface Figures {
  readonly perSecond: number[];
  /** Microseconds of the worker's process; the database's are not among them. */
  readonly cpu: number[];
}

/**
 * What asking for work and working it off costs, against bare queues on the same database, each in a process of its own
 * that is new in each round. Their jobs are a row of the queue; ours have an owner, a state, four events, an attempt
 * that fences them, and tell whoever follows them.
 */
export async function benchJobs(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir: folder });
  try {
    console.log(`${describeMachine()}; ${rounds} rounds, median (least–most)`);
    const environment = { DATABASE_URL: postgres.url, DATA_DIR: folder };
    if (part !== 'work') {
      console.log(`\nCreating ${createCount}, ${together} at a time\n`);
      const names = ['pg-boss', 'ours', 'ours, only what is written'] as const;
      await compare(environment, names, createCount, { create: createCount, together });
    }
    if (part !== 'create') {
      console.log(`\nWorking off ${jobCount} that do nothing\n`);
      await compare(environment, ['pg-boss', 'graphile-worker', 'ours'], jobCount, { work: jobCount });
    }
  } finally {
    await postgres.leave();
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(
  environment: { readonly DATABASE_URL: string; readonly DATA_DIR: string },
  names: readonly Contender[],
  count: number,
  question: Readonly<Record<string, number>>,
): Promise<void> {
  const figures = new Map(names.map((name): [Contender, Figures] => [name, { perSecond: [], cpu: [] }]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, { perSecond, cpu }] of figures) {
      const options = process.env.BENCH_PROFILE === name ? ['--cpu-prof'] : [];
      const contender = await startMeasured(new URL(contenders[name], import.meta.url), environment, ...options);
      const asked = { ...question, onlyWrites: name === 'ours, only what is written' };
      if ('work' in question) {
        await contender.ask(z.null(), { prepare: count });
        await analyse(environment.DATABASE_URL);
      }
      // What only the first one of a process costs.
      else await contender.ask(z.number(), { ...asked, create: 50 });
      const before = await contender.cpu();
      const milliseconds = await contender.ask(z.number(), asked);
      cpu.push(((await contender.cpu()) - before) / count);
      perSecond.push((count / milliseconds) * 1000);
      await contender.close();
    }
  }
  const base = spread(figures.get('pg-boss')?.perSecond ?? [], 0).median;
  console.log('| way | jobs/s | over pg-boss | CPU µs a job |\n|---|---|---|---|');
  for (const [name, { perSecond, cpu }] of figures) {
    const { median, text } = spread(perSecond, 0);
    console.log(`| ${name} | ${text} | ${(median / base).toFixed(2)}× | ${spread(cpu, 0).text} |`);
  }
}

/** What autovacuum does within a minute: without it PostgreSQL knows nothing of tables that were filled just now. */
async function analyse(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('ANALYZE');
  await client.end();
}
