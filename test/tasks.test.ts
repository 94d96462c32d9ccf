import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApp, testApp } from './app.ts';
import { gate, untilAborted } from './spine.ts';
import { type Caller, makeProject, newCaller, runGit } from './story.ts';
import {
  connect,
  creditsOf,
  gpt4,
  newTask,
  outcomeOf,
  readTask,
  refusedTask,
  ScriptedEngines,
  statesOf,
  toEnd,
} from './task-shell.ts';

const before = 'export function half(n: number) {\n  return n / 3;\n}\n';
const after = before.replace('/ 3', '/ 2');
const files = { 'src/half.ts': before, 'tool.py': 'def run():\n    return 1\n', 'windows.bat': 'echo a\r\necho b\r\n' };

let app: TestApp;
let worker: TestApp;
let ada: Caller;
let folder: string;
let repositoryId: string;
const engines = new ScriptedEngines();

beforeAll(async () => {
  app = await testApp({}, { ALLOW_LOCAL_REPOS: 'true' });
  worker = await app.another({ bare: true }, { WORKER_CONCURRENCY: '1' });
  await engines.start(worker);
  ada = await newCaller(app, 'USER');
  folder = await makeProject(files);
  repositoryId = await connect(ada, folder);
  await app.app.database.prisma.creditAccount.update({ where: { userId: ada.userId }, data: { balance: 10_000 } });
});
afterAll(async () => {
  await ada.close();
  await worker.close();
  await app.close();
});

