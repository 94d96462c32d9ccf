import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApp, testApp } from './app.ts';
import { replay } from './rest/replay.ts';
import { ask, type Caller, newCaller } from './story.ts';

const model = z.object({
  id: z.uuid(),
  name: z.string(),
  displayName: z.string(),
  provider: z.string(),
  description: z.string(),
  costPerToken: z.number(),
  maxTokens: z.int(),
  capabilities: z.array(z.string()),
  isActive: z.boolean(),
});
const reply = z.object({ success: z.literal(true), data: z.object({ models: z.array(model) }) });
const change = `mutation ($input: UpdateAiModelInput!) { r: updateAiModel(input: $input) {
  __typename ... on AiModel { name displayName description costPerToken maxTokens capabilities isEnabled isActive }
  ... on Error { code message } ... on ValidationError { issues { path message } } } }`;

let app: TestApp;
let root: Caller;
beforeAll(async () => {
  app = await testApp();
  root = await newCaller(app, 'ADMIN');
});
afterAll(() => app.close());

const catalogue = async (one: TestApp = app) => (await replay(one, 'GET /api/ai-models', reply)).data.models;
const active = async (one?: TestApp) =>
  (await catalogue(one)).filter(({ isActive }) => isActive).map(({ name }) => name);
const idOf = async (name: string) => (await catalogue()).find((one) => one.name === name)?.id ?? '';

describe('the catalogue of models', () => {
  it('is served as documented to everybody, the built-in engine first', async () => {
    const models = await catalogue();
    expect(models.map(({ name, provider }) => [name, provider])).toEqual([
      ['local', 'local'],
      ['gpt-4', 'openai'],
      ['gpt-3.5-turbo', 'openai'],
      ['claude-3-sonnet', 'anthropic'],
      ['claude-3-haiku', 'anthropic'],
      ['gemini-pro', 'google'],
    ]);
    expect(models.find(({ name }) => name === 'gpt-4')).toMatchObject({
      displayName: 'GPT-4',
      costPerToken: 0.00003,
      maxTokens: 8192,
      capabilities: expect.arrayContaining(['debug', 'ask', 'documentation']),
    });
    const { data } = await ask(app, '{ aiModels { databaseId name isEnabled isActive } }');
    expect(data?.aiModels).toEqual(
      models.map(({ id, name, isActive }) => ({ databaseId: id, name, isEnabled: true, isActive })),
    );
  });

  it.each([
    [{}, ['local']],
    [{ OPENAI_API_KEY: 'k' }, ['local', 'gpt-4', 'gpt-3.5-turbo']],
    [{ ANTHROPIC_API_KEY: 'k' }, ['local', 'claude-3-sonnet', 'claude-3-haiku']],
    [
      { OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k' },
      ['local', 'gpt-4', 'gpt-3.5-turbo', 'claude-3-sonnet', 'claude-3-haiku'],
    ],
  ])('with the keys %j has these models active: %j', async (keys, names) => {
    const other = await app.another({}, keys);
    expect(await active(other)).toEqual(names);
    await other.close();
  });

  it('is changed by admins, field by field', async () => {
    const id = await idOf('gpt-4');
    const before = (await catalogue()).find((one) => one.id === id);
    const first = { id, displayName: ' GPT four ', costPerToken: 0.5, capabilities: ['ASK', 'ASK', 'DEBUG'] };
    const { data } = await root.ask(change, { input: first });
    expect(data?.r).toMatchObject({
      displayName: 'GPT four',
      costPerToken: 0.5,
      capabilities: ['ASK', 'DEBUG'],
      maxTokens: before?.maxTokens,
      description: before?.description,
    });
    const second = { id, description: 'New', maxTokens: 5, displayName: null };
    expect((await root.ask(change, { input: second })).data?.r).toMatchObject({
      displayName: 'GPT four',
      description: 'New',
      maxTokens: 5,
    });
    expect((await catalogue()).find((one) => one.id === id)).toMatchObject({ capabilities: ['ask', 'debug'] });
  });

  it('keeps a model that is switched off, and switches it on again', async () => {
    const id = await idOf('claude-3-haiku');
    const other = await app.another({}, { ANTHROPIC_API_KEY: 'k' });
    expect((await root.ask(change, { input: { id, isEnabled: false } })).data?.r).toMatchObject({ isEnabled: false });
    expect(await active(other)).toEqual(['local', 'claude-3-sonnet']);
    await root.ask(change, { input: { id, isEnabled: true } });
    expect(await active(other)).toEqual(['local', 'claude-3-sonnet', 'claude-3-haiku']);
    await other.close();
  });

  it.each([
    ['local', { isEnabled: false }, 'isEnabled'],
    ['gpt-4', { displayName: ' ' }, 'displayName'],
    ['gpt-4', { description: 'x'.repeat(1001) }, 'description'],
    ['gpt-4', { costPerToken: -0.1 }, 'costPerToken'],
    ['gpt-4', { maxTokens: 0 }, 'maxTokens'],
    ['gpt-4', { capabilities: [] }, 'capabilities'],
  ])('refuses for %s: %j', async (name, input, path) => {
    const before = await catalogue();
    const answer = await root.ask(change, { input: { id: await idOf(name), ...input } });
    expect(answer.data?.r).toMatchObject({ __typename: 'ValidationError', issues: [{ path }] });
    expect(await catalogue()).toEqual(before);
  });

  it('is not changed by users, and has no model of a made-up id', async () => {
    const ada = await newCaller(app);
    const input = { id: await idOf('gpt-4'), displayName: 'Mine' };
    expect((await ada.ask(change, { input })).data?.r).toMatchObject({ code: 'FORBIDDEN' });
    const nowhere = { id: '0198c0de-0000-7000-8000-000000000000', displayName: 'Nobody' };
    expect((await root.ask(change, { input: nowhere })).data?.r).toMatchObject({ code: 'NOT_FOUND' });
  });
});
