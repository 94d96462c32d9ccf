import { ExternalServiceError, type Retrying } from '../platform/errors.ts';

export type GitHubErrorCode =
  | 'GITHUB_FORBIDDEN'
  | 'GITHUB_INVALID'
  | 'GITHUB_MISCONFIGURED'
  | 'GITHUB_NOT_FOUND'
  | 'GITHUB_RATE_LIMITED'
  | 'GITHUB_SSO_REQUIRED'
  | 'GITHUB_TOKEN_INVALID'
  | 'GITHUB_UNREACHABLE';

/** GitHub refused or failed. `cause` is for the log only and holds no token. */
export class GitHubError extends ExternalServiceError {
  declare readonly code: GitHubErrorCode;

  constructor(code: GitHubErrorCode, message: string, retrying: Retrying = {}, cause?: unknown) {
    super(message, code, retrying);
    if (cause !== undefined) Object.defineProperty(this, 'cause', { value: cause, enumerable: false });
  }
}

/** What of an answer says why it is a refusal. Header names in lower case. */
export interface RefusedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** GitHub's own words. */
  readonly said: string;
}

/** Turns an answer that is no success into the error its caller can act on. */
export function refusalOf({ status, headers, said }: RefusedAnswer): GitHubError {
  const header = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined);
  const words = said.replace(/\p{Cc}+/gu, ' ').slice(0, 300);
  const id = header('x-github-request-id');
  // It becomes a header of our own answer.
  const told = id !== undefined && /^[\w:.-]{1,100}$/.test(id) ? { upstreamRequestId: id } : {};
  if (status === 401) {
    return new GitHubError(
      'GITHUB_TOKEN_INVALID',
      'GitHub no longer accepts this token: it was revoked or has expired',
      told,
    );
  }
  if ((status === 403 || status === 429) && isRateLimit(status, header, words)) {
    return rateLimited({ ...told, retryAt: resetOf(header) });
  }
  if (status === 403 && header('x-github-sso')?.startsWith('required') === true) {
    const message = 'The organisation wants this token to be authorised for single sign-on; do that at GitHub first';
    return new GitHubError('GITHUB_SSO_REQUIRED', message, told);
  }
  if (status === 403) {
    return new GitHubError('GITHUB_FORBIDDEN', `GitHub does not permit this to the token: ${words}`, told);
  }
  if (status === 404 || status === 410 || status === 451) {
    return new GitHubError('GITHUB_NOT_FOUND', notFoundWords, told);
  }
  if (status >= 500) {
    return new GitHubError('GITHUB_UNREACHABLE', `GitHub is out of order (${status})`, { ...told, retryable: true });
  }
  return new GitHubError('GITHUB_INVALID', `GitHub refused the request (${status}): ${words}`, told);
}

/** For a limit that is used up, whether GitHub has refused a request for it yet or would refuse the next. */
export function rateLimited(when: Pick<Retrying, 'retryAt' | 'upstreamRequestId'>): GitHubError {
  const message = "GitHub's rate limit is used up; try again later";
  return new GitHubError('GITHUB_RATE_LIMITED', message, { ...when, retryable: true });
}

/** For what is not there and for what the token may not see: GitHub tells them apart no more than we do. */
const notFoundWords = 'There is no such thing at GitHub, or it is private and needs access';

/** GitHub could not be asked, or what answered is not GitHub. */
export function unreachable(cause: unknown): GitHubError {
  return new GitHubError('GITHUB_UNREACHABLE', 'GitHub could not be reached', { retryable: true }, cause);
}

type Header = (name: string) => string | undefined;

/** The primary limit says so in a header; the secondary ones by Retry-After or in words. */
function isRateLimit(status: number, header: Header, said: string): boolean {
  return (
    status === 429 ||
    header('x-ratelimit-remaining') === '0' ||
    header('retry-after') !== undefined ||
    /rate limit/i.test(said)
  );
}

/** When the limit an answer tells of is over. */
export function resetOf(header: Header): Date {
  const seconds = Number(header('retry-after') ?? Number.NaN);
  if (seconds >= 0) return new Date(Date.now() + Math.min(seconds, 86_400) * 1000);
  const reset = Number(header('x-ratelimit-reset') ?? Number.NaN);
  // GitHub's advice where it says nothing: at least a minute.
  return reset > 0 && reset < 1e11 ? new Date(reset * 1000) : new Date(Date.now() + 60_000);
}
