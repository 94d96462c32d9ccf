import type { App } from '../app.ts';
import type { OAuthProvider, User } from '../generated/prisma/client.ts';
import { isUniqueViolation } from '../platform/database.ts';
import { ConflictError, ForbiddenError } from '../platform/errors.ts';
import { createUser } from '../users/service.ts';
import { requireRegistration } from './accounts.ts';

/** An account elsewhere whose owner has just proven to be there. */
interface ProvenIdentity {
  readonly provider: OAuthProvider;
  /** The provider's own, unchanging id of the account. */
  readonly subject: string;
}

/** What the provider says of its owner. */
export interface ProvenProfile {
  /** Null unless the provider says that it has verified it. */
  readonly verifiedEmail: string | null;
  readonly displayName: string | null;
  readonly avatarUrl: string | null;
}

/**
 * The user an account elsewhere belongs to: who signed in with it before, else somebody new, remembered from then on.
 * `profile` is asked for only of somebody new.
 * An account here that has the same email is not joined: nobody has verified the emails of this server, so whoever
 * registered somebody else's address beforehand would share the account with its owner.
 * @throws ForbiddenError EMAIL_NOT_VERIFIED, ACCOUNT_DEACTIVATED, REGISTRATION_DISABLED; ConflictError EMAIL_TAKEN
 */
export async function userOfIdentity(
  app: App,
  identity: ProvenIdentity,
  profile: () => Promise<ProvenProfile>,
): Promise<User> {
  let said: ProvenProfile | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const known = await knownUser(app, identity);
      if (known !== null) return requireActive(known);
      said ??= await profile();
      return await newUser(app, identity, said);
    } catch (error) {
      // The same person in another tab was faster: then it is known by now.
      const wasFaster = isUniqueViolation(error) || (error instanceof ConflictError && error.code === 'ALREADY_EXISTS');
      if (wasFaster && attempt < 3) continue;
      if (error instanceof ConflictError && error.code === 'ALREADY_EXISTS') {
        throw new ConflictError('An account with this email exists already; sign in to it', 'EMAIL_TAKEN');
      }
      throw error;
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

async function newUser(app: App, { provider, subject }: ProvenIdentity, said: ProvenProfile): Promise<User> {
  const { displayName, avatarUrl } = said;
  const email = emailOf(said);
  requireRegistration(app);
  const profile = { email, displayName, avatarUrl, passwordHash: null, role: 'USER' } as const;
  return createUser(app, { ...profile, identity: { provider, subject } });
}

function emailOf({ verifiedEmail }: ProvenProfile): string {
  if (verifiedEmail !== null) return verifiedEmail;
  throw new ForbiddenError('The account there has no verified email', 'EMAIL_NOT_VERIFIED');
}

function requireActive(user: User): User {
  if (user.isActive) return user;
  throw new ForbiddenError('This account is deactivated', 'ACCOUNT_DEACTIVATED');
}
