import type { App } from '../app.ts';
import { ForbiddenError, UnauthenticatedError } from './errors.ts';
import { crossSiteComplaint, type PageRequest, sessionTokenIn } from './session-cookie.ts';
import type { Viewer } from './viewer.ts';

/** What every resolver gets: the app, and who is asking, found out when first needed. */
export interface Context {
  readonly app: App;
  readonly requestId: string;
  /** Nobody signed in: null. A credential that is not good: UnauthenticatedError, for fields that need to know. */
  readonly viewer: () => Promise<Viewer | null>;
  /** The viewer once `viewer()` has found one, for the few places that cannot wait. */
  readonly found: { viewer: Viewer | undefined };
  /** Ids of users who have signed in by this very operation, whoever asked: they see what is their own. */
  readonly proven: Set<string>;
  /** The Idempotency-Key header, for mutations that got no such argument. */
  readonly idempotencyKey: string | undefined;
  readonly userAgent: string | undefined;
  readonly ipAddress: string | undefined;
  /** Where an event stream goes on after a broken connection (the Last-Event-ID header). */
  readonly lastEventId: number | undefined;
  /** The number of the event being delivered, which becomes its SSE id. One subscription a context. */
  readonly delivery: { cursor: number | undefined };
  /** Aborted when the client hangs up or ends the subscription, so that a waiting stream ends at once. */
  readonly hangUp: AbortController;
}

export interface RequestFacts {
  readonly requestId: string;
  readonly header: (name: string) => string | undefined;
  /** From connection_init or a query string, where a header cannot be set. */
  readonly credential?: string | undefined;
  /** The request whose session cookie counts where no other credential came; absent where none is taken. */
  readonly cookies?: PageRequest | undefined;
  readonly ipAddress?: string | undefined;
  readonly authenticate: (credential: string) => Promise<Viewer>;
}

/** Builds the context of one operation. Who is asking is looked up at most once, and only when a field asks. */
export function createContext(app: App, facts: RequestFacts): Context {
  const { header } = facts;
  let viewer: Promise<Viewer | null> | undefined;
  const found: Context['found'] = { viewer: undefined };
  const find = async () => {
    const credential = facts.credential ?? credentialOf(header);
    const present = credential === undefined ? await byCookie(app, facts) : await facts.authenticate(credential);
    found.viewer = present ?? undefined;
    return present;
  };
  const lastEventId = header('last-event-id');
  return {
    app,
    requestId: facts.requestId,
    viewer() {
      viewer ??= find();
      return viewer;
    },
    found,
    proven: new Set(),
    idempotencyKey: header('idempotency-key'),
    userAgent: header('user-agent'),
    ipAddress: facts.ipAddress,
    lastEventId: lastEventId !== undefined && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : undefined,
    delivery: { cursor: undefined },
    hangUp: new AbortController(),
  };
}

/**
 * Who a browser's session cookie names. It comes without being asked: one that has ended means nobody, so that it
 * does not stand in the way of signing in again. @throws ForbiddenError CSRF
 */
async function byCookie(app: App, { cookies, authenticate }: RequestFacts): Promise<Viewer | null> {
  const token = cookies && sessionTokenIn(cookies.headers);
  if (cookies === undefined || token === undefined) return null;
  const complaint = crossSiteComplaint(app, cookies);
  if (complaint !== null) throw new ForbiddenError(complaint, 'CSRF');
  return authenticate(token).catch((error: unknown) => {
    if (error instanceof UnauthenticatedError) return null;
    throw error;
  });
}

/** The credential in a request's headers: `Authorization: Bearer …` or `X-API-Key`. */
export function credentialOf(header: (name: string) => string | undefined): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(header('authorization')?.trim() ?? '')?.[1];
  return bearer ?? (header('x-api-key')?.trim() || undefined);
}

/** The viewer of a field that needs one. @throws UnauthenticatedError */
export async function signedIn(context: Context): Promise<Viewer> {
  const viewer = await context.viewer();
  if (viewer === null) throw new UnauthenticatedError();
  return viewer;
}

/** The same where Pothos cannot wait: a field above has asked `signedIn` already. @throws UnauthenticatedError */
export function alreadySignedIn(context: Context): Viewer {
  if (context.found.viewer === undefined) throw new UnauthenticatedError();
  return context.found.viewer;
}

/** Whether a user is who asks, or has just signed in by this operation. */
export async function isThemselves(context: Context, userId: string): Promise<boolean> {
  return context.proven.has(userId) || (await context.viewer())?.id === userId;
}
