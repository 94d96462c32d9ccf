import { PullRequestState, TaskPriority, TaskResultType, TaskType } from '../generated/prisma/enums.ts';
import type { JobRef } from '../jobs/schema.ts';
import { detailOf } from '../jobs/service.ts';
import type { AiModelRef } from '../models/schema.ts';
import type { Builder } from '../platform/builder.ts';
import { alreadySignedIn } from '../platform/context.ts';
import { ownedBy } from '../platform/viewer.ts';
import type { RepositoryRef } from '../repos/schema.ts';
import { addTaskFields } from './fields-schema.ts';
import { addTaskMutations } from './mutations-schema.ts';

/** The types that tasks point to. */
export interface TaskNeighbours {
  readonly jobRef: JobRef;
  readonly repositoryRef: RepositoryRef;
  readonly modelRef: AiModelRef;
}

/** The type of a task, for the rooms that give one. */
export type TaskRef = ReturnType<typeof addTask>;

/** AI coding tasks. */
export function addTasks(builder: Builder, neighbours: TaskNeighbours): void {
  const taskRef = addTask(builder, neighbours);
  addTaskFields(builder, taskRef);
  addTaskMutations(builder, taskRef);
}

function addEnums(builder: Builder) {
  const PriorityRef = builder.enumType(TaskPriority, {
    name: 'TaskPriority',
    description: 'Of the tasks that wait, the higher ones start first.',
    values: {
      LOW: { description: 'After all others.' },
      MEDIUM: { description: 'As usual.' },
      HIGH: { description: 'Before all others.' },
    },
  });
  const ResultTypeRef = builder.enumType(TaskResultType, {
    name: 'TaskResultType',
    description: 'What a result is.',
    values: {
      CODE_CHANGES: { description: 'A unified diff that applies to the commit that was worked on.' },
      DOCUMENTATION: { description: 'Documentation, as Markdown.' },
      ANALYSIS: { description: 'An answer or findings, as Markdown.' },
      PR_CREATED: { description: 'A pull request that was opened.' },
      ERROR: { description: 'Why the task failed.' },
    },
  });
  const StateRef = builder.enumType(PullRequestState, {
    name: 'PullRequestState',
    description: 'Where a pull request stands, as far as GitHub has told.',
    values: {
      OPEN: { description: 'Waiting.' },
      MERGED: { description: 'Taken.' },
      CLOSED: { description: 'Closed without being merged.' },
    },
  });
  return { PriorityRef, ResultTypeRef, StateRef };
}

