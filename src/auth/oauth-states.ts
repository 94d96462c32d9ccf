import type { App } from '../app.ts';
import type { OAuthProvider, OAuthState } from '../generated/prisma/client.ts';
import { UnauthenticatedError } from '../platform/errors.ts';
import { hashSecret, randomSecret } from './tokens.ts';

/** Seconds a sign-in elsewhere may take. */
export const oauthSeconds = 600;

/** What is remembered of a sign-in that has begun, beside its state. */
export interface BegunSignIn extends Partial<Pick<OAuthState, 'codeVerifier' | 'nonce' | 'userId'>> {
  readonly provider: OAuthProvider;
  /** The browser's cookie, if it sent one: several tabs at once share it. */
  readonly browser?: string | undefined;
}

/**
 * Remembers a sign-in that begins, and gives its state and the secret to keep in the browser's cookie. The state is
 * good only together with that cookie: otherwise a stranger could begin a sign-in, and have a victim's browser finish
 * it and work on in the stranger's account. Only the state's hash is stored.
 */
export async function rememberSignIn(app: App, begun: BegunSignIn): Promise<{ state: string; browser: string }> {
  const { browser: given, ...row } = begun;
  const browser = given !== undefined && /^[\w-]{43}$/.test(given) ? given : randomSecret();
  const random = randomSecret();
  const state = `${random}.${app.secret.sign('oauth-browser', `${random}.${browser}`)}`;
  const { prisma } = app.database;
  await prisma.oAuthState.deleteMany({ where: { createdAt: { lte: tooOld() } } });
  await prisma.oAuthState.create({ data: { ...row, hash: hashSecret(state) } });
  return { state, browser };
}

/**
 * Takes what was remembered of a sign-in: once, within ten minutes, and for the browser it began in only.
 * @throws UnauthenticatedError STATE_INVALID
 */
export async function takeSignIn(
  app: App,
  { provider, state, browser }: { provider: OAuthProvider; state: string; browser: string | undefined },
): Promise<OAuthState> {
  const [random = '', signature = ''] = state.split('.');
  // Checked before anything is taken, so that a stranger who has seen the state cannot spoil the sign-in.
  const isSameBrowser = browser !== undefined && app.secret.verify('oauth-browser', `${random}.${browser}`, signature);
  if (!isSameBrowser) throw invalidState();
  const [taken] = await app.database.prisma.$queryRaw<OAuthState[]>`
    DELETE FROM "OAuthState" WHERE "hash" = ${hashSecret(state)} AND "provider" = ${provider}::"OAuthProvider" RETURNING *`;
  if (taken === undefined || taken.createdAt <= tooOld()) throw invalidState();
  return taken;
}

function tooOld(): Date {
  return new Date(Date.now() - oauthSeconds * 1000);
}

function invalidState(): UnauthenticatedError {
  return new UnauthenticatedError(
    'This sign-in did not begin in this browser, was finished already or took more than ten minutes: begin it again',
    'STATE_INVALID',
  );
}
