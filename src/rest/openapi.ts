import swagger from '@fastify/swagger';
import { fastify } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { addressesOf, type Dialect } from './dialect.ts';
import { refusal } from './refusal.ts';
import type { AnyRow } from './route.ts';

/**
 * Describes a dialect as OpenAPI 3.1. Made of a router of its own, whose rows answer nothing, so that the one that
 * serves need not know what is shown of them.
 */
export async function describeDialect(dialect: Dialect): Promise<unknown> {
  const scope = fastify();
  scope.setValidatorCompiler(() => () => true);
  scope.setSerializerCompiler(() => (data) => JSON.stringify(data));
  await scope.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: dialect.title, description: dialect.description, version: dialect.version },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An access token or an API key.' },
        },
      },
    },
    transform: jsonSchemaTransform,
  });
  for (const row of dialect.rows) {
    const schema = { summary: row.summary, ...openApiParts(dialect, row) };
    const [url = row.path] = addressesOf(row);
    scope.route({ method: row.method, url, schema, handler: () => null });
  }
  await scope.ready();
  const description = scope.swagger();
  await scope.close();
  return description;
}

/** What OpenAPI shows of a row of a dialect. */
function openApiParts(dialect: Dialect, row: AnyRow): Record<string, unknown> {
  const { request = {}, response, status, auth, accepts = 'json' } = row;
  const consumes = {
    json: 'application/json',
    form: 'application/x-www-form-urlencoded',
    multipart: 'multipart/form-data',
    bytes: 'application/octet-stream',
  };
  return {
    ...(request.params && { params: request.params }),
    ...(request.query && { querystring: request.query }),
    ...(request.body && { body: request.body, consumes: [consumes[accepts]] }),
    tags: [nounOf(row.path)],
    response: {
      [status]: response?.describe('Done') ?? z.null().describe(status < 300 ? 'Done; no body' : 'Leads elsewhere'),
      ...refusedReplies(dialect, row),
    },
    security: auth === 'none' ? [] : auth === 'optional' ? [{}, { bearer: [] }] : [{ bearer: [] }],
  };
}

/** The refusals a row can always give, by the status its dialect gives them. */
function refusedReplies({ refused, refuse }: Dialect, row: AnyRow): Record<string, z.ZodType> {
  const { params, query, body } = row.request ?? {};
  const takesInput = params !== undefined || query !== undefined || body !== undefined || row.accepts === 'multipart';
  const possible = [
    ...(takesInput ? [refusal('VALIDATION_ERROR', 'The input does not fit')] : []),
    ...(body !== undefined ? [refusal('BAD_REQUEST', 'The body cannot be read')] : []),
    ...(body !== undefined || row.accepts === 'multipart'
      ? [refusal('PAYLOAD_TOO_LARGE', 'The body is too large')]
      : []),
    ...(row.auth === 'required'
      ? [refusal('UNAUTHENTICATED', 'No credential', { missingCredential: true }), refusal('FORBIDDEN', 'Not allowed')]
      : []),
    ...(row.auth === 'none' ? [] : [refusal('UNAUTHENTICATED', 'The credential is not good')]),
    ...(params === undefined ? [] : [refusal('NOT_FOUND', 'There is none, or it is not yours')]),
    ...(row.unlimited === true ? [] : [refusal('RATE_LIMIT_EXCEEDED', 'Too many requests')]),
    refusal('INTERNAL_ERROR', 'Unexpected error'),
    // A probe's own 503 says more.
    ...(row.unlimited === true
      ? []
      : [refusal('SERVICE_UNAVAILABLE', 'Something this server needs is away; try again')]),
  ];
  const words = new Map<number, Set<string>>();
  for (const one of possible) {
    const { status } = refuse(one, new Date(0));
    words.set(status, (words.get(status) ?? new Set()).add(one.message));
  }
  return Object.fromEntries(
    [...words].map(([status, messages]) => [String(status), refused.describe([...messages].join('; '))]),
  );
}

/** What a path is about, which rows are grouped by: its first word that says something. */
function nounOf(path: string): string {
  return path.split('/').find((part) => part !== '' && part !== 'api' && !/^v\d+$/.test(part)) ?? 'root';
}
