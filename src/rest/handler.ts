import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { App } from '../app.ts';
import { type Context, createContext } from '../platform/context.ts';
import { DomainError } from '../platform/errors.ts';
import { standAside } from '../platform/overload.ts';
import type { RateLimits } from '../platform/rate-limits.ts';
import { crossSiteComplaint } from '../platform/session-cookie.ts';
import { complaintAbout } from '../platform/stored-values.ts';
import type { Viewer } from '../platform/viewer.ts';
import type { Dialect } from './dialect.ts';
import { readFormFields, withoutEmptyFields } from './form-fields.ts';
import { countRequest } from './limits.ts';
import { type Refusal, refusal, refusalOfDomainError, refusalOfInput } from './refusal.ts';
import { refuse } from './refusing.ts';
import type { AnyRow, Request } from './route.ts';
import { createRunner } from './runner.ts';

/** What rows are answered with. */
export interface RowServices {
  readonly schema: GraphQLSchema;
  readonly authenticate: (credential: string) => Promise<Viewer>;
  readonly rateLimits: RateLimits;
}

/** How large a parsed body may be, apart from its bytes. */
const valueLimits = { depth: 32, values: 20_000 } as const;

/** Makes the handler of a row: who asks, how often, with what; then the row's answer in its dialect's words. */
export function rowHandler(app: App, dialect: Dialect, row: AnyRow, services: RowServices) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (hasEmptyParameter(request))
      return refuse(dialect, refusal('NOT_FOUND', 'There is nothing at this address'), reply);
    const credential = dialect.credential(request);
    const context = contextOf(app, request, credential?.token, services.authenticate);
    const { viewer, refusal: unknown } = row.auth === 'none' ? nobody : await findViewer(context);
    const asking = { caller: viewer?.id ?? `ip:${request.ip}`, anonymous: viewer === null };
    const limited = await countRequest(app, { ...services, dialect, row }, asking, reply);
    if (limited !== null) return refuse(dialect, limited, reply);
    if (unknown !== undefined) return refuse(dialect, unknown, reply);
    if (row.auth === 'required' && viewer === null) return refuse(dialect, missingCredential(), reply);
    const forged = credential?.from === 'cookie' ? crossSiteComplaint(app, request) : null;
    if (forged !== null) return refuse(dialect, refusal('CSRF', forged), reply);
    await readForm(row, request);
    const parsed = parseRequest(app, row, request, viewer);
    if ('refusal' in parsed) return refuse(dialect, parsed.refusal, reply);
    const stopListening = hearHangUp(context, reply);
    try {
      const runner = createRunner(services.schema, context, () => standAside(reply.raw));
      const answer = await row.answer(parsed.request, runner, { request, reply });
      if (answer.kind === 'refused') return refuse(dialect, answer.refusal, reply);
      if (answer.kind === 'sent') return reply;
      return reply.status(answer.status ?? row.status).send(answer.body);
    } finally {
      stopListening();
    }
  };
}

/** Reads a form into the body; a row without a schema for its body reads the parts itself. */
async function readForm({ accepts, request: schemas }: AnyRow, request: FastifyRequest): Promise<void> {
  const hasFiles = accepts === 'multipart' && schemas?.body !== undefined;
  if (request.isMultipart() && (accepts === 'form' || hasFiles)) {
    request.body = await readFormFields(request, { files: hasFiles });
  }
  if (hasFiles) request.body = withoutEmptyFields(request.body);
}

/** The router takes /items/ for /items/{id} without an id. */
function hasEmptyParameter({ params }: FastifyRequest): boolean {
  return typeof params === 'object' && params !== null && Object.values(params).includes('');
}

interface Asking {
  readonly viewer: Viewer | null;
  readonly refusal?: Refusal;
}
const nobody: Asking = { viewer: null };

/** A caller who hangs up is not waited for; what he has started goes on. */
function hearHangUp({ hangUp }: Context, { raw }: FastifyReply): () => void {
  const hungUp = () => hangUp.abort();
  raw.once('close', hungUp);
  return () => raw.off('close', hungUp);
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

async function findViewer(context: Context): Promise<Asking> {
  try {
    return { viewer: await context.viewer() };
  } catch (error) {
    if (error instanceof DomainError) return { viewer: null, refusal: refusalOfDomainError(error) };
    throw error;
  }
}

/** Parses the parts a row looks at; what cannot be stored anywhere is refused in all of them. */
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
    const refused = refusalOfValue(given[part], part);
    if (refused !== null) return { refusal: refused };
    const parsed = schema.safeParse(given[part]);
    if (!parsed.success) return { refusal: refusalOfInput(parsed.error, part) };
    parts[part] = parsed.data;
  }
  const header = (name: string) => request.headers[name]?.toString();
  return { request: { ...parts, viewer, app, header } };
}

function refusalOfValue(value: unknown, part: string): Refusal | null {
  // The files of a multipart body are looked at by the row that takes them.
  const complaint = complaintAbout(value, valueLimits);
  if (complaint === null) return null;
  const field = complaint.path.join('.') || part;
  return refusal('VALIDATION_ERROR', `${field}: ${complaint.message}`, {
    issues: [{ field, message: complaint.message, code: 'invalid' }],
  });
}

function missingCredential(): Refusal {
  return refusal('UNAUTHENTICATED', 'Not authenticated', { missingCredential: true });
}
