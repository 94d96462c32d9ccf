import type { App } from '../app.ts';
import type { Viewer } from '../platform/viewer.ts';

/**
 * The account that analyses belong to which were asked for by nobody in particular. Nobody can sign in to it, and no
 * sign-up can take its names. It is made when it is first needed.
 */
export const anonymousId = '00000000-0000-7000-8000-000000000001';
const name = '(anonymous)';

/** Who follows such an analysis: whoever knows its id. */
export const anonymousViewer: Viewer = {
  id: anonymousId,
  username: name,
  role: 'USER',
  permissions: ['analysis:create', 'analysis:read'],
  credential: { kind: 'capability' },
};

/** Makes the account if there is none yet. */
export async function makeAnonymousAccount(app: App): Promise<void> {
  const data = { id: anonymousId, email: name, username: name, isActive: false };
  await app.database.prisma.user.createMany({ data, skipDuplicates: true });
}
