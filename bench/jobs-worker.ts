import { execute } from 'graphql';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { createApp } from '../src/app.ts';
import { authenticate, signUp } from '../src/auth/service.ts';
import { holdCredits } from '../src/credits/service.ts';
import { docsDefinition } from '../src/docs/jobs.ts';
import { AsyncCoderCreateTaskDocument } from '../src/gql/graphql.ts';
import { startHandler } from '../src/jobs/runner.ts';
import { type CreatedJob, createJob, JobCreator } from '../src/jobs/service.ts';
import { readConfig } from '../src/platform/config.ts';
import { createContext } from '../src/platform/context.ts';
import { createSchema } from '../src/schema.ts';
import { answering } from './measured-process.ts';

/** The app with its spine, for the bench of jobs: makes tasks, and works on jobs that do nothing. */
const config = readConfig(
  { ...process.env, LOG_LEVEL: 'fatal', RATE_LIMITS: 'off', WORKER_CONCURRENCY: '256', ALLOW_LOCAL_REPOS: 'true' },
  '/',
);
const app = await createApp({ config, working: true });
const { pool } = app.database;
const email = `${uuidv7()}@example.com`;
const { accessToken, userId } = await signUp(app, {}, { email, password: 'correct horse battery' });
const schema = createSchema();

const asked = z.object({
  create: z.int().optional(),
  together: z.int().optional(),
  prepare: z.int().optional(),
  work: z.int().optional(),
  /** Of a task only what is written: its job, its first event, its hold and its entry. */
  onlyWrites: z.boolean().optional(),
});

/** Answers with milliseconds. */
async function answer(question: Readonly<Record<string, unknown>>): Promise<number | null> {
  const { create, together = 1, prepare, work, onlyWrites = false } = asked.parse(question);
  if (create !== undefined) return inParallel(create, together, onlyWrites ? writeJob : await taskCreator());
  if (prepare !== undefined) await prepareJobs(prepare);
  if (work !== undefined) return workOff(work);
  return null;
}

const paidJobs = new JobCreator({
  definition: { ...docsDefinition, input: z.unknown() },
  write: (writing, userId, jobs: readonly CreatedJob<{ readonly amount: number }>[]) =>
    holdCredits(writing, { userId, holds: jobs.map(({ jobId, detail }) => ({ jobId, ...detail })) }),
});
const viewer = await authenticate(app, accessToken);
await pool.query('UPDATE "CreditAccount" SET balance = 100000000 WHERE "userId" = $1', [userId]);

async function writeJob(): Promise<void> {
  await createJob(app, viewer, {
    creator: paidJobs,
    input: { title: 'A task', prompt: 'Repair it' },
    operation: 'bench',
    detail: { amount: 25 },
  });
}

const taskMade = z.object({ r: z.object({ __typename: z.literal('Task') }) });

/** Asks for a task as a client does. */
async function taskCreator(): Promise<() => Promise<void>> {
  const made = await pool.query<{ id: string }>(
    `INSERT INTO "Repository" (id, "ownerId", provider, url, namespace, name, "defaultBranch", "updatedAt")
     VALUES ($1, $2, 'LOCAL', $3, 'bench', 'bench', 'main', now())
     ON CONFLICT ("ownerId", url) DO UPDATE SET "updatedAt" = now() RETURNING id`,
    [uuidv7(), userId, process.cwd()],
  );
  const repositoryId = made.rows[0]?.id;
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM "AiModel" ORDER BY id LIMIT 1');
  const input = { repositoryId, aiModelId: rows[0]?.id, type: 'DEBUG', title: 'A task', prompt: 'Repair it' };
  return async () => {
    const contextValue = createContext(app, {
      requestId: uuidv7(),
      header: () => undefined,
      credential: accessToken,
      authenticate: (credential) => authenticate(app, credential),
    });
    const { data, errors } = await execute({
      schema,
      document: AsyncCoderCreateTaskDocument,
      variableValues: { input },
      contextValue,
    });
    if (!taskMade.safeParse(data).success)
      throw new Error(`no task was made: ${JSON.stringify(data)} ${errors?.join()}`);
  };
}

async function inParallel(count: number, together: number, run: () => Promise<void>): Promise<number> {
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: together }, async () => {
      while (next < count) {
        next += 1;
        await run();
      }
    }),
  );
  return performance.now() - began;
}

/** What asking for so many jobs leaves: their rows, first events and entries. */
async function prepareJobs(count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => uuidv7());
  await pool.query(
    `WITH job AS (
       INSERT INTO "Job" (id, kind, "ownerId", "queueId", input, "lastSeq", "updatedAt")
       SELECT id, 'DOCS', $2, id, '{}', 1, now() FROM unnest($1::uuid[]) AS id RETURNING id, "ownerId"
     ), counter AS (
       INSERT INTO "EventCounter" AS present ("userId", "lastSeq") VALUES ($2, $3)
       ON CONFLICT ("userId") DO UPDATE SET "lastSeq" = present."lastSeq" + $3 RETURNING "lastSeq" - $3 AS before
     )
     INSERT INTO "Event" ("jobId", "jobSeq", "userId", "userSeq", type, data)
     SELECT id, 1, "ownerId", before + row_number() OVER (), 'QUEUED', '{"status": "QUEUED"}' FROM job, counter`,
    [ids, userId, count],
  );
  for (let start = 0; start < count; start += 500) {
    const entries = ids.slice(start, start + 500).map((id) => ({ id, data: { jobId: id, queueId: id } }));
    await app.queue.boss.insert(docsDefinition.queue, entries);
  }
}

async function workOff(count: number): Promise<number> {
  const { resolve, promise } = Promise.withResolvers<void>();
  let done = 0;
  const began = performance.now();
  await startHandler(app, {
    definition: { ...docsDefinition, input: z.unknown() },
    run: async (context) => {
      context.progress({ stage: 'working', percentage: 50 });
      done += 1;
      if (done === count) resolve();
      return { engine: 'none' };
    },
  });
  await promise;
  const open = `SELECT (SELECT count(*) FROM "Job" WHERE "ownerId" = $1 AND status <> 'COMPLETED') +
    (SELECT count(*) FROM pgboss.job WHERE name = '${docsDefinition.queue}' AND state < 'completed') AS open`;
  while (Number((await pool.query<{ open: string }>(open, [userId])).rows[0]?.open) > 0);
  const took = performance.now() - began;
  await check(count);
  return took;
}

/** Every job has its four events in order, and the user's numbers have no gap. */
async function check(count: number): Promise<void> {
  const { rows } = await pool.query<{ jobs: string; events: string; last: number }>(
    `SELECT count(*) FILTER (WHERE types = '1 QUEUED,2 STARTED,3 PROGRESS,4 COMPLETED') AS jobs, sum(events) AS events,
       max(last) - min(first) + 1 AS last
     FROM (SELECT string_agg("jobSeq" || ' ' || type, ',' ORDER BY "jobSeq") AS types, count(*) AS events,
             max("userSeq") AS last, min("userSeq") AS first
           FROM "Event" WHERE "userId" = $1 AND "jobId" IS NOT NULL GROUP BY "jobId") AS job`,
    [userId],
  );
  const [found] = rows;
  if (Number(found?.jobs) !== count || Number(found?.events) !== 4 * count || Number(found?.last) !== 4 * count) {
    throw new Error(`not every job has its events: ${JSON.stringify(found)}`);
  }
}

answering('ready', answer, () => app.close());
