import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApp, testApp } from '../app.ts';
import { FakeGitHub } from '../fakes/github.ts';
import type { FakeRepository, FakeUser } from '../fakes/github-objects.ts';
import { root } from '../source-files.ts';
import { callerWith, makeProject, newCaller, smallProject } from '../story.ts';
import { apiKeyOf, call, expiredToken, replay } from './replay.ts';

const moment = z.iso.datetime();
const numeric = z.string().regex(/^[1-9]\d*$/);
const repository = z.strictObject({ id: z.int(), name: z.string(), owner: z.string() });
const status = z.enum(['queued', 'processing', 'completed', 'failed']);
const begun = z.strictObject({ redirect_url: z.url(), state: z.string().min(20) });
const connected = z.strictObject({ repo_id: numeric, owner: z.string(), name: z.string(), connected_at: moment });
const started = z.strictObject({ job_id: numeric, status, created_at: moment, repository });
const jobStatus = z.object({
  job_id: numeric,
  status,
  progress: z.strictObject({ stage: z.string(), percentage: z.int().min(0).max(100), timestamp: moment }),
  repository,
  started_at: moment.nullable(),
  updated_at: moment,
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  pull_request_url: z.url().nullable(),
  branch: z.string().nullable(),
});
const jobs = z.strictObject({
  jobs: z.array(
    z.strictObject({ job_id: numeric, status, repository, created_at: moment, completed_at: moment.nullable() }),
  ),
  total_jobs: z.int(),
});
const event = z.object({ e: z.object({ stage: z.string(), percentage: z.int() }) });
const refused = (error: string) => ({ error, message: expect.stringMatching(/\S/) });
const invalid = (field: string) => ({
  error: 'validation_error',
  message: expect.stringMatching(/\S/),
  issues: expect.arrayContaining([expect.objectContaining({ field })]),
});
const stages = [
  'queued',
  'cloning_repository',
  'parsing_code',
  'analyzing_structure',
  'generating_docs',
  'writing_files',
  'creating_pull_request',
  'completed',
];

let github: FakeGitHub;
let app: TestApp;
/** The same, but nobody works on jobs. */
let idle: TestApp;
let ada: FakeUser;
let project: FakeRepository;
let token: string;
beforeAll(async () => {
  github = await FakeGitHub.start();
  ada = github.addUser('ada', { name: 'Ada Lovelace' });
  token = github.addToken(ada);
  project = await github.addRepository(ada, 'Engine', smallProject);
  const settings = { ...github.settings, ALLOW_LOCAL_REPOS: 'true' };
  [app, idle] = await Promise.all([testApp({ worker: true }, settings), testApp({}, settings)]);
});
afterAll(async () => {
  await Promise.all([app.close(), idle.close()]);
  await github.close();
});

const connect = (at: TestApp, repository_url: string, by = token, headers = {}) =>
  replay(at, 'POST /api/repos/connect', connected, { token: by, json: { repository_url }, headers });
const run = (at: TestApp, repo_id: unknown, by = token, headers = {}) =>
  replay(at, 'POST /api/docs/run', started, { token: by, json: { repo_id }, headers });
const look = (at: TestApp, id: string, by = token) =>
  replay(at, 'GET /api/jobs/status/{job_id}', jobStatus, { token: by, path: `/api/jobs/status/${id}` });
const list = (at: TestApp, by = token) => replay(at, 'GET /api/jobs', jobs, { token: by });

/** Waits until a job ends, by its events; gives its status at every one of them. */
async function follow(at: TestApp, number: string, by = token) {
  const caller = callerWith(at, { userId: '', token: by, refreshToken: '' });
  const job = z.object({ databaseId: z.uuid() });
  const query = `query ($number: Int!) { r: docsJob(number: $number) { databaseId } }`;
  const { databaseId: id } = await caller.get(job, query, { number: Number(number) });
  const [seen, events] = [[await look(at, number, by)], [] as z.infer<typeof event>['e'][]];
  const subscription = `subscription ($id: UUID!) { e: jobEvents(id: $id) { stage percentage } }`;
  for await (const { data } of caller.follow(subscription, { id })) {
    events.push(event.parse(data).e);
    seen.push(await look(at, number, by));
  }
  await caller.close();
  return { seen, events, last: await look(at, number, by) };
}

