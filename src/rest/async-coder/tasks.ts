import { z } from 'zod';
import { graphql } from '../../gql/gql.ts';
import { type AnyRow, row } from '../route.ts';
import { envelope, paged, pageMeta, pageQuery, succeeded } from './envelope.ts';
import { taskReply } from './task-reply.ts';
import {
  priorityOf,
  priorityWords,
  resultTypeWords,
  statusOf,
  statusWords,
  typeOf,
  typeWords,
  wordsOf,
} from './task-words.ts';

const status = z.enum(statusWords);
const type = z.enum(typeWords);
const priority = z.enum(priorityWords);
const moment = z.iso.datetime();
const model = z.object({ name: z.string(), displayName: z.string() });
const repository = z.object({ name: z.string(), fullName: z.string() });
const params = z.object({ taskId: z.uuid('must be a UUID') });
/** What the document calls an input's field otherwise. */
const names = { id: 'taskId' };

const createRow = row({
  method: 'POST',
  path: '/api/tasks',
  summary: 'Starts a task, and sets aside the credits it may cost',
  auth: 'required',
  limits: ['tasks'],
  status: 201,
  response: envelope(
    z.object({
      id: z.uuid(),
      title: z.string(),
      description: z.string().nullable(),
      status: z.literal('pending'),
      type,
      priority,
      estimatedCredits: z.int(),
      createdAt: moment,
    }),
  ),
  request: {
    body: z.object({
      repositoryId: z.uuid('must be a UUID'),
      aiModelId: z.uuid('must be a UUID'),
      title: z.string(),
      description: z.string().nullish(),
      prompt: z.string(),
      branch: z.string(),
      targetBranch: z.string().nullish(),
      type,
      priority: priority.default('medium'),
      pullRequest: z.boolean().default(false).describe('Whether to open a pull request with the changes, at GitHub'),
    }),
  },
  document: graphql(`
    mutation AsyncCoderCreateTask($input: CreateTaskInput!) {
      r: createTask(input: $input) {
        __typename
        ... on Task {
          databaseId
          title
          description
          type
          priority
          estimatedCredits
          createdAt
        }
        ...Refusal
      }
    }
  `),
  variables: ({ body }) => ({
    input: {
      ...body,
      description: body.description ?? null,
      targetBranch: body.targetBranch ?? null,
      type: typeOf[body.type],
      priority: priorityOf[body.priority],
    },
  }),
  reply: ({ databaseId: id, __typename, type: kind, priority: urgency, ...task }) =>
    // As it was when it was taken: a worker may have it by now.
    succeeded({ id, ...task, ...wordsOf({ status: 'QUEUED', type: kind, priority: urgency }) }),
});

const listRow = row({
  method: 'GET',
  path: '/api/tasks',
  summary: "The caller's tasks, newest first",
  auth: 'required',
  status: 200,
  response: paged({
    tasks: z.array(
      z.object({
        id: z.uuid(),
        title: z.string(),
        status,
        type,
        priority,
        creditsUsed: z.int().nullable().describe('Null until it has ended'),
        createdAt: moment,
        completedAt: moment.nullable(),
        repository,
        aiModel: model,
      }),
    ),
  }),
  request: {
    query: pageQuery.extend({
      status: status.optional(),
      type: type.optional(),
      repositoryId: z.uuid('must be a UUID').optional(),
    }),
  },
  document: graphql(`
    query AsyncCoderTasks($first: Int!, $offset: Int!, $status: JobStatus, $type: TaskType, $repositoryId: UUID) {
      r: tasks(first: $first, offset: $offset, status: $status, type: $type, repositoryId: $repositoryId) {
        __typename
        totalCount
        nodes {
          databaseId
          title
          status
          type
          priority
          creditsUsed
          createdAt
          finishedAt
          repository {
            namespace
            name
          }
          aiModel {
            name
            displayName
          }
        }
      }
    }
  `),
  variables: ({ query: { page, limit, ...filter } }) => ({
    first: limit,
    offset: (page - 1) * limit,
    status: filter.status === undefined ? null : statusOf[filter.status],
    type: filter.type === undefined ? null : typeOf[filter.type],
    repositoryId: filter.repositoryId ?? null,
  }),
  reply: ({ totalCount, nodes }, { query: { page, limit } }) => ({
    ...succeeded({
      tasks: nodes.map(({ databaseId, finishedAt, repository: { namespace, name }, aiModel, ...task }) => ({
        id: databaseId,
        ...task,
        ...wordsOf(task),
        completedAt: finishedAt,
        repository: { name, fullName: `${namespace}/${name}` },
        aiModel,
      })),
    }),
    meta: pageMeta({ page, limit, total: totalCount }),
  }),
});

const readRow = row({
  method: 'GET',
  path: '/api/tasks/{taskId}',
  summary: 'A task with what came of it',
  auth: 'required',
  status: 200,
  response: envelope(
    z.object({
      id: z.uuid(),
      title: z.string(),
      description: z.string().nullable(),
      prompt: z.string(),
      status,
      type,
      priority,
      branch: z.string(),
      targetBranch: z.string(),
      progress: z.int(),
      estimatedCredits: z.int(),
      creditsUsed: z.int().nullable().describe('Null until it has ended'),
      startedAt: moment.nullable(),
      completedAt: moment.nullable(),
      createdAt: moment,
      repository: repository.extend({ id: z.uuid() }),
      aiModel: model.extend({ id: z.uuid() }),
      results: z.array(
        z.object({
          id: z.uuid(),
          resultType: z.enum(resultTypeWords),
          content: z.string(),
          summary: z.string(),
          data: z.unknown().describe('The same for programs; null without'),
          createdAt: moment,
        }),
      ),
    }),
  ),
  request: { params },
  document: graphql(`
    query AsyncCoderTask($id: UUID!) {
      r: task(id: $id) {
        __typename
        databaseId
        title
        description
        prompt
        status
        type
        priority
        branch
        targetBranch
        percentage
        estimatedCredits
        creditsUsed
        startedAt
        finishedAt
        createdAt
        repository {
          databaseId
          namespace
          name
        }
        aiModel {
          databaseId
          name
          displayName
        }
        results {
          databaseId
          resultType
          content
          summary
          data
          createdAt
        }
      }
    }
  `),
  variables: ({ params: { taskId } }) => ({ id: taskId }),
  names,
  missing: 'Task',
  reply: (task) => succeeded(taskReply(task)),
});

const cancelRow = row({
  method: 'PUT',
  path: '/api/tasks/{taskId}/cancel',
  summary: 'Stops a task that has not ended',
  auth: 'required',
  status: 200,
  response: envelope(z.object({ message: z.string() })),
  request: { params },
  document: graphql(`
    mutation AsyncCoderCancelTask($id: UUID!) {
      r: cancelTask(id: $id) {
        __typename
        ... on Task {
          databaseId
        }
        ...Refusal
      }
    }
  `),
  variables: ({ params: { taskId } }) => ({ id: taskId }),
  names,
  reply: () => succeeded({ message: 'Task cancelled successfully' }),
});

/** AI coding tasks. */
export const taskRows: readonly AnyRow[] = [createRow, listRow, readRow, cancelRow];
