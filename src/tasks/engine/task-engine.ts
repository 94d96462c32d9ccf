import type { TaskResultType, TaskType } from '../../generated/prisma/enums.ts';
import type { ContentCache } from '../../platform/content-cache.ts';
import type { ThreadPool } from '../../platform/thread-pool.ts';

/** What is asked of an engine, on a checkout that is this task's own. */
export interface TaskBrief {
  /** ASYNC has been resolved into one of the others before an engine is asked. */
  readonly type: Exclude<TaskType, 'ASYNC'>;
  readonly title: string;
  readonly description: string | null;
  readonly prompt: string;
  /** Absolute path of the checkout; engines read it and never write into it. */
  readonly root: string;
  /** What `root` has checked out. */
  readonly branch: string;
  readonly commit: string | null;
  /** The branch the work is meant for; a review compares with it. */
  readonly targetBranch: string;
  /** The commit of the target branch in the same repository; null when it is the branch itself. */
  readonly targetCommit: string | null;
  readonly repository: { readonly name: string; readonly fullName: string; readonly url: string | null };
}

/** What an engine works with. */
export interface TaskTools {
  readonly threads: ThreadPool;
  readonly cache: ContentCache;
  /** A folder for what is needed only meanwhile. */
  readonly scratch: string;
  /** Aborted when the task must stop; passed on to everything that takes one. */
  readonly signal: AbortSignal;
  /** Says how far the work is: 0–1, and what is being done. */
  readonly report: (done: number, message: string) => void;
  /** Told of tokens as they are used, so that they are charged even when the attempt dies. */
  readonly used: (tokens: number) => void;
}

/** A place in the checkout. */
export interface Place {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly endLine?: number;
}

/** One changed file: `before` null for a new one, `after` null for one that goes. */
export interface FileEdit {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** One thing a task gives. Every claim in `content` names its file and line; `data` has the same for programs. */
export interface TaskFinding {
  readonly resultType: Extract<TaskResultType, 'DOCUMENTATION' | 'ANALYSIS'>;
  /** Markdown. */
  readonly content: string;
  /** One or two sentences. */
  readonly summary: string;
  readonly data: Record<string, unknown> | null;
}

/** What came of it. The edits become one CODE_CHANGES result: a diff that applies, and the one that takes it back. */
export interface TaskOutcome {
  readonly findings: readonly TaskFinding[];
  readonly edits: readonly FileEdit[];
  /** One sentence on the edits; null without any. */
  readonly editSummary: string | null;
  /** One sentence on the whole, for progress bars. */
  readonly message: string;
}

/** Does tasks of one or more types. Deterministic where it is local. */
export type TaskEngine = (brief: TaskBrief, tools: TaskTools) => Promise<TaskOutcome>;
