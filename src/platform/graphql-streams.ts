import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { App } from '../app.ts';
import type { Context } from './context.ts';
import { maskError } from './graphql-errors.ts';

/**
 * What every subscription's stream keeps, in both protocols: an error in the middle becomes its last result (left
 * alone it would tear down the whole socket or break the connection off without a word), hanging up ends it at once,
 * and it is counted while it is served.
 */
export function streamPlugin(app: App): Plugin<Context> {
  return {
    onSubscribe: ({ args }) => ({
      onSubscribeResult: ({ result, setResult }) => {
        if (!isAsyncIterable(result)) return;
        const { requestId, hangUp } = args.contextValue;
        app.metrics.subscriptions.inc();
        setResult(
          guarded(result[Symbol.asyncIterator](), {
            hangUp,
            mask: (error) => maskError(error, app.log, requestId),
            onEnd: () => app.metrics.subscriptions.dec(),
          }),
        );
      },
    }),
  };
}

/** Whether an operation answers with a stream of results. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<ExecutionResult> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

interface Guard {
  readonly hangUp: AbortController;
  readonly mask: (error: unknown) => GraphQLError;
  /** Called once, however the stream ends. */
  readonly onEnd: () => void;
}

/** An async generator in all its methods, or graphql-ws would not end it. */
function guarded(
  source: AsyncIterator<ExecutionResult>,
  { hangUp, mask, onEnd }: Guard,
): AsyncGenerator<ExecutionResult, void, undefined> {
  let ended = false;
  const end = () => {
    if (!ended) onEnd();
    ended = true;
  };
  const finished: IteratorReturnResult<undefined> = { done: true, value: undefined };
  return {
    async next() {
      if (ended) return finished;
      try {
        const result = await source.next();
        if (result.done !== true) return result;
        end();
        return finished;
      } catch (error) {
        end();
        return { done: false, value: { errors: [mask(error)] } };
      }
    },
    async return() {
      // A generator that waits for a wake-up would take its return only after that.
      hangUp.abort();
      end();
      await source.return?.();
      return finished;
    },
    async throw() {
      return this.return();
    },
    async [Symbol.asyncDispose]() {
      await this.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
