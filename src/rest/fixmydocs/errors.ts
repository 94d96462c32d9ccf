import { z } from 'zod';
import type { RefusedReply } from '../dialect.ts';
import { type Refusal, refusalIssue, statusOf } from '../refusal.ts';
import { refusalHeaders } from '../refusal-headers.ts';

/** The error body. */
export const fixMyDocsError = z.object({
  error: z.string(),
  message: z.string(),
  issues: z.array(refusalIssue).optional(),
});

/** `{"error": code, "message": text}` with the right status. */
export function refuseFixMyDocs(refusal: Refusal): RefusedReply {
  const status = statusOf(refusal);
  return {
    status,
    body: {
      error: refusal.code.toLowerCase(),
      message: refusal.message,
      ...(refusal.issues.length > 0 && { issues: refusal.issues }),
    },
    headers: refusalHeaders(status, refusal),
  };
}
