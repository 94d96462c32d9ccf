export type TaskType = 'debug' | 'ask' | 'documentation' | 'architect' | 'pr_review' | 'async';
export type TaskStatus = 'pending' | 'running' | 'completed' | 'failed' | 'cancelled';
export type TaskPriority = 'low' | 'medium' | 'high';
export type ResultType = 'code_changes' | 'documentation' | 'analysis' | 'pr_created' | 'error';

/** What a new task is. */
export interface NewTask {
  readonly repositoryId: string;
  readonly aiModelId: string;
  readonly title: string;
  readonly prompt: string;
  readonly type: TaskType;
  readonly description?: string;
  /** The repository's default branch unless given. */
  readonly branch?: string;
  readonly targetBranch?: string;
  readonly priority?: TaskPriority;
  /** Whether to open a pull request with the changes, at GitHub. */
  readonly pullRequest?: boolean;
  /** The same key and task again give the same task for a day. */
  readonly idempotencyKey?: string;
}

/** A task as it was taken. */
export interface CreatedTask {
  readonly id: string;
  readonly title: string;
  readonly description: string | null;
  readonly status: 'pending';
  readonly type: TaskType;
  readonly priority: TaskPriority;
  readonly estimatedCredits: number;
  readonly createdAt: string;
}

/** A task in a list. */
export interface ListedTask extends Omit<CreatedTask, 'status' | 'description' | 'estimatedCredits'> {
  readonly status: TaskStatus;
  /** Null until it has ended. */
  readonly creditsUsed: number | null;
  readonly completedAt: string | null;
  readonly repository: { readonly name: string; readonly fullName: string };
  readonly aiModel: { readonly name: string; readonly displayName: string };
}

/** One thing a task gives. */
export interface TaskResult {
  readonly id: string;
  readonly resultType: ResultType;
  /** Markdown, or a unified diff of code_changes. */
  readonly content: string;
  readonly summary: string;
  readonly data: unknown;
  readonly createdAt: string;
}

/** A task with what came of it. */
export interface Task extends Omit<ListedTask, 'repository' | 'aiModel'> {
  readonly description: string | null;
  readonly prompt: string;
  readonly branch: string;
  readonly targetBranch: string;
  /** 0 to 100. */
  readonly progress: number;
  readonly estimatedCredits: number;
  readonly startedAt: string | null;
  readonly repository: { readonly id: string; readonly name: string; readonly fullName: string };
  readonly aiModel: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly results: readonly TaskResult[];
}

export interface Repository {
  readonly id: string;
  readonly githubId: number | null;
  readonly name: string;
  readonly fullName: string;
  readonly description: string | null;
  readonly isPrivate: boolean | null;
  readonly defaultBranch: string | null;
  readonly language: string | null;
  readonly url: string;
  readonly isActive: boolean;
  readonly createdAt: string;
}

export interface Model {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly provider: string;
  readonly description: string;
  readonly costPerToken: number;
  readonly maxTokens: number;
  readonly capabilities: readonly TaskType[];
  readonly isActive: boolean;
}

/** Where a page stands in its list. */
export interface PageMeta {
  readonly page: number;
  readonly limit: number;
  readonly total: number;
  readonly totalPages: number;
}

/** Which page of a list. */
export interface PageRequest {
  /** From 1. */
  readonly page?: number;
  /** At most 100. */
  readonly limit?: number;
}

/** What the socket tells, by the names of the events. */
export interface Events {
  'task:status_updated': {
    readonly taskId: string;
    readonly status: TaskStatus;
    readonly progress: number;
    readonly error?: { readonly code: string; readonly message: string };
  };
  'task:completed': {
    readonly taskId: string;
    readonly status: 'completed';
    readonly creditsUsed: number;
    readonly result: { readonly type: ResultType | null; readonly pullRequestUrl: string | null };
  };
  'credits:updated': { readonly userId: string; readonly credits: number; readonly change: number };
  /** Something that was missed can no longer be told (CURSOR_EXPIRED), or the socket was refused for good. */
  error: { readonly code: string; readonly message: string };
}
export type EventName = keyof Events;
