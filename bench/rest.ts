import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify } from 'fastify';
import { execute, parse } from 'graphql';
import { z } from 'zod';
import { authenticate, signUp } from '../src/auth/service.ts';
import { run } from '../src/main.ts';
import { readConfig } from '../src/platform/config.ts';
import { createContext } from '../src/platform/context.ts';
import { createSchema } from '../src/schema.ts';
import { describeMachine, median } from './machine.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const requests = Number(process.env.BENCH_REQUESTS ?? 400);
const concurrency = 8;

/** Answers once, with what was answered as JSON. */
type Way = () => Promise<unknown>;

/**
 * What a REST row costs over calling its resolver through the executor, and over a handler written by hand on the same
 * database: one item, a page of 50, making one. All in this process, one round of each after the other.
 */
export async function benchRest(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const environment = {
    DATA_DIR: folder,
    PORT: '0',
    LOG_LEVEL: 'fatal',
    RATE_LIMITS: 'off',
    DEVELOPMENT_USER: 'false',
  };
  const running = await run(
    { config: readConfig(environment, folder) },
    { api: true, worker: false, scheduler: false },
  );
  const closers: (() => Promise<unknown>)[] = [() => running.close(), () => rm(folder, { recursive: true })];
  try {
    await measure(running, closers);
  } finally {
    for (const close of closers) await close();
  }
}

type Running = Awaited<ReturnType<typeof run>>;

async function measure({ app, addresses }: Running, closers: (() => Promise<unknown>)[]): Promise<void> {
  const { accessToken, userId } = await signUp(
    app,
    {},
    { email: 'bench@example.com', password: 'correct horse battery' },
  );
  await app.database.pool.query(
    `INSERT INTO "Item" ("id", "ownerId", "title", "description", "updatedAt")
     SELECT gen_random_uuid(), $1, 'Item ' || n, 'Number ' || n, now() FROM generate_series(1, 500) AS n`,
    [userId],
  );
  const { rows } = await app.database.pool.query<{ id: string }>('SELECT "id" FROM "Item" ORDER BY "id" LIMIT 1');
  const id = rows[0]?.id ?? '';
  const hand = await byHand(app);
  closers.unshift(() => hand.close());
  const call = caller(accessToken);
  closers.unshift(async () => call.agent.destroy());
  const direct = executor(app, accessToken);
  const page = '/api/v1/items?page=1&size=50';
  const tasks: Record<string, Record<string, Way>> = {
    'one item': {
      hand: () => call.get(`${hand.url}/api/v1/items/${id}`),
      execute: () => direct.item(id),
      rest: () => call.get(`${addresses[0]}/api/v1/items/${id}`),
    },
    'page of 50': {
      hand: () => call.get(`${hand.url}${page}`),
      execute: () => direct.page(),
      rest: () => call.get(`${addresses[0]}${page}`),
    },
    'make one': {
      hand: () => call.post(`${hand.url}/api/v1/items`, { title: 'Made' }),
      execute: () => direct.make(),
      rest: () => call.post(`${addresses[0]}/api/v1/items`, { title: 'Made' }),
    },
  };
  console.log(`${describeMachine()}; ${rounds} rounds of ${requests} requests, ${concurrency} at a time, median\n`);
  console.log('| | way | requests/s | CPU µs a request | over execute | over by hand |\n|---|---|---|---|---|---|');
  for (const [name, ways] of Object.entries(tasks)) {
    await compareAnswers(name, ways);
    report(name, await interleave(ways));
  }
}

/** Times and identities differ between things made one after the other. */
const changing = new Set(['id', 'created_at', 'updated_at', 'total', 'pages']);

async function compareAnswers(name: string, ways: Record<string, Way>): Promise<void> {
  const plain = (value: unknown) =>
    JSON.stringify(value, (key, one) => (name === 'make one' && changing.has(key) ? typeof one : one));
  const answers = await Promise.all(Object.values(ways).map(async (way) => plain(await way())));
  if (new Set(answers).size !== 1) throw new Error(`${name}: the ways do not answer the same:\n${answers.join('\n')}`);
}

interface Figures {
  readonly perSecond: number;
  readonly cpu: number;
}

async function interleave(ways: Record<string, Way>): Promise<Map<string, Figures>> {
  const figures = new Map<string, Figures[]>();
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, way] of Object.entries(ways)) {
      const measured = await burst(way);
      // The first round warms.
      if (round >= 0) figures.set(name, [...(figures.get(name) ?? []), measured]);
    }
  }
  const middle = (all: readonly Figures[]) => ({
    perSecond: median(all.map(({ perSecond }) => perSecond)),
    cpu: median(all.map(({ cpu }) => cpu)),
  });
  return new Map([...figures].map(([name, all]) => [name, middle(all)]));
}

async function burst(way: Way): Promise<Figures> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  let left = requests;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      await way();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (requests / (performance.now() - began)) * 1000, cpu: (user + system) / requests };
}

