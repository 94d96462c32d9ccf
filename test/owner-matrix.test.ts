import { createHash } from 'node:crypto';
import { type GraphQLNamedType, getNamedType, isInterfaceType, isNonNullType, isObjectType } from 'graphql';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { saveArtifacts, storeArtifact } from '../src/jobs/artifacts.ts';
import { createSchema } from '../src/schema.ts';
import { type TestApp, testApp } from './app.ts';
import { connections, doorsById, nodeTypes } from './schema-fields.ts';
import { ask, type Caller, makeProject, newCaller, smallProject } from './story.ts';
import { fingerprint } from './tables.ts';
import { localModel, newTask } from './task-shell.ts';

const schema = createSchema();
let app: TestApp;
let ada: Caller;
let bob: Caller;
let vic: Caller;
let root: Caller;
let adasRepository: string;

beforeAll(async () => {
  // No worker: a job stays queued until somebody cancels it.
  app = await testApp({}, { ALLOW_LOCAL_REPOS: 'true' });
  [ada, bob, root] = [await newCaller(app), await newCaller(app), await newCaller(app, 'ADMIN')];
  vic = await newCaller(app);
  for (const caller of [ada, bob, vic, root]) await ownSomeOfEverything(caller);
  await app.app.database.prisma.user.update({ where: { id: vic.userId }, data: { role: 'VIEWER' } });
  adasRepository = await things.Repository(ada);
});
afterAll(() => app.close());

const databaseId = z.object({ databaseId: z.uuid() });

/** Makes something of a caller's own and gives its databaseId. Every type `node` can give has a row here. */
const things = {
  Item: async (caller: Caller) =>
    (await caller.get(databaseId, 'mutation { r: createItem(input: { title: "t" }) { ... on Item { databaseId } } }'))
      .databaseId,
  Repository: async (caller: Caller) => {
    const connect = 'mutation ($a: String!) { r: connectRepository(address: $a) { ... on Repository { databaseId } } }';
    return (await caller.get(databaseId, connect, { a: await makeProject(smallProject) })).databaseId;
  },
  DocsJob: async (caller: Caller) => {
    const input = { repositoryId: await things.Repository(caller) };
    const generate = `mutation ($input: GenerateDocsInput!) { r: generateDocs(input: $input) { ... on DocsJob { databaseId } } }`;
    return (await caller.get(databaseId, generate, { input })).databaseId;
  },
  Analysis: async (caller: Caller) => {
    const input = { projectName: 'mine', files: [{ path: 'a.py', content: 'a = 1\n' }] };
    const analyze = `mutation ($input: AnalyzeCodeInput!) { r: analyzeCode(input: $input) { ... on Analysis { databaseId } } }`;
    return (await caller.get(databaseId, analyze, { input })).databaseId;
  },
  Task: async (caller: Caller) => {
    const { prisma } = app.app.database;
    await prisma.creditAccount.update({ where: { userId: caller.userId }, data: { balance: { increment: 25 } } });
    const repositoryId = await things.Repository(caller);
    return (await newTask(caller, { repositoryId, title: 't' })).databaseId;
  },
  CvAnalysis: async (caller: Caller) => {
    const input = { jobDescription: 'We look for somebody who knows Java, Docker and Kubernetes.', cvText: 'Java' };
    const analyze = `mutation ($input: AnalyzeCvInput!) { r: analyzeCv(input: $input) { ... on CvAnalysis { databaseId } } }`;
    return (await caller.get(databaseId, analyze, { input })).databaseId;
  },
  Artifact: async (caller: Caller) => {
    const jobId = await things.DocsJob(caller);
    const file = { path: 'docs/private.md', content: Buffer.from(`# of ${caller.userId}`), mediaType: 'text/markdown' };
    const stored = await storeArtifact(app.app, jobId, file);
    await app.app.database.prisma.$transaction((transaction) => saveArtifacts(transaction, [stored]));
    return z.string().parse(stored.id);
  },
  Session: async (caller: Caller) => {
    const id = uuidv7();
    const data = { id, userId: caller.userId, refreshHash: createHash('sha256').update(id).digest() };
    const expiresAt = new Date(Date.now() + 86_400_000);
    await app.app.database.prisma.session.create({ data: { ...data, accessTokenSeconds: 900, expiresAt } });
    return id;
  },
  ApiKey: async (caller: Caller) => {
    const create = 'mutation { r: createApiKey(name: "k") { ... on NewApiKey { apiKey { databaseId } } } }';
    return (await caller.get(z.object({ apiKey: databaseId }), create)).apiKey.databaseId;
  },
  User: async (caller: Caller) => caller.userId,
};
type Thing = keyof typeof things;

