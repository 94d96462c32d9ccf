import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApp, testApp } from './app.ts';
import { type Caller, makeProject, newCaller } from './story.ts';
import { connect, localModel } from './task-shell.ts';

let app: TestApp;
let ada: Caller;
let repositoryId: string;

beforeAll(async () => {
  app = await testApp({}, { ALLOW_LOCAL_REPOS: 'true' });
  ada = await newCaller(app);
  repositoryId = await connect(ada, await makeProject({ 'a.ts': 'export const a = 1;\n' }));
});
afterAll(async () => {
  await ada.close();
  await app.close();
});

const kinds = ['createTask', 'generateDocs', 'analyzeCode'] as const;
const answer = z.object({ databaseId: z.uuid().optional(), code: z.string().optional() });

function ask(kind: (typeof kinds)[number], key: string): Promise<z.infer<typeof answer>> {
  const task = { repositoryId, aiModelId: localModel, type: 'ASK', title: 'Gone', prompt: 'Why?' };
  const input = {
    createTask: task,
    generateDocs: { repositoryId },
    analyzeCode: { repositoryId, projectName: 'gone' },
  };
  const type = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}Input`;
  return ada.get(
    answer,
    `mutation ($input: ${type}!, $key: String) { r: ${kind}(input: $input, idempotencyKey: $key) {
      ... on Job { databaseId } ... on Error { code } } }`,
    { input: input[kind], key },
  );
}

describe('asking for work again by a key whose job was deleted meanwhile', () => {
  it.each(kinds)('is answered NOT_FOUND by %s, as for any job that is not there', async (kind) => {
    const { databaseId } = await ask(kind, 'the-same');
    expect(await ask(kind, 'the-same')).toEqual({ databaseId });
    await app.app.database.prisma.job.delete({ where: { id: databaseId ?? '' } });
    expect(await ask(kind, 'the-same')).toEqual({ code: 'NOT_FOUND' });
  });
});
