import { join } from 'node:path';
import { tryGit } from '../../code/git/git-command.ts';
import { RepositoryError } from '../../code/git/repository-error.ts';

/** How often a file was changed. */
export interface FileChurn {
  readonly commits: number;
  /** Lines added and taken away. */
  readonly lines: number;
  readonly authors: number;
}

/** What the history tells of the files of a checkout; `reason` says why it tells nothing. */
export type Churn =
  | {
      readonly files: ReadonlyMap<string, FileChurn>;
      readonly commits: number;
      readonly since: string;
      readonly note: string | null;
    }
  | { readonly files: null; readonly reason: string };

const MOST_COMMITS = 1_000;
const YEAR_SECONDS = 365 * 24 * 60 * 60;

/**
 * Changes per file over the twelve months before the checked-out commit, 1,000 commits at most, merges left out.
 * Nothing in the folder's own git configuration is run. Rejects with the signal's reason.
 */
export async function readChurn(root: string, signal: AbortSignal): Promise<Churn> {
  const last = await git(root, ['log', '-1', '--no-show-signature', '--format=%ct'], signal);
  const time = Number(last?.trim());
  if (last === null || !Number.isInteger(time) || time === 0)
    return { files: null, reason: 'the folder has no git history' };
  const isShallow = (await git(root, ['rev-parse', '--is-shallow-repository'], signal))?.trim() === 'true';
  const since = time - YEAR_SECONDS;
  const arguments_ = [
    'log',
    `-n${MOST_COMMITS}`,
    `--since=${since}`,
    '--no-show-signature',
    '--no-merges',
    '--no-renames',
    '--no-textconv',
    '--no-ext-diff',
    '--numstat',
    '-z',
    '--format=%x01%aE',
  ];
  const log = await git(root, arguments_, signal);
  if (log === null) return { files: null, reason: 'git could not tell the history' };
  const { files, commits } = readLog(log);
  if (commits < 2) {
    const why = isShallow
      ? 'the checkout has its last commit only'
      : 'there are fewer than two commits in the twelve months before this one';
    return { files: null, reason: why };
  }
  const note = isShallow
    ? 'The checkout has a part of the history only.'
    : commits >= MOST_COMMITS
      ? `Only the last ${MOST_COMMITS} commits were read.`
      : null;
  return { files, commits, since: new Date(since * 1000).toISOString().slice(0, 10), note };
}

/** Takes the output of `git log --numstat -z` apart: commits begin with a byte 1. */
function readLog(log: string): { files: Map<string, FileChurn>; commits: number } {
  const found = new Map<string, { commits: number; lines: number; authors: Set<string> }>();
  const commits = log.split('\u0001').slice(1);
  for (const commit of commits) {
    const [author = '', ...entries] = commit.split(/[\0\n]+/);
    for (const entry of entries) {
      const [added, removed, path] = entry.split('\t');
      if (added === undefined || removed === undefined || path === undefined) continue;
      const known = found.get(path) ?? { commits: 0, lines: 0, authors: new Set<string>() };
      known.commits += 1;
      // Git writes a dash for what is no text.
      known.lines += (Number(added) || 0) + (Number(removed) || 0);
      known.authors.add(author);
      found.set(path, known);
    }
  }
  const files = new Map([...found].map(([path, one]) => [path, { ...one, authors: one.authors.size }]));
  return { files, commits: commits.length };
}

/** What git prints; null where it cannot. */
async function git(root: string, args: readonly string[], signal: AbortSignal): Promise<string | null> {
  const place = { cwd: root, gitDir: join(root, '.git'), workTree: root };
  try {
    const limits = { timeoutMs: 60_000, maxOutputBytes: 64 * 1024 * 1024 };
    const { exitCode, stdout } = await tryGit(args, { ...place, ...limits, signal });
    return exitCode === 0 ? stdout : null;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RepositoryError) return null;
    throw error;
  }
}
