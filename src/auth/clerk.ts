import type { App } from '../app.ts';
import { pictureAddress, shownName } from '../users/service.ts';
import { readClerkUser } from './clerk-api.ts';
import type { ClerkClaims } from './clerk-token.ts';
import { type ProvenProfile, userOfIdentity } from './oauth-accounts.ts';
import { type Credentials, type Device, openSession } from './sessions.ts';

/**
 * Signs in by a session token of Clerk's, and makes the account on first use.
 * @throws UnauthenticatedError SIGN_IN_INVALID, TOKEN_EXPIRED; ForbiddenError EMAIL_NOT_VERIFIED, ACCOUNT_DEACTIVATED,
 * REGISTRATION_DISABLED; ConflictError EMAIL_TAKEN; ExternalServiceError; NotConfiguredError naming the settings
 */
export async function signInWithClerk(app: App, device: Device, token: string): Promise<Credentials> {
  const { readClerkToken } = await import('./clerk-token.ts');
  const claims = await readClerkToken(app, token);
  const identity = { provider: 'CLERK', subject: claims.sub } as const;
  const user = await userOfIdentity(app, identity, () => profileOf(app, claims));
  return openSession(app, user, device, 'ASYNC_CODER');
}

/** What Clerk says of a new user: the token where it says a verified email, otherwise the API, which always does. */
async function profileOf(app: App, claims: ClerkClaims): Promise<ProvenProfile> {
  const { email = null, email_verified: isVerified, name = null, picture = null } = claims;
  const said = { verifiedEmail: isVerified === true ? email : null, name, picture };
  const { verifiedEmail, ...rest } = said.verifiedEmail === null ? await readClerkUser(app, claims.sub) : said;
  return { verifiedEmail, displayName: shownName(rest.name), avatarUrl: pictureAddress(rest.picture) };
}
