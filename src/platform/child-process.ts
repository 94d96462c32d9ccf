import { type ChildProcess, spawn } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { constants as systemConstants } from 'node:os';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { putChildBehind } from './process-priority.ts';

const defaultTimeoutMs = 10 * 60_000;
const defaultMaxOutputBytes = 10 * 1024 * 1024;
/** Of stderr only the end is kept: it is where tools say what went wrong. */
const keptStderrCharacters = 64 * 1024;
const maxLineCharacters = 8 * 1024;
const graceMs = 300;
/** After SIGKILL nothing of the group can run on; what still holds our pipes has left the group and is let go. */
const releaseMs = 600;

export interface ProcessOptions {
  readonly cwd?: string | undefined;
  /** The whole environment of the child, besides PATH, HOME and LANG. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Ten minutes when not given. */
  readonly timeoutMs?: number | undefined;
  /** Cap of stdout, 10 MiB when not given. */
  readonly maxOutputBytes?: number | undefined;
  readonly input?: string | Uint8Array | undefined;
  /** Called for each line of stderr while it runs; a carriage return ends a line too, as progress bars use it. */
  readonly onStderrLine?: ((line: string) => void) | undefined;
  /** Whether it takes only what others leave of the processors: for what nobody waits for longest. */
  readonly givesWay?: boolean | undefined;
}

export interface ProcessResult {
  /** 128 + signal number for a child that something outside killed, as shells say it. */
  readonly exitCode: number;
  readonly stdout: string;
  /** The last 64 Ki characters. */
  readonly stderr: string;
}

/** The child ran longer than `timeoutMs` and was killed. */
export class ProcessTimeoutError extends Error {
  readonly timeoutMs: number;

  constructor(command: string, timeoutMs: number) {
    super(`${command} did not finish within ${timeoutMs} ms`);
    this.name = new.target.name;
    this.timeoutMs = timeoutMs;
  }
}

/** The child wrote more than `maxOutputBytes` and was killed. */
export class OutputLimitError extends Error {
  readonly maxOutputBytes: number;

  constructor(command: string, maxOutputBytes: number) {
    super(`${command} wrote more than ${maxOutputBytes} bytes`);
    this.name = new.target.name;
    this.maxOutputBytes = maxOutputBytes;
  }
}

/** The child could not be started: no such command or working folder, or it may not be executed. */
export class ProcessStartError extends Error {
  readonly command: string;
  readonly reason: 'COMMAND_NOT_FOUND' | 'FOLDER_NOT_FOUND' | 'REFUSED';

