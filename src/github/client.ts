import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { App } from '../app.ts';
import { DomainError } from '../platform/errors.ts';
import { onePer } from '../platform/one-per.ts';
import { AddressError } from '../platform/safe-address.ts';
import { OutgoingRequestError, safeFetch } from '../platform/safe-fetch.ts';
import { GitHubError, refusalOf, resetOf, unreachable } from './errors.ts';

export interface Question<Answer> {
  /** As GitHub's reference has it: `GET /repos/{owner}/{repo}`. */
  readonly route: string;
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** Null to ask as nobody. */
  readonly token: string | null;
  readonly answer: z.ZodType<Answer>;
  readonly signal?: AbortSignal | undefined;
  /** Whether an answer seen before is asked for again by its ETag, which costs nothing of the rate limit. */
  readonly conditional?: boolean;
}

export interface Answered<Answer> {
  readonly data: Answer;
  /** The scopes of a classic or OAuth token; null for one that has none (fine-grained, or nobody's). */
  readonly scopes: readonly string[] | null;
}

/** An answer with what its head says about asking for more. */
export interface WholeAnswer<Answer> extends Answered<Answer> {
  readonly etag: string | null;
  /** Whether it links to a page after this one. */
  readonly hasNext: boolean;
  /** When the rate limit begins anew, if this answer used it up. */
  readonly limitedUntil: Date | null;
}

/** Milliseconds one request may take, redirects included. */
const timeoutMs = 15_000;
/** Answers that are kept with their ETags. */
const mostRemembered = 500;
const mostRedirects = 3;

interface Remembered {
  readonly etag: string;
  readonly data: unknown;
  readonly scopes: readonly string[] | null;
}
const memoryOf = onePer<App, Map<string, Remembered>>(() => new Map());

/**
 * Asks GitHub's REST API. The answer is parsed, at most 10 MB long, and comes from GITHUB_API_URL and nowhere else.
 * @throws GitHubError, the signal's reason
 */
export async function askGitHub<Answer>(app: App, question: Question<Answer>): Promise<Answered<Answer>> {
  const { route, parameters = {}, token, conditional = false } = question;
  const memory = memoryOf(app);
  const key = createHash('sha256')
    .update(JSON.stringify([token, route, parameters]))
    .digest('base64');
  const known = conditional ? memory.get(key) : undefined;
  const response = await send(app, question, known?.etag);
  if (response === null) return { data: read(question.answer, known?.data), scopes: known?.scopes ?? null };
  const { data, scopes, etag } = wholeAnswer(question, response);
  if (conditional && etag !== null) remember(memory, key, { etag, data: response.data, scopes });
  return { data, scopes };
}

/**
 * The same for a caller who keeps the ETag of an earlier answer: null when nothing has changed since, which costs
 * nothing of the rate limit. Without an ETag it always answers. @throws GitHubError, the signal's reason
 */
export async function askUnlessSame<Answer>(
  app: App,
  question: Question<Answer>,
  etag?: string | undefined,
): Promise<WholeAnswer<Answer> | null> {
  const response = await send(app, question, etag);
  return response === null ? null : wholeAnswer(question, response);
}

interface Received {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly data: unknown;
}

/** Sends a question; null when the answer would be that of the ETag. */
async function send(app: App, question: Question<unknown>, etag: string | undefined): Promise<Received | null> {
  const { route, parameters = {}, token, signal } = question;
  const { request } = await import('@octokit/request');
  try {
    const { headers, data } = await request(route, {
      ...parameters,
      baseUrl: app.config.GITHUB_API_URL,
      headers: {
        accept: 'application/vnd.github+json',
        'user-agent': 'millwright',
        'x-github-api-version': '2022-11-28',
        ...(token !== null && { authorization: `Bearer ${headerSafe(token)}` }),
        ...(etag !== undefined && { 'if-none-match': etag }),
      },
      request: { fetch: fetchFor(app, signal), log: app.log },
    });
    return { headers, data };
  } catch (error) {
    signal?.throwIfAborted();
    const refused = refusal.safeParse(error);
    if (refused.success && refused.data.status === 304 && etag !== undefined) return null;
    throw explained(error, refused.data);
  }
}

