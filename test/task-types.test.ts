import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, testApp } from './app.ts';
import { type ModelServer, modelServer } from './fakes/model-server.ts';
import { type Caller, makeProject, newCaller, runGit } from './story.ts';
import { connect, creditsOf, gpt4, newTask, readTask, toEnd } from './task-shell.ts';

const python = 'import os\n\n\ndef same(a):\n    """Whether there is nothing."""\n    return a == None\n';
const files = {
  'package.json': JSON.stringify({ name: 'small', type: 'module', main: 'src/main.ts' }),
  'src/main.ts':
    "import { half } from './half.ts';\n\n/** Prints half of ten. */\nexport function main(): void {\n  console.log(half(10));\n}\n",
  'src/half.ts': 'export function half(n: number): number {\n  return n / 2;\n}\n',
  'same.py': python,
};

let app: TestApp;
let ada: Caller;
let repositoryId: string;
beforeAll(async () => {
  app = await testApp({ worker: true }, { ALLOW_LOCAL_REPOS: 'true' });
  ada = await newCaller(app);
  const folder = await makeProject(files);
  await runGit(folder, 'checkout', '--quiet', '-b', 'work');
  await writeFile(join(folder, 'same.py'), `${python}\n\ndef run(text):\n    return eval(text)\n`);
  const commit = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--quiet', '-am', 'more'];
  await runGit(folder, ...commit);
  await runGit(folder, 'checkout', '--quiet', 'main');
  repositoryId = await connect(ada, folder);
  await app.app.database.prisma.creditAccount.update({ where: { userId: ada.userId }, data: { balance: 1000 } });
});
afterAll(async () => {
  await ada.close();
  await app.close();
});

const asked = (type: string, prompt: string, more: object = {}) =>
  toEnd(ada, { repositoryId, title: `A task of type ${type}`, type, prompt, ...more });

describe('a task of the built-in engine', () => {
  it('answers a question with its place, and costs what it read and wrote', async () => {
    const task = await asked('ASK', 'Where is the function half defined?');
    expect(task).toMatchObject({ status: 'COMPLETED', engine: 'local', error: null });
    expect(task.results).toMatchObject([{ resultType: 'ANALYSIS', content: expect.stringContaining('src/half.ts') }]);
    expect(task.tokensUsed).toBeGreaterThan(10);
    expect(task.creditsUsed).toBe(Math.ceil(task.tokensUsed / 1000));
  });

  it('repairs what it is certain of, as a diff', async () => {
    const task = await asked('DEBUG', 'Remove the unused import from same.py');
    expect(task).toMatchObject({ status: 'COMPLETED', engine: 'local' });
    const changes = task.results.find(({ resultType }) => resultType === 'CODE_CHANGES');
    expect(changes?.content).toContain('\n-import os\n');
  });

  it('reviews a branch against its target', async () => {
    const task = await asked('PR_REVIEW', 'Review this branch', { branch: 'work', targetBranch: 'main' });
    expect(task).toMatchObject({ status: 'COMPLETED', engine: 'local' });
    expect(task.results[0]?.content).toContain('same.py');
  });

  it.each([
    ['ARCHITECT', 'Draw the architecture', 'ANALYSIS'],
    ['DOCUMENTATION', 'Document the whole project', 'DOCUMENTATION'],
  ])('of type %s gives its result', async (type, prompt, resultType) => {
    const task = await asked(type, prompt);
    expect(task).toMatchObject({ status: 'COMPLETED', engine: 'local' });
    expect(task.results.map((one) => one.resultType)).toContain(resultType);
  });

  it('whose type is left open says which it chose, and why', async () => {
    const task = await asked('ASYNC', 'Where is the function half defined?');
    expect(task).toMatchObject({ status: 'COMPLETED', engine: 'local' });
    expect(task.results[0]?.content).toMatch(/^> Done as a task of type ask: /);
    expect(task.results[0]?.data).toMatchObject({ chosen: { type: 'ASK', reason: expect.any(String) } });
  });
});

describe('a task of a model', () => {
  let server: ModelServer;
  let models: TestApp;
  let bob: Caller;
  let input: Record<string, unknown>;
  beforeAll(async () => {
    server = await modelServer();
    models = await testApp({ worker: true }, { ALLOW_LOCAL_REPOS: 'true', ...server.settings.openai });
    bob = await newCaller(models);
    const repository = await connect(bob, await makeProject(files));
    input = { repositoryId: repository, aiModelId: gpt4, title: 'By a model', type: 'ASK', prompt: 'What is half?' };
  });
  afterAll(async () => {
    await bob.close();
    await models.close();
    await server.close();
  });

  it('is done by the model it names, and debited by the tokens its provider counts', async () => {
    server.play([{ does: 'answer', text: 'It is in src/half.ts:1.', usage: { input: 2500, output: 600 } }]);
    const task = await toEnd(bob, input);
    expect(task).toMatchObject({ status: 'COMPLETED', engine: 'gpt-4', tokensUsed: 3100, creditsUsed: 4 });
    expect(task.results[0]?.content).toContain('src/half.ts:1');
    expect((await server.request(0)).body.model).toBe('gpt-4');
    expect(await creditsOf(bob)).toEqual({ credits: 96, heldCredits: 0, availableCredits: 96 });
  });

  it('that the provider refuses fails with the reason, and costs nothing', async () => {
    server.play([{ does: 'refuse', status: 401 }]);
    const task = await toEnd(bob, input);
    expect(task).toMatchObject({ status: 'FAILED', creditsUsed: 0, error: { code: 'MODEL_KEY_REFUSED' } });
    expect(task.results).toMatchObject([{ resultType: 'ERROR', data: { code: 'MODEL_KEY_REFUSED' } }]);
  });

  it('that is cancelled leaves the call in flight', async () => {
    server.play([{ does: 'hang', text: 'It' }]);
    const { databaseId: id } = await newTask(bob, { ...input });
    const { abandoned } = await server.request(0);
    await bob.ask('mutation ($id: UUID!) { cancelTask(id: $id) { __typename } }', { id });
    await abandoned;
    expect(await readTask(bob, id)).toMatchObject({ status: 'CANCELLED' });
    expect((await creditsOf(bob)).heldCredits).toBe(0);
  });
});
