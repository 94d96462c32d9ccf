import type { App } from '../app.ts';
import type { Role } from '../generated/prisma/enums.ts';
import { ForbiddenError } from './errors.ts';

/** What a role may do. The same words stand in access tokens. */
export const permissions = [
  'build:create',
  'build:read',
  'build:cancel',
  'analysis:create',
  'analysis:read',
  'docs:create',
  'docs:read',
  'docs:cancel',
  'task:create',
  'task:read',
  'task:cancel',
  'credits:read',
  'credits:grant',
  'model:write',
  'repository:read',
  'repository:write',
  'item:read',
  'item:write',
  'account:read',
  'account:write',
  'user:read',
  'user:write',
] as const;
export type Permission = (typeof permissions)[number];

/** What only admins may do. */
const ofAdmins: readonly Permission[] = ['credits:grant', 'model:write', 'user:read', 'user:write'];
const ofUsers = permissions.filter((permission) => !ofAdmins.includes(permission));
const byRole: Record<Role, readonly Permission[]> = {
  USER: ofUsers,
  ADMIN: permissions,
  VIEWER: ofUsers.filter((permission) => permission.endsWith(':read')),
};

/** The permissions of a role. A viewer may only read. */
export function permissionsOf(role: Role): readonly Permission[] {
  return byRole[role];
}

/** Who is asking, and by which credential. */
export interface Viewer {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  /** The sign-in this request came by; `operator` is the command line on this machine. */
  readonly credential:
    | { readonly kind: 'session'; readonly sessionId: string; readonly expiresAt: Date }
    | { readonly kind: 'apiKey'; readonly apiKeyId: string }
    | GitHubTokenCredential
    /** The id of something that belongs to nobody in particular: whoever knows it may use it. */
    | { readonly kind: 'capability' }
    | { readonly kind: 'operator' };
}

/** A GitHub token that came as Bearer. It is held in memory, behind functions, so that no log or JSON shows it. */
export interface GitHubTokenCredential {
  readonly kind: 'githubToken';
  /** SHA-256 of the token in hex, its name in wake-ups and caches. */
  readonly tokenHash: string;
  readonly token: () => string;
  /** Asks again, GitHub too once the last answer is old. */
  readonly isStillGood: () => Promise<boolean>;
}

/** Refuses a viewer whose role lacks a permission. @throws ForbiddenError */
export function requirePermission(viewer: Viewer, permission: Permission): void {
  if (!viewer.permissions.includes(permission)) throw new ForbiddenError();
}

/**
 * The one owner check for all doors: what belongs to somebody else does not exist, but for admins.
 * The condition goes into the query, so that the answer is the same as for a thing that was never there.
 */
export function ownedBy(viewer: Viewer): { ownerId?: string } {
  return viewer.role === 'ADMIN' ? {} : { ownerId: viewer.id };
}

/** Whether the credential of a long-lived stream is still good: asked again every few seconds. */
export async function viewerStillSignedIn(app: App, viewer: Viewer): Promise<boolean> {
  const { prisma } = app.database;
  const now = new Date();
  switch (viewer.credential.kind) {
    case 'operator':
    case 'capability':
      return true;
    case 'githubToken':
      return viewer.credential.isStillGood();
    case 'apiKey':
      return (
        (await prisma.apiKey.count({
          where: { id: viewer.credential.apiKeyId, revokedAt: null, user: { isActive: true } },
        })) > 0
      );
    case 'session':
      if (viewer.credential.expiresAt <= now) return false;
      return (
        (await prisma.session.count({
          where: {
            id: viewer.credential.sessionId,
            revokedAt: null,
            expiresAt: { gt: now },
            user: { isActive: true },
          },
        })) > 0
      );
  }
}
