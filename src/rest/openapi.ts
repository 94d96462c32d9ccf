import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import type { Dialect } from './dialect.ts';

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
