import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit, tryGit } from '../code/git/git-command.ts';
import { gitFailure } from '../code/git/git-failure.ts';
import { RepositoryError } from '../code/git/repository-error.ts';
import { ConflictError } from '../platform/errors.ts';
import { remoteAccess } from './remote-access.ts';
import type { RepositoryAddress } from './repository-address.ts';

export interface NewFilesCommit {
  /** Working folder of a clone. */
  readonly root: string;
  /** The commit it stands on. */
  readonly parent: string;
  readonly files: readonly { readonly path: string; readonly content: Uint8Array }[];
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  /** The same time, files and message give the same commit. */
  readonly at: Date;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Commits new files on top of a commit, without touching the working folder, its index or any branch, and gives the
 * commit's id. Nothing in the repository is run, and no file of it is changed.
 * @throws ConflictError PAGE_EXISTS when a path is taken, RepositoryError
 */
export async function commitNewFiles(commit: NewFilesCommit): Promise<string> {
  const { root, parent, files, message, author, at, signal } = commit;
  const gitDir = join(root, '.git');
  const indexFile = join(gitDir, `index-${randomUUID()}`);
  const options = { cwd: root, gitDir, workTree: root, indexFile, signal, timeoutMs: 60_000 };
  try {
    await runGit(['read-tree', parent], options);
    const entries: string[] = [];
    for (const { path, content } of files) {
      const id = await runGit(['hash-object', '-w', '--no-filters', '--stdin'], { ...options, input: content });
      entries.push(`100644 ${id.trim()}\t${path}\0`);
    }
    await runGit(['update-index', '-z', '--index-info'], { ...options, input: entries.join('') });
    const tree = (await runGit(['write-tree'], options)).trim();
    await requireOnlyNew(parent, tree, files, options);
    const seconds = Math.floor(at.getTime() / 1000);
    const identity = { ...author, date: `${seconds} +0000` };
    const made = await runGit(['commit-tree', tree, '-p', parent], { ...options, identity, input: message });
    return made.trim();
  } finally {
    await rm(indexFile, { force: true });
  }
}

/** update-index replaces what stands in the way, so that is looked at before it is committed. */
async function requireOnlyNew(
  parent: string,
  tree: string,
  files: NewFilesCommit['files'],
  options: Parameters<typeof runGit>[1],
): Promise<void> {
  const changes = await runGit(['diff-tree', '-r', '-z', '--no-renames', '--name-status', parent, tree], options);
  const parts = changes.split('\0').slice(0, -1);
  const added = parts.filter((_, index) => index % 2 === 1).sort();
  const statuses = new Set(parts.filter((_, index) => index % 2 === 0));
  const isOnlyNew =
    [...statuses].join() === 'A' &&
    added.join('\0') ===
      files
        .map(({ path }) => path)
        .sort()
        .join('\0');
  if (!isOnlyNew)
    throw new ConflictError('A page would fall on a file that exists: nothing is overwritten', 'PAGE_EXISTS');
}

export interface Push {
  /** Working folder of the clone that has the commit. */
  readonly root: string;
  readonly commit: string;
  readonly branch: string;
  readonly allow: readonly string[];
  readonly token: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a branch of a remote repository at a commit. A branch that exists is never moved: gives `pushed`, `present`
 * when it already is at this commit, or `taken` when it is at another.
 * @throws RepositoryError, PUSH_REJECTED when the server does not want it
 */
export async function pushBranch(address: RepositoryAddress, push: Push): Promise<'pushed' | 'present' | 'taken'> {
  const { root, commit, branch, allow, token, signal } = push;
  const gitDir = join(root, '.git');
  const access = await remoteAccess(address, { allow, token, signal });
  const ref = `refs/heads/${branch}`;
  const options = { cwd: root, gitDir, access, signal, timeoutMs: 120_000 };
  const listing = await runGit(['ls-remote', '--', address.url, ref], options);
  const present = listing.split('\t')[0]?.trim() ?? '';
  if (present !== '') return present === commit ? 'present' : 'taken';
  // An empty expectation: the branch must not have come into being meanwhile.
  const lease = [`--force-with-lease=${ref}:`, '--no-verify', '--porcelain'];
  const result = await tryGit(['push', ...lease, '--', address.url, `${commit}:${ref}`], options);
  if (result.exitCode === 0) return 'pushed';
  const [, reason] = /^!\t[^\t]*\t\[(?:remote )?rejected\] *\(?(.*?)\)?$/m.exec(result.stdout) ?? [];
  if (reason === undefined) throw gitFailure(result, access.secrets);
  if (/stale info|already exists|fetch first/.test(reason)) return 'taken';
  const words = reason.replace(/\p{Cc}+/gu, ' ').slice(0, 200);
  throw new RepositoryError('PUSH_REJECTED', `The server did not take the branch: ${words}`);
}
