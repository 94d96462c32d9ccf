import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { keepConnection, readAccount } from '../src/github/service.ts';
import { syncRepositories } from '../src/repos/service.ts';
import { createDialects } from '../src/rest/dialects.ts';
import { type TestApp, testApp } from './app.ts';
import { FakeGitHub } from './fakes/github.ts';
import { readDescription } from './fakes/github-description.ts';
import type { FakeRepository, FakeUser } from './fakes/github-objects.ts';
import { ask, type Caller, makeProject, newCaller, runGit, smallProject } from './story.ts';

let github: FakeGitHub;
let app: TestApp;

beforeAll(async () => {
  github = await FakeGitHub.start();
  app = await testApp({}, { ...github.settings, ALLOW_LOCAL_REPOS: 'true' });
});
afterAll(async () => {
  const { faultOf } = readDescription();
  expect(github.replies.map(faultOf).filter((fault) => fault !== null)).toEqual([]);
  await app.close();
  await github.close();
});
afterEach(() => {
  github.limit = null;
  github.left = 5000;
});

interface Connected {
  readonly caller: Caller;
  readonly user: FakeUser;
  readonly token: string;
}

let people = 0;
/** Somebody with an account here and one at GitHub, connected. */
async function connected(): Promise<Connected> {
  people += 1;
  const user = github.addUser(`Octo-${people}`);
  const token = github.addToken(user);
  const caller = await newCaller(app);
  await keepConnection(app.app, caller.userId, await readAccount(app.app, token), token);
  return { caller, user, token };
}

const counts = z.object({ synced: z.int(), added: z.int(), updated: z.int(), deactivated: z.int() });
const sync = `mutation ($force: Boolean! = false) { r: syncRepositories(force: $force) { __typename
  ... on RepositorySyncResult { synced added updated deactivated } ... on Error { code message }
  ... on ExternalServiceError { retryable retryAt upstreamRequestId } } }`;
const synced = (caller: Caller, force = false) => caller.get(counts, sync, { force });
async function refused(caller: Caller): Promise<Record<string, unknown>> {
  return caller.get(z.record(z.string(), z.unknown()), sync, {});
}

const rowsOf = (caller: Caller) =>
  app.app.database.prisma.repository.findMany({ where: { ownerId: caller.userId }, orderBy: { githubId: 'asc' } });
const rowOf = async (caller: Caller, { id }: FakeRepository) =>
  app.app.database.prisma.repository.findFirst({ where: { ownerId: caller.userId, githubId: id } });

/** Requests that reached GitHub's API while something was done, with the status each got. */
async function repliesDuring(work: () => Promise<unknown>): Promise<string[]> {
  const before = github.replies.length;
  await work();
  return github.replies.slice(before).map(({ path, status }) => `${status} ${path}`);
}

