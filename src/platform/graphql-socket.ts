import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type {
  ExecutionArgs,
  ExecutionResult,
  execute,
  FormattedExecutionResult,
  GraphQLError,
  subscribe,
} from 'graphql';
import { handleProtocols, makeServer, type ServerOptions, type SubscribePayload } from 'graphql-ws';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { App } from '../app.ts';
import { type Context, credentialOf } from './context.ts';
import { DomainError } from './errors.ts';
import type { GraphqlServer } from './graphql.ts';
import type { Documents } from './graphql-documents.ts';
import { formatError, maskError } from './graphql-errors.ts';
import { bodyLimit } from './graphql-limits.ts';
import { isAsyncIterable, streamOf } from './graphql-streams.ts';
import { mayUseCookieOnSocket, sessionTokenIn } from './session-cookie.ts';
import { textOf } from './shared-results.ts';
import { credentialId, stillSignedIn } from './sign-in-checks.ts';
import { closeAtShutdown, keepAlive, send } from './sockets.ts';
import type { Viewer } from './viewer.ts';

/** Close codes that graphql-ws clients understand: they try again after 1013 and 4403. */
const closing = { tryLater: 1013, forbidden: 4403, failed: 4500 } as const;
/** Operations one socket may have running. */
const operationLimit = 100;
/** Milliseconds between two looks at whether an idle socket's sign-in is still good, when no wake-up comes. */
const recheckInterval = 30_000;
/** setTimeout fires at once above 2^31 - 1. */
const longestTimer = 2_147_483_647;

const credentials = z.object({
  Authorization: z.string().optional(),
  authorization: z.string().optional(),
  'X-API-Key': z.string().optional(),
  'x-api-key': z.string().optional(),
  token: z.string().optional(),
});

/** What a socket remembers between its messages. */
interface Memory {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  credential?: string | undefined;
  forget?: () => void;
}

type Protocol = ServerOptions<Record<string, unknown> | undefined, Memory>;

export interface GraphqlSocketOptions {
  readonly graphql: GraphqlServer;
  readonly authenticate: (credential: string) => Promise<Viewer>;
  readonly documents: Documents;
}

/**
 * GraphQL over WebSocket (graphql-transport-ws). The credential comes in connection_init as `Authorization`,
 * `X-API-Key` or `token`, else it is the session cookie; a bad one, and one that ends later, closes with 4403. Limits,
 * masking and owner checks are those of HTTP, because operations go through the same enveloped server.
 */
export function createGraphqlSocket(app: App, options: GraphqlSocketOptions): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: bodyLimit, handleProtocols });
  const protocol = makeServer<Record<string, unknown> | undefined, Memory>({
    connectionInitWaitTimeout: 5000,
    onConnect: ({ connectionParams, extra }) => connect(app, options, connectionParams, extra),
    ...operationHooks(app, options),
  });
  sockets.on('connection', (socket, request) => {
    const memory: Memory = { socket, request };
    const failed = (error: unknown) => {
      app.log.error({ err: error }, 'a socket failed');
      socket.close(closing.failed, 'Internal server error');
    };
    // ws has closed it already, with 1009 for a message too large and 1007 for one that is not UTF-8.
    socket.on('error', (error) => app.log.debug({ err: error }, 'a socket broke'));
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: async (data) => send(socket, data),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (listener) => {
          socket.on('message', (data) => {
            listener(String(data)).catch(failed);
          });
        },
      },
      memory,
    );
    const stopPinging = keepAlive(socket);
    socket.once('close', (code, reason) => {
      stopPinging();
      memory.forget?.();
      Promise.resolve(closed(code, String(reason))).catch(failed);
    });
  });
  closeAtShutdown(app, sockets);
  return sockets;
}

async function connect(
  app: App,
  { authenticate }: GraphqlSocketOptions,
  connectionParams: unknown,
  memory: Memory,
): Promise<boolean> {
  const named = credentialIn(connectionParams);
  const credential = named ?? cookieOf(app, memory.request);
  if (credential === undefined) return true;
  try {
    const viewer = await authenticate(credential);
    if (memory.socket.readyState !== WebSocket.OPEN) return true;
    memory.credential = credential;
    memory.forget = closeWhenSignedOut(app, viewer, memory.socket);
    return true;
  } catch (error) {
    // A cookie that has ended came without being asked.
    if (error instanceof DomainError) return named === undefined;
    // Thrown, it would become a 4500, after which clients give up for good: over a database that restarts.
    app.log.error({ err: error }, 'a socket could not be signed in');
    memory.socket.close(closing.tryLater, 'Try again later');
    return true;
  }
}

interface Operation {
  readonly requestId: string;
  readonly context: Context;
  readonly execute: typeof execute;
  readonly subscribe: typeof subscribe;
}

