import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { AsyncCoderAPI as Api, AsyncCoderError } from '../clients/typescript/src/async-coder-api.ts';
import { type TestApp, testApp } from './app.ts';
import { makeScratch } from './scratch.ts';
import { root } from './source-files.ts';
import { gate } from './spine.ts';
import { type Caller, makeProject, newCaller } from './story.ts';
import { connect, localModel, outcomeOf, ScriptedEngines, statesOf } from './task-shell.ts';

/** The examples of the document, letter by letter. */
const typescriptExample = `import { AsyncCoderAPI } from '@async-coder/sdk';

const api = new AsyncCoderAPI({
  baseUrl: 'http://localhost:3001',
  token: 'your-jwt-token'
});

// Create a task
const task = await api.tasks.create({
  repositoryId: 'repo-uuid',
  aiModelId: 'model-uuid',
  title: 'Fix authentication bug',
  prompt: 'Find and fix the bug in the login component',
  type: 'debug'
});

// Listen for task updates
api.on('task:completed', (data) => {
  console.log('Task completed:', data);
});
`;
const pythonExample = `from async_coder import AsyncCoderAPI

api = AsyncCoderAPI(
    base_url='http://localhost:3001',
    token='your-jwt-token'
)

# Create a task
task = api.tasks.create(
    repository_id='repo-uuid',
    ai_model_id='model-uuid',
    title='Fix authentication bug',
    prompt='Find and fix the bug in the login component',
    type='debug'
)
`;

let app: TestApp;
let worker: TestApp;
let ada: Caller;
let repositoryId: string;
let folder: string;
let sdk: { AsyncCoderAPI: typeof Api; AsyncCoderError: typeof AsyncCoderError };
const engines = new ScriptedEngines();
const run = promisify(execFile);

beforeAll(async () => {
  app = await testApp({}, { ALLOW_LOCAL_REPOS: 'true' });
  worker = await app.another({ bare: true });
  await engines.start(worker);
  ada = await newCaller(app);
  repositoryId = await connect(ada, await makeProject({ 'login.ts': 'export const ok = 1;\n' }));
  await app.app.database.prisma.creditAccount.update({ where: { userId: ada.userId }, data: { balance: 10_000 } });
  // Built and installed as a package is.
  folder = await makeScratch('clients');
  const installed = join(folder, 'node_modules/@async-coder/sdk');
  await mkdir(installed, { recursive: true });
  await cp(join(root, 'clients/typescript/package.json'), join(installed, 'package.json'));
  const tsc = join(root, 'node_modules/.bin/tsc');
  await run(tsc, ['-p', join(root, 'clients/typescript'), '--outDir', join(installed, 'dist')]);
  sdk = await import(pathToFileURL(join(installed, 'dist/async-coder-api.js')).href);
});
afterAll(async () => {
  await ada.close();
  await worker.close();
  await app.close();
});

/** An example with the host and the ids of this test. */
function filled(example: string): string {
  return example
    .replace('http://localhost:3001', app.url)
    .replace('your-jwt-token', ada.token)
    .replace('repo-uuid', repositoryId)
    .replace('model-uuid', localModel);
}

function newApi(token = ada.token): Api {
  return new sdk.AsyncCoderAPI({ baseUrl: app.url, token });
}

const input = (title: string) =>
  ({ repositoryId, aiModelId: localModel, title, prompt: 'Do it', type: 'debug', branch: 'main' }) as const;
const env = { ...process.env, PYTHONPATH: join(root, 'clients/python'), PYTHONDONTWRITEBYTECODE: '1' };
const python = (program: string) => run('python3', ['-c', program], { env });

