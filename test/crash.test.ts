import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { docsStages } from '../src/docs/jobs.ts';
import { readEvents } from '../src/jobs/event-reading.ts';
import { type TestApp, testApp } from './app.ts';
import { type Caller, makeProject, newCaller } from './story.ts';

/**
 * More by hand, and with the bounds on time checked, which on a busy machine are no test:
 * CHAOS_KILLS=50 CHAOS_CANCELS=100 npm test -- test/crash.test.ts
 */
const chaos = process.env.CHAOS_KILLS !== undefined || process.env.CHAOS_CANCELS !== undefined;
const kills = Number(process.env.CHAOS_KILLS ?? 2);
const cancels = Number(process.env.CHAOS_CANCELS ?? 12);

const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const workers: ChildProcess[] = [];
const apps: TestApp[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.kill('SIGKILL');
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

/** A real worker process on the app's database and folder. */
function startWorkerProcess(app: TestApp): ChildProcess {
  const worker = spawn(process.execPath, [main, 'worker'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...app.environment, LOG_LEVEL: 'fatal' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  workers.push(worker);
  return worker;
}

/** Enough files that every stage takes a while. */
function bigProject(files: number): Record<string, string> {
  const body = Array.from(
    { length: 60 },
    (_, n) => `/** Number ${n}. */\nexport function f${n}(a: number): number {\n  return a + ${n};\n}\n`,
  );
  return Object.fromEntries(Array.from({ length: files }, (_, n) => [`src/m${n}.ts`, body.join('\n')]));
}

async function start(ada: Caller, folder: string, ref: string | null): Promise<string> {
  const { databaseId } = await ada.get(
    z.object({ databaseId: z.uuid() }),
    `mutation ($input: GenerateDocsInput!) { r: generateDocs(input: $input) { ... on DocsJob { databaseId } ... on Error { message } } }`,
    { input: { address: folder, ref } },
  );
  return databaseId;
}

const artifacts = z.object({
  artifacts: z.array(z.object({ path: z.string(), sha256: z.string(), text: z.string().nullable() })),
});

function results(ada: Caller, id: string): Promise<z.infer<typeof artifacts>> {
  return ada.get(artifacts, `query ($id: UUID!) { job(id: $id) { artifacts { path sha256 text } } }`, { id });
}

/** Reads over the socket until the job ends; calls back on every event. */
async function follow(ada: Caller, id: string, onEvent: (stage: string, type: string) => void): Promise<number[]> {
  const form = z.object({ e: z.object({ seq: z.int(), type: z.string(), stage: z.string() }) });
  const seen: number[] = [];
  for await (const answer of ada.follow(`subscription ($id: UUID!) { e: jobEvents(id: $id) { seq type stage } }`, {
    id,
  })) {
    const { e } = form.parse(answer.data);
    seen.push(e.seq);
    onEvent(e.stage, e.type);
  }
  return seen;
}

describe('a worker that is killed', () => {
  it(
    'loses no job and no event: the next one goes on within 15 s and the results are the same',
    async () => {
      const app = await testApp({}, { ALLOW_LOCAL_REPOS: 'true', WORKER_CONCURRENCY: '1' });
      apps.push(app);
      const ada = await newCaller(app);
      const folder = await makeProject(bigProject(150));
      let worker = startWorkerProcess(app);
      const untouched = await start(ada, folder, 'main');
      await follow(ada, untouched, () => {});
      const right = await results(ada, untouched);
      expect(right.artifacts.length).toBeGreaterThanOrEqual(5);

      const stages = Object.keys(docsStages).filter(
        (stage) => !['queued', 'creating_pull_request', 'completed'].includes(stage),
      );
      const killedIn = new Map<string, number>();
      const recoveries: number[] = [];
      for (let kill = 0; kill < kills; kill += 1) {
        const target = stages[(kill * 3 + 1) % stages.length] ?? '';
        const id = await start(ada, folder, 'main');
        let killedAt: number | undefined;
        const seen = await follow(ada, id, (stage, type) => {
          if (type === 'RESUMED' && killedAt !== undefined) recoveries.push(performance.now() - killedAt);
          if (stage !== target || killedAt !== undefined) return;
          killedAt = performance.now();
          // Anywhere within the stage, not only at its first moment.
          setTimeout(() => {
            worker.kill('SIGKILL');
            worker = startWorkerProcess(app);
          }, Math.random() * 60);
        });
        killedIn.set(target, (killedIn.get(target) ?? 0) + 1);
        const table = await readEvents(app.app, { jobId: id }, 0, 10_000);
        expect(seen).toEqual(table.map(({ jobSeq }) => jobSeq));
        expect(seen).toEqual(seen.map((_, index) => index + 1));
        const ends = table.filter(({ type }) => ['COMPLETED', 'FAILED', 'CANCELLED'].includes(type));
        expect(ends.map(({ type }) => type)).toEqual(['COMPLETED']);
        const made = await results(ada, id);
        expect(made.artifacts.map(({ path, sha256 }) => [path, sha256])).toEqual(
          right.artifacts.map(({ path, sha256 }) => [path, sha256]),
        );
      }
      if (chaos) for (const milliseconds of recoveries) expect(milliseconds).toBeLessThan(15_000);
      if (chaos) console.info({ kills, killedIn, resumed: recoveries.length, slowest: Math.max(...recoveries) });
      expect(recoveries.length).toBeGreaterThan(0);
      const userSeqs = await app.app.database.prisma.event.findMany({
        where: { userId: ada.userId },
        orderBy: { userSeq: 'asc' },
      });
      expect(userSeqs.map(({ userSeq }) => userSeq)).toEqual(userSeqs.map((_, index) => index + 1));
    },
    60_000 + kills * 30_000,
  );
});

describe('cancelling at random moments', () => {
  it(
    'leaves one end each and no artifacts, and the work is stopped',
    async () => {
      const app = await testApp({ worker: true }, { ALLOW_LOCAL_REPOS: 'true' });
      apps.push(app);
      const ada = await newCaller(app);
      const folder = await makeProject(bigProject(120));
      const ends = new Map<string, number>();
      let slowest = 0;
      for (let n = 0; n < cancels; n += 1) {
        const id = await start(ada, folder, n % 2 === 0 ? 'main' : null);
        await delay(Math.random() * 900);
        await ada.ask(`mutation ($id: UUID!) { cancelJob(id: $id) { __typename } }`, { id });
        const asked = performance.now();
        const ended: string[] = [];
        await follow(ada, id, (_stage, type) => {
          if (['COMPLETED', 'FAILED', 'CANCELLED'].includes(type)) ended.push(type);
        });
        expect(ended).toHaveLength(1);
        const end = ended[0] ?? '';
        ends.set(end, (ends.get(end) ?? 0) + 1);
        if (end !== 'CANCELLED') continue;
        expect((await results(ada, id)).artifacts).toEqual([]);
        // The worker has let go: nothing of this process is busy with it any more.
        while ((await app.app.metrics.jobsRunning.get()).values.some(({ value }) => value > 0)) await delay(10);
        slowest = Math.max(slowest, performance.now() - asked);
      }
      if (chaos) console.info({ cancels, ends, slowestStopMilliseconds: slowest });
      expect(ends.get('CANCELLED')).toBeGreaterThan(0);
      expect(ends.get('FAILED')).toBeUndefined();
      if (chaos) expect(slowest).toBeLessThan(1000);
    },
    30_000 + cancels * 3000,
  );
});
