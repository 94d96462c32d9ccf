import type { IncomingHttpHeaders } from 'node:http';
import type { App } from '../app.ts';

/** The cookie that signs a browser in. */
export const sessionCookieName = 'async_coder_session';
/** How its values begin, which tells them from other credentials. */
export const sessionTokenPrefix = 'mws_';
/** Seconds it is good for. */
export const sessionCookieSeconds = 7 * 86_400;

/** The session token in a request's cookies; undefined when there is none, or something else under its name. */
export function sessionTokenIn({ cookie = '' }: IncomingHttpHeaders): string | undefined {
  for (const pair of cookie.split(';')) {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    if (name.trim() === sessionCookieName && value.trim().startsWith(sessionTokenPrefix)) return value.trim();
  }
  return undefined;
}

/** What of a request tells whether a page sent it, and which. */
export interface PageRequest {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** `https` where this server itself speaks it; `http` when absent. */
  readonly protocol?: string;
}

/**
 * What speaks against taking a cookie for its owner's will: it proves who the browser belongs to, not that they wanted
 * the request. A change must come from the front end or this server, or at least in a form that a page elsewhere cannot
 * send without asking first. Null when nothing does.
 */
export function crossSiteComplaint(app: App, request: PageRequest): string | null {
  const { method, headers } = request;
  if (method === 'GET' || method === 'HEAD') return null;
  const sender = senderOf(app, request);
  if (sender === 'elsewhere') return 'This origin may not use the cookie';
  if (sender === 'own' || headers['x-requested-with'] !== undefined) return null;
  if (headers['apollo-require-preflight'] !== undefined) return null;
  const type = headers['content-type']?.split(/[;,]/, 1)[0]?.trim().toLowerCase();
  if (type === 'application/json' || type === 'application/graphql+json') return null;
  return 'With the cookie send JSON, or the header X-Requested-With';
}

/** Whether the page that asks for a socket may use the cookie; who is no browser may. */
export function mayUseCookieOnSocket(app: App, request: PageRequest): boolean {
  return senderOf(app, request) !== 'elsewhere';
}

/** Whose page sent a request, as browsers say by headers that no script can set; unknown for what is no browser. */
function senderOf(app: App, { headers, protocol = 'http' }: PageRequest): 'own' | 'elsewhere' | 'unknown' {
  const { origin, host, 'sec-fetch-site': site } = headers;
  const { FRONTEND_URL, BACKEND_BASE_URL } = app.config;
  const own = [FRONTEND_URL, BACKEND_BASE_URL, `${protocol}://${host}`].map((url) => url && URL.parse(url)?.origin);
  if (site === 'same-origin' || (origin !== undefined && own.includes(origin))) return 'own';
  if (origin !== undefined || site === 'cross-site' || site === 'same-site') return 'elsewhere';
  return 'unknown';
}

/** A cookie's attributes, as @fastify/cookie takes them. */
export interface SessionCookieOptions {
  readonly path: '/';
  readonly httpOnly: true;
  readonly sameSite: 'lax';
  readonly secure: boolean;
  /** Seconds. */
  readonly maxAge: number;
}

/**
 * The attributes of the session cookie: for this server only, out of reach of scripts, encrypted where the server is.
 */
export function sessionCookieOptions(app: App, { headers, protocol }: PageRequest): SessionCookieOptions {
  const forwarded = headers['x-forwarded-proto']?.toString().split(',', 1)[0]?.trim();
  // Who lies about it gets a cookie that travels less.
  const secure = app.config.BACKEND_BASE_URL?.startsWith('https:') === true || [protocol, forwarded].includes('https');
  return { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: sessionCookieSeconds };
}
