import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify, type RouteOptions } from 'fastify';
import type { WebSocketServer } from 'ws';
import type { App } from '../app.ts';
import { version } from '../version.ts';
import { DomainError } from './errors.ts';
import { requestIdOf } from './http-request.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route is for, in a few words, as `server routes` lists it. */
    readonly purpose?: string;
  }
}

/** A route as people know it. */
export interface HttpRoute {
  readonly method: string;
  readonly path: string;
  readonly purpose: string;
}

/** The sockets of features. */
export interface FeatureSockets {
  readonly routes: readonly HttpRoute[];
  /** Who takes the socket a request asks for; undefined when its address is nobody's. */
  readonly serverOf: (request: IncomingMessage) => WebSocketServer | undefined;
}

export interface RouterOptions {
  /** Adds a feature's raw routes, such as downloads. */
  readonly routes: readonly ((server: FastifyInstance) => void | Promise<void>)[];
  /**
   * What a request gets that leads to no route, in the words of whoever its address would belong to; undefined when
   * it is nobody's.
   */
  readonly unroutedReply?: (request: Unrouted) => UnroutedReply | undefined;
  /** What a request gets that is not let in, in the words of whoever its address belongs to; undefined for nobody. */
  readonly overloadedReply?: (url: string) => UnroutedReply | undefined;
  readonly sockets?: FeatureSockets;
}

/** Fastify's router, the function that answers by it, and its routes. */
export interface Router {
  readonly fastify: FastifyInstance;
  readonly listener: RequestListener;
  readonly routes: readonly HttpRoute[];
}

/** Makes Fastify's router with what every route has: security headers, CORS, errors in JSON. Listens to nothing. */
export async function createRouter(app: App, options: RouterOptions): Promise<Router> {
  let listener: RequestListener | undefined;
  const added: { readonly url: string; readonly route: RouteOptions }[] = [];
  const server = fastify({
    bodyLimit: 1_000_000,
    // Connections belong to the servers this module makes; Fastify only routes.
    serverFactory: (handler) => {
      listener = handler;
      return createServer(handler);
    },
    // Handlers parse by zod and word what is wrong: Fastify's own compilers are not even loaded.
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    genReqId: (request) => requestIdOf(request),
    logger: false,
    routerOptions: { ignoreTrailingSlash: false },
    // What fails before a route is found, such as an address that cannot be decoded.
    frameworkErrors: (error, request, reply) => {
      const { url = '', method = '' } = request.raw;
      const { status, body, headers } = unrouted(options, { url, method, error });
      reply.hijack();
      const always = { 'content-type': 'application/json; charset=utf-8', 'x-content-type-options': 'nosniff' };
      reply.raw.writeHead(status, { ...always, ...headers });
      reply.raw.end(JSON.stringify(body));
    },
  });
  // Looked at when all are there: hooks of a scope may still name the purpose of its routes. The address is kept at
  // once, for Fastify writes the next one into the same object where a prefix is served with and without a slash.
  server.addHook('onRoute', (route) => {
    added.push({ url: route.url, route });
  });
  await addSecurityHeaders(server);
  answerUnrouted(server, options);
  await server.register(cors, {
    origin: app.config.FRONTEND_URL ?? false,
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders,
  });
  server.setErrorHandler((error, request, reply) => answerError(app, error, request, reply));
  addHealth(app, server);
  for (const add of options.routes) await add(server);
  await server.ready();
  if (listener === undefined) throw new Error('Fastify made no listener');
  return { fastify: server, listener, routes: added.flatMap(({ url, route }) => described(url, route)) };
}

function noCompiler(): () => never {
  return () => {
    throw new Error('no route has a schema of its own here: its handler parses what it is given');
  };
}

/** What front ends may read of an answer. */
const exposedHeaders = [
  'x-request-id',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'retry-after',
  'location',
  'content-disposition',
];

/** Helmet's headers. They are the same for every answer, so it is asked for them once. */
async function addSecurityHeaders(server: FastifyInstance): Promise<void> {
  const contentSecurityPolicy = { directives: { 'upgrade-insecure-requests': null } };
  await server.register(helmet, { global: false, contentSecurityPolicy });
  let known: ReadonlyMap<string, number | string | string[]> | undefined;
  server.addHook('onRequest', async (_request, reply) => {
    const { raw } = reply;
    if (known !== undefined) {
      for (const [name, value] of known) raw.setHeader(name, value);
      return;
    }
    const before = new Set(raw.getHeaderNames());
    await reply.helmet();
    const added = raw.getHeaderNames().filter((name) => !before.has(name));
    known = new Map(added.map((name) => [name, raw.getHeader(name) ?? '']));
  });
}

