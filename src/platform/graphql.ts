import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLSchema, OperationTypeNode } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { App } from '../app.ts';
import { type DocumentCache, type Documents, documentCache } from './graphql-documents.ts';
import type { LongWay } from './graphql-long-way.ts';
import { type RateGate, type RulesOf, rateGate } from './graphql-rates.ts';
import { createShortWay, type ShortWay } from './graphql-short-way.ts';
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

/** What a socket knows of one operation. */
export interface SocketFacts extends ServerFacts {
  readonly params: SubscribePayload;
}

/**
 * Answers whatever may be asked on HTTP, and prepares the operations of sockets. It is loaded with the first that needs
 * it, or when it is waited for: that takes a sixth of what a start costs, and ordinary requests do without.
 */
export interface GraphqlServer {
  (request: IncomingMessage, response: ServerResponse, facts: ServerFacts): Promise<void>;
  /** What parses, validates and runs an operation, with all that belongs to this server's operations around it. */
  getEnveloped(facts: SocketFacts): Promise<ReturnType<LongWay['getEnveloped']>>;
  /** Resolves when nobody will have to wait for it any more. */
  loaded(): Promise<void>;
}

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
  return { graphql: lateServer(app, shared), shortWay: createShortWay(app, shared) };
}

/** What both ways share. */
export interface SharedParts extends GraphqlOptions {
  readonly gate: RateGate | null;
  readonly kept: DocumentCache;
  readonly count: OperationCounter;
}

/** Makes the server that every request may be given to; what answers is loaded once, with the first of them. */
function lateServer(app: App, shared: SharedParts): GraphqlServer {
  let loading: Promise<LongWay> | undefined;
  const load = () => {
    loading ??= import('./graphql-long-way.ts').then(({ createLongWay }) => createLongWay(app, shared));
    return loading;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse, facts: ServerFacts) => {
    const longWay = await load();
    // Who hung up meanwhile would not be noticed any more.
    if (!response.destroyed) await longWay(request, response, facts);
  };
  return Object.assign(answer, {
    getEnveloped: async (asked: SocketFacts) => (await load()).getEnveloped(asked),
    loaded: async () => void (await load()),
  });
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