describe('a task', () => {
  it('sets credits aside, is done, debits what it used, and gives a diff that git takes and takes back', async () => {
    const start = await creditsOf(ada);
    const estimate = await ada.get(
      z.object({ credits: z.int(), available: z.int() }),
      'query ($i: EstimateTaskInput!) { r: estimateTask(input: $i) { credits available } }',
      { i: { type: 'DEBUG', prompt: 'Repair it' } },
    );
    expect(estimate).toEqual({ credits: 25, available: start.availableCredits });
    const working = gate();
    engines.on('Half', async (_brief, tools) => {
      tools.report(0.5, 'Half way');
      tools.used(3001);
      await working.promise;
      return outcomeOf([
        { path: 'src/half.ts', before, after },
        { path: 'docs/half.md', before: null, after: '# Half' },
        { path: 'tool.py', before: files['tool.py'], after: null },
        { path: 'windows.bat', before: files['windows.bat'], after: 'echo a\r\necho c\r\n' },
      ]);
    });
    const { databaseId: id, estimatedCredits } = await newTask(ada, { repositoryId, title: 'Half' });
    expect(estimatedCredits).toBe(25);
    expect(await creditsOf(ada)).toEqual({
      credits: start.credits,
      heldCredits: 25,
      availableCredits: start.availableCredits - 25,
    });
    const states = statesOf(ada, id);
    working.resolve();
    expect((await states).at(-1)).toEqual({ status: 'COMPLETED', stage: 'completed', percentage: 100, creditsUsed: 4 });
    expect(await creditsOf(ada)).toEqual({
      credits: start.credits - 4,
      heldCredits: 0,
      availableCredits: start.availableCredits - 4,
    });
    const task = await readTask(ada, id);
    const head = (await runGit(folder, 'rev-parse', 'HEAD')).trim();
    expect(task).toMatchObject({
      status: 'COMPLETED',
      engine: 'scripted',
      commit: head,
      tokensUsed: 3001,
      error: null,
    });
    expect(task.results.map(({ resultType }) => resultType)).toEqual(['ANALYSIS', 'CODE_CHANGES']);
    const [, changes] = task.results;
    expect(changes?.summary).toBe('Repaired.');
    expect(changes?.data).toMatchObject({
      commit: head,
      dropped: [],
      files: [
        { path: 'docs/half.md', change: 'added', additions: 1, deletions: 0 },
        { path: 'src/half.ts', change: 'modified', additions: 1, deletions: 1 },
        { path: 'tool.py', change: 'deleted', additions: 0, deletions: 2 },
        { path: 'windows.bat', change: 'modified', additions: 1, deletions: 1 },
      ],
    });
    expect(task.artifacts).toEqual([
      { path: 'changes.patch', text: changes?.content },
      { path: 'revert.patch', text: changes?.data?.revert },
    ]);
    const clean = await makeProject(files);
    const patches = await makeProject({ a: changes?.content ?? '', b: String(changes?.data?.revert) }, { git: false });
    await runGit(clean, 'apply', '--index', join(patches, 'a'));
    expect((await runGit(clean, 'status', '--porcelain')).trim().split('\n')).toHaveLength(4);
    await runGit(clean, 'apply', '--index', join(patches, 'b'));
    expect(await runGit(clean, 'status', '--porcelain')).toBe('');
    expect(await runGit(folder, 'status', '--porcelain')).toBe('');
  });

  it('keeps line endings as the attributes of the repository say', async () => {
    const project = await makeProject({ '.gitattributes': '*.txt text eol=crlf\n', 'a.txt': 'one\r\ntwo\r\n' });
    const id = await connect(ada, project);
    engines.on('Endings', () => outcomeOf([{ path: 'a.txt', before: 'one\r\ntwo\r\n', after: 'one\r\nzwei\r\n' }]));
    const { results } = await toEnd(ada, { repositoryId: id, title: 'Endings' });
    const patch = results.at(-1)?.content ?? '';
    expect(patch.split('\n').filter((line) => /^[-+][^-+]/.test(line))).toEqual(['-two', '+zwei']);
    const where = await makeProject({ patch }, { git: false });
    await runGit(project, 'apply', '--check', join(where, 'patch'));
  });

  it('drops edits that leave the checkout, were made of something else or break a file, and says so', async () => {
    const project = await makeProject({ ...files, 'old.json': '{"a": 1}\n', 'broken.ts': 'let = ;\n' });
    await runGit(project, 'config', 'core.symlinks', 'true');
    const { symlink } = await import('node:fs/promises');
    await symlink('/etc', join(project, 'outside'));
    await symlink('src/half.ts', join(project, 'link.ts'));
    await runGit(project, 'add', '--all');
    await runGit(project, '-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--quiet', '-m', 'links');
    const id = await connect(ada, project);
    const edit = (path: string, was: string | null, becomes: string | null) => ({ path, before: was, after: becomes });
    engines.on('Hostile', () =>
      outcomeOf([
        edit('../escaped.txt', null, 'x'),
        edit('/etc/millwright', null, 'x'),
        edit('.git/hooks/post-checkout', null, '#!/bin/sh\n'),
        edit('src/.GIT/config', null, 'x'),
        edit('git~1/config', null, 'x'),
        edit('outside/passwd', null, 'x'),
        edit('link.ts', before, after),
        edit('a\\b', null, 'x'),
        edit('src/half.ts', 'something else', after),
        edit('src/half.ts', before, after),
        edit('src/new.ts', null, 'export const = 1;\n'),
        edit('tool.py', files['tool.py'], 'def run(:\n    return 1\n'),
        edit('old.json', '{"a": 1}\n', '{"a": }\n'),
        edit('windows.bat', null, 'x'),
        edit('gone.txt', 'was', null),
        edit('broken.ts', 'let = ;\n', 'let = ;;\n'),
        edit('src/same.ts', null, null),
      ]),
    );
    const { results, status } = await toEnd(ada, { repositoryId: id, title: 'Hostile' });
    expect(status).toBe('COMPLETED');
    const changes = results.find(({ resultType }) => resultType === 'CODE_CHANGES');
    const form = z.object({
      files: z.array(z.object({ path: z.string() })),
      dropped: z.array(z.object({ path: z.string(), reason: z.string() })),
    });
    const { files: changed, dropped } = form.parse(changes?.data);
    expect(changed.map(({ path }) => path)).toEqual(['broken.ts']);
    expect(Object.fromEntries(dropped.map(({ path, reason }) => [path, reason]))).toEqual({
      '../escaped.txt': 'leads out of the repository',
      '/etc/millwright': 'is not relative to the repository',
      '.git/hooks/post-checkout': "is among git's own files",
      'src/.GIT/config': "is among git's own files",
      'git~1/config': "is among git's own files",
      'outside/passwd': 'leads over a link',
      'link.ts': 'leads over a link',
      'a\\b': 'has characters that a path must not have',
      'src/half.ts': 'was changed twice',
      'src/new.ts': expect.stringMatching(/^would no longer parse \(line 1: /),
      'tool.py': expect.stringMatching(/^would no longer parse \(line 1: /),
      'old.json': expect.stringMatching(/^would no longer parse \(line 1: /),
      'windows.bat': 'exists already',
      'gone.txt': 'is not there',
    });
    expect(changes?.summary).toContain('15 edits were not kept: ../escaped.txt leads out of the repository;');
  });

  it('says as a result which edits it dropped when none is left', async () => {
    engines.on('All dropped', () => outcomeOf([{ path: '../x', before: null, after: 'x' }]));
    const { results } = await toEnd(ada, { repositoryId, title: 'All dropped' });
    expect(results.map(({ resultType, summary }) => [resultType, summary])).toEqual([
      ['ANALYSIS', 'Found.'],
      ['ANALYSIS', '1 edit was not kept.'],
    ]);
  });

  it('that is cancelled at work stops the engine, debits what was used and releases the rest', async () => {
    const start = await creditsOf(ada);
    const [working, stopped] = [gate(), gate<unknown>()];
    engines.on('Endless', async (_brief, tools) => {
      tools.used(1500);
      working.resolve();
      return untilAborted(tools.signal).catch((reason: unknown) => {
        stopped.resolve(reason);
        throw reason;
      });
    });
    const { databaseId: id } = await newTask(ada, { repositoryId, title: 'Endless' });
    await working.promise;
    await expect.poll(async () => (await readTask(ada, id)).tokensUsed).toBe(1500);
    const cancel = `mutation ($id: UUID!) { r: cancelTask(id: $id) { __typename ... on Task { status creditsUsed }
      ... on Error { code message } } }`;
    const answer = await ada.ask(cancel, { id });
    expect(answer.data?.r).toEqual({ __typename: 'Task', status: 'CANCELLED', creditsUsed: 2 });
    await stopped.promise;
    expect(await creditsOf(ada)).toMatchObject({ credits: start.credits - 2, heldCredits: start.heldCredits });
    expect((await readTask(ada, id)).results).toEqual([]);
    const again = await ada.ask(cancel, { id });
    expect(again.data?.r).toEqual({
      __typename: 'ConflictError',
      code: 'TASK_NOT_CANCELLABLE',
      message: 'This task has already ended',
    });
  });

  it('that is cancelled before it starts costs nothing', async () => {
    const start = await creditsOf(ada);
    const blocking = gate();
    engines.on('Blocking', async () => {
      await blocking.promise;
      return outcomeOf();
    });
    const { databaseId: first } = await newTask(ada, { repositoryId, title: 'Blocking' });
    const { databaseId: second } = await newTask(ada, { repositoryId, title: 'Never' });
    await ada.ask('mutation ($id: UUID!) { r: cancelTask(id: $id) { __typename } }', { id: second });
    blocking.resolve();
    await statesOf(ada, first);
    expect(await readTask(ada, second)).toMatchObject({ status: 'CANCELLED', creditsUsed: 0, tokensUsed: 0 });
    expect(await creditsOf(ada)).toEqual(start);
    expect(engines.asked).not.toContain('Never');
  });

  it('that fails says why as a result, and can be asked for again with a hold of its own', async () => {
    const start = await creditsOf(ada);
    await runGit(folder, 'branch', 'fleeting');
    const blocking = gate();
    engines.on('Wait', async () => {
      await blocking.promise;
      return outcomeOf();
    });
    await newTask(ada, { repositoryId, title: 'Wait' });
    const { databaseId: id } = await newTask(ada, { repositoryId, title: 'Fleeting', branch: 'fleeting' });
    await runGit(folder, 'branch', '-D', 'fleeting');
    blocking.resolve();
    await statesOf(ada, id);
    const failed = await readTask(ada, id);
    expect(failed).toMatchObject({ status: 'FAILED', creditsUsed: 0, error: { code: 'REF_NOT_FOUND' } });
    expect(failed.results).toMatchObject([
      { resultType: 'ERROR', content: failed.error?.message, data: { code: 'REF_NOT_FOUND' } },
    ]);
    expect(await creditsOf(ada)).toEqual(start);

    await runGit(folder, 'branch', 'fleeting');
    engines.on('Fleeting', () => outcomeOf());
    const retry = `mutation ($id: UUID!) { r: retryTask(id: $id) { __typename ... on Task { databaseId retryOf }
      ... on Error { code } } }`;
    const made = await ada.ask(retry, { id });
    const { databaseId } = z.object({ databaseId: z.uuid() }).parse(made.data?.r);
    expect(made.data?.r).toMatchObject({ retryOf: id });
    expect((await statesOf(ada, databaseId)).at(-1)?.status).toBe('COMPLETED');
    const [done, unknown] = [databaseId, '01890000-0000-7000-8000-000000000000'];
    expect((await ada.ask(retry, { id: done })).data?.r).toMatchObject({ code: 'TASK_NOT_RETRYABLE' });
    expect((await ada.ask(retry, { id: unknown })).data?.r).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('of high priority starts before those that wait, low last', async () => {
    const blocking = gate();
    engines.on('First', async () => {
      await blocking.promise;
      return outcomeOf();
    });
    const { databaseId: first } = await newTask(ada, { repositoryId, title: 'First' });
    await expect.poll(() => engines.asked.at(-1)).toBe('First');
    const ids = [];
    for (const priority of ['LOW', 'MEDIUM', 'HIGH']) {
      engines.on(priority, () => outcomeOf());
      ids.push((await newTask(ada, { repositoryId, title: priority, priority })).databaseId);
    }
    blocking.resolve();
    for (const id of [first, ...ids]) await statesOf(ada, id);
    expect(engines.asked.slice(-4)).toEqual(['First', 'HIGH', 'MEDIUM', 'LOW']);
  });

  it('of a review gets the commit of the target branch and the history of both', async () => {
    const project = await makeProject(files);
    const commit = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--quiet', '-am'];
    const base = (await runGit(project, 'rev-parse', 'HEAD')).trim();
    await runGit(project, 'checkout', '--quiet', '-b', 'work');
    await writeFile(join(project, 'src/half.ts'), after);
    await runGit(project, ...commit, 'on work');
    await runGit(project, 'checkout', '--quiet', 'main');
    await writeFile(join(project, 'tool.py'), 'def run():\n    return 2\n');
    await runGit(project, ...commit, 'on main');
    const id = await connect(ada, project);
    let mergeBase = '';
    engines.on('Review', async ({ root, commit: head, targetCommit }) => {
      mergeBase = (await runGit(root, 'merge-base', head ?? '', targetCommit ?? '')).trim();
      return outcomeOf();
    });
    await toEnd(ada, { repositoryId: id, title: 'Review', type: 'PR_REVIEW', branch: 'work' });
    expect(mergeBase).toBe(base);
    expect(engines.brief).toMatchObject({
      branch: 'work',
      targetBranch: 'main',
      targetCommit: (await runGit(project, 'rev-parse', 'main')).trim(),
      repository: { url: null },
    });
  });
});

describe('a task is refused', () => {
  const unknown = '01890000-0000-7000-8000-000000000000';
  it.each([
    ['an unknown repository', { repositoryId: unknown }, { code: 'NOT_FOUND', message: 'Repository not found' }],
    ['an unknown model', { aiModelId: unknown }, { code: 'NOT_FOUND', message: 'AI model not found' }],
    [
      'a model without a key',
      { aiModelId: gpt4 },
      { code: 'VALIDATION_ERROR', message: 'aiModelId: GPT-4 is not active on this server' },
    ],
    ['a branch that is not there', { branch: 'nowhere' }, { code: 'VALIDATION_ERROR', issues: [{ path: 'branch' }] }],
    [
      'a target that is not there',
      { targetBranch: 'no' },
      { code: 'VALIDATION_ERROR', issues: [{ path: 'targetBranch' }] },
    ],
    ['an empty title', { title: ' ' }, { code: 'VALIDATION_ERROR', issues: [{ path: 'title' }] }],
    ['a long title', { title: 'x'.repeat(256) }, { code: 'VALIDATION_ERROR', issues: [{ path: 'title' }] }],
    ['no prompt', { prompt: '' }, { code: 'VALIDATION_ERROR', issues: [{ path: 'prompt' }] }],
    ['a long prompt', { prompt: 'x'.repeat(10_001) }, { code: 'VALIDATION_ERROR', issues: [{ path: 'prompt' }] }],
    ['a long description', { description: 'x'.repeat(1001) }, { issues: [{ path: 'description' }] }],
    [
      'a pull request outside GitHub',
      { pullRequest: true },
      { message: 'pullRequest: is only for repositories at GitHub' },
    ],
  ])('for %s', async (_what, input, refusal) => {
    expect(await refusedTask(ada, { repositoryId, ...input })).toMatchObject(refusal);
  });

  it('takes texts of the longest length, emojis counted once', async () => {
    engines.on('🙂'.repeat(255), () => outcomeOf());
    const { estimatedCredits, databaseId } = await newTask(ada, {
      repositoryId,
      title: '🙂'.repeat(255),
      prompt: '🙂'.repeat(10_000),
      description: 'x'.repeat(1000),
    });
    expect(estimatedCredits).toBe(100);
    await statesOf(ada, databaseId);
  });

  it('without credits enough, and nothing is left of it', async () => {
    const poor = await newCaller(app);
    const own = await connect(poor, folder);
    await app.app.database.prisma.creditAccount.update({ where: { userId: poor.userId }, data: { balance: 24 } });
    expect(await refusedTask(poor, { repositoryId: own }, 'key-1')).toMatchObject({
      __typename: 'InsufficientCreditsError',
      code: 'INSUFFICIENT_CREDITS',
      required: 25,
      available: 24,
    });
    expect(await app.app.database.prisma.job.count({ where: { ownerId: poor.userId } })).toBe(0);
    // A question costs less.
    engines.on('Ask', () => outcomeOf());
    const { databaseId } = await newTask(poor, { repositoryId: own, title: 'Ask', type: 'ASK' }, 'key-1');
    await statesOf(poor, databaseId);
    expect(await refusedTask(ada, { repositoryId: own })).toMatchObject({ code: 'NOT_FOUND' });
    await poor.close();
  });

  it('is one, however often its idempotency key comes', async () => {
    engines.on('Once', () => outcomeOf());
    const input = { repositoryId, title: 'Once' };
    const made = [await newTask(ada, input, 'once'), await newTask(ada, input, 'once')];
    expect(made[1]?.databaseId).toBe(made[0]?.databaseId);
    expect(await refusedTask(ada, { ...input, title: 'Other' }, 'once')).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    await statesOf(ada, made[0]?.databaseId ?? '');
  });
});

describe('the list of tasks', () => {
  it('has filters and pages, and only what is the viewer’s own', async () => {
    const bob = await newCaller(app);
    await app.app.database.prisma.creditAccount.update({ where: { userId: bob.userId }, data: { balance: 1000 } });
    const [one, other] = [await connect(bob, folder), await connect(bob, await makeProject(files))];
    engines.on('Listed', () => outcomeOf());
    const ids: string[] = [];
    for (const input of [{ type: 'ASK' }, { type: 'DEBUG' }, { type: 'ASK', repositoryId: other }]) {
      ids.unshift((await toEnd(bob, { repositoryId: one, title: 'Listed', ...input })).id);
    }
    const list = `query ($status: JobStatus, $type: TaskType, $repositoryId: UUID, $first: Int, $offset: Int) {
      r: tasks(status: $status, type: $type, repositoryId: $repositoryId, first: $first, offset: $offset) {
        totalCount nodes { databaseId } } }`;
    const page = z.object({ totalCount: z.int(), nodes: z.array(z.object({ databaseId: z.string() })) });
    const found = async (filter: object) => {
      const { totalCount, nodes } = await bob.get(page, list, { ...filter });
      return [totalCount, ...nodes.map(({ databaseId }) => ids.indexOf(databaseId))];
    };
    expect(await found({})).toEqual([3, 0, 1, 2]);
    expect(await found({ type: 'ASK' })).toEqual([2, 0, 2]);
    expect(await found({ repositoryId: one })).toEqual([2, 1, 2]);
    expect(await found({ type: 'ASK', repositoryId: one })).toEqual([1, 2]);
    expect(await found({ status: 'FAILED' })).toEqual([0]);
    expect(await found({ first: 1, offset: 1 })).toEqual([3, 1]);
    await bob.close();
  });
});
