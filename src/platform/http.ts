import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { WebSocketServer } from 'ws';
import type { App } from '../app.ts';
import type { ReadySignIn } from './graphiql.ts';
import type { GraphqlServer } from './graphql.ts';
import { graphqlListener, isForeignPage } from './http-graphql.ts';
import { requestIdOf } from './http-request.ts';
import { createRouter, type HttpRoute, type RouterOptions } from './http-router.ts';
import { redactUrl } from './log.ts';

/** What is dispatched before the router. */
const graphqlRoutes: readonly HttpRoute[] = [
  { method: 'GET', path: '/graphql', purpose: 'GraphiQL in a browser; queries and subscriptions over SSE for clients' },
  { method: 'POST', path: '/graphql', purpose: 'GraphQL queries, mutations and subscriptions over SSE' },
  { method: 'WS', path: '/graphql', purpose: 'GraphQL over a socket (graphql-transport-ws)' },
];

export interface HttpOptions extends RouterOptions {
  readonly graphql: GraphqlServer;
  readonly graphqlSocket: WebSocketServer;
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
        server.on('upgrade', (request, socket, head) => upgrade(app, options, request, socket, head));
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
export async function listHttpRoutes(app: App, options: RouterOptions): Promise<HttpRoute[]> {
  const router = await createRouter(app, options);
  await router.fastify.close();
  return [...graphqlRoutes, ...(options.sockets?.routes ?? []), ...router.routes];
}

/**
 * Opens a socket: on /graphql for the configured front end, this server's own pages and clients that are no browsers; on
 * the addresses of features for anybody, as these take no cookie, or look who asks with it.
 */
function upgrade(app: App, options: HttpOptions, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const refuse = (status: string) => socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  socket.on('error', (error) => app.log.debug({ err: error }, 'a connection broke before it was a socket'));
  const isGraphql = (request.url ?? '').split('?', 1)[0] === '/graphql';
  const sockets = isGraphql ? options.graphqlSocket : options.sockets?.serverOf(request);
  if (sockets === undefined) refuse('404 Not Found');
  else if (app.closing.aborted) refuse('503 Service Unavailable');
  else if (isGraphql && isForeignPage(app, request)) refuse('403 Forbidden');
  else sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request));
}

/** A connection that is kept would hold a closing server until it times out. */
function partWhenClosing({ closing }: App, request: IncomingMessage, response: ServerResponse): void {
  if (closing.aborted) response.shouldKeepAlive = false;
  response.once('close', () => {
    if (closing.aborted) request.socket.destroySoon();
  });
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
