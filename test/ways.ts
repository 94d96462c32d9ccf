import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { TestApp } from './app.ts';
import { serverEvents } from './sse.ts';
import { type GraphqlAnswer, graphqlAnswer } from './story.ts';

/** Runs one operation and gives its first answer, whatever the protocol makes of a refusal. */
export type Way = (query: string, variables?: Record<string, unknown>) => Promise<GraphqlAnswer>;

/** The four ways to the same operation. */
export function waysToAsk(
  { url }: Pick<TestApp, 'url'>,
  token?: string,
): Record<'post' | 'get' | 'sse' | 'socket', Way> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    async post(query, variables = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return expectNoFailure(response, graphqlAnswer.parse(await response.json()));
    },
    async get(query, variables = {}) {
      const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
      const response = await fetch(`${url}/graphql?${search}`, { headers: { ...headers, accept: 'application/json' } });
      return expectNoFailure(response, graphqlAnswer.parse(await response.json()));
    },
    async sse(query, variables = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query, variables }),
      });
      for await (const { event, data } of serverEvents(response)) {
        if (event === 'next') return expectNoFailure(response, graphqlAnswer.parse(JSON.parse(data ?? '')));
      }
      throw new Error('the stream ended without a result');
    },
    async socket(query, variables = {}) {
      const client = socketClient({ url }, token);
      try {
        for await (const result of client.iterate({ query, variables })) {
          return graphqlAnswer.parse(JSON.parse(JSON.stringify(result)));
        }
        throw new Error('the operation completed without a result');
      } catch (refusal) {
        if (!Array.isArray(refusal)) throw refusal;
        return graphqlAnswer.parse({ errors: refusal });
      } finally {
        await client.dispose();
      }
    },
  };
}

/** A client of graphql-ws that tries once, unless it is told otherwise. */
export function socketClient(
  { url }: Pick<TestApp, 'url'>,
  token?: string,
  options: Partial<ClientOptions> = {},
): Client {
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    ...(token !== undefined && { connectionParams: { Authorization: `Bearer ${token}` } }),
    retryAttempts: 0,
    ...options,
  });
}

function expectNoFailure({ status }: Response, answer: GraphqlAnswer): GraphqlAnswer {
  if (status >= 500) throw new Error(`status ${status}: ${JSON.stringify(answer)}`);
  return answer;
}
