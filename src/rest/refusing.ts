import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../app.ts';
import { isDatabaseAway } from '../platform/database.ts';
import { DomainError } from '../platform/errors.ts';
import type { Unrouted, UnroutedReply } from '../platform/http-router.ts';
import { overloadedMessage, retryAfter } from '../platform/overload.ts';
import type { Dialect } from './dialect.ts';
import { type Refusal, refusal, refusalOfDomainError } from './refusal.ts';
import type { AnyRow } from './route.ts';

/** Sends a refusal in a dialect's words. */
export function refuse(dialect: Dialect, refused: Refusal, reply: FastifyReply): FastifyReply {
  const { status, body, headers = {} } = dialect.refuse(refused, new Date());
  return reply.status(status).headers(headers).type('application/json; charset=utf-8').send(body);
}

/** Sends what Fastify refuses before a row is reached, what rows throw, and bugs: those are masked and logged. */
export function refuseError(
  app: App,
  dialect: Dialect,
  error: unknown,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): FastifyReply {
  if (error instanceof DomainError) return refuse(dialect, refusalOfDomainError(error), reply);
  const known = isBrokenMultipart(error, request)
    ? refusal('BAD_REQUEST', 'The multipart body is broken')
    : refusalOfStatus(error);
  if (known !== null) return refuse(dialect, known, reply);
  if (isDatabaseAway(error)) {
    app.log.warn({ err: error, requestId: request.id }, 'the database is away');
    const message = 'This server cannot reach its database at the moment; try again';
    return refuse(dialect, refusal('SERVICE_UNAVAILABLE', message, { retryAfter: 5 }), reply);
  }
  app.log.error({ err: error, requestId: request.id }, 'unexpected');
  return refuse(dialect, refusal('INTERNAL_ERROR', 'Unexpected error', { details: { requestId: request.id } }), reply);
}

/** The parser of multipart bodies throws plain errors for bodies that are none. */
function isBrokenMultipart(error: unknown, { headers }: FastifyRequest): boolean {
  if (headers['content-type']?.startsWith('multipart/') !== true || !(error instanceof Error)) return false;
  return /^(Unexpected end|Malformed|Part terminated early|Multipart: |Missing Content-Type|Unsupported|Premature)/i.test(
    error.message,
  );
}

/** The refusal an error with an HTTP status below 500 amounts to; null for any other error. */
function refusalOfStatus(error: unknown): Refusal | null {
  const status =
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (status < 400 || status >= 500) return null;
  if (status === 413) return refusal('PAYLOAD_TOO_LARGE', 'The body is too large');
  // A body that is not multipart, where a file is read, is 406 to the parser.
  if (status === 415 || status === 406) return refusal('UNSUPPORTED_MEDIA_TYPE', 'This content type is not taken here');
  return refusal('BAD_REQUEST', error instanceof Error && error.message !== '' ? error.message : 'Bad request');
}

/**
 * What a request gets that leads to no row, in the words of the dialect its address would belong to: 404, 405 for an
 * odd verb, what is allowed for OPTIONS, or what is wrong with an address that cannot be read. Undefined when it
 * belongs to no dialect.
 */
export function unroutedReply(
  dialects: readonly Dialect[],
  { url, method, error }: Unrouted,
): UnroutedReply | undefined {
  const path = url.split('?', 1)[0] ?? '';
  const allow = allowedAt(dialects, path);
  if (method === 'OPTIONS' && allow !== null) return { status: 204, body: undefined, headers: allow.headers };
  const dialect = allow?.dialect ?? dialectOf(dialects, path);
  if (dialect === undefined) return undefined;
  const refused = refusalOfUnrouted(method, allow !== null, error);
  const { status, body, headers } = dialect.refuse(refused, new Date());
  return { status, body, headers: { ...headers, ...(status === 405 && allow?.headers) } };
}

/** What a request gets that is not let in, in the words of its dialect; undefined when its address is nobody's. */
export function overloadedReply(dialects: readonly Dialect[], url: string): UnroutedReply | undefined {
  const path = url.split('?', 1)[0] ?? '';
  const dialect = allowedAt(dialects, path)?.dialect ?? dialectOf(dialects, path);
  const refused = refusal('SERVICE_UNAVAILABLE', overloadedMessage, { retryAfter });
  const reply = dialect?.refuse(refused, new Date());
  return reply && { ...reply, headers: reply.headers ?? {} };
}

function refusalOfUnrouted(method: string, known: boolean, error: Error | undefined): Refusal {
  if (error !== undefined) return refusalOfStatus(error) ?? refusal('BAD_REQUEST', 'The address cannot be read');
  if (known) return refusal('METHOD_NOT_ALLOWED', `${method} is not allowed here`);
  return refusal('NOT_FOUND', 'There is nothing at this address');
}

/** The verbs of an address that has rows, as Allow tells them; null when it has none. */
function allowedAt(dialects: readonly Dialect[], path: string) {
  const verbs = new Set<string>();
  let owner: Dialect | undefined;
  for (const dialect of dialects) {
    for (const row of dialect.rows) {
      if (!isAt(row, path)) continue;
      owner ??= dialect;
      verbs.add(row.method);
      if (row.method === 'GET') verbs.add('HEAD');
    }
  }
  return owner === undefined ? null : { dialect: owner, headers: { allow: [...verbs].join(', ') } };
}

function isAt(row: AnyRow, path: string): boolean {
  const bare = (text: string) => (row.slashes === 'both' ? text.replace(/\/$/, '') : text);
  const [wanted, given] = [bare(row.path).split('/'), bare(path).split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part.startsWith('{') ? given[index] !== '' : part === given[index]))
  );
}

function dialectOf(dialects: readonly Dialect[], path: string): Dialect | undefined {
  const prefixes = dialects.flatMap((dialect) => dialect.prefixes.map((prefix) => ({ prefix, dialect })));
  const matching = prefixes.filter(({ prefix }) => path === prefix || path.startsWith(prefix.replace(/\/?$/, '/')));
  return matching.toSorted((one, other) => other.prefix.length - one.prefix.length)[0]?.dialect;
}
