import { createHmac, timingSafeEqual } from 'node:crypto';

/** Whether a body was signed with the secret: GitHub's `sha256=` and the HMAC of the raw bytes in hex. */
export function isSigned(body: Uint8Array, signature: string | undefined, secret: string): boolean {
  const [, hex] = /^sha256=([\da-f]{64})$/i.exec(signature ?? '') ?? [];
  if (hex === undefined) return false;
  return timingSafeEqual(Buffer.from(hex, 'hex'), createHmac('sha256', secret).update(body).digest());
}
