import { z } from 'zod';
import type { App } from '../app.ts';
import { ExternalServiceError, ForbiddenError, NotConfiguredError, UnauthenticatedError } from '../platform/errors.ts';
import { AddressError } from '../platform/safe-address.ts';
import { OutgoingRequestError, safeFetch } from '../platform/safe-fetch.ts';

/** Milliseconds Clerk has to answer, and the most bytes of an answer. */
const [timeoutMs, mostBytes] = [10_000, 1_000_000];

const emailAddress = z.object({
  id: z.string(),
  email_address: z.string(),
  verification: z.object({ status: z.string() }).nullish(),
});
const userForm = z.object({
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  username: z.string().nullish(),
  image_url: z.string().nullish(),
  primary_email_address_id: z.string().nullish(),
  email_addresses: z.array(emailAddress).default([]),
  banned: z.boolean().default(false),
});

/** A user as Clerk knows them. */
export interface ClerkUser {
  /** The primary one, if Clerk has verified it. */
  readonly verifiedEmail: string | null;
  readonly name: string | null;
  readonly picture: string | null;
}

/**
 * Reads a user from Clerk's Backend API.
 * @throws NotConfiguredError, UnauthenticatedError when Clerk has no such user, ForbiddenError for one it has banned,
 * ExternalServiceError
 */
export async function readClerkUser(app: App, id: string): Promise<ClerkUser> {
  const { CLERK_SECRET_KEY: secret, CLERK_API_URL: api, SAFE_FETCH_ALLOW } = app.config;
  if (secret === undefined) throw new NotConfiguredError('Reading users of Clerk', ['CLERK_SECRET_KEY']);
  const url = `${api.replace(/\/v1$/, '')}/v1/users/${encodeURIComponent(id)}`;
  const response = await safeFetch(url, {
    headers: { accept: 'application/json', authorization: `Bearer ${secret}`, 'accept-encoding': 'identity' },
    allow: [...SAFE_FETCH_ALLOW, new URL(api).origin],
    timeoutMs,
    maxBytes: mostBytes,
  }).catch((error: unknown) => {
    if (!(error instanceof OutgoingRequestError || error instanceof AddressError)) throw error;
    throw failed(app, error);
  });
  if (response.status === 404) throw new UnauthenticatedError('Clerk has no such user', 'SIGN_IN_INVALID');
  if (!response.ok) throw failed(app, `status ${response.status}`, response.headers.get('retry-after'));
  const read = userForm.safeParse(await response.json().catch(() => null));
  if (!read.success) throw failed(app, 'an answer that is no user');
  if (read.data.banned) throw new ForbiddenError('Clerk has banned this user', 'ACCOUNT_DEACTIVATED');
  return userOf(read.data);
}

function userOf(user: z.infer<typeof userForm>): ClerkUser {
  const primary = user.email_addresses.find(({ id }) => id === user.primary_email_address_id);
  const email = z.email().max(254).safeParse(primary?.email_address.toLowerCase());
  const name = [user.first_name, user.last_name].filter((part) => part?.trim()).join(' ');
  return {
    verifiedEmail: primary?.verification?.status === 'verified' && email.success ? email.data : null,
    name: name === '' ? (user.username ?? null) : name,
    picture: user.image_url ?? null,
  };
}

/** Clerk's own words are for the log: they speak of this server's key. */
function failed(app: App, reason: unknown, retryAfter: string | null = null): ExternalServiceError {
  app.log.warn({ err: reason }, 'a user of Clerk could not be read');
  const seconds = /^\d{1,5}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined;
  return new ExternalServiceError('Clerk does not say who this is; try again later', undefined, {
    retryable: true,
    retryAt: seconds === undefined ? undefined : new Date(Date.now() + seconds * 1000),
  });
}
