import { errorOfStatus, ModelError, noAnswer, retryTime } from './errors.ts';
import type { Sdk } from './sdk.ts';

/** What ended a call, as something the caller can act on. Errors that are no model's come back as they are. */
export function failureOf(sdk: Sdk, error: unknown): unknown {
  if (error instanceof ModelError) return error;
  if (sdk.RetryError.isInstance(error)) return failureOf(sdk, error.lastError);
  if (sdk.APICallError.isInstance(error)) {
    if (error.statusCode === undefined) return unreachable();
    if (error.statusCode < 300 && isBrokenOff(error)) return cut();
    return errorOfStatus(error.statusCode, retryTime(error.responseHeaders, Date.now()));
  }
  if (sdk.InvalidResponseDataError.isInstance(error) || isBrokenOff(error)) return cut();
  if (
    sdk.JSONParseError.isInstance(error) ||
    sdk.TypeValidationError.isInstance(error) ||
    sdk.NoContentGeneratedError.isInstance(error) ||
    sdk.NoOutputGeneratedError.isInstance(error) ||
    sdk.EmptyResponseBodyError.isInstance(error)
  ) {
    return noAnswer();
  }
  // What a provider says of itself in the middle of a stream: a plain object, or an error of the SDK's.
  if (!(error instanceof Error) || /^AI_/.test(error.name)) {
    return new ModelError('MODEL_UNAVAILABLE', 'The model service broke off with an error', { retryable: true });
  }
  return error;
}

/** The stream ended before the answer did. */
export function cut(): ModelError {
  return new ModelError('MODEL_STREAM_CUT', "The model's answer was cut off on its way", { retryable: true });
}

function unreachable(): ModelError {
  return new ModelError('MODEL_UNAVAILABLE', 'The model service cannot be reached', { retryable: true });
}

/** The connection broke while the answer came: fetch says so in one word. */
function isBrokenOff(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    error.message === 'terminated' || /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)$/.test(code) || isBrokenOff(error.cause)
  );
}
