import type { App } from '../app.ts';
import { creditsOf, estimateCredits, holdCredits } from '../credits/service.ts';
import type { Prisma, Repository, TaskPriority, TaskType } from '../generated/prisma/client.ts';
import { type CreatedJob, cancelJob, createJob, JobCreator, rowPerJob } from '../jobs/service.ts';
import { findModel, isModelActive, type TaskModel } from '../models/catalogue.ts';
import { ConflictError, NotFoundError, unfit } from '../platform/errors.ts';
import { ownedBy, requirePermission, type Viewer } from '../platform/viewer.ts';
import { getWorkableRepository, missingBranches, planMessage, planPullRequest } from '../repos/service.ts';
import { requireTaskForm } from './forms.ts';
import { taskDefinition } from './jobs.ts';

export { taskForms } from './forms.ts';
export { notePullRequest } from './pull-requests.ts';

export interface TaskRequest {
  readonly repositoryId: string;
  readonly aiModelId: string;
  readonly title: string;
  readonly description?: string | null | undefined;
  readonly prompt: string;
  /** The repository's default branch unless given. */
  readonly branch?: string | null | undefined;
  /** The same. */
  readonly targetBranch?: string | null | undefined;
  readonly type: TaskType;
  readonly priority?: TaskPriority | null | undefined;
  /** Whether a branch and a pull request are made of its changes, at GitHub. */
  readonly pullRequest?: boolean | null | undefined;
}

/** What a task may cost, and what the viewer has for it. */
export interface TaskEstimate {
  readonly credits: number;
  readonly available: number;
}

/** Tells what a task will hold. @throws ForbiddenError */
export async function estimateTask(
  app: App,
  viewer: Viewer,
  task: { readonly type: TaskType; readonly prompt: string },
): Promise<TaskEstimate> {
  const { available } = await creditsOf(app, viewer);
  return { credits: estimateCredits(task), available };
}

/**
 * Asks for a task: job, hold of credits and queue entry at once. What can be known before is: that the branches exist,
 * the model may be used, a pull request can be opened. Gives the job's id.
 * @throws ValidationError, NotFoundError, ForbiddenError, InsufficientCreditsError, RepositoryError, GitHubError,
 *   IdempotencyKeyReusedError
 */
export function createTask(
  app: App,
  viewer: Viewer,
  request: TaskRequest,
  idempotencyKey?: string | null | undefined,
): Promise<string> {
  return startTask(app, viewer, { request, retryOfId: null, operation: 'createTask', idempotencyKey });
}

/** The order in which waiting tasks start: higher ones first. */
const queuePriority: Record<TaskPriority, number> = { LOW: 0, MEDIUM: 1, HIGH: 2 };

interface Start {
  readonly request: TaskRequest;
  readonly retryOfId: string | null;
  readonly operation: string;
  readonly idempotencyKey: string | null | undefined;
}

async function startTask(app: App, viewer: Viewer, { request, retryOfId, ...start }: Start): Promise<string> {
  requirePermission(viewer, 'task:create');
  requireTaskForm(request);
  const { type, title, prompt, description = null, priority, pullRequest: wish } = request;
  const [repository, found] = await Promise.all([
    getWorkableRepository(app, viewer, { id: request.repositoryId }),
    findModel(app, request.aiModelId),
  ]);
  const model = requireModel(app, found, type);
  const { branch, targetBranch } = branchesOf(repository, request);
  const byOperator = viewer.credential.kind === 'operator';
  await requireBranches(app, viewer, repository, { branch, targetBranch });
  const plan = await planPullRequest(app, viewer, repository, { pullRequest: wish === true, ref: targetBranch });
  const estimatedCredits = estimateCredits({ type, prompt });
  const task = { repositoryId: repository.id, aiModelId: model.id, title, description, prompt, branch, targetBranch };
  const kind = { type, priority: priority ?? 'MEDIUM', pullRequest: wish === true };
  return createJob(app, viewer, {
    creator: tasks,
    input: { repositoryId: repository.id, ref: branch, byOperator, pullRequest: plan },
    asked: { ...task, ...kind, byOperator, retryOfId },
    message: wish === true ? planMessage(plan) : null,
    priority: queuePriority[kind.priority],
    ...start,
    detail: { ...task, ...kind, estimatedCredits, retryOfId },
  });
}

