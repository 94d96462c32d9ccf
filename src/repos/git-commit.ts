import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitOptions, runGit, tryGit } from '../code/git/git-command.ts';
import { RepositoryError } from '../code/git/repository-error.ts';

/** A file as a commit is to have it; content null takes it away. */
export interface FileChange {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly content: Uint8Array | null;
}

export interface ChangesCommit {
  /** Working folder of a clone. */
  readonly root: string;
  /** The commit it stands on. */
  readonly parent: string;
  readonly changes: readonly FileChange[];
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  /** The same time, changes and message give the same commit. */
  readonly at: Date;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes of a listing of all files. */
const largestListing = 64 * 1024 * 1024;

/**
 * Commits changes on top of a commit, without touching the working folder, its index or any branch, and gives the
 * commit's id. Nothing in the repository is run. Line endings are kept as its attributes say.
 * @throws RepositoryError, CHANGE_REFUSED for a path that is a link or a repository of its own, or that changes others
 */
export async function commitChanges(commit: ChangesCommit): Promise<string> {
  const { root, parent, changes, message, author, at, signal } = commit;
  return withIndex(root, signal, async (options) => {
    await runGit(['read-tree', parent], options);
    const modes = await modesOf(parent, options);
    const entries: string[] = [];
    for (const { path, content } of changes) {
      const mode = modes.get(path) ?? '100644';
      if (!mode.startsWith('100')) throw refused(path, 'is no ordinary file');
      entries.push(content === null ? `0 ${'0'.repeat(parent.length)}\t${path}\0` : await entry(path, mode, content));
    }
    async function entry(path: string, mode: string, content: Uint8Array): Promise<string> {
      const id = await runGit(['hash-object', '-w', '--stdin', `--path=${path}`], { ...options, input: content });
      return `${mode} ${id.trim()}\t${path}\0`;
    }
    await runGit(['update-index', '-z', '--index-info'], { ...options, input: entries.join('') });
    const tree = (await runGit(['write-tree'], options)).trim();
    await requireOnlyThese(parent, tree, changes, options);
    const identity = { ...author, date: `${Math.floor(at.getTime() / 1000)} +0000` };
    return (await runGit(['commit-tree', tree, '-p', parent], { ...options, identity, input: message })).trim();
  });
}

/** One file of a difference. Lines that were added and taken away. */
export interface ChangedFile {
  readonly path: string;
  readonly added: number;
  readonly removed: number;
}

/** A unified diff between two commits of a clone, and what it does file by file. */
export async function diffCommits(
  root: string,
  { from, to, signal }: { readonly from: string; readonly to: string; readonly signal?: AbortSignal | undefined },
): Promise<{ readonly patch: string; readonly files: readonly ChangedFile[] }> {
  const options = { cwd: root, gitDir: join(root, '.git'), workTree: root, signal, timeoutMs: 60_000 };
  const form = ['-r', '--no-renames', '--no-ext-diff', '--no-textconv', '--text', '--no-color'];
  const patch = await runGit(
    ['diff-tree', ...form, '--patch', '--full-index', '--src-prefix=a/', '--dst-prefix=b/', from, to],
    { ...options, maxOutputBytes: largestListing },
  );
  const counts = await runGit(['diff-tree', ...form, '--numstat', '-z', from, to], options);
  const files = counts
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [added = '0', removed = '0', path = ''] = line.split('\t');
      return { path, added: Number(added), removed: Number(removed) };
    });
  return { patch, files };
}

/**
 * Whether git takes a patch on a commit: in a clean checkout of it, which the working folder must be when `inFolder` is
 * set, and by what the commit holds. Changes nothing.
 */
export async function patchApplies(
  root: string,
  {
    commit,
    patch,
    inFolder,
    signal,
  }: {
    readonly commit: string;
    readonly patch: string;
    readonly inFolder: boolean;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<boolean> {
  return withIndex(root, signal, async (options) => {
    await runGit(['read-tree', commit], options);
    for (const where of inFolder ? [['--cached'], []] : [['--cached']]) {
      const check = ['apply', '--check', '--whitespace=nowarn', ...where, '-'];
      if ((await tryGit(check, { ...options, input: patch })).exitCode !== 0) return false;
    }
    return true;
  });
}

/** Works with an index of its own, so that the clone's stays as it is. */
async function withIndex<Result>(
  root: string,
  signal: AbortSignal | undefined,
  work: (options: GitOptions) => Promise<Result>,
): Promise<Result> {
  const gitDir = join(root, '.git');
  const indexFile = join(gitDir, `index-${randomUUID()}`);
  try {
    return await work({ cwd: root, gitDir, workTree: root, indexFile, timeoutMs: 60_000, ...(signal && { signal }) });
  } finally {
    await rm(indexFile, { force: true });
  }
}

/** What kind each file of a commit is, as git writes it. */
async function modesOf(commit: string, options: GitOptions): Promise<ReadonlyMap<string, string>> {
  const listing = await runGit(['ls-tree', '-r', '-z', '--full-tree', commit], {
    ...options,
    maxOutputBytes: largestListing,
  });
  const modes = new Map<string, string>();
  for (const line of listing.split('\0')) {
    const tab = line.indexOf('\t');
    if (tab > 0) modes.set(line.slice(tab + 1), line.slice(0, 6));
  }
  return modes;
}

/** A file may stand where a folder was, and take away what was in it: that is looked at before it is committed. */
async function requireOnlyThese(
  parent: string,
  tree: string,
  changes: readonly FileChange[],
  options: GitOptions,
): Promise<void> {
  const listing = await runGit(['diff-tree', '-r', '-z', '--no-renames', '--name-only', parent, tree], options);
  const asked = new Set(changes.map(({ path }) => path));
  const [other] = listing.split('\0').filter((path) => path !== '' && !asked.has(path));
  if (other !== undefined) throw refused(other, 'would change with the others');
}

function refused(path: string, reason: string): RepositoryError {
  return new RepositoryError('CHANGE_REFUSED', `${path} ${reason}`);
}
