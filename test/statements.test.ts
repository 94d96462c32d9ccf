import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticate } from '../src/auth/service.ts';
import { storeArtifact } from '../src/jobs/artifacts.ts';
import { insertJobs } from '../src/jobs/creation.ts';
import { type TestApp, testApp } from './app.ts';
import { type Caller, makeProject, newCaller } from './story.ts';
import { connect, localModel } from './task-shell.ts';

/**
 * Every list query there is, with what people select from it, and the statements it costs, the check of the token among
 * them.
 */
const lists: [string, string, number][] = [
  [
    'items with their owners',
    'query ($n: Int) { items(first: $n) { totalCount nodes { id title owner { username } } } }',
    3,
  ],
  [
    'items by page number',
    'query ($n: Int) { items(first: $n, offset: 0) { totalCount nodes { id title owner { username } } } }',
    3,
  ],
  [
    'repositories with their owners',
    'query ($n: Int) { repositories(first: $n) { totalCount nodes { url owner { username } } } }',
    3,
  ],
  [
    'repositories by page number, searched',
    'query ($n: Int) { repositories(first: $n, offset: 0, search: "a", connected: false) { totalCount nodes { url } } }',
    3,
  ],
  [
    'jobs with owner, repository, coverage and files',
    `query ($n: Int) { jobs(first: $n) { totalCount nodes { databaseId status owner { username } artifacts { path url }
      ... on DocsJob { number commit coverage { percentage } repository { name owner { username } } } } } }`,
    3,
  ],
  [
    'analyses with their findings',
    `query ($n: Int) { jobs(first: $n, kind: ANALYSIS) { nodes { ... on Analysis { projectName qualityScore typeErrors
      findings(first: 2) { totalCount nodes { file line } } } } } }`,
    2,
  ],
  [
    'analyses of CVs with what came of them',
    `query ($n: Int) { jobs(first: $n, kind: CV_ANALYSIS) { nodes { ... on CvAnalysis { jobDescription expiresAt
      result { overallAssessment } skills { name } owner { username } } } } }`,
    2,
  ],
  [
    'tasks with repository, model and results',
    `query ($n: Int) { tasks(first: $n, offset: 0) { totalCount nodes { title status creditsUsed pullRequest { url }
      repository { name } aiModel { name } results { summary } } } }`,
    3,
  ],
  ['the newest jobs alone', 'query ($n: Int) { jobs(first: $n) { nodes { databaseId status percentage } } }', 2],
  ['sessions', 'query ($n: Int) { me { sessions(first: $n) { nodes { databaseId isCurrent } } } }', 3],
  ['sessions and their count', 'query ($n: Int) { me { sessions(first: $n) { totalCount nodes { lastUsedAt } } } }', 4],
  ['API keys', 'query ($n: Int) { me { apiKeys(first: $n) { nodes { name prefix } } } }', 3],
  [
    'credit transactions by page number',
    'query ($n: Int) { creditTransactions(first: $n, offset: 0) { totalCount nodes { type amount balanceAfter } } }',
    3,
  ],
  ['users with their credits', 'query ($n: Int) { users(first: $n) { nodes { credits availableCredits } } }', 3],
  ['users', 'query ($n: Int) { users(first: $n) { nodes { email role } } }', 2],
];