function report(task: string, figures: ReadonlyMap<string, Figures>): void {
  const cpuOf = (name: string) => figures.get(name)?.cpu ?? Number.NaN;
  const words: Record<string, string> = {
    hand: 'Fastify and pg by hand',
    execute: 'execute, in process',
    rest: 'REST row',
  };
  for (const [name, { perSecond, cpu }] of figures) {
    const ratio = (other: string) => `${(cpu / cpuOf(other)).toFixed(2)}×`;
    console.log(
      `| ${task} | ${words[name]} | ${Math.round(perSecond)} | ${Math.round(cpu)} | ${ratio('execute')} | ${ratio('hand')} |`,
    );
  }
}

/** Asks over connections that are kept. */
function caller(token: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const send = (method: string, url: string, body?: string) =>
    new Promise<unknown>((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      };
      const asked = request(url, { method, agent, headers });
      asked.on('error', reject);
      asked.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          text += piece;
        });
        response.on('end', () => {
          if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(text));
          else reject(new Error(`${response.statusCode} ${text}`));
        });
      });
      asked.end(body);
    });
  return {
    agent,
    get: (url: string) => send('GET', url),
    post: (url: string, body: object) => send('POST', url, JSON.stringify(body)),
  };
}

type App = Running['app'];
interface ItemRow {
  readonly id: string;
  readonly title: string;
  readonly description: string | null;
  readonly isActive: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The same three routes as somebody would write them by hand: the same check of the token, one or two statements. */
async function byHand(app: App): Promise<{ url: string; close(): Promise<void> }> {
  const server = fastify();
  const { pool } = app.database;
  const columns = '"id", "title", "description", "isActive", "createdAt", "updatedAt"';
  const shaped = (item: ItemRow | undefined) =>
    item && {
      id: item.id,
      title: item.title,
      description: item.description,
      is_active: item.isActive,
      created_at: item.createdAt.toISOString(),
      updated_at: item.updatedAt.toISOString(),
    };
  const viewer = (header: string | undefined) => authenticate(app, header?.replace('Bearer ', '') ?? '');
  const items = async (name: string, text: string, values: unknown[]) =>
    (await pool.query<ItemRow>({ name: `hand-${name}`, text, values })).rows;
  server.get<{ Params: { id: string } }>('/api/v1/items/:id', async ({ headers, params }) => {
    const { id } = await viewer(headers.authorization);
    const sql = `SELECT ${columns} FROM "Item" WHERE "id" = $1 AND "ownerId" = $2`;
    return shaped((await items('one', sql, [params.id, id]))[0]);
  });
  server.get<{ Querystring: { page: number; size: number } }>('/api/v1/items', async ({ headers, query }) => {
    const { id } = await viewer(headers.authorization);
    const [page, size] = [Number(query.page), Number(query.size)];
    const sql = `SELECT ${columns} FROM "Item" WHERE "ownerId" = $1 ORDER BY "id" DESC LIMIT $2 OFFSET $3`;
    const count = { name: 'hand-count', text: 'SELECT count(*)::int AS total FROM "Item" WHERE "ownerId" = $1' };
    const [found, counted] = await Promise.all([
      items('page', sql, [id, size, (page - 1) * size]),
      pool.query<{ total: number }>({ ...count, values: [id] }),
    ]);
    const total = counted.rows[0]?.total ?? 0;
    return { items: found.map(shaped), total, page, size, pages: Math.ceil(total / size) };
  });
  const body = z.object({ title: z.string().min(1).max(255), description: z.string().nullish() });
  server.post('/api/v1/items', async (asked, reply) => {
    const { id } = await viewer(asked.headers.authorization);
    const { title, description = null } = body.parse(asked.body);
    const sql = `INSERT INTO "Item" ("id", "ownerId", "title", "description", "updatedAt")
      VALUES (gen_random_uuid(), $1, $2, $3, now()) RETURNING ${columns}`;
    return reply.status(201).send(shaped((await items('make', sql, [id, title, description]))[0]));
  });
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  return { url, close: () => server.close() };
}

/** The documents of the rows, executed without HTTP; shaped like the replies so that answers can be compared. */
function executor(app: App, token: string) {
  const schema = createSchema();
  const fields = 'id: databaseId title description is_active: isActive created_at: createdAt updated_at: updatedAt';
  const documents = {
    item: parse(`query ($id: UUID!) { r: item(id: $id) { ${fields} } }`),
    page: parse(`{ r: items(first: 50, offset: 0) { items: nodes { ${fields} } total: totalCount } }`),
    make: parse(`mutation { r: createItem(input: { title: "Made" }) { ... on Item { ${fields} } } }`),
  };
  const root = z.object({ r: z.record(z.string(), z.unknown()) });
  const ask = async (document: (typeof documents)['item'], variableValues = {}) => {
    const header = () => undefined;
    const contextValue = createContext(app, {
      requestId: 'bench',
      header,
      credential: token,
      authenticate: (credential) => authenticate(app, credential),
    });
    return root.parse((await execute({ schema, document, variableValues, contextValue })).data).r;
  };
  return {
    item: (id: string) => ask(documents.item, { id }),
    page: async () => {
      const { items, total } = await ask(documents.page);
      return { items, total, page: 1, size: 50, pages: Math.ceil(Number(total) / 50) };
    },
    make: () => ask(documents.make),
  };
}
