import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute, parse } from 'graphql';
import type { Pool } from 'pg';
import { z } from 'zod';
import { type App, createApp } from '../src/app.ts';
import { authenticate, signUp } from '../src/auth/service.ts';
import { readConfig } from '../src/platform/config.ts';
import { createContext } from '../src/platform/context.ts';
import { createSchema } from '../src/schema.ts';
import { describeMachine, median } from './machine.ts';
import { type MeasuredProcess, startMeasured } from './measured-process.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const requests = Number(process.env.BENCH_REQUESTS ?? 1500);
const concurrency = 16;

interface Way {
  readonly name: string;
  readonly ask: (work: Work) => Promise<unknown>;
  /** Microseconds of the processors that whatever answers has used so far. */
  readonly cpu: () => Promise<number>;
}

/** What a work is called by where no route is: the same document without HTTP. */
type Direct = 'item' | 'page' | 'make';

interface Work {
  readonly name: string;
  readonly path: string;
  /** What is sent; a GET without. */
  readonly body?: object;
  /** The same through GraphQL's executor, where that is measured. */
  readonly direct?: Direct;
  /** What differs from answer to answer, as times and ids of what is made. */
  readonly changing?: readonly string[];
}

const byHand = 'Fastify and pg by hand';
const inProcess = 'execute, in process';

/**
 * What REST rows cost over calling their resolver through GraphQL's executor directly, and beside the same routes
 * written by hand with Fastify and pg on the same tables: the status polls that front ends ask every few seconds, an
 * item, a page of 50, making one. Each server is a process of its own; the load and PostgreSQL are in others, so that
 * the processor time is the server's alone.
 */
export async function benchRest(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const secret = { SECRET_KEY: 'a secret of the bench, long enough for it' };
  const settings = { DATA_DIR: folder, LOG_LEVEL: 'fatal', ...secret };
  const app = await createApp({ config: readConfig(settings, folder) });
  const started: MeasuredProcess[] = [];
  try {
    const { accessToken, userId } = await signUp(
      app,
      {},
      { email: 'bench@example.com', password: 'correct horse battery' },
    );
    const works = worksOn(await fill(app.database.pool, userId));
    const start = async (script: string) => {
      const server = await startMeasured(new URL(script, import.meta.url), { ...settings, DATABASE_POOL: '10' });
      started.push(server);
      return server;
    };
    const load = new Load(accessToken);
    const over = (name: string, server: MeasuredProcess): Way => ({
      name,
      ask: (work) => load.ask(server.ready, work),
      cpu: () => server.cpu(),
    });
    const ways = [
      over(byHand, await start('./rest-by-hand.ts')),
      executor(app, accessToken),
      over('REST row', await start('./events-server.ts')),
    ];
    console.log(`${describeMachine()}; ${rounds} rounds of ${requests} requests, ${concurrency} at a time, median\n`);
    console.log(
      '| | way | requests/s | of by hand | CPU µs a request | of by hand | of execute |\n|---|---|---|---|---|---|---|',
    );
    for (const work of works) {
      const able = ways.filter(({ name }) => name !== inProcess || work.direct !== undefined);
      await compareAnswers(work, able);
      report(work.name, await interleave(work, able));
    }
    load.close();
  } finally {
    for (const server of started) await server.close();
    await app.close();
    await rm(folder, { recursive: true });
  }
}

interface Subject {
  readonly item: string;
  readonly TASK: string;
  readonly ANALYSIS: string;
  readonly CV_ANALYSIS: string;
}

function worksOn(subject: Subject): readonly Work[] {
  const named = process.env.BENCH_WORKS?.split(',');
  const all: readonly Work[] = [
    { name: 'poll of a task (async-coder)', path: `/api/tasks/${subject.TASK}` },
    { name: 'poll of an analysis (phase2)', path: `/api/analysis/${subject.ANALYSIS}` },
    { name: 'poll of a CV (cv-analysis)', path: `/api/status/${subject.CV_ANALYSIS}` },
    { name: 'one item', path: `/api/v1/items/${subject.item}`, direct: 'item' },
    { name: 'page of 50', path: '/api/v1/items?page=1&size=50', direct: 'page' },
    {
      name: 'make one',
      path: '/api/v1/items',
      body: { title: 'Made' },
      direct: 'make',
      changing: ['id', 'created_at', 'updated_at'],
    },
  ];
  return all.filter(({ name }) => named === undefined || named.some((word) => name.includes(word)));
}

