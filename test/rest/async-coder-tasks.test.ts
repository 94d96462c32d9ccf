import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApp, testApp } from '../app.ts';
import { gate } from '../spine.ts';
import { ask, type Caller, makeProject, newCaller } from '../story.ts';
import { connect, localModel, outcomeOf, ScriptedEngines, statesOf } from '../task-shell.ts';
import { apiKeyOf, call, replay } from './replay.ts';

const create = 'POST /api/tasks';
const list = 'GET /api/tasks';
const readRow = 'GET /api/tasks/{taskId}';
const cancel = 'PUT /api/tasks/{taskId}/cancel';
const moment = z.iso.datetime();

const created = z.strictObject({
  success: z.literal(true),
  data: z.strictObject({
    id: z.uuid(),
    title: z.string(),
    description: z.string().nullable(),
    status: z.literal('pending'),
    type: z.string(),
    priority: z.string(),
    estimatedCredits: z.int(),
    createdAt: moment,
  }),
});
const listed = z.strictObject({
  success: z.literal(true),
  data: z.strictObject({
    tasks: z.array(
      z.strictObject({
        id: z.uuid(),
        title: z.string(),
        status: z.string(),
        type: z.string(),
        priority: z.string(),
        creditsUsed: z.int().nullable(),
        createdAt: moment,
        completedAt: moment.nullable(),
        repository: z.strictObject({ name: z.string(), fullName: z.string() }),
        aiModel: z.strictObject({ name: z.string(), displayName: z.string() }),
      }),
    ),
  }),
  meta: z.strictObject({ page: z.int(), limit: z.int(), total: z.int(), totalPages: z.int() }),
});
const details = z.object({
  success: z.literal(true),
  data: z.object({
    id: z.uuid(),
    title: z.string(),
    description: z.string().nullable(),
    prompt: z.string(),
    status: z.string(),
    type: z.string(),
    priority: z.string(),
    branch: z.string(),
    targetBranch: z.string(),
    creditsUsed: z.int().nullable(),
    startedAt: moment.nullable(),
    completedAt: moment.nullable(),
    createdAt: moment,
    repository: z.strictObject({ id: z.uuid(), name: z.string(), fullName: z.string() }),
    aiModel: z.strictObject({ id: z.uuid(), name: z.string(), displayName: z.string() }),
    results: z.array(
      z.object({
        id: z.uuid(),
        resultType: z.string(),
        content: z.string(),
        summary: z.string(),
        createdAt: moment,
      }),
    ),
  }),
});
const refusal = z.strictObject({
  success: z.literal(false),
  error: z.object({ code: z.string(), message: z.string(), details: z.unknown() }),
});

let app: TestApp;
let worker: TestApp;
let ada: Caller;
let repositoryId: string;
const engines = new ScriptedEngines();

/** The document's request. */
function body(more: Record<string, unknown> = {}) {
  return {
    repositoryId,
    aiModelId: localModel,
    title: 'Fix bug in authentication',
    description: 'Optional description',
    prompt: 'Find and fix the authentication bug in the login component',
    branch: 'main',
    targetBranch: 'main',
    type: 'debug',
    priority: 'medium',
    ...more,
  };
}

beforeAll(async () => {
  app = await testApp({}, { ALLOW_LOCAL_REPOS: 'true' });
  worker = await app.another({ bare: true }, { WORKER_CONCURRENCY: '1' });
  await engines.start(worker);
  ada = await newCaller(app);
  repositoryId = await connect(ada, await makeProject({ 'login.ts': 'export const ok = 1;\n' }));
  await app.app.database.prisma.creditAccount.update({ where: { userId: ada.userId }, data: { balance: 10_000 } });
});
afterAll(async () => {
  await ada.close();
  await worker.close();
  await app.close();
});

