import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { WebSocketServer } from 'ws';
import type { App } from '../app.ts';
import type { ReadySignIn } from './graphiql.ts';
import type { GraphqlServer } from './graphql.ts';
import type { ShortWay } from './graphql-short-way.ts';
import { crossOrigin, graphqlListener, isForeignPage } from './http-graphql.ts';
import { requestIdOf } from './http-request.ts';
import type { HttpRoute, Router, RouterOptions } from './http-router.ts';
import { redactUrl, withoutSecrets } from './log.ts';
import {
  Admission,
  graphqlOverloaded,
  isAlwaysLetIn,
  overloaded,
  RequestTurns,
  retryAfter,
  watchStrain,
} from './overload.ts';

/** What is dispatched before the router. */
const graphqlRoutes: readonly HttpRoute[] = [
  { method: 'GET', path: '/graphql', purpose: 'GraphiQL in a browser; queries and subscriptions over SSE for clients' },
  { method: 'POST', path: '/graphql', purpose: 'GraphQL queries, mutations and subscriptions over SSE' },
  { method: 'WS', path: '/graphql', purpose: 'GraphQL over a socket (graphql-transport-ws)' },
];

export interface HttpOptions extends RouterOptions {
  readonly graphql: GraphqlServer;
  /** Null where every request shall go the long way. */
  readonly shortWay: ShortWay | null;
  readonly graphqlSocket: WebSocketServer;
  readonly readySignIn: () => Promise<ReadySignIn | null>;
}

/** A running HTTP server. */
export interface HttpServer {
  /**
   * Starts to listen on every configured port; gives the addresses once every route is served. GraphQL is from the
   * first moment on: other requests wait until the router is made.
   * @throws what stands against listening, or against a route
   */
  listen(): Promise<string[]>;
  /** Stops accepting, lets running requests end (at most 5 s), closes sockets. */
  close(): Promise<void>;
}

/**
 * One HTTP server for GraphQL, its socket, GraphiQL, downloads, health and metrics. /graphql is dispatched before
 * Fastify's router, which would cost a third of a trivial query.
 */
export function createHttpServer(app: App, options: HttpOptions): HttpServer {
  const graphql = graphqlListener(app, options);
  const observe = requestObserver(app);
  const admission = new Admission({ most: app.config.MAX_REQUESTS });
  const turns = new RequestTurns();
  const routed = new LateRouter(app, options, admission);
  const dispatch: RequestListener = (request, response) => {
    const requestId = requestIdOf(request);
    observe(request, response, requestId);
    const begin = () => {
      // Who hung up meanwhile is not answered.
      if (response.destroyed) return;
      // GraphQL writes all headers of an answer at once, which is cheaper.
      if (isGraphql(request)) return void graphql(request, response);
      response.setHeader('x-request-id', requestId);
      routed.answer(request, response);
    };
    if (admission.enter(response)) turns.run(begin);
    else if (isAlwaysLetIn(request)) begin();
    else refuseOverloaded(app, options, request, response);
  };
  const forgetStrain = app.config.SHED_LOAD === 'on' ? watchStrain(app, admission, turns) : () => {};
  const servers: Server[] = [];
  const close = async () => {
    forgetStrain();
    await Promise.all(servers.map(closeServer));
    await routed.close();
  };
  return {
    async listen() {
      const addresses: string[] = [];
      try {
        for (const port of app.config.PORT) {
          const server = createServer({ maxHeaderSize: 32_768, requestTimeout: 60_000 }, dispatch);
          server.on('upgrade', (request, socket, head) => upgrade(app, options, request, socket, head));
          await listen(server, port, app.config.HOST);
          servers.push(server);
          addresses.push(addressOf(server));
        }
        await routed.made();
      } catch (error) {
        await close();
        throw error;
      }
      return addresses;
    },
    close,
  };
}

/** Milliseconds for which requests in hand may hold up the making of the router. */
const mostHeldUp = 1000;

/**
 * Fastify's router, which is loaded and made while GraphQL is served already: it takes as long as all the rest. GraphQL
 * requests that are in hand meanwhile are answered first, unless somebody waits for the router.
 */
class LateRouter {
  readonly #app: App;
  readonly #options: RouterOptions;
  readonly #admission: Admission;
  #making: Promise<Router> | undefined;
  #router: Router | undefined;
  #isWanted = false;

  constructor(app: App, options: RouterOptions, admission: Admission) {
    this.#app = app;
    this.#options = options;
    this.#admission = admission;
  }

  /** Resolves when the router is there. */
  async made(): Promise<void> {
    this.#making ??= this.#make();
    this.#router = await this.#making;
  }

