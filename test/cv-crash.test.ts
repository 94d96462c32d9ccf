import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readEvents } from '../src/jobs/event-reading.ts';
import { type TestApp, testApp } from './app.ts';
import { type ModelServer, modelServer, type Turn } from './fakes/model-server.ts';
import { root } from './source-files.ts';
import { type Caller, newCaller } from './story.ts';
import { everythingStored } from './tables.ts';

const main = join(root, 'src/cli/main.ts');
const set = join(root, 'test/fixtures/cv-set');
/** In the CV, and nowhere in what is made of it. */
const secret = 'Zyxwvut Qponmlk keeps bees in Flurbington';
const jobDescription = await readFile(join(set, 'jobs/01-backend-bullets.txt'), 'utf8');
const cvText = `${await readFile(join(set, 'cvs/01-backend-java.txt'), 'utf8')}\n${secret}\n`;

const answers: Turn[] = [
  {
    does: 'answer',
    text: JSON.stringify({ requirements: [{ skill: 'Docker', priority: 'required', quote: 'Docker' }] }),
  },
  { does: 'answer', text: JSON.stringify({ overallAssessment: 'Java is there.' }) },
];
const nothing: Turn = { does: 'refuse', status: 500 };

const workers: ChildProcess[] = [];
const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.kill('SIGKILL');
  for (const one of closing.splice(0)) await one.close();
});

async function setUp(roles: { worker?: boolean } = {}): Promise<{ app: TestApp; ada: Caller; model: ModelServer }> {
  const model = await modelServer();
  const app = await testApp(roles, { ...model.settings.openai, WORKER_CONCURRENCY: '1' });
  closing.push(app, model);
  return { app, ada: await newCaller(app), model };
}

/** A real worker process on the app's database and folder. */
function startWorkerProcess(app: TestApp): ChildProcess {
  const worker = spawn(process.execPath, [main, 'worker'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...app.environment, LOG_LEVEL: 'fatal' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  workers.push(worker);
  return worker;
}

async function start(ada: Caller): Promise<string> {
  const made = z.object({ databaseId: z.uuid() });
  const query = `mutation ($input: AnalyzeCvInput!) { r: analyzeCv(input: $input) {
    ... on CvAnalysis { databaseId } ... on Error { message } } }`;
  return (await ada.get(made, query, { input: { jobDescription, cvText } })).databaseId;
}

/** Reads over the socket until the analysis ends; gives the numbers and kinds of its events. */
async function follow(ada: Caller, id: string): Promise<{ seq: number; type: string }[]> {
  const form = z.object({ e: z.object({ seq: z.int(), type: z.string() }) });
  const seen: { seq: number; type: string }[] = [];
  const query = 'subscription ($id: UUID!) { e: jobEvents(id: $id) { seq type } }';
  for await (const { data } of ada.follow(query, { id })) seen.push(form.parse(data).e);
  return seen;
}

const row = ({ app }: TestApp, jobId: string) => app.database.prisma.cvAnalysis.findUniqueOrThrow({ where: { jobId } });

/** Everything in the app's folder as text, and the names of what is there. */
async function filesOf({ config }: TestApp): Promise<string> {
  const entries = await readdir(config.DATA_DIR, { recursive: true, withFileTypes: true });
  const texts = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    return entry.isFile() ? `${path}\n${await readFile(path, 'latin1')}` : path;
  });
  return (await Promise.all(texts)).join('\n');
}

const isEnd = ({ type }: { type: string }) => ['COMPLETED', 'FAILED', 'CANCELLED'].includes(type);

