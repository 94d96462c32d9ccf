import type { FastifyRequest } from 'fastify';
import { credentialOf } from '../platform/context.ts';
import type { Credential } from './dialect.ts';

/** `Authorization: Bearer …` (an access token or an API key), or `X-API-Key`. */
export function headerCredential(request: FastifyRequest): Credential | undefined {
  const token = credentialOf((name) => request.headers[name]?.toString());
  return token === undefined ? undefined : { token, from: 'header' };
}