describe('the TypeScript client', () => {
  it('runs the example of the document', async () => {
    engines.on('Fix authentication bug', (_brief, tools) => {
      tools.used(22_001);
      return outcomeOf();
    });
    const file = join(folder, 'example.mjs');
    await writeFile(file, filled(typescriptExample));
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      if (/\n\}\n$/.test(said)) break;
    }
    child.kill();
    expect(said).toMatch(/^Task completed: \{\n/);
    expect(said).toContain(
      "status: 'completed',\n  creditsUsed: 23,\n  result: { type: 'analysis', pullRequestUrl: null }",
    );
  });

  it('types the example of the document', async () => {
    const file = join(folder, 'example.mts');
    await writeFile(file, filled(typescriptExample));
    const tsc = join(root, 'node_modules/.bin/tsc');
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2022,dom'];
    await run(tsc, [...options, file], { cwd: folder });
    const wrong = join(folder, 'wrong.mts');
    await writeFile(wrong, filled(typescriptExample).replace("'debug'", "'refactor'"));
    await expect(run(tsc, [...options, wrong], { cwd: folder })).rejects.toThrow();
  });

  it('creates, reads, lists, cancels and waits', async () => {
    const api = newApi();
    const working = gate();
    engines.on('Slow', async () => {
      working.resolve();
      return new Promise(() => {});
    });
    const { id, estimatedCredits } = await api.tasks.create({
      ...input('Slow'),
      priority: 'high',
      idempotencyKey: 'k',
    });
    expect(estimatedCredits).toBe(25);
    await working.promise;
    const waited = api.tasks.wait(id);
    expect((await api.tasks.cancel(id)).message).toBe('Task cancelled successfully');
    expect(await waited).toMatchObject({ id, status: 'cancelled', priority: 'high' });
    const { items, meta } = await api.tasks.list({ status: 'cancelled', limit: 1 });
    expect([items.map((task) => task.id), meta]).toEqual([[id], { page: 1, limit: 1, total: 1, totalPages: 1 }]);
    expect(await api.tasks.wait(id)).toMatchObject({ status: 'cancelled' });
    expect((await api.models.list()).find(({ isActive }) => isActive)?.name).toBe('local');
    const refused = await api.tasks.cancel(id).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(sdk.AsyncCoderError);
    expect(refused).toMatchObject({ status: 400, code: 'TASK_NOT_CANCELLABLE' });
    api.close();
  });

  it('hears of a task that ends before the socket is open, once', async () => {
    const api = newApi();
    engines.on('Fast', () => outcomeOf());
    const { id } = await api.tasks.create(input('Fast'));
    await statesOf(ada, id);
    const heard: unknown[] = [];
    const done = new Promise<void>((resolve) => {
      api.on('task:completed', ({ taskId }) => {
        heard.push(taskId);
        resolve();
      });
    });
    await done;
    expect(heard).toEqual([id]);
    api.close();
  });

  it('connects again when the server goes, and misses nothing', async () => {
    const front = await app.another({ api: true });
    const { port } = new URL(front.url);
    const api = new sdk.AsyncCoderAPI({ baseUrl: front.url, token: ada.token });
    const heard: string[] = [];
    const [first, second] = [gate(), gate()];
    api.on('task:completed', ({ taskId }) => {
      heard.push(taskId);
      (heard.length === 1 ? first : second).resolve();
    });
    await api.listening;
    engines.on('Before', () => outcomeOf());
    engines.on('Meanwhile', () => outcomeOf());
    const other = newApi();
    const before = await other.tasks.create(input('Before'));
    await first.promise;
    await front.close();
    const meanwhile = await other.tasks.create(input('Meanwhile'));
    await statesOf(ada, meanwhile.id);
    const back = await app.another({ api: true }, { PORT: port });
    await second.promise;
    expect(heard).toEqual([before.id, meanwhile.id]);
    api.close();
    await back.close();
  });

  it('gives up when the token is not good, and says so', async () => {
    const api = newApi('nonsense');
    const told = new Promise((resolve) => {
      api.on('error', resolve);
    });
    expect(await told).toEqual({ code: 'UNAUTHORIZED', message: expect.any(String) });
    await expect(api.tasks.list()).rejects.toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
  });
});

describe('the Python client', () => {
  it('runs the example of the document, with the standard library only', async () => {
    engines.on('Fix authentication bug', () => outcomeOf());
    // -I -S: no packages of this machine.
    const program = `import sys\nsys.path.insert(0, ${JSON.stringify(env.PYTHONPATH)})\n${filled(pythonExample)}\nprint(task['id'])`;
    const { stdout } = await run('python3', ['-I', '-S', '-B', '-c', program]);
    const id = z.uuid().parse(stdout.trim());
    expect((await statesOf(ada, id)).at(-1)?.status).toBe('COMPLETED');
  });

  it('follows a task to its end, and bears being asked to wait', async () => {
    engines.on('Followed', () => outcomeOf());
    const made = await newApi().tasks.create(input('Followed'));
    const { stdout } = await python(`
from async_coder import AsyncCoderAPI, AsyncCoderError
api = AsyncCoderAPI(base_url='${app.url}', token='${ada.token}')
slept = []
get = api.tasks.get
def first_busy(task_id):
    api.tasks.get = get
    raise AsyncCoderError(429, {'code': 'RATE_LIMIT_EXCEEDED', 'message': 'Too many requests', 'retryAfter': 7})
api.tasks.get = first_busy
states = list(api.tasks.follow('${made.id}', interval=0.05, sleep=lambda s: slept.append(s) or __import__('time').sleep(0.05)))
print(states[-1]['status'], slept[0], states[-1]['results'][0]['resultType'])
`);
    expect(stdout.trim()).toBe('completed 7 analysis');
  });

  it('creates by every option, lists, cancels, and raises what the server refuses', async () => {
    const working = gate();
    engines.on('Py', async () => {
      working.resolve();
      return new Promise(() => {});
    });
    const { stdout } = await python(`
from async_coder import AsyncCoderAPI, AsyncCoderError
api = AsyncCoderAPI(base_url='${app.url}/', token='${ada.token}')
task = api.tasks.create('${repositoryId}', '${localModel}', title='Py', prompt='Do it', type='ask', branch='main',
    description='words', target_branch='main', priority='low', idempotency_key='py')
print(task['status'], task['priority'], task['estimatedCredits'], task['description'])
print(api.tasks.list(repository_id='${repositoryId}', type='ask', limit=1)['tasks'][0]['id'] == task['id'])
print(api.tasks.cancel(task['id'])['message'])
try:
    api.tasks.cancel(task['id'])
except AsyncCoderError as error:
    print(error.status, error.code, error)
try:
    api.tasks.create('${repositoryId}', '${localModel}', title='Py', prompt='', type='ask', branch='main')
except AsyncCoderError as error:
    print(error.code, error.details[0]['field'])
print([model['name'] for model in api.models.list() if model['isActive']])
`);
    expect(stdout.trim().split('\n')).toEqual([
      'pending low 10 words',
      'True',
      'Task cancelled successfully',
      '400 TASK_NOT_CANCELLABLE This task has already ended',
      'VALIDATION_ERROR prompt',
      "['local']",
    ]);
  });
});