function wholeAnswer<Answer>(question: Question<Answer>, { headers, data }: Received): WholeAnswer<Answer> {
  const header = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined);
  return {
    data: read(question.answer, data),
    scopes: scopesIn(headers['x-oauth-scopes']),
    etag: header('etag') ?? null,
    hasNext: /\brel="?next\b/.test(header('link') ?? ''),
    limitedUntil: header('x-ratelimit-remaining') === '0' ? resetOf(header) : null,
  };
}

/** What Octokit throws for an answer that is no success. */
const refusal = z.object({
  status: z.int(),
  message: z.string(),
  response: z.object({ headers: z.record(z.string(), z.unknown()), data: z.unknown() }),
});
const refusalBody = z.object({
  message: z.string(),
  errors: z
    .array(z.union([z.string(), z.object({ message: z.string() }).transform(({ message }) => message)]))
    .catch([]),
});

function explained(error: unknown, refused: z.infer<typeof refusal> | undefined): unknown {
  if (refused !== undefined) {
    const { status, response } = refused;
    const body = refusalBody.safeParse(response.data).data;
    const said = body === undefined ? '' : [body.message, ...body.errors].join(': ');
    return refusalOf({ status, headers: response.headers, said });
  }
  if (error instanceof GitHubError) return error;
  // Octokit wraps what the transport throws.
  const cause = error instanceof Error ? error.cause : undefined;
  for (const one of [error, cause]) {
    if (one instanceof GitHubError) return one;
    if (one instanceof OutgoingRequestError || one instanceof AddressError) return unreachable(one);
  }
  return error instanceof DomainError ? error : unreachable(error);
}

function read<Answer>(form: z.ZodType<Answer>, data: unknown): Answer {
  const parsed = form.safeParse(data);
  if (!parsed.success) throw unreachable(new Error('the answer has not the form GitHub documents'));
  return parsed.data;
}

/** The transport: pinned to checked addresses and to the API's own origin, with redirects there for reading only. */
function fetchFor(app: App, signal: AbortSignal | undefined) {
  const home = new URL(app.config.GITHUB_API_URL).origin;
  return async (address: string, options: { method: string; headers: Record<string, string>; body?: string }) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    let url = new URL(address);
    for (let redirects = 0; ; redirects += 1) {
      const response = await safeFetch(url, {
        ...options,
        headers: { ...options.headers, 'accept-encoding': 'identity' },
        allow: gitHubOrigins(app),
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
        timeoutMs,
      }).catch((error: unknown) => {
        if (deadline.aborted) throw new OutgoingRequestError('TIMED_OUT', 'GitHub did not answer in time', error);
        throw error;
      });
      const location = response.headers.get('location');
      if (![301, 302, 307, 308].includes(response.status) || location === null) return response;
      url = new URL(location, url);
      // The token goes to this origin only, and a change is not sent twice.
      if (url.origin !== home || options.method !== 'GET' || redirects >= mostRedirects) {
        throw new GitHubError('GITHUB_INVALID', 'GitHub answers with a redirect that is not followed');
      }
    }
  };
}

/** Exact origins of GitHub that may be reached although they are private, or by plain http. */
export function gitHubOrigins(app: App): string[] {
  const { SAFE_FETCH_ALLOW, GITHUB_URL, GITHUB_API_URL } = app.config;
  return [...SAFE_FETCH_ALLOW, new URL(GITHUB_URL).origin, new URL(GITHUB_API_URL).origin];
}

function headerSafe(token: string): string {
  if (/^[\x21-\x7e]{1,1000}$/.test(token)) return token;
  throw new GitHubError('GITHUB_TOKEN_INVALID', 'This is not a token of GitHub');
}

function scopesIn(header: unknown): readonly string[] | null {
  if (typeof header !== 'string') return null;
  return header
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
}

function remember(memory: Map<string, Remembered>, key: string, value: Remembered): void {
  memory.delete(key);
  memory.set(key, value);
  const [oldest] = memory.keys();
  if (memory.size > mostRemembered && oldest !== undefined) memory.delete(oldest);
}
