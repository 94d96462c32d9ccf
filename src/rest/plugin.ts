import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { App } from '../app.ts';
import { type Context, createContext } from '../platform/context.ts';
import { DomainError } from '../platform/errors.ts';
import type { Viewer } from '../platform/viewer.ts';
import type { Dialect } from './dialect.ts';
import { createLimits, type LimitState, type Limits } from './limits.ts';
import { addOpenApi } from './openapi.ts';
import { type Refusal, refusal, refusalOfInput } from './refusal.ts';
import type { AnyRow, Method, Request } from './route.ts';
import { createRunner, validateRows } from './runner.ts';

export interface RestOptions {
  readonly schema: GraphQLSchema;
  readonly dialects: readonly Dialect[];
  readonly authenticate: (credential: string) => Promise<Viewer>;
}

/** Bytes of a body that is no file. */
const bodyLimit = 1_000_000;
const verbs: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Serves the dialects: each row is matched, limited, parsed, executed and answered in its dialect's words.
 * @throws Error when a row does not fit the schema
 */
export async function addRest(app: App, server: FastifyInstance, options: RestOptions): Promise<void> {
  const limits = createLimits(app);
  await server.register(cookie);
  for (const dialect of options.dialects) {
    validateRows(options.schema, dialect.rows);
    await server.register(async (scope) => {
      acceptBodies(scope);
      await scope.register(formbody, { bodyLimit });
      await scope.register(multipart, { limits: { fileSize: 10_000_000, files: 1, fields: 50, fieldSize: bodyLimit } });
      // Zod parses inside the handler, so that issues reach the dialect's own words; these would parse twice.
      scope.setValidatorCompiler(() => () => true);
      scope.setSerializerCompiler(() => (data) => JSON.stringify(data));
      scope.setErrorHandler((error, request, reply) => refuseError(app, dialect, error, request, reply));
      await addOpenApi(scope, dialect);
      for (const row of dialect.rows) addRow(app, scope, dialect, row, limits, options);
      addOddVerbs(scope, dialect);
    });
  }
}

/** Refuses an address nobody serves in the words of the dialect it would belong to; undefined when to none. */
export function refuseUnknownAddress(
  dialects: readonly Dialect[],
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | undefined {
  const dialect = dialectOf(dialects, request.url.split('?', 1)[0] ?? '');
  if (dialect === undefined) return undefined;
  return refuse(dialect, refusal('NOT_FOUND', 'There is nothing at this address'), reply);
}

function dialectOf(dialects: readonly Dialect[], path: string): Dialect | undefined {
  const prefixes = dialects.flatMap((dialect) => dialect.prefixes.map((prefix) => ({ prefix, dialect })));
  const matching = prefixes.filter(({ prefix }) => path === prefix || path.startsWith(prefix.replace(/\/?$/, '/')));
  return matching.toSorted((one, other) => other.prefix.length - one.prefix.length)[0]?.dialect;
}

/** JSON with an empty body counts as no body. */
function acceptBodies(scope: FastifyInstance): void {
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit }, (_request, text, done) => {
    if (text === '') return done(null, undefined);
    try {
      done(null, JSON.parse(String(text)));
    } catch {
      done(Object.assign(new Error('The body is not valid JSON'), { statusCode: 400 }));
    }
  });
}

