import type { App } from '../app.ts';
import type { Role, User } from '../generated/prisma/client.ts';
import { ForbiddenError, ValidationError } from '../platform/errors.ts';
import { requirePermission, type Viewer } from '../platform/viewer.ts';
import { createUser, type ProfileChange, updateProfile } from '../users/service.ts';
import { hashPassword, passwordIssues } from './passwords.ts';
import { type Credentials, type Device, openSession } from './sessions.ts';

export interface SignUp {
  readonly email: string;
  readonly username?: string | null | undefined;
  readonly displayName?: string | null | undefined;
  readonly password: string;
}

/** Makes an account and signs it in. @throws as `registerAccount` does */
export async function signUp(app: App, device: Device, input: SignUp): Promise<Credentials> {
  return openSession(app, await registerAccount(app, input), device);
}

/**
 * Makes an ordinary account for whoever asks, without signing it in.
 * @throws ValidationError, ConflictError ALREADY_EXISTS, ForbiddenError REGISTRATION_DISABLED
 */
export async function registerAccount(app: App, input: SignUp): Promise<User> {
  requireRegistration(app);
  return register(app, { ...input, role: 'USER' });
}

/** Refuses new accounts where the operator has switched them off. @throws ForbiddenError REGISTRATION_DISABLED */
export function requireRegistration(app: App): void {
  if (!app.config.REGISTRATION_ENABLED)
    throw new ForbiddenError('Registration is switched off', 'REGISTRATION_DISABLED');
}

/**
 * Makes an account, as operators may. `overrideRule` lets them choose a password against the rule.
 * @throws ValidationError, ConflictError ALREADY_EXISTS
 */
export async function register(
  app: App,
  input: SignUp & { readonly role: Role },
  { overrideRule = false } = {},
): Promise<User> {
  if (!overrideRule) checkRule(input.password, [input.email, input.username]);
  return createUser(app, { ...input, passwordHash: await hashPassword(input.password) });
}

/**
 * Changes the viewer's own account; absent fields stay. A new password ends every session but the one it was set by.
 * @throws ValidationError, ConflictError ALREADY_EXISTS, ForbiddenError
 */
export async function updateMe(
  app: App,
  viewer: Viewer,
  { password, ...profile }: ProfileChange & { readonly password?: string | null | undefined },
): Promise<User> {
  requirePermission(viewer, 'account:write');
  if (typeof password !== 'string') return updateProfile(app, viewer, profile);
  const { prisma } = app.database;
  const present = await prisma.user.findUniqueOrThrow({ where: { id: viewer.id } });
  checkRule(password, [profile.email ?? present.email, profile.username ?? present.username]);
  const mine = viewer.credential.kind === 'session' ? { id: { not: viewer.credential.sessionId } } : {};
  const others = { userId: viewer.id, revokedAt: null, ...mine };
  const ending = await prisma.session.findMany({ where: others, select: { id: true } });
  const user = await updateProfile(app, viewer, profile, {
    passwordHash: await hashPassword(password),
    sessions: { updateMany: { where: others, data: { revokedAt: new Date() } } },
  });
  if (ending.length > 0) app.wakeUps.publish(ending.map(({ id }) => `session:${id}`));
  return user;
}

function checkRule(password: string, names: readonly (string | null | undefined)[]): void {
  const taken = names.flatMap((name) =>
    typeof name === 'string' ? [name.trim(), name.trim().split('@')[0] ?? ''] : [],
  );
  const issues = passwordIssues(password, taken);
  if (issues.length > 0) throw new ValidationError(`The password ${issues[0]?.message}`, issues);
}
