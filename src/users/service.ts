import type { App } from '../app.ts';
import { openCreditAccount } from '../credits/service.ts';
import type { OAuthProvider, Prisma, Role, User } from '../generated/prisma/client.ts';
import { isUniqueViolation } from '../platform/database.ts';
import { ConflictError, NotFoundError, ValidationError } from '../platform/errors.ts';
import { requirePermission, type Viewer } from '../platform/viewer.ts';
import { checkedAvatarUrl, checkedDisplayName } from './profile.ts';

export { pictureAddress, shownName } from './profile.ts';

export interface NewUser {
  readonly email: string;
  readonly username?: string | null | undefined;
  readonly displayName?: string | null | undefined;
  readonly passwordHash: string | null;
  readonly role: Role;
  readonly avatarUrl?: string | null | undefined;
  /** The account elsewhere it signs in with from the start. */
  readonly identity?: { readonly provider: OAuthProvider; readonly subject: string } | undefined;
}

const usernameForm = /^[a-z0-9][a-z0-9._-]{0,38}$/;

/**
 * Makes a user with a credit account. Email and username are kept in lower case; a username is made from the email
 * unless given.
 * @throws ConflictError ALREADY_EXISTS, ValidationError
 */
export async function createUser(app: App, input: NewUser): Promise<User> {
  const email = input.email.trim().toLowerCase();
  const chosen = typeof input.username === 'string' ? checkedUsername(input.username) : undefined;
  // A form that is sent with an empty field leaves it out.
  const displayName = input.displayName?.trim() ? checkedDisplayName(input.displayName) : null;
  const { prisma } = app.database;
  if ((await prisma.user.count({ where: { email } })) > 0) throw taken('email');
  for (let attempt = 1; ; attempt += 1) {
    const username = chosen ?? usernameFrom(email, attempt);
    try {
      const data = {
        email,
        username,
        displayName,
        passwordHash: input.passwordHash,
        role: input.role,
        avatarUrl: input.avatarUrl ?? null,
        ...(input.identity !== undefined && { oauthIdentities: { create: { ...input.identity } } }),
      };
      return await prisma.$transaction(async (transaction) => {
        const user = await transaction.user.create({ data });
        await openCreditAccount(transaction, user.id);
        return user;
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      if ((await prisma.user.count({ where: { email } })) > 0) throw taken('email');
      if (chosen !== undefined) throw taken('username');
      if (input.identity !== undefined && (await prisma.oAuthIdentity.count({ where: input.identity })) > 0) {
        throw taken('identity');
      }
      if (attempt >= 50) throw error;
    }
  }
}

function taken(field: 'email' | 'username' | 'identity'): ConflictError {
  return new ConflictError(`This ${field} is already registered`, 'ALREADY_EXISTS');
}

/** A username in lower case. @throws ValidationError */
function checkedUsername(text: string): string {
  const username = text.trim().toLowerCase();
  if (usernameForm.test(username)) return username;
  throw new ValidationError('A username has 1 to 39 letters, digits, dots, dashes and underscores', [
    { path: 'username', message: 'must have 1 to 39 letters, digits, dots, dashes and underscores' },
  ]);
}

/** The email's local part, and from the second try on with a number behind it. */
function usernameFrom(email: string, attempt: number): string {
  const local = (email.split('@')[0] ?? '').replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+/, '');
  const base = (local === '' ? 'user' : local).slice(0, 32);
  if (attempt === 1) return base;
  return attempt < 10 ? `${base}${attempt}` : `${base}${Math.floor(Math.random() * 1_000_000)}`;
}

/**
 * What a user may change of the own profile. Null removes display name and picture; of the others it changes nothing.
 */
export interface ProfileChange {
  readonly displayName?: string | null | undefined;
  /** Of https. */
  readonly avatarUrl?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly username?: string | null | undefined;
}

/**
 * Changes the viewer's own profile, and in the same statement what `credentials` says of its sign-in.
 * @throws ConflictError ALREADY_EXISTS, ValidationError, ForbiddenError
 */
export async function updateProfile(
  app: App,
  viewer: Viewer,
  change: ProfileChange,
  credentials: Pick<Prisma.UserUpdateInput, 'passwordHash' | 'sessions'> = {},
): Promise<User> {
  requirePermission(viewer, 'account:write');
  const { prisma } = app.database;
  const email = typeof change.email === 'string' ? change.email.trim().toLowerCase() : undefined;
  const username = typeof change.username === 'string' ? checkedUsername(change.username) : undefined;
  const data = {
    ...(change.displayName !== undefined && {
      displayName: change.displayName === null ? null : checkedDisplayName(change.displayName),
    }),
    ...(change.avatarUrl !== undefined && {
      avatarUrl: change.avatarUrl === null ? null : checkedAvatarUrl(change.avatarUrl),
    }),
    ...(email !== undefined && { email }),
    ...(username !== undefined && { username }),
    ...credentials,
  };
  try {
    return await prisma.user.update({ where: { id: viewer.id }, data });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const others = { id: { not: viewer.id } };
    const isEmail = email !== undefined && (await prisma.user.count({ where: { email, ...others } })) > 0;
    throw taken(isEmail ? 'email' : 'username');
  }
}

/** Any user, for admins. @throws NotFoundError, ForbiddenError */
export async function getUser(app: App, viewer: Viewer, id: string): Promise<User> {
  requirePermission(viewer, 'user:read');
  const user = await app.database.prisma.user.findUnique({ where: { id } });
  if (user === null) throw new NotFoundError('User');
  return user;
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
