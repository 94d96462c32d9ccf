import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type App, createApp } from '../src/app.ts';
import { docsHandler } from '../src/docs/worker.ts';
import { askGitHub } from '../src/github/client.ts';
import { describeRepository } from '../src/github/repository.ts';
import { startHandler } from '../src/jobs/runner.ts';
import { createLog } from '../src/platform/log.ts';
import { type TestApp, testApp } from './app.ts';
import { FakeGitHub } from './fakes/github.ts';
import { readDescription } from './fakes/github-description.ts';
import type { FakeRepository, FakeUser } from './fakes/github-objects.ts';
import { makeScratch } from './scratch.ts';
import { ask, type Caller, callerWith, newCaller, smallProject } from './story.ts';
import { everythingStored } from './tables.ts';

const refusal = '... on Error { code message } ... on ExternalServiceError { retryable retryAt }';
const connect = `mutation ($a: String!) { r: connectRepository(address: $a) { __typename
  ... on Repository { databaseId url namespace name defaultBranch } ${refusal} } }`;
const generate = `mutation ($input: GenerateDocsInput!, $key: String) { r: generateDocs(input: $input, idempotencyKey: $key) {
  __typename ... on DocsJob { databaseId status plan: message } ${refusal} } }`;
const followJob = `subscription ($id: UUID!) { e: docsProgress(id: $id) { status stage message branch pullRequestUrl error { code message } } }`;

const job = z.object({ databaseId: z.string(), plan: z.string().nullable() });
const state = z.object({
  status: z.string(),
  stage: z.string(),
  message: z.string().nullable(),
  branch: z.string().nullable(),
  pullRequestUrl: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});

let github: FakeGitHub;
let app: TestApp;
let worker: App;
let argvFile: string;
const logged: string[] = [];
const realPath = process.env.PATH ?? '';

beforeAll(async () => {
  github = await FakeGitHub.start();
  // A git that writes down its arguments before it does what it is told.
  const folder = await makeScratch('git-spy');
  argvFile = join(folder, 'argv');
  const { stdout } = await promisify(execFile)('sh', ['-c', 'command -v git']);
  await writeFile(join(folder, 'git'), `#!/bin/sh\necho "$@" >> '${argvFile}'\nexec '${stdout.trim()}' "$@"\n`);
  await chmod(join(folder, 'git'), 0o755);
  process.env.PATH = `${folder}:${realPath}`;
  app = await testApp({}, github.settings);
  const log = createLog('trace', { write: (line: string) => logged.push(line) });
  worker = await createApp({ config: app.config, working: true, log });
  await startHandler(worker, docsHandler(worker));
});
afterAll(async () => {
  process.env.PATH = realPath;
  await worker.close();
  await app.close();
  await github.close();
});

afterEach(() => {
  github.limit = null;
});

let people = 0;
function somebody(): { user: FakeUser; login: string } {
  people += 1;
  const user = github.addUser(`Person-${people}`);
  return { user, login: user.login };
}

/** A caller by a GitHub token, as the scripts of FixMyDocs are. */
async function byToken(token: string, at: TestApp = app): Promise<Caller> {
  const answer = await ask(at, '{ me { databaseId } }', {}, { authorization: `Bearer ${token}` });
  const { me } = z.object({ me: z.object({ databaseId: z.string() }) }).parse(answer.data);
  return callerWith(at, { userId: me.databaseId, token, refreshToken: '' });
}

async function connected(caller: Caller, address: string): Promise<Record<string, unknown>> {
  const answer = await caller.ask(connect, { a: address });
  expect(answer.errors).toBeUndefined();
  return z.record(z.string(), z.unknown()).parse(answer.data?.r);
}

const withoutRights = {
  code: 'REPOSITORY_NOT_FOUND',
  message: 'The repository was not found, or it is private and needs access',
};

