import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { MODULE_CACHE } from '../src/platform/compilation.ts';

/** What a process and all it started took. */
export interface ProcessCost {
  readonly seconds: number;
  /** Seconds of all processors that they used, in user and in kernel mode; null where the system does not tell. */
  readonly processor: number | null;
  /** Most megabytes that the process and all its children held at one time; null where the system does not tell. */
  readonly megabytes: number | null;
  readonly stdout: string;
  readonly exitCode: number | null;
}

const samplingMilliseconds = 40;

/**
 * Runs a command to its end and watches its process tree. One at a time: what two of them use of the processors at once
 * would be told of both.
 */
export async function runWatched(command: string, args: readonly string[], cwd: string): Promise<ProcessCost> {
  const [began, used] = [performance.now(), processorOfChildren()];
  // Compiled modules are kept for all ways, as the server's threads keep them.
  const env = { ...process.env, NODE_COMPILE_CACHE: MODULE_CACHE };
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let peak = 0;
  const watch = setInterval(() => {
    if (child.pid !== undefined) peak = Math.max(peak, megabytesOf(child.pid));
  }, samplingMilliseconds);
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve(code));
    });
    const seconds = (performance.now() - began) / 1000;
    const stdout = Buffer.concat(pieces).toString('utf8');
    const after = processorOfChildren();
    const processor = used === null || after === null ? null : after - used;
    return { seconds, processor, megabytes: peak === 0 ? null : peak, stdout, exitCode };
  } finally {
    clearInterval(watch);
  }
}

/** Where user and kernel time of the ended children stand in `/proc/<pid>/stat` behind the name, in ticks of 10 ms. */
const CHILDREN_TIMES = { from: 13, to: 15 } as const;
const TICKS_A_SECOND = 100;

/** Seconds that all children of this process have used that have ended, with those they waited for themselves. */
function processorOfChildren(): number | null {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(CHILDREN_TIMES.from, CHILDREN_TIMES.to).map(Number);
    return ticks.reduce((sum, one) => sum + one, 0) / TICKS_A_SECOND;
  } catch {
    return null;
  }
}

/** Resident memory of a process and all below it, by Linux's /proc; 0 elsewhere. */
function megabytesOf(root: number): number {
  const parents = new Map<number, number>();
  const resident = new Map<number, number>();
  for (const name of namesOfProc()) {
    const pid = Number(name);
    const status = readStatus(pid);
    if (status === null) continue;
    parents.set(pid, Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    resident.set(pid, Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0));
  }
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) {
      if (at === root) return true;
    }
    return false;
  };
  let kilobytes = 0;
  for (const [pid, size] of resident) if (isBelow(pid)) kilobytes += size;
  return kilobytes / 1000;
}

function namesOfProc(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function readStatus(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return null;
  }
}
