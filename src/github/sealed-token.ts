import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { App } from '../app.ts';

const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts a token for one user's row: AES-256-GCM; nonce, tag, text. In another user's row it does not open. */
export function sealToken(app: App, userId: string, token: string): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', app.secret.key('github-token'), nonce);
  cipher.setAAD(Buffer.from(userId));
  const text = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
  return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), text]));
}

/** Null for what was sealed under another SECRET_KEY, for somebody else, or changed since. */
export function openToken(app: App, userId: string, sealed: Uint8Array): string | null {
  if (sealed.byteLength <= nonceBytes + tagBytes) return null;
  const key = app.secret.key('github-token');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(userId));
  decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  try {
    const text = decipher.update(sealed.subarray(nonceBytes + tagBytes));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
