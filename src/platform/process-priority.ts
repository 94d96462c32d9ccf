import { readlinkSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/**
 * Steps behind the others, of the 19 that there are: of a processor that both want, a child gets a tenth, a thread a
 * third.
 */
const BEHIND = { child: 10, thread: 5 } as const;
const LAST = 19;

/**
 * Puts a child, which is the first of a session of its own, behind all others: it takes what they leave of the
 * processors. Where the system does not let us, it stays equal.
 */
export function putChildBehind(pid: number): void {
  try {
    putBehind(pid, BEHIND.child);
    // Linux may share processors out among sessions first; then a priority counts within the own one only.
    if (process.platform === 'linux') writeFileSync(`/proc/${pid}/autogroup`, `${BEHIND.child}`);
  } catch {
    // It has ended already, or sessions are not told apart.
  }
}

/**
 * Puts the thread that calls this behind the event loop: for its answers people wait, for the work of threads a
 * progress bar does. Linux numbers threads as it numbers processes; elsewhere all stay equal.
 */
export function putThreadBehind(): void {
  if (process.platform !== 'linux') return;
  try {
    putBehind(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), BEHIND.thread);
  } catch {
    // Without /proc, or where it is forbidden.
  }
}

function putBehind(id: number, steps: number): void {
  setPriority(id, Math.min(LAST, getPriority(id) + steps));
}
