import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { App } from '../app.ts';
import { isUniqueViolation } from '../platform/database.ts';
import { ConflictError } from '../platform/errors.ts';
import type { Viewer } from '../platform/viewer.ts';
import type { GitHubAccount } from './account.ts';

const nonceBytes = 12;
const tagBytes = 16;

/** A token to ask GitHub with, and whose it is. The server's own sees what is the operator's: see `usableToken`. */
export interface UsableToken {
  readonly token: string;
  readonly from: 'request' | 'connection' | 'server';
}

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

/**
 * Attaches a GitHub account to a user with its token, replacing the token kept before: the newest one is used.
 * @throws ConflictError when either of them is attached to somebody else
 */
export async function keepConnection(app: App, userId: string, account: GitHubAccount, token: string): Promise<void> {
  const { prisma } = app.database;
  const present = await prisma.gitHubConnection.findFirst({ where: { OR: [{ userId }, { githubId: account.id }] } });
  if (present !== null && present.userId !== userId) {
    throw new ConflictError('This GitHub account is connected to another user', 'GITHUB_ACCOUNT_TAKEN');
  }
  if (present !== null && present.githubId !== account.id) {
    const message = `The GitHub account ${present.login} is connected already; disconnect it first`;
    throw new ConflictError(message, 'GITHUB_ALREADY_CONNECTED');
  }
  const data = {
    login: account.login,
    name: account.name,
    avatarUrl: account.avatarUrl,
    encryptedToken: sealToken(app, userId, token),
    scopes: [...(account.scopes ?? [])],
  };
  const create = { ...data, userId, githubId: account.id };
  await prisma.gitHubConnection.upsert({ where: { userId }, create, update: data }).catch((error: unknown) => {
    if (!isUniqueViolation(error)) throw error;
    throw new ConflictError('This GitHub account is connected to another user', 'GITHUB_ACCOUNT_TAKEN');
  });
}

/** The token kept for a user; null when there is none. */
export async function keptToken(app: App, userId: string): Promise<string | null> {
  const connection = await app.database.prisma.gitHubConnection.findUnique({ where: { userId } });
  if (connection === null || connection.encryptedToken === null) return null;
  const token = openToken(app, userId, connection.encryptedToken);
  if (token === null) app.log.warn({ userId }, 'a kept GitHub token cannot be opened: SECRET_KEY has changed');
  return token;
}

/**
 * The token to ask GitHub with for a viewer: the request's own, else the kept one, else the server's. What only the
 * server's token may see is the operator's and nobody else's, so whoever uses it must look at `from`.
 */
export async function usableToken(app: App, viewer: Viewer): Promise<UsableToken | null> {
  const { credential } = viewer;
  if (credential.kind === 'githubToken') return { token: credential.token(), from: 'request' };
  return tokenForWork(app, viewer.id);
}

/** The same for work done later in a user's name: the kept token, else the server's. */
export async function tokenForWork(app: App, userId: string): Promise<UsableToken | null> {
  const kept = await keptToken(app, userId);
  if (kept !== null) return { token: kept, from: 'connection' };
  const server = app.config.GITHUB_ACCESS_TOKEN;
  return server === undefined ? null : { token: server, from: 'server' };
}