/** What has no global id: lines that only a list gives, and what belongs to nobody. */
const others = {
  CreditTransaction: async (caller: Caller) => {
    const grant = `mutation ($id: UUID!) { r: grantCredits(userId: $id, amount: 1, type: BONUS, description: "d") {
      ... on CreditTransaction { databaseId } } }`;
    return (await root.get(databaseId, grant, { id: caller.userId })).databaseId;
  },
  CancelledTask: async (caller: Caller) => {
    const id = await things.Task(caller);
    await caller.ask('mutation ($id: UUID!) { cancelTask(id: $id) { __typename } }', { id });
    return id;
  },
  /** A repository that tasks work on. */
  WorkedRepository: async (caller: Caller) => {
    const jobId = await things.Task(caller);
    return (await app.app.database.prisma.task.findUniqueOrThrow({ where: { jobId } })).repositoryId;
  },
  AiModel: async (_caller: Caller) =>
    (await app.app.database.prisma.aiModel.findFirstOrThrow({ orderBy: { position: 'asc' } })).id,
};
const all = { ...things, ...others };
type AnyThing = keyof typeof all;

async function ownSomeOfEverything(caller: Caller): Promise<void> {
  for (const make of Object.values(things)) await make(caller);
}

interface Row {
  readonly door: string;
  readonly thing: AnyThing;
  /** An operation whose one variable is `$id`, and whose root field is called `r`. */
  readonly query: string;
  /** What its owner gets, so that the row can fail. */
  readonly works: object;
  /** Whose request works; the owner's unless it is a matter for admins. */
  readonly by?: 'ADMIN';
  /** What nobody but the owner may do, admins neither. */
  readonly private?: true;
  /** Whether the thing is named by its public number. */
  readonly numbered?: true;
}

const refusedOr = '... on Error { code message }';
const nodeRows = (Object.keys(things) as Thing[]).flatMap((thing): Row[] => {
  const found = { __typename: thing, databaseId: expect.any(String) };
  const fields = `__typename ... on ${thing} { databaseId }`;
  const mine = thing === 'Session' || thing === 'ApiKey' ? ({ private: true } as const) : {};
  return [
    {
      door: 'Query.node(id)',
      thing,
      query: `query ($id: ID!) { r: node(id: $id) { ${fields} } }`,
      works: found,
      ...mine,
    },
    {
      door: 'Query.nodes(ids)',
      thing,
      query: `query ($id: ID!) { r: nodes(ids: [$id]) { ${fields} } }`,
      works: [found],
      ...mine,
    },
  ];
});

