import { z } from 'zod';
import type { RefusedReply } from '../dialect.ts';
import { type Refusal, statusOf } from '../refusal.ts';
import { refusalHeaders } from '../refusal-headers.ts';

/** The dialect's codes where they are called otherwise. */
const codes: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'AUTHENTICATION_ERROR',
  TOKEN_EXPIRED: 'AUTHENTICATION_ERROR',
  FORBIDDEN: 'AUTHORIZATION_ERROR',
  REGISTRATION_DISABLED: 'AUTHORIZATION_ERROR',
  VALIDATION_ERROR: 'VALIDATION_ERROR',
};
const byStatus: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'AUTHENTICATION_ERROR',
  403: 'AUTHORIZATION_ERROR',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  429: 'RATE_LIMIT_EXCEEDED',
  500: 'INTERNAL_ERROR',
  503: 'EXTERNAL_SERVICE_ERROR',
};
/** Codes that say more than their status and stay as they are. */
const kept = new Set([
  'NOT_CONFIGURED',
  'IDEMPOTENCY_IN_PROGRESS',
  'IDEMPOTENCY_KEY_REUSED',
  'METHOD_NOT_ALLOWED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'CONFLICT',
]);

/** The error body. */
export const automationsError = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).nullable(),
  }),
});

/** `{"error": {"code", "message", "details"}}`. */
export function refuseAutomations(refusal: Refusal): RefusedReply {
  const status = statusOf(refusal);
  const code = codes[refusal.code] ?? (kept.has(refusal.code) ? refusal.code : (byStatus[status] ?? refusal.code));
  const issues = refusal.issues.length > 0 ? { issues: refusal.issues } : {};
  const details = { ...refusal.details, ...issues };
  return {
    status,
    body: { error: { code, message: refusal.message, details: Object.keys(details).length === 0 ? null : details } },
    headers: refusalHeaders(status, refusal),
  };
}