describe('a repository at GitHub', () => {
  it('is connected in its true spelling and with its default branch, private ones by who may read them', async () => {
    const { user } = somebody();
    const ada = await byToken(github.addToken(user));
    await github.addRepository(user, 'Open-Source', smallProject);
    await github.addRepository(user, 'Hidden', smallProject, { isPrivate: true });
    const open = await connected(ada, `${user.login.toUpperCase()}/open-source.git`);
    const url = `${github.origin}/${user.login}/open-source`.toLowerCase();
    expect(open).toMatchObject({ url, namespace: user.login, name: 'Open-Source', defaultBranch: 'main' });
    expect(await connected(ada, `${user.login}/hidden`)).toMatchObject({ name: 'Hidden' });
    const stranger = await newCaller(app);
    expect(await connected(stranger, `${user.login}/open-source`)).toMatchObject({ name: 'Open-Source' });
    for (const address of [`${user.login}/hidden`, `${user.login}/never`]) {
      expect(await connected(stranger, address)).toEqual({ __typename: 'RefusedError', ...withoutRights });
    }
    const eve = await byToken(github.addToken(somebody().user));
    expect(await connected(eve, `${user.login}/hidden`)).toEqual({ __typename: 'RefusedError', ...withoutRights });
  });

  it('that was renamed is connected by the name it has', async () => {
    const { user } = somebody();
    const repository = await github.addRepository(user, 'today', smallProject);
    github.rename(`${user.login}/formerly`, repository);
    const caller = await byToken(github.addToken(user));
    expect(await connected(caller, `${user.login}/formerly`)).toMatchObject({ name: 'today', namespace: user.login });
  });

  it('without commits is refused as empty', async () => {
    const { user } = somebody();
    await github.addRepository(user, 'empty', {});
    const caller = await byToken(github.addToken(user));
    expect(await connected(caller, `${user.login}/empty`)).toMatchObject({ code: 'REPOSITORY_EMPTY' });
  });

  it('is still found by git when the rate limit is used up or the API is away, by the same token', async () => {
    const { user } = somebody();
    await github.addRepository(user, 'reachable', smallProject, { isPrivate: true });
    const caller = await byToken(github.addToken(user));
    github.limit = 'primary';
    const found = { namespace: user.login, name: 'Reachable', defaultBranch: 'main' };
    expect(await connected(caller, `${user.login}/Reachable`)).toMatchObject(found);
    expect(await connected(await newCaller(app), `${user.login}/reachable`)).toMatchObject(withoutRights);
    github.limit = null;
    github.failOnce(/GET .*\/repos\//, 502);
    expect(await connected(caller, `${user.login}/Reachable`)).toMatchObject(found);
  });

  it('says when the token was revoked', async () => {
    const { user } = somebody();
    await github.addRepository(user, 'mine', smallProject);
    const token = github.addToken(user);
    const caller = await byToken(token);
    github.revoke(token);
    expect(await connected(caller, `${user.login}/mine`)).toMatchObject({
      __typename: 'ExternalServiceError',
      code: 'GITHUB_TOKEN_INVALID',
      retryable: false,
    });
  });

  it('that only the server’s own token may see is nobody’s but the operator’s', async () => {
    const { user } = somebody();
    await github.addRepository(user, 'secret', smallProject, { isPrivate: true });
    await github.addRepository(user, 'public', smallProject);
    const lent = await app.another({}, { GITHUB_ACCESS_TOKEN: github.addToken(user) });
    const stranger = await newCaller(lent);
    expect(await connected(stranger, `${user.login}/secret`)).toEqual({ __typename: 'RefusedError', ...withoutRights });
    expect(await connected(stranger, `${user.login}/public`)).toMatchObject({ name: 'public' });
    const right = await stranger.ask(generate, { input: { address: `${user.login}/public`, pullRequest: true } });
    expect(right.data?.r).toMatchObject({ code: 'GITHUB_FORBIDDEN' });
    await lent.close();
  });
});

describe('the API of GitHub', () => {
  /** A server in GitHub's place. */
  async function instead(answer: Parameters<typeof createServer>[1]) {
    const server = createServer(answer);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const bound = server.address() as AddressInfo;
    const other = await createApp({ config: { ...app.config, GITHUB_API_URL: `http://127.0.0.1:${bound.port}` } });
    const close = async () => {
      await other.close();
      server.closeAllConnections();
      server.close();
    };
    return { app: other, close };
  }
  const question = { owner: 'ada', name: 'x', token: `ghp_${'a'.repeat(36)}` };

  it('takes no token to another host by a redirect', async () => {
    let visits = 0;
    const elsewhere = createServer((_request, response) => {
      visits += 1;
      response.end('{}');
    });
    await new Promise<void>((listening) => elsewhere.listen(0, '127.0.0.1', listening));
    const { port } = elsewhere.address() as AddressInfo;
    const fake = await instead((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${port}/repos/ada/x` }).end();
    });
    await expect(describeRepository(fake.app, question)).rejects.toMatchObject({ code: 'GITHUB_INVALID' });
    expect(visits).toBe(0);
    await fake.close();
    elsewhere.close();
  });

  it.each([
    ['something else than JSON', 'text/html', '<h1>Hotel WiFi</h1>'],
    ['broken JSON', 'application/json', '{"name":'],
    ['JSON of another form', 'application/json', '{"name":1}'],
    ['more than 10 MB', 'application/json', `"${'x'.repeat(10_000_001)}"`],
  ])('that answers %s counts as away', async (_what, type, body) => {
    const fake = await instead((_request, response) => response.writeHead(200, { 'content-type': type }).end(body));
    await expect(describeRepository(fake.app, question)).rejects.toMatchObject({ code: 'GITHUB_UNREACHABLE' });
    await fake.close();
  });

  it('is left at once when the caller is', async () => {
    const arrived = Promise.withResolvers<void>();
    const fake = await instead(() => arrived.resolve());
    const leaving = new AbortController();
    const asking = askGitHub(fake.app, {
      route: 'GET /user',
      token: null,
      answer: z.unknown(),
      signal: leaving.signal,
    });
    await arrived.promise;
    leaving.abort(new Error('left'));
    await expect(asking).rejects.toThrow('left');
    await fake.close();
  });

  it('names single sign-on', async () => {
    const fake = await instead((_request, response) => {
      const headers = {
        'content-type': 'application/json',
        'x-github-sso': 'required; url=https://github.com/orgs/x/sso',
      };
      response.writeHead(403, headers).end('{"message":"Resource protected by organization SAML enforcement."}');
    });
    await expect(describeRepository(fake.app, question)).rejects.toMatchObject({ code: 'GITHUB_SSO_REQUIRED' });
    await fake.close();
  });
});

describe('a pull request', () => {
  async function documented(
    caller: Caller,
    input: object,
  ): Promise<{ first: string | null; last: z.infer<typeof state>; stages: string[] }> {
    const answer = await caller.ask(generate, { input });
    expect(answer.errors).toBeUndefined();
    const { databaseId: id, plan: first } = job.parse(answer.data?.r);
    const states = [];
    for await (const { data, errors } of caller.follow(followJob, { id })) {
      expect(errors).toBeUndefined();
      states.push(z.object({ e: state }).parse(data).e);
    }
    const last = states.at(-1);
    if (last === undefined) throw new Error('no state');
    return { first, last, stages: [...new Set(states.map(({ stage }) => stage))] };
  }
  const branchesOf = async (repository: FakeRepository) =>
    (await github.git(repository, 'for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads')).split('\n');

  it('brings exactly the pages, on a branch of its own, by who may push', async () => {
    const { user } = somebody();
    const files = { ...smallProject, 'README.md': '# Mine\n', '.gitattributes': '*.md text eol=crlf\n' };
    const repository = await github.addRepository(user, 'Small', files, { isPrivate: true });
    const before = await github.git(repository, 'rev-parse', 'main');
    const caller = await byToken(github.addToken(user));
    const { first, last, stages } = await documented(caller, { address: `${user.login}/small` });
    expect(first).toBe('Will open a pull request into main');
    expect(last).toMatchObject({ status: 'COMPLETED', error: null });
    expect(stages.slice(-2)).toEqual(['creating_pull_request', 'completed']);
    expect(last.branch).toMatch(/^fixmydocs\/docs-\d{14}$/);
    expect(last.pullRequestUrl).toBe(`${github.origin}/${user.login}/Small/pull/1`);
    expect(last.message).toContain(last.pullRequestUrl);
    const [pull, ...more] = github.pulls(repository);
    expect(more).toEqual([]);
    expect(pull).toMatchObject({
      title: 'docs: add generated documentation for Small',
      head: { branch: last.branch },
      base: { branch: 'main', sha: before },
      author: { login: user.login },
    });
    expect(pull?.body).toContain('2 of 3 public symbols are documented (66.7 %)');
    expect(pull?.body).toContain('`docs/API_DOCUMENTATION.md`');
    const branch = last.branch ?? '';
    const changes = await github.git(repository, 'diff', '--name-status', 'main', branch);
    expect(changes.split('\n')).toEqual([
      'A\tCONTRIBUTING.md',
      'A\tREADME_AI.md',
      'A\tdocs/API_DOCUMENTATION.md',
      'A\tdocs/ARCHITECTURE.md',
    ]);
    const format = await github.git(repository, 'log', '-1', '--format=%an <%ae>|%cn|%P', branch);
    expect(format).toBe(`Millwright <noreply@millwright.localhost>|Millwright|${before}`);
    expect(await github.git(repository, 'rev-parse', 'main')).toBe(before);
    const page = await caller.get(
      z.object({ artifacts: z.array(z.object({ path: z.string(), text: z.string() })) }),
      'query { r: docsJob(number: 1) { artifacts { path text } } }',
    );
    const api = page.artifacts.find(({ path }) => path === 'docs/API_DOCUMENTATION.md');
    expect(await github.git(repository, 'show', `${branch}:docs/API_DOCUMENTATION.md`)).toBe(api?.text.trim());
  });

  it.each([
    ['a token without the scope to write', { scopes: ['user:email'] }, {}],
    ['a fine-grained token that may only read', { scopes: null, mayWrite: false }, {}],
    ['a person who may only read', {}, { foreign: true }],
    ['an archived repository', {}, { isArchived: true }],
  ] as const)('is not opened by %s, and that is said before the work starts', async (_what, token, where) => {
    const { user } = somebody();
    const owner = 'foreign' in where ? somebody().user : user;
    const repository = await github.addRepository(owner, 'read-only', smallProject, {
      ...where,
      rights: { [user.login]: 'pull' },
    });
    if (owner === user) Object.assign(repository.rights, { [user.login]: 'push' });
    const caller = await byToken(github.addToken(user, token));
    const input = { address: `${owner.login}/read-only` };
    const refused = await caller.ask(generate, { input: { ...input, pullRequest: true } });
    expect(refused.data?.r).toMatchObject({ __typename: 'ForbiddenError', code: 'GITHUB_FORBIDDEN' });
    const { first, last, stages } = await documented(caller, input);
    expect(first).toMatch(/^No pull request will be opened: (the GitHub token may not write to|.* is archived)/);
    expect(last).toMatchObject({ status: 'COMPLETED', branch: null, pullRequestUrl: null });
    expect(last.message).toMatch(/; no pull request: /);
    expect(stages).not.toContain('creating_pull_request');
    expect(await branchesOf(repository)).toEqual(['main']);
  });

  it('is not opened when none is wanted, nor for what is not at GitHub or is no branch', async () => {
    const { user } = somebody();
    const repository = await github.addRepository(user, 'quiet', smallProject);
    await github.git(repository, 'tag', 'v1', 'main');
    const caller = await byToken(github.addToken(user));
    const address = `${user.login}/quiet`;
    expect((await documented(caller, { address, pullRequest: false })).last).toMatchObject({ pullRequestUrl: null });
    const tag = await caller.ask(generate, { input: { address, ref: 'v1', pullRequest: true } });
    expect(tag.data?.r).toMatchObject({
      code: 'GITHUB_FORBIDDEN',
      message: `A pull request cannot be opened: v1 is not a branch of ${user.login}/quiet`,
    });
    await github.git(repository, 'branch', 'next', 'main');
    const { last } = await documented(caller, { address, ref: 'next', pullRequest: true });
    expect(github.pulls(repository)).toMatchObject([{ base: { branch: 'next' }, head: { branch: last.branch } }]);
    const local = await caller.ask(generate, { input: { address: process.cwd(), pullRequest: true } });
    expect(local.data?.r).toMatchObject({
      code: 'VALIDATION_ERROR',
      message: 'pullRequest: is only for repositories at GitHub',
    });
  });

  it('is refused, and not left to chance, when it is wanted and GitHub cannot say whether it may be', async () => {
    const { user } = somebody();
    await github.addRepository(user, 'busy', smallProject);
    const caller = await byToken(github.addToken(user));
    const { databaseId: repositoryId } = job
      .pick({ databaseId: true })
      .parse(await connected(caller, `${user.login}/busy`));
    github.limit = 'primary';
    const wanted = await caller.ask(generate, { input: { repositoryId, pullRequest: true } });
    expect(wanted.data?.r).toMatchObject({ code: 'GITHUB_RATE_LIMITED', retryable: true, retryAt: expect.any(String) });
    const { first, last } = await documented(caller, { repositoryId });
    github.limit = null;
    expect(first).toContain('GitHub could not be asked');
    expect(last).toMatchObject({ status: 'COMPLETED', pullRequestUrl: null });
  });

  it('is one, on one branch, although the first try ends between push and pull request', async () => {
    const { user } = somebody();
    const repository = await github.addRepository(user, 'crashy', smallProject);
    const caller = await byToken(github.addToken(user));
    github.failOnce(/POST .*\/pulls/, 502);
    const { last } = await documented(caller, { address: `${user.login}/crashy` });
    expect(last).toMatchObject({ status: 'COMPLETED', pullRequestUrl: `${github.origin}/${user.login}/crashy/pull/1` });
    expect(await branchesOf(repository)).toEqual([last.branch, 'main']);
    expect(github.pulls(repository)).toHaveLength(1);
  });

  it('finds branch and pull request of an attempt that died without a word', async () => {
    const { user } = somebody();
    const repository = await github.addRepository(user, 'died', smallProject);
    const caller = await byToken(github.addToken(user));
    const { last } = await documented(caller, { address: `${user.login}/died` });
    const { pool } = worker.database;
    const { rows } = await pool.query<{ id: string }>(
      'SELECT "jobId" AS id FROM "DocsJob" WHERE "pullRequestUrl" = $1',
      [last.pullRequestUrl],
    );
    const id = z.string().parse(rows[0]?.id);
    // As if its worker had been killed after the pull request was made: nothing of it is in the database.
    const queueId = '01890000-0000-7000-8000-000000000001';
    await pool.query(`UPDATE "Job" SET "status" = 'QUEUED', "finishedAt" = NULL, "queueId" = $2 WHERE "id" = $1`, [
      id,
      queueId,
    ]);
    await pool.query('DELETE FROM "Artifact" WHERE "jobId" = $1', [id]);
    await pool.query('DELETE FROM "JobStep" WHERE "jobId" = $1', [id]);
    await pool.query('UPDATE "DocsJob" SET "pullRequestUrl" = NULL, "branch" = NULL WHERE "jobId" = $1', [id]);
    await worker.database.prisma.$transaction((transaction) =>
      worker.queue.send(transaction, 'docs', { id: queueId, data: { jobId: id, queueId }, priority: 0 }),
    );
    const again = async () =>
      (await pool.query('SELECT "pullRequestUrl" AS url FROM "DocsJob" WHERE "jobId" = $1', [id])).rows[0];
    await expect.poll(again, { timeout: 20_000 }).toEqual({ url: last.pullRequestUrl });
    expect(github.pulls(repository)).toHaveLength(1);
    expect(await branchesOf(repository)).toEqual([last.branch, 'main']);
  });

  it('that GitHub refuses at the end leaves the pages and says why', async () => {
    const { user } = somebody();
    await github.addRepository(user, 'late', smallProject);
    const caller = await byToken(github.addToken(user));
    github.failOnce(/POST .*\/pulls/, 403);
    const { last } = await documented(caller, { address: `${user.login}/late` });
    expect(last).toMatchObject({ status: 'COMPLETED', pullRequestUrl: null });
    expect(last.message).toMatch(/; no pull request: GitHub does not permit this/);
  });

  it('and the pages are not to be had when the token is revoked before the work starts, and that is said', async () => {
    const { user } = somebody();
    await github.addRepository(user, 'revoked', smallProject, { isPrivate: true });
    const token = github.addToken(user);
    const caller = await byToken(token);
    const revoked = Promise.withResolvers<void>();
    github.holdUntil(/GET .*revoked.*git-upload-pack/, revoked.promise);
    const working = documented(caller, { address: `${user.login}/revoked` });
    await expect.poll(() => github.seen.some(({ path }) => /revoked.*upload-pack/.test(path))).toBe(true);
    github.revoke(token);
    revoked.resolve();
    expect((await working).last).toMatchObject({ status: 'FAILED', error: { code: 'GITHUB_TOKEN_INVALID' } });
  });

  it('is asked for once with one key, whatever the rights are by then', async () => {
    const { user } = somebody();
    const repository = await github.addRepository(user, 'keyed', smallProject);
    const caller = await byToken(github.addToken(user));
    const ask = async () =>
      job.parse((await caller.ask(generate, { input: { address: `${user.login}/keyed` }, key: 'k' })).data?.r)
        .databaseId;
    const first = await ask();
    Object.assign(repository.rights, { [user.login]: 'pull' });
    expect(await ask()).toBe(first);
  });
});

describe('a GitHub token', () => {
  it('was in no argument, log line, event or row of all this', async () => {
    const texts = [await readFile(argvFile, 'utf8'), logged.join('\n'), await everythingStored(app)];
    expect(texts[0]).toContain('fetch');
    expect(texts[0]).toContain('push');
    expect(logged.length).toBeGreaterThan(0);
    for (const token of github.tokens) {
      const forms = [token, Buffer.from(`x-access-token:${token}`).toString('base64'), encodeURIComponent(token)];
      for (const text of texts) expect(forms.filter((form) => text.includes(form))).toEqual([]);
    }
  });

  it('kept for work is deleted when GitHub is disconnected', async () => {
    const { user } = somebody();
    await github.addRepository(user, 'leaving', smallProject);
    const caller = await byToken(github.addToken(user));
    await caller.ask(generate, { input: { address: `${user.login}/leaving`, pullRequest: false } });
    const { prisma } = app.app.database;
    const kept = () => prisma.gitHubConnection.count({ where: { userId: caller.userId } });
    expect(await kept()).toBe(1);
    await caller.ask('mutation { disconnectGitHub { __typename } }');
    expect(await kept()).toBe(0);
  });

  it('was never shown to GitHub in an address, and GitHub said nothing it would not', () => {
    for (const token of github.tokens) expect(github.seen.filter(({ path }) => path.includes(token))).toEqual([]);
    const { faultOf } = readDescription();
    const odd = github.replies.map((reply) => faultOf(reply)).filter((fault) => fault !== null);
    expect(odd).toEqual([]);
  });
});