/** Every door that takes an id. */
const rows: readonly Row[] = [
  ...nodeRows,
  {
    door: 'Query.item(id)',
    thing: 'Item',
    query: 'query ($id: UUID!) { r: item(id: $id) { title } }',
    works: { title: 't' },
  },
  {
    door: 'Query.repository(id)',
    thing: 'Repository',
    query: 'query ($id: UUID!) { r: repository(id: $id) { url } }',
    works: { url: expect.stringContaining('/') },
  },
  {
    door: 'Query.job(id)',
    thing: 'DocsJob',
    query: 'query ($id: UUID!) { r: job(id: $id) { kind } }',
    works: { kind: 'DOCS' },
  },
  {
    door: 'Query.jobEvents(id)',
    thing: 'DocsJob',
    query: 'query ($id: UUID!) { r: jobEvents(id: $id) { seq } }',
    works: [{ seq: 1 }],
  },
  {
    door: 'Mutation.updateItem(input.id)',
    thing: 'Item',
    query: `mutation ($id: UUID!) { r: updateItem(input: { id: $id, title: "new" }) { ... on Item { title } ${refusedOr} } }`,
    works: { title: 'new' },
    private: true,
  },
  {
    door: 'Mutation.deleteItem(id)',
    thing: 'Item',
    query: `mutation ($id: UUID!) { r: deleteItem(id: $id) { ... on Item { title } ${refusedOr} } }`,
    works: { title: 't' },
    private: true,
  },
  {
    door: 'Mutation.disconnectRepository(id)',
    thing: 'Repository',
    query: `mutation ($id: UUID!) { r: disconnectRepository(id: $id) { ... on Repository { url } ${refusedOr} } }`,
    works: { url: expect.any(String) },
    private: true,
  },
  {
    door: 'Mutation.generateDocs(input.repositoryId)',
    thing: 'Repository',
    query: `mutation ($id: UUID!) { r: generateDocs(input: { repositoryId: $id }) { ... on DocsJob { status } ${refusedOr} } }`,
    works: { status: 'QUEUED' },
    private: true,
  },
  {
    door: 'Mutation.generateDocs(input.repositoryNumber)',
    thing: 'Repository',
    query: `mutation ($id: Int!) { r: generateDocs(input: { repositoryNumber: $id }) { ... on DocsJob { status } ${refusedOr} } }`,
    works: { status: 'QUEUED' },
    private: true,
    numbered: true,
  },
  {
    door: 'Mutation.analyzeCode(input.repositoryId)',
    thing: 'Repository',
    query: `mutation ($id: UUID!) { r: analyzeCode(input: { projectName: "p", repositoryId: $id }) { ... on Analysis { status } ${refusedOr} } }`,
    works: { status: 'QUEUED' },
    private: true,
  },
  {
    door: 'Mutation.analyzeCode(input.repositoryNumber)',
    thing: 'Repository',
    query: `mutation ($id: Int!) { r: analyzeCode(input: { projectName: "p", repositoryNumber: $id }) { ... on Analysis { status } ${refusedOr} } }`,
    works: { status: 'QUEUED' },
    private: true,
    numbered: true,
  },
  {
    door: 'Query.analysis(id)',
    thing: 'Analysis',
    query: 'query ($id: UUID!) { r: analysis(id: $id) { status } }',
    works: { status: 'QUEUED' },
  },
  {
    door: 'Subscription.analysisProgress(id)',
    thing: 'Analysis',
    query: 'subscription ($id: UUID!) { r: analysisProgress(id: $id) { status } }',
    works: { status: 'QUEUED' },
  },
  {
    door: 'Query.cvAnalysis(id)',
    thing: 'CvAnalysis',
    query: 'query ($id: UUID!) { r: cvAnalysis(id: $id) { status } }',
    works: { status: 'QUEUED' },
  },
  {
    door: 'Subscription.cvAnalysisProgress(id)',
    thing: 'CvAnalysis',
    query: 'subscription ($id: UUID!) { r: cvAnalysisProgress(id: $id) { status } }',
    works: { status: 'QUEUED' },
  },
  {
    door: 'Mutation.deleteCvAnalysis(id)',
    thing: 'CvAnalysis',
    query: `mutation ($id: UUID!) { r: deleteCvAnalysis(id: $id) { ... on DeletedCvAnalysis { databaseId } ${refusedOr} } }`,
    works: { databaseId: expect.any(String) },
  },
  {
    door: 'Query.task(id)',
    thing: 'Task',
    query: 'query ($id: UUID!) { r: task(id: $id) { title } }',
    works: { title: 't' },
  },
  {
    door: 'Query.tasks(repositoryId)',
    thing: 'WorkedRepository',
    query: 'query ($id: UUID!) { r: tasks(repositoryId: $id) { totalCount nodes { title } } }',
    works: { totalCount: 1, nodes: [{ title: 't' }] },
    private: true,
  },
  {
    door: 'Mutation.createTask(input.repositoryId)',
    thing: 'Repository',
    query: `mutation ($id: UUID!) { r: createTask(input: { repositoryId: $id, aiModelId: "${localModel}", title: "t", prompt: "p", type: ASK }) { ... on Task { title } ${refusedOr} } }`,
    works: { title: 't' },
    private: true,
  },
  {
    door: 'Mutation.createTask(input.aiModelId)',
    thing: 'AiModel',
    query: `mutation ($id: UUID!, $adas: UUID!) { r: createTask(input: { repositoryId: $adas, aiModelId: $id, title: "t", prompt: "p", type: ASK }) { ... on Task { title } ${refusedOr} } }`,
    works: { title: 't' },
    private: true,
  },
  {
    door: 'Mutation.cancelTask(id)',
    thing: 'Task',
    query: `mutation ($id: UUID!) { r: cancelTask(id: $id) { ... on Task { status } ${refusedOr} } }`,
    works: { status: 'CANCELLED' },
  },
  {
    door: 'Mutation.retryTask(id)',
    thing: 'CancelledTask',
    query: `mutation ($id: UUID!) { r: retryTask(id: $id) { ... on Task { title } ${refusedOr} } }`,
    works: { title: 't' },
    private: true,
  },
  {
    door: 'Subscription.taskUpdated(id)',
    thing: 'Task',
    query: 'subscription ($id: UUID!) { r: taskUpdated(id: $id) { title } }',
    works: { title: 't' },
  },
  {
    door: 'Query.docsJob(number)',
    thing: 'DocsJob',
    query: 'query ($id: Int!) { r: docsJob(number: $id) { status } }',
    works: { status: 'QUEUED' },
    numbered: true,
  },
  {
    door: 'Query.user(id)',
    thing: 'User',
    query: 'query ($id: UUID!) { r: user(id: $id) { databaseId } }',
    works: { databaseId: expect.any(String) },
    by: 'ADMIN',
  },
  {
    door: 'Mutation.cancelJob(id)',
    thing: 'DocsJob',
    query: `mutation ($id: UUID!) { r: cancelJob(id: $id) { ... on CancelJobSuccess { job { status } } ${refusedOr} } }`,
    works: { job: { status: 'CANCELLED' } },
  },
  {
    door: 'Mutation.revokeSession(id)',
    thing: 'Session',
    query: `mutation ($id: UUID!) { r: revokeSession(id: $id) { ... on Session { revokedAt } ${refusedOr} } }`,
    works: { revokedAt: expect.any(String) },
    private: true,
  },
  {
    door: 'Mutation.revokeApiKey(id)',
    thing: 'ApiKey',
    query: `mutation ($id: UUID!) { r: revokeApiKey(id: $id) { ... on ApiKey { revokedAt } ${refusedOr} } }`,
    works: { revokedAt: expect.any(String) },
    private: true,
  },
  {
    door: 'Mutation.setUserRole(id)',
    thing: 'User',
    query: `mutation ($id: UUID!) { r: setUserRole(id: $id, role: USER) { ... on User { role } ${refusedOr} } }`,
    works: { role: 'USER' },
    by: 'ADMIN',
  },
  {
    door: 'Mutation.grantCredits(userId)',
    thing: 'User',
    query: `mutation ($id: UUID!) { r: grantCredits(userId: $id, amount: 1, type: BONUS, description: "d") { ... on CreditTransaction { amount } ${refusedOr} } }`,
    works: { amount: 1 },
    by: 'ADMIN',
  },
  {
    door: 'Mutation.updateAiModel(input.id)',
    thing: 'AiModel',
    query: `mutation ($id: UUID!) { r: updateAiModel(input: { id: $id, description: "d" }) { ... on AiModel { description } ${refusedOr} } }`,
    works: { description: 'd' },
    by: 'ADMIN',
  },
  {
    door: 'Subscription.jobEvents(id)',
    thing: 'DocsJob',
    query: 'subscription ($id: UUID!) { r: jobEvents(id: $id) { seq type } }',
    works: { seq: 1, type: 'QUEUED' },
  },
  {
    door: 'Subscription.docsProgress(id)',
    thing: 'DocsJob',
    query: 'subscription ($id: UUID!) { r: docsProgress(id: $id) { status } }',
    works: { status: 'QUEUED' },
  },
];

