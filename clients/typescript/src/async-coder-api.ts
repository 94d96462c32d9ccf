import { isEnd, Live } from './live.ts';
import { AsyncCoderError, Requests } from './requests.ts';
import type {
  CreatedTask,
  EventName,
  Events,
  ListedTask,
  Model,
  NewTask,
  PageMeta,
  PageRequest,
  Repository,
  Task,
  TaskStatus,
  TaskType,
} from './types.ts';

export type * from './types.ts';
export { AsyncCoderError };

/** Where the server is, and by which access token or API key it is asked. */
export interface AsyncCoderOptions {
  readonly baseUrl: string;
  readonly token: string;
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly meta: PageMeta;
}

/** The async-coder API. */
export class AsyncCoderAPI {
  readonly tasks: Tasks;
  readonly repositories: Repositories;
  readonly models: Models;
  readonly #live: Live;

  constructor({ baseUrl, token }: AsyncCoderOptions) {
    const requests = new Requests(baseUrl, token);
    this.#live = new Live(
      (since) => requests.socketUrl(since),
      () => this.tasks.catchUp(),
    );
    this.repositories = new Repositories(requests);
    this.tasks = new Tasks(requests, this.repositories, this.#live);
    this.models = new Models(requests);
  }

  /** Listens to an event from now on. Gives a function that stops it. */
  on<Name extends EventName>(event: Name, listener: (data: Events[Name]) => void): () => void {
    return this.#live.on(event, listener);
  }

  /** Resolves once the socket of `on` is open. */
  get listening(): Promise<void> {
    return this.#live.opened;
  }

  /** Closes the socket and forgets all listeners. */
  close(): void {
    this.#live.close();
  }
}

/** Tasks. */
class Tasks {
  readonly #requests: Requests;
  readonly #repositories: Repositories;
  readonly #live: Live;
  /** Tasks of this client whose end has not been told: they may end before anybody listens. */
  readonly #open = new Set<string>();

  constructor(requests: Requests, repositories: Repositories, live: Live) {
    this.#requests = requests;
    this.#repositories = repositories;
    this.#live = live;
  }

  /** Starts a task. @throws AsyncCoderError */
  async create({ idempotencyKey, ...task }: NewTask): Promise<CreatedTask> {
    const branch = task.branch ?? (await this.#repositories.defaultBranch(task.repositoryId));
    const { data } = await this.#requests.ask<CreatedTask>('POST', '/api/tasks', {
      body: { ...task, branch },
      ...(idempotencyKey !== undefined && { headers: { 'idempotency-key': idempotencyKey } }),
    });
    this.#open.add(data.id);
    return data;
  }

  /** Tells of tasks of this client that ended before the socket was open. */
  catchUp(): void {
    for (const id of this.#open) {
      if (this.#live.hasTold(id)) this.#open.delete(id);
      // A request that fails is made again when the socket opens again.
      else this.#tellEnd(id).catch(() => undefined);
    }
  }

  async #tellEnd(id: string): Promise<void> {
    const { status, progress, creditsUsed, results } = await this.get(id);
    if (!isEnd(status)) return;
    this.#open.delete(id);
    if (status !== 'completed') return this.#live.tell('task:status_updated', { taskId: id, status, progress });
    const main = results.find(({ resultType }) => resultType === 'code_changes') ?? results[0];
    const opened = results.find(({ resultType }) => resultType === 'pr_created')?.data as { url?: string } | undefined;
    const result = { type: main?.resultType ?? null, pullRequestUrl: opened?.url ?? null };
    this.#live.tell('task:completed', { taskId: id, status, creditsUsed: creditsUsed ?? 0, result });
  }

  /** Reads a task with its results. @throws AsyncCoderError */
  async get(id: string): Promise<Task> {
    return (await this.#requests.ask<Task>('GET', `/api/tasks/${encodeURIComponent(id)}`)).data;
  }

  /** A page of the caller's tasks, newest first. @throws AsyncCoderError */
  async list(
    query: PageRequest & { status?: TaskStatus; type?: TaskType; repositoryId?: string } = {},
  ): Promise<Page<ListedTask>> {
    const { data, meta } = await this.#requests.ask<{ tasks: ListedTask[] }, PageMeta>('GET', '/api/tasks', {
      query: { ...query },
    });
    return { items: data.tasks, meta };
  }

  /** Stops a task that has not ended. @throws AsyncCoderError TASK_NOT_CANCELLABLE and others */
  async cancel(id: string): Promise<{ readonly message: string }> {
    const path = `/api/tasks/${encodeURIComponent(id)}/cancel`;
    return (await this.#requests.ask<{ message: string }>('PUT', path)).data;
  }

  /** Waits until a task has ended, by the socket, and gives it with its results. @throws AsyncCoderError */
  async wait(id: string): Promise<Task> {
    let wake = (): void => undefined;
    let refused: AsyncCoderError | undefined;
    const hear = ({ taskId, status }: { taskId: string; status: TaskStatus }) => {
      if (taskId === id && isEnd(status)) wake();
    };
    const stops = [
      this.#live.on('task:completed', hear),
      this.#live.on('task:status_updated', hear),
      this.#live.on('error', ({ code, message }) => {
        // What was missed may have been the end: then it is read again. Anything else is for good.
        if (code !== 'CURSOR_EXPIRED') refused = new AsyncCoderError(0, { code, message });
        wake();
      }),
    ];
    try {
      await this.#live.opened;
      for (;;) {
        // Before it is read: it may end in between.
        const changed = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const task = await this.get(id);
        if (isEnd(task.status)) return task;
        if (refused === undefined) await changed;
        if (refused !== undefined) throw refused;
      }
    } finally {
      for (const stop of stops) stop();
    }
  }
}

/** Repositories. */
class Repositories {
  readonly #requests: Requests;
  readonly #branches = new Map<string, string>();

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** A page of the caller's repositories. @throws AsyncCoderError */
  async list(query: PageRequest & { search?: string; connected?: boolean } = {}): Promise<readonly Repository[]> {
    const { data } = await this.#requests.ask<{ repositories: Repository[] }>('GET', '/api/repositories', {
      query: { ...query },
    });
    return data.repositories;
  }

  /** Reads the repositories anew from GitHub. @throws AsyncCoderError */
  async sync({ force = false }: { force?: boolean } = {}) {
    const { data } = await this.#requests.ask<{ synced: number; added: number; updated: number; message: string }>(
      'POST',
      '/api/repositories/sync',
      { body: { force } },
    );
    return data;
  }

  /** The default branch of a repository, read once; undefined where the server must say what is wrong. */
  async defaultBranch(id: string): Promise<string | undefined> {
    const limit = 100;
    for (let page = 1; !this.#branches.has(id); page += 1) {
      const found = await this.list({ page, limit });
      for (const one of found) if (one.defaultBranch !== null) this.#branches.set(one.id, one.defaultBranch);
      if (found.length < limit) break;
    }
    return this.#branches.get(id);
  }
}

/** The catalogue of AI models. */
class Models {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** All of them; those that are not active cannot be asked. @throws AsyncCoderError */
  async list(): Promise<readonly Model[]> {
    return (await this.#requests.ask<{ models: Model[] }>('GET', '/api/ai-models')).data.models;
  }
}
