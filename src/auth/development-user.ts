import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from '../app.ts';
import type { User } from '../generated/prisma/client.ts';
import type { ReadySignIn } from '../platform/graphiql.ts';
import { hashPassword } from './passwords.ts';
import { createApiKey, operatorViewer, register } from './service.ts';
import { hashSecret } from './tokens.ts';

const email = 'developer@millwright.localhost';

/**
 * Makes the development user with a password and an API key, or finds them. Both are random and kept in DATA_DIR, so
 * that no page a developer visits can guess them, and stay the same from start to start.
 */
export async function developmentSignIn(app: App): Promise<ReadySignIn> {
  const kept = (name: string) => join(app.config.DATA_DIR, `development-${name}`);
  const { prisma } = app.database;
  const present = await prisma.user.findUnique({ where: { email } });
  const oldPassword = await read(kept('password'));
  const password = oldPassword ?? randomBytes(12).toString('base64url');
  if (oldPassword === null) await writeFile(kept('password'), password, { mode: 0o600 });
  let user = present ?? (await register(app, { email, password, displayName: 'Developer', role: 'ADMIN' }));
  if (present !== null && oldPassword === null) {
    user = await prisma.user.update({ where: { email }, data: { passwordHash: await hashPassword(password) } });
  }
  const authorization = `Bearer ${await usableKey(app, user, kept('key'))}`;
  return { login: email, password, authorization, address: process.cwd() };
}

/** The kept key while the database knows it; otherwise a new one. */
async function usableKey(app: App, user: User, path: string): Promise<string> {
  const key = await read(path);
  if (key !== null) {
    const where = { hash: hashSecret(key), userId: user.id, revokedAt: null };
    if ((await app.database.prisma.apiKey.count({ where })) > 0) return key;
  }
  const made = await createApiKey(app, operatorViewer(user), { name: 'GraphiQL, ready at start' });
  await writeFile(path, made.key, { mode: 0o600 });
  return made.key;
}

async function read(path: string): Promise<string | null> {
  const text = (await readFile(path, 'utf8').catch(() => '')).trim();
  return text === '' ? null : text;
}