  constructor(command: string, reason: ProcessStartError['reason'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = new.target.name;
    this.command = command;
    this.reason = reason;
  }
}

/**
 * Runs a program without a shell, in a process group of its own and a clean environment, to its end. A non-zero exit
 * is a result, not an error. Abort, timeout and too much output kill the whole group: SIGTERM, 300 ms later SIGKILL;
 * the promise settles when nothing of it runs any more. Whatever the program leaves behind in its group is killed too.
 * Where `setpriv` exists the program also dies when this process is killed.
 * Throws ProcessStartError, ProcessTimeoutError, OutputLimitError, or the signal's reason.
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  options.signal?.throwIfAborted();
  const env = {
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: process.env.HOME ?? '/',
    LANG: process.env.LANG ?? 'C.UTF-8',
    ...options.env,
  };
  const cwd = options.cwd ?? process.cwd();
  if (!(await isFolder(cwd))) {
    throw new ProcessStartError(command, 'FOLDER_NOT_FOUND', `The working folder of ${command} does not exist`);
  }
  const program = await findProgram(command, env.PATH, cwd);
  const guard = await parentDeathGuard();
  options.signal?.throwIfAborted();
  const [file = program, ...line] = [...guard, program, ...args];
  const child = start(command, file, line, { cwd, env, piped: options.input !== undefined });
  if (options.givesWay === true && child.pid !== undefined) putChildBehind(child.pid);
  return new RunningProcess(command, child).finished(options);
}

function start(
  command: string,
  file: string,
  args: readonly string[],
  { cwd, env, piped }: { cwd: string; env: Record<string, string>; piped: boolean },
): ChildProcess {
  try {
    return spawn(file, args, { cwd, env, detached: true, stdio: [piped ? 'pipe' : 'ignore', 'pipe', 'pipe'] });
  } catch (error) {
    // A NUL in an argument, or an argument list too long.
    throw new ProcessStartError(command, 'REFUSED', `${command} could not be started with these arguments`, error);
  }
}

class RunningProcess {
  readonly #command: string;
  readonly #child: ChildProcess;
  readonly #stdout: Buffer[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  #stdoutBytes = 0;
  #stderr = '';
  #line = '';
  #failure: { readonly error: unknown } | undefined;

  constructor(command: string, child: ChildProcess) {
    this.#command = command;
    this.#child = child;
  }

  async finished(options: ProcessOptions): Promise<ProcessResult> {
    const child = this.#child;
    const closed = Promise.withResolvers<number>();
    child.once('error', (error) => {
      if (child.pid === undefined) {
        closed.reject(new ProcessStartError(this.#command, 'REFUSED', `${this.#command} could not be started`, error));
      }
    });
    child.once('exit', () => signalGroup(child, 'SIGKILL'));
    child.once('close', (code, signal) => closed.resolve(code ?? 128 + systemConstants.signals[signal ?? 'SIGKILL']));
    this.#collect(options);
    const onAbort = () => this.#fail(options.signal?.reason);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    this.#timers.push(setTimeout(() => this.#fail(new ProcessTimeoutError(this.#command, timeoutMs)), timeoutMs));
    try {
      const exitCode = await closed.promise;
      if (this.#failure !== undefined) {
        await groupGone(child);
        throw this.#failure.error;
      }
      return { exitCode, stdout: Buffer.concat(this.#stdout).toString('utf8'), stderr: this.#stderr };
    } finally {
      options.signal?.removeEventListener('abort', onAbort);
      for (const timer of this.#timers) {
        clearTimeout(timer);
      }
    }
  }

  #collect({ maxOutputBytes = defaultMaxOutputBytes, input, onStderrLine }: ProcessOptions): void {
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#stdoutBytes += chunk.length;
      if (this.#stdoutBytes > maxOutputBytes) {
        this.#fail(new OutputLimitError(this.#command, maxOutputBytes));
      } else {
        this.#stdout.push(chunk);
      }
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-keptStderrCharacters);
      if (onStderrLine !== undefined && this.#failure === undefined) {
        this.#tellLines(text, onStderrLine);
      }
    });
    // A child that does not read its input to the end is not an error.
    this.#child.stdin?.on('error', () => undefined).end(input);
  }

  #tellLines(text: string, onStderrLine: (line: string) => void): void {
    const lines = (this.#line + text).split(/[\r\n]+/);
    this.#line = (lines.pop() ?? '').slice(0, maxLineCharacters);
    try {
      for (const line of lines) {
        if (line !== '') {
          onStderrLine(line);
        }
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) {
      return;
    }
    this.#failure = { error };
    const child = this.#child;
    signalGroup(child, 'SIGTERM');
    this.#timers.push(
      setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs),
      setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, releaseMs),
    );
  }
}

/** Signals all processes of the child's group. False when none is left. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) {
    return false;
  }
  try {
    return process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}

/** Waits for the last of a killed group. Bounded: where nobody reaps orphans, dead ones stay listed for ever. */
async function groupGone(child: ChildProcess): Promise<void> {
  const deadline = performance.now() + 200;
  while (signalGroup(child, 0) && performance.now() < deadline) {
    await wait(5);
  }
}

async function findProgram(command: string, path: string, cwd: string): Promise<string> {
  const places = command.includes('/')
    ? [isAbsolute(command) ? command : resolve(cwd, command)]
    : path.split(delimiter).map((folder) => join(folder, command));
  for (const place of places) {
    if (await isProgram(place)) {
      return place;
    }
  }
  throw new ProcessStartError(command, 'COMMAND_NOT_FOUND', `The program ${command} was not found on this machine`);
}

async function isProgram(place: string): Promise<boolean> {
  try {
    await access(place, constants.X_OK);
    return (await stat(place)).isFile();
  } catch {
    return false;
  }
}

async function isFolder(place: string): Promise<boolean> {
  try {
    return (await stat(place)).isDirectory();
  } catch {
    return false;
  }
}

let knownGuard: Promise<readonly string[]> | undefined;

/**
 * The words to put before a command so that the kernel kills it when this process dies, even by kill -9. Empty where
 * there is no `setpriv` that can do it (BusyBox's cannot): then only the timeout of the program's own work is left.
 * The kernel counts threads: a worker thread that ends takes the children it started along.
 */
function parentDeathGuard(): Promise<readonly string[]> {
  knownGuard ??= new Promise((found) => {
    const guard = ['setpriv', '--pdeathsig', 'KILL', '--'];
    const trial = spawn('setpriv', [...guard.slice(1), 'true'], { stdio: 'ignore' });
    trial.once('error', () => found([]));
    trial.once('exit', (code) => found(code === 0 ? guard : []));
  });
  return knownGuard;
}
