import { randomUUID } from 'node:crypto';
import { type execute, GraphQLError, type subscribe } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { App } from '../app.ts';
import { DomainError } from './errors.ts';
import type { GraphqlServer } from './graphql.ts';
import { bodyLimit } from './graphql-limits.ts';
import { type Viewer, viewerStillSignedIn } from './viewer.ts';

/** Close codes that graphql-ws clients understand: they try again after 1012, 1013 and 4403. */
const closing = { restart: 1012, tryLater: 1013, forbidden: 4403 } as const;
/** Operations one socket may have running. */
const operationLimit = 100;
/** Milliseconds between two looks at whether an idle socket's sign-in is still good, when no wake-up comes. */
const recheckInterval = 30_000;
/** setTimeout fires at once above 2^31 - 1. */
const longestTimer = 2_147_483_647;
/** Bytes waiting to be sent to one reader before its socket is closed. */
const bufferLimit = 4_000_000;

const credentials = z.object({
  Authorization: z.string().optional(),
  authorization: z.string().optional(),
  'X-API-Key': z.string().optional(),
  'x-api-key': z.string().optional(),
  token: z.string().optional(),
});

/** What a socket remembers between its messages. */
interface Memory {
  credential?: string | undefined;
  forget?: () => void;
}

export interface GraphqlSocketOptions {
  readonly graphql: GraphqlServer;
  readonly authenticate: (credential: string) => Promise<Viewer>;
  readonly trustedDocuments?: ReadonlyMap<string, string> | undefined;
}

/**
 * GraphQL over WebSocket (graphql-transport-ws). The credential comes in connection_init as `Authorization`,
 * `X-API-Key` or `token`; a bad one, and one that ends later, closes with 4403. Limits, masking and owner checks are
 * those of HTTP, because operations go through the same enveloped server.
 */
export function createGraphqlSocket(
  app: App,
  { graphql, authenticate, trustedDocuments }: GraphqlSocketOptions,
): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: bodyLimit });
  useServer<Record<string, unknown> | undefined, Memory & Record<PropertyKey, unknown>>(
    {
      connectionInitWaitTimeout: 5000,
      async onConnect({ connectionParams, extra }) {
        const credential = credentialIn(connectionParams);
        if (credential === undefined) return true;
        try {
          const viewer = await authenticate(credential);
          extra.credential = credential;
          extra.forget = closeWhenSignedOut(app, viewer, extra.socket);
          return true;
        } catch (error) {
          if (error instanceof DomainError) return false;
          throw error;
        }
      },
      async onSubscribe({ extra, subscriptions }, _id, payload) {
        if (Object.keys(subscriptions).length > operationLimit) {
          return [refusal(`At most ${operationLimit} operations on one socket`, 'TOO_MANY_OPERATIONS')];
        }
        const query = trustedDocuments === undefined ? payload.query : trusted(payload, trustedDocuments);
        if (query === undefined) return [refusal('Only registered operations are run here', 'PERSISTED_QUERY_ONLY')];
        const enveloped = graphql.getEnveloped({
          req: extra.request,
          requestId: randomUUID(),
          credential: extra.credential,
          ipAddress: extra.request.socket.remoteAddress,
          params: { ...payload, query },
        });
        try {
          const document = enveloped.parse(query);
          const errors = enveloped.validate(enveloped.schema, document);
          if (errors.length > 0) return errors;
          return {
            schema: enveloped.schema,
            operationName: payload.operationName,
            document,
            variableValues: payload.variables,
            contextValue: await enveloped.contextFactory(),
            rootValue: { execute: enveloped.execute, subscribe: enveloped.subscribe },
          };
        } catch (error) {
          if (error instanceof GraphQLError) return [error];
          throw error;
        }
      },
      execute: (args) => operationOf(args.rootValue).execute(args),
      subscribe: (args) => operationOf(args.rootValue).subscribe(args),
      onNext({ extra }) {
        if (extra.socket.bufferedAmount > bufferLimit) extra.socket.close(closing.tryLater, 'Too slow a reader');
      },
      onClose: ({ extra }) => extra.forget?.(),
    },
    sockets,
  );
  app.closing.addEventListener('abort', () => {
    for (const socket of sockets.clients) socket.close(closing.restart, 'Restarting');
  });
  return sockets;
}

/** The enveloped functions that onSubscribe put where graphql-ws hands them on. */
const operation = z.object({
  execute: z.custom<typeof execute>((value) => typeof value === 'function'),
  subscribe: z.custom<typeof subscribe>((value) => typeof value === 'function'),
});

function operationOf(rootValue: unknown): z.infer<typeof operation> {
  return operation.parse(rootValue);
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
  if (credential.kind === 'operator') return () => {};
  const check = async () => {
    if (!(await viewerStillSignedIn(app, viewer))) socket.close(closing.forbidden, 'Signed out');
  };
  const recheck = () => {
    check().catch((error: unknown) => app.log.warn({ err: error }, 'a socket could not be rechecked'));
  };
  const id = credential.kind === 'session' ? credential.sessionId : credential.apiKeyId;
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

function trusted(
  payload: { readonly extensions?: Record<string, unknown> | null | undefined },
  documents: ReadonlyMap<string, string>,
): string | undefined {
  const hash = persistedQuery.safeParse(payload.extensions ?? {});
  return hash.success ? documents.get(hash.data.persistedQuery.sha256Hash) : undefined;
}

const persistedQuery = z.object({ persistedQuery: z.object({ sha256Hash: z.string() }) });

function refusal(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
