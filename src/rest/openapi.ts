import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Dialect } from './dialect.ts';
import { refusal } from './refusal.ts';
import type { AnyRow } from './route.ts';

/** Describes the rows that follow in this scope as OpenAPI 3.1, at /api/openapi/{dialect}.json. */
export async function addOpenApi(scope: FastifyInstance, dialect: Dialect): Promise<void> {
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
  scope.get(
    `/api/openapi/${dialect.name}.json`,
    { schema: { hide: true }, config: { purpose: `OpenAPI description of ${dialect.title}` } },
    () => scope.swagger(),
  );
}

/** What OpenAPI shows of a row of a dialect. */
export function openApiParts(dialect: Dialect, row: AnyRow): Record<string, unknown> {
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
