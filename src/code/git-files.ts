import { execFile } from 'node:child_process';
import { lstat } from 'node:fs/promises';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';

/** What git knows of a checkout: paths relative to its root, with forward slashes, and which of them are submodules. */
export interface GitListing {
  readonly files: readonly string[];
  readonly submodules: readonly string[];
}

const LISTING_BYTES = 128 * 1024 * 1024;
const LISTING_MILLISECONDS = 60_000;

/** What git printed about a checkout. Plain bytes: they are cheap to hand to a thread, which may take them apart. */
export interface GitOutput {
  readonly staged: Uint8Array;
  readonly others: Uint8Array;
}

/**
 * Tracked files plus untracked ones that are not ignored, or null when the folder is no git checkout or git cannot list
 * it. Nothing in the folder's own git configuration is run.
 */
export async function listGitFiles(root: string, signal?: AbortSignal): Promise<GitListing | null> {
  const output = await askGit(root, signal === undefined ? {} : { signal });
  return output === null ? null : readGitOutput(output);
}

export interface GitQuestion {
  readonly signal?: AbortSignal;
  /** Told what git tracks as soon as that is known: it takes longer to find what it does not. */
  readonly onStaged?: (staged: Uint8Array) => void;
}

/** The same, not yet taken apart. Rejects with the signal's reason; git is killed then. */
export async function askGit(root: string, { signal, onStaged }: GitQuestion = {}): Promise<GitOutput | null> {
  const marker = await lstat(join(root, '.git')).catch(() => null);
  if (marker === null || !(marker.isDirectory() || marker.isFile())) return null;
  const [staged, others] = await Promise.all([
    git(root, ['ls-files', '-z', '--stage'], signal).then((output) => {
      if (output !== null) onStaged?.(output);
      return output;
    }),
    git(root, ['ls-files', '-z', '--others', '--exclude-standard'], signal),
  ]);
  return staged === null || others === null ? null : { staged, others };
}

/** Takes the output of git apart. */
export function readGitOutput(output: GitOutput): GitListing {
  const files = new Set<string>();
  const submodules = new Set<string>();
  for (const entry of entriesOf(output.staged)) {
    const path = pathIn(entry);
    if (path !== null) (entry.startsWith('160000') ? submodules : files).add(path);
  }
  for (const path of entriesOf(output.others)) {
    // A folder here is another repository inside this one: git lists it, but does not look in.
    if (path.endsWith('/')) submodules.add(path.slice(0, -1));
    else files.add(path);
  }
  return { files: [...files], submodules: [...submodules] };
}

/** The paths of git's listing of what it tracks, in its order: submodules too, and one in conflict several times. */
export function stagedPaths(staged: Uint8Array): string[] {
  return entriesOf(staged).flatMap((entry) => pathIn(entry) ?? []);
}

function pathIn(entry: string): string | null {
  const tab = entry.indexOf('\t');
  return tab >= 0 ? entry.slice(tab + 1) : null;
}

function entriesOf(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.split('\0').filter((entry) => entry !== '');
}

function git(root: string, args: readonly string[], signal: AbortSignal | undefined): Promise<Buffer | null> {
  const guarded = [
    '-c',
    'core.fsmonitor=false',
    '-c',
    `core.hooksPath=${devNull}`,
    '-c',
    `core.excludesFile=${devNull}`,
  ];
  return new Promise((resolve, reject) => {
    execFile(
      'git',
      [...guarded, '-c', 'core.untrackedCache=false', '-c', 'safe.directory=*', ...args],
      {
        cwd: root,
        encoding: 'buffer',
        env: gitEnvironment(root),
        maxBuffer: LISTING_BYTES,
        timeout: LISTING_MILLISECONDS,
        killSignal: 'SIGKILL',
        ...(signal === undefined ? {} : { signal }),
      },
      (error, output) => {
        if (signal?.aborted === true) reject(signal.reason);
        else resolve(error === null ? output : null);
      },
    );
  });
}

function gitEnvironment(root: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    // The folder's own core.worktree must not send the listing somewhere else.
    GIT_WORK_TREE: root,
    GIT_DIR: join(root, '.git'),
    GIT_CEILING_DIRECTORIES: dirname(root),
  };
}
