import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { WebSocketServer } from 'ws';
import type { App } from '../app.ts';
import { version } from '../version.ts';
import { DomainError } from './errors.ts';
import type { ReadySignIn } from './graphiql.ts';
import type { GraphqlServer } from './graphql.ts';
import { graphqlListener, isForeignPage } from './http-graphql.ts';
import { requestIdOf } from './http-request.ts';
import { redactUrl } from './log.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route is for, in a few words, as `server routes` lists it. */
    readonly purpose?: string;
    /** It only refuses a verb, and is not listed. */
    readonly refusal?: boolean;
  }
}

/** A route as people know it. */
export interface HttpRoute {
  readonly method: string;
  readonly path: string;
  readonly purpose: string;
}

/** What is dispatched before the router. */
const graphqlRoutes: readonly HttpRoute[] = [
  { method: 'GET', path: '/graphql', purpose: 'GraphiQL in a browser; queries and subscriptions over SSE for clients' },
  { method: 'POST', path: '/graphql', purpose: 'GraphQL queries, mutations and subscriptions over SSE' },
  { method: 'WS', path: '/graphql', purpose: 'GraphQL over a socket (graphql-transport-ws)' },
];

export interface HttpOptions {
  readonly graphql: GraphqlServer;
  readonly graphqlSocket: WebSocketServer;
  /** Adds a feature's raw routes, such as downloads. */
  readonly routes: readonly ((server: FastifyInstance) => void | Promise<void>)[];
  /** Answers an address nobody serves, in the words of whoever it would belong to; undefined when it is nobody's. */
  readonly unknownAddress?: (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined;
  readonly readySignIn: () => Promise<ReadySignIn | null>;
}

/** A running HTTP server. */
export interface HttpServer {
  readonly fastify: FastifyInstance;
  /** Starts to listen on every configured port; gives the addresses. */
  listen(): Promise<string[]>;
  /** Stops accepting, lets running requests end (at most 5 s), closes sockets. */
  close(): Promise<void>;
}

/**
 * One HTTP server for GraphQL, its socket, GraphiQL, downloads, health and metrics. /graphql is dispatched before
 * Fastify's router, which would cost a third of a trivial query.
 */
export async function createHttpServer(app: App, options: HttpOptions): Promise<HttpServer> {
  const routed = await createRouter(app, options);
  const graphql = graphqlListener(app, options);
  const dispatch: RequestListener = (request, response) => {
    const requestId = requestIdOf(request);
    response.setHeader('x-request-id', requestId);
    request.headers['x-request-id'] = requestId;
    observe(app, request, response, requestId);
    partWhenClosing(app, request, response);
    const path = (request.url ?? '').split('?', 1)[0];
    if (path === '/graphql') graphql(request, response);
    else routed.listener(request, response);
  };
  const servers: Server[] = [];
  return {
    fastify: routed.fastify,
    async listen() {
      const addresses: string[] = [];
      for (const port of app.config.PORT) {
        const server = createServer({ maxHeaderSize: 32_768, requestTimeout: 60_000 }, dispatch);
        server.on('upgrade', (request, socket, head) => upgrade(app, options.graphqlSocket, request, socket, head));
        await listen(server, port, app.config.HOST);
        servers.push(server);
        addresses.push(addressOf(server));
      }
      return addresses;
    },
    async close() {
      await Promise.all(servers.map(closeServer));
      await routed.fastify.close();
    },
  };
}

/** Every route and socket there is, from the real router. Listens to nothing and reads only the app's settings. */
export async function listHttpRoutes(
  app: App,
  options: Pick<HttpOptions, 'routes' | 'unknownAddress'>,
): Promise<HttpRoute[]> {
  const router = await createRouter(app, options);
  await router.fastify.close();
  return [...graphqlRoutes, ...router.routes];
}

/** Opens a socket on /graphql, for the configured front end, this server's own pages and clients that are no browsers. */
function upgrade(app: App, sockets: WebSocketServer, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const refuse = (status: string) => socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  socket.on('error', (error) => app.log.debug({ err: error }, 'a connection broke before it was a socket'));
  if ((request.url ?? '').split('?', 1)[0] !== '/graphql') refuse('404 Not Found');
  else if (app.closing.aborted) refuse('503 Service Unavailable');
  else if (isForeignPage(app, request)) refuse('403 Forbidden');
  else sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request));
}

