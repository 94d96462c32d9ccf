import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DocumentNode } from 'graphql';
import type { z } from 'zod';
import type { App } from '../app.ts';
import { crossSiteComplaint, sessionCookieName, sessionCookieOptions } from '../platform/session-cookie.ts';
import type { Viewer } from '../platform/viewer.ts';
import type { FieldNames, Refusal } from './refusal.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request whose parts have been parsed. */
export interface Request<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Null only where a row lets nobody in particular through. */
  readonly viewer: Viewer | null;
  readonly app: App;
  readonly header: (name: string) => string | undefined;
}

/** The schemas of a request's parts. A part that is absent is not looked at. */
export interface RequestSchemas<Params, Query, Body> {
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
}

/** The member of a result union that is not a refusal. */
export type Thing<Member> = Member extends { readonly __typename: `${string}Error` } ? never : NonNullable<Member>;
/** What the one root field of a document, aliased `r`, gives when it is neither refused nor missing. */
export type Root<Data> = Data extends { readonly r?: infer Member } ? Thing<Member> : never;

interface Described {
  readonly method: Method;
  /** In OpenAPI's form: /api/jobs/{id}. */
  readonly path: string;
  readonly summary: string;
  /** Who may ask: anybody, anybody who may also be signed in, or only who is signed in. */
  readonly auth: 'none' | 'optional' | 'required';
  /** How the body comes; JSON unless said. `bytes` is any type, left as it is. */
  readonly accepts?: 'json' | 'form' | 'multipart' | 'bytes';
  /** Most bytes of a body, where they are not those of every row. */
  readonly bodyLimit?: number;
  readonly status: number;
  /** The documented reply; tests hold the real ones against it. */
  readonly response?: z.ZodType;
  /** Served without and with a trailing slash. */
  readonly slashes?: 'both';
  /** Rate limits this row falls under besides the dialect's general one. */
  readonly limits?: readonly string[];
  /** The limits named above stand for the dialect's general one: they let more through. */
  readonly ownLimits?: boolean;
  /** Never limited, for probes. */
  readonly unlimited?: boolean;
}

/** A row answered by a GraphQL document with one root field, aliased `r`. */
export interface Row<Data, Variables, Params, Query, Body> extends Described {
  readonly request?: RequestSchemas<Params, Query, Body>;
  readonly document: TypedDocumentNode<Data, Variables>;
  readonly variables: (request: Request<Params, Query, Body>) => NoInfer<Variables>;
  /** How the answer becomes the documented reply; undefined sends no body. */
  readonly reply: (thing: Root<Data>, request: Request<Params, Query, Body>) => unknown;
  /**
   * For a list that is answered whole: the variables of the page after this one, or null when it was the last. The
   * reply is made of every page and joined by `join`.
   */
  readonly following?: {
    readonly next: (thing: Root<Data>, variables: Variables) => NoInfer<Variables> | null;
    readonly join: (present: Root<Data>, next: Root<Data>) => Root<Data>;
  };
  /** What the session cookie becomes with the reply: a token, or null when it ends. */
  readonly sessionCookie?: (thing: Root<Data>, request: Request<Params, Query, Body>) => string | null;
  /** What is missing when the root field is null, as in "Item not found". */
  readonly missing?: string;
  /** The request's names of input fields that are called otherwise in the document. */
  readonly names?: FieldNames;
}

/** A row that starts a job, waits for its end for a while, and reads what is known then. */
export interface WaitingRow<Data, Variables, ReadData, ReadVariables, Params, Query, Body>
  extends Row<Data, Variables, Params, Query, Body> {
  readonly wait: {
    /** The job's id in the answer of `document`. */
    readonly jobId: (thing: Root<Data>) => string;
    readonly read: TypedDocumentNode<ReadData, ReadVariables>;
    readonly variables: (jobId: string) => NoInfer<ReadVariables>;
    /** Seconds to wait unless the caller says `Prefer: wait=N` or `respond-async`; `most` bounds N. */
    readonly seconds: number;
    readonly most: number;
    readonly reply: (thing: Root<ReadData>, request: Request<Params, Query, Body>) => unknown;
  };
}

/** A row that is no document: a file, a redirect, a probe. It calls service.ts itself. */
export interface RawRow<Params, Query, Body> extends Described {
  readonly request?: RequestSchemas<Params, Query, Body>;
  readonly handle: (
    request: Request<Params, Query, Body>,
    raw: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  ) => Promise<unknown>;
}

/** A row as the machinery holds it, its types checked when it was written. */
export interface AnyRow extends Described {
  readonly request?: RequestSchemas<unknown, unknown, unknown>;
  readonly document?: DocumentNode;
  readonly read?: DocumentNode;
  /** Answers a parsed request. */
  readonly answer: (request: Request<unknown, unknown, unknown>, run: Runner, raw: Raw) => Promise<Answer>;
}