function addRow(
  app: App,
  scope: FastifyInstance,
  dialect: Dialect,
  row: AnyRow,
  limits: Limits,
  { schema, authenticate }: RestOptions,
): void {
  const path = row.path.replaceAll(/\{(\w+)\}/g, ':$1');
  const paths = row.slashes === 'both' ? [path.replace(/\/$/, ''), `${path.replace(/\/$/, '')}/`] : [path];
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const credential = dialect.credential(request);
    const context = contextOf(app, request, credential?.token, authenticate);
    const viewer = row.auth === 'none' ? { viewer: null } : await findViewer(context);
    const limited = await countRequest(app, dialect, row, limits, viewer.viewer?.id ?? `ip:${request.ip}`, reply);
    if (limited !== null) return refuse(dialect, limited, reply);
    if ('refusal' in viewer) return refuse(dialect, viewer.refusal, reply);
    if (row.auth === 'required' && viewer.viewer === null) return refuse(dialect, missingCredential(), reply);
    if (credential?.from === 'cookie') {
      const forged = crossSite(app, request);
      if (forged !== null) return refuse(dialect, forged, reply);
    }
    const parsed = parseRequest(app, row, request, viewer.viewer);
    if ('refusal' in parsed) return refuse(dialect, parsed.refusal, reply);
    const answer = await row.answer(parsed.request, createRunner(schema, context), { request, reply });
    if (answer.kind === 'refused') return refuse(dialect, answer.refusal, reply);
    if (answer.kind === 'sent') return reply;
    return reply.status(answer.status ?? row.status).send(answer.body);
  };
  for (const [index, url] of paths.entries()) {
    scope.route({
      method: row.method,
      url,
      config: { purpose: row.summary },
      schema: { summary: row.summary, hide: index > 0, ...openApiParts(row) },
      handler,
    });
  }
}

/** What OpenAPI shows of a row. */
function openApiParts(row: AnyRow): Record<string, unknown> {
  const { request = {}, response, status, auth, accepts = 'json' } = row;
  const consumes = {
    json: 'application/json',
    form: 'application/x-www-form-urlencoded',
    multipart: 'multipart/form-data',
  };
  return {
    ...(request.params && { params: request.params }),
    ...(request.query && { querystring: request.query }),
    ...(request.body && { body: request.body, consumes: [consumes[accepts]] }),
    ...(response && { response: { [status]: response } }),
    security: auth === 'none' ? [] : auth === 'optional' ? [{}, { bearer: [] }] : [{ bearer: [] }],
  };
}

function contextOf(
  app: App,
  request: FastifyRequest,
  credential: string | undefined,
  authenticate: (credential: string) => Promise<Viewer>,
): Context {
  // A dialect decides which credentials it knows; what it does not name is not looked at.
  const hidden = new Set(['authorization', 'x-api-key']);
  return createContext(app, {
    requestId: request.id,
    header: (name) => (hidden.has(name) ? undefined : request.headers[name]?.toString()),
    credential,
    ipAddress: request.ip,
    authenticate,
  });
}

async function findViewer(
  context: Context,
): Promise<{ viewer: Viewer | null; refusal?: never } | { viewer: null; refusal: Refusal }> {
  try {
    return { viewer: await context.viewer() };
  } catch (error) {
    if (error instanceof DomainError) return { viewer: null, refusal: refusalOfDomainError(error) };
    throw error;
  }
}

async function countRequest(
  app: App,
  dialect: Dialect,
  row: AnyRow,
  limits: Limits,
  caller: string,
  reply: FastifyReply,
): Promise<Refusal | null> {
  if (app.config.RATE_LIMITS === 'off' || row.unlimited === true) return null;
  const special = (row.limits ?? []).flatMap((name) => dialect.limits.special[name] ?? []);
  let told: LimitState | undefined;
  for (const rule of [dialect.limits.general, ...special]) {
    const state = await limits.count(dialect.name, rule, caller);
    // What is told is the rule that stops the caller, else the narrowest one.
    if (told === undefined || state.exceeded || (!told.exceeded && state.remaining <= told.remaining)) told = state;
    if (state.exceeded) break;
  }
  if (told === undefined) return null;
  reply.headers(dialect.limits.headers(told));
  if (!told.exceeded) return null;
  const retryAfter = Math.max(1, Math.ceil((told.resetAt.getTime() - Date.now()) / 1000));
  reply.header('retry-after', retryAfter);
  return refusal('RATE_LIMIT_EXCEEDED', 'Too many requests', { retryAfter });
}

/**
 * A cookie proves who the browser belongs to, not that its owner wanted the request: a change must come from the
 * front end or this server, in a form that a foreign page cannot send without asking first.
 */
