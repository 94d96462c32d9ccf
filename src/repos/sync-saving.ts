import { v7 as uuidv7 } from 'uuid';
import type { App } from '../app.ts';
import { Prisma } from '../generated/prisma/client.ts';
import type { Transaction } from '../platform/database.ts';
import { planSync, type SeenRepository, type StoredRepository, type SyncPlan, type UnseenRows } from './sync-plan.ts';

/** When a user's repositories were last synced, and the ETags of that list. */
export interface SyncState {
  readonly etags: readonly string[];
  /** Null before the first time. */
  readonly syncedAt: Date | null;
}

/** How the last sync left things. */
export async function readSyncState(app: App, userId: string): Promise<SyncState> {
  const found = await app.database.prisma.repositorySync.findUnique({ where: { userId } });
  return { etags: found?.etags ?? [], syncedAt: found?.syncedAt ?? null };
}

/** What is stored of a user's repositories at GitHub. */
export function storedRepositories(sql: Pick<Transaction, 'repository'>, ownerId: string): Promise<StoredRepository[]> {
  return sql.repository.findMany({
    where: { ownerId, provider: 'GITHUB' },
    select: {
      id: true,
      url: true,
      namespace: true,
      name: true,
      defaultBranch: true,
      githubId: true,
      description: true,
      isPrivate: true,
      language: true,
      isActive: true,
      pushedAt: true,
    },
    orderBy: { id: 'asc' },
  });
}

/** What a sync found, to be saved. */
export interface SyncFindings {
  readonly seen: readonly SeenRepository[];
  readonly unseen: UnseenRows;
  readonly etags: readonly string[];
  /** How things stood before GitHub was asked. */
  readonly before: SyncState;
}

/** What a sync has done. */
export interface SyncResult {
  /** The repositories at GitHub that are in step now. */
  readonly synced: number;
  readonly added: number;
  readonly updated: number;
  readonly deactivated: number;
}

/**
 * Saves what a sync found, in as many statements for one repository as for thousands. Null when another sync of the
 * same user was saved since GitHub was asked, or a repository was connected at the same moment: then nothing is
 * changed.
 */
export async function saveSync(app: App, ownerId: string, findings: SyncFindings): Promise<SyncResult | null> {
  try {
    return await app.database.prisma.$transaction(async (transaction) => {
      if (!(await isStillBefore(transaction, ownerId, findings.before))) return null;
      const stored = await storedRepositories(transaction, ownerId);
      const plan = planSync(stored, findings.seen, findings.unseen, (row) => vacatedUrlOf(app, row));
      await applyPlan(transaction, ownerId, plan, stored);
      await transaction.$executeRaw`
        UPDATE "RepositorySync" SET "etags" = ${[...findings.etags]}::text[],
          "syncedAt" = greatest(clock_timestamp(), "syncedAt" + interval '1 millisecond')
        WHERE "userId" = ${ownerId}::uuid`;
      const [added, updated, deactivated] = [plan.add.length, plan.change.length, plan.drop.length];
      const sleeping = new Set(stored.filter(({ isActive }) => !isActive).map(({ id }) => id));
      const woken = plan.change.filter(({ id }) => sleeping.has(id)).length;
      const synced = stored.length - sleeping.size + woken + added - deactivated;
      return { synced, added, updated, deactivated };
    });
  } catch (error) {
    if (isOvertaken(error)) return null;
    throw error;
  }
}

/** Locks the user's sync, and tells whether it is as it was. */
async function isStillBefore(transaction: Transaction, userId: string, before: SyncState): Promise<boolean> {
  await transaction.$executeRaw`
    INSERT INTO "RepositorySync" ("userId", "etags", "syncedAt") VALUES (${userId}::uuid, '{}', 'epoch')
    ON CONFLICT DO NOTHING`;
  const [row] = await transaction.$queryRaw<{ syncedAt: Date }[]>`
    SELECT "syncedAt" FROM "RepositorySync" WHERE "userId" = ${userId}::uuid FOR UPDATE`;
  return row?.syncedAt.getTime() === (before.syncedAt?.getTime() ?? 0);
}

