import type { App } from '../app.ts';
import type { RepositoryFacts } from '../github/service.ts';
import type { Transaction } from '../platform/database.ts';
import { parseRepositoryAddress } from './repository-address.ts';
import { addressRules } from './stored-address.ts';

/** The columns of a repository that GitHub decides over, but for its names and default branch. */
export function storedFacts({ githubId, description, isPrivate, language, pushedAt }: RepositoryFacts) {
  return { githubId, description, isPrivate, language, pushedAt };
}

/**
 * Puts what a webhook of GitHub says of a repository into the row of everybody who has it connected and active; what
 * was connected while GitHub could not be asked is known by its address. News that come late take no push back.
 * Where the owner has another row at the new address, the old one stays for the next sync.
 * @throws ValidationError for a name that is none of GitHub's
 */
export async function noteGitHubNews(app: App, transaction: Transaction, facts: RepositoryFacts): Promise<void> {
  const { url } = await parseRepositoryAddress(`${facts.owner}/${facts.name}`, addressRules(app, false));
  const pushedAt = facts.pushedAt ?? null;
  // Locked in one order, so that two deliveries at once do not wait for each other in a circle.
  await transaction.$executeRaw`
    WITH known AS (
      SELECT "id" FROM "Repository"
      WHERE "provider" = 'GITHUB' AND "isActive"
        AND ("githubId" = ${facts.githubId} OR ("githubId" IS NULL AND "url" = ${url}))
      ORDER BY "id" FOR UPDATE
    )
    UPDATE "Repository" AS mine SET
      "githubId" = ${facts.githubId}, "defaultBranch" = ${facts.defaultBranch}, "isPrivate" = ${facts.isPrivate},
      "description" = ${facts.description}, "language" = ${facts.language},
      "pushedAt" = greatest(mine."pushedAt", ${pushedAt}::timestamptz), "updatedAt" = now()
    FROM known WHERE mine."id" = known."id"`;
  await transaction.$executeRaw`
    UPDATE "Repository" AS mine SET "url" = ${url}, "namespace" = ${facts.owner}, "name" = ${facts.name}
    WHERE mine."githubId" = ${facts.githubId} AND mine."isActive"
      AND (mine."url", mine."namespace", mine."name") IS DISTINCT FROM (${url}, ${facts.owner}, ${facts.name})
      AND NOT EXISTS (
        SELECT FROM "Repository" AS other
        WHERE other."ownerId" = mine."ownerId" AND other."id" <> mine."id"
          AND (other."url" = ${url} OR (other."githubId" = mine."githubId" AND other."isActive"))
      )`;
}

/** A repository was deleted at GitHub: whoever has it connected keeps it with its results, as inactive. */
export async function forgetAtGitHub(transaction: Transaction, githubId: bigint): Promise<void> {
  await transaction.$executeRaw`
    UPDATE "Repository" AS mine SET "isActive" = false, "updatedAt" = now()
    FROM (SELECT "id" FROM "Repository" WHERE "githubId" = ${githubId} AND "isActive" ORDER BY "id" FOR UPDATE) AS known
    WHERE mine."id" = known."id"`;
}
