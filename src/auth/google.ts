import { z } from 'zod';
import type { App } from '../app.ts';
import { UnauthenticatedError, ValidationError } from '../platform/errors.ts';
import { shownName } from '../users/service.ts';
import { userOfIdentity } from './oauth-accounts.ts';
import { oauthSeconds, rememberSignIn, takeSignIn } from './oauth-states.ts';
import { type Credentials, type Device, openSession } from './sessions.ts';

const callbackPath = '/api/v1/oauth/google/callback';

/** The cookie that binds a sign-in to the browser it began in. */
export const googleCookieName = 'millwright_google';

/** A cookie to set, with the options of @fastify/cookie. */
export interface SignInCookie {
  readonly name: string;
  readonly value: string;
  readonly options: {
    readonly path: string;
    readonly httpOnly: true;
    readonly sameSite: 'lax';
    readonly secure: boolean;
    /** Seconds. */
    readonly maxAge: number;
  };
}

/**
 * Begins a sign-in with Google, or whichever OpenID provider GOOGLE_ISSUER names: authorization code with PKCE, state
 * and nonce. `origin` is this server's as the request reached it; BACKEND_BASE_URL comes first. `browser` is the value
 * of the cookie `googleCookieName`, if the request has one.
 *
 * The route sets `cookie` on the answer that redirects to `redirectUrl`, and hands its value to `finishGoogleSignIn`.
 * It need not be removed afterwards: it is worth nothing without a state, and other tabs may still need it.
 * @throws NotConfiguredError naming the settings, ExternalServiceError when the provider cannot be reached,
 * ValidationError when the origin is none
 */
export async function beginGoogleSignIn(
  app: App,
  { origin, browser }: { readonly origin: string; readonly browser?: string | undefined },
): Promise<{ redirectUrl: string; cookie: SignInCookie }> {
  const redirectUri = callbackAddress(app, origin);
  const [
    { buildAuthorizationUrl, calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier },
    { googleProvider },
  ] = await Promise.all([import('openid-client'), import('./google-provider.ts')]);
  const provider = await googleProvider(app);
  const [codeVerifier, nonce] = [randomPKCECodeVerifier(), randomNonce()];
  const begun = await rememberSignIn(app, { provider: 'GOOGLE', codeVerifier, nonce, browser });
  const redirectUrl = buildAuthorizationUrl(provider, {
    redirect_uri: redirectUri.href,
    scope: 'openid email profile',
    state: begun.state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  });
  const secure = redirectUri.protocol === 'https:';
  const path = callbackPath.slice(0, callbackPath.lastIndexOf('/'));
  const options = { path, httpOnly: true, sameSite: 'lax', secure, maxAge: oauthSeconds } as const;
  return { redirectUrl: redirectUrl.href, cookie: { name: googleCookieName, value: begun.browser, options } };
}

/**
 * Finishes a sign-in by the address the provider sent the browser back to, and signs the user in. `browser` is the
 * value of the cookie `googleCookieName`.
 * @throws UnauthenticatedError STATE_INVALID (unknown, used, expired, another browser), ACCESS_DENIED (declined there),
 * SIGN_IN_INVALID (what the provider answered does not fit); ForbiddenError EMAIL_NOT_VERIFIED, ACCOUNT_DEACTIVATED,
 * REGISTRATION_DISABLED; ConflictError EMAIL_TAKEN; ExternalServiceError; NotConfiguredError
 */
export async function finishGoogleSignIn(
  app: App,
  device: Device,
  { callbackUrl, browser }: { readonly callbackUrl: URL; readonly browser: string | undefined },
): Promise<Credentials> {
  const { exchangeCode, googleProvider } = await import('./google-provider.ts');
  const provider = await googleProvider(app);
  const state = callbackUrl.searchParams.get('state') ?? '';
  const begun = await takeSignIn(app, { provider: 'GOOGLE', state, browser });
  // Behind a proxy the address as this server sees it is not the one the provider was told.
  const address = callbackAddress(app, callbackUrl.origin);
  address.search = callbackUrl.search;
  const claims = await exchangeCode(app, provider, address, {
    expectedState: state,
    expectedNonce: begun.nonce ?? '',
    pkceCodeVerifier: begun.codeVerifier ?? '',
  });
  const profile = readProfile(claims);
  const user = await userOfIdentity(app, { provider: 'GOOGLE', subject: profile.sub }, async () => ({
    verifiedEmail: profile.email_verified ? (profile.email ?? null) : null,
    displayName: shownName(profile.name ?? null),
    avatarUrl: profile.picture ?? null,
  }));
  return openSession(app, user, device);
}

function callbackAddress(app: App, origin: string): URL {
  const address = URL.parse(`${app.config.BACKEND_BASE_URL ?? origin}${callbackPath}`);
  // The origin is what the request's Host header says.
  if (address === null) throw new ValidationError('The Host header is not the name of a host');
  return address;
}

/** What is not there or does not fit counts as absent, but for the id. */
const profileForm = z.object({
  sub: z.string().regex(/^[\x20-\x7e]{1,255}$/),
  email: z.email().max(254).toLowerCase().optional().catch(undefined),
  // Some providers write it as a text.
  email_verified: z
    .union([z.literal(true), z.literal('true')])
    .optional()
    .catch(undefined),
  name: z.string().optional().catch(undefined),
  picture: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional()
    .catch(undefined),
});

function readProfile(claims: unknown): z.infer<typeof profileForm> {
  const read = profileForm.safeParse(claims);
  if (read.success) return read.data;
  throw new UnauthenticatedError('The provider did not say who signed in', 'SIGN_IN_INVALID');
}
