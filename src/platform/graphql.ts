import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createFetch } from '@whatwg-node/fetch';
import { type GraphQLSchema, getOperationAST, OperationTypeNode } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { App } from '../app.ts';
import { type Context, createContext } from './context.ts';
import { bodyPlugin, fileLimit, mostFiles, multipartLimit } from './graphql-body.ts';
import { type DocumentCache, type Documents, documentCache, documentPlugin } from './graphql-documents.ts';
import { maskingPlugin, maskOutsideExecution } from './graphql-errors.ts';
import { bodyLimit, limitPlugin } from './graphql-limits.ts';
import { type RateGate, type RulesOf, rateGate, ratePlugin } from './graphql-rates.ts';
import { createShortWay, type ShortWay } from './graphql-short-way.ts';
import { ssePlugin } from './graphql-sse.ts';
import { isAsyncIterable, streamPlugin } from './graphql-streams.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Viewer } from './viewer.ts';

/** What the HTTP server or the socket knows of a request. */
export interface ServerFacts {
  readonly req?: IncomingMessage;
  readonly res?: ServerResponse;
  readonly requestId?: string;
  /** From connection_init. */
  readonly credential?: string | undefined;
  readonly ipAddress?: string | undefined;
}
export type GraphqlServer = YogaServerInstance<ServerFacts, Context>;

/** The two ways to an answer. What runs, and what is refused, is the same on both. */
export interface GraphqlServers {
  /** Takes every request there is, on HTTP and on sockets. */
  readonly graphql: GraphqlServer;
  /** Takes ordinary requests at a fraction of the cost, and leaves the others. */
  readonly shortWay: ShortWay;
}

export interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  readonly authenticate: (credential: string) => Promise<Viewer>;
  readonly documents: Documents;
  readonly rateLimits: RateLimits;
  readonly rulesOf: RulesOf;
}

/** The GraphQL servers behind HTTP, SSE and socket: context, limits, masking, metrics. */
export function createGraphql(app: App, options: GraphqlOptions): GraphqlServers {
  const shared = {
    ...options,
    gate: rateGate(app, options),
    // Refused texts are not kept: they cost little to refuse again and may be large.
    kept: documentCache(),
    count: operationCounter(app),
  };
  return { graphql: createLongWay(app, shared), shortWay: createShortWay(app, shared) };
}

/** What both ways share. */
export interface SharedParts extends GraphqlOptions {
  readonly gate: RateGate | null;
  readonly kept: DocumentCache;
  readonly count: OperationCounter;
}

function createLongWay(app: App, { schema, authenticate, documents, gate, kept, count }: SharedParts) {
  const costs = new WeakMap<Context, number>();
  const contexts = new WeakMap<Request, Context>();
  return createYoga<ServerFacts, Context>({
    schema,
    graphqlEndpoint: '/graphql',
    // GraphiQL is served compressed and with an ETag by the HTTP server itself.
    graphiql: false,
    landingPage: false,
    cors: false,
    logging: false,
    maxRequestBodySize: multipartLimit,
    fetchAPI: createFetch({
      formDataLimits: { fileSize: fileLimit, files: mostFiles, fields: 2, fieldSize: bodyLimit },
    }),
    parserAndValidationCache: { documentCache: kept, errorCache: { get: () => undefined, set() {} } },
    context: (initial) => {
      const { request } = initial;
      const context = createContext(app, {
        requestId: initial.requestId ?? randomUUID(),
        header: (name) => headerOf(initial, request, name),
        credential: initial.credential,
        // On a socket the cookie was looked at when it was opened.
        cookies: request === undefined ? undefined : initial.req,
        ipAddress: initial.ipAddress,
        authenticate,
      });
      if (request !== undefined) contexts.set(request, context);
      return context;
    },
    maskedErrors: { maskError: (error) => maskOutsideExecution(error, app.log) },
    plugins: [
      bodyPlugin(),
      documentPlugin(documents),
      limitPlugin(costs),
      ratePlugin(gate, costs),
      ssePlugin((request) => contexts.get(request)),
      streamPlugin(app),
      maskingPlugin(app),
      metricsPlugin(count),
    ],
  });
}

/** What a socket's upgrade request says of all its operations; the other headers belong to single requests. */
const socketHeaders = ['authorization', 'x-api-key', 'user-agent'];

function headerOf({ req }: ServerFacts, request: Request | undefined, name: string): string | undefined {
  if (request === undefined && !socketHeaders.includes(name)) return undefined;
  return req?.headers[name]?.toString() ?? request?.headers.get(name) ?? undefined;
}

/** Counts an operation by its type and whether its answer has errors. */
export type OperationCounter = (type: OperationTypeNode, result: unknown) => void;

function operationCounter(app: App): OperationCounter {
  const ofType = (type: string) => ({
    ok: app.metrics.operations.labels({ type, outcome: 'ok' }),
    errors: app.metrics.operations.labels({ type, outcome: 'errors' }),
  });
  const counters = { query: ofType('query'), mutation: ofType('mutation'), subscription: ofType('subscription') };
  return (type, result) => {
    const failed = typeof result === 'object' && result !== null && 'errors' in result && Array.isArray(result.errors);
    counters[type][failed ? 'errors' : 'ok'].inc();
  };
}

function metricsPlugin(count: OperationCounter): Plugin<Context> {
  return {
    onExecute: ({ args }) => {
      const type = getOperationAST(args.document, args.operationName)?.operation ?? OperationTypeNode.QUERY;
      return { onExecuteDone: ({ result }) => count(type, result) };
    },
    onSubscribe: () => ({
      onSubscribeResult: ({ result }) =>
        count(OperationTypeNode.SUBSCRIPTION, isAsyncIterable(result) ? undefined : result),
    }),
  };
}