describe('statements', () => {
  let app: TestApp;
  let ada: Caller;
  let ids: Record<string, unknown> = {};

  beforeAll(async () => {
    app = await testApp({}, { ALLOW_LOCAL_REPOS: 'true' });
    ada = await newCaller(app, 'ADMIN');
    const { prisma } = app.app.database;
    for (let n = 0; n < 12; n += 1) {
      await prisma.item.create({ data: { ownerId: ada.userId, title: `item ${n}` } });
      const url = `https://example.com/a/${n}`;
      const repository = await prisma.repository.create({
        data: { ownerId: ada.userId, provider: 'GIT', url, namespace: 'a', name: String(n) },
      });
      const id = uuidv7();
      await prisma.$transaction(async (transaction) => {
        const job = { id, kind: 'DOCS', ownerId: ada.userId, queueId: uuidv7(), priority: 0, input: {} } as const;
        await insertJobs(transaction, [job]);
        await transaction.docsJob.create({ data: { jobId: id, repositoryId: repository.id } });
      });
      const analysisId = uuidv7();
      await prisma.$transaction(async (transaction) => {
        const kind = { kind: 'ANALYSIS', queueId: uuidv7(), priority: 0, input: {} } as const;
        await insertJobs(transaction, [{ id: analysisId, ownerId: ada.userId, ...kind }]);
        await transaction.analysis.create({ data: { jobId: analysisId, projectName: 'p', types: ['TYPES'] } });
      });
      const cvId = uuidv7();
      await prisma.$transaction(async (transaction) => {
        const kind = { kind: 'CV_ANALYSIS', queueId: uuidv7(), priority: 0, input: {} } as const;
        await insertJobs(transaction, [{ id: cvId, ownerId: ada.userId, ...kind }]);
        await transaction.cvAnalysis.create({ data: { jobId: cvId, jobDescription: 'd' } });
      });
      const taskId = uuidv7();
      await prisma.$transaction(async (transaction) => {
        const kind = { kind: 'TASK', queueId: uuidv7(), priority: 0, input: {} } as const;
        await insertJobs(transaction, [{ id: taskId, ownerId: ada.userId, ...kind }]);
        const asked = { type: 'ASK', title: 't', prompt: 'p', branch: 'main', targetBranch: 'main' } as const;
        const by = { repositoryId: repository.id, aiModelId: localModel, estimatedCredits: 10 };
        await transaction.task.create({ data: { jobId: taskId, ...asked, ...by } });
        const result = { resultType: 'ANALYSIS', content: 'c', summary: 's' } as const;
        await transaction.taskResult.create({ data: { id: uuidv7(), jobId: taskId, ...result } });
      });
      const content = Buffer.from(`page ${n}`);
      await prisma.artifact.create({
        data: await storeArtifact(app.app, id, { path: 'a.md', content, mediaType: 'text/markdown' }),
      });
      const line = { type: 'BONUS', amount: 1, balanceAfter: 101 + n, description: 'line' } as const;
      await prisma.creditTransaction.create({ data: { userId: ada.userId, ...line } });
      await prisma.apiKey.create({ data: { userId: ada.userId, name: `k${n}`, prefix: 'mw_', hash: Buffer.from(id) } });
      await newCaller(app);
      const { number } = await prisma.docsJob.findUniqueOrThrow({ where: { jobId: id } });
      const item = await prisma.item.findFirstOrThrow({ where: { ownerId: ada.userId } });
      ids = { job: id, number, task: taskId, analysis: analysisId, cv: cvId, item: item.id };
    }
    ids = { ...ids, project: await connect(ada, await makeProject({ 'a.ts': '' })), model: localModel };
  });
  afterAll(() => app.close());

  it.each(lists)('of %s are the same few whatever the length of the list', async (_what, query, cost) => {
    const ask = async (n: number) => {
      app.statements();
      const answer = await ada.ask(query, { n });
      expect(answer.errors).toBeUndefined();
      return app.statements();
    };
    const two = await ask(2);
    const twelve = await ask(12);
    expect(twelve.length, twelve.join('\n')).toBe(two.length);
    expect(twelve.length, twelve.join('\n')).toBe(cost);
  });

  const single: [string, number, string][] = [
    [
      'a job with its repository and its events',
      3,
      `query ($job: UUID!) { job(id: $job) { databaseId status owner { username } artifacts { path }
        ... on DocsJob { number repository { name } } } jobEvents(id: $job) { seq type at } }`,
    ],
    ['a job by its number', 2, 'query ($number: Int!) { docsJob(number: $number) { status repository { number } } }'],
    [
      'a task with its results',
      2,
      `query ($task: UUID!) { task(id: $task) { status repository { name } aiModel { name } results { summary data } } }`,
    ],
    ['an analysis', 2, 'query ($analysis: UUID!) { analysis(id: $analysis) { status qualityScore recommendations } }'],
    ['an analysis of a CV', 2, 'query ($cv: UUID!) { cvAnalysis(id: $cv) { status percentage error { message } } }'],
    ['an item', 2, 'query ($item: UUID!) { item(id: $item) { title owner { username } } }'],
    ['an item that is made', 2, 'mutation { createItem(input: { title: "Made" }) { ... on Item { title } } }'],
    [
      'an item that is made once for a key',
      7,
      'mutation { createItem(input: { title: "Made" }, idempotencyKey: "once") { ... on Item { title } } }',
    ],
    [
      'an analysis of a CV that is asked for',
      8,
      `mutation { analyzeCv(input: { cvText: "I know SQL", jobDescription: "${'We need SQL. '.repeat(5)}" }) {
        ... on CvAnalysis { status } } }`,
    ],
    [
      'a task that is asked for',
      11,
      `mutation ($project: UUID!, $model: UUID!) {
        createTask(input: { repositoryId: $project, aiModelId: $model, type: ASK, title: "Why", prompt: "Why?" }) {
          ... on Task { status repository { name } aiModel { name } estimatedCredits } } }`,
    ],
  ];
  it.each(single)('of %s are %i, the check of the token among them', async (_what, most, query) => {
    app.statements();
    const answer = await ada.ask(query, ids);
    expect(answer.errors).toBeUndefined();
    expect(Object.values(answer.data ?? {})).not.toContain(null);
    const sent = app.statements();
    expect(sent.length, sent.join('\n')).toBe(most);
  });

  it('check the credentials of requests that come together all at once', async () => {
    app.statements();
    const { data } = await ada.ask('{ one: __typename }');
    expect(data).toEqual({ one: 'Query' });
    const loaded = await Promise.all(Array.from({ length: 10 }, () => authenticate(app.app, ada.token)));
    expect(new Set(loaded.map(({ id }) => id))).toEqual(new Set([ada.userId]));
    expect(app.statements()).toHaveLength(1);
  });
});
