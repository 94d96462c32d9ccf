import type { Repository } from '../generated/prisma/client.ts';
import type { RepositoryFacts } from '../github/service.ts';

/** What is stored of a repository at GitHub. */
export type StoredRepository = Pick<
  Repository,
  | 'id'
  | 'url'
  | 'namespace'
  | 'name'
  | 'defaultBranch'
  | 'githubId'
  | 'description'
  | 'isPrivate'
  | 'language'
  | 'isActive'
  | 'pushedAt'
>;

/** A repository as GitHub tells of it, under the address it would be stored by. */
export interface SeenRepository extends RepositoryFacts {
  readonly url: string;
}

/** What makes the stored repositories those that were seen. */
export interface SyncPlan {
  readonly add: readonly SeenRepository[];
  /** Rows as they shall be, only those that differ. */
  readonly change: readonly StoredRepository[];
  /** Rows of repositories that are gone, or that the account has lost sight of: they become inactive. */
  readonly drop: readonly string[];
  /**
   * Rows of repositories that are gone whose address another repository has now, with the address they get instead.
   * They are dropped too.
   */
  readonly vacate: readonly { readonly id: string; readonly url: string }[];
}

/** What GitHub says of rows that are not on the account's list. */
export interface UnseenRows {
  /** Those that are not there, or no longer for this account. */
  readonly gone: ReadonlySet<string>;
  /** GitHub's ids of those that had none yet. */
  readonly ids: ReadonlyMap<string, bigint>;
}

/**
 * Works out what a sync changes. A repository is known by its id, whatever it is called today; by its address only
 * while its id is not known. `vacatedUrl` gives an address nothing else can have.
 */
export function planSync(
  stored: readonly StoredRepository[],
  seen: readonly SeenRepository[],
  { gone, ids }: UnseenRows,
  vacatedUrl: (row: StoredRepository) => string,
): SyncPlan {
  const idOf = (row: StoredRepository) => row.githubId ?? ids.get(row.id) ?? null;
  const matches = matchRows(stored, seen, idOf);
  const used = new Set([...matches.values()].map(({ id }) => id));
  const taken = new Set(seen.map(({ url }) => url));
  const known = new Set<bigint | null>(seen.map(({ githubId }) => githubId));
  const change = [...matches].flatMap(([facts, row]) => {
    const wanted = rowOf(row, facts);
    return isSameRow(row, wanted) ? [] : [wanted];
  });
  const left = stored.filter(({ id }) => !used.has(id));
  return {
    add: seen.filter((facts) => !matches.has(facts)),
    change,
    drop: left
      .filter((row) => row.isActive && (gone.has(row.id) || taken.has(row.url) || known.has(idOf(row))))
      .map(({ id }) => id),
    vacate: left.filter(({ url }) => taken.has(url)).map((row) => ({ id: row.id, url: vacatedUrl(row) })),
  };
}

/** The row of each seen repository that has one. */
function matchRows(
  stored: readonly StoredRepository[],
  seen: readonly SeenRepository[],
  idOf: (row: StoredRepository) => bigint | null,
) {
  const byUrl = new Map(stored.map((row) => [row.url, row]));
  const byId = Map.groupBy(stored, idOf);
  const matches = new Map<SeenRepository, StoredRepository>();
  for (const facts of seen) {
    const sameId = byId.get(facts.githubId) ?? [];
    const atUrl = byUrl.get(facts.url);
    const idAtUrl = atUrl === undefined ? undefined : idOf(atUrl);
    const isIt = idAtUrl === null || idAtUrl === facts.githubId;
    // One repository may have two rows, connected by two names of it: the one of today's name stands for it.
    const row = isIt ? atUrl : (sameId.find(({ isActive }) => isActive) ?? sameId[0]);
    if (row !== undefined) matches.set(facts, row);
  }
  return matches;
}

function rowOf(row: StoredRepository, facts: SeenRepository): StoredRepository {
  const { githubId, url, owner, name, isPrivate, defaultBranch, description, language, pushedAt } = facts;
  const told = { githubId, url, name, isPrivate, defaultBranch, description, language, pushedAt };
  return { ...row, ...told, namespace: owner, isActive: true };
}

function isSameRow(one: StoredRepository, other: StoredRepository): boolean {
  return (
    one.githubId === other.githubId &&
    one.url === other.url &&
    one.namespace === other.namespace &&
    one.name === other.name &&
    one.defaultBranch === other.defaultBranch &&
    one.description === other.description &&
    one.isPrivate === other.isPrivate &&
    one.language === other.language &&
    one.isActive === other.isActive &&
    one.pushedAt?.getTime() === other.pushedAt?.getTime()
  );
}

/** The rows GitHub must be asked for one by one: active, and not among what was listed. */
export function unseenRows(
  stored: readonly StoredRepository[],
  seen: readonly SeenRepository[],
): readonly StoredRepository[] {
  const ids = new Set(seen.map(({ githubId }) => githubId));
  const urls = new Set(seen.map(({ url }) => url));
  return stored.filter(
    ({ isActive, githubId, url }) => isActive && (githubId === null ? !urls.has(url) : !ids.has(githubId)),
  );
}
