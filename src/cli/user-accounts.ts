import { z } from 'zod';
import type { App } from '../app.ts';
import { createApiKey, operatorViewer } from '../auth/service.ts';
import { type CreditGrant, grantCredits } from '../credits/service.ts';
import type { Role, User } from '../generated/prisma/client.ts';
import { DomainError, NotFoundError, ValidationError } from '../platform/errors.ts';
import { permissionsOf } from '../platform/viewer.ts';
import { findUser, setUserRole } from '../users/service.ts';
import { operator } from './operator.ts';
import type { Output } from './output.ts';
import { withApp } from './settings.ts';
import type { GrantWord, RoleWord } from './user.ts';

/** The role behind its word at the command line. */
export const roleOf: Record<RoleWord, Role> = { user: 'USER', admin: 'ADMIN', viewer: 'VIEWER' };

/** An account as programs read it. */
export function accountResult(user: User) {
  const { id, email, username, displayName, isActive, createdAt } = user;
  return { id, email, username, displayName, role: user.role.toLowerCase(), isActive, createdAt };
}

/** Prints all accounts, oldest first. */
export async function listAccounts(output: Output): Promise<void> {
  const users = await withApp((app) => app.database.prisma.user.findMany({ orderBy: { id: 'asc' } }));
  if (users.length === 0) output.print('There are no accounts yet: make one with millwright user create.');
  else {
    output.table(
      ['Email', 'Username', 'Role', 'Active', 'Created'],
      users.map(({ email, username, role, isActive, createdAt }) => [
        email,
        username,
        role.toLowerCase(),
        isActive ? 'yes' : 'no',
        createdAt.toISOString().slice(0, 16).replace('T', ' '),
      ]),
    );
  }
  output.result({ users: users.map(accountResult) });
}

/** Gives an account another role. @throws NotFoundError */
export async function setAccountRole(
  app: App,
  { login, role }: { readonly login: string; readonly role: RoleWord },
  output: Output,
): Promise<void> {
  const found = await account(app, login);
  const user = await setUserRole(app, await operator(app), { id: found.id, role: roleOf[role] });
  output.print(`${user.email} is now ${role}.`);
  output.result({ user: accountResult(user) });
}

const grantTypeOf: Record<GrantWord, CreditGrant['type']> = {
  credit: 'CREDIT',
  bonus: 'BONUS',
  refund: 'REFUND',
  purchase: 'PURCHASE',
};

/** Gives an account credits. @throws NotFoundError, ValidationError */
export async function grantAccount(
  app: App,
  grant: { readonly login: string; readonly amount: number; readonly type: GrantWord; readonly description: string },
  output: Output,
): Promise<void> {
  const { id: userId, email } = await account(app, grant.login);
  const { amount, type, description } = grant;
  const given = { userId, amount, type: grantTypeOf[type], description };
  const { id, balanceAfter } = await grantCredits(app, await operator(app), given);
  output.print(`${email} now has ${balanceAfter} credits.`);
  output.result({ transaction: { id, type, amount, description, balanceAfter } });
}

/** Makes an API key and prints it: the key alone, so that a script can take it as it is. @throws NotFoundError */
export async function makeApiKey(
  app: App,
  { login, name }: { readonly login: string; readonly name: string },
  output: Output,
): Promise<void> {
  const user = await account(app, login);
  const named = z.string().trim().min(1).max(100).safeParse(name);
  if (!named.success) throw new ValidationError('The name of an API key has 1 to 100 characters');
  // An operator may also make the key of somebody who may only read; the key itself can do no more than they can.
  const viewer = { ...operatorViewer(user), permissions: permissionsOf('ADMIN') };
  const { key } = await createApiKey(app, viewer, { name: named.data });
  if (!user.isActive) output.note(`Warning: ${user.email} is switched off; the key works once that is over.`);
  output.print(key);
  if (process.stdout.isTTY && !output.json)
    output.note('It is not shown again. Send it as X-API-Key, or after Bearer.');
  output.result({ key });
}

async function account(app: App, login: string): Promise<User> {
  try {
    return await findUser(app, login);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new DomainError(error.code, `There is no account ${login}; millwright user list names them all.`);
  }
}
