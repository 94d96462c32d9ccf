import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type App, createApp } from '../src/app.ts';
import { signUp } from '../src/auth/service.ts';
import { readConfig } from '../src/platform/config.ts';
import { eventsOfJob, fill } from './http-works.ts';
import { startMeasured } from './measured-process.ts';

/** A server in a process of its own with the usual mix of work for it, and a process that asks at a rate. */
export interface Mixed {
  readonly url: string;
  readonly token: string;
  readonly userId: string;
  /** Another process's app on the same database. */
  readonly app: App;
  /** Asks at a rate, for some seconds. */
  load(rate: number, seconds: number): Promise<LoadFigures>;
  /** Figures of /metrics by their names, without labels. */
  figures(): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

/** What came of a load: milliseconds of each answer with 2xx, and of the others, which had which status. */
const loadFigures = z.object({
  accepted: z.array(z.number()),
  refused: z.record(z.string(), z.number()),
  refusals: z.array(z.number()),
});
export type LoadFigures = z.infer<typeof loadFigures>;

/** Starts them. The mix: GraphQL reads of a job and of a page, REST polls, and one in ten makes something. */
export async function startMixed(): Promise<Mixed> {
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
  const server = await startMeasured(new URL('./events-server.ts', import.meta.url), settings);
  const loader = await startMeasured(new URL('./open-load.ts', import.meta.url), {});
  const works = worksOn(jobId, rows[0]?.id ?? '');
  const url = server.ready;
  return {
    url,
    token,
    userId,
    app,
    load: (rate, seconds) => loader.ask(loadFigures, { url, token, rate, seconds, works }),
    figures: () => readFigures(url),
    async close() {
      await loader.close();
      await server.close();
      await app.close();
      await rm(folder, { recursive: true });
    },
  };
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

/**
 * Requests a second the server answers when it is asked without pause: the rate doubles until a tenth is refused or the
 * answers fall behind it.
 */
export async function measureCapacity(mixed: Mixed): Promise<number> {
  const seconds = 3;
  await mixed.load(100, seconds);
  for (let rate = 100; ; rate *= 1.5) {
    const began = performance.now();
    const { accepted } = await mixed.load(rate, seconds);
    const answered = accepted.length / ((performance.now() - began) / 1000);
    const slow = (percentile(accepted, 0.5) ?? 0) > 100;
    if (slow || answered < rate * 0.9) return answered;
  }
}
