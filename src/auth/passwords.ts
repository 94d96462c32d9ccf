import { randomBytes } from 'node:crypto';
import type { Options } from '@node-rs/argon2';
import type { FieldIssue } from '../platform/errors.ts';

/** argon2id (the package's default algorithm) at OWASP's parameters: 19 MiB, two passes, one lane. */
const parameters: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashes a password, in PHC form. */
export async function hashPassword(password: string): Promise<string> {
  const { hash } = await import('@node-rs/argon2');
  return hash(password, parameters);
}

/**
 * Whether a password fits its hash. Without a hash it takes as long as with one, so that the time does not tell
 * whether an account exists.
 */
export async function checkPassword(password: string, passwordHash: string | null): Promise<boolean> {
  const { verify } = await import('@node-rs/argon2');
  const fits = await verify(passwordHash ?? (await nobodysHash()), password);
  return fits && passwordHash !== null;
}

let madeUp: Promise<string> | undefined;

/** The hash of random bytes that nobody kept, with the parameters above. */
function nobodysHash(): Promise<string> {
  madeUp ??= hashPassword(randomBytes(16).toString('hex'));
  return madeUp;
}

/** The password rule: 8 to 128 characters, not one character over and over, not the account's own name. */
export function passwordIssues(password: string, names: readonly string[]): FieldIssue[] {
  const issue = (message: string) => [{ path: 'password', message }];
  if (password.length < 8) return issue('must have at least 8 characters');
  if (password.length > 128) return issue('must have at most 128 characters');
  if (new Set(password).size < 3) return issue('must have at least 3 different characters');
  if (names.some((name) => name.toLowerCase() === password.toLowerCase()))
    return issue('must not be your name or email');
  return [];
}
