import {
  OutputLimitError,
  type ProcessResult,
  ProcessStartError,
  ProcessTimeoutError,
} from '../../platform/child-process.ts';
import { RepositoryError } from './repository-error.ts';

type Verdict = (cause: Error) => RepositoryError;

/** What git (in English, by LC_ALL=C) says, in the order it is looked for. */
const verdicts: readonly (readonly [RegExp, Verdict])[] = [
  [/returned error: 3\d\d|unable to update url base from redirection/, redirected],
  [/could not read (Username|Password)|Authentication failed|returned error: 40[134]\b/, repositoryNotFound],
  [/returned error: 410\b|repository .* not found|does not appear to be a git repository/i, repositoryNotFound],
  [/not valid: (is this a git repository|could not determine hash)|invalid server response/, notAGitServer],
  [/couldn't find remote ref|not our ref|unadvertised object|no such remote ref|no such ref/i, refNotFound],
  [/dumb http transport|does not support (shallow|--depth)/, tooOld],
  [/No space left on device|Disk quota exceeded/, workspaceFull],
  [/certificate|SSL: no alternative|issuer/i, untrusted],
  [
    /unable to access|RPC failed|early EOF|hung up|unexpected disconnect|Could not resolve|Operation too slow/,
    unreachable,
  ],
];

/** Turns a failed git command into the error its caller can act on. */
export function gitFailure(result: ProcessResult, secrets: readonly string[] = []): RepositoryError {
  const said = quiet(result.stderr, secrets);
  const cause = new Error(`git exited with ${result.exitCode}: ${said}`);
  // An address is not a symptom, whatever words it is made of.
  const symptoms = said.replace(/https?:\/\/[^\s']*/g, '');
  const verdict = verdicts.find(([pattern]) => pattern.test(symptoms))?.[1] ?? unreadable;
  return verdict(cause);
}

/** The same for a git that did not end by itself. Answers errors that are not about the process as they are. */
export function gitInterruption(error: unknown): unknown {
  if (error instanceof ProcessTimeoutError) {
    return tookTooLong(error);
  }
  if (error instanceof OutputLimitError) {
    return new RepositoryError('REPOSITORY_TOO_LARGE', 'The repository has too many files or branches', {
      cause: error,
    });
  }
  if (error instanceof ProcessStartError && error.reason === 'COMMAND_NOT_FOUND') {
    return new RepositoryError('GIT_UNAVAILABLE', 'git is not installed on this server', { cause: error });
  }
  return error;
}

/** The time given ran out. */
export function tookTooLong(cause?: unknown): RepositoryError {
  return new RepositoryError('REPOSITORY_UNREACHABLE', 'The repository did not answer in time', {
    retryable: true,
    cause,
  });
}

/** It is not there, or not for this caller: the words are the same on purpose. */
export function repositoryNotFound(cause?: unknown): RepositoryError {
  return new RepositoryError(
    'REPOSITORY_NOT_FOUND',
    'The repository was not found, or it is private and needs access',
    {
      cause,
    },
  );
}

/** There is nothing committed. */
export function emptyRepository(): RepositoryError {
  return new RepositoryError('REPOSITORY_EMPTY', 'The repository has no commits yet');
}

/** No such branch, tag or commit. */
export function refNotFound(cause?: unknown): RepositoryError {
  return new RepositoryError('REF_NOT_FOUND', 'The repository has no branch, tag or commit of that name', { cause });
}

/** The caps of files or of the transfer. */
export function tooLarge(bytes: number): RepositoryError {
  const limit = `${Math.round(bytes / 1024 / 1024)} MB`;
  return new RepositoryError('REPOSITORY_TOO_LARGE', `The repository is larger than the limit of ${limit}`);
}

function redirected(cause: Error): RepositoryError {
  return new RepositoryError(
    'REPOSITORY_REDIRECTED',
    'The server redirects this address: the repository was renamed or moved, connect it by its new address',
    { cause },
  );
}

/** What answers speaks no git. */
export function notAGitServer(cause?: Error): RepositoryError {
  return new RepositoryError('REPOSITORY_NOT_FOUND', 'There is no git repository at this address', { cause });
}

function tooOld(cause: Error): RepositoryError {
  return new RepositoryError('REPOSITORY_UNREADABLE', 'The server speaks only an old git protocol', { cause });
}

function workspaceFull(cause: Error): RepositoryError {
  return new RepositoryError('WORKSPACE_FULL', 'This server has no disk space left for the repository', {
    retryable: true,
    cause,
  });
}

function untrusted(cause: Error): RepositoryError {
  return new RepositoryError('REPOSITORY_UNREACHABLE', "The server's certificate could not be verified", { cause });
}

function unreachable(cause: Error): RepositoryError {
  return new RepositoryError('REPOSITORY_UNREACHABLE', 'The server of the repository could not be reached', {
    retryable: true,
    cause,
  });
}

function unreadable(cause: Error): RepositoryError {
  return new RepositoryError('REPOSITORY_UNREADABLE', 'git could not read the repository', { cause });
}

/** Without secrets, control characters, and the lines the server sent to be shown: those can say anything. */
function quiet(stderr: string, secrets: readonly string[]): string {
  const own = stderr
    .split(/[\r\n]+/)
    .filter((line) => !line.startsWith('remote: '))
    .join('\n')
    .replace(/[^\P{Cc}\n]/gu, '');
  return secrets.reduce((text, secret) => text.replaceAll(secret, '[hidden]'), own).slice(-2000);
}
