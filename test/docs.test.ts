import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { takeInventory } from '../src/code/tree/inventory.ts';
import { unpackParsed } from '../src/code/tree/packed.ts';
import { parsePacked } from '../src/code/tree/parse-tree.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';
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
      'coverage-badge.svg',
      'docs/API_DOCUMENTATION.md',
      'docs/ARCHITECTURE.md',
      'documentation.patch',
      'health.sarif',
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

  /** What a finished job says of what it read. */
  async function readingOf(id: string) {
    return ada.get(
      z.object({
        parsedFiles: z.int(),
        knownFiles: z.int(),
        leftOut: z.array(z.object({ reason: z.string(), files: z.int(), folders: z.int() })),
        artifacts: z.array(z.object({ path: z.string(), sha256: z.string() })),
      }),
      `query ($id: UUID!) { job(id: $id) { artifacts { path sha256 }
        ... on DocsJob { parsedFiles knownFiles leftOut { reason files folders } } } }`,
      { id },
    );
  }

  it('parses what it has not seen: nothing in a second run, one file after a change, nothing in another folder', async () => {
    const own = Object.fromEntries(
      Object.entries(smallProject).map(([path, text]) => [
        path,
        path.endsWith('.json') ? text : `${text}\n// or # mine\n`,
      ]),
    );
    own['tool.py'] = `${smallProject['tool.py']}\nMINE = 1\n`;
    const mine = await makeProject(own);
    const first = await readingOf((await runToEnd({ address: mine })).id);
    expect(first).toMatchObject({ parsedFiles: 3, knownFiles: 0 });
    const second = await runToEnd({ address: mine });
    const again = await readingOf(second.id);
    expect(again).toMatchObject({ parsedFiles: 0, knownFiles: 3 });
    // The report says what is new since the run before; the pages do not.
    const written = (run: typeof first) => run.artifacts.filter(({ path }) => /\.(?:md|patch)$/.test(path));
    expect(written(again)).toEqual(written(first));
    expect(written(first).length).toBeGreaterThan(3);
    const elsewhere = await makeProject(own);
    await writeFile(join(elsewhere, 'src', 'bare.ts'), 'export const thrice = 3;\n');
    expect(await readingOf((await runToEnd({ address: elsewhere })).id)).toMatchObject({
      parsedFiles: 1,
      knownFiles: 2,
    });
    const { rows } = await app.app.database.pool.query('SELECT "previousJobId" FROM "DocsJob" WHERE "jobId" = $1', [
      second.id,
    ]);
    expect(rows).not.toEqual([{ previousJobId: null }]);
  });

  it('documents a changed file anew although its name, size and the rest are as they were', async () => {
    const mine = await makeProject({ 'a.ts': '/** First. */\nexport const one = 1;\n' }, { git: false });
    const text = async () => {
      const { id } = await runToEnd({ address: mine });
      const form = z.object({ artifacts: z.array(z.object({ path: z.string(), text: z.string().nullable() })) });
      const { artifacts } = await ada.get(form, 'query ($id: UUID!) { job(id: $id) { artifacts { path text } } }', {
        id,
      });
      return artifacts.find(({ path }) => path.endsWith('API_DOCUMENTATION.md'))?.text;
    };
    expect(await text()).toContain('First.');
    await writeFile(join(mine, 'a.ts'), '/** Other. */\nexport const one = 1;\n');
    const changed = await text();
    expect(changed).toContain('Other.');
    expect(changed).not.toContain('First.');
  });

  it('ends well although the kept results are broken, and keeps results again', async () => {
    const mine = await makeProject({ 'only.ts': 'export const only = 1;\n' });
    const other = await testApp({ worker: true }, { ALLOW_LOCAL_REPOS: 'true' });
    const bob = await newCaller(other);
    await mkdir(join(other.config.DATA_DIR, 'cache'));
    await writeFile(join(other.config.DATA_DIR, 'cache', 'content.sqlite'), 'no database '.repeat(1000));
    const parsed = [];
    for (let run = 0; run < 2; run += 1) {
      const { databaseId: id } = await bob.get(started, generate, { input: { address: mine } });
      for await (const answer of bob.follow(followJob, { id })) expect(answer.errors).toBeUndefined();
      const form = z.object({ status: z.string(), parsedFiles: z.int() });
      parsed.push(
        await bob.get(form, 'query ($id: UUID!) { job(id: $id) { status ... on DocsJob { parsedFiles } } }', { id }),
      );
    }
    expect(parsed).toEqual([
      { status: 'COMPLETED', parsedFiles: 1 },
      { status: 'COMPLETED', parsedFiles: 0 },
    ]);
    await other.close();
  });

  it('that was broken off parses only what was not done yet', async () => {
    const names = Array.from({ length: 200 }, (_, n) => `f${n}.ts`);
    const root = await makeProject(
      Object.fromEntries(names.map((name) => [name, `export const ${name.slice(0, -3)} = 0;\n`])),
    );
    const pool = createThreadPool({ threads: 1 });
    const { files } = await takeInventory(root, pool);
    const kept = { place: { folder: join(root, '..', `${basename(root)}-cache`), maxBytes: 10_000_000 }, kind: 'test' };
    const stop = new AbortController();
    const onProgress = (done: number) => {
      if (done >= 96) stop.abort(new Error('broken off'));
    };
    await expect(parsePacked({ root, files, pool, kept, signal: stop.signal, onProgress })).rejects.toThrow(
      'broken off',
    );
    const rest = await parsePacked({ root, files, pool, kept });
    expect(rest.known).toBeGreaterThanOrEqual(96);
    expect(rest.parsed + rest.known).toBe(200);
    const anew = await parsePacked({ root, files, pool });
    expect([anew.parsed, anew.known]).toEqual([200, 0]);
    expect(unpackParsed(rest.parts)).toEqual(unpackParsed(anew.parts));
    await pool.close();
  });

  it('leaves out what is generated, vendored or minified, and counts it rule by rule', async () => {
    const mine = await makeProject({
      'a.ts': 'export const a = 1;\n',
      'api.pb.go': 'package api\n',
      'made.ts': '// Code generated by hand. DO NOT EDIT.\nexport const b = 1;\n',
      'package-lock.json': '{}',
      'lib.min.js': 'var a=1',
      'packed.js': `${'function a(b,c){return b+c;}var d={e:1,f:2};'.repeat(12)}\n`.repeat(100),
      'vendor/one.ts': 'export {};',
      'vendor/two/three.ts': 'export {};',
    });
    const { leftOut } = await readingOf((await runToEnd({ address: mine })).id);
    expect(leftOut).toEqual([
      { reason: 'generated', files: 3, folders: 0 },
      { reason: 'minified', files: 2, folders: 0 },
      { reason: 'vendored', files: 2, folders: 0 },
    ]);
    const loose = await makeProject({ 'a.ts': 'export {};', 'node_modules/x/a.js': '' }, { git: false });
    const walked = await readingOf((await runToEnd({ address: loose })).id);
    expect(walked.leftOut).toEqual([{ reason: 'vendored', files: 0, folders: 1 }]);
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
