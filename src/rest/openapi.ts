import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Dialect } from './dialect.ts';
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

/** What OpenAPI shows of a row. */
export function openApiParts(row: AnyRow): Record<string, unknown> {
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
    tags: [nounOf(row.path)],
    response: {
      [status]: response?.describe('Done') ?? z.null().describe(status < 300 ? 'Done; no body' : 'Leads elsewhere'),
    },
    security: auth === 'none' ? [] : auth === 'optional' ? [{}, { bearer: [] }] : [{ bearer: [] }],
  };
}

/** What a path is about, which rows are grouped by: its first word that says something. */
function nounOf(path: string): string {
  return path.split('/').find((part) => part !== '' && part !== 'api' && !/^v\d+$/.test(part)) ?? 'root';
}
