import type { App } from '../app.ts';
import type { User } from '../generated/prisma/client.ts';
import { type GitHubAccount, placeholderEmail } from '../github/service.ts';
import { ConflictError } from '../platform/errors.ts';
import { createUser, shownName } from '../users/service.ts';
import { requireRegistration } from './accounts.ts';

/** The user a GitHub account signs in as, by its id, which never changes; null when it has none yet. */
export async function knownGitHubUser(app: App, { id }: Pick<GitHubAccount, 'id'>): Promise<User | null> {
  const known = await app.database.prisma.oAuthIdentity.findUnique({
    where: { provider_subject: { provider: 'GITHUB', subject: String(id) } },
    include: { user: true },
  });
  return known?.user ?? null;
}

/**
 * The user of a GitHub account, made when there is none. An account that exists here is never taken over by its email:
 * nobody has verified that email here, so its owner connects GitHub after signing in. The new user gets `email`, else
 * the address GitHub gives accounts that show none. May give a deactivated user.
 * @throws ConflictError EMAIL_TAKEN, ForbiddenError REGISTRATION_DISABLED
 */
export async function gitHubUser(app: App, account: GitHubAccount, email: string | null): Promise<User> {
  const present = await knownGitHubUser(app, account);
  if (present !== null) return present;
  requireRegistration(app);
  const { prisma } = app.database;
  const username = account.login.toLowerCase();
  const isFree = /^[a-z\d-]+$/.test(username) && (await prisma.user.count({ where: { username } })) === 0;
  try {
    return await createUser(app, {
      email: email ?? placeholderEmail(account),
      username: isFree ? username : undefined,
      displayName: shownName(account.name) ?? account.login,
      avatarUrl: account.avatarUrl,
      passwordHash: null,
      role: 'USER',
      identity: { provider: 'GITHUB', subject: String(account.id) },
    });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    // Two first requests at once: the other one was faster.
    const meanwhile = await knownGitHubUser(app, account);
    if (meanwhile !== null) return meanwhile;
    if (email === null || (await prisma.user.count({ where: { email: email.toLowerCase() } })) === 0) throw error;
    const message = 'An account with this email exists here: sign in to it and connect GitHub there';
    throw new ConflictError(message, 'EMAIL_TAKEN');
  }
}
