import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { AnyJobSocket } from './job-socket.ts';
import type { LimitRule, LimitState } from './limits.ts';
import type { Refusal } from './refusal.ts';
import type { AnyRow } from './route.ts';

/** What a refusal looks like on the wire. */
export interface RefusedReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A credential of a request and where it stood: one in a cookie is sent by browsers without being asked. */
export interface Credential {
  readonly token: string;
  readonly from: 'header' | 'cookie';
}

/** One old backend: its table of rows and the words it speaks. */
export interface Dialect {
  /** Short name, as in /api/docs. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly version: string;
  /** Addresses that are its own, longest match first, so that unknown ones are refused in its words. */
  readonly prefixes: readonly string[];
  readonly rows: readonly AnyRow[];
  /** Sockets that follow one job. */
  readonly sockets?: readonly AnyJobSocket[];
  /** The error body, as OpenAPI shows it; tests hold every refusal against it. */
  readonly refused: z.ZodType;
  /** The one mapper from a refusal to its error body and status. */
  readonly refuse: (refusal: Refusal, now: Date) => RefusedReply;
  readonly credential: (request: FastifyRequest) => Credential | undefined;
  readonly limits: {
    /** What every row falls under. */
    readonly general: LimitRule;
    /** What rows name besides. */
    readonly special: Readonly<Record<string, LimitRule>>;
    readonly headers: (state: LimitState) => Readonly<Record<string, string>>;
  };
}

/** The addresses of a row as the router writes them. */
export function addressesOf({ path, slashes }: Pick<AnyRow, 'path' | 'slashes'>): string[] {
  const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
  const bare = url.replace(/\/$/, '');
  return slashes === 'both' ? [bare, `${bare}/`] : [url];
}
