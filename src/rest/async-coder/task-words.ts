import type { JobStatus, TaskPriority, TaskResultType, TaskType } from '../../gql/graphql.ts';

/** Words for where a task stands. */
export const statusWords = ['pending', 'running', 'completed', 'failed', 'cancelled'] as const;
type StatusWord = (typeof statusWords)[number];
/** Words for what kind of work a task is. */
export const typeWords = ['debug', 'ask', 'documentation', 'architect', 'pr_review', 'async'] as const;
type TypeWord = (typeof typeWords)[number];
/** Words for how tasks that wait stand to one another. */
export const priorityWords = ['low', 'medium', 'high'] as const;
type PriorityWord = (typeof priorityWords)[number];
/** Words for what a task gives. */
export const resultTypeWords = ['code_changes', 'documentation', 'analysis', 'pr_created', 'error'] as const;

export const statusWord: Record<JobStatus, StatusWord> = {
  QUEUED: 'pending',
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
};
export const statusOf: Record<StatusWord, JobStatus> = {
  pending: 'QUEUED',
  running: 'RUNNING',
  completed: 'COMPLETED',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
};
export const typeOf: Record<TypeWord, TaskType> = {
  debug: 'DEBUG',
  ask: 'ASK',
  documentation: 'DOCUMENTATION',
  architect: 'ARCHITECT',
  pr_review: 'PR_REVIEW',
  async: 'ASYNC',
};
export const typeWord: Record<TaskType, TypeWord> = {
  DEBUG: 'debug',
  ASK: 'ask',
  DOCUMENTATION: 'documentation',
  ARCHITECT: 'architect',
  PR_REVIEW: 'pr_review',
  ASYNC: 'async',
};
export const priorityOf: Record<PriorityWord, TaskPriority> = { low: 'LOW', medium: 'MEDIUM', high: 'HIGH' };
const priorityWord: Record<TaskPriority, PriorityWord> = { LOW: 'low', MEDIUM: 'medium', HIGH: 'high' };
export const resultTypeWord: Record<TaskResultType, (typeof resultTypeWords)[number]> = {
  CODE_CHANGES: 'code_changes',
  DOCUMENTATION: 'documentation',
  ANALYSIS: 'analysis',
  PR_CREATED: 'pr_created',
  ERROR: 'error',
};

/** The words of a task. */
export function wordsOf(task: {
  readonly status: JobStatus;
  readonly type: TaskType;
  readonly priority: TaskPriority;
}) {
  return { status: statusWord[task.status], type: typeWord[task.type], priority: priorityWord[task.priority] };
}
