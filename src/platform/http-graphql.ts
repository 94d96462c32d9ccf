import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { App } from '../app.ts';
import { isLoopback } from './config.ts';
import { type GraphiqlPage, type ReadySignIn, renderGraphiqlPage } from './graphiql.ts';
import type { GraphqlServer } from './graphql.ts';
import { inRequest } from './graphql-errors.ts';
import type { ShortWay } from './graphql-short-way.ts';
import { requestIdOf } from './http-request.ts';
import { madeOnce } from './made-once.ts';

export interface GraphqlHttpOptions {
  readonly graphql: GraphqlServer;
  readonly shortWay: ShortWay | null;
  readonly readySignIn: () => Promise<ReadySignIn | null>;
}

/** Answers /graphql: GraphiQL for browsers, preflights, and everything else through the GraphQL server. */
export function graphqlListener(app: App, { graphql, shortWay, readySignIn }: GraphqlHttpOptions): RequestListener {
  const page = madeOnce(async () => renderGraphiqlPage(await readySignIn()));
  const openPage = madeOnce(() => renderGraphiqlPage(null));
  const isAddressable = addressCheck();
  return (request, response) => {
    const requestId = requestIdOf(request);
    const headers = headersOf(requestId);
    const failed = (error: unknown) => {
      app.log.error({ err: error, requestId }, 'unexpected');
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { ...headers, 'content-type': 'application/json' }).end(failure(requestId));
    };
    const otherwise = () => {
      setAll(response, headers);
      const facts = { requestId, ipAddress: request.socket.remoteAddress };
      inRequest(requestId, () => Promise.resolve(graphql(request, response, facts))).catch(failed);
    };
    if (shortWay !== null && request.method === 'POST' && isAddressable(request)) {
      crossOrigin(app, request, response);
      if (!shortWay({ request, response, requestId, headers, otherwise, failed })) otherwise();
      return;
    }
    setAll(response, headers);
    if (isBrowserPage(request)) {
      const chosen = isThisMachine(request) ? page() : openPage();
      chosen.then((ready) => sendPage(ready, request, response)).catch(failed);
      return;
    }
    crossOrigin(app, request, response);
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { allow: 'GET, POST, OPTIONS' }).end();
      return;
    }
    if (!isAddressable(request)) {
      response.writeHead(400, { 'content-type': 'application/json' }).end(badAddress);
      return;
    }
    otherwise();
  };
}

/** What every answer says. It is for its caller alone, and may hold tokens. */
function headersOf(requestId: string): Readonly<Record<string, string>> {
  return {
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };
}

function setAll(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/** Whether Host and address make a URL. The last Host that did is known, as most requests have the same. */
function addressCheck(): (request: IncomingMessage) => boolean {
  let good: string | undefined;
  return ({ url = '', headers: { host } }) => {
    if (url === '/graphql' && host !== undefined && host === good) return true;
    const fits = URL.canParse(url, `http://${host}`);
    if (fits) good = host;
    return fits;
  };
}

const badAddress = JSON.stringify({
  errors: [{ message: 'The Host header or the address is malformed', extensions: { code: 'BAD_REQUEST' } }],
});

function failure(requestId: string): string {
  return JSON.stringify({
    errors: [{ message: 'Unexpected error', extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } }],
  });
}

function isBrowserPage({ method, headers }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && headers.accept?.includes('text/html') === true;
}

/**
 * Whether a browser of this machine asks for this machine: only then the page carries a sign-in. Another Host may be
 * a foreign page that was rebound to it, another address a neighbour, and a proxy speaks for anybody.
 */
function isThisMachine({ headers, socket }: IncomingMessage): boolean {
  const host = (headers.host ?? '')
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  const from = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const proxied = headers.forwarded ?? headers['x-forwarded-for'] ?? headers['x-forwarded-host'] ?? headers.via;
  return isLoopback(host) && isLoopback(from) && proxied === undefined;
}

function sendPage(page: GraphiqlPage, request: IncomingMessage, response: ServerResponse): void {
  const zipped = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(request.headers['accept-encoding'] ?? '');
  response.setHeader('etag', page.etag);
  response.setHeader('cache-control', 'private, no-cache');
  response.setHeader('vary', 'accept, accept-encoding, host');
  response.setHeader('content-security-policy', page.contentSecurityPolicy);
  if (request.headers['if-none-match']?.includes(page.etag)) {
    response.writeHead(304).end();
    return;
  }
  const body = zipped ? page.zipped : page.plain;
  if (zipped) response.setHeader('content-encoding', 'gzip');
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': body.byteLength });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** CORS for /graphql, which does not pass Fastify: only the configured front end. */
export function crossOrigin(app: App, request: IncomingMessage, response: ServerResponse): void {
  const { FRONTEND_URL } = app.config;
  if (FRONTEND_URL === undefined) return;
  response.setHeader('vary', 'origin');
  if (request.headers.origin !== FRONTEND_URL) return;
  response.setHeader('access-control-allow-origin', FRONTEND_URL);
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-expose-headers', 'x-request-id');
  if (request.method === 'OPTIONS') {
    response.setHeader('access-control-allow-methods', 'GET, POST');
    response.setHeader('access-control-allow-headers', frontEndHeaders);
    response.setHeader('access-control-max-age', '600');
  }
}

/** What front ends may send; the Apollo names come with every request of its client. */
const frontEndHeaders = [
  'authorization',
  'content-type',
  'x-api-key',
  'idempotency-key',
  'last-event-id',
  'x-request-id',
  'x-requested-with',
  'apollo-require-preflight',
  'apollographql-client-name',
  'apollographql-client-version',
].join(', ');

/** Whether a page of another site, which is not the configured front end, asks for a socket. */
export function isForeignPage(app: App, { headers: { origin, host } }: IncomingMessage): boolean {
  if (origin === undefined || origin === app.config.FRONTEND_URL || !/^https?:/.test(origin)) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}
