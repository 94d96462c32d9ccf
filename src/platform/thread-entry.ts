import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** A task as a pool hands it to one of its threads: the module whose default export does the work, and its input. */
export interface ThreadOrder {
  readonly module: string;
  readonly input: unknown;
}

/** Steps behind the event loop, of the 19 that there are: a thread gets a third of the processor that both want. */
const BEHIND = 5;
let isBehind = false;

/** What every thread of a pool runs. */
export default async function runOrder({ module, input }: ThreadOrder): Promise<unknown> {
  if (!isBehind) giveWay();
  const { default: run }: { default: (input: unknown) => unknown } = await import(module);
  return run(input);
}

/**
 * Puts this thread behind the event loop: for its answers people wait, for the work of threads a progress bar does.
 * Linux numbers threads as it numbers processes; elsewhere all stay equal.
 */
function giveWay(): void {
  isBehind = true;
  if (process.platform !== 'linux') return;
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), BEHIND);
  } catch {
    // Without /proc, or where it is forbidden.
  }
}
