import type { App } from '../app.ts';
import type { User } from '../generated/prisma/client.ts';
import { cancelJobsOf, forgetJobs, type GoneJob } from '../jobs/service.ts';
import { isDeadlock } from '../platform/database.ts';
import { ForbiddenError, unfit } from '../platform/errors.ts';
import { requirePermission, type Viewer } from '../platform/viewer.ts';
import { checkPassword } from './passwords.ts';

export interface Deletion {
  /** The account's username: the word of somebody who means it. */
  readonly confirm: string;
  /** For accounts that have one. */
  readonly password?: string | null | undefined;
}

/** Times the rows are tried to be removed when others who hold some of them are in the way. */
const mostTries = 5;

/**
 * Deletes the viewer's account and all that is theirs: running work is cancelled first, then every row goes at once,
 * and with the rows the sessions and keys; files follow. What a crash leaves of the files the pruning finds.
 * @throws ValidationError for a wrong confirmation or password, ForbiddenError
 */
export async function deleteMe(app: App, viewer: Viewer, deletion: Deletion): Promise<void> {
  requirePermission(viewer, 'account:write');
  const user = await app.database.prisma.user.findUniqueOrThrow({ where: { id: viewer.id } });
  await requireOwner(user, viewer, deletion);
  await cancelJobsOf(app, user.id);
  const { credentials, jobs } = await removeRows(app, user.id);
  app.log.info({ userId: user.id }, 'an account was deleted');
  app.wakeUps.publish([...credentials.map((id) => `session:${id}`), `user:${user.id}`]);
  await forgetJobs(app, jobs).catch((error: unknown) =>
    app.log.warn({ err: error, userId: user.id }, 'files of a deleted account are left for the pruning'),
  );
}

async function requireOwner(user: User, viewer: Viewer, { confirm, password }: Deletion): Promise<void> {
  if (confirm.trim().toLowerCase() !== user.username) throw unfit('confirm', 'must be the username of this account');
  if (user.passwordHash === null) {
    if (viewer.credential.kind === 'session') return;
    throw new ForbiddenError('An account without a password is deleted by who is signed in, not by a key');
  }
  if (typeof password !== 'string') throw unfit('password', 'is needed to delete this account');
  if (!(await checkPassword(password, user.passwordHash))) throw unfit('password', 'is wrong');
}

interface Removed {
  /** What wake-ups name the credentials by that are gone. */
  readonly credentials: readonly string[];
  readonly jobs: readonly GoneJob[];
}

async function removeRows(app: App, userId: string): Promise<Removed> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await removeRowsOnce(app, userId);
    } catch (error) {
      if (!isDeadlock(error) || attempt >= mostTries) throw error;
    }
  }
}

/** Jobs are locked before their owner, as by whoever writes an event of one; most rows go with their owner. */
function removeRowsOnce(app: App, userId: string): Promise<Removed> {
  const where = { userId };
  return app.database.prisma.$transaction(
    async (transaction) => {
      await transaction.$queryRaw`SELECT "id" FROM "Job" WHERE "ownerId" = ${userId}::uuid ORDER BY "id" FOR UPDATE`;
      await transaction.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${userId}::uuid FOR UPDATE`;
      const sessions = await transaction.session.findMany({ where, select: { id: true } });
      const apiKeys = await transaction.apiKey.findMany({ where, select: { id: true } });
      const tokens = await transaction.gitHubToken.findMany({ where, select: { hash: true } });
      const jobs = await transaction.$queryRaw<GoneJob[]>`
        DELETE FROM "Job" WHERE "ownerId" = ${userId}::uuid RETURNING "id", "kind", "status", "queueId"`;
      await transaction.oAuthState.deleteMany({ where });
      await transaction.user.deleteMany({ where: { id: userId } });
      const ids = [...sessions, ...apiKeys].map(({ id }) => id);
      return { credentials: [...ids, ...tokens.map(({ hash }) => Buffer.from(hash).toString('hex'))], jobs };
    },
    { timeout: 120_000 },
  );
}