type TaskDetail = Omit<Prisma.TaskUncheckedCreateInput, 'jobId'>;

const writeRows = rowPerJob<TaskDetail>('Task');
const tasks = new JobCreator({
  definition: taskDefinition,
  write: (writing, userId, jobs: readonly CreatedJob<TaskDetail>[]) => {
    const holds = jobs.map(({ jobId, detail }) => ({ jobId, amount: detail.estimatedCredits }));
    return Promise.all([writeRows(writing, userId, jobs), holdCredits(writing, { userId, holds })]);
  },
});

/** A model that may be given this type of work. @throws NotFoundError, ValidationError */
function requireModel(app: App, model: TaskModel | undefined, type: TaskType): TaskModel {
  if (model === undefined) throw new NotFoundError('AI model');
  const issue = (message: string) => {
    throw unfit('aiModelId', message);
  };
  if (!isModelActive(app, model)) issue(`${model.displayName} is not active on this server`);
  if (!model.capabilities.includes(type)) issue(`${model.displayName} does no tasks of type ${type.toLowerCase()}`);
  return model;
}

interface Branches {
  readonly branch: string;
  readonly targetBranch: string;
}

function branchesOf({ defaultBranch }: Repository, request: TaskRequest): Branches {
  const branch = request.branch ?? defaultBranch;
  const targetBranch = request.targetBranch ?? defaultBranch ?? branch;
  if (branch !== null && targetBranch !== null) return { branch, targetBranch };
  throw unfit('branch', 'must be given: this repository has no default branch');
}

/** When the repository cannot be asked just now, the work itself will find out. */
async function requireBranches(
  app: App,
  viewer: Viewer,
  repository: Repository,
  { branch, targetBranch }: Branches,
): Promise<void> {
  const missing = (await missingBranches(app, viewer, repository, [branch, targetBranch])) ?? [];
  for (const [path, name] of Object.entries({ branch, targetBranch })) {
    if (!missing.includes(name)) continue;
    throw unfit(path, `there is no branch ${name} in ${repository.namespace}/${repository.name}`);
  }
}

/** The condition of a task the viewer may see. */
function visibleTask(viewer: Viewer, id: string) {
  return { id, kind: 'TASK', ...ownedBy(viewer) } as const;
}

/** @throws NotFoundError when the viewer sees no such task */
export async function requireTask(app: App, viewer: Viewer, id: string): Promise<void> {
  const job = await app.database.prisma.job.findFirst({ where: visibleTask(viewer, id), select: { id: true } });
  if (job === null) throw new NotFoundError('Task');
}

/**
 * Cancels a task that has not ended: it is CANCELLED when this returns, and its worker stops within a second.
 * @throws NotFoundError, ForbiddenError, ConflictError TASK_NOT_CANCELLABLE
 */
export async function cancelTask(app: App, viewer: Viewer, id: string): Promise<void> {
  requirePermission(viewer, 'task:cancel');
  await requireTask(app, viewer, id);
  await cancelJob(app, viewer, id).catch((error: unknown) => {
    const hasEnded = error instanceof ConflictError && error.code === 'JOB_ENDED';
    throw hasEnded ? new ConflictError('This task has already ended', 'TASK_NOT_CANCELLABLE') : error;
  });
}

/**
 * Asks again for a task that failed or was cancelled: a new one with a hold of its own. Gives the new job's id.
 * @throws NotFoundError, ConflictError TASK_NOT_RETRYABLE, and what createTask throws
 */
export async function retryTask(
  app: App,
  viewer: Viewer,
  id: string,
  idempotencyKey?: string | null | undefined,
): Promise<string> {
  requirePermission(viewer, 'task:create');
  const job = await app.database.prisma.job.findFirst({
    where: { ...visibleTask(viewer, id), ownerId: viewer.id },
    select: { status: true, task: true },
  });
  if (job === null || job.task === null) throw new NotFoundError('Task');
  if (job.status !== 'FAILED' && job.status !== 'CANCELLED') {
    throw new ConflictError('Only a task that failed or was cancelled can be retried', 'TASK_NOT_RETRYABLE');
  }
  return startTask(app, viewer, { request: job.task, retryOfId: id, operation: 'retryTask', idempotencyKey });
}
