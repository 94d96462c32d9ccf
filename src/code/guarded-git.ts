import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { dirname } from 'node:path';

/** Where git works, and what it is given. */
export interface GuardedCall {
  /** The resolved path of the folder whose files it is asked about. */
  readonly root: string;
  /** Where the repository is kept. */
  readonly gitDir: string;
  /** What git reads from its standard input; nothing when it is absent. */
  readonly input?: string;
  readonly milliseconds: number;
  readonly signal: AbortSignal | undefined;
}

const MOST_OUTPUT_BYTES = 128 * 1024 * 1024;

/**
 * Asks git about files of a folder that may be hostile: hooks, watchers, transports and the settings of whoever runs
 * this program are out of reach. Null when git fails, takes too long or has too much to say; rejects with the signal's
 * reason, and git is killed then.
 */
export function askGuarded(args: readonly string[], call: GuardedCall): Promise<Buffer | null> {
  const { root, gitDir, input, milliseconds, signal } = call;
  const settings = [
    'core.fsmonitor=false',
    `core.hooksPath=${devNull}`,
    `core.excludesFile=${devNull}`,
    `core.attributesFile=${devNull}`,
    'core.untrackedCache=false',
    'safe.directory=*',
  ];
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      [...settings.flatMap((setting) => ['-c', setting]), ...args],
      {
        cwd: root,
        encoding: 'buffer',
        env: gitEnvironment(root, gitDir),
        maxBuffer: MOST_OUTPUT_BYTES,
        timeout: milliseconds,
        killSignal: 'SIGKILL',
        ...(signal === undefined ? {} : { signal }),
      },
      (error, output) => {
        if (signal?.aborted === true) reject(signal.reason);
        else resolve(error === null ? output : null);
      },
    );
    // Git may end before it has read everything: its answer tells that.
    child.stdin?.on('error', () => undefined).end(input);
  });
}

function gitEnvironment(root: string, gitDir: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    // An object that is missing is not fetched: the folder's own settings would say by which command.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: '',
    // The folder's own core.worktree must not send the listing somewhere else.
    GIT_WORK_TREE: root,
    GIT_DIR: gitDir,
    GIT_CEILING_DIRECTORIES: dirname(root),
  };
}
