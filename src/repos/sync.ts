import type { App } from '../app.ts';
import {
  findRepository,
  GitHubError,
  listRepositories,
  type RepositoryFacts,
  type UsableToken,
  usableToken,
} from '../github/service.ts';
import { ConflictError, DomainError, ValidationError } from '../platform/errors.ts';
import { requirePermission, type Viewer } from '../platform/viewer.ts';
import { parseRepositoryAddress } from './repository-address.ts';
import { addressRules } from './stored-address.ts';
import { type SeenRepository, type StoredRepository, unseenRows } from './sync-plan.ts';
import {
  readSyncState,
  type SyncFindings,
  type SyncResult,
  type SyncState,
  saveSync,
  storedRepositories,
} from './sync-saving.ts';

export type { SyncResult } from './sync-saving.ts';

/** Milliseconds one sync may take. */
const timeoutMs = 5 * 60_000;
/** How often a sync begins anew when another one was saved meanwhile. */
const tries = 3;
/** Rows beyond the list that are asked for one by one. */
const mostAsked = 200;

/**
 * Brings the viewer's repositories in step with what the connected GitHub account sees: new ones are added, renamed
 * ones keep their row, those that are gone become inactive. With nothing changed since the last time it costs a few
 * requests that GitHub does not count; `force` reads everything again.
 * @throws ForbiddenError, ConflictError GITHUB_NOT_CONNECTED or SYNC_OVERTAKEN, GitHubError, the signal's reason
 */
export async function syncRepositories(
  app: App,
  viewer: Viewer,
  { force, signal }: { readonly force: boolean; readonly signal: AbortSignal },
): Promise<SyncResult> {
  requirePermission(viewer, 'repository:write');
  const { token, from } = await connectedToken(app, viewer);
  const deadline = AbortSignal.timeout(timeoutMs);
  const asking = { token, signal: AbortSignal.any([signal, deadline]) };
  try {
    for (let attempt = 1; attempt <= tries; attempt += 1) {
      // What overtook this sync has just read everything.
      const result = await syncOnce(app, viewer, asking, force && attempt === 1);
      if (result !== null) return result;
    }
  } catch (error) {
    if (signal.aborted) throw new DomainError('ABANDONED', 'The request was given up; nothing was changed');
    if (deadline.aborted) {
      throw new GitHubError('GITHUB_UNREACHABLE', 'GitHub did not answer in time', { retryable: true }, error);
    }
    throw from === 'connection' ? ofConnection(error) : error;
  }
  throw new ConflictError('Other syncs of your repositories are going on; try again', 'SYNC_OVERTAKEN');
}

/** The token of the account the viewer has connected; the server's own sees what is the operator's. */
async function connectedToken(app: App, viewer: Viewer): Promise<UsableToken> {
  const usable = await usableToken(app, viewer);
  if (usable !== null && usable.from !== 'server') return usable;
  throw new ConflictError('No GitHub account is connected: connect one first', 'GITHUB_NOT_CONNECTED');
}

/** Tells a token GitHub has revoked what to do about it. */
export function ofConnection(error: unknown): unknown {
  if (!(error instanceof GitHubError && error.code === 'GITHUB_TOKEN_INVALID')) return error;
  const message = 'GitHub no longer accepts the token of your connected account: connect GitHub again';
  return new GitHubError('GITHUB_TOKEN_INVALID', message, { upstreamRequestId: error.upstreamRequestId ?? undefined });
}

type Asking = { readonly token: string; readonly signal: AbortSignal };

async function syncOnce(app: App, viewer: Viewer, asking: Asking, force: boolean): Promise<SyncResult | null> {
  const before = await readSyncState(app, viewer.id);
  const list = await listRepositories(app, { ...asking, etags: force ? [] : before.etags });
  if (list === null) return unchanged(app, viewer.id);
  const findings = await confirm(app, viewer.id, asking, { ...list, before });
  asking.signal.throwIfAborted();
  return saveSync(app, viewer.id, findings);
}

async function unchanged(app: App, ownerId: string): Promise<SyncResult> {
  const where = { ownerId, provider: 'GITHUB', isActive: true } as const;
  return { synced: await app.database.prisma.repository.count({ where }), added: 0, updated: 0, deactivated: 0 };
}

/**
 * Asks for the stored repositories that are not on the account's list: public ones that were connected by hand are
 * still there, others are gone.
 */
async function confirm(
  app: App,
  ownerId: string,
  asking: Asking,
  list: { repositories: readonly RepositoryFacts[]; etags: readonly string[]; isWhole: boolean; before: SyncState },
): Promise<SyncFindings> {
  const seen = await addressed(app, list.repositories);
  const gone = new Set<string>();
  const ids = new Map<string, bigint>();
  const stored = list.isWhole ? await storedRepositories(app.database.prisma, ownerId) : [];
  for (const row of unseenRows(stored, seen).slice(0, mostAsked)) {
    const [found] = await addressed(app, await lookUp(app, row, asking));
    if (found === undefined) gone.add(row.id);
    else {
      ids.set(row.id, found.githubId);
      if (!seen.some(({ githubId, url }) => githubId === found.githubId || url === found.url)) seen.push(found);
    }
  }
  return { seen, unseen: { gone, ids }, etags: list.etags, before: list.before };
}

async function lookUp(app: App, row: StoredRepository, asking: Asking): Promise<RepositoryFacts[]> {
  const found = await findRepository(app, { githubId: row.githubId, owner: row.namespace, name: row.name }, asking);
  return found === null ? [] : [found];
}

/** With the address each would be stored by; without those whose names are none we could ask for again. */
async function addressed(app: App, repositories: readonly RepositoryFacts[]): Promise<SeenRepository[]> {
  const rules = addressRules(app, false);
  const seen = new Map<string, SeenRepository>();
  for (const facts of repositories) {
    try {
      const { url } = await parseRepositoryAddress(`${facts.owner}/${facts.name}`, rules);
      // Should a name have moved on while the pages were read, the one read last has it.
      seen.set(url, { ...facts, url });
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      app.log.warn({ githubId: String(facts.githubId) }, 'a repository at GitHub has a name that is not understood');
    }
  }
  return [...seen.values()];
}