/** An address of an account that GitHub keeps for what was deleted, so that nobody else's repository can be there. */
function vacatedUrlOf(app: App, { id, githubId }: StoredRepository): string {
  return `${app.config.GITHUB_URL}/ghost/${githubId ?? id}-${id}`.toLowerCase();
}

async function applyPlan(
  transaction: Transaction,
  ownerId: string,
  { add, change, drop, vacate }: SyncPlan,
  stored: readonly StoredRepository[],
): Promise<void> {
  const urls = new Map(stored.map(({ id, url }) => [id, url]));
  const moving = [...change.filter(({ id, url }) => urls.get(id) !== url), ...vacate].map(({ id }) => id);
  // Two that have swapped their names stand in each other's way until both have let go.
  if (moving.length > 0) {
    await transaction.$executeRaw`
      UPDATE "Repository" SET "url" = 'moving:' || "id" WHERE "id" = ANY(${moving}::uuid[])`;
  }
  if (vacate.length > 0) {
    await transaction.$executeRaw`
      UPDATE "Repository" AS mine SET "url" = new."url" FROM ${asRows(vacate, Prisma.sql`"id" uuid, "url" text`)}
      WHERE mine."id" = new."id"`;
  }
  if (drop.length > 0) {
    await transaction.$executeRaw`
      UPDATE "Repository" SET "isActive" = false, "updatedAt" = now() WHERE "id" = ANY(${[...drop]}::uuid[])`;
  }
  if (change.length > 0) await changeRows(transaction, change);
  if (add.length > 0) await addRows(transaction, ownerId, add);
}

/** The columns that GitHub decides over. */
const told = Prisma.sql`"url" text, "namespace" text, "name" text, "defaultBranch" text, "githubId" bigint,
  "description" text, "isPrivate" boolean, "language" text, "pushedAt" timestamptz`;

async function addRows(transaction: Transaction, ownerId: string, add: readonly SeenRepository[]): Promise<void> {
  const rows = add.map(({ owner, ...facts }) => ({ ...facts, id: uuidv7(), namespace: owner }));
  await transaction.$executeRaw`
    INSERT INTO "Repository" ("id", "ownerId", "provider", "url", "namespace", "name", "defaultBranch", "githubId",
      "description", "isPrivate", "language", "pushedAt", "updatedAt")
    SELECT "id", ${ownerId}::uuid, 'GITHUB', "url", "namespace", "name", "defaultBranch", "githubId",
      "description", "isPrivate", "language", "pushedAt", now()
    FROM ${asRows(rows, Prisma.sql`"id" uuid, ${told}`)}`;
}

async function changeRows(transaction: Transaction, change: readonly StoredRepository[]): Promise<void> {
  const columns = Prisma.sql`"id" uuid, "isActive" boolean, ${told}`;
  await transaction.$executeRaw`
    UPDATE "Repository" AS mine SET "url" = new."url", "namespace" = new."namespace", "name" = new."name",
      "defaultBranch" = new."defaultBranch", "githubId" = new."githubId", "description" = new."description",
      "isPrivate" = new."isPrivate", "language" = new."language", "isActive" = new."isActive",
      "pushedAt" = new."pushedAt", "updatedAt" = now()
    FROM ${asRows(change, columns)} WHERE mine."id" = new."id"`;
}

/** Rows of a statement, as one parameter however many they are. */
function asRows(rows: readonly object[], columns: Prisma.Sql): Prisma.Sql {
  const json = JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return Prisma.sql`jsonb_to_recordset(${json}::jsonb) AS new(${columns})`;
}

/** Somebody was faster with an address: a sync that began later, or a repository connected by hand. */
function isOvertaken(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  return error.code === 'P2002' || JSON.stringify(error.meta ?? {}).includes('23505');
}
