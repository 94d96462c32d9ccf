import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, ConfigError } from './config.ts';

/** Keys derived from the one secret, each for one purpose, so that a signature for one is worthless for another. */
export interface Secret {
  /** 32 bytes that depend on the secret and the purpose. */
  key(purpose: string): Uint8Array;
  /** HMAC-SHA-256 of a text, base64url. */
  sign(purpose: string, text: string): string;
  /** Whether a signature is `sign(purpose, text)`, compared in constant time. */
  verify(purpose: string, text: string, signature: string): boolean;
}

/**
 * Takes SECRET_KEY, or the one kept in DATA_DIR, made when there is none. Two processes at once get the same.
 * @throws ConfigError when the kept one is damaged
 */
export async function readSecret(config: Config): Promise<Secret> {
  return deriveSecret(config.SECRET_KEY ?? (await keptSecret(join(config.DATA_DIR, 'secret'))));
}

/** Derives purpose keys by HKDF-SHA-256 (RFC 5869). */
export function deriveSecret(material: string): Secret {
  const keys = new Map<string, Uint8Array>();
  const key = (purpose: string) => {
    const present = keys.get(purpose);
    if (present !== undefined) return present;
    const made = new Uint8Array(hkdfSync('sha256', material, 'millwright', purpose, 32));
    keys.set(purpose, made);
    return made;
  };
  const digest = (purpose: string, text: string) => createHmac('sha256', key(purpose)).update(text).digest();
  return {
    key,
    sign: (purpose, text) => digest(purpose, text).toString('base64url'),
    verify(purpose, text, signature) {
      const given = Buffer.from(signature, 'base64url');
      const right = digest(purpose, text);
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}

async function keptSecret(path: string): Promise<string> {
  const kept = await readSecretFile(path);
  if (kept !== undefined) return kept;
  const mine = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    await writeDurably(mine, randomBytes(48).toString('base64url'));
    // link() fails when somebody else was first, and never shows a half-written file.
    await link(mine, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(mine, { force: true });
  }
  const made = await readSecretFile(path);
  if (made === undefined) throw new ConfigError(`The secret in ${path} was removed while it was being made.`);
  return made;
}

/** Undefined when there is no file. A short one is refused: keys made from it could be guessed. */
async function readSecretFile(path: string): Promise<string | undefined> {
  let kept: string;
  try {
    kept = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  if (kept.length >= 32) return kept;
  throw new ConfigError(`The secret in ${path} is damaged; remove the file to get a new one, which ends all sign-ins.`);
}

/** On disk before it gets its name: after a power failure an empty file would stand there for good. */
async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
