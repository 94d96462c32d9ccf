import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * The id a request came with, if it is a sensible one, or a new one. Whoever asks first writes it into the header, so
 * that it is the same each time.
 */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  const id = typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
  headers['x-request-id'] = id;
  return id;
}
