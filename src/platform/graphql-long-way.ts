import { randomUUID } from 'node:crypto';
import { createFetch } from '@whatwg-node/fetch';
import { type ExecutionResult, getOperationAST, OperationTypeNode } from 'graphql';
import {
  createYoga,
  handleStreamOrSingleExecutionResult,
  type Plugin,
  processRegularResult,
  type YogaServerInstance,
} from 'graphql-yoga';
import type { App } from '../app.ts';
import { type Context, createContext } from './context.ts';
import type { OperationCounter, ServerFacts, SharedParts } from './graphql.ts';
import { bodyPlugin, fileLimit, mostFiles, multipartLimit } from './graphql-body.ts';
import { documentPlugin } from './graphql-documents.ts';
import { maskOutsideExecution, maskResult } from './graphql-errors.ts';
import { bodyLimit, limitPlugin } from './graphql-limits.ts';
import { ratePlugin } from './graphql-rates.ts';
import { ssePlugin } from './graphql-sse.ts';
import { isAsyncIterable, streamPlugin } from './graphql-streams.ts';

/** The way that takes every request there is. */
export type LongWay = YogaServerInstance<ServerFacts, Context>;

/**
 * Makes the long way. All that is loaded for it alone is reached through this module, which takes a sixth of what a
 * start costs and so is imported where it is needed first.
 */
export function createLongWay(app: App, { schema, authenticate, documents, gate, kept, count }: SharedParts): LongWay {
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

/** The answer to an operation with errors: what status they make, and what of them is for the server alone. */
export function responseOf(result: ExecutionResult, mediaType: string): Response {
  return processRegularResult(result, fetchApi, mediaType);
}

const fetchApi = createFetch({});

/** What a socket's upgrade request says of all its operations; the other headers belong to single requests. */
const socketHeaders = ['authorization', 'x-api-key', 'user-agent'];

function headerOf({ req }: ServerFacts, request: Request | undefined, name: string): string | undefined {
  if (request === undefined && !socketHeaders.includes(name)) return undefined;
  return req?.headers[name]?.toString() ?? request?.headers.get(name) ?? undefined;
}

/** Masks the errors of executions and streams, with the request id of their context. */
function maskingPlugin(app: App): Plugin<Context> {
  const mask = (payload: {
    readonly args: { readonly contextValue: Context };
    readonly result: ExecutionResult;
    readonly setResult: (result: ExecutionResult) => void;
  }) => payload.setResult(maskResult(payload.result, app.log, payload.args.contextValue.requestId));
  return {
    onExecute: () => ({ onExecuteDone: (payload) => handleStreamOrSingleExecutionResult(payload, mask) }),
    // The results of a stream are masked where they are made.
    onSubscribe: () => ({
      onSubscribeResult: ({ result, args, setResult }) => {
        if (!(Symbol.asyncIterator in result)) mask({ result, args, setResult });
      },
    }),
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
