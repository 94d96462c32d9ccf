import { z } from 'zod';
import type { RefusedReply } from '../dialect.ts';
import { type Refusal, statusOf } from '../refusal.ts';
import { refusalHeaders } from '../refusal-headers.ts';

const types: Readonly<Record<string, string>> = {
  VALIDATION_ERROR: 'ValidationError',
  BAD_REQUEST: 'BadRequest',
  NOT_FOUND: 'NotFound',
  RATE_LIMIT_EXCEEDED: 'TooManyRequests',
  PAYLOAD_TOO_LARGE: 'PayloadTooLarge',
  UNAUTHENTICATED: 'Unauthorized',
  TOKEN_EXPIRED: 'Unauthorized',
  FORBIDDEN: 'Forbidden',
  INTERNAL_ERROR: 'InternalServerError',
};

/** The error body. */
export const cvAnalysisError = z.object({
  error: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
});

/** `{"error": type, "message", "details"}`; invalid input is 400 here. */
export function refuseCvAnalysis(refusal: Refusal): RefusedReply {
  const { issues, details } = refusal;
  const status = refusal.code === 'VALIDATION_ERROR' ? 400 : statusOf(refusal);
  return {
    status,
    body: {
      error: types[refusal.code] ?? pascal(refusal.code),
      message: refusal.message,
      details: { ...details, ...(issues.length > 0 && { issues }) },
    },
    headers: refusalHeaders(status, refusal),
  };
}

function pascal(code: string): string {
  return code
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
