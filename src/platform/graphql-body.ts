import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';

/** Reads the bodies of GraphQL requests: what cannot be read is refused with the reason. */
export function bodyPlugin(): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
      if (request.method !== 'POST') {
        if (requestParser !== undefined) setRequestParser(async (read) => refusingSyntax(() => requestParser(read)));
        return;
      }
      const encoding = request.headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
      if (encoding !== 'identity') throw refusal(`A body in content-encoding ${encoding} is not read here`, 415);
      const type = request.headers.get('content-type')?.split(/[;,]/, 1)[0]?.trim().toLowerCase();
      if (type === 'application/json' || type === 'application/graphql+json') setRequestParser(parseJson);
      else if (requestParser === undefined) {
        throw refusal(`The Content-Type must be application/json, not ${type ?? 'absent'}`, 415);
      } else setRequestParser(async (read) => refusingSyntax(() => requestParser(read)));
    },
  };
}

async function parseJson(request: Request): Promise<GraphQLParams> {
  const bytes = await request.arrayBuffer();
  const body = await refusingSyntax(() => {
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw refusal('The body is not valid UTF-8', 400);
    }
    if (text.trim() === '') throw refusal('The body is empty', 400);
    return JSON.parse(text);
  });
  if (typeof body !== 'object' || body === null) throw refusal('The body must be a JSON object', 400);
  return body;
}

/** Variables and extensions in a query string are JSON too. */
async function refusingSyntax<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SyntaxError) throw refusal(`This is not valid JSON: ${error.message}`, 400);
    throw error;
  }
}

function refusal(message: string, status: number): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status } } });
}
