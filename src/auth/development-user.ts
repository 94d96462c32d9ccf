import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from '../app.ts';
import type { ReadySignIn } from '../platform/graphiql.ts';
import { hashPassword } from './passwords.ts';
import { register, signInAs } from './service.ts';

const email = 'developer@millwright.localhost';
/** How long the token GraphiQL carries is good for. */
const lifetimes = { accessTokenSeconds: 7 * 86_400, refreshTokenDays: 7 };

/**
 * Makes the development user, or finds it, and signs it in. The password is random and kept in DATA_DIR, so that
 * no page a developer visits can guess it.
 */
export async function developmentSignIn(app: App): Promise<ReadySignIn> {
  const password = await keptPassword(join(app.config.DATA_DIR, 'development-password'));
  const { prisma } = app.database;
  const present = await prisma.user.findUnique({ where: { email } });
  const user =
    present === null
      ? await register(app, { email, password, displayName: 'Developer', role: 'ADMIN' })
      : await prisma.user.update({ where: { email }, data: { passwordHash: await hashPassword(password) } });
  const { accessToken } = await signInAs(app, user, { userAgent: 'GraphiQL, ready at start' }, lifetimes);
  return { login: email, password, authorization: `Bearer ${accessToken}`, address: process.cwd() };
}

async function keptPassword(path: string): Promise<string> {
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (kept !== '') return kept.trim();
  const made = randomBytes(12).toString('base64url');
  await writeFile(path, made, { mode: 0o600 });
  return made;
}
