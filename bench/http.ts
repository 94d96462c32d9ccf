import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { createApp } from '../src/app.ts';
import { signUp } from '../src/auth/service.ts';
import { readConfig } from '../src/platform/config.ts';
import { installPeers, type MeasuredServer, startServers, stayAside } from './http-servers.ts';
import { fill, type Request, type Subject, type Work, worksOn } from './http-works.ts';
import { describeMachine, median } from './machine.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const seconds = Number(process.env.BENCH_SECONDS ?? 5);
const connections = 32;

/**
 * Requests a second and CPU of GraphQL over HTTP, against other servers on the same schema or the same tables. Each is
 * a process of its own, one after the other on one core; the load, Postgres and this process have the other one.
 */
export async function benchHttp(): Promise<void> {
  installPeers();
  stayAside();
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const secret = randomBytes(32).toString('hex');
  const environment = { DATA_DIR: folder, SECRET_KEY: secret, LOG_LEVEL: 'fatal' };
  // Keeps the embedded Postgres up while servers come and go.
  const app = await createApp({ config: readConfig(environment, folder) });
  try {
    const account = { email: 'bench@example.com', password: 'correct horse battery' };
    const { accessToken, userId } = await signUp(app, {}, account);
    const jobId = await fill(app.database.pool, userId);
    const { connectionString } = app.database.pool.options;
    const servers = await startServers({ databaseUrl: connectionString ?? '', secret, folder });
    try {
      await measure(servers, { userId, jobId, token: accessToken });
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  } finally {
    await app.close();
    await rm(folder, { recursive: true });
  }
}

async function measure(servers: readonly MeasuredServer[], subject: Subject): Promise<void> {
  console.log(
    `${describeMachine()}; ${rounds} rounds of ${seconds} s, ${connections} connections, median (least – most)\n`,
  );
  console.log('| | server | requests/s | CPU µs a request | requests/s, Millwright ÷ it |\n|---|---|---|---|---|');
  const wanted = process.env.BENCH_WORKS?.split(';');
  for (const work of worksOn(subject)) {
    if (wanted !== undefined && !wanted.includes(work.name)) continue;
    await compareAnswers(work, servers, subject);
    report(work, await interleave(work, servers, subject));
  }
}

/** Every server must answer the same before any is measured. */
async function compareAnswers(work: Work, servers: readonly MeasuredServer[], subject: Subject): Promise<void> {
  let first: { readonly name: string; readonly plain: unknown } | undefined;
  for (const server of servers) {
    const request = server.requestOf(work);
    const response = await fetch(server.url, { method: 'POST', headers: headersFor(subject), body: bodyOf(request) });
    const answer: unknown = await response.json();
    const plain = read(request, answer, `${work.name}: ${server.name}`);
    first ??= { name: server.name, plain };
    if (!isDeepStrictEqual(plain, first.plain)) {
      throw new Error(
        `${work.name}: ${server.name} and ${first.name} do not answer the same:\n${JSON.stringify(plain)}\n${JSON.stringify(first.plain)}`,
      );
    }
  }
}

function read(request: Request, answer: unknown, where: string): unknown {
  try {
    return request.plain(answer);
  } catch (error) {
    throw new Error(`${where} answers ${JSON.stringify(answer).slice(0, 1000)}`, { cause: error });
  }
}

function headersFor({ token }: Subject): Record<string, string> {
  return { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` };
}

function bodyOf({ query, variables }: Request): string {
  return JSON.stringify({ query, variables });
}

interface Figures {
  readonly perSecond: number;
  readonly cpu: number;
}

/** The figures of each server, round by round. */
async function interleave(
  work: Work,
  servers: readonly MeasuredServer[],
  subject: Subject,
): Promise<ReadonlyMap<string, readonly Figures[]>> {
  const figures = new Map<string, Figures[]>(servers.map(({ name }) => [name, []]));
  // The first round warms.
  for (let round = 0; round <= rounds; round += 1) {
    for (const server of servers) {
      const measured = await load(server, work, subject);
      if (round > 0) figures.get(server.name)?.push(measured);
    }
  }
  return figures;
}

const loadResult = z.object({
  requests: z.object({ total: z.number() }),
  duration: z.number(),
  errors: z.number(),
  timeouts: z.number(),
  non2xx: z.number(),
});

async function load(server: MeasuredServer, work: Work, subject: Subject): Promise<Figures> {
  const cpu = server.cpu();
  const result = loadResult.parse(
    await autocannon()({
      url: server.url,
      connections,
      duration: seconds,
      method: 'POST',
      headers: headersFor(subject),
      body: bodyOf(server.requestOf(work)),
    }),
  );
  const { total } = result.requests;
  const used = server.cpu() - cpu;
  const failed = result.errors + result.timeouts + result.non2xx;
  if (failed > 0) throw new Error(`${work.name}: ${server.name} failed ${failed} of ${total} requests`);
  return { perSecond: total / result.duration, cpu: used / total };
}

type Load = (options: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** Is installed with the peers, for the benches alone. */
function autocannon(): Load {
  const load: unknown = createRequire(new URL('peers/package.json', import.meta.url))('autocannon');
  if (typeof load !== 'function') throw new Error('autocannon is not what it was');
  return async (options) => load(options);
}

function report(work: Work, figures: ReadonlyMap<string, readonly Figures[]>): void {
  const perSecond = (all: readonly Figures[]) => all.map((one) => one.perSecond);
  const own = median(perSecond(figures.get('Millwright') ?? []));
  for (const [name, all] of figures) {
    const middle = median(perSecond(all));
    const range = `${Math.round(Math.min(...perSecond(all)))} – ${Math.round(Math.max(...perSecond(all)))}`;
    const cpu = median(all.map((one) => one.cpu));
    const ratio = name === 'Millwright' ? '' : (own / middle).toFixed(2);
    console.log(`| ${work.name} | ${name} | ${Math.round(middle)} (${range}) | ${cpu.toFixed(1)} | ${ratio} |`);
  }
}
