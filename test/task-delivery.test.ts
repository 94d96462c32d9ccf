import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApp, testApp } from './app.ts';
import { FakeGitHub } from './fakes/github.ts';
import type { FakeRepository, FakeUser } from './fakes/github-objects.ts';
import { gate } from './spine.ts';
import { ask, type Caller, callerWith, runGit } from './story.ts';
import { connect, newTask, outcomeOf, readTask, refusedTask, ScriptedEngines, statesOf } from './task-shell.ts';

const before = 'def half(n):\n    return n / 3\n';
const after = before.replace('/ 3', '/ 2');
const files = { 'half.py': before, 'README.md': '# Half\n' };
const edits = [{ path: 'half.py', before, after }];

let github: FakeGitHub;
let app: TestApp;
let worker: TestApp;
const engines = new ScriptedEngines();
beforeAll(async () => {
  github = await FakeGitHub.start();
  app = await testApp({}, github.settings);
  worker = await app.another({ bare: true }, { WORKER_CONCURRENCY: '1' });
  await engines.start(worker);
});
afterAll(async () => {
  await worker.close();
  await app.close();
  await github.close();
});
afterEach(() => {
  github.limit = null;
});

let people = 0;
/** Somebody with a repository at GitHub, who asks by a GitHub token. */
async function owner(token: Parameters<FakeGitHub['addToken']>[1] = {}): Promise<{
  caller: Caller;
  user: FakeUser;
  repository: FakeRepository;
  repositoryId: string;
}> {
  people += 1;
  const user = github.addUser(`Worker-${people}`);
  const repository = await github.addRepository(user, 'half', files, { isPrivate: true });
  const credential = github.addToken(user, token);
  const answer = await ask(app, '{ me { databaseId } }', {}, { authorization: `Bearer ${credential}` });
  const { me } = z.object({ me: z.object({ databaseId: z.string() }) }).parse(answer.data);
  const caller = callerWith(app, { userId: me.databaseId, token: credential, refreshToken: '' });
  return { caller, user, repository, repositoryId: await connect(caller, `${user.login}/half`) };
}