/** Items, and a running job of each kind that is polled, among many. */
async function fill(pool: Pool, userId: string): Promise<Subject> {
  await pool.query(
    `INSERT INTO "Item" ("id", "ownerId", "title", "description", "updatedAt")
     SELECT gen_random_uuid(), $1, 'Item ' || n, 'Number ' || n, now() FROM generate_series(1, 500) AS n`,
    [userId],
  );
  const { rows: items } = await pool.query<{ id: string }>('SELECT "id" FROM "Item" ORDER BY "id" LIMIT 1');
  const jobs = async (kind: 'TASK' | 'ANALYSIS' | 'CV_ANALYSIS') => {
    const { rows } = await pool.query<{ id: string }>(
      `INSERT INTO "Job" ("id", "kind", "ownerId", "status", "percentage", "stage", "message", "queueId", "input")
       SELECT gen_random_uuid(), $1::"JobKind", $2, 'RUNNING', n % 100, 'working', 'Step ' || n, gen_random_uuid(), '{}'
       FROM generate_series(1, 500) n RETURNING "id"`,
      [kind, userId],
    );
    return rows.map(({ id }) => id);
  };
  const [tasks, analyses, cvs] = [await jobs('TASK'), await jobs('ANALYSIS'), await jobs('CV_ANALYSIS')];
  await pool.query(
    `WITH repository AS (
       INSERT INTO "Repository" ("id", "ownerId", "provider", "url", "namespace", "name", "updatedAt")
       VALUES (gen_random_uuid(), $1, 'GIT', 'https://example.com/a/b', 'a', 'b', now()) RETURNING "id"
     )
     INSERT INTO "Task" ("jobId", "repositoryId", "aiModelId", "title", "description", "prompt", "branch",
       "targetBranch", "type", "estimatedCredits")
     SELECT job, (SELECT "id" FROM repository), (SELECT "id" FROM "AiModel" ORDER BY "position" LIMIT 1), 'Find it',
       'What goes wrong', 'Why does the second page stay empty?', 'main', 'found-it', 'DEBUG', 10
     FROM unnest($2::uuid[]) job`,
    [userId, tasks],
  );
  await pool.query(
    `INSERT INTO "Analysis" ("jobId", "projectName", "types")
     SELECT job, 'project', ARRAY['QUALITY', 'SECURITY']::"AnalysisType"[] FROM unnest($1::uuid[]) job`,
    [analyses],
  );
  await pool.query(
    `INSERT INTO "CvAnalysis" ("jobId", "jobDescription") SELECT job, 'A job' FROM unnest($1::uuid[]) job`,
    [cvs],
  );
  await pool.query('ANALYZE');
  const [TASK = '', ANALYSIS = '', CV_ANALYSIS = ''] = [tasks[0], analyses[0], cvs[0]];
  return { item: items[0]?.id ?? '', TASK, ANALYSIS, CV_ANALYSIS };
}

/** The documents of the rows for items, executed without HTTP, with an answer in the form of the row's. */
function executor(app: App, token: string): Way {
  const schema = createSchema();
  const fields = 'id: databaseId title description is_active: isActive created_at: createdAt updated_at: updatedAt';
  const documents = {
    item: parse(`query ($id: UUID!) { r: item(id: $id) { ${fields} } }`),
    page: parse(`{ r: items(first: 50, offset: 0) { items: nodes { ${fields} } total: totalCount } }`),
    make: parse(`mutation { r: createItem(input: { title: "Made" }) { ... on Item { ${fields} } } }`),
  };
  const root = z.object({ r: z.record(z.string(), z.unknown()) });
  return {
    name: inProcess,
    cpu: async () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    ask: async ({ path, direct = 'item' }) => {
      const contextValue = createContext(app, {
        requestId: 'bench',
        header: () => undefined,
        credential: token,
        authenticate: (credential) => authenticate(app, credential),
      });
      const variableValues = { id: path.split('/').at(-1) };
      const { r } = root.parse(
        (await execute({ schema, document: documents[direct], variableValues, contextValue })).data,
      );
      return direct === 'page' ? { ...r, page: 1, size: 50, pages: Math.ceil(Number(r.total) / 50) } : r;
    },
  };
}

async function compareAnswers(work: Work, ways: readonly Way[]): Promise<void> {
  const plain = (value: unknown) => {
    const sorted: string[] = [];
    JSON.stringify(value, (key, one) => {
      if (typeof one !== 'object' || one === null) sorted.push(`${key}: ${work.changing?.includes(key) ? '' : one}`);
      return one;
    });
    return sorted.toSorted().join('\n');
  };
  const answers = await Promise.all(ways.map(async ({ ask }) => plain(await ask(work))));
  if (new Set(answers).size !== 1) {
    throw new Error(`${work.name}: the ways do not answer the same:\n${answers.join('\n\n')}`);
  }
}

interface Figures {
  readonly perSecond: number;
  /** Microseconds of the server's process, or of this one where nothing is served. */
  readonly cpu: number;
}

async function interleave(work: Work, ways: readonly Way[]): Promise<Map<string, Figures>> {
  const figures = new Map<string, Figures[]>(ways.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const way of ways) {
      const measured = await burst(work, way);
      // The first round warms.
      if (round >= 0) figures.get(way.name)?.push(measured);
    }
  }
  const middle = (all: readonly Figures[]) => ({
    perSecond: median(all.map(({ perSecond }) => perSecond)),
    cpu: median(all.map(({ cpu }) => cpu)),
  });
  return new Map([...figures].map(([name, all]) => [name, middle(all)]));
}

async function burst(work: Work, { ask, cpu }: Way): Promise<Figures> {
  const [began, used] = [performance.now(), await cpu()];
  let left = requests;
  const go = async () => {
    while (left > 0) {
      left -= 1;
      await ask(work);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, go));
  const seconds = (performance.now() - began) / 1000;
  return { perSecond: requests / seconds, cpu: ((await cpu()) - used) / requests };
}

function report(work: string, figures: ReadonlyMap<string, Figures>): void {
  const [hand, direct] = [figures.get(byHand), figures.get(inProcess)];
  if (hand === undefined) return;
  for (const [name, { perSecond, cpu }] of figures) {
    const speed = (perSecond / hand.perSecond).toFixed(2);
    const overDirect = direct === undefined ? '' : (cpu / direct.cpu).toFixed(2);
    const words = [work, name, Math.round(perSecond), speed, Math.round(cpu), (cpu / hand.cpu).toFixed(2), overDirect];
    console.log(`| ${words.join(' | ')} |`);
  }
}

/** Asks over connections that are kept. */
class Load {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  ask(url: string, { path, body }: Work): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const headers = {
      authorization: `Bearer ${this.#token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const asked = request(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      agent: this.#agent,
      headers,
    });
    asked.on('error', reject);
    asked.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => {
        if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(text));
        else reject(new Error(`${path}: ${response.statusCode} ${text}`));
      });
    });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}