/** How this door names a thing: by its databaseId, its global id or its number. */
async function nameOf({ door, thing, numbered }: Row, id: string): Promise<string | number> {
  if (door.startsWith('Query.node')) return Buffer.from(`${thing}:${id}`).toString('base64');
  if (numbered !== true) return id;
  const { prisma } = app.app.database;
  const row =
    thing === 'DocsJob'
      ? await prisma.docsJob.findUnique({ where: { jobId: id } })
      : await prisma.repository.findUnique({ where: { id } });
  return row?.number ?? 2_000_000_000;
}

async function variablesOf(row: Row, id: string): Promise<Record<string, unknown>> {
  const adas = row.query.includes('$adas') ? { adas: adasRepository } : {};
  return { id: await nameOf(row, id), ...adas };
}

type Protocol = (token: string | undefined, query: string, variables: Record<string, unknown>) => Promise<unknown>;

/** The ways in for an operation; each gives its first answer. */
const protocolsFor = ({ door }: Row): Protocol[] =>
  door.startsWith('Subscription') ? [overSocket, overEventStream] : [overSocket, overHttp];

function overHttp(token: string | undefined, query: string, variables: Record<string, unknown>): Promise<unknown> {
  return ask(app, query, variables, token === undefined ? {} : { authorization: `Bearer ${token}` });
}

