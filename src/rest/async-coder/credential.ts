import type { FastifyRequest } from 'fastify';
import { sessionTokenIn } from '../../platform/session-cookie.ts';
import { headerCredential } from '../credentials.ts';
import type { Credential } from '../dialect.ts';

/** A header, else the session cookie. */
export function asyncCoderCredential(request: FastifyRequest): Credential | undefined {
  const token = sessionTokenIn(request.headers);
  return headerCredential(request) ?? (token === undefined ? undefined : { token, from: 'cookie' });
}
