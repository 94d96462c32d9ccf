import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { useAPQ } from '@graphql-yoga/plugin-apq';
import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations';
import { type ExecutionResult, type GraphQLError, type GraphQLSchema, getOperationAST } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { z } from 'zod';
import type { App } from '../app.ts';
import { type Context, createContext } from './context.ts';
import { maskError } from './graphql-errors.ts';
import { bodyLimit, limitPlugins } from './graphql-limits.ts';
import { ssePlugin } from './graphql-sse.ts';
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
  /** Operations by hash; when given, no others are run. */
  readonly trustedDocuments?: ReadonlyMap<string, string> | undefined;
}

/** The GraphQL server behind HTTP, SSE and socket: context, limits, masking, metrics. */
export function createGraphql(app: App, { schema, authenticate, trustedDocuments }: GraphqlOptions): GraphqlServer {
  const contexts = new WeakMap<Request, Context>();
  return createYoga<ServerFacts, Context>({
    schema,
    graphqlEndpoint: '/graphql',
    // GraphiQL is served compressed and with an ETag by the HTTP server itself.
    graphiql: false,
    landingPage: false,
    healthCheckEndpoint: '/graphql/health',
    cors: false,
    logging: false,
    multipart: false,
    maxRequestBodySize: bodyLimit,
    context: (initial) => {
      const { request } = initial;
      const context = createContext(app, {
        requestId: initial.requestId ?? randomUUID(),
        header: (name) => initial.req?.headers[name]?.toString() ?? request?.headers.get(name) ?? undefined,
        credential: initial.credential,
        ipAddress: initial.ipAddress,
        authenticate,
      });
      if (request !== undefined) contexts.set(request, context);
      return context;
    },
    maskedErrors: {
      maskError: (error) => maskError(error, app.log, undefined),
    },
    plugins: [
      ...limitPlugins(),
      ssePlugin((request) => contexts.get(request)),
      trustedDocuments === undefined
        ? useAPQ({ store: boundedStore(1000) })
        : usePersistedOperations({
            getPersistedOperation: (hash) => trustedDocuments.get(hash) ?? null,
            allowArbitraryOperations: false,
          }),
      streamErrorPlugin(app),
      metricsPlugin(app),
    ],
  });
}

/** Reads a JSON file of operations by SHA-256 hash, as most GraphQL clients' build tools write it. */
export async function readTrustedDocuments(path: string): Promise<ReadonlyMap<string, string>> {
  const documents = z.record(z.string(), z.string()).parse(JSON.parse(await readFile(path, 'utf8')));
  return new Map(Object.entries(documents));
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
      onSubscribeResult: ({ result }) => {
        count('subscription', result);
        app.metrics.subscriptions.inc();
        return { onEnd: () => app.metrics.subscriptions.dec() };
      },
    }),
  };
}

/**
 * An error in the middle of a stream becomes its last result, in both protocols. Left alone it would tear down the
 * whole socket or break the connection off without a word.
 */
function streamErrorPlugin(app: App): Plugin<Context> {
  return {
    onSubscribe: ({ args }) => ({
      onSubscribeResult: ({ result, setResult }) => {
        if (!isAsyncIterable(result)) return;
        const { requestId, hangUp } = args.contextValue;
        const source = result[Symbol.asyncIterator]();
        setResult(guarded(source, hangUp, (error) => maskError(error, app.log, requestId)));
      },
    }),
  };
}

/** An async generator in all its methods, or graphql-ws would not end it. */
function guarded(
  source: AsyncIterator<ExecutionResult>,
  hangUp: AbortController,
  mask: (error: unknown) => GraphQLError,
): AsyncGenerator<ExecutionResult, void, undefined> {
  let failed = false;
  return {
    async next() {
      if (failed) return { done: true, value: undefined };
      try {
        return await source.next();
      } catch (error) {
        failed = true;
        return { done: false, value: { errors: [mask(error)] } };
      }
    },
    async return() {
      // A generator that waits for a wake-up would take its return only after that.
      hangUp.abort();
      await source.return?.();
      return { done: true, value: undefined };
    },
    async throw() {
      return this.return();
    },
    async [Symbol.asyncDispose]() {
      await this.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<ExecutionResult> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Automatic persisted queries: the newest thousand, least recently used out first. */
function boundedStore(capacity: number) {
  const kept = new Map<string, string>();
  return {
    get(hash: string) {
      const query = kept.get(hash);
      if (query === undefined) return undefined;
      kept.delete(hash);
      kept.set(hash, query);
      return query;
    },
    set(hash: string, query: string) {
      kept.set(hash, query);
      const oldest = kept.keys().next();
      if (kept.size > capacity && oldest.done !== true) kept.delete(oldest.value);
    },
  };
}