async function overSocket(token: string | undefined, query: string, variables: object): Promise<unknown> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const first = new Promise<unknown>((resolve) => {
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: token && { token } })));
    socket.on('message', (data) => {
      const message: { type: string; payload?: unknown } = JSON.parse(data.toString());
      if (message.type !== 'connection_ack') resolve(message.type === 'next' ? message.payload : message);
      else socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }));
    });
    socket.on('close', (code) => resolve({ closed: code }));
  });
  const answer = await first;
  socket.terminate();
  return answer;
}

async function overEventStream(token: string | undefined, query: string, variables: object): Promise<unknown> {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    const data = /^data: (.+)$/m.exec(text)?.[1];
    if (data !== undefined) return { status: response.status, ...JSON.parse(data) };
  }
  return { status: response.status, text };
}

describe('what is somebody else’s does not exist', () => {
  it('behind every door of the schema that takes an id: each has a row here', () => {
    expect([...new Set(rows.map(({ door }) => door))].sort()).toEqual(doorsById(schema).sort());
    expect(Object.keys(things).sort()).toEqual(nodeTypes(schema).sort());
  });

  describe.each(rows.map((row) => [`${row.door} of ${row.thing}`, row] as const))('%s', (_name, row) => {
    it('answers strangers as for an id that never was, and changes nothing', async () => {
      const id = await all[row.thing](ada);
      const before = await fingerprint(app);
      const strangers: [string, string | undefined][] = [
        ['another user', bob.token],
        ['nobody', undefined],
        ['a viewer', vic.token],
      ];
      if (row.private === true) strangers.push(['an admin', root.token]);
      for (const [who, token] of strangers) {
        for (const send of protocolsFor(row)) {
          const theirs = await send(token, row.query, await variablesOf(row, id));
          expect([who, theirs]).toEqual([who, await send(token, row.query, await variablesOf(row, uuidv7()))]);
          expect(JSON.stringify(theirs)).toMatch(
            /"code":"(NOT_FOUND|FORBIDDEN|UNAUTHENTICATED)"|"data":{"r":(null|\[null\]|{"totalCount":0,"nodes":\[\]})}/,
          );
        }
      }
      expect(await fingerprint(app)).toEqual(before);
    });

    it.each(row.private === undefined ? ['owner', 'admin'] : ['owner'])('works for its %s', async (who) => {
      for (const send of protocolsFor(row)) {
        const id = await all[row.thing](ada);
        const { token } = who === 'admin' || row.by === 'ADMIN' ? root : ada;
        const answer = await send(token, row.query, await variablesOf(row, id));
        expect(answer).toMatchObject({ data: { r: row.works } });
      }
    });
  });

  it('behind a global id that was made up', async () => {
    for (const typename of ['Job', 'JobEvent', 'SignUpInput', 'Nothing', 'constructor', 'Query']) {
      const id = Buffer.from(`${typename}:${uuidv7()}`).toString('base64');
      const answer = await bob.ask('query ($id: ID!) { node(id: $id) { id } }', { id });
      expect(answer.errors).toMatchObject([
        { message: 'id: not an id this server has given out', extensions: { code: 'VALIDATION_ERROR' } },
      ]);
    }
  });
});