  /** Answers a request, once the router is there. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    if (this.#router !== undefined) return void this.#router.listener(request, response);
    this.#isWanted = true;
    this.made().then(
      () => this.#router?.listener(request, response),
      // The start has failed, and says why.
      () => response.destroy(),
    );
  }

  async close(): Promise<void> {
    const router = await this.#making?.catch(() => undefined);
    await router?.fastify.close();
  }

  async #make(): Promise<Router> {
    await this.#letRequestsThrough();
    const { createRouter } = await import('./http-router.ts');
    await this.#letRequestsThrough();
    return createRouter(this.#app, this.#options);
  }

  async #letRequestsThrough(): Promise<void> {
    const until = performance.now() + mostHeldUp;
    // A connection is accepted in one turn of the event loop and read in another.
    for (let quiet = 0; quiet < 3 && !this.#isWanted && performance.now() < until; quiet += 1) {
      await delay(1);
      if (this.#admission.inside > 0) quiet = 0;
    }
  }
}

function isGraphql({ url }: IncomingMessage): boolean {
  return url === '/graphql' || url?.startsWith('/graphql?') === true;
}

/** Answers what is not let in: 503 in the words of whoever would have answered, and when to come back. */
function refuseOverloaded(
  app: App,
  { overloadedReply }: RouterOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  app.metrics.requestsRefused.inc();
  response.setHeader('x-request-id', requestIdOf(request));
  crossOrigin(app, request, response);
  const reply = isGraphql(request) ? graphqlOverloaded : (overloadedReply?.(request.url ?? '') ?? overloaded);
  const text = JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    'cache-control': 'no-store',
    'retry-after': String(retryAfter),
    ...reply.headers,
  });
  response.end(text);
  // What is still on its way is read past, so that the connection can be kept.
  request.resume();
}

/** Every route and socket there is, from the real router. Listens to nothing and reads only the app's settings. */
export async function listHttpRoutes(app: App, options: RouterOptions): Promise<HttpRoute[]> {
  const { createRouter } = await import('./http-router.ts');
  const router = await createRouter(app, options);
  await router.fastify.close();
  return [...graphqlRoutes, ...(options.sockets?.routes ?? []), ...router.routes];
}

/**
 * Opens a socket: on /graphql for the configured front end, this server's own pages and clients that are no browsers;
 * on the addresses of features for anybody, as these take no cookie, or look who asks with it.
 */
function upgrade(app: App, options: HttpOptions, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const refuse = (status: string) => socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  socket.on('error', (error) => app.log.debug({ err: error }, 'a connection broke before it was a socket'));
  const sockets = isGraphql(request) ? options.graphqlSocket : options.sockets?.serverOf(request);
  if (sockets === undefined) refuse('404 Not Found');
  else if (app.closing.aborted) refuse('503 Service Unavailable');
  else if (isGraphql(request) && isForeignPage(app, request)) refuse('403 Forbidden');
  else sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request));
}

/** What is seen of a request from its beginning to its end. */
type Observer = (request: IncomingMessage, response: ServerResponse, requestId: string) => void;

/** Tells log and metrics how each request ended. What every request pays for is made once here. */
function requestObserver(app: App): Observer {
  const log = withoutSecrets(app.log);
  const histograms = new Map<string, ReturnType<typeof app.metrics.httpSeconds.labels>>();
  const secondsOf = (route: string, status: string) => {
    const name = `${route} ${status}`;
    const known = histograms.get(name);
    if (known !== undefined) return known;
    const made = app.metrics.httpSeconds.labels({ route, status });
    histograms.set(name, made);
    return made;
  };
  return (request, response, requestId) => {
    const started = performance.now();
    // A connection that is kept would hold a closing server until it times out.
    if (app.closing.aborted) response.shouldKeepAlive = false;
    response.on('close', () => {
      if (app.closing.aborted) request.socket.destroySoon();
      const { method, url = '' } = request;
      const milliseconds = performance.now() - started;
      const status = response.writableFinished ? response.statusCode : 499;
      secondsOf(routeOf(url), `${Math.floor(status / 100)}xx`).observe(milliseconds / 1000);
      log.info({ requestId, method, url: redactUrl(url), status, milliseconds: Math.round(milliseconds) }, 'request');
    });
  };
}

function routeOf(url: string): string {
  if (url === '/graphql') return url;
  const path = url.split('?', 1)[0] ?? '';
  return knownRoute(`/${path.split('/')[1] ?? ''}`);
}

/** Metrics must not grow with what strangers ask for. */
function knownRoute(route: string): string {
  return ['/', '/graphql', '/health', '/metrics', '/artifacts', '/api', '/auth'].includes(route) ? route : 'other';
}

/**
 * Connections that the kernel keeps until this process takes them, where it allows so many. One that finds no place is
 * tried again by its client after 1, 3, 7 … seconds, or reset: much later than a 503 would reach it.
 */
const backlog = 4096;

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog }, () => {
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
