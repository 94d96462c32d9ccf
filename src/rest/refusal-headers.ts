import type { Refusal } from './refusal.ts';

/**
 * The headers a refusal has in every dialect: which credentials are taken, and when to come back where that is known.
 */
export function refusalHeaders(status: number, { code, details, retryAfter }: Refusal): Record<string, string> {
  const seconds = retryAfter ?? details.retryAfter;
  const { upstreamRequestId } = details;
  return {
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(typeof seconds === 'number' && { 'retry-after': String(seconds) }),
    // What GitHub's support asks for.
    ...(code.startsWith('GITHUB_') &&
      typeof upstreamRequestId === 'string' && { 'x-github-request-id': upstreamRequestId }),
  };
}
