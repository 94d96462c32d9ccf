import type { App } from '../app.ts';

/** A task with what it works on and by. */
export type TaskRow = Awaited<ReturnType<typeof readTask>>;

/** Reads what a worker needs of a task. */
export function readTask(app: App, jobId: string) {
  return app.database.prisma.task.findUniqueOrThrow({
    where: { jobId },
    include: { repository: true, aiModel: true, job: { select: { createdAt: true } } },
  });
}