function crossSite(app: App, request: FastifyRequest): Refusal | null {
  if (request.method === 'GET' || request.method === 'HEAD') return null;
  const { origin } = request.headers;
  const own = [app.config.FRONTEND_URL, app.config.BACKEND_BASE_URL, `${request.protocol}://${request.headers.host}`];
  if (origin !== undefined && !own.includes(origin)) return refusal('CSRF', 'This origin may not use the cookie');
  const json = request.headers['content-type']?.startsWith('application/json') === true;
  if (json || request.headers['x-requested-with'] !== undefined) return null;
  return refusal('CSRF', 'With the cookie send JSON, or the header X-Requested-With');
}

function parseRequest(
  app: App,
  { request: schemas = {} }: AnyRow,
  request: FastifyRequest,
  viewer: Viewer | null,
): { request: Request<unknown, unknown, unknown> } | { refusal: Refusal } {
  const parts: Record<'params' | 'query' | 'body', unknown> = { params: {}, query: {}, body: undefined };
  const given = { params: request.params, query: request.query, body: request.body ?? undefined };
  for (const part of ['params', 'query', 'body'] as const) {
    const schema = schemas[part];
    if (schema === undefined) continue;
    const parsed = schema.safeParse(given[part]);
    if (!parsed.success) return { refusal: refusalOfInput(parsed.error, part) };
    parts[part] = parsed.data;
  }
  const header = (name: string) => request.headers[name]?.toString();
  return { request: { ...parts, viewer, app, header } };
}

/** Other verbs at a known address are refused as what they are. */
function addOddVerbs(scope: FastifyInstance, dialect: Dialect): void {
  const byPath = new Map<string, Set<string>>();
  for (const { path, method, slashes } of dialect.rows) {
    const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
    for (const one of slashes === 'both' ? [url.replace(/\/$/, ''), `${url.replace(/\/$/, '')}/`] : [url]) {
      byPath.set(one, (byPath.get(one) ?? new Set()).add(method));
    }
  }
  for (const [url, allowed] of byPath) {
    const odd = verbs.filter((verb) => !allowed.has(verb) && !scope.hasRoute({ method: verb, url }));
    if (odd.length === 0) continue;
    scope.route({
      method: odd,
      url,
      schema: { hide: true },
      config: { refusal: true },
      // The body of a request that is refused anyway is not parsed.
      preParsing: async (request, reply) => {
        await refuse(
          dialect,
          refusal('METHOD_NOT_ALLOWED', `${request.method} is not allowed here`),
          reply.header('allow', [...allowed].join(', ')),
        );
      },
      handler: async (_request, reply) => reply,
    });
  }
}

function refuse(dialect: Dialect, refused: Refusal, reply: FastifyReply): FastifyReply {
  const { status, body, headers = {} } = dialect.refuse(refused, new Date());
  return reply.status(status).headers(headers).type('application/json').send(body);
}

/** What Fastify refuses before a row is reached, and bugs. */
function refuseError(
  app: App,
  dialect: Dialect,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof DomainError) return refuse(dialect, refusalOfDomainError(error), reply);
  const status =
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  const words = error instanceof Error ? error.message : '';
  if (status === 413) return refuse(dialect, refusal('PAYLOAD_TOO_LARGE', 'The body is too large'), reply);
  if (status === 415)
    return refuse(dialect, refusal('UNSUPPORTED_MEDIA_TYPE', 'This content type is not taken here'), reply);
  if (status >= 400 && status < 500) return refuse(dialect, refusal('BAD_REQUEST', words || 'Bad request'), reply);
  app.log.error({ err: error, requestId: request.id }, 'unexpected');
  return refuse(dialect, refusal('INTERNAL_ERROR', 'Unexpected error', { details: { requestId: request.id } }), reply);
}

function refusalOfDomainError(error: DomainError): Refusal {
  const { code: _code, issues: _issues, http: _http, ...details } = error.extensions;
  return refusal(error.code, error.message, { details });
}

function missingCredential(): Refusal {
  return refusal('UNAUTHENTICATED', 'Not authenticated', { missingCredential: true });
}