describe('a worker that is killed when it has read a CV and has no result yet', () => {
  it('leaves it to another one, which gives the one result; nothing of the CV stays behind', async () => {
    const { app, ada, model } = await setUp();
    const first = startWorkerProcess(app);
    model.play(answers);
    const untouched = await start(ada);
    await follow(ada, untouched);

    // The first to be asked is silent, so that the worker is killed in its step, at whatever speed.
    model.play((_request, index) => (index === 0 ? { does: 'hang' } : (answers[index - 1] ?? nothing)));
    const id = await start(ada);
    const seen = follow(ada, id);
    const asked = await model.request(0);
    first.kill('SIGKILL');
    await asked.abandoned;
    // It is needed again, and it is in its row only.
    expect(Buffer.from((await row(app, id)).cv ?? []).toString()).toContain(secret);
    expect(await filesOf(app)).not.toContain(secret);
    startWorkerProcess(app);

    const events = await seen;
    const table = await readEvents(app.app, { jobId: id }, 0, 1000);
    expect(events).toEqual(table.map(({ jobSeq, type }) => ({ seq: jobSeq, type })));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(isEnd)).toEqual([{ seq: events.length, type: 'COMPLETED' }]);
    expect(events.filter(({ type }) => type === 'RESUMED')).toHaveLength(1);
    expect((await row(app, id)).report).toEqual((await row(app, untouched)).report);
    // The second was asked once for each of its steps, and by nobody else.
    expect(model.requests).toHaveLength(3);
    expect((await row(app, id)).cv).toBeNull();
    expect(await everythingStored(app)).not.toContain(secret);
    // A worker removes its folder right after the end is told.
    await expect.poll(() => filesOf(app), { timeout: 20_000 }).not.toContain(id);
    expect(await filesOf(app)).not.toContain(secret);
  }, 90_000);
});

describe('an analysis that is cancelled or deleted while it runs', () => {
  /** Starts an analysis that waits for a model which never answers. */
  async function waiting() {
    const { app, ada, model } = await setUp({ worker: true });
    model.play([{ does: 'hang' }]);
    const id = await start(ada);
    const seen = follow(ada, id);
    // Of one that is deleted there may be nothing more to be told: whoever waits for it hears that.
    seen.catch(() => {});
    const asked = await model.request(0);
    return { app, ada, id, seen, asked };
  }

  /** Resolves when this process works on nothing any more. */
  async function idle({ app }: TestApp): Promise<void> {
    await expect
      .poll(async () => (await app.metrics.jobsRunning.get()).values.filter(({ value }) => value > 0), {
        timeout: 20_000,
      })
      .toEqual([]);
  }

  it('stops in the middle of its step, ends once, and keeps nothing of the CV', async () => {
    const { app, ada, id, seen, asked } = await waiting();
    await ada.ask('mutation ($id: UUID!) { cancelJob(id: $id) { __typename } }', { id });
    // Nobody answers: only the end of the work ends the call.
    await asked.abandoned;
    const events = await seen;
    expect(events.filter(isEnd)).toEqual([{ seq: events.length, type: 'CANCELLED' }]);
    await idle(app);
    const table = await readEvents(app.app, { jobId: id }, 0, 1000);
    expect(table.map(({ jobSeq, type }) => ({ seq: jobSeq, type }))).toEqual(events);
    expect(await row(app, id)).toMatchObject({ cv: null, report: null });
    expect(await everythingStored(app)).not.toContain(secret);
    const files = await filesOf(app);
    expect(files).not.toContain(secret);
    expect(files).not.toContain(id);
  }, 60_000);

  it('is gone with its events and folder when it is deleted, though its work was still going on', async () => {
    const { app, ada, id, seen, asked } = await waiting();
    const remove = 'mutation ($id: UUID!) { r: deleteCvAnalysis(id: $id) { __typename } }';
    expect((await ada.ask(remove, { id })).data?.r).toEqual({ __typename: 'DeletedCvAnalysis' });
    await asked.abandoned;
    await seen.catch(() => {});
    await idle(app);
    const { prisma } = app.app.database;
    expect(await prisma.job.count({ where: { id } })).toBe(0);
    expect(await prisma.event.count({ where: { jobId: id } })).toBe(0);
    const stored = await everythingStored(app);
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain('marta.holloway@example.com');
    const files = await filesOf(app);
    expect(files).not.toContain(secret);
    expect(files).not.toContain(id);
  }, 60_000);
});
