import { GraphQLScalarType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileLimit, mostFiles } from '../src/platform/graphql-body.ts';
import { bodyLimit } from '../src/platform/graphql-limits.ts';
import { createSchema } from '../src/schema.ts';
import { type TestApp, testApp } from './app.ts';
import { graphqlAnswer } from './story.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

/** Sends a multipart request whose parts a test decides. */
async function send(parts: Record<string, string | Blob>) {
  const body = new FormData();
  for (const [name, value] of Object.entries(parts)) body.append(name, value);
  const response = await fetch(`${app.url}/graphql`, { method: 'POST', body });
  return { status: response.status, answer: graphqlAnswer.parse(await response.json()) };
}
const operations = JSON.stringify({ query: '{ __typename }', variables: { file: null } });
const map = JSON.stringify({ 0: ['variables.file'] });

describe('a multipart request', () => {
  it('is answered, with files of up to the limit', async () => {
    const { status, answer } = await send({ operations, map, 0: new Blob([new Uint8Array(fileLimit - 1)]) });
    expect([status, answer]).toEqual([200, { data: { __typename: 'Query' } }]);
  });

  it('with a larger file is refused with 413, and the server goes on', async () => {
    const { status, answer } = await send({ operations, map, 0: new Blob([new Uint8Array(fileLimit + 1)]) });
    expect([status, answer.errors?.[0]?.extensions?.code]).toEqual([413, 'REQUEST_ENTITY_TOO_LARGE']);
    expect((await send({ operations })).status).toBe(200);
  });

  it.each([
    ['without operations', { map }],
    ['with operations that are no JSON', { operations: '{' }],
    ['with operations that are no object', { operations: 'null' }],
    ['with a map that leads nowhere', { operations, map: JSON.stringify({ 0: ['query.a.b'] }), 0: new Blob(['a']) }],
    ['with a map that is no list', { operations, map: JSON.stringify({ 0: 7 }), 0: new Blob(['a']) }],
    ['with a map that is no JSON', { operations, map: '{' }],
    ['with operations past the limit of a body', { operations: JSON.stringify({ query: 'x'.repeat(bodyLimit + 1) }) }],
    [
      'with more files than may be',
      { operations, map, ...Object.fromEntries(Array.from({ length: mostFiles + 1 }, (_, n) => [n, new Blob(['a'])])) },
    ],
    ['that is broken off', null],
  ])('%s is refused as the mistake it is', async (_what, parts) => {
    const { status, answer } =
      parts === null ? await broken() : await send(Object.fromEntries(Object.entries<string | Blob>(parts)));
    expect([status, answer.errors?.[0]?.message]).toEqual([
      expect.toSatisfy((code: number) => code >= 400 && code < 500),
      expect.not.stringContaining('Unexpected error'),
    ]);
  });

  async function broken() {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{"query"',
    });
    return { status: response.status, answer: graphqlAnswer.parse(await response.json()) };
  }
});

describe('an Upload', () => {
  const type = createSchema().getType('Upload');
  if (!(type instanceof GraphQLScalarType)) throw new Error('there is no Upload');
  it('is a file and nothing else', () => {
    const file = new File(['a'], 'cv.txt');
    expect(type.parseValue(file)).toBe(file);
    for (const other of ['text', {}, null, 7]) expect(() => type.parseValue(other)).toThrow('multipart request');
  });
});
