import { InsufficientCreditsError } from '../credits/service.ts';
import { TaskPriority, TaskType } from '../generated/prisma/enums.ts';
import { getAskedJob } from '../jobs/service.ts';
import type { Builder } from '../platform/builder.ts';
import { signedIn } from '../platform/context.ts';
import type { TaskRef } from './schema.ts';
import { cancelTask, createTask, retryTask, taskForms } from './service.ts';

/** Asking for tasks, stopping them, asking again. */
export function addTaskMutations(builder: Builder, taskRef: TaskRef): void {
  addCreating(builder, taskRef);
  builder.mutationFields((t) => ({
    cancelTask: t.prismaField({
      type: taskRef,
      errors: {},
      description:
        'Stops a task that has not ended: CANCELLED at once, and its worker within a second. One that has ended is ' +
        'refused with TASK_NOT_CANCELLABLE.',
      authScopes: { permission: 'task:cancel' },
      args: { id: t.arg({ type: 'UUID', description: 'Its databaseId.' }) },
      resolve: async (query, _root, { id }, context) => {
        await cancelTask(context.app, await signedIn(context), id);
        return getAskedJob(context.app, query, id);
      },
    }),
    retryTask: t.prismaField({
      type: taskRef,
      errors: { types: [InsufficientCreditsError] },
      description:
        'Asks again for a task that failed or was cancelled: a new task with credits of its own. Any other is refused ' +
        'with TASK_NOT_RETRYABLE.',
      authScopes: { permission: 'task:create' },
      args: {
        id: t.arg({ type: 'UUID', description: 'Its databaseId.' }),
        idempotencyKey: t.arg.string({ required: false, description: 'Or by the Idempotency-Key header.' }),
      },
      resolve: async (query, _root, { id, idempotencyKey }, context) => {
        const viewer = await signedIn(context);
        const made = await retryTask(context.app, viewer, id, idempotencyKey ?? context.idempotencyKey);
        return getAskedJob(context.app, query, made);
      },
    }),
  }));
}

function addCreating(builder: Builder, taskRef: TaskRef): void {
  const InputRef = builder.inputType('CreateTaskInput', {
    description: 'What is asked, of which model, on which branch.',
    fields: (t) => ({
      repositoryId: t.field({ type: 'UUID', description: 'A connected repository of your own.' }),
      aiModelId: t.field({ type: 'UUID', description: 'An active model that does this type of task.' }),
      title: t.string({ validate: taskForms.title, description: '1 to 255 characters.' }),
      description: t.string({
        required: false,
        validate: taskForms.description,
        description: 'At most 1000 characters, for people.',
      }),
      prompt: t.string({ validate: taskForms.prompt, description: 'What to do: 1 to 10000 characters.' }),
      branch: t.string({
        required: false,
        validate: taskForms.branch,
        description: "The branch to work on; the repository's default branch unless given.",
      }),
      targetBranch: t.string({
        required: false,
        validate: taskForms.targetBranch,
        description: "The branch the work is meant for; the repository's default branch unless given.",
      }),
      type: t.field({ type: TaskType, description: 'What kind of work it is.' }),
      priority: t.field({ type: TaskPriority, defaultValue: 'MEDIUM', description: 'Higher ones start first.' }),
      pullRequest: t.boolean({
        defaultValue: false,
        description: 'Whether to open a pull request with its changes, at GitHub. Refused where that cannot be.',
      }),
    }),
  });
  builder.mutationField('createTask', (t) =>
    t.prismaField({
      type: taskRef,
      errors: { types: [InsufficientCreditsError] },
      description: 'Starts a task and sets aside what it may cost. Follow it with taskUpdated or jobEvents.',
      authScopes: { permission: 'task:create' },
      args: {
        input: t.arg({ type: InputRef, description: 'What to do.' }),
        idempotencyKey: t.arg.string({ required: false, description: 'Or by the Idempotency-Key header.' }),
      },
      resolve: async (query, _root, { input, idempotencyKey }, context) => {
        const viewer = await signedIn(context);
        const id = await createTask(context.app, viewer, input, idempotencyKey ?? context.idempotencyKey);
        return getAskedJob(context.app, query, id);
      },
    }),
  );
}