/** Runs the operations of sockets as those of HTTP are run. */
function operationHooks(app: App, { graphql, documents }: GraphqlSocketOptions) {
  const operations = new WeakMap<ExecutionArgs, Operation>();
  const run = async (how: 'execute' | 'subscribe', args: ExecutionArgs) => {
    const operation = operations.get(args);
    try {
      if (operation === undefined) throw new Error('an operation that was not prepared');
      return await operation[how](args);
    } catch (error) {
      return { errors: [maskError(error, app.log, operation?.requestId)] };
    }
  };
  return {
    async onSubscribe({ extra, subscriptions }, _id, payload) {
      const requestId = randomUUID();
      try {
        if (Object.keys(subscriptions).length > operationLimit) {
          throw new DomainError('TOO_MANY_OPERATIONS', `At most ${operationLimit} operations on one socket`);
        }
        const query = documents.resolve(payload);
        const prepared = await prepareOperation(graphql, extra, { ...payload, query }, requestId);
        if (!('args' in prepared)) return prepared;
        operations.set(prepared.args, prepared.operation);
        return prepared.args;
      } catch (error) {
        return [maskError(error, app.log, requestId)];
      }
    },
    execute: (args) => run('execute', args),
    subscribe: (args) => run('subscribe', args),
    onOperation: ({ extra }, id, _payload, args, result) => {
      if (!isAsyncIterable(result)) return;
      const context = operations.get(args)?.context;
      return delivered(extra.socket, id, (context && streamOf(context)) ?? result);
    },
    onNext: (_context, _id, _payload, _args, result) => formatted(result),
    onError: (_context, _id, _payload, errors) =>
      errors.map((error) => formatError(maskError(error, app.log, undefined))),
  } satisfies Protocol;
}

/**
 * Parses and validates an operation in the same envelope as over HTTP; gives what is wrong with it, or how to run it.
 */
async function prepareOperation(
  graphql: GraphqlServer,
  { request, credential }: Memory,
  params: SubscribePayload,
  requestId: string,
): Promise<readonly GraphQLError[] | { readonly args: ExecutionArgs; readonly operation: Operation }> {
  const ipAddress = request.socket.remoteAddress;
  const enveloped = await graphql.getEnveloped({ req: request, requestId, credential, ipAddress, params });
  const document = enveloped.parse(params.query);
  const errors: readonly GraphQLError[] = enveloped.validate(enveloped.schema, document);
  if (errors.length > 0) return errors;
  const context = await enveloped.contextFactory();
  const args: ExecutionArgs = {
    schema: enveloped.schema,
    operationName: params.operationName,
    document,
    variableValues: params.variables,
    contextValue: context,
  };
  return { args, operation: { requestId, context, execute: enveloped.execute, subscribe: enveloped.subscribe } };
}

type Undefinable<T> = { readonly [Key in keyof T]: T[Key] | undefined };

/** A result as it goes out, the errors in the form for streams. */
function formatted({ data, errors, extensions }: Partial<Undefinable<ExecutionResult>>): FormattedExecutionResult {
  return {
    ...(data !== undefined && { data }),
    ...(errors !== undefined && { errors: errors.map(formatError) }),
    ...(extensions !== undefined && { extensions }),
  };
}

/**
 * Sends a stream's results itself, each as soon as the one before it is on its way: the protocol is only left to say
 * that it is complete. So a result that many share is written as JSON once, and only the frame around it is each one's.
 */
function delivered(
  socket: WebSocket,
  id: string,
  results: AsyncIterable<ExecutionResult>,
): AsyncGenerator<ExecutionResult, void, undefined> {
  const stream = results[Symbol.asyncIterator]();
  const before = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  const finished: IteratorReturnResult<undefined> = { done: true, value: undefined };
  return {
    next: () =>
      new Promise((resolve, reject) => {
        const pull = () => void stream.next().then(give, reject);
        const give = ({ done, value }: IteratorResult<ExecutionResult>) => {
          if (done === true) return resolve(finished);
          try {
            const text = value.errors === undefined ? textOf(value) : JSON.stringify(formatted(value));
            const sending = send(socket, `${before}${text}}`);
            if (sending === undefined) pull();
            else sending.then(pull);
          } catch (error) {
            reject(error);
          }
        };
        pull();
      }),
    async return() {
      await stream.return?.();
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

/** The session cookie the socket was opened with, unless a header says who is asking, or a foreign page opened it. */
function cookieOf(app: App, request: IncomingMessage): string | undefined {
  if (credentialOf((name) => request.headers[name]?.toString()) !== undefined) return undefined;
  return mayUseCookieOnSocket(app, request) ? sessionTokenIn(request.headers) : undefined;
}

function credentialIn(connectionParams: unknown): string | undefined {
  const params = credentials.safeParse(connectionParams ?? {});
  if (!params.success) return undefined;
  const { Authorization, authorization = Authorization, token } = params.data;
  const bearer = /^Bearer +(\S+)$/i.exec(authorization?.trim() ?? '')?.[1];
  return bearer ?? params.data['X-API-Key'] ?? params.data['x-api-key'] ?? token;
}

/** Closes a socket when its token expires or its session or key is revoked. Gives a function that stops watching. */
function closeWhenSignedOut(app: App, viewer: Viewer, socket: WebSocket): () => void {
  const { credential } = viewer;
  const id = credentialId(viewer);
  if (id === null) return () => {};
  const check = async () => {
    if (!(await stillSignedIn(app, viewer))) socket.close(closing.forbidden, 'Signed out');
  };
  const recheck = () => {
    check().catch((error: unknown) => app.log.warn({ err: error }, 'a socket could not be rechecked'));
  };
  const unlisten = app.wakeUps.listen(`session:${id}`, recheck);
  const timer = setInterval(recheck, recheckInterval);
  const expiry =
    credential.kind === 'session'
      ? setTimeout(
          () => socket.close(closing.forbidden, 'Token expired'),
          Math.min(credential.expiresAt.getTime() - Date.now(), longestTimer),
        )
      : undefined;
  return () => {
    unlisten();
    clearInterval(timer);
    clearTimeout(expiry);
  };
}
