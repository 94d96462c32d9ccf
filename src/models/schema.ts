import { ModelProvider, TaskType } from '../generated/prisma/enums.ts';
import type { Builder } from '../platform/builder.ts';
import { signedIn } from '../platform/context.ts';
import { isModelActive, listModels, modelForms, updateAiModel } from './catalogue.ts';

/** The type of a model, for features that point to one. */
export type AiModelRef = ReturnType<typeof addModels>;

/** The catalogue of AI models, and the types of tasks they are good for. Gives the type of a model. */
export function addModels(builder: Builder) {
  const taskTypeRef = addTaskType(builder);
  const modelRef = addModel(builder, taskTypeRef);
  builder.queryField('aiModels', (t) =>
    t.field({
      type: [modelRef],
      description: 'The whole catalogue, the built-in engine first; for everybody.',
      resolve: (_root, _args, { app }) => listModels(app),
    }),
  );
  addChanging(builder, modelRef, taskTypeRef);
  return modelRef;
}

function addModel(builder: Builder, taskTypeRef: TaskTypeRef) {
  const ProviderRef = builder.enumType(ModelProvider, {
    name: 'ModelProvider',
    description: 'Whose a model is.',
    values: {
      LOCAL: { description: "This server's own; it works without a key." },
      OPENAI: { description: 'OpenAI, or any service that speaks its protocol.' },
      ANTHROPIC: { description: 'Anthropic.' },
      GOOGLE: { description: 'Google.' },
    },
  });
  return builder.prismaObject('AiModel', {
    description: 'A model that tasks can ask for.',
    fields: (t) => ({
      databaseId: t.expose('id', { type: 'UUID', description: 'Its id in REST, the same on every server.' }),
      name: t.exposeString('name', { description: 'As its provider calls it.' }),
      displayName: t.exposeString('displayName', { description: 'For people.' }),
      provider: t.expose('provider', { type: ProviderRef, description: 'Whose it is.' }),
      description: t.exposeString('description', { description: 'What it is good for.' }),
      costPerToken: t.exposeFloat('costPerToken', { description: 'What its provider takes, in US dollars.' }),
      maxTokens: t.exposeInt('maxTokens', { description: 'Most tokens it can take in at once.' }),
      capabilities: t.expose('capabilities', { type: [taskTypeRef], description: 'Types of tasks it may be given.' }),
      isEnabled: t.exposeBoolean('isEnabled', { description: 'Whether admins allow it.' }),
      isActive: t.boolean({
        description: 'Whether it can be asked: it is enabled, and this server has a key for its provider.',
        select: { provider: true, isEnabled: true },
        resolve: (model, _args, { app }) => isModelActive(app, model),
      }),
    }),
  });
}

function addChanging(builder: Builder, modelRef: AiModelRef, taskTypeRef: TaskTypeRef): void {
  const UpdateAiModelInput = builder.inputType('UpdateAiModelInput', {
    description: 'What to change of a model; absent fields stay.',
    fields: (t) => ({
      id: t.field({ type: 'UUID', description: 'Its databaseId.' }),
      isEnabled: t.boolean({ required: false, description: 'Whether it may be asked.' }),
      displayName: t.string({ required: false, validate: modelForms.displayName, description: '1 to 100 characters.' }),
      description: t.string({
        required: false,
        validate: modelForms.description,
        description: '1 to 1000 characters.',
      }),
      costPerToken: t.float({ required: false, validate: modelForms.costPerToken, description: 'US dollars, 0 to 1.' }),
      maxTokens: t.int({ required: false, validate: modelForms.maxTokens, description: '1 to 100000000.' }),
      capabilities: t.field({
        type: [taskTypeRef],
        required: false,
        description: 'Types of tasks it may be given; at least one.',
      }),
    }),
  });
  builder.mutationField('updateAiModel', (t) =>
    t.prismaField({
      type: modelRef,
      errors: {},
      description: 'Changes a model of the catalogue, for admins.',
      authScopes: { permission: 'model:write' },
      args: { input: t.arg({ type: UpdateAiModelInput, description: 'What to change.' }) },
      resolve: async (_query, _root, { input: { id, ...change } }, context) =>
        updateAiModel(context.app, await signedIn(context), id, change),
    }),
  );
}

type TaskTypeRef = ReturnType<typeof addTaskType>;

function addTaskType(builder: Builder) {
  return builder.enumType(TaskType, {
    name: 'TaskType',
    description: 'What kind of work a task is.',
    values: {
      DEBUG: { description: 'Finds and repairs faults.' },
      ASK: { description: 'Answers a question about the code.' },
      DOCUMENTATION: { description: 'Writes documentation.' },
      ARCHITECT: { description: 'Draws and judges how the code is built.' },
      PR_REVIEW: { description: 'Reviews a branch against another.' },
      ASYNC: { description: 'Chooses among the others by what is asked.' },
    },
  });
}
