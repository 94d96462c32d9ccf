import {
  type AuthorizationCodeGrantChecks,
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  type ClientAuth,
  ClientError,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  type CustomFetchOptions,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  type IDToken,
  ResponseBodyError,
  type UserInfoResponse,
} from 'openid-client';
import type { App } from '../app.ts';
import { isLoopbackUrl } from '../platform/config.ts';
import { DomainError, ExternalServiceError, NotConfiguredError, UnauthenticatedError } from '../platform/errors.ts';

/** Seconds one request to the provider may take. */
const requestSeconds = 10;
/** Milliseconds after which the provider is asked for its addresses again. */
const discoveryLifetime = 3_600_000;

interface Discovered {
  readonly provider: Promise<Configuration>;
  readonly at: number;
}
const discovered = new WeakMap<App, Discovered>();

/**
 * The provider that the settings name, as its discovery document describes it. Asked for once an hour, and again after
 * a failure.
 * @throws NotConfiguredError, ExternalServiceError
 */
export async function googleProvider(app: App): Promise<Configuration> {
  const present = discovered.get(app);
  if (present !== undefined && Date.now() - present.at < discoveryLifetime) return present.provider;
  const provider = discover(app);
  const entry = { provider, at: Date.now() };
  discovered.set(app, entry);
  try {
    return await provider;
  } catch (error) {
    if (discovered.get(app) === entry) discovered.delete(app);
    throw error;
  }
}

async function discover(app: App): Promise<Configuration> {
  const { GOOGLE_ISSUER, GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET } = app.config;
  if (GOOGLE_CLIENT_ID === undefined || GOOGLE_CLIENT_SECRET === undefined) {
    const missing = Object.entries({ GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET }).filter(
      ([, value]) => value === undefined,
    );
    throw new NotConfiguredError(
      'Google sign-in',
      missing.map(([name]) => name),
    );
  }
  const issuer = new URL(GOOGLE_ISSUER);
  // Checked by its signature too, not only by the connection it came over.
  const execute = [enableNonRepudiationChecks];
  if (issuer.protocol === 'http:' && isLoopbackUrl(issuer)) execute.push(allowInsecureRequests);
  try {
    return await discovery(issuer, GOOGLE_CLIENT_ID, undefined, secretAs(GOOGLE_CLIENT_SECRET), {
      execute,
      timeout: requestSeconds,
      [customFetch]: guardedFetch,
    });
  } catch (error) {
    app.log.warn({ err: error, issuer: issuer.href }, 'the OpenID provider was not found');
    throw unreachable();
  }
}

/** The secret where the provider wants it: in the body, or else in the header, which all must take. */
function secretAs(secret: string): ClientAuth {
  const [inBody, inHeader] = [ClientSecretPost(secret), ClientSecretBasic(secret)];
  return (server, ...rest) => {
    const takesBody = server.token_endpoint_auth_methods_supported?.includes('client_secret_post') === true;
    return (takesBody ? inBody : inHeader)(server, ...rest);
  };
}

/**
 * Goes where openid-client sends it, which is the issuer and what its discovery names: encrypted or within this
 * machine.
 */
async function guardedFetch(url: string, { body, ...options }: CustomFetchOptions): Promise<Response> {
  const address = new URL(url);
  if (address.protocol !== 'https:' && !isLoopbackUrl(address)) throw unreachable();
  return fetch(address, { ...options, body: body instanceof Uint8Array ? new Uint8Array(body) : (body ?? null) });
}

function unreachable(): ExternalServiceError {
  return new ExternalServiceError('The Google sign-in service does not answer; try again later');
}

/**
 * Exchanges the code in the address the browser came back to, and gives what the provider says of the user.
 * @throws UnauthenticatedError ACCESS_DENIED, SIGN_IN_INVALID; ExternalServiceError
 */
export async function exchangeCode(
  app: App,
  provider: Configuration,
  address: URL,
  checks: AuthorizationCodeGrantChecks,
): Promise<IDToken | UserInfoResponse> {
  try {
    const tokens = await authorizationCodeGrant(provider, address, { ...checks, idTokenExpected: true });
    const claims = tokens.claims();
    if (claims === undefined) throw invalid();
    // Providers may leave the email out of the token when it can be asked for.
    const asks = claims.email === undefined && provider.serverMetadata().userinfo_endpoint !== undefined;
    return asks ? await fetchUserInfo(provider, tokens.access_token, claims.sub) : claims;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal instanceof ExternalServiceError) {
      app.log.warn({ err: error }, 'the OpenID provider failed a sign-in');
      discovered.delete(app);
    }
    throw refusal;
  }
}

/** The caller's view of what went wrong between this server and the provider. */
function refusalOf(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  if (error instanceof AuthorizationResponseError) {
    if (error.error === 'access_denied') return new UnauthenticatedError('The sign-in was declined', 'ACCESS_DENIED');
    return new ExternalServiceError('The Google sign-in service refused the sign-in');
  }
  if (error instanceof ResponseBodyError && error.error === 'invalid_grant') return invalid();
  if (!(error instanceof ClientError)) return unreachable();
  if (error.cause instanceof DomainError) return error.cause;
  return unverified.has(error.code ?? '') ? invalid() : unreachable();
}

/** Answers that came, but do not prove who signed in. */
const unverified: ReadonlySet<string> = new Set([
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_KEY_SELECTION_FAILED',
]);

function invalid(): UnauthenticatedError {
  return new UnauthenticatedError('The sign-in could not be verified: begin it again', 'SIGN_IN_INVALID');
}
