import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { z } from 'zod';
import type { App } from '../../src/app.ts';
import { authenticate } from '../../src/auth/service.ts';
import { createFeatures, featureRoutes } from '../../src/main.ts';
import { createGraphql } from '../../src/platform/graphql.ts';
import { persistedDocuments } from '../../src/platform/graphql-documents.ts';
import { createGraphqlSocket } from '../../src/platform/graphql-socket.ts';
import { createHttpServer } from '../../src/platform/http.ts';
import { headerCredential } from '../../src/rest/credentials.ts';
import type { Dialect } from '../../src/rest/dialect.ts';
import { rulesOfRows } from '../../src/rest/limits.ts';
import { statusOf } from '../../src/rest/refusal.ts';
import { type AnyRow, rawRow, row, waitingRow } from '../../src/rest/route.ts';
import type { TestApp } from '../app.ts';

/** The error body of the small dialect. */
export const smallError = z.object({
  trouble: z.string(),
  text: z.string(),
  issues: z.array(z.object({ field: z.string(), message: z.string(), code: z.string() })),
  details: z.record(z.string(), z.unknown()),
});

interface Refused {
  readonly __typename: 'ValidationError';
  readonly code: string;
}
const refused = '... on Error { code message } ... on ValidationError { issues { path message } }';

const startDocument: TypedDocumentNode<
  { r: { __typename: 'DocsJob'; databaseId: string } | Refused },
  { number: number }
> = parse(`mutation ($number: Int!) {
  r: generateDocs(input: { repositoryNumber: $number }) { __typename ... on DocsJob { databaseId } ${refused} }
}`);
const readDocument: TypedDocumentNode<
  { r: { __typename: 'DocsJob'; databaseId: string; status: string } | null },
  { id: string }
> = parse('query ($id: UUID!) { r: job(id: $id) { __typename databaseId status } }');
const createDocument: TypedDocumentNode<
  { r: { __typename: 'Item'; databaseId: string; title: string } | Refused },
  { title: string }
> = parse(`mutation ($title: String!) {
  r: createItem(input: { title: $title }) { __typename ... on Item { databaseId title } ${refused} }
}`);
const meDocument: TypedDocumentNode<
  { r: { __typename: 'User'; databaseId: string } | null },
  Record<string, never>
> = parse('{ r: me { __typename databaseId } }');

/** Rows of every kind, to see the machinery by. */
export const smallRows: readonly AnyRow[] = [
  waitingRow({
    method: 'POST',
    path: '/small/run',
    summary: 'Start and wait',
    auth: 'required',
    status: 200,
    request: { body: z.object({ repo: z.int() }) },
    document: startDocument,
    variables: ({ body }) => ({ number: body.repo }),
    names: { repositoryNumber: 'repo' },
    reply: () => undefined,
    wait: {
      seconds: 20,
      most: 30,
      jobId: ({ databaseId }) => databaseId,
      read: readDocument,
      variables: (id) => ({ id }),
      reply: ({ status, databaseId }) => ({ status, id: databaseId }),
    },
  }),
  row({
    method: 'POST',
    path: '/small/things',
    summary: 'Create',
    auth: 'required',
    status: 201,
    limits: ['making'],
    request: { body: z.object({ name: z.string() }) },
    document: createDocument,
    variables: ({ body }) => ({ title: body.name }),
    names: { title: 'name' },
    reply: ({ databaseId, title }) => ({ id: databaseId, name: title }),
  }),
  row({
    method: 'GET',
    path: '/small/me/',
    summary: 'Who',
    auth: 'optional',
    slashes: 'both',
    status: 200,
    document: meDocument,
    variables: () => ({}),
    missing: 'User',
    reply: ({ databaseId }) => ({ id: databaseId }),
  }),
  rawRow({
    method: 'GET',
    path: '/small/raw/{id}',
    summary: 'Raw',
    auth: 'none',
    status: 200,
    request: { params: z.object({ id: z.coerce.number().int() }), query: z.object({ q: z.string().default('none') }) },
    handle: async ({ params: { id }, query: { q }, header }) => ({ id, q, agent: header('user-agent') ?? null }),
  }),
  rawRow({
    method: 'GET',
    path: '/small/redirect',
    summary: 'Redirect',
    auth: 'none',
    status: 302,
    handle: async (_request, { reply }) => reply.redirect('/elsewhere', 302),
  }),
  rawRow({
    method: 'GET',
    path: '/small/probe',
    summary: 'Probe',
    auth: 'none',
    unlimited: true,
    status: 200,
    handle: async () => ({ ok: true }),
  }),
  rawRow({
    method: 'GET',
    path: '/small/broken',
    summary: 'A bug',
    auth: 'none',
    status: 200,
    handle: async () => {
      throw new TypeError('the secret inside of a bug');
    },
  }),
  rawRow({
    method: 'POST',
    path: '/small/files',
    summary: 'A file',
    auth: 'none',
    accepts: 'multipart',
    status: 200,
    handle: async (_request, { request }) => {
      const file = await request.file();
      if (file === undefined) return { bytes: null };
      const content = await file.toBuffer();
      return { name: file.filename, bytes: content.length };
    },
  }),
];

/** A backend of the tests' own; its credential may stand in the cookie `small`. */
export function smallDialect(more: Partial<Dialect> = {}): Dialect {
  return {
    name: 'small',
    title: 'Small',
    description: 'For tests.',
    version: '1',
    prefixes: ['/small'],
    rows: smallRows,
    refused: smallError,
    refuse: (refusal) => ({
      status: statusOf(refusal),
      body: { trouble: refusal.code, text: refusal.message, issues: refusal.issues, details: refusal.details },
    }),
    credential: (request) => {
      const token = request.cookies.small;
      return headerCredential(request) ?? (token === undefined ? undefined : { token, from: 'cookie' });
    },
    limits: {
      general: { name: 'general', requests: 100, seconds: 3600 },
      special: { making: { name: 'making', requests: 5, seconds: 900 } },
      headers: ({ rule, remaining, resetAt }) => ({
        'x-limit': `${rule.name} ${remaining}/${rule.requests}`,
        'x-reset': resetAt.toISOString(),
      }),
    },
    ...more,
  };
}

/** Serves dialects of the test's own with an app, as the API serves the five. */
export async function serve(app: App, dialects: readonly Dialect[]): Promise<{ url: string; close(): Promise<void> }> {
  const features = { ...createFeatures(app), dialects };
  const check = (credential: string) => authenticate(app, credential);
  const documents = persistedDocuments();
  const { graphql, shortWay } = createGraphql(app, {
    ...features,
    authenticate: check,
    documents,
    rulesOf: rulesOfRows(dialects),
  });
  const http = await createHttpServer(app, {
    graphql,
    shortWay,
    graphqlSocket: createGraphqlSocket(app, { graphql, authenticate: check, documents }),
    ...featureRoutes(app, features),
    readySignIn: async () => null,
  });
  const [url = ''] = await http.listen();
  return { url, close: () => http.close() };
}

/** A request whose path is sent as it is written, and with any method. */
export async function bareRequest(
  { url }: Pick<TestApp, 'url'>,
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  const { hostname, port } = new URL(url);
  const asked = httpRequest({ hostname, port, path, method, headers });
  asked.end(body);
  const [response]: IncomingMessage[] = await once(asked, 'response');
  if (response === undefined) throw new Error('no response');
  const pieces: Buffer[] = await Array.fromAsync(response);
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(pieces).toString() };
}
