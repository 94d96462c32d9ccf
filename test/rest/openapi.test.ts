import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../src/platform/config.ts';
import { createDialects } from '../../src/rest/dialects.ts';
import { refusal } from '../../src/rest/refusal.ts';
import { type TestApp, testApp } from '../app.ts';
import { serve, smallDialect } from './small-dialect.ts';

const operation = z.object({
  summary: z.string().min(1),
  security: z.array(z.record(z.string(), z.array(z.unknown()))),
  parameters: z
    .array(z.object({ name: z.string(), in: z.enum(['path', 'query', 'header', 'cookie']), schema: z.unknown() }))
    .optional(),
  requestBody: z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })) }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string() }).loose()),
});
const description = z.object({
  openapi: z.string().regex(/^3\.1\.\d$/),
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
});

describe('the OpenAPI description', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp({}, { RATE_LIMITS: 'on', RATE_LIMIT_REQUESTS: '1' });
  });
  afterAll(() => app.close());
  const dialects = createDialects(readConfig({ SECRET_KEY: 'x'.repeat(40) }, '/'));

  async function read(name: string, url = app.url) {
    const response = await fetch(`${url}/api/openapi/${name}.json`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    const found: unknown = await response.json();
    return { whole: z.record(z.string(), z.unknown()).parse(found), ...description.parse(found) };
  }

  it.each(dialects)('of $name is valid OpenAPI 3.1', async ({ name }) => {
    const { whole } = await read(name);
    const result = await new Validator().validate(whole);
    expect([result.valid, result.errors]).toEqual([true, undefined]);
  });

  it.each(dialects)(
    'of $name lists every row and nothing else, with its parts and who may ask',
    async ({ name, rows }) => {
      const { paths } = await read(name);
      const listed = Object.entries(paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
      );
      expect(listed.sort()).toEqual(
        rows
          .map(({ method, path, slashes }) => `${method} ${slashes === 'both' ? path.replace(/\/$/, '') : path}`)
          .sort(),
      );
      for (const row of rows) {
        const path = row.slashes === 'both' ? row.path.replace(/\/$/, '') : row.path;
        const found = paths[path]?.[row.method.toLowerCase()];
        if (found === undefined) throw new Error(`${row.path} is missing`);
        const inPath = [...row.path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
        expect(found.parameters?.filter((one) => one.in === 'path').map((one) => one.name) ?? []).toEqual(inPath);
        const security = { none: [], optional: [{}, { bearer: [] }], required: [{ bearer: [] }] };
        expect([row.path, found.security]).toEqual([row.path, security[row.auth]]);
        const consumes = {
          json: 'application/json',
          form: 'application/x-www-form-urlencoded',
          multipart: 'multipart/form-data',
          bytes: 'application/octet-stream',
        };
        const types = row.request?.body === undefined ? [] : [consumes[row.accepts ?? 'json']];
        expect([row.path, Object.keys(found.requestBody?.content ?? {})]).toEqual([row.path, types]);
        expect(Object.keys(found.responses)).toContain(String(row.status));
      }
    },
  );

  it.each(dialects)('of $name shows the error body that every refusal of it has', ({ refused, refuse }) => {
    for (const code of [
      'VALIDATION_ERROR',
      'UNAUTHENTICATED',
      'FORBIDDEN',
      'NOT_FOUND',
      'CONFLICT',
      'INTERNAL_ERROR',
      'X',
    ]) {
      for (const more of [
        {},
        { issues: [{ field: 'a', message: 'b', code: 'c' }] },
        { details: { settings: ['A'] }, retryAfter: 7 },
        { missingCredential: true },
      ]) {
        const { body } = refuse(refusal(code, 'A sentence', more), new Date());
        // Nothing beside what is described: what parsing drops would be missing.
        expect(refused.parse(body)).toEqual(body);
      }
    }
  });

  it.each(dialects)('of $name tells with which statuses a row refuses', async ({ name, rows, refuse }) => {
    const { paths } = await read(name);
    const status = (code: string) => String(refuse(refusal(code, ''), new Date()).status);
    for (const row of rows) {
      const path = row.slashes === 'both' ? row.path.replace(/\/$/, '') : row.path;
      const responses = Object.keys(paths[path]?.[row.method.toLowerCase()]?.responses ?? {});
      const expected = [
        ...(row.auth === 'required' ? [status('UNAUTHENTICATED'), status('FORBIDDEN')] : []),
        ...(row.request?.params === undefined ? [] : ['404']),
        ...(row.request?.body === undefined ? [] : [status('VALIDATION_ERROR'), '413']),
        ...(row.unlimited === true ? [] : ['429', '503']),
        '500',
      ];
      expect([row.path, responses]).toEqual([row.path, expect.arrayContaining(expected)]);
    }
  });

  it('serves every documented route that a dialect has begun', () => {
    const lines = readFileSync(join(import.meta.dirname, '../contract/routes.csv'), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1);
    const contract = lines.map((line) => line.split(',').slice(0, 3).join(' '));
    const plain = (path: string) => path.replaceAll(/\{\w+\}/g, '{}');
    const documented = new Set(contract.map(plain));
    const undocumented = dialects
      .flatMap(({ name, rows }) => rows.map(({ method, path }) => `${name} ${method} ${plain(path)}`))
      .filter((route) => !documented.has(route));
    expect(undocumented).toEqual([]);
  });

  it('shows a row of both slashes once', async () => {
    const api = await serve(app.app, [smallDialect()]);
    const { paths } = await read('small', api.url);
    expect(Object.keys(paths).filter((path) => path.startsWith('/small/me'))).toEqual(['/small/me']);
    await api.close();
  });
});
