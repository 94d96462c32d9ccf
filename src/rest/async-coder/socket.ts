import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { App } from '../../app.ts';
import { type EventRow, myEvents } from '../../jobs/service.ts';
import { type Context, createContext, credentialOf } from '../../platform/context.ts';
import { DomainError, UnauthenticatedError } from '../../platform/errors.ts';
import type { FeatureSockets } from '../../platform/http-router.ts';
import { mayUseCookieOnSocket, sessionTokenIn } from '../../platform/session-cookie.ts';
import { closeAtShutdown, keepAlive, send } from '../../platform/sockets.ts';
import type { Viewer } from '../../platform/viewer.ts';
import type { Dialect } from '../dialect.ts';
import type { RowServices } from '../handler.ts';
import { createRunner, validateDocuments } from '../runner.ts';
import { completedTask, messageOf } from './socket-messages.ts';

const path = '/ws';
/** Close codes: the request is against the rules, this server cannot now, nobody is signed in. */
const closing = { refused: 1008, tryLater: 1013, unauthenticated: 4401 } as const;
/** Clients have nothing to say here. */
const messageLimit = 4096;
/** Milliseconds between pings; a peer that has not answered by the next one is dead. */
const pingInterval = 30_000;

const cursor = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)
  .optional();
/** What a cursor that is too old comes with. */
const expired = z.object({ snapshot: z.object({ lastSeq: z.int() }) });

export interface AsyncCoderSocketOptions extends RowServices {
  readonly dialects: readonly Dialect[];
}

/**
 * `/ws`: everything that happens to the caller's tasks and credits, and to nobody else's. The credential is `?token=`,
 * a header, or the session cookie from a page that may use it; without a good one it closes with 4401. `?since=`
 * resumes after the `seq` of a message; when that is no longer kept an `error` says so, and it goes on with what comes.
 * @throws Error when its document does not fit the schema
 */
export function asyncCoderSocket(app: App, options: AsyncCoderSocketOptions): FeatureSockets {
  validateDocuments(options.schema, `WS ${path}`, [completedTask]);
  const server = new WebSocketServer({ noServer: true, maxPayload: messageLimit });
  server.on('connection', (socket, request) => {
    serve(app, options, socket, request).catch((error: unknown) => {
      app.log.error({ err: error }, 'a socket failed');
      socket.close(closing.tryLater, 'Try again later');
    });
  });
  closeAtShutdown(app, server);
  return {
    routes: [{ method: 'WS', path, purpose: "What happens to the caller's tasks and credits" }],
    serverOf: ({ url = '' }) => (url.split('?', 1)[0] === path ? server : undefined),
  };
}

async function serve(
  app: App,
  options: AsyncCoderSocketOptions,
  socket: WebSocket,
  request: IncomingMessage,
): Promise<void> {
  socket.on('error', (error) => app.log.debug({ err: error }, 'a socket broke'));
  const query = new URLSearchParams((request.url ?? '').split('?').slice(1).join('?'));
  const context = contextOf(app, options, request, query.get('token'));
  const stopPinging = keepAlive(socket, pingInterval);
  socket.once('close', () => {
    stopPinging();
    context.hangUp.abort();
  });
  try {
    const viewer = await context.viewer();
    if (await isLimited(app, options, viewer?.id ?? `ip:${context.ipAddress}`)) {
      return socket.close(closing.tryLater, 'Too many requests');
    }
    if (viewer === null) return socket.close(closing.unauthenticated, 'Not authenticated');
    const since = cursor.parse(query.get('since') ?? undefined);
    await follow(app, options, { viewer, since, socket, context });
  } catch (error) {
    if (error instanceof UnauthenticatedError) socket.close(closing.unauthenticated, reasonOf(error.message));
    else if (error instanceof DomainError) socket.close(closing.refused, reasonOf(error.message));
    else if (error instanceof z.ZodError) socket.close(closing.refused, 'since must be the seq of a message');
    else throw error;
  }
}

interface Listener {
  readonly viewer: Viewer;
  readonly since: number | undefined;
  readonly socket: WebSocket;
  readonly context: Context;
}

/** Sends what happens; a slow reader is waited for, and pulls no more from the database meanwhile. */
async function follow(app: App, { schema }: RowServices, { viewer, since, socket, context }: Listener): Promise<void> {
  const runner = createRunner(schema, context);
  const tell = (message: object) => send(socket, JSON.stringify(message));
  let after = since;
  for (;;) {
    try {
      for await (const event of await eventsAfter(app, viewer, context, after)) {
        after = event.userSeq;
        const message = await messageOf(event, runner);
        if (message !== null) await tell({ ...message, seq: event.userSeq });
      }
      return;
    } catch (error) {
      const newest = seqToGoOnFrom(error);
      if (newest === null || !(error instanceof DomainError)) throw error;
      await tell({ event: 'error', data: { code: error.code, message: error.message, since: newest }, seq: newest });
      after = newest;
    }
  }
}

function eventsAfter(
  app: App,
  viewer: Viewer,
  { hangUp: { signal } }: Context,
  after: number | undefined,
): Promise<AsyncGenerator<EventRow>> {
  return myEvents(app, viewer, { after, signal });
}

/** Where to go on when what was asked for is no longer kept; null for any other error. */
function seqToGoOnFrom(error: unknown): number | null {
  if (!(error instanceof DomainError) || error.code !== 'CURSOR_EXPIRED') return null;
  return expired.parse(error.extensions).snapshot.lastSeq;
}

function contextOf(app: App, { authenticate }: RowServices, request: IncomingMessage, token: string | null): Context {
  const header = (name: string) => request.headers[name]?.toString();
  const named = token || credentialOf(header);
  const cookie = mayUseCookieOnSocket(app, request) ? sessionTokenIn(request.headers) : undefined;
  return createContext(app, {
    requestId: randomUUID(),
    header,
    credential: named ?? cookie,
    ipAddress: request.socket.remoteAddress,
    authenticate,
  });
}

async function isLimited(app: App, { rateLimits, dialects }: AsyncCoderSocketOptions, caller: string) {
  const dialect = dialects.find(({ name }) => name === 'async-coder');
  if (app.config.RATE_LIMITS === 'off' || dialect === undefined) return false;
  return (await rateLimits.count(dialect.name, dialect.limits.general, caller)).exceeded;
}

/** A close frame holds 123 bytes. */
function reasonOf(message: string): string {
  return Buffer.byteLength(message) <= 120 ? message : 'Refused';
}
