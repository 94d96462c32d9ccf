import { ExternalServiceError, type Retrying } from '../platform/errors.ts';

/** What can go wrong with a model; each code is one thing that somebody can do something about. */
export type ModelErrorCode =
  | 'MODEL_KEY_REFUSED'
  | 'MODEL_UNKNOWN'
  | 'MODEL_REQUEST_REFUSED'
  | 'MODEL_RATE_LIMITED'
  | 'MODEL_UNAVAILABLE'
  | 'MODEL_SILENT'
  | 'MODEL_STREAM_CUT'
  | 'MODEL_BAD_ANSWER'
  | 'MODEL_DECLINED'
  | 'MODEL_TOKEN_CAP'
  | 'MODEL_DEADLINE';

/**
 * A model failed or refused. The message is of this server's own words: what a provider says may repeat the prompt or
 * a part of the key, so neither its text nor its error is carried along.
 */
export class ModelError extends ExternalServiceError {
  declare readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string, retrying: Retrying = {}) {
    super(message, code, retrying);
  }
}

/** What an answer of a service that is no success means. `retryAt` is when it said to come back. */
export function errorOfStatus(status: number, retryAt: Date | undefined): ModelError {
  if (status === 401 || status === 403) {
    return new ModelError('MODEL_KEY_REFUSED', `The model service refused the key (${status})`);
  }
  if (status === 429) {
    const message = 'The model service limits its use (429)';
    return new ModelError('MODEL_RATE_LIMITED', message, { retryable: true, retryAt });
  }
  if (status === 408 || status === 409 || status >= 500) {
    const message = `The model service is out of order (${status})`;
    return new ModelError('MODEL_UNAVAILABLE', message, { retryable: true, retryAt });
  }
  if (status < 300) return noAnswer();
  if (status === 404) {
    return new ModelError(
      'MODEL_UNKNOWN',
      'The model service does not know the model (404): check its name and address',
    );
  }
  return new ModelError('MODEL_REQUEST_REFUSED', `The model service refused the request (${status})`);
}

/** What came is not of the form that was agreed. */
export function noAnswer(): ModelError {
  return new ModelError('MODEL_BAD_ANSWER', 'The model service sent something that is no answer', { retryable: true });
}

/**
 * When a service says to come back, by its `retry-after-ms` or `retry-after` header (seconds or a date).
 * Undefined where it says nothing that can be read.
 */
export function retryTime(headers: Readonly<Record<string, string>> | undefined, now: number): Date | undefined {
  const milliseconds = Number.parseFloat(headers?.['retry-after-ms'] ?? '');
  if (milliseconds >= 0) return new Date(now + milliseconds);
  const after = headers?.['retry-after'];
  if (after === undefined) return undefined;
  const seconds = /^\s*\d+(?:\.\d+)?\s*$/.test(after) ? Number.parseFloat(after) : Number.NaN;
  const time = new Date(seconds >= 0 ? now + seconds * 1000 : Date.parse(after));
  return Number.isNaN(time.getTime()) ? undefined : time;
}
