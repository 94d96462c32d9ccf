import type { App } from '../app.ts';
import type { Role, User } from '../generated/prisma/client.ts';
import { isUniqueViolation } from '../platform/database.ts';
import { ConflictError, NotFoundError, ValidationError } from '../platform/errors.ts';
import { requirePermission, type Viewer } from '../platform/viewer.ts';

export interface NewUser {
  readonly email: string;
  readonly username?: string | null | undefined;
  readonly displayName?: string | null | undefined;
  readonly passwordHash: string | null;
  readonly role: Role;
}

const usernameForm = /^[a-z0-9][a-z0-9._-]{0,38}$/;

/**
 * Makes a user. Email and username are kept in lower case; a username is made from the email unless given.
 * @throws ConflictError ALREADY_EXISTS, ValidationError
 */
export async function createUser(app: App, input: NewUser): Promise<User> {
  const email = input.email.trim().toLowerCase();
  const chosen = input.username?.trim().toLowerCase();
  if (chosen !== undefined && !usernameForm.test(chosen)) {
    throw new ValidationError('A username has 1 to 39 letters, digits, dots, dashes and underscores', [
      { path: 'username', message: 'must have 1 to 39 letters, digits, dots, dashes and underscores' },
    ]);
  }
  const { prisma } = app.database;
  if ((await prisma.user.count({ where: { email } })) > 0) throw taken('email');
  for (let attempt = 1; ; attempt += 1) {
    const username = chosen ?? usernameFrom(email, attempt);
    try {
      return await prisma.user.create({
        data: {
          email,
          username,
          displayName: input.displayName?.trim() || null,
          passwordHash: input.passwordHash,
          role: input.role,
        },
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      if ((await prisma.user.count({ where: { email } })) > 0) throw taken('email');
      if (chosen !== undefined) throw taken('username');
      if (attempt >= 50) throw error;
    }
  }
}

function taken(field: 'email' | 'username'): ConflictError {
  return new ConflictError(`This ${field} is already registered`, 'ALREADY_EXISTS');
}

/** The email's local part, and from the second try on with a number behind it. */
function usernameFrom(email: string, attempt: number): string {
  const local = (email.split('@')[0] ?? '').replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+/, '');
  const base = (local === '' ? 'user' : local).slice(0, 32);
  if (attempt === 1) return base;
  return attempt < 10 ? `${base}${attempt}` : `${base}${Math.floor(Math.random() * 1_000_000)}`;
}

/** Changes the viewer's own profile. @throws ForbiddenError */
export async function updateMe(
  app: App,
  viewer: Viewer,
  input: { readonly displayName?: string | null | undefined },
): Promise<User> {
  requirePermission(viewer, 'account:write');
  const { displayName } = input;
  return app.database.prisma.user.update({
    where: { id: viewer.id },
    data: displayName === undefined ? {} : { displayName: displayName?.trim() || null },
  });
}

/** Gives a user another role; its open sessions have it from their next request on. @throws NotFoundError */
export async function setUserRole(
  app: App,
  viewer: Viewer,
  { id, role }: { readonly id: string; readonly role: Role },
): Promise<User> {
  requirePermission(viewer, 'user:write');
  const { prisma } = app.database;
  if ((await prisma.user.count({ where: { id } })) === 0) throw new NotFoundError('User');
  return prisma.user.update({ where: { id }, data: { role } });
}

/** A user by email or username, for operators. @throws NotFoundError */
export async function findUser(app: App, login: string): Promise<User> {
  const name = login.trim().toLowerCase();
  const user = await app.database.prisma.user.findFirst({ where: { OR: [{ email: name }, { username: name }] } });
  if (user === null) throw new NotFoundError('User');
  return user;
}
