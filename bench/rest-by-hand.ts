import { fastify } from 'fastify';
import type { QueryResultRow } from 'pg';
import { z } from 'zod';
import { createApp } from '../src/app.ts';
import { authenticate } from '../src/auth/service.ts';
import { readConfig } from '../src/platform/config.ts';
import { answering } from './measured-process.ts';

/**
 * The routes of the bench as somebody would write them by hand: Fastify with the form of its replies, the same check of
 * the token against its session, and one or two prepared statements a route.
 */
const app = await createApp({ config: readConfig({ ...process.env, LOG_LEVEL: 'fatal' }, '/') });
const server = fastify();
const read = async <Row extends QueryResultRow>(name: string, text: string, values: unknown[]) =>
  (await app.database.pool.query<Row>({ name: `hand-${name}`, text, values })).rows;
const viewer = (header: string | undefined) => authenticate(app, header?.replace('Bearer ', '') ?? '');
const string = { type: 'string' } as const;
const integer = { type: 'integer' } as const;
const orNull = { type: 'string', nullable: true } as const;
const object = <Properties extends object>(properties: Properties) => ({ type: 'object', properties }) as const;
type Id = { Params: { id: string } };

interface TaskRow {
  readonly [field: string]: unknown;
  readonly namespace: string;
  readonly repositoryName: string;
}

const task = object({
  id: string,
  title: string,
  description: orNull,
  prompt: string,
  status: string,
  type: string,
  priority: string,
  branch: string,
  targetBranch: string,
  estimatedCredits: integer,
  creditsUsed: { type: 'integer', nullable: true },
  startedAt: orNull,
  createdAt: string,
  progress: integer,
  completedAt: orNull,
  repository: object({ id: string, name: string, fullName: string }),
  aiModel: object({ id: string, name: string, displayName: string }),
  results: { type: 'array', items: {} },
});
const taskStatuses: Readonly<Record<string, string>> = { QUEUED: 'pending', RUNNING: 'running' };
const taskWords = z.string().transform((word) => word.toLowerCase());

server.get<Id>(
  '/api/tasks/:id',
  { schema: { response: { 200: object({ success: { type: 'boolean' }, data: task }) } } },
  async ({ headers, params }) => {
    const { id } = await viewer(headers.authorization);
    const taskId = z.uuid().parse(params.id);
    const [[found], results] = await Promise.all([
      read<TaskRow>(
        'task',
        `SELECT t.*, j."id", j."status", j."percentage", j."startedAt", j."finishedAt", j."createdAt",
          r."id" AS "repositoryId", r."namespace", r."name" AS "repositoryName", m."id" AS "modelId",
          m."name" AS "modelName", m."displayName"
        FROM "Job" j JOIN "Task" t ON t."jobId" = j."id" JOIN "Repository" r ON r."id" = t."repositoryId"
        JOIN "AiModel" m ON m."id" = t."aiModelId" WHERE j."id" = $1 AND j."ownerId" = $2`,
        [taskId, id],
      ),
      read('results', 'SELECT * FROM "TaskResult" WHERE "jobId" = $1 ORDER BY "id"', [taskId]),
    ]);
    if (found === undefined) throw new Error('not found');
    return {
      success: true,
      data: {
        ...found,
        status: taskStatuses[String(found.status)],
        type: taskWords.parse(found.type),
        priority: taskWords.parse(found.priority),
        progress: found.percentage,
        completedAt: found.finishedAt,
        repository: {
          id: found.repositoryId,
          name: found.repositoryName,
          fullName: `${found.namespace}/${found.repositoryName}`,
        },
        aiModel: { id: found.modelId, name: found.modelName, displayName: found.displayName },
        results,
      },
    };
  },
);

interface AnalysisRow {
  readonly [field: string]: unknown;
  readonly status: string;
  readonly createdAt: Date;
  readonly errorMessage: string | null;
}

server.get<Id>('/api/analysis/:id', async ({ headers, params }) => {
  const { id } = await viewer(headers.authorization);
  const analysisId = z.uuid().parse(params.id);
  const [found] = await read<AnalysisRow>(
    'analysis',
    `SELECT j."id", j."status", j."percentage", j."createdAt", j."errorMessage", a."projectName", a."qualityScore",
      a."report", u."username" FROM "Job" j JOIN "Analysis" a ON a."jobId" = j."id" JOIN "User" u ON u."id" = j."ownerId"
    WHERE j."id" = $1 AND j."ownerId" = $2`,
    [analysisId, id],
  );
  return {
    analysis_id: found?.id,
    project_name: found?.projectName,
    timestamp: found?.createdAt,
    performed_by: found?.username,
    status: found?.status.toLowerCase(),
    progress: found?.percentage,
    error: found?.errorMessage,
    quality_score: found?.qualityScore,
    // Of an analysis that runs nothing is known yet.
    security_issues: found?.report,
    security_issues_total: found?.report,
    code_smells: found?.report,
    type_errors: found?.report,
    coverage_percent: found?.report,
    recommendations: [],
  };
});

