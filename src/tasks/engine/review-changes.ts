import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit, tryGit } from '../../code/git/git-command.ts';
import { type FileDiff, readDiff } from './diff-hunks.ts';
import type { TaskBrief, TaskTools } from './task-engine.ts';

/** One changed file of a branch. */
export interface ChangedPath extends FileDiff {
  /** Bytes now; null for one that is gone, or for a submodule. */
  readonly size: number | null;
  /** By number; the ones that text must have. */
  readonly addedLines: ReadonlySet<number>;
  readonly removedLines: ReadonlySet<number>;
}

/** What a branch changes. */
export interface BranchChanges {
  /** The commit it is compared with: where it left the target branch. */
  readonly base: string;
  /** Why it is compared with something else; null when all is as it should be. */
  readonly caveat: string | null;
  readonly commits: number | null;
  readonly files: readonly ChangedPath[];
}

const DIFF_BYTES = 128 * 1024 * 1024;
const DIFF_MILLISECONDS = 120_000;

interface Repository {
  readonly root: string;
  readonly signal: AbortSignal;
}

function gitIn({ root, signal }: Repository) {
  return { cwd: root, gitDir: join(root, '.git'), workTree: root, signal, timeoutMs: DIFF_MILLISECONDS };
}

/** What the branch of a brief changes against its target branch; null where there is nothing to compare with. */
export async function readChanges(brief: TaskBrief, { signal }: TaskTools): Promise<BranchChanges | null> {
  const { commit, root } = brief;
  if (commit === null) return null;
  const options = gitIn({ root, signal });
  const base = await baseOf(brief, commit, options);
  if (base === null) return null;
  const form = ['--no-ext-diff', '--no-textconv', '--no-color', '--no-prefix', '--find-renames', '-U0'];
  const text = await runGit(['diff', ...form, base.commit, commit, '--'], { ...options, maxOutputBytes: DIFF_BYTES });
  const diffs = readDiff(text);
  const sizes = await sizesOf(commit, diffs, options);
  const counted = await tryGit(['rev-list', '--count', `${base.commit}..${commit}`], options);
  return {
    base: base.commit,
    caveat: base.caveat,
    commits: counted.exitCode === 0 ? Number(counted.stdout.trim()) : null,
    files: diffs.map((diff) => ({
      ...diff,
      size: diff.after === null ? null : (sizes.get(diff.after) ?? null),
      addedLines: new Set(diff.hunks.flatMap(({ to, toCount }) => linesFrom(to, toCount))),
      removedLines: new Set(diff.hunks.flatMap(({ from, fromCount }) => linesFrom(from, fromCount))),
    })),
  };
}

function linesFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => first + at);
}

async function baseOf(
  { targetCommit, branch, targetBranch }: TaskBrief,
  commit: string,
  options: ReturnType<typeof gitIn>,
): Promise<{ commit: string; caveat: string | null } | null> {
  if (targetCommit === null || targetCommit === commit) {
    const parent = await tryGit(['rev-parse', '--verify', '--quiet', `${commit}^1^{commit}`], options);
    const caveat = `${branch} has nothing that ${targetBranch} has not, so its last commit is reviewed.`;
    return parent.exitCode === 0 ? { commit: parent.stdout.trim(), caveat } : null;
  }
  const found = await tryGit(['merge-base', targetCommit, commit], options);
  if (found.exitCode === 0) return { commit: found.stdout.trim().split('\n')[0] ?? targetCommit, caveat: null };
  const caveat =
    `The history at hand does not reach back to where ${branch} left ${targetBranch}: they are compared as they are, ` +
    `and what ${targetBranch} has gained since looks as if it was taken away.`;
  return { commit: targetCommit, caveat };
}

async function sizesOf(
  commit: string,
  diffs: readonly FileDiff[],
  options: ReturnType<typeof gitIn>,
): Promise<Map<string, number>> {
  const wanted = new Set(diffs.flatMap(({ after }) => after ?? []));
  const listing = await runGit(['ls-tree', '-r', '-l', '-z', '--full-tree', commit], {
    ...options,
    maxOutputBytes: DIFF_BYTES,
  });
  const sizes = new Map<string, number>();
  for (const [, size, path = ''] of listing.matchAll(/(?:^|\0)\d+ blob \w+ +(\d+)\t([^\0]*)/g)) {
    if (wanted.has(path)) sizes.set(path, Number(size));
  }
  return sizes;
}

/** Writes the files of a commit into a folder of their own, and takes them away when it is disposed of. */
export async function extractCommit(
  { root, signal }: Repository,
  commit: string,
  folder: string,
): Promise<AsyncDisposable> {
  const indexFile = `${folder}.index`;
  const options = { ...gitIn({ root, signal }), indexFile };
  const clean = async () => {
    await rm(indexFile, { force: true });
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await mkdir(folder, { recursive: true });
    await runGit(['read-tree', commit], options);
    await runGit(['checkout-index', '--all', '--force', '--quiet', `--prefix=${folder}/`], options);
  } catch (error) {
    await clean();
    throw error;
  }
  return { [Symbol.asyncDispose]: clean };
}
