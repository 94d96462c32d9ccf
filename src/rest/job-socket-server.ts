import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { App } from '../app.ts';
import { type EventRow, followJob, isTerminalEvent } from '../jobs/service.ts';
import { type Context, createContext, credentialOf } from '../platform/context.ts';
import { DomainError, UnauthenticatedError } from '../platform/errors.ts';
import type { FeatureSockets } from '../platform/http-router.ts';
import { closeAtShutdown, keepAlive, send } from '../platform/sockets.ts';
import type { Viewer } from '../platform/viewer.ts';
import type { Dialect } from './dialect.ts';
import type { RowServices } from './handler.ts';
import type { AnyJobSocket } from './job-socket.ts';
import { createRunner, validateDocuments } from './runner.ts';

/** Close codes: it has ended, the request is against the rules, this server cannot now. */
const closing = { ended: 1000, refused: 1008, tryLater: 1013 } as const;
/** Clients have nothing to say here. */
const messageLimit = 4096;

const parameters = z.object({
  token: z.string().max(10_000).optional(),
  since: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .optional(),
});

export interface JobSocketOptions extends RowServices {
  readonly dialects: readonly Dialect[];
}

/** Where a socket is, and in whose words. */
interface Served {
  readonly dialect: Dialect;
  readonly socket: AnyJobSocket;
  readonly pattern: RegExp;
}

/**
 * The sockets of the dialects. The credential is `?token=`, or the header where one can be set; `?since=` resumes after
 * an event. Closes with 1008 for a bad token and for what is not the caller's, with 1000 after the last message, with
 * 1012 at shutdown. @throws Error when a document does not fit the schema
 */
export function jobSockets(app: App, options: JobSocketOptions): FeatureSockets {
  const served = options.dialects.flatMap((dialect) =>
    (dialect.sockets ?? []).map((socket): Served => {
      validateDocuments(options.schema, `WS ${socket.path}`, [socket.document]);
      const pattern = new RegExp(`^${socket.path.replace(/\{\w+\}/, '([^/]+)')}/?$`);
      return { dialect, socket, pattern };
    }),
  );
  const server = new WebSocketServer({ noServer: true, maxPayload: messageLimit });
  const find = (request: IncomingMessage) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    for (const one of served) {
      const id = one.pattern.exec(path)?.[1];
      if (id !== undefined) return { ...one, id };
    }
    return undefined;
  };
  server.on('connection', (socket, request) => {
    const found = find(request);
    if (found === undefined) return socket.terminate();
    serve(app, options, found, socket, request).catch((error: unknown) => {
      app.log.error({ err: error }, 'a socket failed');
      socket.close(closing.tryLater, 'Try again later');
    });
  });
  closeAtShutdown(app, server);
  return {
    routes: served.map(({ socket }) => ({
      method: 'WS',
      path: socket.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      purpose: socket.summary,
    })),
    serverOf: (request) => (find(request) === undefined ? undefined : server),
  };
}

async function serve(
  app: App,
  options: JobSocketOptions,
  { dialect, socket: definition, id }: Served & { readonly id: string },
  socket: WebSocket,
  request: IncomingMessage,
): Promise<void> {
  socket.on('error', (error) => app.log.debug({ err: error }, 'a socket broke'));
  const context = contextOf(app, options, request);
  const stopPinging = keepAlive(socket);
  socket.once('close', () => {
    stopPinging();
    context.hangUp.abort();
  });
  try {
    const viewer = await context.viewer();
    const limited = await isLimited(app, options, dialect, viewer?.id ?? `ip:${context.ipAddress}`);
    if (limited) return socket.close(closing.tryLater, 'Too many requests');
    if (viewer === null && definition.holder === undefined) throw new UnauthenticatedError('Not authenticated');
    const { since } = parameters.parse(parametersOf(request));
    if (!z.uuid().safeParse(id).success) return socket.close(closing.refused, 'Not found');
    const holder = (await definition.holder?.(app, viewer, id)) ?? viewer;
    if (holder === null) throw new UnauthenticatedError('Not authenticated');
    await follow(app, holder, { definition, id, since, socket, context, options });
    socket.close(closing.ended, 'This job has ended');
  } catch (error) {
    if (error instanceof DomainError) socket.close(closing.refused, reasonOf(error.message));
    else if (error instanceof z.ZodError) socket.close(closing.refused, 'since must be the number of an event');
    else throw error;
  }
}

interface Listener {
  readonly definition: AnyJobSocket;
  readonly id: string;
  readonly since: number | undefined;
  readonly socket: WebSocket;
  readonly context: Context;
  readonly options: JobSocketOptions;
}

/**
 * Sends what happens to a job until it has ended: after `since`, or without it from where the job stands now, so that
 * who comes late gets the end at once. @throws NotFoundError and what followEvents throws
 */
async function follow(app: App, viewer: Viewer, listener: Listener): Promise<void> {
  const { definition, id, since, socket, context, options } = listener;
  const tell = (message: object) => send(socket, JSON.stringify(message));
  const { signal } = context.hangUp;
  const following = await followJob(app, viewer, id, { kind: definition.kind, after: since, signal });
  if (definition.connected !== undefined) await tell(definition.connected(id, new Date()));
  for await (const event of following) {
    if (isTerminalEvent(event)) break;
    await send(socket, changeText(definition, id, event));
  }
  if (signal.aborted || app.closing.aborted) return;
  const message = await definition.last(id, createRunner(options.schema, context));
  if (message !== null) await tell(message);
}

/** Messages by their event, which all who follow a job on this server are given as the same object. */
const changeTexts = new WeakMap<EventRow, Map<AnyJobSocket, string>>();

/** The message of a change as JSON, written once for all who follow the job on such a socket. */
function changeText(definition: AnyJobSocket, id: string, event: EventRow): string {
  const texts = changeTexts.get(event) ?? new Map<AnyJobSocket, string>();
  changeTexts.set(event, texts);
  const text = texts.get(definition) ?? JSON.stringify(definition.changed(id, event));
  texts.set(definition, text);
  return text;
}

function contextOf(app: App, { authenticate }: JobSocketOptions, request: IncomingMessage): Context {
  const header = (name: string) => request.headers[name]?.toString();
  return createContext(app, {
    requestId: randomUUID(),
    header,
    credential: parametersOf(request).token ?? credentialOf(header),
    ipAddress: request.socket.remoteAddress,
    authenticate,
  });
}

function parametersOf(request: IncomingMessage): { token?: string; since?: string } {
  const search = new URLSearchParams((request.url ?? '').split('?').slice(1).join('?'));
  const [token, since] = [search.get('token'), search.get('since')];
  return { ...(token !== null && token !== '' && { token }), ...(since !== null && { since }) };
}

async function isLimited(app: App, { rateLimits }: JobSocketOptions, dialect: Dialect, caller: string) {
  if (app.config.RATE_LIMITS === 'off') return false;
  return (await rateLimits.count(dialect.name, dialect.limits.general, caller)).exceeded;
}

/** A close frame holds 123 bytes. */
function reasonOf(message: string): string {
  return Buffer.byteLength(message) <= 120 ? message : 'Refused';
}
