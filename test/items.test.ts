import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApp, testApp } from './app.ts';
import { ask, type Caller, newCaller } from './story.ts';

const item = z.object({ databaseId: z.string(), title: z.string(), description: z.string().nullable() });
const create = `mutation ($title: String!, $key: String) { r: createItem(input: { title: $title }, idempotencyKey: $key) {
  __typename ... on Item { databaseId title description } ... on Error { code message }
  ... on ValidationError { issues { path message } } } }`;

describe('items', () => {
  let app: TestApp;
  let ada: Caller;
  let bob: Caller;

  beforeAll(async () => {
    app = await testApp();
    ada = await newCaller(app);
    bob = await newCaller(app);
  });
  afterAll(() => app.close());

  it('are made, read, changed and deleted by their owner', async () => {
    const made = await ada.get(item, create, { title: ' First ' });
    expect(made).toMatchObject({ title: 'First', description: null });
    const changed = await ada.get(
      item,
      `mutation ($id: UUID!) { r: updateItem(input: { id: $id, description: "more" }) { ... on Item { databaseId title description } } }`,
      { id: made.databaseId },
    );
    expect(changed).toEqual({ databaseId: made.databaseId, title: 'First', description: 'more' });
    const deleted = await ada.get(
      item,
      `mutation ($id: UUID!) { r: deleteItem(id: $id) { ... on Item { databaseId title description } } }`,
      { id: made.databaseId },
    );
    expect(deleted.databaseId).toBe(made.databaseId);
    const gone = await ada.ask(`query ($id: UUID!) { item(id: $id) { title } }`, { id: made.databaseId });
    expect(gone).toEqual({ data: { item: null } });
  });

  it('refuse a bad title with the field and the reason', async () => {
    const refused = await ada.ask(create, { title: '   ' });
    expect(refused.data?.r).toEqual({
      __typename: 'ValidationError',
      code: 'VALIDATION_ERROR',
      message: 'title: must not be empty',
      issues: [{ path: 'title', message: 'must not be empty' }],
    });
  });

  it('are made once per idempotency key, by argument and by header', async () => {
    const first = await ada.get(item, create, { title: 'Once', key: 'k1' });
    const again = await ada.get(item, create, { title: 'Once', key: 'k1' });
    expect(again.databaseId).toBe(first.databaseId);
    const other = await ada.ask(create, { title: 'Other', key: 'k1' });
    expect(other.data?.r).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    const byHeader = await Promise.all(
      [1, 2, 3].map(() => ada.ask(create, { title: 'H' }, { 'idempotency-key': 'k2' })),
    );
    const ids = byHeader.map((answer) =>
      z.object({ databaseId: z.string().optional(), code: z.string().optional() }).parse(answer.data?.r),
    );
    expect(new Set(ids.flatMap(({ databaseId }) => databaseId ?? [])).size).toBe(1);
    expect(ids.every(({ databaseId, code }) => databaseId !== undefined || code === 'IDEMPOTENCY_IN_PROGRESS')).toBe(
      true,
    );
    // The same key of somebody else is another key.
    const bobs = await bob.get(item, create, { title: 'Once', key: 'k1' });
    expect(bobs.databaseId).not.toBe(first.databaseId);
  });

  it('cost the same number of statements whatever the page holds', async () => {
    for (let n = 0; n < 8; n += 1) await ada.get(item, create, { title: `n${n}` });
    const count = async (first: number) => {
      app.statements();
      const query = `query ($first: Int) { items(first: $first) { totalCount nodes { id title owner { id username } } } }`;
      const answer = await ada.ask(query, { first });
      expect(answer.errors).toBeUndefined();
      return app.statements().length;
    };
    const few = await count(2);
    expect(await count(8)).toBe(few);
    expect(few).toBeLessThanOrEqual(5);
  });

  it('do not exist for anybody not signed in', async () => {
    const answer = await ask(app, '{ items { totalCount } }');
    expect(answer.errors?.[0]).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  });
});