describe('a pull request of a task', () => {
  it('brings exactly its changes, on a branch of its own, and is a result', async () => {
    const { caller, user, repository, repositoryId } = await owner();
    const head = await github.git(repository, 'rev-parse', 'main');
    engines.on('Halve', () => outcomeOf(edits));
    const { databaseId: id } = await newTask(caller, { repositoryId, title: 'Halve', pullRequest: true });
    const states = await statesOf(caller, id);
    expect(states.map(({ stage }) => stage)).toContain('creating_pull_request');
    const task = await readTask(caller, id);
    const url = `${github.origin}/${user.login}/half/pull/1`;
    expect(task).toMatchObject({ status: 'COMPLETED', commit: head, pullRequest: { url, number: 1, state: 'OPEN' } });
    expect(task.results.map(({ resultType }) => resultType)).toEqual(['ANALYSIS', 'CODE_CHANGES', 'PR_CREATED']);
    const branch = `millwright/task-${id.replaceAll('-', '').slice(-8)}`;
    expect(task.results[2]?.data).toEqual({ url, number: 1, branch });
    const [pull, ...more] = github.pulls(repository);
    expect(more).toEqual([]);
    expect(pull).toMatchObject({ title: 'Halve', head: { branch }, base: { branch: 'main', sha: head } });
    expect(pull?.body).toContain('- `half.py` (+1 −1)');
    expect(await github.git(repository, 'diff', '--name-status', 'main', branch)).toBe('M\thalf.py');
    expect(await github.git(repository, 'show', `${branch}:half.py`)).toBe(after.trim());
    expect(await github.git(repository, 'log', '-1', '--format=%an|%P', branch)).toBe(`Millwright|${head}`);
    expect(await github.git(repository, 'rev-parse', 'main')).toBe(head);
    await caller.close();
  });

  it('is one, although the first try ends between push and pull request, and the engine works once', async () => {
    const { caller, repository, repositoryId } = await owner();
    engines.on('Crashy', (_brief, tools) => {
      tools.used(1200);
      return outcomeOf(edits);
    });
    github.failOnce(/POST .*\/pulls/, 502);
    const { databaseId: id } = await newTask(caller, { repositoryId, title: 'Crashy', pullRequest: true });
    await statesOf(caller, id);
    expect(await readTask(caller, id)).toMatchObject({ status: 'COMPLETED', tokensUsed: 1200, creditsUsed: 2 });
    expect(github.pulls(repository)).toHaveLength(1);
    expect(engines.asked.filter((title) => title === 'Crashy')).toEqual(['Crashy']);
    await caller.close();
  });

  it('is refused before the work starts where the token may not write, and nothing is set aside', async () => {
    const { caller, repositoryId } = await owner({ scopes: null, mayWrite: false });
    const refused = await refusedTask(caller, { repositoryId, pullRequest: true });
    expect(refused).toMatchObject({ code: 'GITHUB_FORBIDDEN', message: expect.stringContaining('may not write to') });
    const account = await app.app.database.prisma.creditAccount.findUnique({ where: { userId: caller.userId } });
    expect(account?.held).toBe(0);
    await caller.close();
  });

  it('is not opened for nothing, nor when none was asked for, and that is said', async () => {
    const { caller, repository, repositoryId } = await owner();
    engines.on('Nothing', () => outcomeOf());
    const { databaseId: id } = await newTask(caller, { repositoryId, title: 'Nothing', pullRequest: true });
    await statesOf(caller, id);
    const task = await readTask(caller, id);
    expect(task).toMatchObject({ pullRequest: null, message: 'Done; no pull request: there is nothing to change' });
    engines.on('Quiet', () => outcomeOf(edits));
    const { databaseId: quiet } = await newTask(caller, { repositoryId, title: 'Quiet' });
    await statesOf(caller, quiet);
    expect(await readTask(caller, quiet)).toMatchObject({ pullRequest: null, message: 'Done' });
    expect(github.pulls(repository)).toEqual([]);
    await caller.close();
  });

  it('that GitHub refuses in the end leaves the task with its diff and the reason', async () => {
    const { caller, repository, repositoryId } = await owner();
    const taken = gate();
    engines.on('Refused', async () => {
      await taken.promise;
      return outcomeOf(edits);
    });
    const { databaseId: id } = await newTask(caller, { repositoryId, title: 'Refused', pullRequest: true });
    for (const name of [`task-${id.replaceAll('-', '').slice(-8)}`, `task-${id}`]) {
      await github.git(repository, 'branch', `millwright/${name}`, 'main');
    }
    taken.resolve();
    await statesOf(caller, id);
    const task = await readTask(caller, id);
    expect(task).toMatchObject({ status: 'COMPLETED', pullRequest: null });
    expect(task.message).toBe(`Done; no pull request: the branch millwright/task-${id} exists with other content`);
    expect(github.pulls(repository)).toEqual([]);
    expect(task.results.map(({ resultType }) => resultType)).toContain('CODE_CHANGES');
    await caller.close();
  });
});

describe('a checkout for a task', () => {
  it('of a remote repository has the history of its branch and of the target of a review', async () => {
    const { caller, user, repository, repositoryId } = await owner();
    const base = await github.git(repository, 'rev-parse', 'main');
    const tree = await github.git(repository, 'rev-parse', 'main^{tree}');
    const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com'];
    const grown = async (parent: string, message: string) =>
      github.git(repository, ...identity, 'commit-tree', tree, '-p', parent, '-m', message);
    const onWork = await grown(await grown(base, 'one'), 'two');
    const onMain = await grown(base, 'three');
    await github.git(repository, 'branch', 'work', onWork);
    await github.git(repository, 'update-ref', 'refs/heads/main', onMain);
    let seen: unknown;
    engines.on('Review', async ({ root, commit, targetCommit }) => {
      const mergeBase = (await runGit(root, 'merge-base', commit ?? '', targetCommit ?? '')).trim();
      const commits = (await runGit(root, 'rev-list', '--count', commit ?? '')).trim();
      seen = { commit, targetCommit, mergeBase, commits };
      return outcomeOf();
    });
    const review = { repositoryId, title: 'Review', type: 'PR_REVIEW', branch: 'work' };
    await statesOf(caller, (await newTask(caller, review)).databaseId);
    expect(seen).toEqual({ commit: onWork, targetCommit: onMain, mergeBase: base, commits: '3' });
    expect(engines.brief?.repository).toEqual({
      name: 'half',
      fullName: `${user.login}/half`,
      url: `${github.origin}/${user.login.toLowerCase()}/half`,
    });
    await caller.close();
  });
});
