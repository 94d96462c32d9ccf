import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ExecutionArgs, execute, GraphQLError, subscribe } from 'graphql';
import { handleProtocols, makeServer, type ServerOptions } from 'graphql-ws';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { App } from '../app.ts';
import { credentialOf } from './context.ts';
import { DomainError } from './errors.ts';
import type { GraphqlServer } from './graphql.ts';
import type { Documents } from './graphql-documents.ts';
import { formatError, maskError } from './graphql-errors.ts';
import { bodyLimit } from './graphql-limits.ts';
import { mayUseCookieOnSocket, sessionTokenIn } from './session-cookie.ts';
import { closeAtShutdown, keepAlive, send } from './sockets.ts';
import { type Viewer, viewerStillSignedIn } from './viewer.ts';

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
 * `X-API-Key` or `token`, else it is the session cookie; a bad one, and one that ends later, closes with 4403. Limits, masking and owner checks are
 * those of HTTP, because operations go through the same enveloped server.
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
        send: (data) => send(socket, data),
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
        const enveloped = graphql.getEnveloped({
          req: extra.request,
          requestId,
          credential: extra.credential,
          ipAddress: extra.request.socket.remoteAddress,
          params: { ...payload, query },
        });
        const document = enveloped.parse(query);
        const errors: readonly GraphQLError[] = enveloped.validate(enveloped.schema, document);
        if (errors.length > 0) return errors;
        const args: ExecutionArgs = {
          schema: enveloped.schema,
          operationName: payload.operationName,
          document,
          variableValues: payload.variables,
          contextValue: await enveloped.contextFactory(),
        };
        operations.set(args, { requestId, execute: enveloped.execute, subscribe: enveloped.subscribe });
        return args;
      } catch (error) {
        return [maskError(error, app.log, requestId)];
      }
    },
    execute: (args) => run('execute', args),
    subscribe: (args) => run('subscribe', args),
    onNext: (_context, _id, _payload, _args, { data, errors }) =>
      errors && { ...(data !== undefined && { data }), errors: errors.map(formatError) },
    onError: (_context, _id, _payload, errors) =>
      errors.map((error) => formatError(maskError(error, app.log, undefined))),
  } satisfies Protocol;
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

/** What a wake-up about a credential names it by. */
function credentialId(credential: Exclude<Viewer['credential'], { kind: 'operator' | 'capability' }>): string {
  switch (credential.kind) {
    case 'session':
      return credential.sessionId;
    case 'apiKey':
      return credential.apiKeyId;
    case 'githubToken':
      return credential.tokenHash;
  }
}

/** Closes a socket when its token expires or its session or key is revoked. Gives a function that stops watching. */
function closeWhenSignedOut(app: App, viewer: Viewer, socket: WebSocket): () => void {
  const { credential } = viewer;
  if (credential.kind === 'operator' || credential.kind === 'capability') return () => {};
  const check = async () => {
    if (!(await viewerStillSignedIn(app, viewer))) socket.close(closing.forbidden, 'Signed out');
  };
  const recheck = () => {
    check().catch((error: unknown) => app.log.warn({ err: error }, 'a socket could not be rechecked'));
  };
  const unlisten = app.wakeUps.listen(`session:${credentialId(credential)}`, recheck);
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
