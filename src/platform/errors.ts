import { GraphQLError } from 'graphql';

/** One thing wrong with one input field. `path` is the field's name as the schema spells it, dotted when nested. */
export interface FieldIssue {
  readonly path: string;
  readonly message: string;
}

/**
 * A refusal the caller can act on. It extends GraphQLError because Yoga's masking lets only those through on plain
 * queries. Everything that is not a DomainError is a bug: masked for the caller and logged with the request id.
 */
export class DomainError extends GraphQLError {
  readonly code: string;

  constructor(code: string, message: string, extensions: Record<string, unknown> = {}) {
    super(message, { extensions: { ...extensions, code } });
    this.name = new.target.name;
    this.code = code;
  }
}

/** There is no such thing, or it belongs to somebody else: the words are the same on purpose. */
export class NotFoundError extends DomainError {
  constructor(thing: string) {
    super('NOT_FOUND', `${thing} not found`);
  }
}

/** Nobody is signed in, or the credential is no longer good. */
export class UnauthenticatedError extends DomainError {
  constructor(message = 'Sign in first', code = 'UNAUTHENTICATED') {
    super(code, message);
  }
}

/** Known, but not allowed: the role lacks a permission, or this server does not offer it. */
export class ForbiddenError extends DomainError {
  constructor(message = 'Your role does not permit this', code = 'FORBIDDEN') {
    super(code, message);
  }
}

/** The input does not fit; `issues` says where. */
export class ValidationError extends DomainError {
  readonly issues: readonly FieldIssue[];

  constructor(message: string, issues: readonly FieldIssue[] = []) {
    super('VALIDATION_ERROR', message, { issues });
    this.issues = issues;
  }
}

/** One field does not fit: `message` says how it must be, as in "must have 1 to 50 characters". */
export function unfit(path: string, message: string): ValidationError {
  return new ValidationError(`${path}: ${message}`, [{ path, message }]);
}

/** @throws ValidationError for the field unless it fits */
export function requireForm(fits: boolean, path: string, message: string): void {
  if (!fits) throw unfit(path, message);
}

/** Something in the present state stands against it: a duplicate, a finished job, a key in use. */
export class ConflictError extends DomainError {
  constructor(message: string, code = 'CONFLICT') {
    super(code, message);
  }
}

/** An integration that has no settings. `settings` names what to set. */
export class NotConfiguredError extends DomainError {
  readonly settings: string[];

  constructor(integration: string, settings: readonly string[]) {
    super('NOT_CONFIGURED', `${integration} is not configured: set ${settings.join(' and ')}`, { settings });
    this.settings = [...settings];
  }
}

/** When a service that failed or refused may be asked again. */
export interface Retrying {
  readonly retryable?: boolean | undefined;
  readonly retryAt?: Date | undefined;
  /** The service's own id of the request it refused, which its support asks for. */
  readonly upstreamRequestId?: string | undefined;
}

/** Somebody else's service failed or refused. */
export class ExternalServiceError extends DomainError {
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** When to ask again, where the service said so. */
  readonly retryAt: Date | null;
  /** The service's own id of the request, where it gave one. */
  readonly upstreamRequestId: string | null;

  constructor(message: string, code = 'EXTERNAL_SERVICE_ERROR', retrying: Retrying = {}) {
    const { retryable = false, retryAt, upstreamRequestId } = retrying;
    const seconds = retryAt === undefined ? 0 : Math.max(0, Math.ceil((retryAt.getTime() - Date.now()) / 1000));
    super(code, message, {
      retryable,
      ...(retryAt !== undefined && { resetAt: retryAt.toISOString(), retryAfter: seconds }),
      ...(upstreamRequestId !== undefined && { upstreamRequestId }),
    });
    this.retryable = retryable;
    this.retryAt = retryAt ?? null;
    this.upstreamRequestId = upstreamRequestId ?? null;
  }
}
