import type { ExecutionResult } from 'graphql';
import type { FetchAPI, Plugin } from 'graphql-yoga';
import type { Context } from './context.ts';
import { formatError } from './graphql-errors.ts';
import { isAsyncIterable } from './graphql-streams.ts';
import { textOf } from './shared-results.ts';

/** Milliseconds between two comments that keep an idle connection alive. */
export const pingInterval = 12_000;

/**
 * Server-sent events in the distinct-connections form of graphql-sse, with the event's number as `id`, so that an
 * EventSource that reconnects says in Last-Event-ID where to go on.
 */
export function ssePlugin(contextOf: (request: Request) => Context | undefined): Plugin {
  return {
    onResultProcess({ request, resultProcessor, setResultProcessor }) {
      const accepts = request.headers.get('accept') ?? '';
      if (resultProcessor === undefined || !accepts.includes('text/event-stream')) return;
      setResultProcessor(sseProcessor(contextOf(request)), 'text/event-stream');
    },
  };
}

function sseProcessor(context: Context | undefined) {
  return (result: unknown, fetchApi: FetchAPI): Response => {
    const encoder = new fetchApi.TextEncoder();
    const iterator = iterate(result);
    let ping: NodeJS.Timeout | undefined;
    const stop = async () => {
      clearInterval(ping);
      await iterator.return?.();
    };
    // Pulled one event at a time: a reader that does not read holds one event here and none in the generator.
    const body = new fetchApi.ReadableStream<Uint8Array>({
      start(controller) {
        // Some browsers wait for the first byte before they report the connection open.
        controller.enqueue(encoder.encode(':\n\n'));
        ping = setInterval(() => {
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(':\n\n'));
        }, pingInterval);
      },
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done === true) {
          clearInterval(ping);
          // A server that goes away breaks off instead: the stream is not complete, and a client comes back elsewhere.
          if (context?.app.closing.aborted !== true) controller.enqueue(encoder.encode('event: complete\ndata:\n\n'));
          controller.close();
          return;
        }
        const cursor = context?.delivery.cursor;
        const id = cursor === undefined ? '' : `id: ${cursor}\n`;
        controller.enqueue(encoder.encode(`${id}event: next\ndata: ${text(value)}\n\n`));
      },
      cancel: stop,
    });
    return new fetchApi.Response(body, {
      status: 200,
      headers: {
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache',
        'x-accel-buffering': 'no',
        connection: 'keep-alive',
      },
    });
  };
}

function text(result: ExecutionResult): string {
  if (result.errors === undefined) return textOf(result);
  return JSON.stringify({ ...result, errors: result.errors.map(formatError) });
}

/** The results of an operation one by one, whether there is one or a stream of them. */
function iterate(result: unknown): AsyncIterator<ExecutionResult> {
  if (isAsyncIterable(result)) return result[Symbol.asyncIterator]();
  async function* single(): AsyncGenerator<ExecutionResult> {
    if (typeof result === 'object' && result !== null) yield result;
  }
  return single();
}
