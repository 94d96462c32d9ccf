import { setImmediate as letRequestsThrough } from 'node:timers/promises';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { App } from '../app.ts';
import { addressesOf, type Dialect } from './dialect.ts';
import { type RowServices, rowHandler } from './handler.ts';
import { validateLimits } from './limits.ts';
import { refuseError } from './refusing.ts';
import type { AnyRow } from './route.ts';
import { validateRows } from './runner.ts';

export interface RestOptions extends RowServices {
  readonly dialects: readonly Dialect[];
}

/** Bytes of a body that is no file. */
const bodyLimit = 1_000_000;

/**
 * Serves the dialects: each row is matched, limited, parsed, executed and answered in its dialect's words.
 * @throws Error when a row does not fit the schema
 */
export async function addRest(app: App, server: FastifyInstance, options: RestOptions): Promise<void> {
  await server.register(cookie);
  for (const dialect of options.dialects) {
    // A start goes on while GraphQL is asked already.
    await letRequestsThrough();
    validateRows(options.schema, dialect.rows);
    validateLimits(dialect);
    await server.register(async (scope) => {
      acceptBodies(scope);
      await scope.register(formbody, { bodyLimit });
      await scope.register(multipart, { limits: { fileSize: 10_000_000, files: 1, fields: 50, fieldSize: bodyLimit } });
      scope.setErrorHandler((error, request, reply) => refuseError(app, dialect, error, { request, reply }));
      addDescription(scope, dialect);
      for (const row of dialect.rows) {
        if (row.accepts !== 'bytes') addRow(app, scope, dialect, row, options);
        else await scope.register(async (inner) => addRow(app, acceptBytes(inner, row), dialect, row, options));
      }
    });
  }
}

/** JSON, of which an empty body counts as none; plain text is nowhere taken. */
function acceptBodies(scope: FastifyInstance): void {
  scope.removeContentTypeParser(['application/json', 'text/plain']);
  scope.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit }, (_request, text, done) => {
    if (text === '') return done(null, undefined);
    try {
      done(null, JSON.parse(String(text)));
    } catch {
      done(Object.assign(new Error('The body is not valid JSON'), { statusCode: 400 }));
    }
  });
}

/** Any body, as the bytes it came as. */
function acceptBytes(scope: FastifyInstance, row: AnyRow): FastifyInstance {
  scope.removeAllContentTypeParsers();
  const options = { parseAs: 'buffer', bodyLimit: row.bodyLimit ?? bodyLimit } as const;
  scope.addContentTypeParser('*', options, (_request, bytes, done) => done(null, bytes));
  return scope;
}

/** Describes the rows at /api/openapi/{dialect}.json, once somebody asks. */
function addDescription(scope: FastifyInstance, dialect: Dialect): void {
  let description: Promise<unknown> | undefined;
  scope.get(
    `/api/openapi/${dialect.name}.json`,
    { config: { purpose: `OpenAPI description of ${dialect.title}` } },
    () => {
      description ??= import('./openapi.ts').then(({ describeDialect }) => describeDialect(dialect));
      return description;
    },
  );
}

function addRow(app: App, scope: FastifyInstance, dialect: Dialect, row: AnyRow, services: RowServices): void {
  const handler = rowHandler(app, dialect, row, services);
  for (const url of addressesOf(row)) {
    scope.route({
      method: row.method,
      url,
      ...(row.bodyLimit !== undefined && { bodyLimit: row.bodyLimit }),
      config: { purpose: row.summary },
      handler,
    });
  }
}