function addPartTypes(builder: Builder, { ResultTypeRef, StateRef }: ReturnType<typeof addEnums>) {
  const ResultRef = builder.prismaObject('TaskResult', {
    description: 'One thing a task gives.',
    fields: (t) => ({
      databaseId: t.expose('id', { type: 'UUID', description: 'Its id in REST.' }),
      resultType: t.expose('resultType', { type: ResultTypeRef, description: 'What it is.' }),
      content: t.exposeString('content', { description: 'Markdown; of CODE_CHANGES a unified diff.' }),
      summary: t.exposeString('summary', { description: 'One or two sentences.' }),
      data: t.expose('data', {
        type: 'JSON',
        nullable: true,
        description: 'The same for programs: places, findings, line comments, the diff that takes a change back.',
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    }),
  });
  const PullRequestRef = builder
    .objectRef<{ url: string; number: number | null; state: PullRequestState }>('TaskPullRequest')
    .implement({
      description: 'The pull request a task has opened.',
      fields: (t) => ({
        url: t.exposeString('url', { description: 'Its web address.' }),
        number: t.exposeInt('number', { nullable: true, description: 'Its number at GitHub.' }),
        state: t.expose('state', { type: StateRef, description: 'Where it stands.' }),
      }),
    });
  return { ResultRef, PullRequestRef };
}

function addTask(builder: Builder, { jobRef, repositoryRef, modelRef }: TaskNeighbours) {
  const enums = addEnums(builder);
  const { ResultRef, PullRequestRef } = addPartTypes(builder, enums);
  return builder.prismaNode('Job', {
    variant: 'Task',
    description: 'An AI coding task: what was asked, what it may cost and what came of it.',
    interfaces: [jobRef],
    id: { field: 'id' },
    nullable: true,
    select: { kind: true },
    findUnique: (id, context) => ({ id, kind: 'TASK', ...ownedBy(alreadySignedIn(context)) }),
    fields: (t) => ({
      title: t.string({
        description: 'What it is called.',
        select: { task: { select: { title: true } } },
        resolve: ({ task }) => detailOf(task).title,
      }),
      description: t.string({
        nullable: true,
        description: 'More words for people; null without.',
        select: { task: { select: { description: true } } },
        resolve: ({ task }) => detailOf(task).description,
      }),
      prompt: t.string({
        description: 'What is asked.',
        select: { task: { select: { prompt: true } } },
        resolve: ({ task }) => detailOf(task).prompt,
      }),
      type: t.field({
        type: TaskType,
        description: 'What kind of work it is, as asked for; what an ASYNC one was done as, its results say.',
        select: { task: { select: { type: true } } },
        resolve: ({ task }) => detailOf(task).type,
      }),
      priority: t.field({
        type: enums.PriorityRef,
        description: 'How it stands to other tasks that wait.',
        select: { task: { select: { priority: true } } },
        resolve: ({ task }) => detailOf(task).priority,
      }),
      branch: t.string({
        description: 'The branch that is worked on.',
        select: { task: { select: { branch: true } } },
        resolve: ({ task }) => detailOf(task).branch,
      }),
      targetBranch: t.string({
        description: 'The branch the work is meant for: a review compares with it, a pull request goes into it.',
        select: { task: { select: { targetBranch: true } } },
        resolve: ({ task }) => detailOf(task).targetBranch,
      }),
      commit: t.string({
        nullable: true,
        description: 'The commit that was worked on; null until completed.',
        select: { task: { select: { commit: true } } },
        resolve: ({ task }) => detailOf(task).commit,
      }),
      repository: t.field({
        type: repositoryRef,
        description: 'What it works on.',
        select: (_args, _context, nested) => ({ task: { select: { repository: nested(true) } } }),
        resolve: ({ task }) => detailOf(task).repository,
      }),
      aiModel: t.field({
        type: modelRef,
        description: 'What does the work.',
        select: (_args, _context, nested) => ({ task: { select: { aiModel: nested(true) } } }),
        resolve: ({ task }) => detailOf(task).aiModel,
      }),
      estimatedCredits: t.int({
        description: 'Credits that are set aside for it: it never costs more.',
        select: { task: { select: { estimatedCredits: true } } },
        resolve: ({ task }) => detailOf(task).estimatedCredits,
      }),
      creditsUsed: t.int({
        nullable: true,
        description: 'Credits that were debited; null until it has ended.',
        select: { task: { select: { creditsUsed: true } } },
        resolve: ({ task }) => detailOf(task).creditsUsed,
      }),
      tokensUsed: t.int({
        description: "Tokens it has used so far; the built-in engine's are counted at the end.",
        select: { task: { select: { tokensUsed: true } } },
        resolve: ({ task }) => detailOf(task).tokensUsed,
      }),
      results: t.field({
        type: [ResultRef],
        description: 'What came of it, in order; empty until it has ended.',
        select: (_args, _context, nested) => ({
          task: { select: { results: nested({ orderBy: { id: 'asc' } }) } },
        }),
        resolve: ({ task }) => detailOf(task).results,
      }),
      pullRequest: t.field({
        type: PullRequestRef,
        nullable: true,
        description: 'The pull request with its changes; null when none was opened, or not yet.',
        select: {
          task: { select: { pullRequestUrl: true, pullRequestNumber: true, pullRequestState: true } },
        },
        resolve: ({ task }) => {
          const { pullRequestUrl: url, pullRequestNumber: number, pullRequestState: state } = detailOf(task);
          return url === null ? null : { url, number, state: state ?? 'OPEN' };
        },
      }),
      retryOf: t.field({
        type: 'UUID',
        nullable: true,
        description: 'The databaseId of the task this one repeats; null when it repeats none, or that is gone.',
        select: { task: { select: { retryOfId: true } } },
        resolve: ({ task }) => detailOf(task).retryOfId,
      }),
    }),
  });
}
