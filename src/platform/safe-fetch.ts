import { type IncomingMessage, request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { DomainError } from './errors.ts';
import { type PublicAddress, resolvePublicAddress } from './safe-address.ts';

export interface SafeRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Exact origins that may be reached although they are private. */
  readonly allow: readonly string[];
  /** Milliseconds for all of it; 30 s when not given. */
  readonly timeoutMs?: number;
  /** Cap of the body; 10 MB when not given. */
  readonly maxBytes?: number;
  /** Gives the answer as soon as its head is there, without its body. */
  readonly headOnly?: boolean;
}

/** An outgoing request that got no whole answer. */
export class OutgoingRequestError extends DomainError {
  constructor(code: 'CONNECTION_FAILED' | 'ANSWER_TOO_LARGE' | 'TIMED_OUT', message: string, cause?: unknown) {
    super(code, message, { retryable: code !== 'ANSWER_TOO_LARGE' });
    // For the log only; it is never part of an answer.
    if (cause !== undefined) Object.defineProperty(this, 'cause', { value: cause, enumerable: false });
  }
}

/**
 * Sends a request to a public host, or to an origin in `allow`, and reads the answer, whatever its status. Redirects
 * are not followed. The connection goes to an address that was checked, never to the name again.
 * @throws AddressError, OutgoingRequestError, the signal's reason
 */
export async function safeFetch(address: string | URL, options: SafeRequest): Promise<Response> {
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new OutgoingRequestError('CONNECTION_FAILED', 'Only http and https are spoken');
  }
  const timeout = AbortSignal.timeout(options.timeoutMs ?? 30_000);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  try {
    const checked = await resolvePublicAddress(url.hostname, {
      allow: options.allow,
      port: url.port === '' ? undefined : Number(url.port),
      protocol: url.protocol,
      signal,
    });
    const answer = await send(url, checked, options, signal);
    const body = options.headOnly === true ? leave(answer) : await read(answer, options.maxBytes ?? 10_000_000);
    return new Response(body, { status: answer.statusCode ?? 502, headers: headersOf(answer) });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (timeout.aborted) throw new OutgoingRequestError('TIMED_OUT', 'The server did not answer in time', error);
    if (error instanceof DomainError) throw error;
    throw new OutgoingRequestError('CONNECTION_FAILED', 'The server could not be reached', error);
  }
}

function send(url: URL, checked: PublicAddress, options: SafeRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const lookup: LookupFunction = (_host, { all }, answer) => {
    if (all === true) answer(null, [...checked.all]);
    else answer(null, checked.address, checked.family);
  };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const begin = url.protocol === 'https:' ? requestByHttps : requestByHttp;
  const { method = 'GET', headers = {}, body } = options;
  // Without an agent every request has a connection of its own, to the address checked for it.
  const outgoing = begin(url, { method, headers: { ...headers }, agent: false, lookup, signal }, resolve);
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}

async function read(answer: IncomingMessage, maxBytes: number): Promise<Buffer<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer) {
    const bytes: Uint8Array = chunk;
    size += bytes.byteLength;
    if (size > maxBytes) {
      throw new OutgoingRequestError('ANSWER_TOO_LARGE', `The answer is larger than ${maxBytes} bytes`);
    }
    chunks.push(bytes);
  }
  // These have no body by definition, and a Response refuses one.
  return [204, 205, 304].includes(answer.statusCode ?? 0) ? null : Buffer.concat(chunks);
}

function leave(answer: IncomingMessage): null {
  answer.on('error', () => undefined);
  answer.destroy();
  return null;
}

function headersOf(answer: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}
