import type { App } from '../app.ts';
import { operatorViewer } from '../auth/service.ts';
import { ConflictError } from '../platform/errors.ts';
import type { Viewer } from '../platform/viewer.ts';
import { createUser } from '../users/service.ts';

const email = 'operator@millwright.localhost';

/**
 * Whoever types at this machine: owns what the command line asks for, and may do everything, whatever role its
 * account has been given. The account is made when missing; it has no password, so nobody signs in by it.
 */
export async function operator(app: App): Promise<Viewer> {
  const { prisma } = app.database;
  const user = (await prisma.user.findUnique({ where: { email } })) ?? (await makeOperator(app));
  return operatorViewer({ ...user, role: 'ADMIN' });
}

async function makeOperator(app: App) {
  try {
    return await createUser(app, { email, displayName: 'Command line', passwordHash: null, role: 'ADMIN' });
  } catch (error) {
    // Two commands at once: the other one was faster.
    if (!(error instanceof ConflictError)) throw error;
    return app.database.prisma.user.findUniqueOrThrow({ where: { email } });
  }
}