describe('the documented requests', () => {
  it('create, read, list: every field, in the document’s words', async () => {
    engines.on('Fix bug in authentication', (_brief, tools) => {
      tools.used(22_500);
      return outcomeOf([{ path: 'login.ts', before: 'export const ok = 1;\n', after: 'export const ok = 2;\n' }], {
        findings: [],
        editSummary: 'Applied fix to login component',
      });
    });
    const { token } = ada;
    const made = await replay(app, create, created, { token, json: body() });
    expect(made.data).toMatchObject({
      title: 'Fix bug in authentication',
      description: 'Optional description',
      type: 'debug',
      priority: 'medium',
      estimatedCredits: 25,
    });
    const { id } = made.data;
    await statesOf(ada, id);
    const { data } = await replay(app, readRow, details, { token, path: `/api/tasks/${id}` });
    expect(data).toMatchObject({
      id,
      prompt: 'Find and fix the authentication bug in the login component',
      status: 'completed',
      branch: 'main',
      targetBranch: 'main',
      creditsUsed: 23,
      startedAt: expect.any(String),
      completedAt: expect.any(String),
      repository: { id: repositoryId },
      aiModel: { id: localModel, name: 'local', displayName: 'Built-in engine' },
      results: [{ resultType: 'code_changes', summary: 'Applied fix to login component' }],
    });
    expect(data.results[0]?.content).toContain('-export const ok = 1;\n+export const ok = 2;\n');
    expect(data.repository.fullName).toMatch(new RegExp(`^[^/]+/${data.repository.name}$`));
    const page = await replay(app, list, listed, { token, path: '/api/tasks?status=completed&type=debug&limit=5' });
    expect(page.meta).toEqual({ page: 1, limit: 5, total: 1, totalPages: 1 });
    expect(page.data.tasks).toMatchObject([{ id, status: 'completed', creditsUsed: 23, priority: 'medium' }]);
    for (const filter of [
      'status=pending',
      'type=ask',
      'repositoryId=01890000-0000-7000-8000-000000000000',
      'page=2',
    ]) {
      expect((await replay(app, list, listed, { token, path: `/api/tasks?${filter}` })).data.tasks).toEqual([]);
    }
  });

  it('cancel a running task, once; after that it is TASK_NOT_CANCELLABLE', async () => {
    const working = gate();
    engines.on('Long', async () => {
      working.resolve();
      return new Promise(() => {});
    });
    const { token } = ada;
    const { id } = (await replay(app, create, created, { token, json: body({ title: 'Long' }) })).data;
    await working.promise;
    const path = `/api/tasks/${id}/cancel`;
    const done = z.strictObject({ success: z.literal(true), data: z.strictObject({ message: z.string() }) });
    expect((await replay(app, cancel, done, { token, path })).data.message).toBe('Task cancelled successfully');
    const again = await call(app, `PUT ${path}`, { token });
    expect(again.status).toBe(400);
    expect(refusal.parse(again.body).error.code).toBe('TASK_NOT_CANCELLABLE');
    const read = await replay(app, readRow, details, { token, path: `/api/tasks/${id}` });
    expect(read.data).toMatchObject({ status: 'cancelled', creditsUsed: 0, results: [] });
  });

  it('take an API key as well, and an idempotency key', async () => {
    engines.on('By key', () => outcomeOf());
    const headers = { 'x-api-key': await apiKeyOf(ada), 'idempotency-key': 'rest-1' };
    const made = [];
    for (let n = 0; n < 2; n += 1)
      made.push(await replay(app, create, created, { headers, json: body({ title: 'By key' }) }));
    expect(made[0]?.data.id).toBe(made[1]?.data.id);
    await statesOf(ada, made[0]?.data.id ?? '');
  });
});

