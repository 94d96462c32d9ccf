import { z } from 'zod';
import type { RefusedReply } from '../dialect.ts';
import { type Refusal, refusalIssue, statusOf } from '../refusal.ts';
import { refusalHeaders } from '../refusal-headers.ts';

const codes: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'UNAUTHORIZED',
  TOKEN_EXPIRED: 'UNAUTHORIZED',
  SIGN_IN_INVALID: 'UNAUTHORIZED',
  NOT_FOUND: 'RESOURCE_NOT_FOUND',
};
/** Statuses that differ from the usual. */
const statuses: Readonly<Record<string, number>> = {
  VALIDATION_ERROR: 400,
  TASK_NOT_CANCELLABLE: 400,
  GITHUB_NOT_CONNECTED: 400,
  // The caller's own token is good: it must not look as if it had ended.
  GITHUB_TOKEN_INVALID: 403,
};

/** The error body. */
export const asyncCoderError = z.object({
  success: z.literal(false),
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.union([z.array(refusalIssue), z.record(z.string(), z.unknown())]).nullable(),
    retryAfter: z.int().optional().describe('Seconds.'),
  }),
});

/** `{"success": false, "error": {"code", "message", "details"}}`; validation is 400 here. */
export function refuseAsyncCoder(refusal: Refusal): RefusedReply {
  const { issues, details } = refusal;
  const retryAfter = refusal.retryAfter ?? z.int().safeParse(details.retryAfter).data;
  const status = statuses[refusal.code] ?? statusOf(refusal);
  return {
    status,
    body: {
      success: false,
      error: {
        code: codes[refusal.code] ?? refusal.code,
        message: refusal.message,
        details: issues.length > 0 ? issues : Object.keys(details).length > 0 ? details : null,
        ...(retryAfter !== undefined && { retryAfter }),
      },
    },
    headers: refusalHeaders(status, refusal),
  };
}
