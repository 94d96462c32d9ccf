import { z } from 'zod';
import type { RefusedReply } from '../dialect.ts';
import { type Refusal, refusalIssue, statusOf } from '../refusal.ts';
import { refusalHeaders } from '../refusal-headers.ts';

const types: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'unauthorized',
  TOKEN_EXPIRED: 'token_expired',
  NOT_FOUND: 'not_found',
};

/** The error body. */
export const phase2Error = z.object({
  error: z.string(),
  detail: z.string(),
  status_code: z.int(),
  timestamp: z.iso.datetime(),
  issues: z.array(refusalIssue).optional(),
});

/** `{"error", "detail", "status_code", "timestamp"}`; a missing token is 403, a bad one 401. */
export function refusePhase2(refusal: Refusal, now: Date): RefusedReply {
  const status = refusal.missingCredential ? 403 : statusOf(refusal);
  const error = refusal.missingCredential ? 'not_authenticated' : (types[refusal.code] ?? refusal.code.toLowerCase());
  return {
    status,
    body: {
      error,
      detail: refusal.message,
      status_code: status,
      timestamp: now.toISOString(),
      ...(refusal.issues.length > 0 && { issues: refusal.issues }),
    },
    headers: refusalHeaders(status, refusal),
  };
}
