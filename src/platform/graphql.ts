import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createFetch } from '@whatwg-node/fetch';
import { type GraphQLSchema, getOperationAST } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { App } from '../app.ts';
import { type Context, createContext } from './context.ts';
import { bodyPlugin, fileLimit, mostFiles, multipartLimit } from './graphql-body.ts';
import { type Documents, documentCache, documentPlugin } from './graphql-documents.ts';
import { maskingPlugin, maskOutsideExecution } from './graphql-errors.ts';
import { bodyLimit, limitPlugin } from './graphql-limits.ts';
import { type RulesOf, ratePlugin } from './graphql-rates.ts';
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

export interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  readonly authenticate: (credential: string) => Promise<Viewer>;
  readonly documents: Documents;
  readonly rateLimits: RateLimits;
  readonly rulesOf: RulesOf;
}

/** The GraphQL server behind HTTP, SSE and socket: context, limits, masking, metrics. */
export function createGraphql(app: App, options: GraphqlOptions): GraphqlServer {
  const { schema, authenticate, documents } = options;
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
    // Refused texts are not kept: they cost little to refuse again and may be large.
    parserAndValidationCache: { documentCache: documentCache(), errorCache: { get: () => undefined, set() {} } },
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
      ratePlugin(app, { ...options, costs }),
      ssePlugin((request) => contexts.get(request)),
      streamPlugin(app),
      maskingPlugin(app),
      metricsPlugin(app),
    ],
  });
}

/** What a socket's upgrade request says of all its operations; the other headers belong to single requests. */
const socketHeaders = ['authorization', 'x-api-key', 'user-agent'];

function headerOf({ req }: ServerFacts, request: Request | undefined, name: string): string | undefined {
  if (request === undefined && !socketHeaders.includes(name)) return undefined;
  return req?.headers[name]?.toString() ?? request?.headers.get(name) ?? undefined;
}

function metricsPlugin(app: App): Plugin<Context> {
  const count = (type: string, result: unknown) => {
    const failed = typeof result === 'object' && result !== null && 'errors' in result && Array.isArray(result.errors);
    app.metrics.operations.inc({ type, outcome: failed ? 'errors' : 'ok' });
  };
  return {
    onExecute: ({ args }) => {
      const type = getOperationAST(args.document, args.operationName)?.operation ?? 'query';
      return { onExecuteDone: ({ result }) => count(type, result) };
    },
    onSubscribe: () => ({
      onSubscribeResult: ({ result }) => count('subscription', isAsyncIterable(result) ? undefined : result),
    }),
  };
}