export interface Raw {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What a row gives: a body, a refusal, or `sent` when the handler has replied itself. */
export type Answer =
  | { readonly kind: 'body'; readonly status?: number; readonly body: unknown }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'sent' };

/** What running a document gives. */
export type RunResult<Data> = { readonly thing: Root<Data> } | { readonly refusal: Refusal };

/** Runs documents for one request. */
export interface Runner {
  run<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    options: { readonly missing?: string | undefined; readonly names?: FieldNames | undefined },
  ): Promise<RunResult<Data>>;
  /** Resolves with true when the job has ended, with false when the time is over first. */
  jobEnded(jobId: string, seconds: number): Promise<boolean>;
}

/** Makes a row of a document. */
export function row<Data, Variables, Params = unknown, Query = unknown, Body = unknown>(
  definition: Row<Data, Variables, Params, Query, Body>,
): AnyRow {
  const { document, variables, reply, missing, names, following, sessionCookie, ...rest } = definition;
  const { request: schemas, ...described } = rest;
  return {
    ...described,
    ...(schemas !== undefined && { request: schemas }),
    document,
    async answer(untyped, runner, raw) {
      const request = typed<Params, Query, Body>(untyped);
      let asked: Variables | null = variables(request);
      let whole: Root<Data> | undefined;
      while (asked !== null) {
        const ran: RunResult<Data> = await runner.run(document, asked, { missing, names });
        if ('refusal' in ran) return { kind: 'refused', refusal: ran.refusal };
        whole = whole === undefined ? ran.thing : (following?.join(whole, ran.thing) ?? ran.thing);
        asked = following?.next(ran.thing, asked) ?? null;
      }
      if (whole === undefined) return { kind: 'sent' };
      if (sessionCookie !== undefined) setSessionCookie(request.app, raw, sessionCookie(whole, request));
      return { kind: 'body', body: reply(whole, request) };
    },
  };
}

/** Another site's page may get no cookie set: it could sign somebody's browser in as a stranger. */
function setSessionCookie(app: App, { request, reply }: Raw, token: string | null): void {
  if (token === null) reply.clearCookie(sessionCookieName, sessionCookieOptions(app, request));
  else if (crossSiteComplaint(app, request) === null) {
    reply.setCookie(sessionCookieName, token, sessionCookieOptions(app, request));
  }
}

/** Makes a row that starts a job and waits for its end. */
export function waitingRow<Data, Variables, ReadData, ReadVariables, Params = unknown, Query = unknown, Body = unknown>(
  definition: WaitingRow<Data, Variables, ReadData, ReadVariables, Params, Query, Body>,
): AnyRow {
  const { document, variables, reply, missing, names, request: schemas, wait, ...described } = definition;
  return {
    ...described,
    ...(schemas !== undefined && { request: schemas }),
    document,
    read: wait.read,
    async answer(untyped, runner) {
      const request = typed<Params, Query, Body>(untyped);
      const started = await runner.run(document, variables(request), { missing, names });
      if ('refusal' in started) return { kind: 'refused', refusal: started.refusal };
      const jobId = wait.jobId(started.thing);
      const ended = await runner.jobEnded(jobId, secondsToWait(request.header('prefer'), wait));
      const read = await runner.run(wait.read, wait.variables(jobId), { missing, names });
      if ('refusal' in read) return { kind: 'refused', refusal: read.refusal };
      return { kind: 'body', status: ended ? described.status : 202, body: wait.reply(read.thing, request) };
    },
  };
}

/** Makes a row that is no document. */
export function rawRow<Params = unknown, Query = unknown, Body = unknown>(
  definition: RawRow<Params, Query, Body>,
): AnyRow {
  const { handle, request: schemas, ...described } = definition;
  return {
    ...described,
    ...(schemas !== undefined && { request: schemas }),
    async answer(untyped, _runner, raw) {
      const body = await handle(typed<Params, Query, Body>(untyped), raw);
      return raw.reply.sent ? { kind: 'sent' } : { kind: 'body', body };
    },
  };
}

/** RFC 7240: `respond-async` waits not at all, `wait=N` at most N seconds. */
export function secondsToWait(prefer: string | undefined, wait: { seconds: number; most: number }): number {
  if (prefer === undefined) return wait.seconds;
  if (/(^|[,;]\s*)respond-async\b/i.test(prefer)) return 0;
  const seconds = /(^|[,;]\s*)wait\s*=\s*"?(\d{1,6})/i.exec(prefer)?.[2];
  return seconds === undefined ? wait.seconds : Math.min(Number(seconds), wait.most);
}

/** The parts were parsed by the very schemas the row was written with, so their types are those of its parameters. */
function typed<Params, Query, Body>(request: Request<unknown, unknown, unknown>): Request<Params, Query, Body> {
  return request as Request<Params, Query, Body>;
}
