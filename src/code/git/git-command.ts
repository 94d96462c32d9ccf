import { type ProcessOptions, type ProcessResult, runProcess } from '../../platform/child-process.ts';
import { gitFailure, gitInterruption } from './git-failure.ts';

/** What one git command may reach, decided before it starts. */
export interface GitAccess {
  /** The only transport git may use; null for none at all. */
  readonly protocol: 'http' | 'https' | null;
  readonly config: readonly (readonly [string, string])[];
  /** Texts that must not appear in any error. */
  readonly secrets: readonly string[];
}

export interface GitOptions
  extends Pick<ProcessOptions, 'signal' | 'timeoutMs' | 'maxOutputBytes' | 'onStderrLine' | 'input'> {
  readonly cwd?: string;
  /** The repository to work on. Given outright, git neither searches parent folders nor asks who owns it. */
  readonly gitDir?: string;
  readonly workTree?: string;
  /** An index of one's own, beside the repository's. */
  readonly indexFile?: string;
  /** Author and committer of commits; the date in git's own form. */
  readonly identity?: { readonly name: string; readonly email: string; readonly date: string };
  readonly access?: GitAccess;
  /** Whether git tells on stderr what it exchanges with a server: lines with `packet:`. */
  readonly tellPackets?: boolean;
}

/** Git that reaches nothing but the files it is pointed at. */
export const noAccess: GitAccess = { protocol: null, config: [], secrets: [] };

/**
 * Settings of every git command. They come from the command, so they win over a hostile .git/config; what it can say
 * besides (filters, aliases, ssh commands) is used by none of the commands run on repositories that are not ours.
 */
const settings: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.autocrlf', 'false'],
  ['core.askPass', ''],
  ['core.sshCommand', 'false'],
  // Links are kept as links, so that readers see what they are; whoever reads the files must not follow them.
  ['core.symlinks', 'true'],
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
  ['credential.helper', ''],
  ['protocol.allow', 'never'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  // One pack file whatever its size: its growth is what the size cap watches.
  ['fetch.unpackLimit', '1'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['advice.detachedHead', 'false'],
  ['init.defaultBranch', 'main'],
  ['http.followRedirects', 'false'],
  ['http.lowSpeedLimit', '1000'],
  ['http.lowSpeedTime', '30'],
];

/** Runs git and answers its result whatever the exit code. Throws RepositoryError, or the signal's reason. */
export async function tryGit(args: readonly string[], options: GitOptions): Promise<ProcessResult> {
  const { cwd = '/', signal, timeoutMs = 30_000, maxOutputBytes, onStderrLine, input } = options;
  try {
    const env = gitEnvironment(options);
    return await runProcess('git', args, { cwd, env, signal, timeoutMs, maxOutputBytes, onStderrLine, input });
  } catch (error) {
    throw gitInterruption(error);
  }
}

/** Runs git and answers its stdout. A non-zero exit is a RepositoryError. */
export async function runGit(args: readonly string[], options: GitOptions): Promise<string> {
  const result = await tryGit(args, options);
  if (result.exitCode !== 0) {
    throw gitFailure(result, options.access?.secrets);
  }
  return result.stdout;
}

function gitEnvironment(options: GitOptions): Record<string, string> {
  const { gitDir, workTree, indexFile, identity, access = noAccess, tellPackets } = options;
  const env: Record<string, string> = {
    LC_ALL: 'C',
    // No ~/.gitconfig of older gits, and no ~/.netrc: curl would send the operator's passwords.
    HOME: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    // Wins over protocol.*.allow of any config file, which protocol.allow alone does not.
    GIT_ALLOW_PROTOCOL: access.protocol ?? '',
    GIT_DIR: gitDir ?? '/dev/null',
  };
  if (tellPackets === true) {
    env.GIT_TRACE_PACKET = '1';
  }
  if (workTree !== undefined) {
    env.GIT_WORK_TREE = workTree;
  }
  if (indexFile !== undefined) {
    env.GIT_INDEX_FILE = indexFile;
  }
  for (const role of identity === undefined ? [] : ['AUTHOR', 'COMMITTER']) {
    env[`GIT_${role}_NAME`] = identity?.name ?? '';
    env[`GIT_${role}_EMAIL`] = identity?.email ?? '';
    env[`GIT_${role}_DATE`] = identity?.date ?? '';
  }
  // The operator's own certificates, for a git server inside a company.
  for (const name of ['GIT_SSL_CAINFO', 'SSL_CERT_FILE', 'SSL_CERT_DIR']) {
    const value = process.env[name];
    if (value !== undefined) {
      env[name] = value;
    }
  }
  const config = [...settings, ...access.config];
  env.GIT_CONFIG_COUNT = String(config.length);
  for (const [index, [key, value]] of config.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return env;
}
