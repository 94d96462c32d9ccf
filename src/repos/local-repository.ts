import { lstat, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runGit, tryGit } from '../code/git/git-command.ts';
import { gitFailure } from '../code/git/git-failure.ts';
import { branchOf, isCommitId, parseRef } from './git-ref.ts';

/** What kind of folder a local address is. Working trees and plain folders are read in place, bare ones are cloned. */
export interface LocalRepository {
  readonly kind: 'WORKING_TREE' | 'BARE' | 'PLAIN';
  /** Null for a plain folder. */
  readonly gitDir: string | null;
}

/** Looks at a folder itself; that it lies in somebody else's repository does not count. Runs nothing. */
export async function localRepository(path: string): Promise<LocalRepository> {
  if (await exists(join(path, '.git'))) {
    return { kind: 'WORKING_TREE', gitDir: join(path, '.git') };
  }
  const bareParts = await Promise.all(['HEAD', 'objects', 'refs'].map((part) => exists(join(path, part))));
  return bareParts.every(Boolean) ? { kind: 'BARE', gitDir: path } : { kind: 'PLAIN', gitDir: null };
}

/** The checked-out commit of a local folder, or null without git or without commits. Safe on hostile repositories. */
export async function headOf(path: string, options: { readonly signal?: AbortSignal } = {}): Promise<string | null> {
  const { gitDir } = await localRepository(path);
  return gitDir === null ? null : commitOf(gitDir, 'HEAD', options);
}

/** The checked-out branch, or null for none: detached, or no git. A branch may have no commits yet. */
export async function checkedOutBranch(
  path: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<string | null> {
  const { gitDir } = await localRepository(path);
  if (gitDir === null) {
    return null;
  }
  const result = await tryGit(['symbolic-ref', '--quiet', 'HEAD'], { gitDir, workTree: path, ...options });
  return result.exitCode === 0 ? branchOf(result.stdout.trim()) : null;
}

/** Branch names of a local repository, sorted. */
export async function localBranches(gitDir: string, options: { readonly signal?: AbortSignal } = {}) {
  const listing = await runGit(['for-each-ref', '--format=%(refname)', 'refs/heads/'], {
    gitDir,
    workTree: '/',
    ...options,
  });
  return listing
    .split('\n')
    .map(branchOf)
    .filter((name) => name !== null);
}

/**
 * Finds a ref in a local repository: its commit, and the branch when it is one. No ref means HEAD. Null when missing.
 * Throws RepositoryError REF_INVALID.
 */
export async function resolveLocalRef(
  gitDir: string,
  ref: string | undefined,
  options: { readonly signal?: AbortSignal },
): Promise<{ commit: string; branch: string | null } | null> {
  if (ref === undefined) {
    const commit = await commitOf(gitDir, 'HEAD', options);
    const head = await tryGit(['symbolic-ref', '--quiet', 'HEAD'], { gitDir, workTree: '/', ...options });
    return commit === null ? null : { commit, branch: branchOf(head.stdout.trim()) };
  }
  const wanted = parseRef(ref);
  for (const name of wanted.kind === 'commit' ? [wanted.commit] : wanted.names) {
    const commit = await commitOf(gitDir, `${name}^{commit}`, options);
    if (commit !== null) {
      return { commit, branch: branchOf(name) };
    }
  }
  return null;
}

/** Where the objects of a repository are, and how they are named. */
export async function objectStore(gitDir: string, options: { readonly signal?: AbortSignal }) {
  const answer = await runGit(['rev-parse', '--git-path', 'objects', '--show-object-format'], {
    gitDir,
    workTree: '/',
    ...options,
  });
  const [objects = '', format = 'sha1'] = answer.trim().split('\n');
  return { objects: await realpath(resolve('/', objects)), format };
}

async function commitOf(gitDir: string, name: string, options: { readonly signal?: AbortSignal }) {
  const result = await tryGit(['rev-parse', '--verify', '--quiet', name], { gitDir, workTree: '/', ...options });
  const commit = result.stdout.trim();
  if (result.exitCode === 0 && isCommitId(commit)) {
    return commit;
  }
  // Quiet and 1: no such name. A .git that is not git's is a folder without git.
  if (result.exitCode === 1 || /not a git repository/i.test(result.stderr)) {
    return null;
  }
  throw gitFailure(result);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
