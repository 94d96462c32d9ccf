import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { App } from '../app.ts';
import { RepositoryError } from '../code/git/repository-error.ts';
import type { Repository } from '../generated/prisma/client.ts';
import type { JobContext } from '../jobs/context.ts';
import { cloneRepository } from './git.ts';
import { cloneToken, explainNotFound } from './github-lookup.ts';
import { headOf, localRepository } from './local-repository.ts';
import type { RepositoryAddress } from './repository-address.ts';
import { addressOf, allowedOrigins } from './stored-address.ts';

/** The files of a repository at hand. */
export interface Checkout {
  readonly root: string;
  /** Null for a folder without git. */
  readonly commit: string | null;
  /** Whether `root` is somebody's own folder, which may change or vanish meanwhile. */
  readonly isInPlace: boolean;
}

/** What is kept of a checkout: the job's own folder that holds it, null for one that is read where it is. */
const kept = z.object({ folder: z.string().nullable(), commit: z.string().nullable() });

/** A job as far as it matters for getting its files. */
type Work = JobContext<{
  /** Branch, tag or commit; null for the default branch, or a local folder as it stands. */
  readonly ref: string | null;
  readonly byOperator: boolean;
}>;

/** Told how far a clone is, from 0 to 1, and in words what it is doing. */
type OnProgress = (share: number, doing: string) => void;

/**
 * Gets the files: a local folder is read where it is, anything else is cloned into the job's own folder. A later
 * attempt finds the same commit. @throws RepositoryError, ValidationError
 */
export async function checkOut(
  app: App,
  work: Work,
  repository: Repository,
  onProgress: OnProgress,
): Promise<Checkout> {
  const { ref } = work.input;
  const address = await addressOf(app, repository, work.input.byOperator);
  const isInPlace =
    address.provider === 'LOCAL' && ref === null && (await localRepository(address.url)).kind !== 'BARE';
  const found = await work.step<z.infer<typeof kept>>('checkout', kept, async () =>
    isInPlace
      ? { folder: null, commit: await headOf(address.url, { signal: work.signal }) }
      : clone(app, work, address, { ref, onProgress }),
  );
  if (found.folder === null) return { root: address.url, commit: found.commit, isInPlace: true };
  const root = join(work.workFolder, found.folder);
  if (await isFolder(root)) return { root, commit: found.commit, isInPlace: false };
  // Another machine, or a folder that was cleaned up: the same commit again.
  const again = await clone(app, work, address, { ref: found.commit, onProgress });
  return { root: join(work.workFolder, again.folder), commit: again.commit, isInPlace: false };
}

/** @throws RepositoryError when a folder that is read where it is has gone meanwhile */
export async function requireFolder({ root, isInPlace }: Checkout): Promise<void> {
  if (isInPlace && !(await isFolder(root))) {
    throw new RepositoryError('REPOSITORY_NOT_FOUND', 'The folder went away while it was read');
  }
}

/**
 * Clones into a folder with a name of its own: an older attempt that has not noticed its end yet, and clears up after
 * itself, cannot take away what a newer one works with.
 */
async function clone(
  app: App,
  work: Work,
  address: RepositoryAddress,
  { ref, onProgress }: { readonly ref: string | null; readonly onProgress: OnProgress },
) {
  await removeClones(work.workFolder);
  const folder = `${clonePrefix}${randomUUID()}`;
  const { ownerId, input } = work;
  const token = await cloneToken(app, { ownerId, byOperator: input.byOperator }, address);
  const { commit } = await cloneRepository(address, {
    into: join(work.workFolder, folder),
    ...(ref !== null && { ref }),
    ...(token !== null && { token }),
    allow: allowedOrigins(app),
    signal: work.signal,
    limits: { bytes: app.config.MAX_REPOSITORY_MEGABYTES * 1_000_000, seconds: 600 },
    onProgress: ({ phase, percentage }) => onProgress(percentage / 100, phase.replaceAll('_', ' ')),
  }).catch(async (error: unknown) => {
    work.signal.throwIfAborted();
    throw token === null ? error : await explainNotFound(app, address, token, error);
  });
  return { folder, commit };
}

const clonePrefix = 'checkout-';

async function removeClones(workFolder: string): Promise<void> {
  for (const name of await readdir(workFolder)) {
    if (name.startsWith(clonePrefix)) await rm(join(workFolder, name), { recursive: true, force: true, maxRetries: 3 });
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
