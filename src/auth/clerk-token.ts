import { createPublicKey } from 'node:crypto';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import type { App } from '../app.ts';
import {
  type DomainError,
  ExternalServiceError,
  NotConfiguredError,
  UnauthenticatedError,
} from '../platform/errors.ts';
import { onePer } from '../platform/one-per.ts';

/** Milliseconds Clerk has to answer with its keys. */
const fetchMs = 5000;
/** Milliseconds the keys are kept, and the least between two looks for a key that is not among them. */
const [keptMs, lookAgainMs] = [10 * 60_000, 10_000];
/** Seconds Clerk's clock and this one may differ. */
const leeway = 5;

/** What is looked at of a session token. What does not fit counts as absent, but for the id. */
const claimsForm = z.object({
  sub: z.string().regex(/^[\x21-\x7e]{1,255}$/),
  azp: z.string().optional().catch(undefined),
  sts: z.string().optional().catch(undefined),
  email: z.email().max(254).toLowerCase().optional().catch(undefined),
  // Templates of session tokens may write it as a text.
  email_verified: z.union([z.boolean(), z.stringbool()]).optional().catch(undefined),
  name: z.string().optional().catch(undefined),
  picture: z.string().optional().catch(undefined),
});
export type ClerkClaims = z.infer<typeof claimsForm>;

/**
 * Reads a session token of Clerk: signed by the configured keys (RS256 or ES256), by the issuer, for an authorized
 * party, in its time, of a sign-in that is finished.
 * @throws UnauthenticatedError SIGN_IN_INVALID, TOKEN_EXPIRED; ExternalServiceError when the keys cannot be had;
 * NotConfiguredError naming the settings
 */
export async function readClerkToken(app: App, token: string): Promise<ClerkClaims> {
  const { issuer, keys, algorithms } = verifierOf(app);
  let claims: ClerkClaims;
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer,
      algorithms,
      clockTolerance: leeway,
      requiredClaims: ['sub', 'exp'],
    });
    // The same keys sign other tokens of Clerk's, such as those of OAuth applications.
    if (!/^JWT$/i.test(protectedHeader.typ ?? 'JWT')) throw invalid('is not one of a session');
    claims = claimsForm.parse(payload);
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      throw new UnauthenticatedError('The Clerk session token has expired', 'TOKEN_EXPIRED');
    }
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) throw invalid('is not valid');
    throw error;
  }
  const parties = app.config.CLERK_AUTHORIZED_PARTIES;
  if (parties.length > 0 && !parties.includes(claims.azp ?? '')) throw invalid('was made for another application');
  if (claims.sts === 'pending') throw invalid('is of a sign-in that is not finished');
  return claims;
}

function invalid(what: string): UnauthenticatedError {
  return new UnauthenticatedError(`The Clerk session token ${what}`, 'SIGN_IN_INVALID');
}

interface Verifier {
  readonly issuer: string;
  readonly keys: JWTVerifyGetKey;
  readonly algorithms: string[];
}

/** What tokens are checked with. @throws NotConfiguredError */
const verifierOf = onePer((app: App): Verifier => {
  const { CLERK_ISSUER: issuer, CLERK_JWKS_URL: url, CLERK_JWT_KEY: pem } = app.config;
  if (issuer === undefined || (url === undefined && pem === undefined)) {
    const missing = { CLERK_ISSUER: issuer, CLERK_JWKS_URL: url ?? pem };
    throw new NotConfiguredError(
      'Sign-in with Clerk',
      Object.entries(missing).flatMap(([name, value]) => (value === undefined ? [name] : [])),
    );
  }
  return pem === undefined ? remote(app, issuer, url ?? '') : fixed(issuer, pem);
});

/** By the one key of the settings; its kind says the algorithm, so that no token can choose another. */
function fixed(issuer: string, pem: string): Verifier {
  const key = createPublicKey(pem);
  const algorithm = key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256';
  return { issuer, keys: async () => key, algorithms: [algorithm] };
}

/** By the keys that Clerk publishes, asked for again when they are old or a token names one that is not there. */
function remote(app: App, issuer: string, url: string): Verifier {
  const { CLERK_SECRET_KEY: secret, CLERK_API_URL: api } = app.config;
  // The Backend API has the same keys, for those with the secret only.
  const ofBackend = secret !== undefined && new URL(url).origin === new URL(api).origin;
  const published = createRemoteJWKSet(new URL(url), {
    timeoutDuration: fetchMs,
    cacheMaxAge: keptMs,
    cooldownDuration: lookAgainMs,
    ...(ofBackend && { headers: { authorization: `Bearer ${secret}` } }),
  });
  const keys: JWTVerifyGetKey = async (header, token) => {
    try {
      return await published(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      app.log.warn({ err: error, url }, 'the keys of Clerk could not be had');
      throw unreachable();
    }
  };
  return { issuer, keys, algorithms: ['RS256', 'ES256'] };
}

function unreachable(): DomainError {
  const message = 'The keys of Clerk cannot be had at the moment; try again later';
  return new ExternalServiceError(message, undefined, { retryable: true });
}