/** A connection that is kept would hold a closing server until it times out. */
function partWhenClosing({ closing }: App, request: IncomingMessage, response: ServerResponse): void {
  if (closing.aborted) response.shouldKeepAlive = false;
  response.once('close', () => {
    if (closing.aborted) request.socket.destroySoon();
  });
}

async function createRouter(app: App, options: Pick<HttpOptions, 'routes' | 'unknownAddress'>) {
  let listener: RequestListener | undefined;
  const routes: HttpRoute[] = [];
  const server = fastify({
    bodyLimit: 1_000_000,
    // Connections belong to the servers this module makes; Fastify only routes.
    serverFactory: (handler) => {
      listener = handler;
      return createServer(handler);
    },
    genReqId: (request) => requestIdOf(request),
    logger: false,
    routerOptions: { ignoreTrailingSlash: false },
    // What fails before a route is found, such as an address that cannot be decoded.
    frameworkErrors: ({ message, statusCode = 400 }, _request, reply) => {
      reply.hijack();
      reply.raw.writeHead(statusCode, { 'content-type': 'application/json; charset=utf-8' });
      reply.raw.end(JSON.stringify({ error: { code: 'BAD_REQUEST', message } }));
    },
  });
  server.addHook('onRoute', ({ method, url, config }) => {
    const preflight = 'Answers the preflight requests of browsers';
    for (const one of [method].flat()) {
      // Fastify adds a HEAD to every GET; refusals of odd verbs are no routes.
      if (one === 'HEAD' || config?.refusal === true) continue;
      routes.push({ method: one, path: url, purpose: config?.purpose ?? (one === 'OPTIONS' ? preflight : '') });
    }
  });
  await server.register(helmet, { contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } } });
  await server.register(cors, {
    origin: app.config.FRONTEND_URL ?? false,
    credentials: true,
    exposedHeaders: ['x-request-id'],
  });
  server.setErrorHandler((error, request, reply) => {
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
  });
  server.setNotFoundHandler(
    (request, reply) =>
      options.unknownAddress?.(request, reply) ??
      reply.status(404).send({ error: { code: 'NOT_FOUND', message: 'There is nothing at this address' } }),
  );
  addHealth(app, server);
  for (const add of options.routes) await add(server);
  await server.ready();
  if (listener === undefined) throw new Error('Fastify made no listener');
  return { fastify: server, listener, routes };
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

function observe(app: App, request: IncomingMessage, response: ServerResponse, requestId: string): void {
  const started = performance.now();
  response.once('close', () => {
    const seconds = (performance.now() - started) / 1000;
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const route = path === '/graphql' ? path : `/${path.split('/')[1] ?? ''}`;
    const status = response.writableFinished ? response.statusCode : 499;
    app.metrics.httpSeconds.observe({ route: knownRoute(route), status: `${Math.floor(status / 100)}xx` }, seconds);
    app.log.info(
      {
        requestId,
        method: request.method,
        url: redactUrl(request.url ?? ''),
        status,
        milliseconds: Math.round(seconds * 1000),
      },
      'request',
    );
  });
}

/** Metrics must not grow with what strangers ask for. */
function knownRoute(route: string): string {
  return ['/', '/graphql', '/health', '/metrics', '/artifacts', '/api', '/auth'].includes(route) ? route : 'other';
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

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function addressOf(server: Server): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server has no address');
  const { address, family, port } = bound;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), 5000);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
