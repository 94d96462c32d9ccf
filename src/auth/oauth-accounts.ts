import type { App } from '../app.ts';
import type { OAuthProvider, User } from '../generated/prisma/client.ts';
import { isUniqueViolation } from '../platform/database.ts';
import { ConflictError, ForbiddenError } from '../platform/errors.ts';
import { createUser } from '../users/service.ts';
import { requireRegistration } from './accounts.ts';

/** An account elsewhere whose owner has just proven to be there. */
export interface ProvenIdentity {
  readonly provider: OAuthProvider;
  /** The provider's own, unchanging id of the account. */
  readonly subject: string;
  /** Null unless the provider says that it has verified it. */
  readonly verifiedEmail: string | null;
  readonly displayName: string | null;
  readonly avatarUrl: string | null;
}

/**
 * The user an account elsewhere belongs to: who signed in with it before, else who has its verified email, else
 * somebody new. The last two are remembered.
 * @throws ForbiddenError EMAIL_NOT_VERIFIED, ACCOUNT_DEACTIVATED, REGISTRATION_DISABLED; ConflictError OTHER_IDENTITY
 */
export async function userOfIdentity(app: App, identity: ProvenIdentity): Promise<User> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const user =
        (await knownUser(app, identity)) ?? (await linkedUser(app, identity)) ?? (await newUser(app, identity));
      return requireActive(user);
    } catch (error) {
      // The same person in another tab was faster: then it is known by now.
      const wasFaster = isUniqueViolation(error) || (error instanceof ConflictError && error.code === 'ALREADY_EXISTS');
      if (!wasFaster || attempt === 3) throw error;
    }
  }
}

async function knownUser(app: App, { provider, subject }: ProvenIdentity): Promise<User | null> {
  const known = await app.database.prisma.oAuthIdentity.findUnique({
    where: { provider_subject: { provider, subject } },
    include: { user: true },
  });
  return known?.user ?? null;
}

async function linkedUser(app: App, identity: ProvenIdentity): Promise<User | null> {
  const { provider, subject, displayName, avatarUrl } = identity;
  const { prisma } = app.database;
  const user = await prisma.user.findUnique({
    where: { email: emailOf(identity) },
    include: { oauthIdentities: { where: { provider } } },
  });
  if (user === null) return null;
  requireActive(user);
  // Another tab may have joined or made it since it was looked for.
  if (user.oauthIdentities.some((one) => one.subject === subject)) return user;
  if (user.oauthIdentities.length > 0) {
    // An email can be given to another person; the provider's own id cannot.
    throw new ConflictError('The account with this email signs in with another account there', 'OTHER_IDENTITY');
  }
  return prisma.user.update({
    where: { id: user.id },
    data: {
      displayName: user.displayName ?? displayName,
      avatarUrl: user.avatarUrl ?? avatarUrl,
      oauthIdentities: { create: { provider, subject } },
    },
  });
}

async function newUser(app: App, identity: ProvenIdentity): Promise<User> {
  const { provider, subject, displayName, avatarUrl } = identity;
  const email = emailOf(identity);
  requireRegistration(app);
  const profile = { email, displayName, avatarUrl, passwordHash: null, role: 'USER' } as const;
  return createUser(app, { ...profile, identity: { provider, subject } });
}

function emailOf({ verifiedEmail }: ProvenIdentity): string {
  if (verifiedEmail !== null) return verifiedEmail;
  throw new ForbiddenError('The account there has no verified email', 'EMAIL_NOT_VERIFIED');
}

function requireActive(user: User): User {
  if (user.isActive) return user;
  throw new ForbiddenError('This account is deactivated', 'ACCOUNT_DEACTIVATED');
}
