import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const requestIds = new WeakMap<IncomingMessage, string>();

/** The id a request came with, if it is a sensible one, or a new one; the same each time. */
export function requestIdOf(request: IncomingMessage): string {
  const present = requestIds.get(request);
  if (present !== undefined) return present;
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
  requestIds.set(request, id);
  return id;
}
