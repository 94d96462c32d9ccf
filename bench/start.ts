import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createApp } from '../src/app.ts';
import { createApiKey, operatorViewer, register } from '../src/auth/service.ts';
import { readConfig } from '../src/platform/config.ts';
import { describeMachine, median } from './machine.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const root = fileURLToPath(new URL('..', import.meta.url));

/** A server that is started again and again. */
interface Starter {
  readonly name: string;
  readonly script: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly query: object;
  readonly authorization?: string;
  /** Where it says that everything is up; the first answer says so where there is no such place. */
  readonly readyPath?: string;
}

interface Figures {
  /** Milliseconds from the start of the process to the whole first answer, which holds a row of the database. */
  readonly elapsed: number;
  /** Milliseconds of the processors until then, in user and kernel mode. */
  readonly processor: number;
  /** Milliseconds until everything is up. */
  readonly ready: number;
}

/**
 * How long it takes from the start of a process to its first answer, the embedded PostgreSQL being up: Millwright as
 * `npm start` runs it, beside a bare server of Yoga, Pothos and Prisma that answers one query on the same tables.
 * Every start but the first finds what Node has compiled, as with any server that was ended in good order before.
 */
export async function benchStart(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const app = await createApp({ config: readConfig({ DATA_DIR: folder, LOG_LEVEL: 'fatal' }, folder) });
  try {
    const user = await register(app, { email: 'bench@example.com', password: 'correct horse battery', role: 'USER' });
    const { key } = await createApiKey(app, operatorViewer(user), { name: 'bench' });
    const { connectionString: url = '' } = app.database.pool.options;
    const starters = startersOn({ folder, url, key, userId: user.id });
    console.log(`${describeMachine()}; ${rounds} rounds, median (least to most)\n`);
    const measured = new Map<Starter, Figures[]>(starters.map((starter) => [starter, []]));
    for (let round = -1; round < rounds; round += 1) {
      for (const [starter, figures] of measured) {
        const one = await measureStart(starter);
        if (round >= 0) figures.push(one);
      }
    }
    report(measured);
    const [own] = starters;
    if (own !== undefined) await reportSteps(own);
  } finally {
    await app.close();
    await rm(folder, { recursive: true });
  }
}

function startersOn(ground: { folder: string; url: string; key: string; userId: string }): readonly Starter[] {
  const { folder, url, key, userId } = ground;
  const bare = {
    script: ['bench/peers/start-peer.js'],
    query: { query: `{ me(id: "${userId}") { id email } }` },
  };
  return [
    {
      name: 'Millwright',
      script: ['src/cli/main.js', 'server', 'run'],
      environment: { DATA_DIR: folder, LOG_LEVEL: 'warn', DEVELOPMENT_USER: 'false' },
      query: { query: '{ me { databaseId email } }' },
      authorization: `Bearer ${key}`,
      readyPath: '/health/ready',
    },
    { name: 'bare Yoga, Pothos and Prisma', environment: { DATABASE_URL: url }, ...bare },
    {
      name: 'the same with NODE_COMPILE_CACHE',
      environment: { DATABASE_URL: url, NODE_COMPILE_CACHE: join(folder, 'compiled') },
      ...bare,
    },
  ];
}

async function measureStart(starter: Starter): Promise<Figures> {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const began = performance.now();
  const child = start(starter, port, ['ignore', 'ignore', 'inherit']);
  try {
    const answer = await untilAnswered(child, () => ask(starter, port));
    const [elapsed, processor] = [performance.now() - began, processorOf(child)];
    if (!answer.includes('bench@example.com')) throw new Error(`${starter.name} answered ${answer}`);
    const { readyPath } = starter;
    if (readyPath !== undefined) await untilAnswered(child, () => send(port, readyPath, 'GET'));
    return { elapsed, processor, ready: performance.now() - began };
  } finally {
    await end(child);
  }
}

function start({ script, environment }: Starter, port: number, stdio: ('ignore' | 'inherit' | 'pipe')[]): ChildProcess {
  const { DATABASE_URL: _, ...inherited } = process.env;
  return spawn(process.execPath, script, {
    cwd: root,
    env: { ...inherited, ...environment, PORT: String(port) },
    stdio,
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

async function untilAnswered(child: ChildProcess, question: () => Promise<string>): Promise<string> {
  for (;;) {
    if (child.exitCode !== null) throw new Error('the server ended');
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

function ask({ query, authorization }: Starter, port: number): Promise<string> {
  return send(port, '/graphql', 'POST', JSON.stringify(query), {
    'content-type': 'application/json',
    ...(authorization !== undefined && { authorization }),
  });
}

async function send(port: number, path: string, method: string, body?: string, headers = {}): Promise<string> {
  const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
  asked.end(body);
  const [response] = await once(asked, 'response');
  return (await Array.fromAsync(response)).join('');
}

/** Where user and kernel time of a process stand in `/proc/<pid>/stat` behind the name, in ticks of 10 ms. */
const times = { from: 11, to: 13 } as const;

function processorOf({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(times.from, times.to).map(Number);
  return ticks.reduce((sum, one) => sum + one, 0) * 10;
}

function report(measured: ReadonlyMap<Starter, readonly Figures[]>): void {
  const middle = (starter: Starter | undefined, name: keyof Figures) =>
    median(starter === undefined ? [] : (measured.get(starter) ?? []).map((figures) => figures[name]));
  const [, bare] = measured.keys();
  console.log('| | first answer, ms | of bare | processor, ms | of bare | all is up, ms |\n|---|---|---|---|---|---|');
  for (const [starter, all] of measured) {
    const elapsed = all.map((figures) => figures.elapsed);
    const span = `${Math.round(Math.min(...elapsed))} to ${Math.round(Math.max(...elapsed))}`;
    const [own, processor] = [middle(starter, 'elapsed'), middle(starter, 'processor')];
    const ofBare = (name: 'elapsed' | 'processor') => (middle(starter, name) / middle(bare, name)).toFixed(2);
    console.log(
      `| ${starter.name} | ${Math.round(own)} (${span}) | ${ofBare('elapsed')} | ${Math.round(processor)} | ${ofBare('processor')} | ${Math.round(middle(starter, 'ready'))} |`,
    );
  }
}

const step = z.object({ msg: z.literal('start'), step: z.string(), elapsed: z.number(), processor: z.number() });

/** How far one more start had come by when, as its debug log tells. */
async function reportSteps(starter: Starter): Promise<void> {
  const told = { ...starter, environment: { ...starter.environment, LOG_LEVEL: 'debug' } };
  const child = start(told, 0, ['ignore', 'ignore', 'pipe']);
  console.log('\n| Millwright, until | ms | processor, ms |\n|---|---|---|');
  if (child.stderr === null) throw new Error('a child without stderr');
  for await (const line of createInterface({ input: child.stderr })) {
    const read = step.safeParse(parsed(line)).data;
    if (read === undefined) continue;
    console.log(`| ${read.step} | ${read.elapsed} | ${read.processor} |`);
    if (read.step === 'routes') break;
  }
  await end(child);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