/** A request that leads to no route: its address is nobody's, its verb is odd there, or it cannot even be read. */
export interface Unrouted {
  readonly method: string;
  readonly url: string;
  /** Why the address cannot be read. */
  readonly error?: Error;
}

/** An answer to a request that reached no route. */
export interface UnroutedReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

function unrouted({ unroutedReply }: Pick<RouterOptions, 'unroutedReply'>, request: Unrouted): UnroutedReply {
  const reply = unroutedReply?.(request);
  if (reply !== undefined) return reply;
  const error =
    request.error === undefined
      ? { status: 404, code: 'NOT_FOUND', message: 'There is nothing at this address' }
      : { status: 400, code: 'BAD_REQUEST', message: request.error.message };
  const { status, ...words } = error;
  return { status, body: { error: words }, headers: {} };
}

/** Before the body is read, which may be anything. Preflight requests are the business of CORS. */
function answerUnrouted(server: FastifyInstance, options: Pick<RouterOptions, 'unroutedReply'>): void {
  const answer = (request: FastifyRequest, reply: FastifyReply) => {
    const { status, headers, body } = unrouted(options, request);
    return reply.status(status).headers(headers).send(body);
  };
  server.addHook('onRequest', async (request, reply) => {
    const preflight = request.headers['access-control-request-method'] !== undefined;
    if (request.method === 'OPTIONS' ? !preflight : request.is404) return answer(request, reply);
  });
  server.setNotFoundHandler(answer);
}

function answerError(app: App, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof DomainError) {
    const status = error.code === 'NOT_FOUND' ? 404 : error.code === 'FORBIDDEN' ? 403 : statusOfCode(error.code);
    return reply.status(status).send({ error: { code: error.code, message: error.message } });
  }
  const status = isHttpError(error) ? error.statusCode : 500;
  if (status < 500 && error instanceof Error) {
    return reply.status(status).send({ error: { code: 'BAD_REQUEST', message: error.message } });
  }
  app.log.error({ err: error, requestId: request.id }, 'unexpected');
  return reply
    .status(500)
    .send({ error: { code: 'INTERNAL_ERROR', message: 'Unexpected error', requestId: request.id } });
}

/** A route as people know it: without the HEAD that Fastify adds to every GET, and without refusals of odd verbs. */
function described(url: string, { method, config }: RouteOptions): HttpRoute[] {
  const preflight = 'Answers the preflight requests of browsers';
  return [method]
    .flat()
    .filter((one) => one !== 'HEAD')
    .map((one) => ({ method: one, path: url, purpose: config?.purpose ?? (one === 'OPTIONS' ? preflight : '') }));
}

function addHealth(app: App, server: FastifyInstance): void {
  server.get('/', { config: { purpose: 'Leads to GraphiQL' } }, (_request, reply) => reply.redirect('/graphql', 302));
  server.get('/health/live', { config: { purpose: 'Whether the process lives' } }, () => ({
    status: 'alive',
    version,
  }));
  server.get('/health/ready', { config: { purpose: 'Whether it takes requests' } }, async (_request, reply) => {
    const checks = {
      database: await isUp(() => app.database.pool.query('SELECT 1')),
      wakeUps: app.wakeUps.healthy() !== false,
      accepting: !app.closing.aborted,
    };
    const ready = checks.database && checks.accepting;
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not_ready', checks });
  });
  server.get('/metrics', { config: { purpose: 'Figures for Prometheus' } }, async (_request, reply) =>
    reply.type(app.metrics.registry.contentType).send(await app.metrics.registry.metrics()),
  );
}

function isHttpError(error: unknown): error is Error & { statusCode: number } {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
}

function statusOfCode(code: string): number {
  return code === 'UNAUTHENTICATED' || code === 'TOKEN_EXPIRED' ? 401 : code === 'CONFLICT' ? 409 : 400;
}

async function isUp(check: () => Promise<unknown>): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), 2000).unref());
  return Promise.race([
    check().then(
      () => true,
      () => false,
    ),
    late,
  ]);
}