interface RestAnswer {
  readonly status: number;
  readonly body: { success: boolean; data?: unknown; error?: Record<string, unknown>; meta?: unknown };
  readonly headers: Headers;
}
async function rest(caller: Caller, method: string, path: string, body?: object): Promise<RestAnswer> {
  const response = await fetch(`${app.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${caller.token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const parsed: RestAnswer['body'] = JSON.parse(await response.text());
  const row = createDialects(app.config)
    .flatMap(({ rows }) => rows)
    .find((one) => one.method === method && matches(one.path, path));
  if (response.ok) row?.response?.parse(parsed);
  return { status: response.status, body: parsed, headers: response.headers };
}
const matches = (template: string, path: string) =>
  new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path.split('?', 1)[0] ?? '');

describe('a sync', () => {
  it('brings all 250 repositories of an account, with what GitHub says of them', async () => {
    const { caller, user } = await connected();
    github.addListed(user, 249);
    const [special] = github.addListed(user, 1, {
      name: 'Special',
      isPrivate: true,
      defaultBranch: 'trunk',
      description: 'One of a kind',
      language: 'TypeScript',
      pushedAt: '2025-05-06T07:08:09Z',
    });
    const asked = await repliesDuring(async () =>
      expect(await synced(caller)).toEqual({ synced: 250, added: 250, updated: 0, deactivated: 0 }),
    );
    expect(asked).toEqual(Array(3).fill('200 /user/repos'));
    const rows = await rowsOf(caller);
    expect(rows).toHaveLength(250);
    expect(rows.at(-1)).toMatchObject({
      provider: 'GITHUB',
      url: `${github.origin}/${user.login}/special`.toLowerCase(),
      namespace: user.login,
      name: 'Special',
      githubId: BigInt(special?.id ?? 0),
      isPrivate: true,
      isActive: true,
      defaultBranch: 'trunk',
      description: 'One of a kind',
      language: 'TypeScript',
      pushedAt: new Date('2025-05-06T07:08:09Z'),
    });
  });

  it('costs GitHub’s limit nothing when nothing has changed, unless it is forced', async () => {
    const { caller, user } = await connected();
    github.addListed(user, 120);
    await synced(caller);
    const nothing = { synced: 120, added: 0, updated: 0, deactivated: 0 };
    const left = github.left;
    const asked = await repliesDuring(async () => expect(await synced(caller)).toEqual(nothing));
    expect(asked).toEqual(Array(2).fill('304 /user/repos'));
    expect(github.left).toBe(left);
    const forced = await repliesDuring(async () => expect(await synced(caller, true)).toEqual(nothing));
    expect(forced).toEqual(Array(2).fill('200 /user/repos'));
  });

  it('notices the first repository of a new page', async () => {
    const { caller, user } = await connected();
    github.addListed(user, 100);
    expect(await synced(caller)).toMatchObject({ synced: 100, added: 100 });
    github.addListed(user, 1, { name: 'the-101st' });
    expect(await synced(caller)).toMatchObject({ synced: 101, added: 1, updated: 0 });
  });

  it('counts what is new, changed and gone, and keeps what is gone', async () => {
    const { caller, user } = await connected();
    const [one, two, three] = github.addListed(user, 5);
    if (one === undefined || two === undefined || three === undefined) throw new Error('none');
    await synced(caller);
    const before = await rowOf(caller, one);
    github.alter(one, { description: 'Now described', pushedAt: '2025-06-01T00:00:00Z' });
    github.remove(two);
    // Private, and somebody else's by now: nobody but its owner can tell it from a deleted one.
    github.alter(three, { isPrivate: true, rights: {} });
    github
      .addListed(user, 2, { name: 'fresh-one' })
      .slice(1)
      .map((it) => github.alter(it, { name: 'fresh-two' }));
    expect(await synced(caller)).toEqual({ synced: 5, added: 2, updated: 1, deactivated: 2 });
    expect(await rowOf(caller, one)).toMatchObject({ id: before?.id, description: 'Now described', isActive: true });
    expect(await rowOf(caller, two)).toMatchObject({ isActive: false });
    expect(await rowOf(caller, three)).toMatchObject({ isActive: false });
    github.alter(three, { isPrivate: false, rights: { [user.login]: 'push' } });
    expect(await synced(caller)).toEqual({ synced: 6, added: 0, updated: 1, deactivated: 0 });
    expect(await rowsOf(caller)).toHaveLength(7);
  });

  it('keeps the row of a repository that was renamed, also when two have swapped their names', async () => {
    const { caller, user } = await connected();
    const [one, two] = github.addListed(user, 2);
    if (one === undefined || two === undefined) throw new Error('none');
    await synced(caller);
    const [first, second] = [await rowOf(caller, one), await rowOf(caller, two)];
    github.alter(one, { name: 'Listed-1' });
    github.alter(two, { name: 'listed-0' });
    expect(await synced(caller)).toEqual({ synced: 2, added: 0, updated: 2, deactivated: 0 });
    const url = `${github.origin}/${user.login}`.toLowerCase();
    expect(await rowOf(caller, one)).toMatchObject({ id: first?.id, name: 'Listed-1', url: `${url}/listed-1` });
    expect(await rowOf(caller, two)).toMatchObject({ id: second?.id, name: 'listed-0', url: `${url}/listed-0` });
  });

  it('gives a repository that was deleted and made again a row of its own', async () => {
    const { caller, user } = await connected();
    const [old] = github.addListed(user, 1, { name: 'phoenix' });
    if (old === undefined) throw new Error('none');
    await synced(caller);
    github.remove(old);
    const [young] = github.addListed(user, 1, { name: 'phoenix' });
    if (young === undefined) throw new Error('none');
    expect(await synced(caller)).toEqual({ synced: 1, added: 1, updated: 0, deactivated: 1 });
    expect(await rowOf(caller, old)).toMatchObject({ isActive: false, name: 'phoenix' });
    expect(await rowOf(caller, young)).toMatchObject({ isActive: true, name: 'phoenix' });
  });

  it('knows repositories that were connected by hand, and leaves public ones of others as they are', async () => {
    const { caller, user } = await connected();
    const stranger = github.addUser(`Stranger-${people}`);
    const theirs = await github.addRepository(stranger, 'theirs', smallProject);
    const mine = await github.addRepository(user, 'mine', smallProject);
    const connect = 'mutation ($a: String!) { r: connectRepository(address: $a) { ... on Repository { databaseId } } }';
    const id = z.object({ databaseId: z.uuid() });
    for (const one of [theirs, mine]) await caller.get(id, connect, { a: `${one.owner.login}/${one.name}` });
    expect(await synced(caller)).toEqual({ synced: 2, added: 0, updated: 0, deactivated: 0 });
    // One that was connected while only git could be asked, under a name it no longer has.
    await app.app.database.prisma.repository.updateMany({
      where: { githubId: mine.id, ownerId: caller.userId },
      data: { githubId: null, url: `${github.origin}/${user.login}/formerly`.toLowerCase(), name: 'formerly' },
    });
    github.rename(`${user.login}/formerly`, mine);
    expect(await synced(caller, true)).toEqual({ synced: 2, added: 0, updated: 1, deactivated: 0 });
    github.remove(theirs);
    expect(await synced(caller, true)).toEqual({ synced: 1, added: 0, updated: 0, deactivated: 1 });
  });

  it('reads by the GitHub token a request comes with, as the scripts of FixMyDocs do', async () => {
    const user = github.addUser(`Script-${people}`);
    github.addListed(user, 2);
    const token = github.addToken(user);
    const answer = await ask(app, sync, {}, { authorization: `Bearer ${token}` });
    expect(answer.data?.r).toMatchObject({ synced: 2, added: 2 });
  });

  it('never reads by the server’s own token, which shows what is the operator’s', async () => {
    const user = github.addUser(`Operator-${people}`);
    github.addListed(user, 2, { isPrivate: true });
    const lent = await app.another({}, { GITHUB_ACCESS_TOKEN: github.addToken(user) });
    const caller = await newCaller(lent);
    expect(await refused(caller)).toMatchObject({ code: 'GITHUB_NOT_CONNECTED' });
    await lent.close();
  });

  it('finds again what was disconnected here', async () => {
    const { caller, user } = await connected();
    const [one] = github.addListed(user, 2);
    if (one === undefined) throw new Error('none');
    await synced(caller);
    const row = await rowOf(caller, one);
    const disconnect = 'mutation ($id: UUID!) { r: disconnectRepository(id: $id) { __typename } }';
    await caller.get(z.unknown(), disconnect, { id: row?.id });
    expect(await synced(caller)).toMatchObject({ synced: 2, added: 1 });
  });

  it('gives the table of what GitHub has, whatever happens there', async () => {
    const change = fc.record({
      kind: fc.constantFrom('add', 'remove', 'rename', 'swap', 'hide', 'show', 'describe'),
      which: fc.nat(7),
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { maxLength: 4 }), async (rounds) => {
        const { caller, user } = await connected();
        const mine = () => github.repositories.filter(({ owner }) => owner === user);
        const isFree = (name: string) => !mine().some((one) => one.name === name);
        github.addListed(user, 3);
        const idOfRow = new Map<bigint, string>();
        for (const changes of [[], ...rounds]) {
          for (const { kind, which, name } of changes) {
            const [one, other] = [mine()[which % mine().length], mine()[(which + 1) % mine().length]];
            if (kind === 'add' && isFree(name)) github.addListed(user, 1, { name });
            if (one === undefined || other === undefined) continue;
            if (kind === 'remove') github.remove(one);
            if (kind === 'rename' && isFree(name)) github.alter(one, { name });
            if (kind === 'swap') {
              const names = [one.name, other.name];
              github.alter(one, { name: names[1] ?? '' });
              github.alter(other, { name: names[0] ?? '' });
            }
            if (kind === 'hide') github.alter(one, { isPrivate: true, rights: {} });
            if (kind === 'show') github.alter(one, { rights: { [user.login]: 'pull' } });
            if (kind === 'describe') github.alter(one, { description: name });
          }
          const result = await synced(caller);
          const visible = mine().filter(({ rights }) => user.login in rights);
          const rows = await rowsOf(caller);
          const active = rows.filter(({ isActive }) => isActive);
          const told = (one: { name: string; description?: string | null }) => [one.name, one.description ?? null];
          expect(active.map((row) => [Number(row.githubId), ...told(row)])).toEqual(
            visible.map((one) => [one.id, ...told(one)]),
          );
          expect(active.map(({ url }) => url)).toEqual(
            visible.map(({ name }) => `${github.origin}/${user.login}/${name}`.toLowerCase()),
          );
          expect(result.synced).toBe(active.length);
          for (const { githubId, id } of rows) {
            if (githubId === null) throw new Error('a row without an id');
            expect(idOfRow.get(githubId) ?? id).toBe(id);
            idOfRow.set(githubId, id);
          }
          expect(await synced(caller)).toEqual({ synced: active.length, added: 0, updated: 0, deactivated: 0 });
        }
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 12) },
    );
  });

  it('takes as many statements for 250 repositories as for two', async () => {
    const cost = async (count: number) => {
      const { caller, user } = await connected();
      const listed = github.addListed(user, count);
      const seen: number[] = [];
      for (const description of ['first', 'second']) {
        for (const one of listed) github.alter(one, { description });
        app.statements();
        await synced(caller);
        seen.push(app.statements().length);
      }
      return seen;
    };
    const two = await cost(2);
    expect(await cost(250)).toEqual(two);
    expect(Math.max(...two)).toBeLessThanOrEqual(14);
  });
});

describe('syncs at once', () => {
  it('of one user do not collide: each repository once, counted once', async () => {
    const { caller, user } = await connected();
    github.addListed(user, 30);
    const results = await Promise.all([synced(caller), synced(caller, true), synced(caller)]);
    expect(results.map(({ synced: all }) => all)).toEqual([30, 30, 30]);
    expect(results.reduce((sum, { added }) => sum + added, 0)).toBe(30);
    expect(await rowsOf(caller)).toHaveLength(30);
  });

  it('that are overtaken save nothing old', async () => {
    const { caller, user } = await connected();
    const [one] = github.addListed(user, 1, { description: 'old' });
    if (one === undefined) throw new Error('none');
    const release = Promise.withResolvers<void>();
    const viewer = { id: caller.userId, username: 'x', role: 'USER', permissions: ['repository:write'] } as const;
    const credential = { kind: 'apiKey', apiKeyId: 'x' } as const;
    const arrived = Promise.withResolvers<void>();
    // The first has its list of one, and is held back before it looks for what is not on it.
    await app.app.database.prisma.repository.create({
      data: {
        ownerId: caller.userId,
        provider: 'GITHUB',
        url: `${github.origin}/gone/gone`,
        namespace: 'gone',
        name: 'gone',
        githubId: 7n,
      },
    });
    github.holdUntil(/\/repositories\/7\b/, release.promise);
    github.onHeld = () => arrived.resolve();
    const signal = new AbortController().signal;
    const first = syncRepositories(app.app, { ...viewer, credential }, { force: true, signal });
    await arrived.promise;
    github.alter(one, { description: 'new' });
    github.holdUntil(/^$/, Promise.resolve());
    expect(await synced(caller)).toMatchObject({ added: 1 });
    release.resolve();
    expect(await first).toMatchObject({ added: 0, updated: 0 });
    expect(await rowOf(caller, one)).toMatchObject({ description: 'new' });
  });
});

describe('a sync that GitHub refuses', () => {
  it('without a connected account says so', async () => {
    const caller = await newCaller(app);
    expect(await refused(caller)).toMatchObject({
      __typename: 'ConflictError',
      code: 'GITHUB_NOT_CONNECTED',
      message: 'No GitHub account is connected: connect one first',
    });
    expect(await rest(caller, 'POST', '/api/repositories/sync', {})).toMatchObject({
      status: 400,
      body: { success: false, error: { code: 'GITHUB_NOT_CONNECTED' } },
    });
  });

  it.each(['primary', 'secondary'] as const)('for its %s rate limit says when to come back', async (limit) => {
    const { caller, user } = await connected();
    github.addListed(user, 2);
    github.limit = limit;
    const { status, body, headers } = await rest(caller, 'POST', '/api/repositories/sync', { force: false });
    expect([status, body.error?.code]).toEqual([503, 'GITHUB_RATE_LIMITED']);
    const seconds = z.int().parse(body.error?.retryAfter);
    expect(seconds).toBeGreaterThan(limit === 'primary' ? 1000 : 50);
    expect(seconds).toBeLessThanOrEqual(limit === 'primary' ? 1201 : 60);
    expect(headers.get('retry-after')).toBe(String(seconds));
    expect(headers.get('x-github-request-id')).toMatch(/^C0DE:\d+$/);
    expect(await refused(caller)).toMatchObject({ retryable: true, retryAt: expect.any(String) });
    expect(await rowsOf(caller)).toEqual([]);
  });

  it('in the middle of the pages changes nothing, and asks no more', async () => {
    const { caller, user } = await connected();
    github.addListed(user, 250);
    github.left = 2;
    const asked = await repliesDuring(async () =>
      expect(await refused(caller)).toMatchObject({ code: 'GITHUB_RATE_LIMITED', retryAt: expect.any(String) }),
    );
    expect(asked).toEqual(Array(2).fill('200 /user/repos'));
    expect(await rowsOf(caller)).toEqual([]);
  });

  it('for a revoked token tells to connect again, and is no sign-out', async () => {
    const { caller, user, token } = await connected();
    github.addListed(user, 1);
    github.revoke(token);
    const message = 'GitHub no longer accepts the token of your connected account: connect GitHub again';
    expect(await refused(caller)).toMatchObject({ code: 'GITHUB_TOKEN_INVALID', message, retryable: false });
    expect(await rest(caller, 'POST', '/api/repositories/sync')).toMatchObject({
      status: 403,
      body: { error: { code: 'GITHUB_TOKEN_INVALID', message } },
    });
  });

  it('for single sign-on says so', async () => {
    const { caller } = await connected();
    github.limit = 'sso';
    expect(await refused(caller)).toMatchObject({ code: 'GITHUB_SSO_REQUIRED' });
  });

  it('or whose caller has left changes nothing', async () => {
    const { caller, user } = await connected();
    github.addListed(user, 3);
    const held = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    github.holdUntil(/\/user\/repos/, held.promise);
    github.onHeld = () => arrived.resolve();
    const leaving = new AbortController();
    const headers = { authorization: `Bearer ${caller.token}` };
    const asking = fetch(`${app.url}/api/repositories/sync`, { method: 'POST', headers, signal: leaving.signal });
    await arrived.promise;
    const gone = github.nextGone();
    leaving.abort();
    await expect(asking).rejects.toThrow();
    // GitHub sees the request end, although it has not answered.
    await gone;
    held.resolve();
    github.holdUntil(/^$/, Promise.resolve());
    expect(await rowsOf(caller)).toEqual([]);
    expect(await synced(caller)).toMatchObject({ added: 3 });
  });

  it('is not for viewers', async () => {
    const viewer = await newCaller(app, 'VIEWER');
    expect((await rest(viewer, 'POST', '/api/repositories/sync')).status).toBe(403);
  });
});

describe('the list of repositories', () => {
  const page = z.object({
    repositories: z.array(z.looseObject({ name: z.string(), fullName: z.string(), createdAt: z.iso.datetime() })),
  });
  const named = (answer: RestAnswer) => page.parse(answer.body.data).repositories.map(({ name }) => name);

  it('is served as documented, in pages, searched and by connection', async () => {
    const { caller, user } = await connected();
    github.addListed(user, 1, { name: 'Backend_API', description: 'Serves 100% of it' });
    github.addListed(user, 1, { name: 'backend-web', isPrivate: true, language: 'TypeScript', defaultBranch: 'trunk' });
    github.addListed(user, 1, { name: 'other', description: 'A back\\slash' });
    await synced(caller);
    const folder = await makeProject(smallProject);
    const connect = 'mutation ($a: String!) { r: connectRepository(address: $a) { __typename } }';
    await caller.get(z.unknown(), connect, { a: folder });
    const all = await rest(caller, 'GET', '/api/repositories?limit=3&page=1');
    expect(all.status).toBe(200);
    expect(all.body.meta).toEqual({ page: 1, limit: 3, total: 4, totalPages: 2 });
    expect(named(all)).toHaveLength(3);
    expect(named(await rest(caller, 'GET', '/api/repositories?limit=3&page=2'))).toHaveLength(1);
    const [web] = page.parse((await rest(caller, 'GET', '/api/repositories?search=WEB')).body.data).repositories;
    const githubId = github.repositories.find(({ name, owner }) => owner === user && name === 'backend-web')?.id;
    expect(web).toEqual({
      id: expect.any(String),
      githubId,
      name: 'backend-web',
      fullName: `${user.login}/backend-web`,
      description: null,
      isPrivate: true,
      defaultBranch: 'trunk',
      language: 'TypeScript',
      url: `${github.origin}/${user.login}/backend-web`.toLowerCase(),
      isActive: true,
      createdAt: expect.any(String),
    });
    const found = async (query: string) => named(await rest(caller, 'GET', `/api/repositories?${query}`)).sort();
    expect(await found('search=backend')).toEqual(['Backend_API', 'backend-web']);
    expect(await found('search=backend_')).toEqual(['Backend_API']);
    expect(await found('search=100%25')).toEqual(['Backend_API']);
    expect(await found('search=back%5Cslash')).toEqual(['other']);
    expect(await found(`search=${user.login.toLowerCase()}/back`)).toEqual(['Backend_API', 'backend-web']);
    expect(await found('search=%25')).toEqual(['Backend_API']);
    expect(await found('search=')).toHaveLength(4);
    expect(await found('connected=true')).toHaveLength(3);
    expect(await found('connected=false')).toEqual([folder.split('/').at(-1)]);
    expect(await found('connected=false&search=backend')).toEqual([]);
    expect((await rest(caller, 'GET', '/api/repositories?connected=perhaps')).status).toBe(400);
    expect((await rest(caller, 'GET', '/api/repositories?limit=101')).status).toBe(400);
    expect(named(await rest(await newCaller(app), 'GET', '/api/repositories'))).toEqual([]);
  });

  it('answers a sync as documented', async () => {
    const { caller, user } = await connected();
    github.addListed(user, 2);
    const { status, body } = await rest(caller, 'POST', '/api/repositories/sync', { force: false });
    expect([status, body]).toEqual([
      200,
      {
        success: true,
        data: { synced: 2, added: 2, updated: 0, deactivated: 0, message: 'Repositories synced successfully' },
      },
    ]);
  });
});

describe('the branches of a repository', () => {
  const branch = z.object({
    name: z.string(),
    commit: z.object({ sha: z.string(), url: z.string().nullable() }),
    protected: z.boolean().nullable(),
  });
  const branches = z.object({ branches: z.array(branch) });
  const connect = 'mutation ($a: String!) { r: connectRepository(address: $a) { ... on Repository { databaseId } } }';
  const connectAt = async (caller: Caller, address: string) =>
    (await caller.get(z.object({ databaseId: z.uuid() }), connect, { a: address })).databaseId;

  it('at GitHub come with their protection, all pages of them', async () => {
    const { caller, user } = await connected();
    const repository = await github.addRepository(user, 'branchy', smallProject, { isPrivate: true });
    github.alter(repository, { protectedBranches: ['main'] });
    const sha = await github.git(repository, 'rev-parse', 'main');
    for (let n = 0; n < 109; n += 1) await github.git(repository, 'update-ref', `refs/heads/topic/${n}`, sha);
    const id = await connectAt(caller, `${user.login}/branchy`);
    const answer = await rest(caller, 'GET', `/api/repositories/${id}/branches`);
    expect(answer.status).toBe(200);
    const all = branches.parse(answer.body.data).branches;
    expect(all).toHaveLength(110);
    const url = `${github.apiUrl}/repos/${user.login}/branchy/commits/${sha}`;
    expect(all[0]).toEqual({ name: 'main', commit: { sha, url }, protected: true });
    expect(all.filter((one) => one.protected === true)).toHaveLength(1);
    // By a page that lies across two of GitHub's, and goes on where it ended.
    const query = `query ($id: UUID!, $after: String) { r: repository(id: $id) {
      branches(first: 60, after: $after) { nodes { name } endCursor } } }`;
    const pageForm = z.object({
      branches: z.object({ nodes: z.array(z.object({ name: z.string() })), endCursor: z.string().nullable() }),
    });
    const names: string[] = [];
    const sizes: number[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const { nodes, endCursor } = (await caller.get(pageForm, query, { id, after })).branches;
      names.push(...nodes.map(({ name }) => name));
      sizes.push(nodes.length);
      after = endCursor;
    }
    expect(sizes).toEqual([60, 50]);
    expect(names).toEqual(all.map(({ name }) => name));
  });

  it('of a folder come from its git, and of a folder without git are none', async () => {
    const caller = await newCaller(app);
    const folder = await makeProject(smallProject);
    await runGit(folder, 'branch', 'feature/x');
    const sha = (await runGit(folder, 'rev-parse', 'HEAD')).trim();
    const id = await connectAt(caller, folder);
    const { body } = await rest(caller, 'GET', `/api/repositories/${id}/branches`);
    const plain = { commit: { sha, url: null }, protected: null };
    expect(body.data).toEqual({
      branches: [
        { name: 'feature/x', ...plain },
        { name: 'main', ...plain },
      ],
    });
    const bare = await connectAt(caller, await makeProject(smallProject, { git: false }));
    expect((await rest(caller, 'GET', `/api/repositories/${bare}/branches`)).body.data).toEqual({ branches: [] });
  });

  it('of another git server come from there', async () => {
    const user = github.addUser(`Elsewhere-${people}`);
    const repository = await github.addRepository(user, 'mirror', smallProject);
    const sha = await github.git(repository, 'rev-parse', 'main');
    // The same server under another name is no GitHub.
    const other = github.origin.replace('127.0.0.1', 'localhost');
    const there = await app.another({}, { SAFE_FETCH_ALLOW: other });
    const caller = await newCaller(there);
    const id = await connectAt(caller, `${other}/${user.login.toLowerCase()}/mirror`);
    const query =
      'query ($id: UUID!) { r: repository(id: $id) { provider branches { nodes { name commit { sha url } protected } endCursor } } }';
    expect(await caller.get(z.unknown(), query, { id })).toEqual({
      provider: 'GIT',
      branches: { nodes: [{ name: 'main', commit: { sha, url: null }, protected: null }], endCursor: null },
    });
    await there.close();
  });

  it.each([
    ['a revoked token', 403, 'GITHUB_TOKEN_INVALID', /connect GitHub again/],
    ['the rate limit', 503, 'GITHUB_RATE_LIMITED', /rate limit/],
    ['single sign-on', 403, 'GITHUB_SSO_REQUIRED', /single sign-on/],
    ['a repository that is gone', 404, 'GITHUB_NOT_FOUND', /no such thing at GitHub/],
  ])('tell of %s in GitHub’s stead', async (what, status, code, words) => {
    const { caller, user, token } = await connected();
    const repository = await github.addRepository(user, 'refused', smallProject);
    const id = await connectAt(caller, `${user.login}/refused`);
    if (what === 'a revoked token') github.revoke(token);
    if (what === 'the rate limit') github.limit = 'primary';
    if (what === 'single sign-on') github.limit = 'sso';
    if (what.endsWith('gone')) github.remove(repository);
    const answer = await rest(caller, 'GET', `/api/repositories/${id}/branches`);
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
    expect(answer.body.error?.message).toMatch(words);
    expect(answer.headers.get('x-github-request-id')).toMatch(/^C0DE:\d+$/);
    expect(answer.headers.get('retry-after') !== null).toBe(status === 503);
  });

  it('are nobody else’s', async () => {
    const { caller, user } = await connected();
    await github.addRepository(user, 'own', smallProject);
    const id = await connectAt(caller, `${user.login}/own`);
    const { status, body } = await rest(await newCaller(app), 'GET', `/api/repositories/${id}/branches`);
    expect([status, body.error]).toEqual([
      404,
      { code: 'RESOURCE_NOT_FOUND', message: 'Repository not found', details: null },
    ]);
    expect((await rest(caller, 'GET', '/api/repositories/x/branches')).status).toBe(400);
  });

  it('cannot be asked for of a whole list of repositories', async () => {
    const { caller } = await connected();
    const answer = await caller.ask('{ repositories(first: 50) { nodes { branches { nodes { name } } } } }');
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
  });
});
