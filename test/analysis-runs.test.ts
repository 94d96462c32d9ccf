import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { secondsOfTypes } from '../src/analyses/engines.ts';
import { analysisHandler } from '../src/analyses/worker.ts';
import { readEvents } from '../src/jobs/event-reading.ts';
import { startHandler } from '../src/jobs/runner.ts';
import { type TestApp, testApp } from './app.ts';
import { type Caller, newCaller } from './story.ts';

const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const workers: ChildProcess[] = [];
const apps: TestApp[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.kill('SIGKILL');
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

async function newApp(...roles: Parameters<typeof testApp>): Promise<TestApp> {
  const app = await testApp(...roles);
  apps.push(app);
  return app;
}

/** A project with something to find for every engine, and enough of it that none is done at once. */
const files = [
  { path: 'tsconfig.json', content: JSON.stringify({ compilerOptions: { strict: true, target: 'es2022' } }) },
  ...Array.from({ length: 20 }, (_, n) => ({
    path: `src/m${n}.ts`,
    content: `export const wrong${n}: number = "text";\nexport function run${n}(text: string) {\n  return eval(text);\n}\n`,
  })),
  ...Array.from({ length: 20 }, (_, n) => ({
    path: `pkg/m${n}.py`,
    content: `import os\n\ndef add(a: int) -> int:\n    return a + undefined_${n}\n`,
  })),
];

const started = z.object({ databaseId: z.uuid() });
async function start(ada: Caller, types: readonly string[] = ['QUALITY', 'SECURITY', 'TYPES']): Promise<string> {
  const analyze = `mutation ($input: AnalyzeCodeInput!) { r: analyzeCode(input: $input) {
    ... on Analysis { databaseId } ... on Error { message } } }`;
  return (await ada.get(started, analyze, { input: { projectName: 'runs', types, files } })).databaseId;
}

const event = z.object({ e: z.object({ type: z.string(), stage: z.string(), message: z.string().nullable() }) });
type Seen = z.infer<typeof event>['e'];

async function follow(ada: Caller, id: string, onEvent: (seen: Seen) => void = () => {}): Promise<Seen[]> {
  const query = 'subscription ($id: UUID!) { e: jobEvents(id: $id, after: 0) { type stage message } }';
  const seen: Seen[] = [];
  for await (const answer of ada.follow(query, { id })) {
    const { e } = event.parse(answer.data);
    seen.push(e);
    onEvent(e);
  }
  return seen;
}

const result = z.looseObject({
  status: z.string(),
  typeErrors: z.int().nullable(),
  codeSmells: z.int().nullable(),
  securityIssues: z.int().nullable(),
  qualityScore: z.number().nullable(),
  artifacts: z.array(z.object({ path: z.string() })),
  counts: z.array(z.looseObject({ type: z.string() })),
  summary: z.looseObject({ gaps: z.array(z.object({ engine: z.string(), reason: z.string() })) }).nullable(),
  findings: z.looseObject({
    totalCount: z.int(),
    nodes: z.array(z.object({ rule: z.string(), file: z.string(), line: z.int() })),
  }),
});
const read = `query ($id: UUID!) { r: analysis(id: $id) {
  status typeErrors codeSmells securityIssues qualityScore artifacts { path } counts { type high medium low }
  scoreInputs { parts { name density } } summary { gaps { engine reason } }
  findings(first: 100) { totalCount nodes { rule file line } } } }`;
const resultOf = (ada: Caller, id: string) => ada.get(result, read, { id });

/** Child processes of this one that are still there. */
const children = () => process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap').length;

describe('an analysis of everything', () => {
  it('finds each defect once, whichever engines see it, and scores what it measured', async () => {
    const app = await newApp({ worker: true });
    const ada = await newCaller(app);
    const id = await start(ada);
    const seen = await follow(ada, id);
    expect(seen.at(-1)?.type).toBe('COMPLETED');
    const found = await resultOf(ada, id);
    const at = (file: string, line: number) =>
      found.findings.nodes.filter((one) => one.file === file && one.line === line).map(({ rule }) => rule);
    // pyright and ruff both know that the name is not defined.
    expect(at('pkg/m0.py', 4)).toHaveLength(1);
    expect(at('src/m0.ts', 1)).toEqual(['TS2322']);
    expect(at('src/m0.ts', 3)).toHaveLength(1);
    expect(found.counts.map(({ type }) => type).sort()).toEqual(['QUALITY', 'SECURITY', 'TYPES']);
    expect(found.qualityScore).toBeLessThan(10);
    const parts = z.object({ parts: z.array(z.object({ name: z.string(), density: z.number() })) });
    const densities = new Map(parts.parse(found.scoreInputs).parts.map(({ name, density }) => [name, density]));
    expect([...densities.keys()]).toEqual([
      'quality',
      'security',
      'types',
      'complexity',
      'duplication',
      'documentation',
    ]);
    // Nothing here is documented, and no function is complex.
    expect([densities.get('documentation'), densities.get('complexity')]).toEqual([1, 0]);
  });

  it('is of nothing when there is nothing to analyse: null, and why', async () => {
    const app = await newApp({ worker: true });
    const ada = await newCaller(app);
    const input = { projectName: 'ruby', files: [{ path: 'a.rb', content: 'puts 1\n' }] };
    const analyze =
      'mutation ($input: AnalyzeCodeInput!) { r: analyzeCode(input: $input) { ... on Analysis { databaseId } } }';
    const { databaseId: id } = await ada.get(started, analyze, { input });
    await follow(ada, id);
    const found = await resultOf(ada, id);
    expect(found).toMatchObject({ status: 'COMPLETED', codeSmells: null, typeErrors: null, qualityScore: null });
    expect(found.summary?.gaps.map(({ engine }) => engine)).toEqual(expect.arrayContaining(['quality', 'types']));
  });
});

describe('cancelling an analysis', () => {
  it('ends the engines in the middle of their work and keeps nothing of it', async () => {
    const app = await newApp({ worker: true });
    const ada = await newCaller(app);
    await expect.poll(children).toBe(0);
    const id = await start(ada, ['TYPES']);
    // Now an engine's own process is at work.
    await expect.poll(children, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
    await ada.ask('mutation ($id: UUID!) { r: cancelJob(id: $id) { __typename } }', { id });
    const asked = performance.now();
    await expect.poll(children, { timeout: 20_000, interval: 5 }).toBe(0);
    await expect.poll(() => app.app.threads.busy, { timeout: 20_000, interval: 5 }).toBe(0);
    if (process.env.CHAOS_CANCELS !== undefined) expect(performance.now() - asked).toBeLessThan(1000);
    const seen = await follow(ada, id);
    expect(seen.at(-1)?.type).toBe('CANCELLED');
    const found = await resultOf(ada, id);
    expect(found).toMatchObject({ status: 'CANCELLED', artifacts: [], counts: [], findings: { totalCount: 0 } });
    // An engine that had come to its end would be known: the same files again would start no process.
    const again = await start(ada, ['TYPES']);
    await expect.poll(children, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
    await follow(ada, again);
  }, 90_000);
});

describe('an engine that runs out of time', () => {
  it('is a gap of the analysis and no result; the others count', async () => {
    const app = await newApp({ bare: true });
    const serving = await app.another();
    apps.unshift(serving);
    await startHandler(app.app, analysisHandler(app.app, { ...secondsOfTypes, TYPES: 0.001 }));
    const ada = await newCaller(serving);
    const id = await start(ada, ['SECURITY', 'TYPES']);
    const seen = await follow(ada, id);
    expect(seen.map(({ message }) => message)).toContainEqual(expect.stringMatching(/^types could not be measured/));
    const found = await resultOf(ada, id);
    expect(found).toMatchObject({ status: 'COMPLETED', typeErrors: null, codeSmells: null });
    expect(found.securityIssues).toBeGreaterThan(0);
    expect(found.summary?.gaps).toContainEqual({ engine: 'types', reason: 'It was not done after 0.001 s.' });
  });
});

describe('a worker that is killed while engines work', () => {
  it('leaves to the next one what is not done: no engine that had ended runs again', async () => {
    const app = await newApp();
    const ada = await newCaller(app);
    const environment = { PATH: process.env.PATH, HOME: process.env.HOME, ...app.environment, LOG_LEVEL: 'fatal' };
    const startWorkerProcess = () => {
      const worker = spawn(process.execPath, [main, 'worker'], {
        env: environment,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      workers.push(worker);
      return worker;
    };
    const first = startWorkerProcess();
    const id = await start(ada);
    const finished: (string | null)[] = [];
    let killedAfter: readonly (string | null)[] | undefined;
    await follow(ada, id, ({ type, message }) => {
      if (type !== 'STEP_FINISHED' || message?.startsWith('analyze') !== true) return;
      finished.push(message);
      if (killedAfter !== undefined) return;
      killedAfter = [...finished];
      first.kill('SIGKILL');
      startWorkerProcess();
    });
    const types = (await readEvents(app.app, { jobId: id }, 0, 10_000)).map(({ type }) => type);
    expect(types).toContain('RESUMED');
    expect(types.at(-1)).toBe('COMPLETED');
    // Each engine came to its end once, over both attempts.
    expect(finished.toSorted()).toEqual(['analyze quality', 'analyze security', 'analyze types']);
    expect(killedAfter?.length).toBeLessThan(3);
    const again = await start(ada);
    await follow(ada, again);
    const { findings, counts, qualityScore } = await resultOf(ada, id);
    expect({ findings, counts, qualityScore }).toMatchObject(
      await resultOf(ada, again).then((one) => ({
        findings: one.findings,
        counts: one.counts,
        qualityScore: one.qualityScore,
      })),
    );
  }, 240_000);
});