describe('a refusal', () => {
  const unknown = '01890000-0000-7000-8000-000000000000';
  it.each([
    ['repositoryId', undefined],
    ['aiModelId', 'gpt-4'],
    ['title', ''],
    ['title', 'x'.repeat(256)],
    ['prompt', ''],
    ['prompt', 'x'.repeat(10_001)],
    ['branch', undefined],
    ['branch', 'nowhere'],
    ['type', 'refactor'],
    ['priority', 'urgent'],
    ['description', 'x'.repeat(1001)],
    ['targetBranch', 'nowhere'],
  ])('names the field %s of %.20s', async (field, value) => {
    const reply = await call(app, create, { token: ada.token, json: body({ [field]: value }) });
    expect([reply.status, refusal.parse(reply.body).error]).toMatchObject([
      400,
      { code: 'VALIDATION_ERROR', details: [{ field, message: expect.any(String), code: expect.any(String) }] },
    ]);
  });

  it('of a task nobody may see says the same for somebody else’s and for none', async () => {
    engines.on('Private', () => outcomeOf());
    const { id } = (await replay(app, create, created, { token: ada.token, json: body({ title: 'Private' }) })).data;
    await statesOf(ada, id);
    const eve = await newCaller(app);
    for (const line of ['GET /api/tasks/:id', 'PUT /api/tasks/:id/cancel']) {
      const replies = [];
      for (const which of [id, unknown])
        replies.push(await call(app, line.replace(':id', which), { token: eve.token }));
      expect(replies.map(({ status, body: told }) => [status, told])).toEqual(
        Array(2).fill([
          404,
          { success: false, error: { code: 'RESOURCE_NOT_FOUND', message: 'Task not found', details: null } },
        ]),
      );
    }
    const theirs = await call(app, create, { token: eve.token, json: body() });
    expect([theirs.status, refusal.parse(theirs.body).error.message]).toEqual([404, 'Repository not found']);
    expect((await replay(app, list, listed, { token: eve.token })).data.tasks).toEqual([]);
    await eve.close();
  });

  it('for want of credits says what is required and available', async () => {
    const poor = await newCaller(app);
    const own = await connect(poor, await makeProject({ a: 'a' }));
    await app.app.database.prisma.creditAccount.update({ where: { userId: poor.userId }, data: { balance: 7 } });
    const reply = await call(app, create, { token: poor.token, json: body({ repositoryId: own, branch: 'main' }) });
    expect([reply.status, reply.body]).toMatchObject([
      400,
      { success: false, error: { code: 'INSUFFICIENT_CREDITS', details: { required: 25, available: 7 } } },
    ]);
    await poor.close();
  });

  it('without a credential is 401, for a viewer 403', async () => {
    const viewer = await newCaller(app, 'VIEWER');
    for (const line of [create, list, `GET /api/tasks/${unknown}`, `PUT /api/tasks/${unknown}/cancel`]) {
      const reply = await call(app, line, { json: line === create ? body() : undefined });
      expect([reply.status, refusal.parse(reply.body).error.code]).toEqual([401, 'UNAUTHORIZED']);
    }
    const reply = await call(app, create, { token: viewer.token, json: body() });
    expect([reply.status, refusal.parse(reply.body).error.code]).toEqual([403, 'FORBIDDEN']);
    await viewer.close();
  });
});

describe('the limit', () => {
  it('of ten creations an hour holds over REST and GraphQL, and says when to come again', async () => {
    const limited = await app.another({}, { RATE_LIMITS: 'on' });
    const eager = await newCaller(app);
    const bad = body({ branch: 'nowhere' });
    for (let n = 0; n < 10; n += 1) {
      const reply = await call(limited, create, { token: eager.token, json: bad });
      expect(reply.headers.get('x-ratelimit-limit')).toBe('10');
      expect(reply.headers.get('x-ratelimit-remaining')).toBe(String(9 - n));
      expect(moment.parse(reply.headers.get('x-ratelimit-reset'))).toBeTruthy();
    }
    const reply = await call(limited, create, { token: eager.token, json: bad });
    expect([reply.status, reply.body]).toMatchObject([
      429,
      { success: false, error: { code: 'RATE_LIMIT_EXCEEDED', retryAfter: expect.any(Number) } },
    ]);
    const { aiModelId } = bad;
    const asked = await ask(
      limited,
      'mutation ($i: CreateTaskInput!) { createTask(input: $i) { __typename } }',
      { i: { repositoryId, aiModelId, title: 't', prompt: 'p', type: 'ASK' } },
      { authorization: `Bearer ${eager.token}` },
    );
    expect(asked.errors).toMatchObject([{ extensions: { code: 'RATE_LIMIT_EXCEEDED' } }]);
    expect((await call(limited, list, { token: eager.token })).headers.get('x-ratelimit-limit')).toBe('100');
    await eager.close();
    await limited.close();
  });
});
