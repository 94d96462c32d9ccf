import { DomainError } from '../../platform/errors.ts';

export type RepositoryErrorCode =
  | 'ADDRESS_NOT_ALLOWED'
  | 'CHANGE_REFUSED'
  | 'GIT_UNAVAILABLE'
  | 'PUSH_REJECTED'
  | 'REF_INVALID'
  | 'REF_NOT_FOUND'
  | 'REPOSITORY_EMPTY'
  | 'REPOSITORY_NOT_FOUND'
  | 'REPOSITORY_REDIRECTED'
  | 'REPOSITORY_TOO_LARGE'
  | 'REPOSITORY_UNREACHABLE'
  | 'REPOSITORY_UNREADABLE'
  | 'WORKSPACE_FULL';

/**
 * A repository cannot be had. `retryable` when trying again later may help. `cause` holds what git said, without
 * secrets, for the log only: it is never part of an answer.
 */
export class RepositoryError extends DomainError {
  readonly retryable: boolean;

  constructor(
    code: RepositoryErrorCode,
    message: string,
    { retryable = false, cause }: { readonly retryable?: boolean; readonly cause?: unknown } = {},
  ) {
    super(code, message, { retryable });
    this.retryable = retryable;
    if (cause !== undefined) {
      Object.defineProperty(this, 'cause', { value: cause, enumerable: false });
    }
  }
}
