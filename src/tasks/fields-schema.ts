import { z } from 'zod';
import { JobStatus, TaskType } from '../generated/prisma/enums.ts';
import { addProgress } from '../jobs/events-schema.ts';
import { findAskedJob, findAskedJobs } from '../jobs/service.ts';
import type { Builder } from '../platform/builder.ts';
import { signedIn } from '../platform/context.ts';
import { newestFirst, offset, skipping } from '../platform/pages.ts';
import { ownedBy, type Viewer } from '../platform/viewer.ts';
import type { TaskRef } from './schema.ts';
import { estimateTask, type TaskEstimate } from './service.ts';

interface Filter {
  readonly status?: JobStatus | null | undefined;
  readonly type?: TaskType | null | undefined;
  readonly repositoryId?: string | null | undefined;
}

/** The viewer's own tasks. */
function ownTasks({ id: ownerId }: Viewer, { status, type, repositoryId }: Filter) {
  const task = { ...(type && { type }), ...(repositoryId && { repositoryId }) };
  return { ownerId, kind: 'TASK' as const, ...(status && { status }), ...((type || repositoryId) && { task }) };
}

/** Reading and following tasks, and what one may cost. */
export function addTaskFields(builder: Builder, taskRef: TaskRef): void {
  addEstimate(builder);
  builder.queryFields((t) => ({
    task: t.prismaField({
      type: taskRef,
      nullable: true,
      description: 'A task by its databaseId; null when there is none or it is not yours.',
      authScopes: { permission: 'task:read' },
      args: { id: t.arg({ type: 'UUID', description: 'Its databaseId.' }) },
      resolve: async (query, _root, { id }, context) =>
        findAskedJob(context.app, query, { id, kind: 'TASK', ...ownedBy(await signedIn(context)) }),
    }),
    tasks: t.prismaConnection({
      type: taskRef,
      cursor: 'id',
      description: "The viewer's tasks, newest first.",
      authScopes: { permission: 'task:read' },
      args: {
        status: t.arg({ type: JobStatus, required: false, description: 'Only with this status.' }),
        type: t.arg({ type: TaskType, required: false, description: 'Only of this type.' }),
        repositoryId: t.arg({ type: 'UUID', required: false, description: 'Only of this repository.' }),
        offset: t.arg.int({
          required: false,
          validate: offset,
          description: 'How many to skip before the page begins: for pages by number. Goes with `first` only.',
        }),
      },
      totalCount: async (_root, args, context) =>
        context.app.database.prisma.job.count({ where: ownTasks(await signedIn(context), args) }),
      resolve: async (query, _root, args, context) =>
        findAskedJobs(context.app, skipping(newestFirst(query, ownTasks(await signedIn(context), args)), args)),
    }),
  }));
  addProgress(builder, {
    name: 'taskUpdated',
    type: taskRef,
    kind: 'TASK',
    subject: 'A task',
    permission: 'task:read',
  });
}

function addEstimate(builder: Builder): void {
  const EstimateRef = builder.objectRef<TaskEstimate>('TaskEstimate').implement({
    description: 'What a task may cost.',
    fields: (t) => ({
      credits: t.exposeInt('credits', { description: 'Credits that will be set aside: it never costs more.' }),
      available: t.exposeInt('available', { description: 'Credits that nothing has set aside now.' }),
    }),
  });
  const InputRef = builder.inputType('EstimateTaskInput', {
    description: 'What decides over the price of a task.',
    fields: (t) => ({
      type: t.field({ type: TaskType, description: 'What kind of work it is.' }),
      prompt: t.string({
        validate: z.string().max(20_000, 'must have at most 20000 characters'),
        description: 'What is asked.',
      }),
    }),
  });
  builder.queryField('estimateTask', (t) =>
    t.field({
      type: EstimateRef,
      description: 'What a task may cost at most, and what the viewer has. Nothing is set aside.',
      authScopes: { permission: 'credits:read' },
      args: { input: t.arg({ type: InputRef, description: 'The task.' }) },
      resolve: async (_root, { input }, context) => estimateTask(context.app, await signedIn(context), input),
    }),
  );
}
