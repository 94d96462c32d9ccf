import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { type ExecutionResult, GraphQLError } from 'graphql';
import type { App } from '../app.ts';
import { type Context, createContext } from './context.ts';
import type { SharedParts } from './graphql.ts';
import { announcesJson } from './graphql-body.ts';
import { maskOutsideExecution, maskResult } from './graphql-errors.ts';
import { executePlanned } from './graphql-execution.ts';
import { bodyLimit, costWithin } from './graphql-limits.ts';
import { type OperationReader, operationReader, type ReadyOperation } from './graphql-operations.ts';

/** A request with the means to answer it. */
export interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  /** What every answer says, whatever it is. */
  readonly headers: Readonly<Record<string, string>>;
  /** Answers on the other way, with the body that has been read, if it has. */
  readonly otherwise: () => void;
  /** Told when the answer could not be made or sent. */
  readonly failed: (error: unknown) => void;
}

/**
 * Answers ordinary requests: one query or mutation in JSON, to be answered in JSON. Takes them from the socket to the
 * executor and back without the layers in between, which cost more than many a query. Whatever else a request may be,
 * and whatever is refused before it runs, is given to the other way, so that it is said in one place how.
 * Gives false, with the body unread, when a request is none for it by its headers.
 */
export type ShortWay = (asked: Asked) => boolean;

/** Makes the short way. */
export function createShortWay(app: App, shared: SharedParts): ShortWay {
  const server = { app, shared, reader: operationReader(shared) };
  return (asked) => {
    const mediaType = takenType(asked.request);
    if (mediaType === undefined) return false;
    readBody(asked.request, (bytes) => answer(server, { ...asked, mediaType }, bytes));
    return true;
  };
}

interface Server {
  readonly app: App;
  readonly shared: SharedParts;
  readonly reader: OperationReader;
}

interface TakenRequest extends Asked {
  readonly mediaType: MediaType;
}

type MediaType = 'application/json' | 'application/graphql-response+json';

/** The form of the answer to a request that is one for this way; undefined for the others. */
function takenType({ method, headers }: IncomingMessage): MediaType | undefined {
  if (method !== 'POST' || !announcesJson(headers['content-type']) || headers['content-encoding'] !== undefined) {
    return undefined;
  }
  const length = Number(headers['content-length']);
  return length > 0 && length <= bodyLimit ? answerType(headers.accept) : undefined;
}

/**
 * The form in which an answer is accepted: the first that is named of the two, as the other way has it. Undefined when
 * neither is, or when a stream of events is.
 */
function answerType(accept = '*/*'): MediaType | undefined {
  if (accept === '*/*' || accept === 'application/json') return 'application/json';
  if (accept.includes('text/event-stream')) return undefined;
  for (const named of accept.replace(/\s/g, '').toLowerCase().split(',')) {
    const [type, ...parameters] = named.split(';');
    if ((parameters.find((one) => one.includes('charset=')) ?? 'charset=utf-8') !== 'charset=utf-8') continue;
    if (type === 'application/graphql-response+json') return type;
    if (type === 'application/json' || type === 'application/*' || type === '*/*') return 'application/json';
  }
  return undefined;
}

/** Reads a body whose length has been announced. Who hangs up before its end gets no answer. */
function readBody(request: IncomingMessage, then: (bytes: Buffer) => void): void {
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  request.on('data', (piece: Buffer) => {
    if (first === undefined) first = piece;
    else {
      more ??= [first];
      more.push(piece);
    }
  });
  request.on('end', () => then(more === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(more)));
}

function answer(server: Server, asked: TakenRequest, bytes: Buffer): void {
  try {
    const ready = server.reader(bytes);
    if (ready === undefined) giveOn(asked, bytes);
    else runOperation(server, asked, { ready, bytes });
  } catch (error) {
    asked.failed(error);
  }
}

/** Gives the body on as middlewares do that have read it. */
function giveOn({ request, otherwise }: Asked, bytes: Buffer): void {
  Object.assign(request, { body: Readable.from([bytes]) });
  otherwise();
}

function runOperation(
  { app, shared }: Server,
  asked: TakenRequest,
  { ready, bytes }: { readonly ready: ReadyOperation; readonly bytes: Buffer },
): void {
  const { document, operationName, variableValues } = ready;
  const contextValue = contextOf(app, shared, asked);
  const args = { schema: shared.schema, document, operationName, variableValues, contextValue };
  const cost = costWithin(args);
  if (cost.refusal !== undefined) {
    giveOn(asked, bytes);
    return;
  }
  const run = () => {
    const result = executePlanned(args);
    return result instanceof Promise ? result.then(finish) : finish(result);
  };
  const finish = (result: ExecutionResult) => {
    const masked = maskResult(withStatus(result), app.log, asked.requestId);
    shared.count(ready.type, masked);
    return masked;
  };
  const result =
    shared.gate === null
      ? run()
      : shared.gate(args, cost.points).then(async ({ refusal, told }) => refusal ?? told(await run()));
  if (result instanceof Promise) {
    result
      .catch((error: unknown) => ({ errors: [maskOutsideExecution(error, app.log, asked.requestId)] }))
      .then((made) => send(asked, made))
      .catch(asked.failed);
  } else send(asked, result);
}

function contextOf(app: App, { authenticate }: SharedParts, { request, requestId }: Asked): Context {
  return createContext(app, {
    requestId,
    header: (name) => request.headers[name]?.toString(),
    cookies: request,
    ipAddress: request.socket.remoteAddress,
    authenticate,
  });
}

/** Variables that do not fit are a bad request, whatever the client accepts. */
function withStatus(result: ExecutionResult): ExecutionResult {
  if (result.errors === undefined || 'data' in result) return result;
  const errors = result.errors.map(
    ({ message, nodes, originalError, extensions }) =>
      new GraphQLError(message, {
        nodes: nodes ?? null,
        originalError: originalError ?? null,
        extensions: { ...extensions, http: { status: 400 } },
      }),
  );
  return { ...result, errors };
}

function send(asked: TakenRequest, result: ExecutionResult): void | Promise<void> {
  const { response, headers, mediaType } = asked;
  if (result.errors !== undefined) return sendErrors(asked, result);
  // The client may have gone.
  if (response.destroyed) return;
  const body = JSON.stringify(result);
  const length = Buffer.byteLength(body);
  response.writeHead(200, {
    ...headers,
    'content-type': mediaType === 'application/json' ? jsonType : `${mediaType}; charset=utf-8`,
    'content-length': length,
  });
  // A text of ASCII alone is the same in both, and is written faster in the shorter.
  response.end(body, length === body.length ? 'latin1' : 'utf8');
}

const jsonType = 'application/json; charset=utf-8';

/** What status errors make, and what of them is for the server alone, is said in one place. */
async function sendErrors({ response, headers, mediaType }: TakenRequest, result: ExecutionResult): Promise<void> {
  const { responseOf } = await import('./graphql-long-way.ts');
  const made = responseOf(result, mediaType);
  const body = await made.text();
  if (response.destroyed) return;
  const told = Object.fromEntries(made.headers);
  response.writeHead(made.status, { ...headers, ...told, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
