import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the words of this machine; empty where the system does not tell. */
  readonly started: string;
}

/** Who this process is. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, started: startOf(process.pid) ?? '' };
}

/** Whether that very process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return isRunning(identity.pid) && (startOf(identity.pid) ?? '') === identity.started;
}

/** Whether any process has this number. A dead one that its parent has not collected yet does not count. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return process.platform !== 'linux' || statOf(pid)?.state !== 'Z';
}

/** The command line of a running process, its parts separated by blanks; undefined when it cannot be seen. */
export function commandLine(pid: number): string | undefined {
  if (process.platform !== 'linux') return ask(['-ww', '-o', 'command=', '-p', String(pid)]);
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return undefined;
  }
}

function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return ask(['-o', 'lstart=', '-p', String(pid)]);
  const started = statOf(pid)?.started;
  return started === undefined ? undefined : `${bootOf()}/${started}`;
}

/** State and start time (clock ticks since boot) of a process. Its name may contain blanks and parentheses. */
function statOf(pid: number): { state: string | undefined; started: string | undefined } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], started: fields[19] };
  } catch {
    return undefined;
  }
}

function bootOf(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function ask(options: string[]): string | undefined {
  if (process.platform === 'win32') return undefined;
  const answer = spawnSync('ps', options, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } });
  return answer.status === 0 ? answer.stdout.trim() : undefined;
}