describe('a GitHub token', () => {
  it('connects, runs, is polled to the end through every stage, and opens a pull request', async () => {
    const made = await connect(app, `${github.origin}/ada/engine`);
    expect(made).toMatchObject({ owner: 'ada', name: 'Engine' });
    const job = await run(app, Number(made.repo_id));
    expect(job.repository).toEqual({ id: Number(made.repo_id), name: 'Engine', owner: 'ada' });
    const { seen, events, last } = await follow(app, job.job_id);
    expect([...new Set(events.map(({ stage }) => stage))]).toEqual(stages);
    for (const figures of [events, seen.map(({ progress }) => progress)]) {
      const percentages = figures.map(({ percentage }) => percentage);
      expect(percentages).toEqual(percentages.toSorted((one, other) => one - other));
    }
    expect(last).toMatchObject({
      job_id: job.job_id,
      status: 'completed',
      progress: { stage: 'completed', percentage: 100 },
      repository: job.repository,
      error: null,
    });
    expect(last.branch).toMatch(/^fixmydocs\/docs-\d/);
    const [pull] = github.pulls(project);
    expect(last.pull_request_url).toBe(`${github.origin}/ada/Engine/pull/${pull?.number}`);
    const listed = await list(app);
    expect(listed.total_jobs).toBe(listed.jobs.length);
    expect(listed.jobs[0]).toMatchObject({ job_id: job.job_id, status: 'completed', completed_at: expect.any(String) });
  });

  it('that may not write still gets its pages, and no pull request', async () => {
    const reader = github.addToken(github.addUser(`r${randomUUID().slice(0, 8)}`));
    const made = await connect(app, 'ada/engine', reader);
    const { last } = await follow(app, (await run(app, made.repo_id, reader)).job_id, reader);
    expect(last).toMatchObject({ status: 'completed', pull_request_url: null, branch: null, error: null });
  });

  it.each(['https', '.git', 'slash', 'git@', 'short', 'capitals'])(
    'connects the same repository by its address as %s',
    async (form) => {
      const host = new URL(github.origin).host;
      const addresses: Record<string, string> = {
        https: `${github.origin}/ada/Engine`,
        '.git': `${github.origin}/ada/Engine.git`,
        slash: `${github.origin}/ada/Engine/`,
        'git@': `git@${host.split(':')[0]}:ada/Engine.git`,
        short: 'ada/Engine',
        capitals: 'ADA/ENGINE',
      };
      const [one, other] = [await connect(idle, 'ada/Engine'), await connect(idle, addresses[form] ?? '')];
      expect({ ...other, connected_at: one.connected_at }).toEqual(one);
    },
  );

  it('that was revoked, or is unknown there, is refused with 401', async () => {
    for (const bad of ['ghp_unknown0000000000000000000000000000', `gho_${'x'.repeat(36)}`]) {
      const reply = await call(idle, 'GET /api/jobs', { token: bad });
      expect([reply.status, reply.body]).toEqual([401, refused('unauthenticated')]);
      expect(reply.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('for what GitHub does not show it is told that there is nothing', async () => {
    const eve = github.addUser(`e${randomUUID().slice(0, 8)}`);
    await github.addRepository(eve, 'secret', smallProject, { isPrivate: true });
    for (const name of [`${eve.login}/secret`, 'ada/nothing']) {
      const reply = await call(idle, 'POST /api/repos/connect', { token, json: { repository_url: name } });
      expect([name, reply.status]).toEqual([name, 404]);
      expect(reply.body).toEqual(refused('repository_not_found'));
    }
  });

  it('whose limit is used up there still connects by git; one never seen before is a 503 with when to come back', async () => {
    const made = await connect(idle, 'ada/engine');
    github.limit = 'primary';
    try {
      expect(await connect(idle, 'ada/engine')).toMatchObject({ repo_id: made.repo_id });
      const reply = await call(idle, 'GET /api/jobs', { token: github.addToken(ada) });
      expect([reply.status, reply.body]).toEqual([503, refused('github_rate_limited')]);
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      github.limit = null;
    }
  });
});

describe('other credentials', () => {
  it('are an access token and an API key, as Bearer and as X-API-Key', async () => {
    const caller = await newCaller(idle);
    const folder = await makeProject(smallProject);
    const made = await connect(idle, folder, caller.token);
    const key = await apiKeyOf(caller);
    expect(await connect(idle, folder, key)).toMatchObject({ repo_id: made.repo_id });
    const byHeader = { 'x-api-key': key };
    await replay(idle, 'POST /api/docs/run', started, { json: { repo_id: made.repo_id }, headers: byHeader });
    expect((await list(idle, caller.token)).total_jobs).toBe(1);
  });

  it.each(['POST /api/repos/connect', 'POST /api/docs/run', 'GET /api/jobs/status/1', 'GET /api/jobs'])(
    '%s refuses a missing, invalid and expired one with 401',
    async (line) => {
      const caller = await newCaller(idle);
      const expired = await expiredToken(idle, caller);
      for (const [by, code] of [
        [undefined, 'unauthenticated'],
        ['nonsense', 'unauthenticated'],
        [expired, 'token_expired'],
      ] as const) {
        const reply = await call(idle, line, by === undefined ? {} : { token: by });
        expect([reply.status, reply.body]).toEqual([401, refused(code)]);
        expect(reply.headers.get('www-authenticate')).toBe('Bearer');
      }
    },
  );

  it('of somebody who may only view start nothing', async () => {
    const viewer = await newCaller(idle, 'VIEWER');
    for (const [line, json] of [
      ['POST /api/repos/connect', { repository_url: 'ada/engine' }],
      ['POST /api/docs/run', { repo_id: 1 }],
    ] as const) {
      const reply = await call(idle, line, { token: viewer.token, json });
      expect([line, reply.status, reply.body]).toEqual([line, 403, refused('forbidden')]);
    }
    expect(await list(idle, viewer.token)).toEqual({ jobs: [], total_jobs: 0 });
  });
});

describe('input', () => {
  it.each([
    ['POST /api/repos/connect', 'repository_url', {}],
    ['POST /api/repos/connect', 'repository_url', { repository_url: 7 }],
    ['POST /api/repos/connect', 'repository_url', { repository_url: '' }],
    ['POST /api/repos/connect', 'repository_url', { repository_url: 'ftp://example.com/a/b' }],
    ['POST /api/repos/connect', 'body', undefined],
    ['POST /api/docs/run', 'repo_id', {}],
    ['POST /api/docs/run', 'repo_id', { repo_id: null }],
    ['POST /api/docs/run', 'repo_id', { repo_id: true }],
    ['POST /api/docs/run', 'repo_id', { repo_id: [1] }],
    ['POST /api/docs/run', 'repo_id', { repo_id: '' }],
    ['POST /api/docs/run', 'repo_id', { repo_id: ' 1' }],
    ['POST /api/docs/run', 'repo_id', { repo_id: '0x1' }],
    ['POST /api/docs/run', 'repo_id', { repo_id: '1e3' }],
    ['POST /api/docs/run', 'repo_id', { repo_id: 'seven' }],
    ['POST /api/docs/run', 'repo_id', { repo_id: 0 }],
    ['POST /api/docs/run', 'repo_id', { repo_id: 1.5 }],
    ['POST /api/docs/run', 'repo_id', { repo_id: 2_147_483_648 }],
    ['POST /api/docs/run', 'body', undefined],
    ['GET /api/jobs/status/seven', 'job_id', undefined],
    ['GET /api/jobs?limit=0', 'limit', undefined],
  ])('%s with a bad or missing %s is refused by its name with 422', async (line, field, json) => {
    const reply = await call(idle, line, { token, json });
    expect([reply.status, reply.body]).toEqual([422, invalid(field)]);
  });

  it('takes ids as numbers and as numeric strings', async () => {
    const made = await connect(idle, 'ada/engine');
    const [one, other] = [await run(idle, made.repo_id), await run(idle, Number(made.repo_id))];
    expect(one.repository).toEqual(other.repository);
  });

  it('that names what is somebody else’s is refused as what is not there', async () => {
    const [mine, other] = [await connect(idle, 'ada/engine'), await newCaller(idle)];
    const job = await run(idle, mine.repo_id);
    const asks = [
      ['POST /api/docs/run', { repo_id: mine.repo_id }, { repo_id: 2_000_000_000 }],
      [`GET /api/jobs/status/${job.job_id}`, undefined, undefined],
    ] as const;
    for (const [line, json, unknown] of asks) {
      const theirs = await call(idle, line, { token: other.token, json });
      const missing = await call(idle, line.replace(/\d+$/, '2000000000'), { token: other.token, json: unknown });
      expect([line, theirs.status, theirs.body]).toEqual([line, 404, refused('not_found')]);
      expect(theirs.body).toEqual(missing.body);
    }
    expect((await list(idle, other.token)).jobs).toEqual([]);
  });
});

describe('jobs', () => {
  it('wait as queued, without a start, and are failed with the code cancelled once cancelled', async () => {
    const caller = await newCaller(idle);
    const made = await connect(idle, await makeProject(smallProject), caller.token);
    const job = await run(idle, made.repo_id, caller.token);
    expect(job.status).toBe('queued');
    const waiting = await look(idle, job.job_id, caller.token);
    expect(waiting).toMatchObject({ status: 'queued', progress: { stage: 'queued', percentage: 0 }, started_at: null });
    const { id } = await idle.app.database.prisma.job.findFirstOrThrow({ where: { ownerId: caller.userId } });
    const cancel = `mutation ($id: UUID!) { r: cancelJob(id: $id) { ... on CancelJobSuccess { job { status } } } }`;
    expect((await caller.ask(cancel, { id })).errors).toBeUndefined();
    const ended = await look(idle, job.job_id, caller.token);
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'cancelled' } });
    expect((await list(idle, caller.token)).jobs[0]).toMatchObject({ status: 'failed' });
  });

  it('that fail say why', async () => {
    const caller = await newCaller(app);
    const folder = await makeProject(smallProject);
    const made = await connect(app, folder, caller.token);
    await rm(folder, { recursive: true });
    const { last } = await follow(app, (await run(app, made.repo_id, caller.token)).job_id, caller.token);
    expect(last).toMatchObject({
      status: 'failed',
      error: { code: 'repository_not_found', message: expect.stringMatching(/\S/) },
    });
    expect(last.started_at).not.toBeNull();
  });

  it('are listed newest first, to their owner only', async () => {
    const [one, other] = [await newCaller(idle), await newCaller(idle)];
    const made = await connect(idle, await makeProject(smallProject), one.token);
    const numbers = [];
    for (const _each of [1, 2, 3]) numbers.unshift((await run(idle, made.repo_id, one.token)).job_id);
    const listed = await list(idle, one.token);
    expect(listed.jobs.map(({ job_id }) => job_id)).toEqual(numbers);
    expect(listed.total_jobs).toBe(3);
    expect(listed.jobs[0]).toMatchObject({ status: 'queued', completed_at: null });
    expect(await list(idle, other.token)).toEqual({ jobs: [], total_jobs: 0 });
  });

  it('are all listed however many there are, or as many as are asked for', async () => {
    const one = await newCaller(idle);
    const made = await connect(idle, await makeProject(smallProject), one.token);
    const first = await run(idle, made.repo_id, one.token);
    const { prisma } = idle.app.database;
    const { repositoryId } = await prisma.docsJob.findUniqueOrThrow({ where: { number: Number(first.job_id) } });
    const ids = Array.from({ length: 230 }, () => uuidv7());
    const queueId = uuidv7();
    await prisma.job.createMany({
      data: ids.map((id) => ({ id, kind: 'DOCS', ownerId: one.userId, queueId, stage: 'queued', input: {} })),
    });
    await prisma.docsJob.createMany({ data: ids.map((jobId) => ({ jobId, repositoryId })) });
    const whole = await list(idle, one.token);
    expect(whole.total_jobs).toBe(231);
    expect(new Set(whole.jobs.map(({ job_id }) => job_id)).size).toBe(231);
    expect(whole.jobs.at(-1)?.job_id).toBe(first.job_id);
    const page = await replay(idle, 'GET /api/jobs', jobs, { token: one.token, path: '/api/jobs?limit=7&offset=225' });
    expect(page.jobs).toEqual(whole.jobs.slice(225));
  });

  it('and repositories are made once for an Idempotency-Key of a user', async () => {
    const [one, other] = [await newCaller(idle), await newCaller(idle)];
    const folder = await makeProject(smallProject);
    const key = { 'idempotency-key': randomUUID() };
    const made = await connect(idle, folder, one.token, key);
    expect(await connect(idle, folder, one.token, key)).toEqual(made);
    const job = await run(idle, made.repo_id, one.token, key);
    expect(await run(idle, Number(made.repo_id), one.token, key)).toEqual(job);
    const theirs = await connect(idle, folder, other.token, key);
    expect(theirs.repo_id).not.toBe(made.repo_id);
    expect((await run(idle, theirs.repo_id, other.token, key)).job_id).not.toBe(job.job_id);
    const more = await connect(idle, await makeProject(smallProject), one.token);
    for (const [line, json] of [
      ['POST /api/repos/connect', { repository_url: await makeProject(smallProject) }],
      ['POST /api/docs/run', { repo_id: more.repo_id }],
    ] as const) {
      const reply = await call(idle, line, { token: one.token, json, headers: key });
      expect([reply.status, reply.body]).toEqual([422, refused('idempotency_key_reused')]);
    }
    expect((await list(idle, one.token)).total_jobs).toBe(1);
  });
});

describe('sign-in with GitHub', () => {
  const signedIn = z.strictObject({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    user: z.looseObject({ id: z.uuid(), username: z.string(), email: z.string() }),
  });
  const callback = 'GET /auth/github/callback';
  /** Begins, and opens GitHub's page; gives the query GitHub sends the browser back with. */
  async function visit(at: TestApp, who: FakeUser | null) {
    const { redirect_url, state } = await replay(at, 'POST /api/auth/github', begun);
    const page = new URL(redirect_url);
    expect(`${page.origin}${page.pathname}`).toBe(`${github.origin}/login/oauth/authorize`);
    expect(Object.fromEntries(page.searchParams)).toMatchObject({ client_id: github.client.id, state });
    github.atBrowser = who;
    const back = await fetch(redirect_url, { redirect: 'manual' });
    return { query: new URL(back.headers.get('location') ?? '').search, state };
  }

  it('begins with a redirect and a state, also with an empty JSON body', async () => {
    const asked = { headers: { 'content-type': 'application/json' } };
    const [one, other] = [
      await replay(idle, 'POST /api/auth/github', begun, asked),
      await replay(idle, 'POST /api/auth/github', begun),
    ];
    expect(one.state).not.toBe(other.state);
  });

  it('ends in JSON with a token that works, for the same user again', async () => {
    const ids = [];
    for (const _again of [1, 2]) {
      const { query } = await visit(idle, ada);
      const given = await replay(idle, callback, signedIn, { path: `/auth/github/callback${query}` });
      await list(idle, given.access_token);
      ids.push(given.user.id);
    }
    expect(ids[0]).toBe(ids[1]);
  });

  it('refuses a state that is wrong, missing or used, and a browser that was declined', async () => {
    const { query, state } = await visit(idle, ada);
    const forged = new URLSearchParams({ code: 'x', state: `${state}x` });
    const declined = await visit(idle, null);
    const attempts: [string, number, string][] = [
      [`?${forged}`, 401, 'state_invalid'],
      ['?code=x&state=made-up', 401, 'state_invalid'],
      ['', 400, 'bad_request'],
      ['?code=x', 400, 'bad_request'],
      [declined.query, 401, 'access_denied'],
    ];
    for (const [search, code, error] of attempts) {
      const reply = await call(idle, `GET /auth/github/callback${search}`);
      expect([search, reply.status, reply.body]).toEqual([search, code, refused(error)]);
    }
    await replay(idle, callback, signedIn, { path: `/auth/github/callback${query}` });
    const again = await call(idle, `GET /auth/github/callback${query}`);
    expect([again.status, again.body]).toEqual([401, refused('state_invalid')]);
  });

  it('leads to the front end with the tokens in the fragment and the state to compare, or with the reason', async () => {
    const frontend = 'http://front.test';
    const at = await idle.another({}, { FRONTEND_URL: frontend });
    const { query, state } = await visit(at, ada);
    const done = await call(at, `GET /auth/github/callback${query}`);
    expect([done.status, done.text]).toEqual([302, '']);
    const location = new URL(done.headers.get('location') ?? '');
    expect(`${location.origin}${location.pathname}${location.search}`).toBe(`${frontend}/auth/callback`);
    const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
    expect(Object.keys(given)).toEqual(['access_token', 'refresh_token', 'state']);
    expect(given.state).toBe(state);
    await list(at, given.access_token);
    for (const [search, reason] of [
      [query, 'state_invalid'],
      [(await visit(at, null)).query, 'access_denied'],
      ['', 'bad_request'],
    ]) {
      const reply = await call(at, `GET /auth/github/callback${search}`);
      expect([reply.status, reply.headers.get('location')]).toEqual([302, `${frontend}/login?error=${reason}`]);
    }
    await at.close();
  });

  it('not configured is refused with 400 and the names of the settings', async () => {
    const at = await idle.another({}, { GITHUB_CLIENT_ID: '', GITHUB_CLIENT_SECRET: '' });
    for (const line of ['POST /api/auth/github', 'GET /auth/github/callback?code=x&state=y']) {
      const reply = await call(at, line);
      const message = expect.stringMatching(/GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET/);
      expect([reply.status, reply.body]).toEqual([400, { error: 'not_configured', message }]);
    }
    await at.close();
  });
});

describe('addresses', () => {
  it('beside the documented ones are unknown in the words of the dialect', async () => {
    for (const path of ['/api/repos', '/api/repos/connect/', '/api/jobs/', '/api/jobs/1', '/auth/github']) {
      const reply = await call(idle, `GET ${path}`, { token });
      expect([path, reply.status, reply.body]).toEqual([path, 404, refused('not_found')]);
    }
  });
});

const python = '/usr/bin/python3';
const hasClient = await promisify(execFile)(python, ['-c', 'import httpx']).then(
  () => true,
  () => false,
);
if (!hasClient && process.env.CI) throw new Error('CI needs python3-httpx');

describe.skipIf(!hasClient)("the document's Python client", () => {
  it('runs as it is written, from the sign-in to the end of a job', async () => {
    const snippets = ['fixmydocs.py', 'fixmydocs_main.py'].map((name) =>
      readFileSync(join(root, 'test/fixtures/snippets', name), 'utf8'),
    );
    const script = snippets.join('\n').replaceAll('http://localhost:8000', app.url);
    const author = github.addUser(`p${randomUUID().slice(0, 8)}`);
    await github.addRepository(author, 'repository', smallProject);
    const { stdout } = await promisify(execFile)(python, ['-c', script], {
      env: {
        ...process.env,
        GITHUB_ACCESS_TOKEN: github.addToken(author),
        REPOSITORY_URL: `${github.origin}/${author.login}/repository`,
      },
    });
    const told = z
      .strictObject({
        started: begun,
        repository: connected,
        ended: jobStatus,
        job: started,
        status: jobStatus,
        listed: jobs,
      })
      .parse(JSON.parse(stdout));
    expect(told.repository).toMatchObject({ owner: author.login, name: 'repository' });
    expect(told.ended).toMatchObject({ status: 'completed', progress: { stage: 'completed', percentage: 100 } });
    expect(told.ended.pull_request_url).toMatch(/\/pull\/1$/);
    expect(told.status.job_id).toBe(told.job.job_id);
    expect(told.listed).toMatchObject({ total_jobs: 2, jobs: [{ job_id: told.job.job_id }, { status: 'completed' }] });
  });
});