server.get<Id>(
  '/api/status/:id',
  {
    schema: {
      response: {
        200: object({
          job_id: string,
          status: string,
          progress_percentage: integer,
          current_step: orNull,
          created_at: string,
          updated_at: string,
          error: orNull,
        }),
      },
    },
  },
  async ({ headers, params }) => {
    const { id } = await viewer(headers.authorization);
    const [found] = await read<AnalysisRow & { readonly message: string | null; readonly updatedAt: Date }>(
      'cv',
      `SELECT "id", "status", "percentage", "message", "createdAt", "updatedAt", "errorMessage" FROM "Job"
      WHERE "id" = $1 AND "ownerId" = $2 AND "kind" = 'CV_ANALYSIS'`,
      [z.uuid().parse(params.id), id],
    );
    return {
      job_id: found?.id,
      status: found?.status === 'RUNNING' ? 'processing' : 'pending',
      progress_percentage: found?.percentage,
      current_step: found?.message,
      created_at: found?.createdAt.toISOString(),
      updated_at: found?.updatedAt.toISOString(),
      error: found?.errorMessage,
    };
  },
);

interface ItemRow {
  readonly id: string;
  readonly title: string;
  readonly description: string | null;
  readonly isActive: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = '"id", "title", "description", "isActive", "createdAt", "updatedAt"';
const item = object({
  id: string,
  title: string,
  description: orNull,
  is_active: { type: 'boolean' },
  created_at: string,
  updated_at: string,
});
const shaped = (found: ItemRow | undefined) =>
  found && {
    id: found.id,
    title: found.title,
    description: found.description,
    is_active: found.isActive,
    created_at: found.createdAt.toISOString(),
    updated_at: found.updatedAt.toISOString(),
  };

server.get<Id>('/api/v1/items/:id', { schema: { response: { 200: item } } }, async ({ headers, params }) => {
  const { id } = await viewer(headers.authorization);
  const sql = `SELECT ${columns} FROM "Item" WHERE "id" = $1 AND "ownerId" = $2`;
  return shaped((await read<ItemRow>('one', sql, [z.uuid().parse(params.id), id]))[0]);
});

server.get<{ Querystring: { page: number; size: number } }>(
  '/api/v1/items',
  {
    schema: {
      response: {
        200: object({
          items: { type: 'array', items: item },
          total: integer,
          page: integer,
          size: integer,
          pages: integer,
        }),
      },
    },
  },
  async ({ headers, query }) => {
    const { id } = await viewer(headers.authorization);
    const [page, size] = [Number(query.page), Number(query.size)];
    const sql = `SELECT ${columns} FROM "Item" WHERE "ownerId" = $1 ORDER BY "id" DESC LIMIT $2 OFFSET $3`;
    const [found, [counted]] = await Promise.all([
      read<ItemRow>('page', sql, [id, size, (page - 1) * size]),
      read<{ total: number }>('count', 'SELECT count(*)::int AS total FROM "Item" WHERE "ownerId" = $1', [id]),
    ]);
    const total = counted?.total ?? 0;
    return { items: found.map(shaped), total, page, size, pages: Math.ceil(total / size) };
  },
);

const body = z.object({ title: z.string().min(1).max(255), description: z.string().nullish() });
server.post('/api/v1/items', { schema: { response: { 201: item } } }, async (asked, reply) => {
  const { id } = await viewer(asked.headers.authorization);
  const { title, description = null } = body.parse(asked.body);
  const sql = `INSERT INTO "Item" ("id", "ownerId", "title", "description", "updatedAt")
    VALUES (gen_random_uuid(), $1, $2, $3, now()) RETURNING ${columns}`;
  return reply.status(201).send(shaped((await read<ItemRow>('make', sql, [id, title, description]))[0]));
});

answering(
  await server.listen({ port: 0, host: '127.0.0.1' }),
  () => null,
  async () => {
    await server.close();
    await app.close();
  },
);
