import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApp, testApp } from './app.ts';
import { type Caller, makeProject, newCaller, runGit, smallProject } from './story.ts';

const started = z.object({ databaseId: z.uuid(), status: z.string() });
const generate = `mutation ($input: GenerateDocsInput!, $key: String) { r: generateDocs(input: $input, idempotencyKey: $key) {
  __typename ... on DocsJob { databaseId status } ... on Error { code message } } }`;
const followJob = `subscription ($id: UUID!, $after: Int) { e: jobEvents(id: $id, after: $after) {
  seq userSeq type status stage percentage message } }`;

const event = z.object({
  e: z.object({
    seq: z.int(),
    userSeq: z.int(),
    type: z.string(),
    status: z.string(),
    stage: z.string(),
    percentage: z.int(),
  }),
});

describe('a documentation job', () => {
  let app: TestApp;
  let ada: Caller;
  let folder: string;

  beforeAll(async () => {
    app = await testApp({ worker: true }, { ALLOW_LOCAL_REPOS: 'true' });
    ada = await newCaller(app);
    folder = await makeProject({ ...smallProject, 'README.md': '# Mine\n' });
  });
  afterAll(() => app.close());

  async function runToEnd(input: object): Promise<{ id: string; events: z.infer<typeof event>['e'][] }> {
    const { databaseId: id } = await ada.get(started, generate, { input });
    const events = [];
    for await (const answer of ada.follow(followJob, { id })) {
      expect(answer.errors).toBeUndefined();
      events.push(event.parse(answer.data).e);
    }
    return { id, events };
  }

  it('goes through the documented stages with a percentage that never falls, and is followed live to its end', async () => {
    const { events } = await runToEnd({ address: folder });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]).toMatchObject({ type: 'QUEUED', stage: 'queued', percentage: 0 });
    expect(events.at(-1)).toMatchObject({
      type: 'COMPLETED',
      status: 'COMPLETED',
      stage: 'completed',
      percentage: 100,
    });
    const stages = [...new Set(events.map(({ stage }) => stage))];
    expect(stages).toEqual([
      'queued',
      'cloning_repository',
      'parsing_code',
      'analyzing_structure',
      'generating_docs',
      'writing_files',
      'completed',
    ]);
    const percentages = events.map(({ percentage }) => percentage);
    expect(percentages).toEqual([...percentages].sort((a, b) => a - b));
  });

  it('makes pages, coverage and a patch that applies, and overwrites nothing', async () => {
    const { id } = await runToEnd({ address: folder });
    const form = z.object({
      commit: z.string(),
      engine: z.string(),
      coverage: z.object({
        publicSymbols: z.int(),
        documentedSymbols: z.int(),
        percentage: z.number(),
        modules: z.array(
          z.object({ path: z.string(), undocumented: z.array(z.object({ name: z.string(), line: z.int() })) }),
        ),
      }),
      artifacts: z.array(z.object({ path: z.string(), url: z.string(), text: z.string(), size: z.int() })),
    });
    const job = await ada.get(
      form,
      `query ($id: UUID!) { job(id: $id) { engine artifacts { path url size text } ... on DocsJob { commit
        coverage { publicSymbols documentedSymbols percentage modules { path undocumented { name line } } } } } }`,
      { id },
    );
    expect(job.commit).toBe((await runGit(folder, 'rev-parse', 'HEAD')).trim());
    expect(job.engine).toBe('local');
    expect(job.coverage).toMatchObject({ publicSymbols: 3, documentedSymbols: 2, percentage: 66.7 });
    expect(job.coverage.modules.find(({ path }) => path === 'src/bare.ts')?.undocumented).toEqual([
      { name: 'twice', line: 3 },
    ]);
    const paths = job.artifacts.map(({ path }) => path);
    expect(paths).toEqual([
      'CONTRIBUTING.md',
      'README_AI.md',
      'docs/API_DOCUMENTATION.md',
      'docs/ARCHITECTURE.md',
      'documentation.patch',
    ]);
    const api = job.artifacts.find(({ path }) => path.endsWith('API_DOCUMENTATION.md'));
    expect(api?.text).toContain('add(a: number, b: number): number');
    expect(api?.text).toContain('Upper case with a bang.');
    const patch = job.artifacts.find(({ path }) => path === 'documentation.patch');
    const file = join(await makeProject({}, { git: false }), 'p.patch');
    await writeFile(file, patch?.text ?? '');
    const clean = join(await makeProject({}, { git: false }), 'clone');
    await promisify(execFile)('git', ['clone', '--quiet', folder, clean]);
    await runGit(clean, 'apply', '--check', file);
    const download = await fetch(`${app.url}${api?.url}`);
    expect(download.status).toBe(200);
    expect(await download.text()).toBe(api?.text);
  });

  it('gives the same bytes for the same input', async () => {
    const hashes = async () => {
      const { id } = await runToEnd({ address: folder });
      return ada.get(
        z.object({ artifacts: z.array(z.object({ path: z.string(), sha256: z.string() })) }),
        `query ($id: UUID!) { job(id: $id) { artifacts { path sha256 } } }`,
        { id },
      );
    };
    expect(await hashes()).toEqual(await hashes());
  });

  it.each([
    ['a folder that is not there', '/nowhere/at/all', 'VALIDATION_ERROR'],
    ['another transport', 'ext::sh -c id', 'VALIDATION_ERROR'],
    ['an option', '--upload-pack=id', 'VALIDATION_ERROR'],
    ['a private address', 'https://127.0.0.1/a/b', 'ADDRESS_NOT_ALLOWED'],
    ['the data folder', '', 'VALIDATION_ERROR'],
  ])('refuses %s with a clear error', async (_what, address, code) => {
    const answer = await ada.ask(generate, { input: { address: address === '' ? app.config.DATA_DIR : address } });
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.r).toMatchObject({ code });
  });

  it('of an empty or binary-only folder completes and says that there is nothing to document', async () => {
    const empty = await makeProject({ 'a.bin': '\0\u0001\0' });
    const { id, events } = await runToEnd({ address: empty });
    expect(events.at(-1)?.type).toBe('COMPLETED');
    const job = await ada.get(
      z.object({
        coverage: z.object({ percentage: z.null() }),
        skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
      }),
      `query ($id: UUID!) { job(id: $id) { ... on DocsJob { coverage { percentage } skipped { path reason } } } }`,
      { id },
    );
    expect(job.skipped).toEqual([{ path: 'a.bin', reason: 'binary' }]);
  });
});

describe('cancelling over GraphQL', () => {
  it('answers the cancelled job with whatever is asked of it, even nothing, and refuses a second time', async () => {
    const app = await testApp({}, { ALLOW_LOCAL_REPOS: 'true' });
    const ada = await newCaller(app);
    const folder = await makeProject(smallProject);
    const waiting = async () => (await ada.get(started, generate, { input: { address: folder } })).databaseId;
    const bare = await ada.ask('mutation ($id: UUID!) { r: cancelJob(id: $id) { __typename } }', {
      id: await waiting(),
    });
    expect(bare).toMatchObject({ data: { r: { __typename: 'CancelJobSuccess' } } });
    const id = await waiting();
    const query = `mutation ($id: UUID!) { r: cancelJob(id: $id) {
      ... on CancelJobSuccess { job { status ... on DocsJob { repository { name } } } } ... on Error { code } } }`;
    const cancelled = await ada.ask(query, { id });
    expect(cancelled.data?.r).toMatchObject({ job: { status: 'CANCELLED', repository: { name: expect.any(String) } } });
    expect((await ada.ask(query, { id })).data?.r).toEqual({ code: 'JOB_ENDED' });
    await app.close();
  });
});
