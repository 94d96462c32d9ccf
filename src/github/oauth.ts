import { z } from 'zod';
import type { App } from '../app.ts';
import { NotConfiguredError, UnauthenticatedError } from '../platform/errors.ts';
import { OutgoingRequestError, safeFetch } from '../platform/safe-fetch.ts';
import { gitHubOrigins } from './client.ts';
import { GitHubError, refusalOf, unreachable } from './errors.ts';

/** What is asked for: who it is, their email, and to read repositories and push documentation to them. */
const scopes = ['read:user', 'user:email', 'repo'];

/** The OAuth application. @throws NotConfiguredError naming the settings */
function application(app: App): { readonly id: string; readonly secret: string } {
  const { GITHUB_CLIENT_ID: id, GITHUB_CLIENT_SECRET: secret } = app.config;
  if (id === undefined || secret === undefined) {
    throw new NotConfiguredError('Sign-in with GitHub', ['GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET']);
  }
  return { id, secret };
}

/**
 * Where the browser is sent to. It comes back to the address registered with the OAuth application.
 * @throws NotConfiguredError naming the settings
 */
export function authorizeUrl(app: App, state: string): string {
  const url = new URL(`${app.config.GITHUB_URL}/login/oauth/authorize`);
  url.searchParams.set('client_id', application(app).id);
  url.searchParams.set('scope', scopes.join(' '));
  url.searchParams.set('state', state);
  return url.href;
}

const tokenAnswer = z.union([
  z.object({ access_token: z.string().regex(/^[\x21-\x7e]{1,1000}$/), token_type: z.string() }),
  z.object({ error: z.string(), error_description: z.string().optional() }),
]);

/**
 * Exchanges the code GitHub came back with for a token. GitHub says that it refuses with status 200 and an error.
 * @throws UnauthenticatedError for a code that is not good, GitHubError, NotConfiguredError
 */
export async function exchangeCode(app: App, code: string): Promise<string> {
  const { id, secret } = application(app);
  const response = await safeFetch(`${app.config.GITHUB_URL}/login/oauth/access_token`, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json', 'user-agent': 'millwright' },
    body: JSON.stringify({ client_id: id, client_secret: secret, code }),
    allow: gitHubOrigins(app),
    timeoutMs: 15_000,
    maxBytes: 100_000,
  }).catch((error: unknown) => {
    throw error instanceof OutgoingRequestError ? unreachable(error) : error;
  });
  if (response.status !== 200) {
    throw refusalOf({ status: response.status, headers: Object.fromEntries(response.headers), said: '' });
  }
  const answer = tokenAnswer.safeParse(await response.json().catch(() => null)).data;
  if (answer === undefined) throw unreachable(new Error('the answer has not the form GitHub documents'));
  if ('access_token' in answer) return answer.access_token;
  if (answer.error === 'bad_verification_code') {
    throw new UnauthenticatedError('GitHub does not know this code: it was used, or is too old; begin again');
  }
  app.log.error({ error: answer.error, description: answer.error_description }, 'GitHub refused the OAuth application');
  throw new GitHubError('GITHUB_MISCONFIGURED', "GitHub does not accept this server's OAuth application");
}
