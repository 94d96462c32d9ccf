import type { ExecutionResult } from 'graphql';
import { z } from 'zod';
import type { DomainError } from '../platform/errors.ts';
import { secondsUntil } from '../platform/rate-limits.ts';

/** Why a request is refused, before a dialect puts it into its own words. */
export interface Refusal {
  /** A code of platform/errors.ts, or one of the machinery's own: BAD_REQUEST, METHOD_NOT_ALLOWED and the like. */
  readonly code: string;
  readonly message: string;
  /** What is wrong with which field, in the caller's names. */
  readonly issues: readonly RefusalIssue[];
  /** Further facts of the error, such as the settings of NOT_CONFIGURED. */
  readonly details: Readonly<Record<string, unknown>>;
  /** A credential was neither sent nor wrong: it is missing. */
  readonly missingCredential: boolean;
  /** Seconds after which to try again. */
  readonly retryAfter?: number;
  /** The error's type, such as ConflictError, which tells the status of codes that are not listed. */
  readonly type?: string;
}

export const refusalIssue = z.object({
  field: z.string().describe("The field as the caller's request names it."),
  message: z.string(),
  code: z.string(),
});
export type RefusalIssue = Readonly<z.infer<typeof refusalIssue>>;

/** Makes a refusal of a code and a sentence. */
export function refusal(code: string, message: string, more: Partial<Refusal> = {}): Refusal {
  return { code, message, issues: [], details: {}, missingCredential: false, ...more };
}

/** The HTTP status most dialects give a code; a dialect may differ. */
export function statusOf({ code, missingCredential, type = '' }: Refusal): number {
  if (missingCredential) return 401;
  return statuses[code] ?? (code.endsWith('_NOT_FOUND') ? 404 : (statusesOfTypes[type] ?? 400));
}

const statusesOfTypes: Readonly<Record<string, number>> = {
  UnauthenticatedError: 401,
  ForbiddenError: 403,
  NotFoundError: 404,
  ConflictError: 409,
  ExternalServiceError: 503,
};

const statuses: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  TOKEN_EXPIRED: 401,
  STATE_INVALID: 401,
  ACCESS_DENIED: 401,
  SIGN_IN_INVALID: 401,
  GITHUB_TOKEN_INVALID: 401,
  FORBIDDEN: 403,
  REGISTRATION_DISABLED: 403,
  ACCOUNT_DEACTIVATED: 403,
  EMAIL_NOT_VERIFIED: 403,
  GITHUB_FORBIDDEN: 403,
  GITHUB_SSO_REQUIRED: 403,
  CSRF: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  ALREADY_EXISTS: 409,
  CONFLICT: 409,
  JOB_ENDED: 409,
  JOBS_RUNNING: 409,
  NO_SESSION: 409,
  EMAIL_TAKEN: 409,
  OTHER_IDENTITY: 409,
  GITHUB_ACCOUNT_TAKEN: 409,
  GITHUB_ALREADY_CONNECTED: 409,
  TOO_MANY_API_KEYS: 409,
  REPOSITORY_INACTIVE: 409,
  IDEMPOTENCY_IN_PROGRESS: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  VALIDATION_ERROR: 422,
  IDEMPOTENCY_KEY_REUSED: 422,
  RATE_LIMIT_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  EXTERNAL_SERVICE_ERROR: 503,
  SERVICE_UNAVAILABLE: 503,
  GITHUB_RATE_LIMITED: 503,
  GITHUB_UNREACHABLE: 503,
  REPOSITORY_UNREACHABLE: 503,
  GITHUB_INVALID: 503,
  GITHUB_MISCONFIGURED: 503,
  GIT_UNAVAILABLE: 503,
  WORKSPACE_FULL: 503,
};

/** A refusal as a union member or a GraphQL error carries it. */
const carried = z.object({
  code: z.string(),
  message: z.string(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/** What the fields of the input are called in the caller's request, where the names differ. */
export type FieldNames = Readonly<Record<string, string>>;

/** A refusal with the further facts of its type. */
const refusedMember = z.looseObject({ ...carried.shape, __typename: z.string() });

/** The refusal a union member is, or null when the member is the thing itself. */
export function refusalOfMember(member: unknown, names: FieldNames): Refusal | null {
  if (!isRefused(member)) return null;
  const { code, message, issues = [], __typename: type, ...said } = refusedMember.parse(member);
  const details = type === 'ExternalServiceError' ? retryingDetails(said) : said;
  return refusal(code, renamed(message, names), {
    type,
    details,
    issues: issues.map((issue) => inCallersNames(issue, names)),
  });
}

/** Looked at in every answer, most of which are none. */
function isRefused(member: unknown): boolean {
  if (typeof member !== 'object' || member === null || !('__typename' in member)) return false;
  return typeof member.__typename === 'string' && member.__typename.endsWith('Error');
}

/** When to come back, in the words the extensions of the same error have. */
function retryingDetails(said: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { retryAt, upstreamRequestId, ...others } = said;
  const resetAt = z.iso.datetime().safeParse(retryAt).data;
  return {
    ...others,
    ...(resetAt !== undefined && { resetAt, retryAfter: secondsUntil(new Date(resetAt)) }),
    ...(typeof upstreamRequestId === 'string' && { upstreamRequestId }),
  };
}

/** The refusal the errors of an execution amount to, or null when there are none. Unexpected ones say nothing. */
export function refusalOfErrors({ errors }: ExecutionResult, names: FieldNames): Refusal | null {
  const error = errors?.[0];
  if (error === undefined) return null;
  const { code, issues, http: _http, ...details } = error.extensions;
  if (code === 'INTERNAL_SERVER_ERROR') return refusal('INTERNAL_ERROR', 'Unexpected error', { details });
  if (typeof code !== 'string' || code === 'BAD_USER_INPUT' || code === 'GRAPHQL_VALIDATION_FAILED') {
    return refusal('VALIDATION_ERROR', renamed(error.message, names));
  }
  const parsed = carried.shape.issues.safeParse(issues);
  const found = parsed.success ? (parsed.data ?? []) : [];
  return refusal(code, renamed(error.message, names), {
    details,
    issues: found.map((issue) => inCallersNames(issue, names)),
  });
}

function inCallersNames(issue: { path: string; message: string }, names: FieldNames): RefusalIssue {
  return { field: names[issue.path] ?? issue.path, message: issue.message, code: 'invalid' };
}

/** Messages of field errors begin with the field's name. */
function renamed(message: string, names: FieldNames): string {
  const [field = '', ...rest] = message.split(': ');
  const name = names[field];
  return name === undefined ? message : [name, ...rest].join(': ');
}

/** The refusal a domain error amounts to. */
export function refusalOfDomainError(error: DomainError): Refusal {
  const { code: _code, issues, http: _http, ...details } = error.extensions;
  const found = carried.shape.issues.safeParse(issues).data ?? [];
  return refusal(error.code, error.message, {
    type: error.name,
    details,
    issues: found.map((issue) => inCallersNames(issue, {})),
  });
}

/** The refusal of a body, query or path that does not fit its schema. */
export function refusalOfInput(error: z.ZodError, part: string): Refusal {
  const issues = error.issues.map((issue) => ({
    field: issue.path.map(String).join('.') || part,
    message: issue.message,
    code: issue.code ?? 'invalid',
  }));
  const [first] = issues;
  return refusal('VALIDATION_ERROR', first === undefined ? 'Invalid request' : `${first.field}: ${first.message}`, {
    issues,
  });
}
