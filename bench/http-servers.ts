import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Request, Work } from './http-works.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const peers = join(root, 'bench', 'peers');
/** Which core the servers have, and which all else: the load, Postgres and the bench itself. */
const cores = { server: '0', others: '1' } as const;

/** A server in a process of its own, alone on its core while it is asked. */
export interface MeasuredServer {
  readonly name: string;
  readonly url: string;
  /** What it is asked for a piece of work. */
  readonly requestOf: (work: Work) => Request;
  /** Microseconds that its process has used in user and kernel mode. */
  cpu(): number;
  close(): Promise<void>;
}

interface Kind {
  readonly name: string;
  /** Script and options for Node. */
  readonly command: readonly string[];
  readonly requestOf: MeasuredServer['requestOf'];
}

const ownGraphql = ['--import', join(peers, 'own-graphql.js')];
const kinds: readonly Kind[] = [
  { name: 'Millwright', command: ['src/cli/main.js', 'server', 'run'], requestOf: ({ own }) => own },
  { name: 'mercurius', command: [...ownGraphql, join(peers, 'http-mercurius.js')], requestOf: ({ own }) => own },
  { name: 'Apollo Server', command: [...ownGraphql, join(peers, 'http-apollo.js')], requestOf: ({ own }) => own },
  {
    name: 'PostGraphile',
    command: [join(peers, 'http-postgraphile.js')],
    requestOf: ({ postgraphile }) => postgraphile,
  },
  { name: 'node:http and pg', command: [join(peers, 'http-limit.js')], requestOf: ({ limit }) => limit },
];

/** Keeps this process, and what it starts from now on, to the core that the servers do not have. */
export function stayAside(): void {
  execFileSync('taskset', ['-cp', cores.others, String(process.pid)]);
}

/** Installs the peers, which are no dependency of the project, as their lockfile names them. */
export function installPeers(): void {
  if (existsSync(join(peers, 'node_modules', '.package-lock.json'))) return;
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: peers, stdio: 'inherit' });
  if (status !== 0) throw new Error('the peers could not be installed');
}

/** What the servers stand on. */
export interface Ground {
  readonly databaseUrl: string;
  readonly secret: string;
  readonly folder: string;
}

/** Starts one server of each kind, one after the other; those that BENCH_SERVERS names, when it does. */
export async function startServers(ground: Ground): Promise<MeasuredServer[]> {
  const named = process.env.BENCH_SERVERS?.split(',');
  const servers: MeasuredServer[] = [];
  try {
    for (const kind of kinds) {
      if (named === undefined || named.includes(kind.name)) servers.push(await startServer(kind, ground));
    }
    return servers;
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()));
    throw error;
  }
}

async function startServer(kind: Kind, { databaseUrl, secret, folder }: Ground): Promise<MeasuredServer> {
  const port = await freePort();
  // Its log goes to a file, as a service's does.
  const logPath = join(folder, `${kind.name.replace(/\W/g, '-')}.log`);
  const log = openSync(logPath, 'w');
  const child = spawn('taskset', ['-c', cores.server, process.execPath, ...nodeOptions(), ...kind.command], {
    cwd: root,
    stdio: ['ignore', log, log],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      DATABASE_POOL: '10',
      DATA_DIR: folder,
      SECRET_KEY: secret,
      PORT: String(port),
      RATE_LIMITS: 'off',
      DEVELOPMENT_USER: 'false',
    },
  });
  const url = `http://127.0.0.1:${port}/graphql`;
  try {
    await ready(url, child);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${kind.name} did not start: ${readFileSync(logPath, 'utf8').slice(-2000)}`, { cause: error });
  }
  return {
    name: kind.name,
    url,
    requestOf: kind.requestOf,
    cpu: () => processorOf(child.pid),
    async close() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** For profiles of the servers: BENCH_NODE_OPTIONS, such as `--cpu-prof --cpu-prof-dir=…`. */
function nodeOptions(): string[] {
  return (process.env.BENCH_NODE_OPTIONS ?? '').split(' ').filter((option) => option !== '');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  server.close();
  return port;
}

/** Waits until it answers anything, up to a minute. */
async function ready(url: string, child: ChildProcess): Promise<void> {
  const until = performance.now() + 60_000;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error('it ended');
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it does not answer');
}

/** Where user and kernel time of a process stand in `/proc/<pid>/stat` behind the name, in ticks of 10 ms. */
const times = { from: 11, to: 13 } as const;
const microsecondsOfTick = 10_000;

function processorOf(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(times.from, times.to).map(Number);
  return ticks.reduce((sum, one) => sum + one, 0) * microsecondsOfTick;
}