describe('a download', () => {
  const link = (id: string, expires: number, signature?: string) => {
    const signed = signature ?? app.app.secret.sign('artifact-link', `${id} ${expires}`);
    return `/artifacts/${id}?expires=${expires}&signature=${signed}`;
  };
  const soon = () => Math.floor(Date.now() / 1000) + 60;

  async function download(path: string, token?: string, method = 'GET') {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${app.url}${path}`, { method, headers });
    const seen = ['content-type', 'content-length', 'content-disposition', 'etag', 'cache-control'];
    return {
      status: response.status,
      headers: seen.map((name) => response.headers.get(name)),
      text: await response.text(),
    };
  }

  it('refuses strangers and bad links as for a file that never was', async () => {
    const [id, never, other] = [await things.Artifact(ada), uuidv7(), await things.Artifact(bob)];
    const late = soon() - 120;
    const ways: [string, number, (id: string) => Parameters<typeof download>][] = [
      ['bare', 401, (file) => [`/artifacts/${file}`]],
      ['with a bad token', 401, (file) => [`/artifacts/${file}`, 'nonsense']],
      ['by another user', 404, (file) => [`/artifacts/${file}`, bob.token]],
      ['by a viewer', 404, (file) => [`/artifacts/${file}`, vic.token]],
      ['by another user who only asks for the head', 404, (file) => [`/artifacts/${file}`, bob.token, 'HEAD']],
      ['with a made-up signature', 404, (file) => [link(file, soon(), 'x'.repeat(43))]],
      ['with an empty signature', 404, (file) => [link(file, soon(), '')]],
      [
        'with the signature of another file',
        404,
        (file) => [link(file, late + 180, app.app.secret.sign('artifact-link', `${other} ${late + 180}`))],
      ],
      [
        'with a signature for another purpose',
        404,
        (file) => [link(file, soon(), app.app.secret.sign('access-token', file))],
      ],
      ['with a link that has run out', 404, (file) => [link(file, late)]],
      [
        'with a link whose end was moved',
        404,
        (file) => [link(file, soon(), app.app.secret.sign('artifact-link', `${file} ${late}`))],
      ],
      ['with half a link', 401, (file) => [`/artifacts/${file}?expires=${soon()}`]],
    ];
    for (const [way, status, request] of ways) {
      const [theirs, none] = [await download(...request(id)), await download(...request(never))];
      expect([way, theirs]).toEqual([way, none]);
      expect([way, theirs.status]).toEqual([way, status]);
    }
  });

  it('works for its owner, for an admin and by a link that is good', async () => {
    const id = await things.Artifact(ada);
    const form = z.object({ artifacts: z.array(z.object({ url: z.string() })) });
    const { jobId } = await app.app.database.prisma.artifact.findUniqueOrThrow({ where: { id } });
    const job = await ada.get(form, 'query ($id: UUID!) { job(id: $id) { artifacts { url } } }', { id: jobId });
    const bare = `/artifacts/${id}`;
    for (const [path, token] of [
      [bare, ada.token],
      [bare, root.token],
      [link(id, soon())],
      [job.artifacts[0]?.url],
    ] as const) {
      expect(await download(path ?? '', token)).toMatchObject({ status: 200, text: `# of ${ada.userId}` });
    }
  });
});

