import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';
import { DomainError } from './errors.ts';

/** Where an outgoing connection may go: the addresses were all checked, connect to one of them and to nothing else. */
export interface PublicAddress {
  readonly address: string;
  readonly family: 4 | 6;
  /** Every checked address of the host, `address` first. */
  readonly all: readonly { readonly address: string; readonly family: 4 | 6 }[];
}

export interface AddressQuestion {
  /** Exact origins (`https://git.example.com`) that may be reached although they are private. */
  readonly allow: readonly string[];
  /** Undefined for the protocol's own port. */
  readonly port?: number | undefined;
  readonly protocol: 'http:' | 'https:';
  readonly signal?: AbortSignal | undefined;
}

/** An outgoing connection was refused, or its host has no address. `retryable` when the name service may recover. */
export class AddressError extends DomainError {
  readonly retryable: boolean;

  constructor(code: 'ADDRESS_NOT_ALLOWED' | 'ADDRESS_NOT_FOUND', message: string, retryable = false) {
    super(code, message, { retryable });
    this.retryable = retryable;
  }
}

/**
 * Resolves every address of a host and answers them only when each is public, or when the origin is in `allow`.
 * Connect to the answered address, never to the name again: a name may point elsewhere a moment later.
 * Throws AddressError ADDRESS_NOT_ALLOWED (private, loopback, link-local, reserved, not a host) or ADDRESS_NOT_FOUND.
 */
export async function resolvePublicAddress(host: string, question: AddressQuestion): Promise<PublicAddress> {
  const origin = originOf(host, question);
  const name = origin.hostname.replace(/^\[(.*)\]$/, '$1');
  const isAllowed = question.allow.some((entry) => canonicalOrigin(entry) === origin.origin);
  // Some resolvers answer for *.localhost, some do not: it is loopback by definition (RFC 6761).
  if (!isAllowed && /(^|\.)localhost$/.test(name)) {
    throw notAllowed();
  }
  const [first, ...rest] = await addressesOf(name, question.signal);
  if (first === undefined) {
    throw new AddressError('ADDRESS_NOT_FOUND', 'The host name has no address');
  }
  const all = [first, ...rest];
  if (!isAllowed && !all.every(({ address }) => isPublicAddress(address))) {
    throw notAllowed();
  }
  return { ...first, all };
}

/** Whether an IP address in canonical text form can be reached by anybody on the internet. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) {
    return false;
  }
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv4) {
    return parsed.range() === 'unicast';
  }
  const bytes = parsed.toByteArray();
  const range = parsed.range();
  if (range === 'ipv4Mapped' || parsed.match(ipaddr.IPv6.parse('64:ff9b::'), 96)) {
    return isPublicAddress(bytes.slice(12).join('.'));
  }
  if (range === '6to4') {
    return isPublicAddress(bytes.slice(2, 6).join('.'));
  }
  // ipaddr.js calls everything it has no name for unicast, the old ::127.0.0.1 among it: only 2000::/3 is given out.
  return range === 'unicast' && parsed.match(ipaddr.IPv6.parse('2000::'), 3);
}

/** `https://Host.:443` and `https://host` are one origin. Answers null for what is not an http or https URL. */
export function canonicalOrigin(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return null;
  }
  url.hostname = url.hostname.replace(/\.+$/, '');
  return url.origin;
}

function originOf(host: string, { port, protocol }: AddressQuestion): URL {
  const bare = host.replace(/\.+$/, '');
  const bracketed = bare.includes(':') && !bare.startsWith('[') ? `[${bare}]` : bare;
  // The URL parser brings odd forms of IPv4 (0x7f.1, 2130706433, 017700000001) into the usual one.
  const url = /[\s/\\?#@%]/.test(bracketed)
    ? null
    : URL.parse(`${protocol}//${bracketed}${port === undefined ? '' : `:${port}`}`);
  if (url === null || url.hostname === '') {
    throw new AddressError('ADDRESS_NOT_ALLOWED', 'This is not the name or address of a host');
  }
  return url;
}

async function addressesOf(name: string, signal?: AbortSignal) {
  if (ipaddr.isValid(name)) {
    return [{ address: name, family: name.includes(':') ? (6 as const) : (4 as const) }];
  }
  try {
    const found = await raced(lookup(name, { all: true, order: 'ipv4first' }), signal);
    return found.map(({ address, family }) => ({ address, family: family === 6 ? (6 as const) : (4 as const) }));
  } catch (error) {
    signal?.throwIfAborted();
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw new AddressError('ADDRESS_NOT_FOUND', 'The host name could not be resolved', code !== 'ENOTFOUND');
  }
}

/** A lookup cannot be cancelled, only left behind. */
async function raced<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) {
    return work;
  }
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    work.catch(() => undefined);
  }
}

function notAllowed(): AddressError {
  return new AddressError('ADDRESS_NOT_ALLOWED', 'The host is at a private or reserved address, which is not allowed');
}
