import { createSourceEventStream, type ExecutionResult, type GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { App } from '../app.ts';
import type { Context } from './context.ts';
import { maskError, maskResult } from './graphql-errors.ts';
import { type OperationArgs, SharedResults } from './shared-results.ts';

/**
 * What every subscription's stream keeps, in both protocols: an error in the middle becomes its last result (left
 * alone it would tear down the whole socket or break the connection off without a word), hanging up ends it at once,
 * and it is counted while it is served. Subscriptions that must get the same results share them.
 */
export function streamPlugin(app: App): Plugin<Context> {
  const shared = new SharedResults();
  return {
    onSubscribe: ({ args: { contextValue }, setSubscribeFn }) =>
      setSubscribeFn((args) => openStream(app, shared, { ...args, contextValue })),
  };
}

/** Each operation has one. */
const streams = new WeakMap<Context, AsyncGenerator<ExecutionResult, void, undefined>>();

/** An operation's stream, without the layers around it that look at every result once more. */
export function streamOf(context: Context): AsyncGenerator<ExecutionResult, void, undefined> | undefined {
  return streams.get(context);
}

/** Whether an operation answers with a stream of results. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<ExecutionResult> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function openStream(
  app: App,
  shared: SharedResults,
  args: OperationArgs,
): Promise<AsyncGenerator<ExecutionResult, void, undefined> | ExecutionResult> {
  const { requestId, hangUp } = args.contextValue;
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source;
  const reader = await shared.join(args);
  app.metrics.subscriptions.inc();
  const stream = results(source[Symbol.asyncIterator](), {
    hangUp,
    resultOf: (event) => reader.resultOf(event),
    maskResult: (result) => maskResult(result, app.log, requestId),
    mask: (error) => maskError(error, app.log, requestId),
    onEnd: () => {
      app.metrics.subscriptions.dec();
      reader.leave();
    },
  });
  streams.set(args.contextValue, stream);
  return stream;
}

interface Stream {
  readonly hangUp: AbortController;
  readonly resultOf: (event: unknown) => ExecutionResult | Promise<ExecutionResult>;
  readonly maskResult: (result: ExecutionResult) => ExecutionResult;
  readonly mask: (error: unknown) => GraphQLError;
  /** Called once, however the stream ends. */
  readonly onEnd: () => void;
}

/** What a reader gets: an async generator in all its methods, or graphql-ws would not end it. */
function results(
  source: AsyncIterator<unknown>,
  { hangUp, resultOf, maskResult: masked, mask, onEnd }: Stream,
): AsyncGenerator<ExecutionResult, void, undefined> {
  let ended = false;
  const end = () => {
    if (!ended) onEnd();
    ended = true;
  };
  const finished: IteratorReturnResult<undefined> = { done: true, value: undefined };
  const failed = (error: unknown): IteratorYieldResult<ExecutionResult> => {
    end();
    return { done: false, value: { errors: [mask(error)] } };
  };
  // Without async functions: each of their steps would be made for every reader of every event.
  const next = () =>
    new Promise<IteratorResult<ExecutionResult, undefined>>((resolve) => {
      if (ended) return resolve(finished);
      const fail = (error: unknown) => resolve(failed(error));
      const give = (result: ExecutionResult) => resolve({ done: false, value: masked(result) });
      source.next().then((event) => {
        if (event.done === true) {
          end();
          return resolve(finished);
        }
        try {
          const result = resultOf(event.value);
          if (result instanceof Promise) result.then(give, fail);
          else give(result);
        } catch (error) {
          fail(error);
        }
      }, fail);
    });
  return asGenerator(next, async () => {
    // A generator that waits for a wake-up would take its return only after that.
    hangUp.abort();
    end();
    await source.return?.();
    return finished;
  });
}

/** All methods of an async generator, of the one that goes on and the one that ends it. */
function asGenerator<Value>(
  next: () => Promise<IteratorResult<Value, undefined>>,
  end: () => Promise<IteratorReturnResult<undefined>>,
): AsyncGenerator<Value, void, undefined> {
  return {
    next,
    return: end,
    throw: end,
    async [Symbol.asyncDispose]() {
      await end();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
