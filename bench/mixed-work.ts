import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type App, createApp } from '../src/app.ts';
import { signUp } from '../src/auth/service.ts';
import { readConfig } from '../src/platform/config.ts';
import { eventsOfJob, fill } from './http-works.ts';
import { type MeasuredProcess, startMeasured } from './measured-process.ts';

/** A server in a process of its own with the usual mix of work for it, and a process that asks at a rate. */
export interface Mixed {
  readonly url: string;
  readonly token: string;
  readonly userId: string;
  readonly server: MeasuredProcess;
  /** Another process's app on the same database. */
  readonly app: App;
  /** Asks at a rate, for some seconds; over connections that are there already unless the callers are new. */
  load(rate: number, seconds: number, callers?: 'known' | 'new'): Promise<LoadFigures>;
  /** Figures of /metrics by their names, without labels. */
  figures(): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

/**
 * What came of a load, in milliseconds: of each answer with 2xx since it was due and since it was asked for; of the
 * others since they were due, and how many had which status; and how late the load itself was.
 */
const loadFigures = z.object({
  accepted: z.array(z.number()),
  acceptedSinceSent: z.array(z.number()),
  refused: z.record(z.string(), z.number()),
  refusals: z.array(z.number()),
  late: z.array(z.number()),
});
export type LoadFigures = z.infer<typeof loadFigures>;

/** Which core the server has with its Postgres, and which the load: it has to be in time whatever they do. */
const cores = { server: '0', load: '1' } as const;

/**
 * Starts them. The mix: GraphQL reads of a job and of a page, REST polls, and one in ten makes something. `script` is
 * the server's, and `nodeOptions` Node's for it.
 */
export async function startMixed(script = './events-server.ts', ...nodeOptions: string[]): Promise<Mixed> {
  keepTo(cores.server, process.pid);
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const settings = { DATA_DIR: folder, LOG_LEVEL: 'fatal', SECRET_KEY: 'a secret of the bench, long enough for it' };
  const app = await createApp({ config: readConfig(settings, folder) });
  const email = 'bench@example.com';
  const { accessToken: token, userId } = await signUp(app, {}, { email, password: 'correct horse battery' });
  const jobId = await fill(app.database.pool, userId);
  const { rows } = await app.database.pool.query<{ id: string }>(
    `INSERT INTO "Item" ("id", "ownerId", "title", "updatedAt")
     SELECT gen_random_uuid(), $1, 'Item ' || n, now() FROM generate_series(1, 500) n RETURNING "id"`,
    [userId],
  );
  // The events of the job are there already; the next ones are numbered after them.
  await app.database.pool.query('INSERT INTO "EventCounter" ("userId", "lastSeq") VALUES ($1, $2)', [
    userId,
    eventsOfJob,
  ]);
  const server = await startMeasured(new URL(script, import.meta.url), settings, ...nodeOptions);
  const loader = await startMeasured(new URL('./open-load.ts', import.meta.url), {});
  for (const pid of [process.pid, loader.pid]) keepTo(cores.load, pid);
  const works = worksOn(jobId, rows[0]?.id ?? '');
  const url = server.ready;
  return {
    url,
    token,
    userId,
    server,
    app,
    load: (rate, seconds, callers = 'known') =>
      loader.ask(loadFigures, { url, token, rate, seconds, works, isConnected: callers === 'known' }),
    figures: () => readFigures(url),
    async close() {
      await loader.close();
      await server.close();
      await app.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Keeps a process, and what it starts from now on, to one core. */
function keepTo(core: string, pid: number): void {
  execFileSync('taskset', ['-acp', core, String(pid)]);
}

function worksOn(jobId: string, itemId: string) {
  const graphql = (query: string) => ({ path: '/graphql', body: JSON.stringify({ query }) });
  const job = graphql(`{ job(id: "${jobId}") { databaseId status percentage stage } }`);
  const item = { path: `/api/v1/items/${itemId}` };
  const page = graphql('{ jobs(first: 20) { nodes { databaseId status owner { username } } } }');
  const made = graphql('mutation { createItem(input: { title: "Made" }) { ... on Item { databaseId } } }');
  return [job, item, graphql('{ me { databaseId } }'), job, item, page, job, item, job, made];
}

async function readFigures(url: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const figures = new Map<string, number>();
  for (const [, name = '', value = ''] of text.matchAll(/^(\w+)(?:\{[^}]*\})? ([\d.e+-]+)$/gm)) {
    figures.set(name, (figures.get(name) ?? 0) + Number(value));
  }
  return figures;
}

/** The share of the values that are not above the answer, such as 0.99. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}

/** Most milliseconds that one in a hundred answers takes, since it was due, at a rate the server can carry. */
const bearable = 250;

/**
 * The highest rate, within a tenth, at which nobody is refused and all but one in a hundred are answered within 250 ms
 * of when they were due: the rate grows by half until that fails, and is narrowed down then.
 */
export async function measureCapacity(mixed: Mixed): Promise<number> {
  const seconds = 4;
  const isCarried = async (rate: number) => {
    const { accepted, refusals } = await mixed.load(rate, seconds);
    return refusals.length === 0 && (percentile(accepted, 0.99) ?? Number.POSITIVE_INFINITY) < bearable;
  };
  // Code is compiled while it is first used.
  for (const rate of [100, 400, 800]) await mixed.load(rate, seconds);
  let [carried, over] = [100, 300];
  // One pause of the machine is no proof.
  const isCarriedOnce = async (rate: number) => (await isCarried(rate)) || (await isCarried(rate));
  while (await isCarriedOnce(over)) [carried, over] = [over, over * 1.5];
  while (over / carried > 1.1) {
    const middle = (carried + over) / 2;
    if (await isCarriedOnce(middle)) carried = middle;
    else over = middle;
  }
  return carried;
}
