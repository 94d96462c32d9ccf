import type { App } from '../app.ts';
import type { Role } from '../generated/prisma/enums.ts';
import { BatchLoader } from '../platform/batch-loader.ts';
import { onePer } from '../platform/one-per.ts';
import { hashSecret } from './tokens.ts';

/** What a credential's check reads: the user, and whether its last use was noted more than a minute ago. */
export interface CheckedUser {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly isStale: boolean;
}

interface CheckedKey extends CheckedUser {
  readonly apiKeyId: string;
}

/**
 * Every request pays for its check, so those that arrive together share a statement. None is kept: a session that is
 * revoked, or whose user is deactivated, is refused from the next request on.
 */
interface Checks {
  readonly sessions: BatchLoader<CheckedUser>;
  readonly keys: BatchLoader<CheckedKey>;
}

const checks = onePer(
  (app: App): Checks => ({
    sessions: new BatchLoader((ids) => readSessions(app, ids)),
    keys: new BatchLoader((hashes) => readKeys(app, hashes)),
  }),
);

/** The user of a session that is good. */
export function checkSession(app: App, sessionId: string): Promise<CheckedUser | undefined> {
  return checks(app).sessions.get(sessionId);
}

/** The user of an API key that is good. */
export function checkApiKey(app: App, key: string): Promise<CheckedKey | undefined> {
  return checks(app).keys.get(Buffer.from(hashSecret(key)).toString('hex'));
}

async function readSessions(app: App, ids: readonly string[]): Promise<ReadonlyMap<string, CheckedUser>> {
  const rows = await app.database.statements.run<CheckedUser & { readonly sessionId: string }>({
    name: 'check-sessions',
    text: `SELECT u."id", u."username", u."role", s."id" AS "sessionId",
        s."lastUsedAt" < now() - interval '1 minute' AS "isStale"
      FROM "Session" s JOIN "User" u ON u."id" = s."userId"
      WHERE s."id" = ANY($1::uuid[]) AND s."revokedAt" IS NULL AND s."expiresAt" > now() AND u."isActive"`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.sessionId, row]));
}

async function readKeys(app: App, hashes: readonly string[]): Promise<ReadonlyMap<string, CheckedKey>> {
  const rows = await app.database.statements.run<CheckedKey & { readonly hash: Buffer }>({
    name: 'check-api-keys',
    text: `SELECT u."id", u."username", u."role", k."id" AS "apiKeyId", k."hash",
        k."lastUsedAt" IS NULL OR k."lastUsedAt" < now() - interval '1 minute' AS "isStale"
      FROM "ApiKey" k JOIN "User" u ON u."id" = k."userId"
      WHERE k."hash" = ANY($1::bytea[]) AND k."revokedAt" IS NULL AND u."isActive"`,
    values: [hashes.map((hash) => Buffer.from(hash, 'hex'))],
  });
  return new Map(rows.map((row) => [row.hash.toString('hex'), row]));
}
