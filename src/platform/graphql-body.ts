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
      const type = mediaTypeOf(request.headers.get('content-type'));
      const isMultipart = type === 'multipart/form-data';
      // Only files may be large.
      if (!isMultipart && Number(request.headers.get('content-length')) > bodyLimit) throw tooLarge();
      if (isJsonType(type)) setRequestParser(async (read) => jsonIn(await bytesOf(read)));
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

/** A content type without its parameters, in lower case. */
function mediaTypeOf(contentType: string | null | undefined): string | undefined {
  return contentType?.split(/[;,]/, 1)[0]?.trim().toLowerCase();
}

function isJsonType(type: string | undefined): boolean {
  return type === 'application/json' || type === 'application/graphql+json';
}

/** Whether a header announces a body in JSON. */
export function announcesJson(contentType: string | undefined): boolean {
  return contentType === 'application/json' || isJsonType(mediaTypeOf(contentType));
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The object or array that a body in JSON holds. @throws GraphQLError saying what is wrong with it */
export function jsonIn(bytes: Uint8Array): GraphQLParams {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw refusal('The body is not valid UTF-8', 400);
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    if (text.trim() === '') throw refusal('The body is empty', 400);
    throw syntaxRefusal(error);
  }
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
    throw syntaxRefusal(error);
  }
}

function syntaxRefusal(error: unknown): unknown {
  return error instanceof SyntaxError ? refusal(`This is not valid JSON: ${error.message}`, 400) : error;
}

function refusal(message: string, status: number): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status } } });
}
