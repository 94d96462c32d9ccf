import type { LanguageModelMiddleware } from 'ai';
import type { Reservation, TokenBudget } from './budget.ts';
import { errorOfStatus, ModelError, noAnswer, retryTime } from './errors.ts';
import { InputBound } from './input-bound.ts';
import type { Sdk } from './sdk.ts';

type WrapStream = NonNullable<LanguageModelMiddleware['wrapStream']>;
type StreamResult = Awaited<ReturnType<WrapStream>>;
type StreamPart = StreamResult['stream'] extends ReadableStream<infer Part> ? Part : never;

/** Output tokens of one call where the caller names no other number. */
const USUAL_OUTPUT = 4096;
/** The longest a service may ask to be waited for within one call; a longer wait is the job's to decide. */
const LONGEST_WAIT_MILLISECONDS = 60_000;
/** A token is seldom longer; who sends more pays no heed to the limit it was given. */
const MOST_BYTES_A_TOKEN = 64;
/** Refusals of something in between that gave up waiting: the model may have answered, and be paid for it. */
const GIVEN_UP_WAITING = [408, 499, 502, 504, 522, 524];

/** Stands between the SDK and a provider: no call passes that the budget has no room for, and each is counted. */
export function guard(sdk: Sdk, budget: TokenBudget): LanguageModelMiddleware {
  const inputs = new InputBound();
  return {
    wrapStream: async ({ model, params }) => {
      const reserved = budget.reserve(inputs.most(params), params.maxOutputTokens ?? USUAL_OUTPUT);
      const bounded = { ...params, maxOutputTokens: reserved.outputTokens };
      const result = await Promise.resolve(model.doStream(bounded)).catch((error: unknown) => {
        if (wasNotServed(sdk, error)) reserved.settle(0, 0);
        throw patient(sdk, error);
      });
      return {
        ...result,
        stream: result.stream.pipeThrough(counting(sdk, reserved, (tokens) => inputs.counted(params, tokens))),
      };
    },
  };
}

/** Counts what a stream took when it ends as it should. One that ends otherwise is counted as all it could take. */
function counting(
  sdk: Sdk,
  reserved: Reservation,
  onCount: (inputTokens: number) => void,
): TransformStream<StreamPart, StreamPart> {
  let bytes = 0;
  return new TransformStream({
    transform(part, controller) {
      const isCut = part.type === 'error' && sdk.InvalidResponseDataError.isInstance(part.error);
      // Nothing was begun that could be cut: this is some other service.
      if (isCut && bytes === 0) return controller.error(noAnswer());
      if ('delta' in part) bytes += Buffer.byteLength(part.delta);
      if (part.type === 'tool-call') bytes += Buffer.byteLength(part.input);
      // Without a reason the end is not the model's: whatever was counted until then is not all of it.
      const isEnd = part.type === 'finish' && part.finishReason.raw !== undefined;
      if (isEnd) {
        const [input, output] = [part.usage.inputTokens.total, part.usage.outputTokens.total];
        // Some services leave out a half of it, or say nothing by a zero.
        const isCounted = input !== undefined && input > 0 && output !== undefined && (output > 0 || bytes === 0);
        if (isCounted) onCount(input);
        if (isCounted) reserved.settle(input, output);
        else reserved.settle(reserved.inputTokens, Math.min(bytes, reserved.outputTokens), { estimated: true });
      }
      if (bytes > reserved.outputTokens * MOST_BYTES_A_TOKEN) {
        controller.error(new ModelError('MODEL_BAD_ANSWER', 'The model service sends more than it was allowed to'));
        return;
      }
      controller.enqueue(part);
    },
  });
}

/** Whether a request surely took no tokens: it was refused, or nobody took it. */
function wasNotServed(sdk: Sdk, error: unknown): boolean {
  if (!sdk.APICallError.isInstance(error)) return false;
  if (error.statusCode !== undefined) return error.statusCode >= 400 && !GIVEN_UP_WAITING.includes(error.statusCode);
  const { cause } = error;
  return cause instanceof Error && 'code' in cause && /^(?:ECONNREFUSED|ENOTFOUND)$/.test(String(cause.code));
}

/** The SDK waits and asks again, as long as the service asks for no longer than fits into a call. */
function patient(sdk: Sdk, error: unknown): unknown {
  if (!sdk.APICallError.isInstance(error) || error.statusCode === undefined) return error;
  const now = Date.now();
  const at = retryTime(error.responseHeaders, now);
  if (at === undefined || at.getTime() - now < LONGEST_WAIT_MILLISECONDS) return error;
  return errorOfStatus(error.statusCode, at);
}
