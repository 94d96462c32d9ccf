import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, testApp } from './app.ts';
import { type Caller, makeProject, newCaller } from './story.ts';
import { connect, creditsOf, newTask, refusedTask } from './task-shell.ts';

const generate = `mutation ($id: UUID!) { r: generateDocs(input: { repositoryId: $id }) {
  __typename ... on DocsJob { status } ... on Error { code message } } }`;
const analyze = `mutation ($input: AnalyzeCodeInput!) { r: analyzeCode(input: $input) {
  __typename ... on Analysis { status } ... on Error { code message } } }`;

let app: TestApp;
let ada: Caller;
let folder: string;
let id: string;

beforeAll(async () => {
  app = await testApp({}, { ALLOW_LOCAL_REPOS: 'true' });
  ada = await newCaller(app, 'USER');
  folder = await makeProject({ 'src/half.ts': 'export const half = 2;\n' });
  id = await connect(ada, folder);
});
afterAll(async () => {
  await ada.close();
  await app.close();
});

describe('a repository that is gone from where it was', () => {
  it('takes no work of any kind, sets no credits aside, and takes it again once it is connected again', async () => {
    const start = await creditsOf(ada);
    const row = await app.app.database.prisma.repository.update({ where: { id }, data: { isActive: false } });
    const refused = { __typename: 'ConflictError', code: 'REPOSITORY_INACTIVE' };
    expect(await refusedTask(ada, { repositoryId: id })).toMatchObject(refused);
    expect((await ada.ask(generate, { id })).data?.r).toMatchObject(refused);
    const projectName = row.name;
    for (const source of [{ repositoryId: id }, {}]) {
      const input = { projectName, types: ['QUALITY'], ...source };
      expect((await ada.ask(analyze, { input })).data?.r).toMatchObject(refused);
    }
    expect(await app.app.database.prisma.job.count({ where: { ownerId: ada.userId } })).toBe(0);
    expect(await creditsOf(ada)).toEqual(start);
    expect(await connect(ada, folder)).toBe(id);
    expect(await newTask(ada, { repositoryId: id, title: 'Again' })).toMatchObject({ status: 'QUEUED' });
  });

  it('does not stand before an active one of the same name', async () => {
    const other = await connect(ada, await makeProject({ 'a.ts': 'export const a = 1;\n' }));
    const { name } = await app.app.database.prisma.repository.findUniqueOrThrow({ where: { id } });
    await app.app.database.prisma.repository.update({ where: { id: other }, data: { name, isActive: false } });
    const answer = await ada.ask(analyze, { input: { projectName: name, types: ['QUALITY'] } });
    expect(answer.data?.r).toEqual({ __typename: 'Analysis', status: 'QUEUED' });
  });
});

describe("somebody else's repository", () => {
  it('is seen by an admin, who starts no work on it', async () => {
    const admin = await newCaller(app, 'ADMIN');
    const seen = await admin.ask('query ($id: UUID!) { r: repository(id: $id) { databaseId } }', { id });
    expect(seen.data?.r).toEqual({ databaseId: id });
    const hidden = { __typename: 'NotFoundError', code: 'NOT_FOUND' };
    expect((await admin.ask(generate, { id })).data?.r).toMatchObject(hidden);
    expect(await refusedTask(admin, { repositoryId: id })).toMatchObject(hidden);
    const input = { projectName: 'x', types: ['QUALITY'], repositoryId: id };
    expect((await admin.ask(analyze, { input })).data?.r).toMatchObject(hidden);
    await admin.close();
  });
});
