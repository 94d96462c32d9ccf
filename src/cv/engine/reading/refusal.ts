import { DomainError } from '../../../platform/errors.ts';

/** Why a CV file cannot be read. */
export type CvRefusalReason =
  | 'encrypted'
  | 'scanned'
  | 'unreadable-text'
  | 'empty'
  | 'damaged'
  | 'too-many-pages'
  | 'too-large'
  | 'too-much-text'
  | 'zip-bomb'
  | 'unsupported'
  | 'timed-out'
  | 'out-of-memory';

/**
 * A CV file that cannot be read, with a sentence that tells its owner what to do. Neither the sentence nor the
 * extensions hold anything of the file's content.
 */
export class CvFileError extends DomainError {
  readonly reason: CvRefusalReason;

  constructor(reason: CvRefusalReason, message: string) {
    super(`CV_${reason.toUpperCase().replaceAll('-', '_')}`, message, { reason });
    this.reason = reason;
  }
}

/** A refusal as plain data, as it leaves the thread. */
export interface CvRefusal {
  readonly reason: CvRefusalReason;
  readonly message: string;
}

/** Thrown by readers inside the thread; it carries what the CvFileError outside will say. */
export class CvUnreadable extends Error implements CvRefusal {
  override readonly name = 'CvUnreadable';
  readonly reason: CvRefusalReason;

  constructor(reason: CvRefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The file's own structure is broken. */
export function damaged(format: string): CvUnreadable {
  return new CvUnreadable(
    'damaged',
    `The ${format} is damaged and cannot be read: export it again and upload the new file`,
  );
}