describe('lists', () => {
  const page = (field: string) => `($after: String, $before: String, $first: Int, $last: Int) {
    r: ${field}(after: $after, before: $before, first: $first, last: $last) { edges { cursor node { databaseId } } } }`;
  /** Every list with cursors: how to ask for it, and what it lists. */
  const lists: Record<string, { readonly query: string; readonly thing: AnyThing }> = {
    'Query.items': { query: `query ${page('items')}`, thing: 'Item' },
    'Query.jobs': { query: `query ${page('jobs')}`, thing: 'DocsJob' },
    'Query.tasks': { query: `query ${page('tasks')}`, thing: 'Task' },
    'Query.repositories': { query: `query ${page('repositories')}`, thing: 'Repository' },
    'Query.creditTransactions': { query: `query ${page('creditTransactions')}`, thing: 'CreditTransaction' },
    'Query.users': { query: `query ${page('users')}`, thing: 'User' },
    'User.sessions': { query: `query ${page('sessions').replace('{', '{ me {')} }`, thing: 'Session' },
    'User.apiKeys': { query: `query ${page('apiKeys').replace('{', '{ me {')} }`, thing: 'ApiKey' },
  };
  const form = z.object({ edges: z.array(z.object({ cursor: z.string(), node: databaseId })) });
  const names = Object.keys(lists).filter((name) => name !== 'Query.users');

  async function read(name: string, caller: Caller, variables: object = {}) {
    const answer = await caller.ask(lists[name]?.query ?? '', { ...variables });
    expect(answer.errors).toBeUndefined();
    const { me = answer.data } = answer.data ?? {};
    return form.parse(z.object({ r: z.unknown() }).parse(me).r).edges;
  }
  const idsOf = (edges: z.infer<typeof form>['edges']) => edges.map(({ node }) => node.databaseId);
  const cursorOf = (id: string) => Buffer.from(`GPC:S:${id}`).toString('base64');
  const idsOwnedBy = async (caller: Caller) => {
    const lines = await app.app.database.prisma.creditTransaction.findMany({ where: { userId: caller.userId } });
    return new Set([...Object.values(await belongings(caller)).flat(), ...lines.map(({ id }) => id)]);
  };

  it('all have a row here', () => {
    // Findings are reached through their job alone, which has its own doors above.
    expect([...Object.keys(lists), 'Analysis.findings', 'DocsHealth.findings'].sort()).toEqual(
      connections(schema).sort(),
    );
  });

  it.each(names)('%s holds what is the viewer’s, and nothing of anybody else, for admins too', async (name) => {
    for (const caller of [ada, bob, vic, root]) {
      const ids = idsOf(await read(name, caller, { first: 100 }));
      expect(ids.length).toBeGreaterThan(0);
      const own = await idsOwnedBy(caller);
      expect(ids.filter((id) => !own.has(id))).toEqual([]);
    }
  });

  it('of users is for admins alone', async () => {
    expect(idsOf(await read('Query.users', root))).toEqual(expect.arrayContaining([ada.userId, bob.userId]));
    for (const caller of [ada, vic]) {
      const answer = await caller.ask('{ users { nodes { id } } }');
      expect(answer).toMatchObject({ data: null, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    }
  });

  it.each(names)('%s tells nothing of an id in a cursor, and goes on after one that is gone', async (name) => {
    const thing = lists[name]?.thing ?? 'Item';
    await all[thing](bob);
    const theirs = await all[thing](ada);
    await all[thing](bob);
    const never = theirs.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    for (const edge of ['after', 'before']) {
      const seen = await read(name, bob, { [edge]: cursorOf(theirs) });
      expect(seen).toEqual(await read(name, bob, { [edge]: cursorOf(never) }));
      expect(seen.length).toBeGreaterThan(0);
      expect(idsOf(seen)).not.toContain(theirs);
    }
    const every = idsOf(await read(name, bob));
    const older = idsOf(await read(name, bob, { after: cursorOf(theirs) }));
    const newer = idsOf(await read(name, bob, { before: cursorOf(theirs) }));
    expect([...newer, ...older]).toEqual(every);
  });

  it('of events hold what happened to the viewer’s own work', async () => {
    for (const caller of [bob, root]) {
      const first = caller.follow(
        'subscription { e: myEvents(after: 0) { ... on JobEvent { jobId job { owner { databaseId } } } } }',
      );
      const own = await idsOwnedBy(caller);
      const { value } = await first.next();
      const { e } = z
        .object({ e: z.object({ jobId: z.string(), job: z.object({ owner: databaseId }) }) })
        .parse(value?.data);
      expect(own.has(e.jobId)).toBe(true);
      expect(e.job.owner.databaseId).toBe(caller.userId);
      await first.return?.();
    }
  });
});

/** The ids of everything that belongs to somebody, by type. */
async function belongings({ userId }: Caller): Promise<Record<Thing, string[]>> {
  const { prisma } = app.app.database;
  const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);
  return {
    User: [userId],
    Item: ids(await prisma.item.findMany({ where: { ownerId: userId } })),
    Repository: ids(await prisma.repository.findMany({ where: { ownerId: userId } })),
    DocsJob: ids(await prisma.job.findMany({ where: { ownerId: userId, kind: 'DOCS' } })),
    Task: ids(await prisma.job.findMany({ where: { ownerId: userId, kind: 'TASK' } })),
    Analysis: ids(await prisma.job.findMany({ where: { ownerId: userId, kind: 'ANALYSIS' } })),
    CvAnalysis: ids(await prisma.job.findMany({ where: { ownerId: userId, kind: 'CV_ANALYSIS' } })),
    Artifact: ids(await prisma.artifact.findMany({ where: { job: { ownerId: userId } } })),
    Session: ids(await prisma.session.findMany({ where: { userId } })),
    ApiKey: ids(await prisma.apiKey.findMany({ where: { userId } })),
  };
}

describe('relations', () => {
  /** How far to go, and of the kinds of an interface the only one to follow. */
  interface Reach {
    readonly depth?: number;
    readonly only?: string;
  }

  /** Selects everything that can be reached from a type without going through one type twice. */
  function selection(type: GraphQLNamedType, { depth = 8, only }: Reach = {}, above: readonly string[] = []): string {
    if (isInterfaceType(type)) {
      const kinds = schema
        .getPossibleTypes(type)
        .filter(({ name }) => only === undefined || name === only)
        .map((kind) => `... on ${kind.name} { ${selection(kind, { depth, ...(only && { only }) }, above)} }`);
      return `__typename ${kinds.join(' ')}`;
    }
    if (!isObjectType(type) || depth === 0) return '__typename';
    const below = Object.values(type.getFields()).flatMap((field) => {
      const target = getNamedType(field.type);
      const reachable = isObjectType(target) || isInterfaceType(target);
      const free = field.args.every((argument) => !isNonNullType(argument.type) || argument.defaultValue !== undefined);
      if (!reachable || !free || [...above, type.name].includes(target.name) || target.name === 'PageInfo') return [];
      const small = target.name.endsWith('Connection') ? '(first: 3)' : '';
      const reach = { depth: depth - 1, ...(only && { only }) };
      return [`${field.name}${small} { ${selection(target, reach, [...above, type.name])} }`];
    });
    return ['__typename', 'databaseId' in type.getFields() ? 'databaseId' : '', ...below].join(' ');
  }

  const typeNamed = (name: string) => {
    const type = schema.getType(name);
    if (type === undefined) throw new Error(`no type ${name}`);
    return type;
  };

  const jobInterface = typeNamed('Job');
  const jobKinds = (Object.keys(things) as Thing[]).filter(
    (thing) =>
      isInterfaceType(jobInterface) && schema.getPossibleTypes(jobInterface).some(({ name }) => name === thing),
  );

  /** Everything with a databaseId in an answer, as `Type:id`. */
  function reached(value: unknown): string[] {
    if (typeof value !== 'object' || value === null) return [];
    const below = Object.values(value).flatMap(reached);
    const here = z.object({ __typename: z.string(), databaseId: z.string() }).safeParse(value);
    // The catalogue of models is nobody's.
    const isOwned = here.success && here.data.__typename !== 'AiModel';
    return isOwned ? [`${here.data.__typename}:${here.data.databaseId}`, ...below] : below;
  }

  async function walk(caller: Caller, of: Caller): Promise<string[]> {
    const found: string[] = [];
    for (const [thing, ids] of Object.entries(await belongings(of))) {
      const id = Buffer.from(`${thing}:${ids[0]}`).toString('base64');
      const query = `query ($id: ID!) { node(id: $id) { ... on ${thing} { ${selection(typeNamed(thing))} } } }`;
      const answer = await caller.ask(query, { id });
      expect([thing, answer.errors]).toEqual([thing, undefined]);
      found.push(...reached(answer.data));
    }
    const jobs = await belongings(of);
    // A document for each kind: one for all of them is more than the server answers at once.
    const eventsOf = (kind: Thing): [string, string | undefined] => [
      `query ($id: UUID!) { jobEvents(id: $id) { ${selection(typeNamed('JobEvent'), { depth: 2, only: kind })} } }`,
      jobs[kind][0],
    ];
    const others: [string, string | undefined][] = [
      ...jobKinds.map(eventsOf),
      [`query { me { ${selection(typeNamed('User'))} } }`, undefined],
    ];
    for (const [query, id] of others) {
      const answer = await caller.ask(query, { id });
      expect(answer.errors).toBeUndefined();
      found.push(...reached(answer.data));
    }
    return found;
  }

  const own = async (caller: Caller) =>
    Object.entries(await belongings(caller)).flatMap(([thing, ids]) => ids.map((id) => `${thing}:${id}`));

  it('lead from what is one’s own to every type there is, and never to what is not', async () => {
    for (const caller of [ada, vic]) {
      const [found, allowed] = [await walk(caller, caller), await own(caller)];
      expect([...new Set(found.map((id) => id.split(':')[0]))].sort()).toEqual(nodeTypes(schema).sort());
      expect(found.filter((id) => !allowed.includes(id))).toEqual([]);
    }
  });

  it('lead an admin from somebody’s work to its owner, but not to the owner’s sessions and API keys', async () => {
    const [found, roots, adas] = [await walk(root, ada), await own(root), await own(ada)];
    const seen = adas.filter((id) => !/^(Session|ApiKey):/.test(id));
    expect(found.filter((id) => !seen.includes(id) && !roots.includes(id))).toEqual([]);
    expect(found).toContain(`User:${ada.userId}`);
    const users = `{ users(first: 100) { nodes { databaseId sessions { nodes { id } } apiKeys { nodes { id } } } } }`;
    const form = z.object({
      nodes: z.array(z.object({ databaseId: z.string(), sessions: z.unknown(), apiKeys: z.unknown() })),
    });
    const { nodes } = await root.get(form, users);
    expect(nodes.length).toBeGreaterThan(3);
    for (const { databaseId: id, ...private_ } of nodes) {
      if (id !== root.userId) expect(private_).toEqual({ sessions: { nodes: [] }, apiKeys: { nodes: [] } });
    }
  });

  it('cannot be made to somebody else’s: an admin starts no work on another’s repository', async () => {
    const generate = `mutation ($id: UUID!) { r: generateDocs(input: { repositoryId: $id }) { ${refusedOr} } }`;
    const answer = await root.ask(generate, { id: adasRepository });
    expect(answer.data?.r).toEqual({ code: 'NOT_FOUND', message: 'Repository not found' });
    expect((await ask(app, generate, { id: adasRepository })).data?.r).toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
