import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { bodyLimit } from './graphql-limits.ts';

/** Largest multipart request in bytes: one file of 10 MB, what belongs to it, and the frame around. */
export const multipartLimit = 11_000_000;
/** Largest file of a multipart request, in bytes; and most files. */
export const fileLimit = 10_000_000;
export const mostFiles = 4;

/** Reads the bodies of GraphQL requests: what cannot be read is refused with the reason. */
export function bodyPlugin(): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser, fetchAPI }) {
      if (request.method !== 'POST') {
        if (requestParser !== undefined) setRequestParser(async (read) => refusingSyntax(() => requestParser(read)));
        return;
      }
      const encoding = request.headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
      if (encoding !== 'identity') throw refusal(`A body in content-encoding ${encoding} is not read here`, 415);
      const type = request.headers.get('content-type')?.split(/[;,]/, 1)[0]?.trim().toLowerCase();
      const isMultipart = type === 'multipart/form-data';
      // Only files may be large.
      if (!isMultipart && Number(request.headers.get('content-length')) > bodyLimit) throw tooLarge();
      if (type === 'application/json' || type === 'application/graphql+json') setRequestParser(parseJson);
      else if (requestParser === undefined) {
        throw refusal(`The Content-Type must be application/json, not ${type ?? 'absent'}`, 415);
      } else if (isMultipart) {
        setRequestParser((read) => multipart(() => requestParser(read)));
      } else {
        setRequestParser(async (read) => {
          const { url, method, headers } = read;
          const body = await bytesOf(read);
          return refusingSyntax(() => requestParser(new fetchAPI.Request(url, { method, headers, body })));
        });
      }
    },
  };
}

/** What is wrong with a multipart body is a bad request, whatever the client accepts. */
async function multipart<Parsed>(parse: () => Parsed | Promise<Parsed>): Promise<Parsed> {
  let parsed: Parsed;
  try {
    parsed = await parse();
  } catch (error) {
    if (error instanceof GraphQLError && error.extensions.http === undefined) throw refusal(error.message, 400);
    if (error instanceof TypeError) throw refusal('The map does not fit the operations', 400);
    throw error;
  }
  if (typeof parsed !== 'object' || parsed === null) throw refusal('operations must be a JSON object', 400);
  return parsed;
}

async function parseJson(request: Request): Promise<GraphQLParams> {
  const bytes = await bytesOf(request);
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

/** The body, of which no more is read than may be. */
async function bytesOf(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const announced = request.headers.get('content-length');
  if (announced !== null) return new Uint8Array(await request.arrayBuffer());
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read()) {
    size += piece.value.byteLength;
    if (size > bodyLimit) throw tooLarge();
    pieces.push(piece.value);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

function tooLarge(): GraphQLError {
  return new GraphQLError('Request body too large', {
    extensions: { code: 'REQUEST_ENTITY_TOO_LARGE', http: { status: 413 } },
  });
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
